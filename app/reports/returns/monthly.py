"""The monthly return (月报): what a unit held, what is missing, a few words; filed, returned, approved, added up."""

from __future__ import annotations

import enum
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.models import Person
from app.accounts.places import Organization, below
from app.db import Change, Model, db, note
from app.errors import Refused
from app.events.approval import NotForYou
from app.reports.returns.figures import MonthFigures
from app.reports.returns.month import Month
from app.reports.returns.scope import decides_on, files, may_decide

if TYPE_CHECKING:
    from app.accounts.models import Actor


class ReturnState(enum.StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"

    @property
    def label(self) -> str:
        return {"draft": _("未报"), "submitted": _("已报，待审"), "returned": _("已退回"),
                "approved": _("已通过")}[self.value]


FILED = (ReturnState.SUBMITTED.value, ReturnState.APPROVED.value)


class WrongReturnState(Refused):
    """The return is not in a state that allows this."""


class StaleReturn(Refused):
    """Somebody changed it since the form was opened, or its figures are others now."""


class MonthNotOver(Refused):
    """What is still to be held cannot be told of."""

    status = 422


class FilesNone(Refused):
    """A unit, or an office that is closed."""


class MonthlyReturn(Model):
    """One unit's return of one month. `figures` are frozen when it is submitted; they never gate anything."""

    __tablename__ = "monthly_return"
    __table_args__ = (
        UniqueConstraint("organization_id", "month"),
        CheckConstraint("state IN ('draft','submitted','returned','approved')", name="state"),
        CheckConstraint("state != 'returned' OR returned_reason != ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship()
    month: Mapped[date] = mapped_column(index=True)  # its first day
    state: Mapped[str] = mapped_column(String(12), default=ReturnState.DRAFT.value)
    words: Mapped[str] = mapped_column(Text, default="")
    problems: Mapped[str] = mapped_column(Text, default="")
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    returned_reason: Mapped[str] = mapped_column(String(300), default="")
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_by: Mapped[Person | None] = relationship(foreign_keys=[submitted_by_id])
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    version: Mapped[int] = mapped_column(default=1)

    @classmethod
    def scoped(cls, actor: Actor) -> Select[MonthlyReturn]:
        return (select(cls).join(cls.organization).where(below(actor.paths))
                .order_by(cls.month.desc(), Organization.path))

    @classmethod
    def of_month(cls, month: Month) -> Select[MonthlyReturn]:
        return select(cls).where(cls.month == month.first)

    @classmethod
    def waiting_for(cls, actor: Actor) -> Select[MonthlyReturn]:
        """Submitted, and the actor as a reviewer may be the one to approve; `may_decide` has the last word."""
        return cls.scoped(actor).where(cls.state == ReturnState.SUBMITTED.value).options(
            joinedload(cls.organization)).order_by(None).order_by(cls.submitted_at, cls.id)

    @classmethod
    def find(cls, organization: Organization, month: Month) -> MonthlyReturn | None:
        return db.session.scalars(cls.of_month(month).where(cls.organization_id == organization.id).execution_options(
            populate_existing=True)).one_or_none()

    @classmethod
    def ensure(cls, organization: Organization, month: Month) -> MonthlyReturn:
        """The one there is, held fast, or a new draft.

        :raises FilesNone: for a unit, whose events the office above tells.
        """
        # The office is held, not the row: of two who file at once, one waits for the other.
        db.session.execute(select(Organization.id).where(Organization.id == organization.id).with_for_update())
        found = cls.find(organization, month)
        if found is None:
            if not files(organization):
                raise FilesNone(_("“%(name)s”不单独报月报。", name=organization.name))
            found = cls(organization=organization, month=month.first, state=ReturnState.DRAFT.value, words="",
                        problems="", returned_reason="", version=0)
            db.session.add(found)
        return found

    @property
    def of(self) -> Month:
        return Month(self.month)

    @property
    def is_filed(self) -> bool:
        return self.state in FILED

    @property
    def can_be_written(self) -> bool:
        return not self.is_filed

    @property
    def frozen(self) -> MonthFigures | None:
        return MonthFigures.of_json(self.figures) if self.figures else None

    # ------------------------------------------------------------ verbs

    def write(self, as_of: datetime, *, words: str, problems: str) -> None:
        """The draft, kept until it is submitted."""
        self._must_be(ReturnState.DRAFT, ReturnState.RETURNED)
        before = self._said()
        if self.version and before == {"words": words, "problems": problems}:
            return
        self.words, self.problems = words, problems
        self._note("revised", as_of, before, self._said())

    def submit(self, figures: MonthFigures, by: Person, as_of: datetime, *, words: str, problems: str) -> None:
        """Freezes `figures`. One that was returned is filed again; the audit keeps what was filed before.

        :raises MonthNotOver: while something of the month may still be held.
        """
        self._must_be(ReturnState.DRAFT, ReturnState.RETURNED)
        if not self.of.is_over(as_of):
            raise MonthNotOver(_("这个月还没有过完，月底以后再报；可以先存着。"))
        if not files(self.organization):
            raise FilesNone(_("“%(name)s”不单独报月报。", name=self.organization.name))
        before = self._counted()
        self.words, self.problems, self.figures = words, problems, figures.as_json()
        self.state, self.returned_reason = ReturnState.SUBMITTED.value, ""
        self.submitted_at, self.submitted_by = as_of, by
        self.decided_at, self.decided_by = None, None
        self._note("filed", as_of, before, self._counted() | self._said())

    def take_back(self, as_of: datetime) -> None:
        """A draft again, by the office's own wish, before anybody above decided."""
        if self.state == ReturnState.DRAFT:
            return
        self._must_be(ReturnState.SUBMITTED)
        self.state = ReturnState.DRAFT.value
        self._note("taken_back", as_of)

    def approve(self, by: Person, as_of: datetime) -> None:
        """Counted in what the offices above add up."""
        self._require_decider(by)
        if self.state == ReturnState.APPROVED:
            return
        self._must_be(ReturnState.SUBMITTED)
        self.state, self.decided_at, self.decided_by = ReturnState.APPROVED.value, as_of, by
        self._note("approved", as_of, after=self._counted())

    def send_back(self, by: Person, as_of: datetime, reason: str) -> None:
        """To be put right and filed again, also after it was approved: then it no longer counts above."""
        self._require_decider(by)
        self._must_be(ReturnState.SUBMITTED, ReturnState.APPROVED)
        self.state, self.returned_reason = ReturnState.RETURNED.value, reason
        self.decided_at, self.decided_by = as_of, by
        self._note("returned", as_of, after={"reason": reason})

    # ------------------------------------------------------------ what the verbs share

    def must_be_fresh(self, version: str | None, sentence: str = "") -> None:
        """:raises StaleReturn: for another version than the form had; `sentence` where nothing was typed."""
        if version != str(self.version):
            raise StaleReturn(sentence or _("这份月报刚被别人改过。您填的内容还在，请核对后再来一次。"))

    def _require_decider(self, by: Person) -> None:
        if not may_decide(by, self.organization):
            raise NotForYou(_("这份月报由“%(office)s”的审核人员决定。", office=decides_on(self.organization).name))

    def _must_be(self, *states: ReturnState) -> None:
        if self.state not in states:
            raise WrongReturnState(_("月报现在是“%(state)s”，不能这样做。", state=ReturnState(self.state).label))

    def _said(self) -> dict[str, Any]:
        return {"words": self.words, "problems": self.problems}

    def _counted(self) -> dict[str, Any]:
        """The totals that were filed, for the audit."""
        frozen = self.frozen
        return asdict(frozen.totals) if frozen else {}

    def _note(self, what: str, as_of: datetime, before: dict[str, Any] | None = None,
              after: dict[str, Any] | None = None) -> None:
        self.version += 1
        note(Change(self, what, as_of, before=before or {}, after=after or {}))
