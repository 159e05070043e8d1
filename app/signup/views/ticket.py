"""The ticket and the way out. Links in letters open a page; only POST acts."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import public
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.feeds.announced import Announced
from app.forms import PlainForm
from app.outbox.relay import is_held
from app.rates import limiter
from app.signup import telling
from app.signup.openings import note_opened
from app.signup.tickets import calendar_file, withdrawn_file
from app.signup.views.desk import OFTEN, bp, get_enrolment, private, shown_event, went_through

FRESH = timedelta(days=1)  # after enrolling: the confirmation is still on its way, or just came


@bp.get("/t/<token>")
@public
def ticket(token: str) -> Response:
    """What somebody holds who is enrolled: facts of the event as they are now, and the way out."""
    found, as_of = get_enrolment(token), now()
    page = "ticket" if found.is_attending else "cancelled"
    answer, id = private(render_template(
        f"signup/{page}.html", enrolment=found, event=shown_event(found), token=token, address=found.ticket_url,
        form=PlainForm(), can_withdraw=found.can_withdraw(as_of), as_of=as_of,
        is_fresh=as_of - found.enrolled_at < FRESH, is_held=is_held(as_of))), found.id
    note_opened(id, as_of)
    return answer


@bp.get("/t/<token>.ics")
@public
def entry(token: str) -> Response:
    found = get_enrolment(token)
    if not found.is_attending:
        raise NotThere(_("报名已取消，没有日历文件。"))
    event = shown_event(found)
    if isinstance(event, Announced) and not event.entry:
        raise NotThere(_("活动已经撤回，没有日历文件。"))
    body = (withdrawn_file(event.entry, event.span.zone) if isinstance(event, Announced) and event.span
            else calendar_file(found, current_app.config["BASE_URL"]))
    answer = private(body, "text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="event-{found.event_id}.ics"'
    return answer


@bp.post("/t/<token>/link")
@public
@limiter.limit(OFTEN, deduct_when=went_through)
def send_link(token: str) -> Response:
    """To the mailbox alone: whoever enrolled somebody else holds this ticket, too."""
    found = get_enrolment(token)
    telling.send_link(found, now())
    db.session.commit()
    told = (_("寄信现在有耽搁，信稍后自动寄往 %(address)s。请打开信里的“我的全部报名”。一小时最多五封。",
              address=found.masked_contact) if is_held(now()) else
            _("信正寄往 %(address)s。请打开信里的“我的全部报名”。一小时最多五封。", address=found.masked_contact))
    flash(told, "success")
    return redirect(url_for("signup.ticket", token=token), 303)


@bp.get("/t/<token>/withdrawal")
@public
def withdrawing(token: str) -> Response:
    """Where a letter's link leads: a button, for a program that fetches links must not cancel anything."""
    found, as_of = get_enrolment(token), now()
    if not found.can_withdraw(as_of):
        return redirect(url_for("signup.ticket", token=token))
    return private(render_template("signup/withdrawal.html", enrolment=found, event=shown_event(found), token=token,
                                   form=PlainForm(), as_of=as_of))


@bp.post("/t/<token>/withdrawal")
@public
@limiter.limit(OFTEN, deduct_when=went_through)
def withdrawal(token: str) -> Response:
    get_enrolment(token).withdraw(as_of=now())
    db.session.commit()
    return redirect(url_for("signup.ticket", token=token), 303)
