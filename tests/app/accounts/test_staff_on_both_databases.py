"""The statements of staff that databases understand differently: locks, sub-queries, claims."""

import io
import re
import threading

import pytest
from sqlalchemy import select

from app import jobs
from app.accounts import staff
from app.accounts.links import SignInLink
from app.accounts.models import Actor, Grant, Person, Role
from app.clock import now
from app.db import db
from tests.factories import a_city_office, a_person, an_office


def sign_in(app, person):
    link, token = SignInLink.issue(person, now())
    db.session.add(link)
    db.session.commit()
    browser = app.test_client()
    browser.post(f"/sign-in/{token}")
    return browser


def test_staff_come_in_by_page_and_sheet_are_found_and_let_go(either_app):
    browser = sign_in(either_app, a_person("Boss", Role.ADMINISTRATOR, an_office()))
    browser.post("/console/admin/staff", data={
        "name": "Li", "contact": "13800001234", "organization": a_city_office().id, "role": "organizer"})
    li = db.session.scalars(Person.with_mobile("13800001234")).one()
    sheet = f"姓名,单位,手机,角色\n赵,锦江区局,13800005678,经办人\n钱,{a_city_office().name},,经办人\n"
    address = browser.post("/console/admin/staff/import", data={
        "sheet": (io.BytesIO(sheet.encode()), "s.csv")}).location
    jobs.work("here")

    applied = browser.post(address, data={"parent": a_city_office().id})
    gone = browser.post(f"/console/admin/staff/{li.id}/deactivation")
    found = browser.get("/console/admin/staff?q=锦江 0000")

    assert (applied.status_code, gone.status_code) == (201, 302)
    assert re.findall(r'staff/\d+">(\w+)</a>', found.text) == ["赵"]
    assert [one.active for one in db.session.scalars(select(Person).order_by(Person.id))] == [True, False, True]


@pytest.mark.postgresql
def test_two_administrators_cannot_take_each_others_role_away_at_once(either_app):
    people = [a_person(name, Role.ADMINISTRATOR, an_office()).id for name in ("First", "Second")]
    db.session.commit()
    together, ends = threading.Barrier(2), []

    def take(mine, other):
        with either_app.app_context():
            actor = Actor.of(db.session.get(Person, mine), frozenset({Role.ADMINISTRATOR}))
            db.session.rollback()
            together.wait(10)
            try:
                staff.deactivate(actor, staff.get_person(actor, other, lock=True), now())
                db.session.commit()
                ends.append("done")
            except staff.LastAdministrator:
                db.session.rollback()
                ends.append("refused")

    threads = [threading.Thread(target=take, args=pair) for pair in (people, people[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(ends) == ["done", "refused"]
    db.session.expire_all()
    assert db.session.query(Grant).join(Grant.person).where(Person.active).count() == 1
