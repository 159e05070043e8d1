"""The one-time link: GET shows a button, POST signs in."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_security import login_user
from werkzeug.wrappers import Response

from app.accounts.access import public
from app.accounts.models import SignInLink
from app.accounts.signing_in import LinkSpent
from app.accounts.views.desk import bp
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
    link = db.session.scalars(SignInLink.usable(token, now())).one_or_none()
    if link is None:
        raise LinkSpent
    login_user(link.use(now()))
    db.session.commit()
    return redirect(url_for("console.today"))
