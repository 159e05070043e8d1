"""How far a piece of work behind the page is, for whoever asked for it."""

from __future__ import annotations

from datetime import timedelta

from flask import g, jsonify
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.accounts.views.desk import bp
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.jobs import Job
from app.reminders.heart import last_beat

SILENT_FOR = timedelta(minutes=1)  # as for the red line of the console


@bp.get("/console/jobs/<int:id>")
@allowed()
def job(id: int) -> Response:
    """Asked each second by the page that waits."""
    found = get_job(id)
    return jsonify(state=found.state, done=found.done, total=found.total, is_over=found.is_over, is_rung=is_rung())


def get_job(id: int, kind: str = "", *, lock: bool = False) -> Job:
    """:raises NotThere: for one that somebody else asked for, too."""
    wanted = Job.asked(f"person:{g.actor.person.id}").where(Job.id == id)
    found = db.session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if found is None or (kind and found.kind != kind):
        raise NotThere(_("没有找到这项后台任务。"))
    return found


def is_rung() -> bool:
    """Whether a scheduler runs: without one no work behind a page is ever begun."""
    beat = last_beat()
    return beat is not None and now() - beat < SILENT_FOR
