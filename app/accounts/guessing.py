"""Whether a password is among those that are tried first: common words, runs of keys, names with a year."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

LEFT = 4  # different characters beyond what is guessed that make a password one's own
RUN = 3
ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
DATE = re.compile(r"(?:19|20)\d\d(?:[01]?\d[0-3]?\d)?")
REPEATED = re.compile(r"(.)\1{2,}")
SAME_OVER_AGAIN = re.compile(r"(.{1,5}?)\1{2,}")
ALIKE = str.maketrans("@40135$7!", "aaoiesstl")
SYLLABLE = (r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
            r"(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|er|ia|ie|iu|ua|uo|ui|ue|ve|"
            r"a|o|e|i|u|v)")
NAME = re.compile(rf"(?:{SYLLABLE}){{1,3}}")


def is_guessed_first(password: str) -> bool:
    """`password` as NFKC. What is left without common words, runs and years has to be something, and no name."""
    plain = password.casefold()
    if SAME_OVER_AGAIN.fullmatch(plain):
        return True
    left = _without_words(_without_runs(DATE.sub(" ", _without_words(plain))))
    left = _without_words(left.translate(ALIKE))
    letters = re.sub(r"[\W_]+", "", left)
    was_cut = len(letters) < len(re.sub(r"[\W_]+", "", plain))
    return len(set(letters)) < LEFT or (was_cut and bool(NAME.fullmatch(letters)))


def _without_words(text: str) -> str:
    return _words().sub(" ", text)


def _without_runs(text: str) -> str:
    """Without `RUN` or more keys that lie side by side, or are the same."""
    text, kept, at = REPEATED.sub(" ", text), [], 0
    while at < len(text):
        length = max(_run_from(text[at:], row) for one in ROWS for row in (one, one[::-1]))
        kept.append(" " if length >= RUN else text[at])
        at += length if length >= RUN else 1
    return "".join(kept)


def _run_from(text: str, row: str) -> int:
    length = 0
    while length < len(text) and text[:length + 1] in row:
        length += 1
    return length


@cache
def _words() -> re.Pattern[str]:
    """The longest first."""
    listed = (Path(__file__).parent / "data" / "common_passwords.txt").read_text(encoding="utf-8").split()
    return re.compile("|".join(re.escape(one) for one in sorted(listed, key=len, reverse=True)))
