"""Who moves an event out of the year of its task's plan reads that it will not count. The pages ask the clock."""

import html
from datetime import date, datetime, time

import pytest

from app.db import db
from app.events.asking import office_zone
from app.events.models import Event
from app.events.reviewing import of_event
from app.events.waiting import Proposed
from tests.app.events.approving import Offices
from tests.app.events.filling import in_days, the_edit, the_form, typed
from tests.factories import a_task

YEAR = in_days(10).year


def told(code: str = "I2.1") -> str:
    return (f"活动在 {YEAR + 1} 年，不在所选任务的计划年度，不计入这些任务当年的数字：{YEAR}年 {code}。"
            "请核对日期或任务。")


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


@pytest.fixture
def event(offices) -> Event:
    return offices.event(starts_at=in_days(10), tasks=[a_task("I2.1", YEAR)])


def moved(event: Event, year: int) -> dict[str, str]:
    db.session.expire_all()
    start, end = (datetime.combine(date(year, 3, 1), time(hour), office_zone()) for hour in (14, 16))
    return {"version": str(Proposed(event).version), "starts_at": typed(start), "ends_at": typed(end)}


def says_so(page: str) -> bool:
    return told() in html.unescape(page)


def test_who_moves_it_himself_is_told(offices, event, signed_in):
    he = signed_in(offices.he)

    pages = [he.post(f"/console/events/{event.id}/schedule", data=moved(event, year), follow_redirects=True).text
             for year in (YEAR + 1, YEAR)]

    assert list(map(says_so, pages)) == [True, False]


def test_who_asks_for_it_is_told_and_so_is_who_agrees(offices, event, signed_in):
    chen, he = signed_in(offices.chen), signed_in(offices.he)

    asked = chen.post(f"/console/events/{event.id}/schedule", data=moved(event, YEAR + 1), follow_redirects=True).text
    [waiting] = of_event(event)
    agreed = he.post("/console/review/decisions", data={"item": [waiting.key], "decision": "agree"},
                     follow_redirects=True).text

    assert (says_so(asked), says_so(agreed)) == (True, True)


def test_a_change_that_leaves_day_and_tasks_alone_warns_of_nothing(offices, event, signed_in):
    chen = signed_in(offices.chen)

    page = chen.post(f"/console/events/{event.id}/edit", data=the_edit(event, title="换了名称", tasks=["I2.1"]),
                     follow_redirects=True).text

    assert not says_so(page)


def test_a_new_event_of_another_year_is_kept_with_the_warning(offices, signed_in):
    a_task("I2.1", YEAR)
    db.session.commit()
    he = signed_in(offices.he)
    day = date(YEAR + 1, 3, 1)
    start, end = (typed(datetime.combine(day, time(hour), office_zone())) for hour in (14, 16))

    page = he.post("/console/events", data=the_form(starts_at=start, ends_at=end, tasks=[f"{YEAR}/I2.1"]),
                   follow_redirects=True).text

    assert says_so(page)
