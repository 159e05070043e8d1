"""The organizers' console."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from app.accounts.access import allowed

bp = Blueprint("console", __name__, url_prefix="/console")


@bp.get("/")
@allowed()
def today() -> str:
    """What needs me, and the next seven days."""
    return render_template("console.html", actor=g.actor)
