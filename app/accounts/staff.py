"""What an administrator does with the people in his reach: lets them in, changes what they may, lets them go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select

from app.accounts.browsers import WebSession
from app.accounts.links import SignInLink
from app.accounts.models import Actor, Grant, Person, Role
from app.accounts.places import Organization
from app.contact import Contact
from app.db import Change, db, note
from app.errors import NotThere, Refused

UNUSED_FOR = timedelta(days=90)
SIGNED_IN = ("signed_in", "signed_in_by_link")


class KnownAlready(Refused):
    """An e-mail address or a number tells people apart: it is somebody's already."""

    def __init__(self) -> None:
        super().__init__(_("这个邮箱或手机号已经有账号了。名单里找不到他的，请联系他现在单位的管理员。"))


class OutOfReach(Refused):
    """What is asked lies above or beside the administrator."""


class LastAdministrator(Refused):
    def __init__(self) -> None:
        super().__init__(_("这是全系统最后一位总管理员。请先给另一个人这个角色。"))


class Yourself(Refused):
    def __init__(self) -> None:
        super().__init__(_("不能停用自己，也不能去掉自己的管理员角色。请让另一位管理员来做。"))


def get_person(actor: Actor, id: int, *, lock: bool = False) -> Person:
    """:raises NotThere: for one that is not there and for a stranger's alike."""
    wanted = Person.scoped(actor).where(Person.id == id)
    person = db.session.scalars(wanted.with_for_update(of=Person) if lock else wanted).one_or_none()
    if person is None:
        raise NotThere(_("没有找到这个人，或者不归您管。"))
    return person


def get_unit(actor: Actor, id: int) -> Organization:
    """:raises OutOfReach: for one that is not there, is closed, or lies elsewhere."""
    found = db.session.scalars(Organization.open_under(actor.paths).where(Organization.id == id)).one_or_none()
    if found is None:
        raise OutOfReach(_("这个单位不在您管的范围里，请从列表里选。"))
    return found


def listed(actor: Actor, words: str = "", *, unused_as_of: datetime | None = None) -> Select[Person]:
    """By name, unit, address or number; perhaps only those who have not come for 90 days."""
    people = Person.scoped(actor)
    for word in words.split()[:5]:
        units = select(Organization.id).where(Organization.name.contains(word, autoescape=True))
        people = people.where(or_(
            Person.name.contains(word, autoescape=True), Person.email.contains(word.lower(), autoescape=True),
            Person.mobile.contains(word, autoescape=True), Person.organization_id.in_(units)))
    if unused_as_of is not None:
        seen = func.coalesce(Person.last_signed_in_at, Person.invited_at)
        people = people.where(Person.active, or_(seen.is_(None), seen <= unused_as_of - UNUSED_FOR))
    return people


def who_could_follow(actor: Actor, person: Person) -> Sequence[Person]:
    """To whom the work of `person` can be handed: who may hold his roles, unit by unit, his own first."""
    people = db.session.scalars(Person.scoped(actor).where(Person.active, Person.id != person.id)).unique().all()
    return in_order([one for one in people if one.lies_within(actor)], person)


def in_order(people: Sequence[Person], leaving: Person) -> list[Person]:
    roles = [Role(one.role) for one in leaving.grants]
    return sorted((one for one in people if one.may_hold(roles)),
                  key=lambda one: (one.organization_id != leaving.organization_id, one.organization.path))


def require_managed(actor: Actor, person: Person) -> None:
    """:raises OutOfReach: when he also stands where the actor does not reach."""
    if not person.lies_within(actor):
        raise OutOfReach(_("%(name)s在您管的范围以外还有角色，请上级管理员来改。", name=person.name))


def bring_in(actor: Actor, *, name: str, contact: Contact, role: Role, organization: Organization,
             as_of: datetime, is_judged: bool = False) -> Person:
    """Somebody new. The link to sign in is made apart. `is_judged`: that nobody has the contact is known.

    :raises KnownAlready, OutOfReach:
    """
    if not actor.reaches(organization):
        raise OutOfReach(_("这个单位不在您管的范围里，请从列表里选。"))
    if not is_judged and is_taken(contact):
        raise KnownAlready
    person = Person.invite(name=name, email=contact.email or None, mobile=contact.mobile or None, role=role,
                           organization=organization, as_of=as_of)
    db.session.add(person)
    return person


def correct(actor: Actor, person: Person, *, name: str, contact: Contact, organization: Organization,
            as_of: datetime) -> None:
    """:raises KnownAlready, OutOfReach:"""
    require_managed(actor, person)
    if not actor.reaches(organization):
        raise OutOfReach(_("这个单位不在您管的范围里，请从列表里选。"))
    if is_taken(contact, but=person):
        raise KnownAlready
    person.correct(as_of, name=name, email=contact.email, mobile=contact.mobile, organization=organization)


