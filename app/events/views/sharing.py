"""The shares of a joint event's regions."""

from __future__ import annotations

from flask import g, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.events.models import Event
from app.events.queries import get_event
from app.events.share_form import SharesForm, shares_form
from app.events.views.desk import EDITORS, answer, bp, done, judged

Page = tuple[str, int] | Response


@bp.get("/events/<int:id>/shares")
@allowed(*EDITORS)
def shares(id: int) -> Page:
    event = get_event(g.actor, id)
    form = shares_form(event)
    form.open_on(event)
    form.show(event)
    return _page(event, form)


@bp.post("/events/<int:id>/shares")
@allowed(*EDITORS)
def share_out(id: int) -> Page:
    event = get_event(g.actor, id, lock=True)
    form = shares_form(event)
    if form.validate_on_submit():
        with judged(form):
            form.must_be_fresh(event)
            event.share_out(form.shares(), now())
            db.session.commit()
            return done(event, _("各地份额已保存，计数马上按它算。"))
    event = get_event(g.actor, id)
    form.open_on(event)
    return _page(event, form)


def _page(event: Event, form: SharesForm) -> Page:
    return render_template("console/shares.html", event=event, form=form), answer(form)
