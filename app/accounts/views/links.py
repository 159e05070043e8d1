"""The one-time link: GET shows a button, POST signs in and asks to set a password."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.accounts import signing_in
from app.accounts.access import public
from app.accounts.installation import Installation
from app.accounts.links import SignInLink
from app.accounts.signing_in import LinkSpent
from app.accounts.views.desk import bp
from app.accounts.views.sign_in import answer_to_first_part, home_of
from app.clock import now
from app.db import db
from app.forms import PlainForm


@bp.get("/sign-in/<token>")
@public
def show_link(token: str) -> str:
    link = db.session.scalars(SignInLink.usable(token, now())).one_or_none()
    if link is None:
        raise LinkSpent
    return render_template("accounts/link.html", person=link.person, token=token, form=PlainForm())


@bp.post("/sign-in/<token>")
@public
def use_link(token: str) -> Response:
    link = db.session.scalars(SignInLink.usable(token, now()).with_for_update()).one_or_none()
    if link is None or not link.person.active:
        raise LinkSpent
    person = link.use(now())
    is_asked_for_password = not person.password and not Installation.is_shown_as_demonstration()
    home = home_of(person)
    is_in = signing_in.begin(person, "link", home, now())
    answer = answer_to_first_part(is_in, home)
    return redirect(url_for("accounts.password", next=home)) if is_in and is_asked_for_password else answer
