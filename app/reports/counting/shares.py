"""How an event of several regions is credited to each of them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction


def parts(regions: Iterable[tuple[str, int | None]]) -> dict[str, Fraction]:
    """Of an event of these regions, each with its stated share (per mille) or None; the parts sum to one.

    By the shares where every region has one; else evenly, but not to a region in which another of them lies:
    “成都” with its own “武侯区” is 武侯区's, and through it 成都's.
    """
    regions = list(regions)
    whole = sum(share or 0 for _, share in regions)
    if whole and all(share is not None for _, share in regions):
        return {code: Fraction(share or 0, whole) for code, share in regions if share}
    codes = [code for code, _ in regions]
    narrow = [code for code in codes if not any(lies_below(other, code) for other in codes)]
    return {code: Fraction(1, len(narrow)) for code in narrow}


def stem(code: str) -> str:
    """The digits that a region and all below it begin with: 51 of the province, 5101 of the city."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def lies_below(code: str, wider: str) -> bool:
    return code != wider and code.startswith(stem(wider))


def lies_in(code: str, wider: str) -> bool:
    return code.startswith(stem(wider))
