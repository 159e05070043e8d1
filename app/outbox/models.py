"""The ledger: one row a letter and recipient, and what came of it."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    Text,
    UniqueConstraint,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Model, db
from app.outbox.domains import GROUPS, OTHER, group_of
from app.outbox.letter import Letter

STOPPED_AT_ONCE = 20_000


class DeliveryState(enum.StrEnum):
    PENDING = "pending"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    FAILED = "failed"
    AMBIGUOUS = "ambiguous"  # the connection was lost after the final dot: nobody can know
    CANCELLED = "cancelled"
    MISSED = "missed"
    SUPPRESSED = "suppressed"
    MERGED = "merged"
    BOUNCED = "bounced"

    @property
    def label(self) -> str:
        return {"pending": _("待发"), "claimed": _("正在发"), "accepted": _("已交邮件服务器"), "failed": _("未送达"),
                "ambiguous": _("可能已送达"), "cancelled": _("已撤回"), "missed": _("错过"),
                "suppressed": _("不再发送"), "merged": _("已合并"), "bounced": _("被退回")}[self.value]

    @property
    def is_final(self) -> bool:
        return self not in (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.AMBIGUOUS)


class LetterContent(Model):
    """A letter's words, kept once for all who get the same ones, as they were when posted."""

    __tablename__ = "letter_content"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    letter: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    calendar: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    calendar_method: Mapped[str] = mapped_column(String(16), default="")
    wording: Mapped[str] = mapped_column(String(40), default="", server_default="")  # the version of an office's own

    @classmethod
    def of(cls, letter: Letter) -> LetterContent:
        return cls(digest=digest_of(letter), letter=letter.name, language=letter.language,
                   subject=letter.subject[:300], text=letter.text, html=letter.html,
                   calendar=letter.calendar, calendar_method=letter.calendar_method, wording=letter.wording)


