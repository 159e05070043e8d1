"""What the pages of the console share: the blueprint, who may edit, and how a refusal becomes a form's error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.models import Actor, Role
from app.accounts.places import Organization
from app.clock import now
from app.db import db
from app.errors import Refused
from app.events.asking import ConsoleForm, office_zone
from app.events.models import Event
from app.events.waiting import Proposed

bp = Blueprint("console", __name__, url_prefix="/console")

EDITORS = (Role.ORGANIZER.value, Role.REVIEWER.value)


def may_edit(organization: Organization) -> bool:
    return Actor.of(g.actor.person, frozenset(Role(role) for role in EDITORS)).reaches(organization)


def own_organization(actor: Actor) -> Organization:
    """For whom the actor makes events: his own office, or where his role is."""
    own = actor.person.organization
    if actor.reaches(own):
        return own
    return next(grant.organization for grant in actor.person.grants if actor.reaches(grant.organization))


@contextmanager
def judged(form: ConsoleForm) -> Iterator[None]:
    """What a noun refuses becomes an error of the form, and nothing of the transaction stays."""
    try:
        yield
    except Refused as error:
        db.session.rollback()
        form.refuse(error)


def answer(form: ConsoleForm) -> int:
    """The status of a page with `form`: shown first, or shown again."""
    return form.status if request.method == "POST" else 200


def done(event: Event, sentence: str) -> Response:
    """Back to the event's page, with a sentence on what was done."""
    flash(sentence, "success")
    return redirect(url_for("console.show", id=event.id))


def told_of_other_years(event: Event | Proposed) -> None:
    """A sentence where it will not count towards a task, because its day lies outside the year of the task's plan."""
    year = event.starts_at.astimezone(office_zone()).year
    others = [task for task in event.tasks if task.plan.year != year]
    if others:
        flash(_("活动在 %(year)d 年，不在所选任务的计划年度，不计入这些任务当年的数字：%(tasks)s。请核对日期或任务。",
                year=year, tasks=_("、").join(_("%(year)d年 %(code)s", year=task.plan.year, code=task.code)
                                              for task in others)), "warning")


def settled(subject: Event | Proposed, sentence: str) -> Response:
    """Commits what was done to an event, or keeps what somebody above must agree to."""
    if not isinstance(subject, Proposed):
        db.session.commit()
        if subject.is_public:
            told_of_other_years(subject)
        return done(subject, sentence)
    kept = subject.keep(g.actor.person, now())
    db.session.commit()
    if kept and kept.after.keys() & {"starts_at", "tasks"}:
        told_of_other_years(subject)
    return done(subject.event, _("改动已送审，通过以前公开页面和订阅不变。") if kept else _(
        "没有要改的，原来的样子不变。"))
