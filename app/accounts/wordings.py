"""An office's own words around the facts of a letter; the nearest office up the tree that has some gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Select, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization
from app.db import Change, Model, db, note
from app.errors import Refused

# As an office types them, and what they are called here.
PLACES = {"活动名称": "title", "时间": "when", "地点": "where", "姓名": "name",
          "主办单位": "office", "联系方式": "contact"}
_HALF = re.compile(r"\{\{[^{}\n]{0,20}|[^{}\n]{0,20}\}\}")
_PLACE = re.compile(r"\{\{([^{}]*)\}\}")


class WordedMeanwhile(Refused):
    """Somebody else saved between showing and sending; `number` is the newest now."""

    def __init__(self, number: int) -> None:
        super().__init__(_("这期间别人改过这封信。下面是您写的，请核对后再保存一次。"))
        self.number = number


class LetterWording(Model):
    """One version; the highest `number` holds. All empty: handed back to the office above."""

    __tablename__ = "letter_wording"
    __table_args__ = (UniqueConstraint("organization_id", "letter", "language", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship()
    letter: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    number: Mapped[int]
    subject: Mapped[str] = mapped_column(String(200), default="")
    opening: Mapped[str] = mapped_column(Text, default="")
    closing: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    @classmethod
    def of(cls, organization: Organization, letter: str, language: str) -> Select[LetterWording]:
        """All versions of one office, newest first."""
        return select(cls).where(cls.organization_id == organization.id, cls.letter == letter,
                                 cls.language == language).order_by(cls.number.desc())

    @classmethod
    def word(cls, organization: Organization, letter: str, language: str, as_of: datetime, *, subject: str,
             opening: str, closing: str, after: int) -> LetterWording:
        """The next version, or the one there is when nothing differs; `after`: the number that was shown.

        :raises WordedMeanwhile: when there is a newer one.
        """
        db.session.execute(select(Organization.id).where(Organization.id == organization.id).with_for_update())
        last = db.session.scalars(cls.of(organization, letter, language).limit(1)).one_or_none()
        number = last.number if last else 0
        if number != after:
            raise WordedMeanwhile(number)
        words = {"subject": subject, "opening": opening, "closing": closing}
        before = {name: getattr(last, name) if last else "" for name in words}
        if before == words and last is not None:
            return last
        made = cls(organization=organization, letter=letter, language=language, number=number + 1, at=as_of, **words)
        db.session.add(made)
        db.session.flush()
        note(Change(made, "worded", as_of, before=before, after=words))
        return made

    @property
    def is_empty(self) -> bool:
        return not (self.subject or self.opening or self.closing)

    @property
    def version(self) -> str:
        """The office's number and the version's: 3-2."""
        return f"{self.organization_id}-{self.number}"


@dataclass(frozen=True, slots=True)
class Words:
    """What is put into a letter; empty: the usual words."""

    subject: str = ""
    opening: str = ""
    closing: str = ""
    version: str = ""

    @classmethod
    def of(cls, organization: Organization, letter: str, language: str, values: Mapping[str, str]) -> Words:
        """`values` by the names of `PLACES`."""
        draft = _draft.get()
        own = draft if draft is not None else wording_of(organization, letter, language)
        if own is None:
            return cls()
        return cls(*(put_in(text, values) for text in (own.subject, own.opening, own.closing)), own.version)


def put_in(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: values.get(PLACES.get(found[1].strip(), ""), ""), text)


def unknown_places(text: str) -> list[str]:
    """As they were typed."""
    return [found[0] for found in _PLACE.finditer(text) if found[1].strip() not in PLACES]


def open_places(text: str) -> list[str]:
    """What begins or ends like a place and is none: a bracket is missing."""
    return _HALF.findall(_PLACE.sub("", text))


@contextmanager
def trying(draft: LetterWording) -> Iterator[None]:
    """Within it every letter is worded so: for a look before it is saved."""
    token = _draft.set(draft)
    try:
        yield
    finally:
        _draft.reset(token)


_draft: ContextVar[LetterWording | None] = ContextVar("draft", default=None)


def wording_of(organization: Organization, letter: str, language: str) -> LetterWording | None:
    """What holds for an office, in one query."""
    ids = [int(part) for part in organization.path.split("/") if part]
    newest = select(func.max(LetterWording.id)).where(
        LetterWording.organization_id.in_(ids), LetterWording.letter == letter,
        LetterWording.language == language).group_by(LetterWording.organization_id)
    found = db.session.scalars(select(LetterWording).join(LetterWording.organization).where(
        LetterWording.id.in_(newest)).order_by(func.length(Organization.path).desc())).all()
    return next((one for one in found if not one.is_empty), None)
