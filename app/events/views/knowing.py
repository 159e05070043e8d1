"""Who knows of an event's last change, and the list of those to be called."""

from __future__ import annotations

from flask import g, render_template
from flask_babel import gettext as _

from app.accounts.access import allowed
from app.clock import now
from app.contact import masked
from app.db import Change, db, note
from app.errors import NotThere
from app.events.models import Event
from app.events.queries import get_event
from app.events.views.desk import EDITORS, bp
from app.signup.knowing import Knowing

WHY = "打电话通知变更"  # as the audit keeps it


@bp.get("/events/<int:id>/knowing")
@allowed(*EDITORS)
def knowing(id: int) -> str:
    event = get_event(g.actor, id)
    return render_template("console/knowing.html", event=event, knowing=_known(event), masked=masked)


@bp.post("/events/<int:id>/calls")
@allowed(*EDITORS)
def calls(id: int) -> str:
    """Their numbers in full, to be printed; that they were shown is recorded."""
    event = get_event(g.actor, id)
    found = _known(event)
    note(Change(event, "contacts_shown", now(), after={"count": len(found.to_call), "reason": WHY}))
    db.session.commit()
    return render_template("console/calls.html", event=event, knowing=found)


def _known(event: Event) -> Knowing:
    found = Knowing.of(event)
    if found is None:
        raise NotThere(_("这个活动没有改动过，不用通知谁。"))
    return found