class Delivery(Model):
    """One letter to one address. Unique by cause, address and channel: no cause, however often it
    is told, makes a second letter."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("cause", "address", "channel"),
        Index("ix_delivery_due", "domain_group", "next_at", "id", postgresql_where=text("state = 'pending'"),
              sqlite_where=text("state = 'pending'")),
        Index("ix_delivery_message_id", "message_id", postgresql_where=text("message_id != ''"),
              sqlite_where=text("message_id != ''")),
        Index("ix_delivery_lease", "lease_until", postgresql_where=text("state = 'claimed'"),
              sqlite_where=text("state = 'claimed'")),
        Index("ix_delivery_unknown", "next_at", postgresql_where=text("state = 'ambiguous'"),
              sqlite_where=text("state = 'ambiguous'")),
        Index("ix_delivery_about", "about"),
        Index("ix_delivery_sent_at", "sent_at"),
        CheckConstraint(
            "state IN ('pending','claimed','accepted','failed','ambiguous','cancelled','missed',"
            "'suppressed','merged','bounced')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cause: Mapped[str] = mapped_column(String(96))
    about: Mapped[str] = mapped_column(String(64), default="")  # "event:7": whose page shows it
    letter: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(16), default="email")
    address: Mapped[str] = mapped_column(String(254))
    domain_group: Mapped[str] = mapped_column(
        String(16), default=lambda row: group_of(row.get_current_parameters()["address"]), server_default=OTHER)
    name: Mapped[str] = mapped_column(String(120), default="")
    fields: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    content_id: Mapped[int | None] = mapped_column(ForeignKey("letter_content.id"))
    content: Mapped[LetterContent | None] = relationship()
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.PENDING.value)
    reason: Mapped[str] = mapped_column(String(300), default="")
    posted_at: Mapped[datetime]
    next_at: Mapped[datetime]
    useful_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    data_begun_at: Mapped[datetime | None]
    unanswered: Mapped[int] = mapped_column(default=0)  # how often DATA ended without an answer: copies perhaps out
    message_id: Mapped[str] = mapped_column(String(200), default="")
    last_code: Mapped[int | None]
    sent_at: Mapped[datetime | None]

    @property
    def is_kept(self) -> bool:
        """Done with, but never given to a mail server: it stays here to be read."""
        return self.state == DeliveryState.ACCEPTED and self.reason != ""

    @property
    def outcome(self) -> str:
        return _("留在发件箱，没有寄出") if self.is_kept else DeliveryState(self.state).label

    @classmethod
    def waiting(cls) -> Select[Delivery]:
        return select(cls).where(cls.state == DeliveryState.PENDING.value)

    @classmethod
    def due(cls, as_of: datetime) -> Select[Delivery]:
        # By house, though all are meant: so the index answers it.
        return cls.waiting().where(cls.domain_group.in_(GROUPS), cls.next_at <= as_of).order_by(cls.next_at, cls.id)

    @classmethod
    def known_as(cls, message_id: str) -> Select[Delivery]:
        return select(cls).where(cls.message_id == message_id, cls.message_id != "")

    @classmethod
    def of_cause(cls, cause: str) -> Select[Delivery]:
        return select(cls).where(cls.cause == cause)

    @classmethod
    def unsent_of(cls, cause: str) -> Select[Delivery]:
        return cls.of_cause(cause).where(
            cls.state.in_((DeliveryState.PENDING.value, DeliveryState.CLAIMED.value)))

    @classmethod
    def reached_by(cls, causes: Iterable[str]) -> Select[str]:
        """The addresses that have, or may have, a letter for one of these causes."""
        return select(cls.address).where(cls.cause.in_(list(causes)), cls.state.in_(
            (DeliveryState.ACCEPTED.value, DeliveryState.AMBIGUOUS.value)))

    @classmethod
    def about_any(cls, abouts: Select[str]) -> Select[Delivery]:
        """The letters about any of these, newest first."""
        return select(cls).where(cls.about.in_(abouts)).order_by(cls.posted_at.desc(), cls.id.desc())

    @classmethod
    def visible(cls, which: ColumnElement[bool]) -> Select[Delivery]:
        return select(cls).where(which)

    @classmethod
    def ahead(cls, which: ColumnElement[bool], bounds: Sequence[datetime]) -> Select[tuple[int, str, int, datetime]]:
        """(which of the stretches that end at `bounds`, letter, how many wait, the first of them): all due before
        the last bound."""
        stretch = case(*((cls.next_at < bound, number) for number, bound in enumerate(bounds))).label("stretch")
        one = (select(stretch, cls.letter, cls.next_at).where(
            cls.state == DeliveryState.PENDING.value, cls.next_at < bounds[-1], which)).subquery()
        return (select(one.c.stretch, one.c.letter, func.count(), func.min(one.c.next_at))
                .group_by(one.c.stretch, one.c.letter).order_by(one.c.stretch, one.c.letter))

    @classmethod
    def rejected(cls, about: str) -> Select[Delivery]:
        """Those about one thing whose address takes no letters: refused for good, come back, or barred since."""
        return cls.concerning(about).where(or_(
            cls.state.in_((DeliveryState.BOUNCED.value, DeliveryState.SUPPRESSED.value)),
            (cls.state == DeliveryState.FAILED.value) & (cls.last_code >= 500)))

    @classmethod
    def accepted_since(cls, moment: datetime) -> Select[int]:
        return select(func.count()).select_from(cls).where(cls.sent_at > moment)

    @classmethod
    def concerning(cls, about: str) -> Select[Delivery]:
        return select(cls).where(cls.about == about).order_by(cls.posted_at.desc(), cls.id.desc())

    @classmethod
    def stop_all(cls, cause: str, reason: str) -> bool:
        """Takes back whatever of a cause has not left, in slices; whether anything had not."""
        waiting = cls.unsent_of(cause).with_only_columns(cls.id).where(cls.state == DeliveryState.PENDING.value)
        is_unsent = db.session.scalar(cls.unsent_of(cause).with_only_columns(cls.id).limit(1)) is not None
        while is_unsent and db.session.execute(
                update(cls).where(cls.id.in_(waiting.limit(STOPPED_AT_ONCE)))
                .values(state=DeliveryState.CANCELLED.value, reason=reason)
                .execution_options(synchronize_session="fetch")).rowcount == STOPPED_AT_ONCE:  # type: ignore[attr-defined]
            pass
        return is_unsent

    def stop(self, reason: str) -> None:
        """Takes back a letter that has not left. Safe to call twice; one under way is stopped by its gate."""
        if self.state == DeliveryState.PENDING:
            self.state, self.reason = DeliveryState.CANCELLED.value, reason

    def bounce(self, reason: str) -> None:
        """It left, and came back."""
        self.state, self.reason = DeliveryState.BOUNCED.value, reason


class Attempt(Model):
    """One try at sending: when, and what the mail server answered."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    at: Mapped[datetime]
    code: Mapped[int | None]
    answer: Mapped[str] = mapped_column(String(300), default="")


class Suppression(Model):
    """An address we do not write to any more, by its SHA-256; why, and since when."""

    __tablename__ = "suppression"

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # hard, complaint, manual
    since: Mapped[datetime]
    evidence: Mapped[str] = mapped_column(String(300), default="")


def digest_of(letter: Letter) -> str:
    words = (letter.name, letter.language, letter.subject, letter.text, letter.html, letter.calendar_method)
    return hashlib.sha256("\x1f".join(words).encode() + b"\x1f" + letter.calendar).hexdigest()


def address_hash(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()
