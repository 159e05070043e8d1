"""Each number on the plan's pages leads by clicks to the very rows, and they sum to it."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from app.accounts.models import Person, Role
from app.clock import now
from app.db import db
from app.plans.indicators import Allocation, Indicator
from app.plans.models import Plan
from tests.app.reports.asking import a_figure, a_milestone, a_register, an_entry
from tests.factories import (
    a_city_office,
    a_person,
    a_plan,
    a_region,
    a_task,
    an_event,
    an_office,
    chen,
    figures,
    wang,
)

YEAR = now().year
MEASURES = ("events", "attendances", "people", "hours", "hosts", "register", "milestones", "outside")


@pytest.fixture
def asked(app) -> dict[str, Indicator]:
    """A task with an indicator of every measure, and something towards each."""
    task, by, register = a_task("I2.1", YEAR), chen(), a_register()
    task.indicators = [Indicator(
        name=measure, wording=f"{measure}至少1", comparison="at_least", minimum=1, maximum=None, unit="个",
        basis="stated" if number % 2 else "working", measure=measure, per="total", period="year", position=number,
        register=register if measure in ("hosts", "register") else None) for number, measure in enumerate(MEASURES)]
    own = {one.measure: one for one in task.indicators}
    school = an_entry(register, approved_on=date(YEAR, 1, 2))
    an_entry(register, "第二中学", approved_on=None, standing="applied")
    for number in range(3):
        event = an_event(f"第{number}期", starts_at=now() - timedelta(days=number + 1), tasks=[task], credit_hours=35,
                         regions=[a_region("成都"), a_region("绵阳")][:1 + number % 2])
        event.hosts.append(school)
        event.record_figures(figures(by, 40 + number, people=30), now(), confirmed=number < 2)
    an_event("待办的一期", starts_at=now() + timedelta(days=9), tasks=[task], capacity=60)
    a_milestone(own["milestones"], reached_on=date(YEAR, 1, 3))
    a_milestone(own["milestones"], due_on=date(YEAR, 1, 3))
    a_figure(own["outside"], 1, 300).month = date(YEAR, 1, 1)
    own["events"].allocations.append(Allocation(region_code="510100", amount=5))
    db.session.commit()
    return own


@pytest.fixture
def desk(signed_in, asked) -> Any:
    return signed_in(a_person("Leader", Role.LEADER, an_office()))


def links(page: str, start: str) -> list[tuple[str, Fraction]]:
    """The addresses that begin so, and the number in the words of each."""
    found = re.findall(rf'<a[^>]* href="({re.escape(start)}[^"]*)"[^>]*>([^<]*?)<', page)
    return [(html.unescape(address), number(words)) for address, words in found if re.search(r"\d", words)]


def number(words: str) -> Fraction:
    return Fraction(re.findall(r"-?[\d,]+(?:\.\d+)?", words)[-1].replace(",", ""))


def rows(page: str, section: str = "rows") -> list[Fraction]:
    """The last cell of each row of the section's table."""
    table = page.partition(f'id="{section}"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    cells = re.findall(r'<td class="number">([^<]*)</td></tr>', table)
    return [number(cell) if cell.strip() else Fraction(0) for cell in cells]


@pytest.mark.parametrize("address", [f"/console/plan?year={YEAR}", f"/console/plan/tasks/I2.1?year={YEAR}"])
def test_each_number_of_the_console_leads_to_rows_that_sum_to_it(desk, asked, address):
    found = [(at, told) for at, told in links(desk.get(address).text, "/console/plan/indicators/")
             if int(re.findall(r"indicators/(\d+)", at)[0]) in {one.id for one in asked.values()}]

    assert len(found) == len(MEASURES) + 6  # of hosts and of the outside nothing is on its way
    assert [(at, sum(rows(desk.get(at).text))) for at, _told in found] == found


def test_each_number_of_a_region_or_month_leads_to_the_rows_of_it(desk, asked):
    for one in asked.values():
        page = desk.get(f"/console/plan/indicators/{one.id}").text
        parts = [(at, told) for at, told in links(page, f"/console/plan/indicators/{one.id}?") if "state" not in at]

        assert parts
        assert [(at, sum(rows(desk.get(at).text))) for at, _told in parts if "region" in at] == [
            part for part in parts if "region" in part[0]]


def test_the_events_of_a_task_are_as_many_as_its_page_says(desk, asked):
    page = desk.get(f"/console/plan/tasks/I2.1?year={YEAR}").text
    told = {at.partition("#")[2]: told for at, told in links(page, f"/console/plan/tasks/I2.1?year={YEAR}#")}

    listed = {name: page.partition(f'id="{name}"')[2].partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>")
              for name in told}

    assert told == {"events": 2, "unconfirmed": 1, "coming": 1} == listed


def test_each_public_number_leads_to_rows_that_sum_to_it_and_working_targets_stay_inside(client, asked):
    task = f"/plans/{YEAR}/tasks/I2.1"
    told = {at.partition("#")[2]: told for at, told in links(client.get(f"/plans/{YEAR}").text, task + "#")}
    page = client.get(task).text

    def listed(name: str) -> list[str]:
        return re.findall(r"<li\b.*?</li>", page.partition(f'<section class="section" id="{name}">')[2].partition(
            "</section>")[0], re.DOTALL)

    behind = {name: Fraction(len(listed(name))) if name in ("events", "coming") else sum(
        number(re.findall(r'<span class="strong">([^<]*)</span>', row)[0]) for row in listed(name)) for name in told}
    public = [one for one in asked.values() if one.is_public]
    assert set(told) == {"events", "coming", *(f"indicator-{one.id}" for one in public)}
    assert behind == told
    assert "events至少1" not in page + client.get(f"/plans/{YEAR}").text


def test_lights_are_for_the_public_only_where_a_planner_opens_them(client, asked, signed_in):
    planner = signed_in(a_person("Planner", Role.PLANNER, an_office()))

    def shown() -> list[int]:
        return [client.get(address).text.count('class="light ') for address in (
            f"/plans/{YEAR}", f"/plans/{YEAR}/tasks/I2.1")]

    before = shown()
    planner.post(f"/console/plan/{YEAR}/lights", data={"shown": "1"})
    opened = shown()
    planner.post(f"/console/plan/{YEAR}/lights", data={})

    assert (before, opened, shown()) == ([0, 0], [37, 1], [0, 0])


def test_only_who_plans_for_the_plans_office_opens_its_lights(asked, signed_in):
    stranger = signed_in(a_person("Wang", Role.PLANNER, a_city_office("绵阳")))

    assert stranger.post(f"/console/plan/{YEAR}/lights", data={"shown": "1"}).status_code == 404
    assert "公开灯" not in stranger.get("/console/plan").text
    assert not db.session.get_one(Plan, a_plan(YEAR).id).shows_lights


def test_a_person_in_a_register_goes_by_one_character(client, desk, asked):
    asked["register"].register.is_personal = True
    db.session.commit()

    pages = [client.get(f"/plans/{YEAR}/tasks/I2.1").text,
             desk.get(f"/console/plan/indicators/{asked['register'].id}").text]

    assert [("第一中学" in page, "第*" in page) for page in pages] == [(False, True)] * 2


def test_the_tasks_of_one_light_can_be_looked_at_alone(desk, asked):
    page = desk.get(f"/console/plan?year={YEAR}").text
    told = {at.partition("light=")[2]: told for at, told in links(page, "/console/plan?") if "light=" in at}

    shown = {light: desk.get(f"/console/plan?year={YEAR}&light={light}").text.count('<li class="task"')
             for light in told}

    assert sum(told.values()) == 37
    assert shown == told


def test_the_allocation_shows_what_remains(desk, asked):
    page = desk.get(f"/console/plan/indicators/{asked['events'].id}").text
    table = page.partition('id="regions"')[2].partition("<tbody>")[2].partition("</tbody>")[0]

    cells = [re.sub(r"<[^>]+>", "", row).strip() for row in re.findall(r"<td.*?</td>", table)]

    assert cells == ["5", "1.5", "3.5", "–", "0.5", "–"]
    assert "分下去的比目标多 4个。" in page


def test_an_indicator_of_another_office_is_not_there(app, signed_in, asked):
    stranger = wang()
    stranger.organization.parent = None
    stranger.organization.settle()
    db.session.commit()

    assert signed_in(stranger).get(f"/console/plan/indicators/{asked['events'].id}").status_code == 404


@pytest.mark.parametrize(("address", "most"), [
    ("/console/plan?year={year}", 15), ("/plans/{year}", 15), ("/console/plan/indicators/{id}", 15),
    ("/console/board", 15), ("/console/plan/tasks/I2.1?year={year}", 20), ("/plans/{year}/tasks/I2.1", 20)])
def test_the_pages_of_the_plan_ask_as_often_however_much_there_is(desk, asked, count_queries, address, most):
    address = address.format(year=YEAR, id=asked["events"].id)
    desk.get(address)
    few = count_queries(lambda: desk.get(address))
    for number in range(5):
        task = a_task(("E1.1", "I2.1")[number % 2], YEAR)
        event = an_event(f"又一期{number}", starts_at=now() - timedelta(days=number + 1), tasks=[task],
                         organization=a_city_office(("成都", "绵阳")[number % 2]),
                         regions=[a_region("德阳"), a_region("绵阳")])
        event.record_figures(figures(db.session.scalars(Person.with_email("chen@example.org")).one(), 5), now(),
                             confirmed=True)
    db.session.commit()
    many = count_queries(lambda: desk.get(address))

    assert many == few <= most
