"""Sealed snapshots: the numbers of a period as they were reported; what is corrected later is an amendment."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Index, Select, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from app.accounts.models import Person
from app.accounts.places import Organization, below
from app.db import Change, Model, db, note
from app.errors import Refused
from app.files import StoredFile, keep_file
from app.plans.models import Plan
from app.reports.statements.comparing import differences, numbers
from app.reports.statements.opening import opened
from app.reports.statements.period import Period, PeriodKind
from app.reports.statements.statement import NOTHING, Statement, digest_of

if TYPE_CHECKING:
    from app.accounts.models import Actor

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class NothingToAmend(Refused):
    """Everything reads as it was sealed."""

    def __init__(self) -> None:
        super().__init__(_("现在的数字和封存的一样，没有要补正的。"))


class NoReason(Refused):
    """An amendment says why."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("请写明为什么补正。"))


class Snapshot(Model):
    """The numbers of one office's period, sealed: `figures` are never written again, `digest` is their SHA-256."""

    __tablename__ = "snapshot"
    __table_args__ = (Index("ix_snapshot_period", "organization_id", "starts_on", "ends_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship()
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    plan: Mapped[Plan] = relationship()
    kind: Mapped[str] = mapped_column(String(8))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    figures: Mapped[Any] = deferred(mapped_column(JSON, nullable=False))
    digest: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]
    sealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sealed_by: Mapped[Person | None] = relationship()
    amendments: Mapped[list[Amendment]] = relationship(back_populates="snapshot", order_by="Amendment.id")

    @classmethod
    def seal(cls, statement: Statement, *, plan: Plan, office: Organization, by: Person, as_of: datetime) -> Snapshot:
        """The statement as it stands; a second sealing of the same period stands beside the first."""
        period = Period.read(statement["period"])
        assert period is not None
        snapshot = cls(
            organization=office, plan=plan, kind=period.kind.value, starts_on=period.starts_on,
            ends_on=period.ends_on, figures=statement, digest=digest_of(statement), sealed_at=as_of, sealed_by=by)
        db.session.add(snapshot)
        note(Change(snapshot, "sealed", as_of, after={"period": period.kept, "digest": snapshot.digest}))
        return snapshot

    @classmethod
    def same_as(cls, statement: Statement, *, plan: Plan, office: Organization) -> Snapshot | None:
        """The last one of the period, where every number of the statement stands in it already."""
        last = db.session.scalars(cls.of_period(plan, office, statement).order_by(cls.id.desc()).limit(1)).first()
        return last if last is not None and not differences(last.figures, statement) else None

    @classmethod
    def of_period(cls, plan: Plan, office: Organization, statement: Statement) -> Select[Snapshot]:
        return select(cls).where(
            cls.organization_id == office.id, cls.plan_id == plan.id, cls.kind == statement["kind"],
            cls.starts_on == date.fromisoformat(statement["starts_on"]))

    @property
    def ordinal(self) -> int:
        """The how manieth of its office's period it is, from 1."""
        return db.session.scalar(select(func.count()).select_from(Snapshot).where(
            Snapshot.organization_id == self.organization_id, Snapshot.plan_id == self.plan_id,
            Snapshot.kind == self.kind, Snapshot.starts_on == self.starts_on, Snapshot.id <= self.id)) or 1

    @property
    def period(self) -> Period:
        return Period.of_day(PeriodKind(self.kind), self.starts_on)

    @property
    def statement(self) -> Statement:
        """What was sealed, in today's shape, however long ago."""
        return opened(self.figures)

    @property
    def is_whole(self) -> bool:
        """Whether the numbers are still those that were sealed."""
        return digest_of(self.figures) == self.digest

    def differences(self, now: Statement) -> list[list[str]]:
        """[what, as reported, now]: what reads otherwise by now, after the amendments already made."""
        told = {what: after for one in self.amendments for what, _before, after in one.changes}
        return [[what, told.get(what, before), after] for what, before, after in differences(self.figures, now)
                if told.get(what, before) != after] + [
            [what, after, before] for what, before, after in self._taken_back(told, now)]

    def amend(self, now: Statement, *, reason: str, by: Person, as_of: datetime) -> Amendment:
        """What reads otherwise by now, kept beside what was sealed, with the reason.

        :raises NoReason, NothingToAmend:
        """
        if not reason.strip():
            raise NoReason
        changes = self.differences(now)
        if not changes:
            raise NothingToAmend
        amendment = Amendment(reason=reason.strip(), changes=changes, made_at=as_of, made_by=by)
        self.amendments.append(amendment)
        note(Change(self, "amended", as_of, after={"reason": reason.strip(), "count": len(changes)}))
        return amendment

    def _taken_back(self, told: dict[str, str], now: Statement) -> list[list[str]]:
        """Amended before, and by now as it was sealed again: [what, sealed, amended]."""
        changed = {what for what, _before, _after in differences(self.figures, now)}
        sealed = numbers(self.figures)
        return [[what, sealed.get(what, NOTHING), after] for what, after in told.items()
                if what not in changed and after != sealed.get(what, NOTHING)]

    @classmethod
    def scoped(cls, actor: Actor) -> Select[Snapshot]:
        return (select(cls).join(cls.organization).where(below(actor.paths))
                .order_by(cls.ends_on.desc(), cls.id.desc()))


class Amendment(Model):
    """A later correction of a sealed number, with its reason."""

    __tablename__ = "amendment"

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), index=True)
    snapshot: Mapped[Snapshot] = relationship(back_populates="amendments")
    reason: Mapped[str] = mapped_column(Text)
    changes: Mapped[list[Any]] = mapped_column(JSON, nullable=False)  # [what, before, after]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_by: Mapped[Person | None] = relationship()


class ReportTemplate(Model):
    """An office's own Word template for a report."""

    __tablename__ = "report_template"
    __table_args__ = (UniqueConstraint("organization_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship()
    kind: Mapped[str] = mapped_column(String(8))
    file_id: Mapped[str] = mapped_column(ForeignKey("stored_file.id"))
    file: Mapped[StoredFile] = relationship(lazy="joined")
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @classmethod
    def set_for(cls, office: Organization, words: bytes, name: str, *, by: Person, as_of: datetime) -> None:
        """The office's own for every kind of report."""
        file = keep_file(words, name, DOCX, as_of)
        own = {one.kind: one for one in db.session.scalars(cls.of(office))}
        for kind in PeriodKind:
            one = own.get(kind.value) or cls(organization=office, kind=kind.value)
            one.file, one.set_at, one.set_by_id = file, as_of, by.id
            db.session.add(one)
        note(Change(office, "template_set", as_of, after={"name": file.name}))

    @classmethod
    def remove_from(cls, office: Organization, *, as_of: datetime) -> None:
        """Safe to call twice."""
        own = db.session.scalars(cls.of(office)).all()
        for one in own:
            db.session.delete(one)
        if own:
            note(Change(office, "template_removed", as_of))

    @classmethod
    def of(cls, office: Organization) -> Select[ReportTemplate]:
        return select(cls).where(cls.organization_id == office.id).order_by(cls.id)

    @classmethod
    def for_office(cls, office: Organization, kind: str) -> Select[ReportTemplate]:
        """The office's own, or the nearest above it."""
        ids = [int(part) for part in office.path.split("/") if part]
        return (select(cls).join(cls.organization).where(cls.organization_id.in_(ids), cls.kind == kind)
                .order_by(func.length(Organization.path).desc()).limit(1))
