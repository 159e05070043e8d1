"""Who leaves hands his work to somebody who is named on purpose."""

import re

import pytest

from app.accounts.models import Role
from app.db import db
from tests.factories import a_city_office, a_person, an_office, chen


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
