"""Administrators let people in, change what they may, and let them go; nobody reaches above himself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import staff
from app.accounts.browsers import WebSession
from app.accounts.links import SignInLink
from app.accounts.models import Actor, Person, Role, RolesApart
from app.accounts.places import Organization
from app.clock import now
from app.contact import Contact
from app.db import db
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, an_office, chen, wang


def boss(organization=None, name="Boss"):
    return a_person(name, Role.ADMINISTRATOR, organization or an_office())


def acting(person, *roles):
    return Actor.of(person, frozenset(roles or (Role.ADMINISTRATOR,)))


def roles(person):
    return sorted((grant.role, grant.organization.name) for grant in person.grants)



def test_a_city_administrator_cannot_bring_anybody_in_elsewhere(app):
    actor = acting(boss(a_city_office()))

    with pytest.raises(staff.OutOfReach):
        staff.bring_in(actor, name="Li", contact=Contact.read("li@example.org"), role=Role.ORGANIZER,
                       organization=an_office(), as_of=AS_OF)


def test_one_address_or_number_is_one_person(app):
    actor = acting(boss())
    staff.bring_in(actor, name="Li", contact=Contact.read("138 0000 1234"), role=Role.ORGANIZER,
                   organization=an_office(), as_of=AS_OF)

    with pytest.raises(staff.KnownAlready):
        staff.bring_in(actor, name="Other", contact=Contact.read("+8613800001234"), role=Role.ORGANIZER,
                       organization=an_office(), as_of=AS_OF)


def test_nobody_manages_somebody_who_also_stands_above_him(app):
    city = a_city_office()
    both = a_person("Li", Role.ORGANIZER, city)
    both.give(Role.AUDITOR, an_office(), AS_OF)

    with pytest.raises(staff.OutOfReach):
        staff.deactivate(acting(boss(city)), both, AS_OF)


def test_who_keeps_the_system_does_not_also_check_on_it(app):
    person = boss()

    with pytest.raises(RolesApart):
        person.give(Role.AUDITOR, an_office(), AS_OF)


def test_the_last_administrator_of_all_stays(app):
    first, second = boss(), boss(name="Second")
    staff.deactivate(acting(second), first, AS_OF)
    third = a_person("Third", Role.ORGANIZER, an_office())

    with pytest.raises(staff.LastAdministrator):
        staff.take_role(Actor(third, frozenset(Role), frozenset({an_office().path})), second,
                        second.grants[0].id, AS_OF)


def test_nobody_puts_himself_out(app):
    person = boss()
    boss(name="Second")

    with pytest.raises(staff.Yourself):
        staff.take_role(acting(person), person, person.grants[0].id, AS_OF)
    with pytest.raises(staff.Yourself):
        staff.deactivate(acting(person), person, AS_OF)


def test_deactivating_ends_sessions_and_links_and_keeps_the_name(app, signed_in):
    editor, admin = chen(), boss()
    browser = signed_in(editor)
    link, _token = SignInLink.issue(editor, now())
    db.session.add(link)

    staff.deactivate(acting(admin), editor, now())

    assert browser.get("/console/").status_code == 302
    assert [row.revoked_at is not None for row in db.session.scalars(select(WebSession))] == [True]
    assert [row.used_at is None for row in db.session.scalars(select(SignInLink))] == [False, False]
    assert (editor.active, editor.name, roles(editor)) == (False, "Chen", [("organizer", "省知识产权促进中心")])


def test_a_changed_role_signs_out_whoever_has_it(app, signed_in):
    editor, admin = chen(), boss()
    browser = signed_in(editor)

    staff.give_role(acting(admin), editor, Role.REVIEWER, an_office(), now())

    assert browser.get("/console/").status_code == 302


def test_handing_over_gives_the_successor_every_role_and_lets_the_other_go(app):
    city, admin = a_city_office(), boss()
    leaving, staying = chen(city), a_person("Li", Role.LEADER, city)
    leaving.give(Role.REVIEWER, an_office(), AS_OF)

    staff.hand_over(acting(admin), leaving, staying, AS_OF)

    assert roles(staying) == sorted([("leader", city.name), ("organizer", city.name), ("reviewer", an_office().name)])
    assert (roles(leaving), leaving.active) == ([], False)


def test_the_only_administrator_can_hand_over_when_another_carries_it_out(app):
    admin, heir = boss(), boss(name="Heir")

    staff.hand_over(acting(heir), admin, heir, AS_OF)

    assert (admin.active, roles(heir)) == (False, [("administrator", "省知识产权促进中心")])


def test_who_has_not_come_for_ninety_days_is_listed(app):
    admin, city = boss(), a_city_office()
    for name, days in (("Old", 91), ("New", 89)):
        a_person(name, Role.ORGANIZER, city).last_signed_in_at = AS_OF - timedelta(days=days)
    admin.last_signed_in_at = AS_OF
    db.session.flush()

    found = db.session.scalars(staff.listed(acting(admin), unused_as_of=AS_OF)).unique().all()

    assert [one.name for one in found] == ["Old"]


def test_people_are_found_by_name_unit_and_number_and_only_within_reach(app):
    admin, chengdu = boss(a_city_office()), a_city_office()
    a_person("Li", Role.ORGANIZER, chengdu).mobile = "13800001234"
    wang()
    db.session.flush()

    def found(words):
        return [one.name for one in db.session.scalars(staff.listed(acting(admin), words)).unique()]

    assert (found("li"), found("0000"), found("成都 Li"), found("绵阳"), found("Wang")) == (
        ["Li"], ["Li"], ["Li"], [], [])


def test_signing_in_by_one_link_is_remembered_and_ends_the_others(app, client):
    person = chen()
    tokens = []
    for _ in range(2):
        link, token = SignInLink.issue(person, now())
        db.session.add(link)
        tokens.append(token)

    first = client.post(f"/sign-in/{tokens[0]}")
    second = app.test_client().post(f"/sign-in/{tokens[1]}")

    assert (first.status_code, second.status_code) == (302, 410)
    assert now() - person.last_signed_in_at < timedelta(minutes=1)


def test_the_list_asks_as_often_for_three_as_for_one(app, count_queries):
    admin, city = boss(), a_city_office()
    db.session.commit()
    admin_id, city_id = admin.id, city.id

    def names():
        db.session.expunge_all()
        actor = acting(db.session.get(Person, admin_id))
        return [(one.organization.name, [grant.organization.name for grant in one.grants])
                for one in db.session.scalars(staff.listed(actor)).unique()]

    few = count_queries(names)
    for name in ("Li", "Zhao", "Qian"):
        a_person(name, Role.ORGANIZER, db.session.get(Organization, city_id))
    db.session.commit()

    assert count_queries(names) == few
