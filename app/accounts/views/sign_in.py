"""Signing in by password, the second factor after it, and signing out."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask_security import current_user, logout_user
from werkzeug.wrappers import Response

from app.accounts import failures, oidc, passkeys, second_factor, signing_in
from app.accounts.access import public, safe_next, signed_in
from app.accounts.models import Person, Role
from app.accounts.passkeys import BadPasskey
from app.accounts.sign_in_forms import CodeForm, PasskeyAnswerForm, SignInForm
from app.accounts.signing_in import Half
from app.accounts.views.desk import bp
from app.clock import now
from app.db import Change, db, note
from app.errors import Refused
from app.rates import limiter

OFTEN = "60 per 5 minutes"  # the second wall, in memory; the first counts failures in the database
HOME = "/console/"


def home_of(person: Person) -> str:
    """Who only leads looks at the board; everybody else at what waits for him."""
    return url_for("leaders.show") if {one.role for one in person.grants} == {Role.LEADER.value} else HOME


@bp.get("/sign-in")
@public
def sign_in_page() -> Any:
    """The form; who is signed in already goes on, unless he is to prove it again."""
    if current_user.is_authenticated and "again" not in request.args:
        return redirect(_target() or home_of(current_user))
    return _page(SignInForm())


@bp.post("/sign-in")
@public
@limiter.limit(OFTEN)
def sign_in() -> Any:
    form = SignInForm()
    if not form.validate():
        return _page(form), 422
    try:
        person = signing_in.authenticate(form.account.data or "", form.password.data, now())
    except Refused as error:
        form.form_errors.append(error.sentence)
        return _page(form), error.status
    target = _target() or home_of(person)
    return answer_to_first_part(signing_in.begin(person, "password", target, now()), target)


def answer_to_first_part(is_in: bool, target: str) -> Response:
    """Commits; leads on, or to the second factor."""
    db.session.commit()
    return redirect((target or HOME) if is_in else url_for("accounts.second_part"))


@bp.get("/sign-in/second-factor")
@public
def second_part() -> Any:
    held = signing_in.half(now())
    return _second_page(held, CodeForm()) if held else redirect(url_for("accounts.sign_in_page"))


@bp.post("/sign-in/second-factor")
@public
@limiter.limit(OFTEN)
def second_part_by_code() -> Any:
    """By the phone's six digits or a recovery code, in one field."""
    form, held = CodeForm(), signing_in.half(now())
    if held is None:
        return redirect(url_for("accounts.sign_in_page"))
    if not form.validate():
        return _second_page(held, form), 422
    return _judged(held, form, lambda: second_factor.check(held.person, form.code.data or "", now()))


@bp.post("/sign-in/second-factor/passkey")
@public
@limiter.limit(OFTEN)
def second_part_by_passkey() -> Any:
    form, held = PasskeyAnswerForm(), signing_in.half(now())
    if held is None:
        return redirect(url_for("accounts.sign_in_page"))
    if not form.validate():
        return _second_page(held, CodeForm(formdata=None), BadPasskey().sentence), 422
    return _judged(held, CodeForm(formdata=None),
                   lambda: passkeys.check(held.person, form.answer.data or "", held.challenge, now()))


@bp.post("/sign-out")
@signed_in
def sign_out() -> Response:
    note(Change(current_user._get_current_object(), "signed_out", now()))
    db.session.commit()
    logout_user()
    session.clear()
    return redirect("/")


def _judged(held: Half, form: CodeForm, check: Any) -> Any:
    """The try is counted first, then looked at; a right one gives it back."""
    bounds = failures.bounds(f"second factor of {held.person.id}", request.remote_addr or "")
    try:
        failures.take_try(bounds, now())
        check()
    except Refused as error:
        db.session.commit()
        form.form_errors.append(error.sentence)
        return _second_page(held, form), error.status
    failures.forgive(bounds)
    signing_in.finish(held.person, f"{held.via} and second factor", now(), is_strong=True)
    return answer_to_first_part(True, held.target)


def _page(form: SignInForm) -> str:
    return render_template("accounts/sign_in.html", form=form, target=_target(), has_provider=oidc.is_offered(),
                           is_again=current_user.is_authenticated)


def _second_page(held: Half, form: CodeForm, sentence: str = "") -> str:
    if sentence:
        form.form_errors.append(sentence)
    return render_template("accounts/second_part.html", form=form, answer=PasskeyAnswerForm(formdata=None),
                           options=passkeys.ask(held.person, held.challenge))


def _target() -> str:
    return safe_next(request.args.get("next"))
