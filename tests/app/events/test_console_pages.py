from datetime import timedelta

import pytest

from app.clock import now
from app.db import db
from app.outbox.letter import Letter, Recipient
from app.outbox.posting import post
from tests.app.events.filling import in_days
from tests.factories import a_plan, a_region, a_task, an_event, chen, figures


@pytest.fixture
def editor(app):
    a_plan(now().year)
    return chen()


@pytest.fixture
def desk(editor, signed_in):
    return signed_in(editor)


def a_failed_letter(event):
    letter = Letter("signup.changed", "zh", f"改期：{event.title}", "text", "<p>text</p>")
    delivery = post(letter, Recipient("li@example.org"), cause=f"test:{event.id}", as_of=now(),
                    about=f"event:{event.id}")
    delivery.state, delivery.reason = "failed", "没有这个信箱"


def an_office_with(count):
    """`count` of everything that today shows."""
    for number in range(count):
        over = an_event(f"办完的 {number}", starts_at=now() - timedelta(days=2), regions=[a_region("成都")])
        an_event(f"草稿 {number}", starts_at=in_days(30), published=False)
        coming = an_event(f"就要开始 {number}", starts_at=in_days(3), takes_enrolments=True, capacity=50,
                          tasks=[a_task("I2.1", now().year)])
        a_failed_letter(coming)
        assert over
    db.session.commit()


def test_today_shows_what_needs_me(desk):
    an_office_with(1)

    page = desk.get("/console/").text

    needed = ("办完的 0", "草稿 0", "就要开始 0", "没有这个信箱", "0 / 50", ">E1.1<")
    assert [word for word in needed if word not in page] == []
    assert ">I2.1<" not in page


def test_the_pages_ask_as_often_for_many_events_as_for_one(desk, count_queries):
    addresses = ("/console/", "/console/events", "/console/plan", "/console/plan/tasks/I2.1", "/console/events/1")
    an_office_with(1)
    for address in addresses:
        desk.get(address)
    once = [count_queries(lambda address=address: desk.get(address)) for address in addresses]
    an_office_with(3)

    many = [count_queries(lambda address=address: desk.get(address)) for address in addresses]

    assert many == once


def test_the_list_is_narrowed_by_state_kind_and_words(desk):
    an_office_with(1)

    queries = ("", "when=past", "when=all", "state=draft", "q=就要", "kind=visit")
    found = {query: [title in desk.get(f"/console/events?{query}").text for title in ("办完的", "草稿 0", "就要开始")]
             for query in queries}

    assert found == {"": [False, True, True], "when=past": [True, False, False], "when=all": [True, True, True],
                     "state=draft": [False, True, False], "q=就要": [False, False, True], "kind=visit": [False] * 3}


def test_the_list_is_paged(desk):
    for number in range(31):
        an_event(f"讲座{number:02d}", starts_at=in_days(3) + timedelta(hours=number))
    db.session.commit()

    pages = [desk.get(f"/console/events?page={number}").text for number in (1, 2)]

    assert [("讲座00" in page, "讲座30" in page) for page in pages] == [(True, False), (False, True)]


def test_the_plan_shows_all_37_tasks_and_what_is_only_ours(desk, editor):
    year = now().year
    rolled = a_plan(year).roll_over(year + 1, now())
    rolled.adopt(now())
    db.session.add(rolled)
    db.session.commit()

    pages = [desk.get(f"/console/plan?year={one}").text for one in (year, year + 1)]

    words = ('<li class="task"', f"沿用{year}年表述</span>", "内部目标（未确认）")
    assert [page.count(words[0]) for page in pages] == [37, 37]
    assert [page.count(words[1]) for page in pages] == [0, 37]
    assert pages[0].count(words[2]) == 0 < pages[1].count(words[2])


def test_a_task_lists_the_events_behind_its_figure_and_what_is_to_come(desk, editor):
    task = a_task("I2.1", now().year)
    held = an_event("已办的一期", starts_at=now() - timedelta(days=9), tasks=[task])
    held.record_figures(figures(editor, 120), now(), confirmed=True)
    an_event("待办的一期", starts_at=in_days(9), tasks=[task])
    an_event("草稿的一期", starts_at=in_days(19), tasks=[task], published=False)
    db.session.commit()

    page = desk.get("/console/plan/tasks/I2.1").text
    sections = {id: page.partition(f'id="{id}"')[2].partition("</section>")[0] for id in ("events", "coming", "rest")}

    assert {id: [title in section for title in ("已办的一期", "待办的一期", "草稿的一期")]
            for id, section in sections.items()} == {
        "events": [True, False, False], "coming": [False, True, False], "rest": [False, False, True]}
    assert f"/console/events/new?task={now().year}/I2.1" in page


def test_an_unknown_task_is_not_there(desk):
    assert desk.get("/console/plan/tasks/Z9.9").status_code == 404
