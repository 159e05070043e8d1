"""Who leaves hands his work to somebody who is named on purpose."""

import re
from datetime import timedelta

import pytest

from app.accounts.models import Role
from app.accounts.signing_in import FRESH
from app.clock import now
from app.db import db
from app.events.waiting import EventChange
from tests.app.events.approving import Offices
from tests.factories import a_city_office, a_person, an_event, an_office, chen, wang


@pytest.fixture
def boss(app):
    return a_person("Boss", Role.ADMINISTRATOR, an_office())


def test_nobody_is_chosen_until_somebody_is_and_ones_own_unit_comes_first(signed_in, boss):
    leaving, browser = chen(a_city_office()), signed_in(boss)
    a_person("Li", Role.ORGANIZER, a_city_office())

    page = browser.get(f"/console/admin/staff/{leaving.id}/handover").text
    answer = browser.post(f"/console/admin/staff/{leaving.id}/handover", data={"successor": ""})

    select = re.search(r'<select[^>]*name="successor".*?</select>', page, re.S)[0]
    assert re.findall(r'<optgroup label="([^"]*)"|>(\w+)</option>', select) == [
        ("", "请选择"), ("成都市市场监督管理局", ""), ("", "Li"), ("省知识产权促进中心", ""), ("", "Boss")]
    assert re.findall(r'<option[^>]*selected[^>]*value="(\w*)"', select) == [""]
    assert (answer.status_code, "请选由谁接手。" in answer.text, leaving.active) == (422, True, True)


def test_only_who_may_hold_the_roles_is_offered(signed_in, boss):
    leaving, auditor = a_person("Old", Role.ADMINISTRATOR, an_office()), a_person("Audit", Role.AUDITOR, an_office())
    browser = signed_in(boss)

    page = browser.get(f"/console/admin/staff/{leaving.id}/handover").text
    answer = browser.post(f"/console/admin/staff/{leaving.id}/handover", data={"successor": auditor.id})

    assert ([">Audit<" in page, ">Boss<" in page], answer.status_code, leaving.active) == ([False, True], 422, True)


def test_somebody_of_another_unit_takes_over_only_when_that_is_said(signed_in, boss):
    leaving, other = chen(a_city_office()), a_person("Mian", Role.ORGANIZER, a_city_office("绵阳"))
    browser, address = signed_in(boss), f"/console/admin/staff/{leaving.id}/handover"

    warned = browser.post(address, data={"successor": other.id})
    still_there = leaving.active
    done = browser.post(address, data={"successor": other.id, "is_elsewhere": "y"})
    db.session.expire_all()

    assert (warned.status_code, "Mian是“绵阳市市场监督管理局”的人" in warned.text, still_there) == (422, True, True)
    assert (done.status_code, leaving.active) == (302, False)


LEAVING = "/console/me/leaving"


def test_somebody_hands_his_own_roles_and_events_to_a_colleague_and_is_out(app, signed_in):
    city = a_city_office()
    me, li = chen(city), a_person("Li", Role.LEADER, city)
    mine = an_event("讲座", organization=city, contact="Chen 028-1", starts_at=now() + timedelta(days=5))
    browser = signed_in(me)

    page = browser.get(LEAVING).text
    answer = browser.post(LEAVING, data={"successor": li.id, "contact": "Li 028-2", "events": [mine.id]})
    db.session.expire_all()

    assert (">Li<" in page, f'value="{mine.id}" checked' in page) == (True, True)
    assert (answer.status_code, me.active, me.grants, mine.contact) == (302, False, [], "Li 028-2")
    assert sorted(one.role for one in li.grants) == ["leader", "organizer"]
    assert browser.get("/console/").status_code == 302


def test_a_stranger_or_somebody_of_another_unit_is_no_colleague(signed_in):
    me, other = chen(a_city_office()), wang()
    browser = signed_in(me)

    page = browser.get(LEAVING).text
    answer = browser.post(LEAVING, data={"successor": other.id, "is_elsewhere": "y"})

    assert (">Wang<" in page, answer.status_code, me.active, len(other.grants)) == (False, 422, True, 1)


def test_the_only_administrator_of_an_office_does_not_leave_by_himself(signed_in, boss):
    city = a_city_office()
    me, li = a_person("Ding", Role.ADMINISTRATOR, city), a_person("Li", Role.ORGANIZER, city)
    browser = signed_in(me)

    refused = browser.post(LEAVING, data={"successor": li.id})
    still_there = me.active
    a_person("Zhao", Role.ADMINISTRATOR, city)
    left = browser.post(LEAVING, data={"successor": li.id})
    db.session.expire_all()

    assert "您是“成都市市场监督管理局”唯一的管理员" in refused.text
    assert (refused.status_code, still_there) == (409, True)
    assert (left.status_code, me.active) == (302, False)


def test_a_browser_left_open_is_not_enough_to_leave(signed_in):
    browser = signed_in(chen())
    a_person("Li", Role.LEADER, an_office())
    with browser.session_transaction() as kept:
        kept.pop(FRESH)

    answers = [browser.get(LEAVING), browser.post(LEAVING, data={"successor": "1"})]

    assert [(one.status_code, "/sign-in?again=1" in one.location) for one in answers] == [(302, True)] * 2


def test_what_is_public_and_must_be_reviewed_waits_as_a_change(app, signed_in):
    offices = Offices()
    event = offices.event(contact="Chen 028-1", starts_at=now() + timedelta(days=5))
    li = a_person("Li", Role.ORGANIZER, offices.county)

    signed_in(offices.chen).post(LEAVING, data={"successor": li.id, "contact": "Li 028-2", "events": [event.id]})
    db.session.expire_all()

    assert (event.contact, EventChange.find_waiting(event).after) == ("Chen 028-1", {"contact": "Li 028-2"})
