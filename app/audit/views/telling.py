"""Rows of the audit as sentences: who, when, what, and old and new in readable words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import select

from app.accounts.models import Person
from app.accounts.places import Organization, Region
from app.audit import recording
from app.audit.models import AuditRow
from app.audit.views.values import changes, field_word, masked_value, numbers_wanted, same_time
from app.audit.views.words import ACTORS, DONE, DONE_TO, OF_ANOTHER, OF_ONESELF, PLACE_ALONE, THINGS
from app.db import db
from app.events.models import Event
from app.feeds.saved import SavedSlice
from app.feeds.tokens import FeedToken
from app.look import local
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.plans.outside import OutsideFigure
from app.plans.programmes import Programme
from app.plans.registers import Register, RegisterEntry, masked_name
from app.plans.revisions import PlanRevision
from app.reports.returns.monthly import MonthlyReturn
from app.reports.slips.slip import SlipCause, SupervisionSlip
from app.signup.models import Enrolment
from app.workdays.models import SchoolTerm


@dataclass(frozen=True, slots=True)
class Line:
    """One change for people. `about` and `actor` lead on to more of the same."""

    id: int
    at: datetime
    who: str
    actor: str
    done: str
    thing: str
    name: str
    about: str
    address: str
    link: str
    changes: list[tuple[str, str, str]]
    personal: list[tuple[str, str]]
    is_forgotten: bool
    position: int | None
    hash: str


def told(rows: Sequence[AuditRow]) -> list[Line]:
    """A page of them; a handful of queries whatever their number."""
    names, personal = _Names.of(rows), recording.personal_of(rows)
    return [_line(row, names, personal.get(row.id)) for row in rows]


@dataclass(frozen=True, slots=True)
class _Names:
    people: dict[str, str]
    events: dict[str, str]
    organizations: dict[str, str]
    plans: dict[str, str]
    of_enrolments: dict[str, str]  # the event's title, for who enrolled is masked
    regions: dict[str, str]
    returns: dict[str, str]  # the office and the month
    slips: dict[str, str]  # the office and what it is about
    kept: dict[str, dict[str, str]]  # by type: registers and what is in them, milestones, programmes
    wanted: dict[tuple[str, int], str]  # by type and number: what changes that wait name

    @classmethod
    def of(cls, rows: Sequence[AuditRow]) -> _Names:
        def ids(*kinds: str) -> set[int]:
            return {int(row.subject_id) for row in rows if row.subject_type in kinds and row.subject_id.isdigit()}

        actors = {int(id) for row in rows if (id := row.actor.removeprefix("person:")).isdigit()}
        return cls(
            people=_map(select(Person.id, Person.name).where(Person.id.in_(ids("Person") | actors))),
            events=_map(select(Event.id, Event.title).where(Event.id.in_(ids("Event")))),
            organizations=_map(select(Organization.id, Organization.name).where(
                Organization.id.in_(ids("Organization", "OfficeSettings", "SignInRules")))),
            plans=_map(select(Plan.id, Plan.title).where(Plan.id.in_(ids("Plan")))),
            of_enrolments=_map(select(Enrolment.id, Event.title).join(Enrolment.event).where(
                Enrolment.id.in_(ids("Enrolment")))),
            regions=_map(select(Region.code, Region.short_name)),
            returns={str(id): f"{name} {month:%Y-%m}" for id, name, month in db.session.execute(
                select(MonthlyReturn.id, Organization.name, MonthlyReturn.month).join(MonthlyReturn.organization)
                .where(MonthlyReturn.id.in_(ids("MonthlyReturn"))))},
            slips={str(id): f"{name} {SlipCause(cause).label}" for id, name, cause in db.session.execute(
                select(SupervisionSlip.id, Organization.name, SupervisionSlip.cause)
                .join(SupervisionSlip.organization).where(SupervisionSlip.id.in_(ids("SupervisionSlip"))))},
            kept={kind: names(wanted) for kind, names in KEPT.items() if (wanted := ids(kind))},
            wanted=_wanted(rows))

    def subject(self, row: AuditRow) -> str:
        found = {"Person": self.people, "Event": self.events, "Plan": self.plans, "Enrolment": self.of_enrolments,
                 "Organization": self.organizations, "OfficeSettings": self.organizations,
                 "SignInRules": self.organizations, "MonthlyReturn": self.returns,
                 "SupervisionSlip": self.slips, "Days": self.regions, **self.kept}.get(row.subject_type, {})
        return found.get(row.subject_id) or row.subject_id

    def actor(self, row: AuditRow) -> str:
        if row.actor.startswith("person:"):
            return self.people.get(row.actor.removeprefix("person:"), row.actor)
        if row.subject_type == "Enrolment" and row.actor == "participant":
            return _("参加者")
        return str(ACTORS.get(row.actor, row.actor))


def _line(row: AuditRow, names: _Names, personal: dict[str, str] | None) -> Line:
    who, thing, name = names.actor(row), str(THINGS.get(row.subject_type, row.subject_type)), names.subject(row)
    is_own = row.actor in ("participant", f"person:{row.subject_id}")
    before, after = json.loads(row.before), json.loads(row.after)
    done = _done(row, before, after)
    if row.subject_type == "Person" and row.what in OF_ONESELF:
        if is_own:
            who, thing, name = name, "", ""
        else:
            done = str(OF_ANOTHER.get(row.what, done))
    return Line(
        id=row.id, at=row.at, who=who, actor=row.actor, done=done, thing=thing,
        name=name, about=f"{row.subject_type}:{row.subject_id}", address=row.address, link=_link(row),
        changes=changes(before, after, names.regions, names.wanted),
        personal=[(field_word(field), masked_value(field, value)) for field, value in (personal or {}).items()
                  if value and value != row.address],
        is_forgotten=bool(row.personal) and personal is None, position=row.position, hash=row.hash or "")


def _done(row: AuditRow, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if row.what == "rescheduled" and same_time(before, after):
        return str(PLACE_ALONE)
    return str(DONE_TO.get((row.subject_type, row.what)) or DONE.get(row.what, f"“{row.what}”"))


def _link(row: AuditRow) -> str:
    pages = {"Event": "console.show", "Person": "accounts.person", "Organization": "accounts.organization",
             "Register": "console_plans.register", "RegisterEntry": "console_plans.entry"}
    endpoint = pages.get(row.subject_type)
    return url_for(endpoint, id=int(row.subject_id)) if endpoint and row.subject_id.isdigit() else ""


def _entries(ids: set[int]) -> dict[str, str]:
    """People of a register as lists show them."""
    rows = db.session.execute(select(RegisterEntry.id, RegisterEntry.name, Register.is_personal)
                              .join(RegisterEntry.register).where(RegisterEntry.id.in_(ids)))
    return {str(id): masked_name(name) if is_personal else name for id, name, is_personal in rows}


KEPT: dict[str, Callable[[set[int]], dict[str, str]]] = {
    "Register": lambda ids: _map(select(Register.id, Register.name).where(Register.id.in_(ids))),
    "RegisterEntry": _entries,
    "Milestone": lambda ids: _map(select(Milestone.id, Milestone.title).where(Milestone.id.in_(ids))),
    "OutsideFigure": lambda ids: _map(
        select(OutsideFigure.id, OutsideFigure.source).where(OutsideFigure.id.in_(ids))),
    "Programme": lambda ids: _map(select(Programme.id, Programme.name).where(Programme.id.in_(ids))),
    "Task": lambda ids: _joined_map(select(Task.id, Task.code, Task.title).where(Task.id.in_(ids))),
    "Indicator": lambda ids: _joined_map(
        select(Indicator.id, Task.code, Indicator.wording).join(Indicator.task).where(Indicator.id.in_(ids))),
    "PlanRevision": lambda ids: _map(
        select(PlanRevision.id, Plan.title).join(PlanRevision.plan).where(PlanRevision.id.in_(ids))),
    "FeedToken": lambda ids: _map(select(FeedToken.id, FeedToken.name).where(FeedToken.id.in_(ids))),
    "SchoolTerm": lambda ids: _map(select(SchoolTerm.id, SchoolTerm.name).where(SchoolTerm.id.in_(ids))),
    "SavedSlice": lambda ids: _map(select(SavedSlice.id, SavedSlice.slug).where(SavedSlice.id.in_(ids))),
}


def _wanted(rows: Sequence[AuditRow]) -> dict[tuple[str, int], str]:
    found = {pair for row in rows if row.what == "change_submitted" for side in (row.before, row.after)
             for pair in numbers_wanted(json.loads(side))}
    return {(kind, int(id)): name for kind in {kind for kind, _id in found}
            for id, name in KEPT[kind]({id for one, id in found if one == kind}).items()}


def _joined_map(statement: Any) -> dict[str, str]:
    return {str(id): f"{code} {words}".strip() for id, code, words in db.session.execute(statement)}


def _map(statement: Any) -> dict[str, str]:
    return {str(id): name for id, name in db.session.execute(statement)}


def sheet(lines: Iterable[Line]) -> Iterable[list[object]]:
    """The rows of an export, its head first."""
    yield [_("序号"), _("时间"), _("谁"), _("做了什么"), pgettext("audit field", "对象"), pgettext("name", "名称"),
           _("原来"), _("现在"), _("个人信息（部分遮住）"), _("网络地址"), _("链上位置"), _("校验值")]
    for line in lines:
        yield [line.id, local(line.at).isoformat(timespec="seconds"), line.who, line.done, line.thing or line.about,
               line.name, _joined((field, old) for field, old, _new in line.changes),
               _joined((field, new) for field, _old, new in line.changes), _joined(line.personal),
               line.address, line.position or "", line.hash]


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    return _("；").join(f"{field}{_('：')}{value}" for field, value in pairs if value)
