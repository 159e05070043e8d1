import pytest
from sqlalchemy import func, select

from app.db import db
from app.outbox.models import Delivery
from app.reminders.models import Occurrence
from tests.app.events.filling import events, in_days, kept, mistakes, the_figures
from tests.factories import a_plan, chen


@pytest.fixture
def desk(app, signed_in):
    a_plan()
    return signed_in(chen())


def the_form(**changes):
    return the_figures() | {"title": "知识产权进社区", "kind": "lecture", "tasks": ["C1.1"], "regions": ["510100"],
                            "held_on": f"{in_days(-40):%Y-%m-%d}", "location": "玉林社区"} | changes


def test_an_event_entered_afterwards_counts_at_once_and_reminds_nobody(desk, client):
    answer = desk.post("/console/events/held", data=the_form())

    held = events()[0]
    assert (answer.status_code, held.state, held.figures.attendances) == (302, "held", 86)
    assert (held.is_all_day, held.span.starts_on) == (True, in_days(-40).date())
    assert (held.figures_confirmed_at is not None, [task.code for task in held.tasks]) == (True, ["C1.1"])
    assert [db.session.scalar(select(func.count()).select_from(table)) for table in (Occurrence, Delivery)] == [0, 0]
    assert "知识产权进社区" in client.get(f"/events/{held.id}").text


def test_the_figure_of_its_task_leads_to_it(desk):
    desk.post("/console/events/held", data=the_form())

    page = desk.get("/console/plan/tasks/C1.1?year=2026").text

    assert "已办 1<" in page
    assert f'href="/console/events/{events()[0].id}"' in page


def test_an_event_of_another_year_is_kept_with_a_warning_and_named_beside_the_number(desk):
    warned = desk.post("/console/events/held", data=the_form(held_on="2025-06-01"), follow_redirects=True).text
    page = desk.get("/console/plan/tasks/C1.1?year=2026").text

    assert "活动在 2025 年，不在所选任务的计划年度，不计入这些任务当年的数字：2026年 C1.1。" in warned
    assert "已办 1<" not in page
    assert "知识产权进社区" in page.partition('id="elsewhere"')[2]


def test_an_event_of_the_plans_year_is_kept_without_that_warning(desk):
    page = desk.post("/console/events/held", data=the_form(), follow_redirects=True).text

    assert "不在所选任务的计划年度" not in page


def test_today_is_not_too_early(desk):
    desk.post("/console/events/held", data=the_form(held_on=f"{in_days(0):%Y-%m-%d}"))

    assert [event.state for event in events()] == ["held"]


@pytest.mark.parametrize("changes, sentence", [
    ({"held_on": f"{in_days(2):%Y-%m-%d}"}, "日期：这一天还没有到。还没办的活动请用“新建活动”。"),
    ({"held_on": "去年"}, "日期：请写成 2026-04-20 这样的日期。"),
    ({"held_until": f"{in_days(-41):%Y-%m-%d}"}, "到：结束日期不能早于开始日期。"),
    ({"tasks": ["Z9.9"]}, "计划任务：计划里没有任务“Z9.9”，请从列表里选。"),
    ({"title": "进\r\n社区"}, "名称：这里只能填一行，不能换行。"),
], ids=["future", "no date", "until", "task", "title"])
def test_bad_input_gets_a_sentence_and_enters_nothing(desk, changes, sentence):
    answer = desk.post("/console/events/held", data=the_form(**changes))

    assert (answer.status_code, mistakes(answer.text), events()) == (422, [sentence], [])
    assert kept(answer.text, "location") == "玉林社区"


def test_sent_twice_it_enters_one_event(desk):
    key = kept(desk.get("/console/events/held").text, "form_key")

    for _ in range(2):
        desk.post("/console/events/held", data=the_form(form_key=key))

    assert [event.title for event in events()] == ["知识产权进社区"]
