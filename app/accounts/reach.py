"""Why somebody may or may not do a thing at a place: the rules as words, for those they bind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Grant, Person, Role
from app.accounts.places import Organization
from app.db import db

EVERY = frozenset(Role)
# What is done at a place, and the roles that let one do it. A test holds them to the routes.
DEEDS: dict[str, frozenset[Role]] = {
    "see": EVERY,
    "edit": frozenset({Role.ORGANIZER, Role.REVIEWER}),
    "manage": frozenset({Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether one may do `deed` at `organization`: by which roles, or who else could."""

    deed: str
    organization: Organization
    by: Sequence[Grant]
    elsewhere: Sequence[Grant]
    others: Sequence[tuple[Role, Organization]]
    submits: bool = False  # somebody above must agree before what he edits is public

    @property
    def may(self) -> bool:
        return bool(self.by)

    @property
    def role_word(self) -> str:
        return Role(self.by[0].role).label

    @property
    def words(self) -> str:
        return {"see": _("看活动、计划、信件和人数"),
                "edit": _("新建、修改活动并送审，登记人数，看报名名单") if self.submits else _(
                    "新建、修改、发布活动，登记人数，看报名名单"),
                "manage": _("调整单位，管理人员和设置")}[self.deed]

    @property
    def wanted(self) -> Sequence[Role]:
        return [role for role in Role if role in DEEDS[self.deed]]

    @property
    def why_not(self) -> str:
        """In one sentence; nothing where one may."""
        if self.may:
            return ""
        if self.elsewhere:
            return _("您有这个角色，但只管到%(own)s和它的下属，管不到“%(place)s”。", place=self.organization.name,
                     own=_("、").join(sorted({f"“{grant.organization.name}”" for grant in self.elsewhere})))
        return _("这要有%(roles)s的角色，您没有。", roles=_("、").join(f"“{role.label}”" for role in self.wanted))


def answers(person: Person, organization: Organization, *, submits: bool = False) -> list[Answer]:
    """Each deed at that place. `submits`: who edits there sends in."""
    return [answer(person, deed, organization, submits=submits) for deed in DEEDS]


def answer(person: Person, deed: str, organization: Organization, *, submits: bool = False) -> Answer:
    held = [grant for grant in person.grants if Role(grant.role) in DEEDS[deed]]
    by = [grant for grant in held if organization.path.startswith(grant.organization.path)]
    others = [] if by else who_could(deed, organization)
    return Answer(deed, organization, by, [grant for grant in held if grant not in by], others, submits)


def who_could(deed: str, organization: Organization) -> list[tuple[Role, Organization]]:
    """Roles and their offices, nearest first; no names: it is an office that one calls."""
    above = [int(part) for part in organization.path.strip("/").split("/")]
    rows = db.session.execute(
        select(Grant.role, Organization).join(Organization, Organization.id == Grant.organization_id)
        .join(Person, Person.id == Grant.person_id)
        .where(Organization.id.in_(above), Person.active.is_(True), Grant.role.in_(sorted(DEEDS[deed]))))
    found = {(Role(role), office.id): (Role(role), office) for role, office in rows}
    return sorted(found.values(), key=lambda one: (-len(one[1].path), list(Role).index(one[0])))


def meaning(role: Role) -> str:
    """What holding it lets one do."""
    return {
        Role.ADMINISTRATOR: _("添加和停用人员，分配角色，调整单位和设置；能看活动，不能改活动。"),
        Role.SECURITY_ADMIN: _("管登录安全，看审计记录；能看活动，不能改活动。"),
        Role.AUDITOR: _("看审计记录和活动；什么都不能改。"),
        Role.PLANNER: _("管年度计划；能看活动，不能改活动。"),
        Role.ORGANIZER: _("新建、修改、发布或送审活动，登记人数，看报名名单。"),
        Role.REVIEWER: _("审核下级送来的活动，也能修改和发布活动，登记人数。"),
        Role.LEADER: _("看全部活动、计划和进展；什么都不用改。"),
    }[role]
