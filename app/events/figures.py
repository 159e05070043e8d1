"""What came of an event: heads and materials, and the photos that show it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Model
from app.files import StoredFile

if TYPE_CHECKING:
    from app.events.models import Event


class Figures(Model):
    """People (人数, distinct) and attendances (人次, each time) are different units and never mix."""

    __tablename__ = "event_figures"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    event: Mapped[Event] = relationship(back_populates="figures")
    attendances: Mapped[int]
    people: Mapped[int | None]
    materials: Mapped[int | None]
    summary: Mapped[str] = mapped_column(Text, default="")
    media_url: Mapped[str] = mapped_column(String(500), default="")
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]

    def correct(self, newer: Figures) -> None:
        for name in ("attendances", "people", "materials", "summary", "media_url", "entered_by_id",
                     "entered_at"):
            setattr(self, name, getattr(newer, name))

    def as_words(self) -> dict[str, int | None]:
        return {"attendances": self.attendances, "people": self.people, "materials": self.materials}


class Photo(Model):
    """One photo of an event."""

    __tablename__ = "event_photo"

    file_id: Mapped[str] = mapped_column(ForeignKey("stored_file.id"), primary_key=True)
    file: Mapped[StoredFile] = relationship(lazy="joined")
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    event: Mapped[Event] = relationship(back_populates="photos")
    added_at: Mapped[datetime]
