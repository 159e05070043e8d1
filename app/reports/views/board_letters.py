"""`/console/board/letter`: a leader's own switch for the weekly letter."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.forms import PlainForm
from app.outbox.unsubscribing import ALL
from app.reports import mondays
from app.reports.views.board import bp


@bp.get("/letter")
@allowed("leader")
def board_letter() -> str:
    stopped = mondays.reader_of(g.actor.person).stopped()
    return render_template("reports/board_letter.html", person=g.actor.person, form=PlainForm(),
                           is_on=not stopped & {mondays.SCOPE, ALL})


@bp.post("/letter")
@allowed("leader")
def switch_board_letter() -> Response:
    """On with `on`, off without."""
    reader = mondays.reader_of(g.actor.person)
    if request.form.get("on"):
        for scope in (mondays.SCOPE, ALL):
            reader.resume(scope, now())
    else:
        reader.stop(mondays.SCOPE, now())
    db.session.commit()
    flash(_("改好了。"), "success")
    return redirect(url_for("leaders.board_letter"))
