"""Setting up one's own second factor: a phone's codes, passkeys, recovery codes."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts import passkeys, second_factor, sessions, signing_in
from app.accounts.access import signed_in
from app.accounts.browsers import WebSession
from app.accounts.passkeys import BadPasskey, Passkey
from app.accounts.second_factor import OneTimeCode, RecoveryCode, WrongCode
from app.accounts.sign_in_forms import CodeForm, PasskeyForm, PlainForm
from app.accounts.views.desk import bp
from app.accounts.views.my_account import me_myself, sign_in_again_first
from app.clock import now
from app.db import db
from app.errors import NotThere

CHALLENGE = "passkey_challenge"


@bp.get("/console/me/second-factor", endpoint="second_factor")
@signed_in
def second_factor_page() -> Any:
    """Begins with a button; then the QR code and a field for the first code."""
    if led := sign_in_again_first():
        return led
    return _page(CodeForm())


@bp.post("/console/me/second-factor")
@signed_in
def begin_second_factor() -> Response:
    if led := sign_in_again_first():
        return led
    OneTimeCode.begin(me_myself(), now())
    db.session.commit()
    return redirect(url_for("accounts.second_factor"))


@bp.post("/console/me/second-factor/confirmation")
@signed_in
def confirm_second_factor() -> Any:
    """The first right code switches it on, and shows the recovery codes, this once."""
    form = CodeForm()
    if led := sign_in_again_first():
        return led
    if not form.validate():
        return _page(form), 422
    try:
        codes = second_factor.confirm(me_myself(), form.code.data or "", now())
    except WrongCode as error:
        db.session.rollback()
        form.code.errors = [error.sentence]
        return _page(form), 422
    return _switched_on(codes)


@bp.post("/console/me/recovery-codes")
@signed_in
def renew_recovery_codes() -> Any:
    if led := sign_in_again_first():
        return led
    if not second_factor.is_set_up(me_myself()):
        raise NotThere(_("还没有设置两步验证。"))
    codes = second_factor.renew_recovery_codes(me_myself(), now())
    db.session.commit()
    return render_template("accounts/recovery_codes.html", codes=codes)


@bp.post("/console/me/second-factor/removal")
@signed_in
def remove_second_factor() -> Response:
    if led := sign_in_again_first():
        return led
    second_factor.remove(me_myself(), now())
    session[signing_in.FACTOR] = False
    db.session.commit()
    flash(_("两步验证已关闭。"), "success")
    return redirect(url_for("accounts.me"))


@bp.get("/console/me/passkeys/new")
@signed_in
def new_passkey() -> Any:
    if led := sign_in_again_first():
        return led
    return _passkey_page(PasskeyForm())


@bp.post("/console/me/passkeys/new")
@signed_in
def add_passkey() -> Any:
    form, challenge = PasskeyForm(), session.pop(CHALLENGE, "")
    if led := sign_in_again_first():
        return led
    if not form.validate():
        return _passkey_page(form), 422
    if not challenge or not passkeys.are_possible():
        raise BadPasskey
    passkeys.add(me_myself(), form.answer.data or "", challenge, form.name.data or "", now())
    db.session.flush()
    if not db.session.scalars(RecoveryCode.left(me_myself())).all():
        return _switched_on(second_factor.renew_recovery_codes(me_myself(), now()))
    return _switched_on([])


@bp.post("/console/me/passkeys/<int:id>/removal")
@signed_in
def remove_passkey(id: int) -> Response:
    if led := sign_in_again_first():
        return led
    key = db.session.scalars(Passkey.of(me_myself()).where(Passkey.id == id)).one_or_none()
    if key is None:
        raise NotThere(_("没有这个通行密钥。"))
    key.discard(me_myself(), now())
    db.session.commit()
    return redirect(url_for("accounts.me"))


def _switched_on(codes: list[str]) -> Any:
    """This session has proved it; others were opened without and end."""
    session[signing_in.FACTOR] = True
    WebSession.end_all(me_myself().id, now(), but=sessions.current_hash(session))
    db.session.commit()
    if codes:
        return render_template("accounts/recovery_codes.html", codes=codes)
    return redirect(url_for("accounts.me"))


def _page(form: CodeForm) -> str:
    person = me_myself()
    code = db.session.get(OneTimeCode, person.id)
    is_on = bool(code and code.confirmed_at)
    label = person.email or person.mobile or person.name
    return render_template(
        "accounts/second_factor.html", form=form, plain=PlainForm(), is_on=is_on, code=None if is_on else code,
        address=code.address(label) if code and not is_on else "", key=code.key if code and not is_on else "",
        are_passkeys_possible=passkeys.are_possible())


def _passkey_page(form: PasskeyForm) -> str:
    if not passkeys.are_possible():
        raise NotThere(_("这个网址用不了通行密钥：要用域名和 https 打开。"))
    session[CHALLENGE] = challenge = sessions.new_token()
    return render_template("accounts/passkey.html", form=form, options=passkeys.offer(me_myself(), challenge))
