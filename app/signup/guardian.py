"""A guardian's consent for a child under fourteen, kept apart from the enrolment's own (PIPL 28-31)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Model

if TYPE_CHECKING:
    from app.signup.models import ConsentText, Enrolment


class GuardianConsent(Model):
    """Who agreed for the child, when, and to which words; after an erasing only that somebody did."""

    __tablename__ = "guardian_consent"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    enrolment: Mapped[Enrolment] = relationship(back_populates="guardian")
    name: Mapped[str] = mapped_column(String(60))
    consent_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    consent: Mapped[ConsentText] = relationship()
    consented_at: Mapped[datetime]
