"""A number read out of the words waits until a person says that it is meant so. The pages ask the clock."""

import re

import pytest

from app.accounts.models import Role
from app.clock import now
from app.db import db
from app.plans.indicators import Indicator
from tests.factories import a_city_office, a_person, a_plan, a_task, an_office

PLACES = ("/console/board", "/console/plan", "/console/plan/tasks/I2.1", "/console/plan/indicators/{id}")


@pytest.fixture
def waiting(app) -> Indicator:
    a_plan(now().year)
    found = a_task("I2.1", now().year).indicators[0]
    found.is_confirmed = False
    db.session.commit()
    return found


@pytest.fixture
def planner(signed_in, waiting):
    return signed_in(a_person("Planner", Role.PLANNER, an_office()))


def says_so(browser, id):
    return [bool(re.search("未确认|还没有人确认", browser.get(place.format(id=id)).text)) for place in PLACES]


def test_board_plan_task_and_number_say_that_it_is_not_confirmed_and_no_more_once_it_is(planner, waiting):
    id, version, before = waiting.id, waiting.version, says_so(planner, waiting.id)

    answer = planner.post("/console/plan/unconfirmed", data={"target": f"{id}:{version}"})

    assert (before, answer.status_code, says_so(planner, id)) == ([True] * 4, 302, [False] * 4)


def test_the_board_counts_them_and_leads_to_where_they_are_confirmed(planner, waiting):
    page, plan = planner.get("/console/board").text, planner.get("/console/plan").text
    link = f'href="/console/plan/unconfirmed?year={now().year}"'

    assert ("有 1 个目标还没有人确认" in page, link in page, link in plan) == (True, True, True)
    assert re.findall(r'name="target" value="(.*?)"', planner.get("/console/plan/unconfirmed").text) == [
        f"{waiting.id}:{waiting.version}"]


def test_who_only_looks_is_told_and_led_nowhere(signed_in, waiting):
    leader = signed_in(a_person("Leader", Role.LEADER, an_office()))

    page = leader.get("/console/board").text

    assert ("有 1 个目标还没有人确认" in page, "/console/plan/unconfirmed" in page) == (True, False)


def test_what_was_changed_meanwhile_or_not_ticked_is_confirmed_by_nobody(planner, waiting):
    id, version = waiting.id, waiting.version

    answers = [planner.post("/console/plan/unconfirmed", data=data).status_code
               for data in ({}, {"target": f"{id}:{version + 7}"}, {"target": [f"{id}:{version}", "99999:1"]})]

    assert (answers, db.session.get(Indicator, id).is_confirmed) == ([422, 409, 409], False)


def test_a_stranger_confirms_nothing(signed_in, waiting):
    id, version = waiting.id, waiting.version
    wang = signed_in(a_person("Wang", Role.PLANNER, a_city_office("绵阳")))

    answers = [wang.get("/console/plan/unconfirmed").status_code,
               wang.post("/console/plan/unconfirmed", data={"target": f"{id}:{version}"}).status_code]

    assert (answers, db.session.get(Indicator, id).is_confirmed) == ([404, 404], False)


def test_two_tabs_that_confirm_the_same_end_on_the_list_as_it_is_now(planner, waiting):
    said = {"target": f"{waiting.id}:{waiting.version}"}
    planner.post("/console/plan/unconfirmed", data=said)

    again = planner.post("/console/plan/unconfirmed", data=said)

    assert (again.status_code, "这次没有确认" in again.text, "目标都确认过了。" in again.text) == (409, True, True)
    assert f'href="/console/plan?year={now().year}"' in again.text
