"""A forgotten password: asking for the letter, and the page its link opens."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts import failures, passwords, recovery, signing_in
from app.accounts.access import public
from app.accounts.passwords import BadPassword
from app.accounts.sign_in_forms import NewPasswordForm, RecoveryForm
from app.accounts.views.desk import bp
from app.accounts.views.my_account import new_password
from app.accounts.views.sign_in import OFTEN
from app.clock import now
from app.db import db
from app.languages import language
from app.rates import limiter


@bp.get("/sign-in/recovery")
@public
def recovery_page() -> str:
    return render_template("accounts/recovery.html", form=RecoveryForm())


@bp.post("/sign-in/recovery")
@public
@limiter.limit(OFTEN)
def ask_for_recovery() -> Any:
    """The same answer whoever is asked for: one for every address, one for every number."""
    form = RecoveryForm()
    if not form.validate():
        return render_template("accounts/recovery.html", form=form), 422
    if form.is_mobile:
        return render_template("accounts/recovery_by_mobile.html")
    recovery.ask(form.account.data or "", language(), now())
    db.session.commit()
    return render_template("accounts/recovery_sent.html")


@bp.get("/sign-in/recovery/<token>")
@public
def recover_page(token: str) -> str:
    recovery.person_of(token)
    return render_template("accounts/recover.html", form=NewPasswordForm())


@bp.post("/sign-in/recovery/<token>")
@public
@limiter.limit(OFTEN)
def recover(token: str) -> Any:
    """Sets it; then one signs in as always, second factor and all."""
    person, form = recovery.person_of(token), NewPasswordForm()
    if not form.validate() or form.differs():
        return render_template("accounts/recover.html", form=new_password(form)), 422
    try:
        passwords.set_password(person, form.password.data, now())
    except BadPassword as error:
        db.session.rollback()
        return render_template("accounts/recover.html", form=new_password(form, error.sentence)), 422
    failures.forgive(signing_in.bounds_of(person)[:1])
    db.session.commit()
    flash(_("密码已经换好，请用新密码登录。"), "success")
    return redirect(url_for("accounts.sign_in_page"))
