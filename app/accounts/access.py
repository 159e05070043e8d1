"""Who may use a route. Every route says so; the start fails if one does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from app import form_tokens
from app.accounts.models import Actor, Role
from app.accounts.passwords import is_older_than
from app.accounts.sign_in_rules import Demands
from app.accounts.signing_in import has_second_factor_in_session
from app.clock import now
from app.db import db, reading
from app.legible import LARGEST, refuse_address

View = TypeVar("View", bound=Callable[..., Any])

STAFF = frozenset(Role)

# Routes of libraries, by endpoint: they cannot carry our mark.
THIRD_PARTY = {"static": "public"}


class NoRule(RuntimeError):
    """A route that does not say who may use it."""


def public(view: View) -> View:
    """Anybody, without signing in."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def allowed(*roles: str) -> Callable[[View], View]:
    """Somebody signed in who holds one of `roles` anywhere; `g.actor` then reaches only where.

    No role given: anybody on the staff.
    """
    wanted = frozenset(Role(role) for role in roles) or STAFF

    def mark(view: View) -> View:
        @wraps(view)
        def door(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return _to_sign_in(keep_words=True)
            g.actor = Actor.of(current_user._get_current_object(), wanted)
            if not g.actor.paths:
                abort(403)
            db.session().info["actor"] = f"person:{g.actor.person.id}"
            return _first_of_all(g.actor) or view(*args, **kwargs)

        door.access = " ".join(sorted(wanted))  # type: ignore[attr-defined]
        return door  # type: ignore[return-value]

    return mark


def _first_of_all(actor: Actor) -> Response | None:
    """Where somebody is led who may use this page only once his sign-in is what his office demands."""
    demands = Demands.on(actor)
    if demands.second_factor and not has_second_factor_in_session():
        flash(_("您的角色要求两步验证：先在这里设置好，再打开其他页面。"), "warning")
        return redirect(url_for("accounts.second_factor"))
    if demands.password_days and is_older_than(actor.person, demands.password_days, now()):
        flash(_("密码已用满 %(days)d 天，请先换一个。", days=demands.password_days), "warning")
        return redirect(url_for("accounts.password"))
    return None


def signed_in(view: View) -> View:
    """Anybody signed in, with a role or without: pages about themselves."""

    @wraps(view)
    def door(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return _to_sign_in()
        g.actor = Actor.of(current_user._get_current_object(), STAFF)
        db.session().info["actor"] = f"person:{g.actor.person.id}"
        return view(*args, **kwargs)

    door.access = "signed in"  # type: ignore[attr-defined]
    return door  # type: ignore[return-value]


def check_every_route(app: Flask) -> None:
    """:raises NoRule: naming each route without a rule. Called at the end of `create_app`."""
    bare = [f"{rule.rule} ({rule.endpoint})" for rule in app.url_map.iter_rules()
            if not rule_of(app, rule.endpoint)]
    if bare:
        raise NoRule("these routes do not say who may use them: " + ", ".join(sorted(bare)))


def rule_of(app: Flask, endpoint: str) -> str:
    return getattr(app.view_functions[endpoint], "access", "") or THIRD_PARTY.get(endpoint, "")


def safe_next(target: str | None) -> str:
    """A path on this site, or nothing: no scheme, no host, no backslash, no control character."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return ""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(sign) < 33 for sign in target):
        return ""
    return target


class RowId(IntegerConverter):
    """A number that a row's id can be; beyond it nothing is there, whatever the database."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int | None = None,
                 signed: bool = False) -> None:
        super().__init__(map, fixed_digits, min, LARGEST if max is None else max, signed)


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowId
    app.before_request(_open_door)
    app.teardown_request(_close_door)


def _open_door() -> None:
    """A GET reads in a transaction that cannot write; whoever acts is a participant until known."""
    g.reading = None
    refuse_address()
    if request.method in ("GET", "HEAD", "OPTIONS"):
        g.reading = reading()
        g.reading.__enter__()
    elif not _is_own_origin():
        abort(403)
    db.session().info["actor"] = "participant"


def _close_door(error: BaseException | None) -> None:
    if held := g.pop("reading", None):
        held.__exit__(None, None, None)


def _is_own_origin() -> bool:
    """A browser says where a form stood; another site's form is refused. Scripts send no Origin."""
    origin = request.headers.get("Origin")
    if not origin or request.endpoint in current_app.extensions.get("wujin.any_origin", ()):
        return True
    ours = {urlsplit(current_app.config["BASE_URL"]).netloc, request.host}
    return urlsplit(origin).netloc in ours


def _to_sign_in(*, keep_words: bool = False) -> Response:
    """Where the session ended while somebody was typing, the words wait in a page until he has signed in."""
    form_tokens.sign_in_comes_first()
    if keep_words and form_tokens.words():
        return current_app.make_response(form_tokens.again(
            _("登录已过期，您填的内容还在。"), 403, signed_out=True))
    target = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("accounts.sign_in_page", next=safe_next(target) or None))
