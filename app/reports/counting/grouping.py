"""How figures kept as words are read: with their thousands apart."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def grouped(word: object) -> str:
    """“390,111” of 390111 or “390111”; what is no number stays."""
    text = str(word)
    if not _NUMBER.fullmatch(text):
        return text
    units, point, rest = text.partition(".")
    return f"{int(units):,}{point}{rest}"
