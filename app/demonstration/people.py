"""The people of the demonstration, marked as such by name and address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import select

from app.accounts import staff
from app.accounts.links import SignInLink
from app.accounts.models import Actor, Person, Role
from app.accounts.places import Organization
from app.db import acting_as, db
from app.events.approval import PublishingRule, Reviewer
from app.events.words import EventKind

Deed = Callable[[datetime], object]


class One(NamedTuple):
    """Somebody's place in the demonstration; `office` is the word that `Places` knows."""

    name: str
    address: str
    role: Role
    office: str
    comes: bool = True

    @property
    def email(self) -> str:
        return f"demo-{self.address}@example.org"


ROSTER = (
    One("演示管理员", "administrator", Role.ADMINISTRATOR, "省"),
    One("演示组织员", "organizer", Role.ORGANIZER, "省"),
    One("演示负责人", "leader", Role.LEADER, "省"),
    One("演示计划员", "planner", Role.PLANNER, "省"),
    One("演示审核员", "reviewer", Role.REVIEWER, "省"),
    One("演示安全管理员", "security", Role.SECURITY_ADMIN, "省"),
    One("演示审计员", "auditor", Role.AUDITOR, "省"),
    One("演示管理员（成都）", "chengdu-administrator", Role.ADMINISTRATOR, "成都"),
    One("演示组织员（成都）", "chengdu", Role.ORGANIZER, "成都"),
    One("演示审核员（成都）", "chengdu-reviewer", Role.REVIEWER, "成都"),
    One("演示组织员（郫都区）", "pidu", Role.ORGANIZER, "郫都区"),
    One("演示组织员（双流区）", "shuangliu", Role.ORGANIZER, "双流区"),
    One("演示组织员（乐至县）", "lezhi", Role.ORGANIZER, "乐至县", comes=False),
)
GONE, FOLLOWS = One("演示前组织员（郫都区）", "pidu-before", Role.ORGANIZER, "郫都区"), "pidu"
SHOWN = ("organizer", "leader", "administrator", "chengdu-reviewer", "pidu")  # in the order of their links


def people() -> list[Person]:
    """Those for whom a start prints links, in that order. None in a real installation."""
    order = [one.email for address in SHOWN for one in ROSTER if one.address == address]
    found = db.session.scalars(select(Person).where(Person.email.in_(order))).all()
    return sorted(found, key=lambda person: order.index(person.email or ""))


@dataclass(frozen=True, slots=True)
class Staff:
    """The people by their addresses' middle word, and who works where."""

    by_word: dict[str, Person]

    @classmethod
    def invite(cls, offices: dict[str, Organization], as_of: datetime) -> Staff:
        """Everybody, each with one role."""
        found = {one.address: Person.invite(name=one.name, email=one.email, role=one.role,
                                            organization=offices[one.office], as_of=as_of)
                 for one in (*ROSTER, GONE)}
        db.session.add_all(found.values())
        db.session.flush()
        return cls(found)

    @property
    def administrator(self) -> Person:
        return self.by_word["administrator"]

    def at(self, office: Organization, role: Role) -> Person:
        """Who holds the role there, or in the nearest office above."""
        held = [person for person in self.by_word.values() if person.active
                for grant in person.grants
                if grant.role == role and office.path.startswith(grant.organization.path)]
        return max(held, key=lambda person: len(person.organization.path))

    def lay_down_rules(self, root: Organization, as_of: datetime) -> None:
        """Counties submit to their city, and every training class goes to the province."""
        with acting_as(f"person:{self.administrator.id}"):
            for kind, level, reviewer in (("", "county", Reviewer.PARENT),
                                          (EventKind.TRAINING.value, "", Reviewer.ROOT)):
                PublishingRule.lay_down(root, kind=kind, level=level, reviewer=reviewer, by=self.administrator,
                                        as_of=as_of)

    def visits(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, Person, Deed]]:
        """When who signed in: on the first day, and on the last morning; and how one of them went."""
        yesterday = until.replace(hour=0, minute=40, second=0, microsecond=0) - timedelta(days=1)
        for number, one in enumerate(ROSTER):
            person = self.by_word[one.address]
            for begun in (since + timedelta(hours=1), yesterday):
                if one.comes:
                    yield begun + timedelta(minutes=11 * number), person, partial(_sign_in, person)
        yield until - timedelta(days=20), self.administrator, self._hand_over

    def _hand_over(self, as_of: datetime) -> None:
        staff.hand_over(Actor.of(self.administrator, frozenset({Role.ADMINISTRATOR})), self.by_word[GONE.address],
                        self.by_word[FOLLOWS], as_of)


def _sign_in(person: Person, as_of: datetime) -> None:
    link, _token = SignInLink.issue(person, as_of)
    db.session.add(link)
    link.use(as_of)
