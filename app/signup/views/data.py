"""A participant's own data by the ticket's link: see, take along, correct, erase; and what the house says of it."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.accounts.access import public
from app.accounts.places import Organization
from app.accounts.settings import Settings, settings_of
from app.clock import now
from app.db import db
from app.errors import Refused
from app.exporting import csv_of
from app.forms import PlainForm
from app.rates import limiter
from app.signup import erasing, privacy
from app.signup.forms import CorrectionForm
from app.signup.models import Enrolment
from app.signup.privacy import Copy
from app.signup.views.desk import OFTEN, bp, get_enrolment, private, shown_event, went_through


@bp.get("/privacy")
@public
def privacy_statement() -> str:
    """What is kept, why, how long, who sees it, and what one may ask for."""
    root = db.session.scalars(Organization.roots().limit(1)).one_or_none()
    return render_template("signup/privacy.html", own=settings_of(root) if root else Settings())


@bp.get("/t/<token>/data")
@public
def data(token: str) -> Response:
    found = get_enrolment(token)
    return private(render_template("signup/copy.html", enrolment=found, event=shown_event(found), token=token,
                                   letters=privacy.letters_of(found),
                                   calendars=privacy.calendars_of(found)))


@bp.get("/t/<token>/data.json")
@public
def data_as_json(token: str) -> Response:
    return _attached(Copy.of(get_enrolment(token)).as_json(), "application/json; charset=utf-8", "my-data.json")


@bp.get("/t/<token>/data.csv")
@public
def data_as_csv(token: str) -> Response:
    return _attached(csv_of(Copy.of(get_enrolment(token)).rows()), "text/csv; charset=utf-8", "my-data.csv")


@bp.get("/t/<token>/correction")
@public
def correcting(token: str) -> Response:
    found = get_enrolment(token)
    return _correction(found, token, CorrectionForm(found))


@bp.post("/t/<token>/correction")
@public
@limiter.limit(OFTEN, deduct_when=went_through)
def correction(token: str) -> Response:
    found = get_enrolment(token)
    form = CorrectionForm(found)
    if not form.validate():
        return _correction(found, token, form, 422)
    try:
        privacy.correct(found, now(), **form.told())
        db.session.commit()
    except Refused as error:
        db.session.rollback()
        form.form_errors.append(error.sentence)
        return _correction(get_enrolment(token), token, form, error.status)
    return redirect(url_for("signup.data", token=token), 303)


@bp.get("/t/<token>/erasure")
@public
def erasing_page(token: str) -> Response:
    found = get_enrolment(token)
    return private(render_template("signup/erasure.html", enrolment=found, event=shown_event(found), token=token,
                                   form=PlainForm(), frees_seat=found.can_withdraw(now())))


@bp.post("/t/<token>/erasure")
@public
@limiter.limit(OFTEN, deduct_when=went_through)
def erasure(token: str) -> Response:
    found = get_enrolment(token)
    event = found.event
    erasing.erase(found, now())
    db.session.commit()
    return private(render_template("signup/erased.html", event=event))


def _correction(found: Enrolment, token: str, form: CorrectionForm, status: int = 200) -> Response:
    return private(render_template("signup/correction.html", enrolment=found, event=shown_event(found), token=token,
                                   form=form), status=status)


def _attached(body: bytes, kind: str, name: str) -> Response:
    answer = private(body, kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
