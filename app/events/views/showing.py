"""An event as its organizers see it, and its preview."""

from __future__ import annotations

from flask import current_app, g, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from wtforms.validators import DataRequired

from app.accounts.access import allowed
from app.clock import now
from app.contact import masked
from app.db import Change, db, note
from app.events.approval import approval_of
from app.events.asking import ConsoleForm
from app.events.board import Seats
from app.events.differences import differences
from app.events.models import Event
from app.events.queries import get_event
from app.events.reviewing import refused_lately
from app.events.school_days import school_hint
from app.events.unreviewed import gap_of
from app.events.views.desk import EDITORS, bp, may_edit
from app.events.views.enrolled import enrols_at, listed
from app.events.waiting import EventChange
from app.events.words import EventKind
from app.forms import PlainForm, text
from app.outbox.models import Delivery
from app.signup.queries import seats_taken

LETTERS = 20
WHY_SHOWN = ("打电话通知变更", "核对名单", "安排食宿或签到", "其他")  # as the audit keeps it


class RemarkForm(ConsoleForm):
    """A remark to whoever works on an event or reviews it."""

    text = text(_l("写意见"), 1000, DataRequired(_l("请写意见。")))


@bp.get("/events/<int:id>")
@allowed()
def show(id: int) -> str:
    """Its facts, parts, people, letters, and what can be done with it."""
    return page_of(get_event(g.actor, id), RemarkForm())


def page_of(event: Event, remark_form: RemarkForm) -> str:
    as_of, person = now(), g.actor.person
    approval, change = approval_of(event), EventChange.find_waiting(event)
    is_mine = may_edit(event.organization)
    return render_template(
        "console/event.html", event=event, as_of=as_of, seats=_seats(event), enrols_at=enrols_at(event),
        approval=approval, lets=approval.lets(person), change=change, refused=refused_lately(event),
        gap=None if approval.lets(person) else gap_of(approval.reviewing),
        differences=differences, parts=_living_parts(event), may_edit=is_mine,
        enrolments=listed(event) if is_mine else [], masked=masked,
        letters=db.session.scalars(Delivery.concerning(f"event:{event.id}").options(
            joinedload(Delivery.content)).limit(LETTERS)).all(),
        rejected=db.session.scalars(Delivery.rejected(f"event:{event.id}").limit(LETTERS)).all() if is_mine else [],
        part_word=EventKind(event.kind).part if event.parent_id is None else None, school_hint=school_hint(event),
        why_shown=WHY_SHOWN, form=PlainForm(), remark_form=remark_form,
        reaches=lambda entry: g.actor.reaches(entry.organization))


@bp.post("/events/<int:id>/contacts")
@allowed(*EDITORS)
def contacts(id: int) -> str:
    """Telephone numbers and addresses in full, for whom no letter reaches; that they were shown is recorded."""
    event, as_of = get_event(g.actor, id), now()
    enrolments = listed(event)
    reason = request.form.get("reason", "")
    note(Change(event, "contacts_shown", as_of, after={
        "count": len(enrolments), "reason": reason if reason in WHY_SHOWN else WHY_SHOWN[-1]}))
    db.session.commit()
    return render_template("console/contacts.html", event=event, enrolments=enrolments)


@bp.get("/events/<int:id>/preview")
@allowed()
def preview(id: int) -> str:
    """The page as the public will see it."""
    event = get_event(g.actor, id)
    return render_template(
        "console/preview.html", lets=approval_of(event).lets(g.actor.person), event=event, as_of=now(),
        seats=_seats(event), enrols_at=enrols_at(event), parts=_living_parts(event),
        may_edit=may_edit(event.organization), form=PlainForm(),
        address=current_app.config["BASE_URL"] + url_for("board.show", id=id))


def _seats(event: Event) -> Seats:
    at = enrols_at(event)
    return Seats(seats_taken([at.id]).get(at.id, 0), at.capacity)


def _living_parts(event: Event) -> list[Event]:
    return [part for part in event.parts if part.deleted_at is None]
