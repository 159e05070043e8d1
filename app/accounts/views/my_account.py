"""One's own account: what is set up, where one is signed in, and the password."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts import failures, passkeys, passwords, programs, second_factor, sessions, signing_in
from app.accounts.access import safe_next, signed_in
from app.accounts.browsers import WebSession
from app.accounts.models import Person
from app.accounts.passkeys import Passkey
from app.accounts.passwords import BadPassword
from app.accounts.second_factor import OneTimeCode, RecoveryCode
from app.accounts.sign_in_forms import ChangePasswordForm, NewPasswordForm
from app.accounts.views.desk import bp
from app.accounts.views.sign_in import OFTEN
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.rates import limiter


@bp.get("/console/me")
@signed_in
def me() -> str:
    person = me_myself()
    code = db.session.get(OneTimeCode, person.id)
    return render_template(
        "accounts/me.html", person=person, sessions=sessions.alive(person, now()),
        here=sessions.current_hash(session), has_code=bool(code and code.confirmed_at),
        passkeys=db.session.scalars(Passkey.of(person)).all(), are_passkeys_possible=passkeys.are_possible(),
        has_second_factor=second_factor.is_set_up(person), named=programs.named,
        codes_left=len(db.session.scalars(RecoveryCode.left(person)).all()))


@bp.post("/console/me/sessions/others/ending")
@signed_in
def end_other_sessions() -> Response:
    WebSession.end_all(me_myself().id, now(), but=sessions.current_hash(session))
    db.session.commit()
    flash(_("其他设备都已退出登录。"), "success")
    return redirect(url_for("accounts.me"))


@bp.post("/console/me/sessions/<handle>/ending")
@signed_in
def end_session(handle: str) -> Response:
    """`handle` is the beginning of the row's hash: enough to tell one's own few apart."""
    found = [row for row in sessions.alive(me_myself(), now()) if row.id_hash.startswith(handle)]
    if len(handle) < 12 or len(found) != 1:
        raise NotThere(_("这个登录已经结束了。"))
    found[0].end(now())
    db.session.commit()
    return redirect(url_for("accounts.me"))


@bp.get("/console/me/password")
@signed_in
def password() -> Any:
    if led := sign_in_again_first(not me_myself().password):
        return led
    return _password_page(_form())


@bp.post("/console/me/password")
@signed_in
@limiter.limit(OFTEN)
def set_password() -> Any:
    """The present one is asked for, and its tries are counted, as at the door."""
    person, form, moment = me_myself(), _form(), now()
    if led := sign_in_again_first(not person.password):
        return led
    if not form.validate() or form.differs():
        return _password_page(new_password(form)), 422
    via = "password changed" if person.password else "password set"
    is_strong = signing_in.has_second_factor_in_session()
    try:
        if isinstance(form, ChangePasswordForm):
            bounds = signing_in.bounds_of(person)
            failures.take_try(bounds, moment)
            if not passwords.is_right(form.current.data, person.password):
                db.session.commit()
                form.current.errors = [_("现在的密码不对。")]
                return _password_page(form), 422
            failures.forgive(bounds)
        passwords.set_password(person, form.password.data, moment)
    except failures.LockedOut as error:
        form.form_errors.append(error.sentence)
        return _password_page(form), error.status
    except BadPassword as error:
        db.session.rollback()
        return _password_page(new_password(form, error.sentence)), 422
    signing_in.finish(person, via, moment, is_strong=is_strong)
    db.session.commit()
    flash(_("密码设好了，其他设备都已退出登录。"), "success")
    return redirect(safe_next(request.args.get("next")) or url_for("accounts.me"))


def me_myself() -> Person:
    return g.actor.person  # type: ignore[no-any-return]


def new_password(form: NewPasswordForm, sentence: str = "") -> NewPasswordForm:
    """The form with what is wrong with the new password."""
    if sentence:
        form.password.errors = [sentence]
    elif form.password.data and form.again.data and form.differs():
        form.again.errors = [_("两次填的新密码不一样，请再填一次。")]
    return form


def sign_in_again_first(is_asked: bool = True) -> Response | None:
    """A browser left open must not be enough for what opens the account for good."""
    if not is_asked or signing_in.is_fresh(now()):
        return None
    flash(_("为了安全，请先再登录一次。"), "info")
    return redirect(url_for("accounts.sign_in_page", again=1, next=request.path if request.method == "GET"
                            else url_for("accounts.me")))


def _form() -> NewPasswordForm:
    return ChangePasswordForm() if me_myself().password else NewPasswordForm()


def _password_page(form: NewPasswordForm) -> str:
    return render_template("accounts/password.html", form=form, person=me_myself(),
                           later=safe_next(request.args.get("next")))
