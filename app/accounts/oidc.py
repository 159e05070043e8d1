"""Signing in through an office's own provider (OpenID Connect). It says who somebody is, never who is on the staff:
a verified address must already be a person's, and nothing of the person is taken over from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app, session
from flask_babel import gettext as _

from app.accounts.models import Person
from app.contact import BadContact, Contact
from app.db import db
from app.errors import Refused

NAME = "provider"
SECONDS = 10
# RFC 8176: a sign-in by more than one thing, whatever they were.
STRONG = "mfa"


class ProviderAway(Refused):
    status = 503

    def __init__(self) -> None:
        super().__init__(_("统一身份认证暂时连不上，请稍后再试，或者用密码登录。"))


class NotVouchedFor(Refused):
    """The provider's answer does not hold: not asked for by this browser, too old, not for us."""

    status = 400

    def __init__(self) -> None:
        super().__init__(_("统一身份认证没有成功，请回到登录页再试一次。"))


class NobodyHere(Refused):
    status = 403

    def __init__(self) -> None:
        super().__init__(_("统一身份认证通过了，但这个邮箱不在工作人员名单里。请联系本单位管理员。"))


def init_app(app: Flask) -> None:
    app.extensions["wujin.oidc"] = None
    if app.config["OIDC_ISSUER"]:
        from authlib.integrations.flask_client import OAuth  # a third of a second that most installations need not

        app.extensions["wujin.oidc"] = OAuth(app).register(
            NAME, client_id=app.config["OIDC_CLIENT_ID"], client_secret=app.config["OIDC_CLIENT_SECRET"] or None,
            server_metadata_url=f"{app.config['OIDC_ISSUER']}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "default_timeout": SECONDS})


def is_offered() -> bool:
    return current_app.extensions["wujin.oidc"] is not None


def lead_to_provider() -> Any:
    """With state, nonce and the proof key's secret (RFC 7636) bound to this browser's session."""
    for key in [key for key in session if key.startswith(f"_state_{NAME}_")]:
        session.pop(key)
    try:
        return _client().authorize_redirect(_callback())
    except (*_away(), *_not_good()) as error:
        raise ProviderAway from error


def claims() -> Mapping[str, Any]:
    """What the provider vouches for, of the request it led the browser back with.

    :raises NotVouchedFor: unless state, nonce, issuer, audience, time and signature hold.
    """
    client = _client()
    try:
        token = client.authorize_access_token()
        found = dict(token.get("userinfo") or {})
        if found and "email" not in found:
            more = client.userinfo(token=token)
            found |= {name: more[name] for name in ("email", "email_verified") if name in more
                      and more.get("sub") == found.get("sub")}
    except _away() as error:
        raise ProviderAway from error
    except _not_good() as error:
        raise NotVouchedFor from error
    issuer, audience = str(found.get("iss", "")).rstrip("/"), found.get("aud", [])
    audience = [audience] if isinstance(audience, str) else audience
    if issuer != current_app.config["OIDC_ISSUER"] or current_app.config["OIDC_CLIENT_ID"] not in audience:
        raise NotVouchedFor
    return found


def person_of(found: Mapping[str, Any]) -> Person:
    """:raises NobodyHere: unless a verified address is that of somebody who is active here."""
    try:
        email = Contact.of(email=str(found.get("email") or "")).email
    except BadContact as error:
        raise NobodyHere from error
    person = db.session.scalars(Person.with_email(email)).one_or_none()
    if found.get("email_verified") is not True or person is None or not person.active:
        raise NobodyHere
    return person


def is_strong(found: Mapping[str, Any]) -> bool:
    """Whether the provider itself asked for a second factor."""
    methods = found.get("amr")
    return isinstance(methods, list) and STRONG in methods


def _client() -> Any:
    client = current_app.extensions["wujin.oidc"]
    if client is None:
        raise NotVouchedFor
    return client


def _away() -> tuple[type[Exception], ...]:
    from requests import ConnectionError, HTTPError, Timeout  # with the provider's library alone

    return ConnectionError, HTTPError, Timeout


def _not_good() -> tuple[type[Exception], ...]:
    from authlib.common.errors import AuthlibBaseError  # as above
    from joserfc.errors import JoseError

    return AuthlibBaseError, JoseError, ValueError, KeyError, RuntimeError, TypeError


def _callback() -> str:
    return f"{current_app.config['BASE_URL']}/sign-in/provider/callback"
