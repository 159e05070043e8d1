"""What may be counted twice in a plan."""

from __future__ import annotations

from flask import g, render_template

from app.accounts.access import allowed
from app.plans.console import bp, get_plan
from app.reports.counting.doubles import Thing, doubles

AT_MOST = 200  # findings of one sort on the page; it says how many there are


@bp.get("/double")
@allowed()
def double() -> str:
    plan, _years = get_plan()
    return render_template("console/double.html", plan=plan, groups=doubles(plan), at_most=AT_MOST, reaches=_reaches)


def _reaches(thing: Thing) -> bool:
    return any(thing.path.startswith(path) for path in g.actor.paths)
