"""All that one person signed up for, by a link that only his mailbox is sent.

A ticket proves nothing of a mailbox: whoever fills in the form with another's name and address holds one at once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from app.db import db
from app.errors import NotThere
from app.signup.models import Enrolment, EnrolmentState


def token_of(enrolment: Enrolment) -> str:
    """Derived and never stored. Worth nothing once the name or the mailbox is corrected, or the person erased."""
    words = f"mailbox:{enrolment.id}:{enrolment.salt}:{enrolment.holder}"
    drawn = hmac.new(str(current_app.config["SECRET_KEY"]).encode(), words.encode(), hashlib.sha256).digest()
    return f"{enrolment.id}.{base64.urlsafe_b64encode(drawn).decode().rstrip('=')}"


def address_of(enrolment: Enrolment) -> str:
    return f"{current_app.config['BASE_URL']}/signed-up/{token_of(enrolment)}"


def opened(token: str) -> Enrolment:
    """The enrolment in whose letter the link stood.

    :raises NotThere: for a link that never was, and one that is worth nothing any more.
    """
    number, _dot, _mac = token.partition(".")
    found = db.session.get(Enrolment, int(number)) if (
        number.isascii() and number.isdigit() and len(number) < 10) else None
    if found is None or not found.holder or not hmac.compare_digest(token_of(found).encode(), token.encode()):
        raise NotThere(_("没有找到这个页面。链接可能不完整，或者报名信息已经更正、删除。请用最近的确认信。"))
    return found


def attending(holder: str) -> Select[Enrolment]:
    """Those in force of one mailbox and name, the newest first."""
    return select(Enrolment).where(
        Enrolment.holder == holder, Enrolment.state == EnrolmentState.ENROLLED.value,
        Enrolment.erased_at.is_(None)).order_by(Enrolment.enrolled_at.desc(), Enrolment.id.desc())


def with_events(holder: str) -> Select[Enrolment]:
    return attending(holder).options(joinedload(Enrolment.event))
