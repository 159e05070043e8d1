"""Signing in through the office's own provider. The way back is a GET, and the one GET that signs in."""

from __future__ import annotations

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.accounts import oidc, signing_in
from app.accounts.access import public, safe_next
from app.accounts.views.desk import bp
from app.accounts.views.sign_in import OFTEN, answer_to_first_part, home_of
from app.clock import now
from app.db import db, writing
from app.rates import limiter

NEXT = "provider_next"


@bp.get("/sign-in/provider")
@public
@limiter.limit(OFTEN)
def to_provider() -> Response:
    """A link, not a form: the page's policy lets forms go nowhere else."""
    if not oidc.is_offered():
        return redirect(url_for("accounts.sign_in_page"))
    session[NEXT] = safe_next(request.args.get("next"))
    return oidc.lead_to_provider()  # type: ignore[no-any-return]


@bp.get("/sign-in/provider/callback")
@public
@limiter.limit(OFTEN)
def from_provider() -> Response:
    found, target = oidc.claims(), safe_next(session.pop(NEXT, ""))
    db.session.rollback()  # what was read so far was read in a transaction that cannot write
    with writing():
        person = oidc.person_of(found)
        target = target or home_of(person)
        is_in = signing_in.begin(person, "provider", target, now(), is_strong=oidc.is_strong(found))
        return answer_to_first_part(is_in, target)
