"""Figures as they are shown: in hundredths, and so that a column comes to its total."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from app.reports.counting.cells import Amount, hundredths, whole


def adding_up(amounts: Sequence[Amount]) -> list[Amount]:
    """Each in hundredths, so that they come to their sum in hundredths: three thirds are 0.34, 0.33 and 0.33.

    By the largest remainder; of equal ones the first. What is whole or in hundredths stays as it is.
    """
    exact = [Fraction(one) * 100 for one in amounts]
    down = [one // 1 for one in exact]
    left = hundredths(sum(amounts, start=Fraction(0))) - sum(down)
    nearest = sorted(range(len(exact)), key=lambda at: down[at] - exact[at])
    up = set(nearest[:left])
    return [whole(Fraction(one + (at in up), 100)) for at, one in enumerate(down)]