def is_taken(contact: Contact, but: Person | None = None) -> bool:
    """Whether the address or the number is somebody's, or somebody else's."""
    asked = [known for value, known in ((contact.email, Person.with_email(contact.email)),
                                        (contact.mobile, Person.with_mobile(contact.mobile))) if value]
    found = [one for known in asked for one in db.session.scalars(known)]
    return any(one is not but for one in found)


def new_link(actor: Actor, person: Person, as_of: datetime) -> str:
    """A one-time link's token, to be shown once; the earlier links open nothing any more."""
    require_managed(actor, person)
    if not person.active:
        raise OutOfReach(_("账号已经停用。请先恢复，再给登录链接。"))
    SignInLink.end_all(person.id, as_of)
    return first_link(person, as_of)


def first_link(person: Person, as_of: datetime) -> str:
    """The token of a link for somebody who has none yet."""
    link, token = SignInLink.issue(person, as_of)
    db.session.add(link)
    note(Change(person, "link_issued", as_of))
    return token


def give_role(actor: Actor, person: Person, role: Role, organization: Organization, as_of: datetime) -> None:
    """Whoever gets a role signs in anew with it, unless he is the one who acts."""
    require_managed(actor, person)
    person.give(role, organization, as_of)
    _sign_out(actor, person, as_of)


def take_role(actor: Actor, person: Person, grant_id: int, as_of: datetime) -> None:
    """Told twice, it is done once."""
    require_managed(actor, person)
    grant = next((one for one in person.grants if one.id == grant_id), None)
    if grant is None:
        return
    if grant.role == Role.ADMINISTRATOR:
        _require_another(actor, person, [grant])
    person.take(grant, as_of)
    _sign_out(actor, person, as_of)


def deactivate(actor: Actor, person: Person, as_of: datetime) -> None:
    """Out, with every session and link; his name stays at what he did, his roles wait should he return."""
    require_managed(actor, person)
    _require_another(actor, person, person.grants)
    person.deactivate(as_of)


def reactivate(actor: Actor, person: Person, as_of: datetime) -> None:
    require_managed(actor, person)
    person.reactivate(as_of)


def hand_over(actor: Actor, person: Person, successor: Person, as_of: datetime) -> None:
    """Events belong to offices, so what a person hands over is what he may do there: the successor gets each
    role he lacks, and the one who goes loses his and is out. Who entered which figure stays as it was."""
    for one in (person, successor):
        require_managed(actor, one)
    if successor.id == person.id or not successor.active:
        raise OutOfReach(_("请选一位在用的同事接手。"))
    if person.id == actor.person.id:
        raise Yourself
    pass_on(person, successor, as_of)
    _sign_out(actor, successor, as_of)


def pass_on(person: Person, successor: Person, as_of: datetime) -> None:
    """Each role, then the account is closed. Who may tell it so was asked before."""
    for grant in list(person.grants):
        successor.give(Role(grant.role), grant.organization, as_of)
    db.session.flush()
    _require_left(person, person.grants)
    for grant in list(person.grants):
        person.take(grant, as_of)
    person.deactivate(as_of)
    note(Change(person, "handed_over", as_of, after={"to": successor.id}))


def follow(changes: Sequence[Change]) -> None:
    """Who signed in was here; whoever did so by a link needs no other."""
    for change in changes:
        if change.what in SIGNED_IN and isinstance(change.subject, Person):
            change.subject.last_signed_in_at = change.as_of
        if change.what == "signed_in_by_link" and isinstance(change.subject, Person):
            SignInLink.end_all(change.subject.id, change.as_of)


def _sign_out(actor: Actor, person: Person, as_of: datetime) -> None:
    if person.id != actor.person.id:
        WebSession.end_all(person.id, as_of)


def _require_another(actor: Actor, person: Person, lost: Sequence[Grant]) -> None:
    """:raises Yourself, LastAdministrator: somebody must be left who can let people in."""
    if person.id == actor.person.id:
        raise Yourself
    _require_left(person, lost)


def _require_left(person: Person, lost: Sequence[Grant]) -> None:
    administers = [one for one in lost if one.role == Role.ADMINISTRATOR]
    if any(one.organization.parent_id is None for one in administers):
        # Two who take each other's role away at once must not both succeed: the second waits here, and only then
        # asks who is left. One statement that locks and asks would still see those who were there before it waited.
        db.session.execute(select(Organization.id).where(Organization.parent_id.is_(None)).with_for_update())
        left = (select(Grant.person_id).join(Grant.organization).join(Grant.person)
                .where(Grant.role == Role.ADMINISTRATOR.value, Organization.parent_id.is_(None), Person.active,
                       Person.id != person.id))
        if db.session.scalars(left.limit(1)).first() is None:
            raise LastAdministrator
