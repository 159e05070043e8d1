import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Person
from app.clock import now
from app.db import db
from app.events.span import Span
from app.events.words import EventKind
from tests.app.events.filling import events, in_days, kept, mistakes, opened, typed
from tests.factories import a_city_office, a_plan, a_task, an_event, an_office, chen, figures, wang


@pytest.fixture
def desk(app, signed_in):
    return signed_in(chen())


@pytest.fixture
def lecture(app):
    event = an_event("蜀光讲坛", starts_at=in_days(-3))
    db.session.commit()
    return event


def address(event):
    return f"/console/events/{event.id}/repetition"


def test_the_page_offers_the_same_weekday_and_leads_to_the_draft(desk, lecture):
    page = desk.get(address(lecture)).text
    answer = desk.post(address(lecture), data=opened(lecture) | {
        "starts_at": kept(page, "starts_at"), "form_key": kept(page, "form_key")})

    made = events()[1]
    assert kept(page, "starts_at") == typed(in_days(4))
    assert answer.location == f"/console/events/{made.id}/edit"
    assert (made.title, made.state, made.starts_at, made.ends_at) == (
        "蜀光讲坛", "draft", in_days(4), in_days(4, 16))
    assert "报名、人数、照片、审核和提醒都没有带过来" in desk.get(answer.location).text


def test_whole_days_are_asked_for_by_the_day(desk):
    day = in_days(-3).date()
    week = an_event("宣传周", kind=EventKind.CAMPAIGN, span=Span.of_days(day, day + timedelta(days=6)))
    db.session.commit()

    page = desk.get(address(week)).text
    desk.post(address(week), data=opened(week) | {"starts_on": kept(page, "starts_on")})

    made, first = events()[1], day + timedelta(days=7)
    assert (made.span, 'name="starts_at"' in page) == (Span.of_days(first, first + timedelta(days=6)), False)


def test_sent_twice_it_makes_one_draft_and_none_once_that_was_thrown_away(desk, lecture):
    form = opened(lecture) | {"starts_at": typed(in_days(9)), "form_key": "once"}
    first, second = (desk.post(address(lecture), data=form) for _ in range(2))
    desk.post(f"/console/events/{events()[1].id}/discarding")
    third = desk.post(address(lecture), data=form)

    assert (first.location, third.status_code, len(events())) == (second.location, 409, 2)


@pytest.mark.parametrize(("changes", "status", "sentence"), [
    ({"starts_at": ""}, 422, "新的开始时间：请填开始时间。"),
    ({"starts_at": "星期四"}, 422, "新的开始时间：请写成 2026-04-20 14:00 这样的日期和时间。"),
    ({"starts_at": "1960-01-01T10:00"}, 422, "新的开始时间：年份要在 1971 到 2199 之间。"),
    ({"version": "0"}, 409, "这个活动刚被别人改过。您填的内容还在，请核对后再保存一次。"),
    ({"version": ""}, 409, "这个活动刚被别人改过。您填的内容还在，请核对后再保存一次。"),
], ids=["empty", "no time", "long ago", "stale", "forged"])
def test_bad_input_makes_nothing_and_keeps_what_was_typed(desk, lecture, changes, status, sentence):
    form = opened(lecture) | {"starts_at": typed(in_days(9)), "form_key": "k"} | changes

    answer = desk.post(address(lecture), data=form)

    assert (answer.status_code, mistakes(answer.text), len(events())) == (status, [sentence], 1)
    assert (kept(answer.text, "starts_at"), kept(answer.text, "form_key")) == (form["starts_at"], "k")


def test_a_day_past_is_taken_and_told(desk, lecture):
    answer = desk.post(address(lecture), data=opened(lecture) | {"starts_at": typed(in_days(-2))})

    assert (len(events()), "新的时间已经过去，请核对。" in desk.get(answer.location).text) == (2, True)


def test_what_could_not_come_along_is_said(desk):
    a_plan(2025)
    week = an_event("宣传周", kind=EventKind.CAMPAIGN, starts_at=in_days(-9))
    event = an_event("讲座", starts_at=in_days(-3), published=False, tasks=[a_task(year=2025)],
                     signup_closes_at=in_days(-20))
    week.add_part(event, now())
    db.session.commit()

    answer = desk.post(address(event), data=opened(event) | {"starts_at": typed(in_days(9))})

    told = re.search(r"报名截止跟着.*?没有带过来。", desk.get(answer.location).text)[0]
    assert told == (f"报名截止跟着移动，已经过去了，请改。“宣传周”不再接收新的活动，没有挂在它下面。"
                    f"有 1 项计划任务不在 {in_days(9).year} 年的计划里，没有带过来。")


def test_it_is_offered_for_a_cancelled_a_held_and_a_closed_event_and_not_for_a_session(desk, lecture):
    cancelled, held, closed = (an_event("讲座", starts_at=in_days(-3)) for _ in range(3))
    course = an_event("培训班", kind=EventKind.TRAINING, published=False)
    course.add_part(an_event("第一课", published=False), now())
    by = db.session.scalars(select(Person)).first()
    cancelled.cancel(now())
    for one in (held, closed):
        one.record_figures(figures(by, entered_at=now()), now(), confirmed=True)
    closed.close(now())
    db.session.commit()

    offered = [f'href="{address(one)}"' in desk.get(f"/console/events/{one.id}").text
               for one in (lecture, cancelled, held, closed, course, course.parts[0])]

    assert offered == [True] * 5 + [False]
    assert [desk.get(address(one)).status_code for one in (cancelled, held, closed)] == [200] * 3
    assert [desk.get(address(course.parts[0])).status_code,
            desk.post(address(course.parts[0]), data=opened(course.parts[0]) | {
                "starts_at": typed(in_days(9))}).status_code, len(events())] == [409, 409, 6]


def test_what_went_to_another_office_is_not_repeated_by_this_one(app, signed_in):
    city = a_city_office()
    event, desk = an_event(organization=city), signed_in(chen(city))
    city.merged_into = an_office()
    db.session.commit()

    answer = desk.post(address(event), data=opened(event) | {"starts_at": typed(in_days(9))})

    assert (answer.status_code, len(events())) == (409, 1)


def test_a_stranger_finds_nothing_there(app, signed_in):
    event, stranger = an_event(organization=a_city_office()), signed_in(wang())
    db.session.commit()

    answers = [stranger.get(address(event)),
               stranger.post(address(event), data=opened(event) | {"starts_at": typed(in_days(9))})]

    assert ([answer.status_code for answer in answers], len(events())) == ([404, 404], 1)
