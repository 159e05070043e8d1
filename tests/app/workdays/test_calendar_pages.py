"""The console's month: who enters days, where they hold, and what a notice changes before it is brought in."""

import io
from datetime import date

import pytest
from sqlalchemy import func, select

from app import jobs
from app.accounts.models import Role
from app.db import db
from app.jobs import Job
from app.workdays import is_provisional, is_workday
from app.workdays.models import CalendarDay, SchoolTerm, TermKind
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_region, a_task, an_event, an_office

NOTICE = """日期,类型,名称
2027-01-01,休,元旦
2027-01-04,休,元旦
2027-01-10,班,
2027-02-30,休,
2027-03-01,也许,
"""
ICS = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//x//ZH
BEGIN:VEVENT
UID:1@x
DTSTART;VALUE=DATE:20270204
DTEND;VALUE=DATE:20270212
SUMMARY:\xe6\x98\xa5\xe8\x8a\x82 \xe6\x94\xbe\xe5\x81\x87
END:VEVENT
BEGIN:VEVENT
UID:2@x
DTSTART;VALUE=DATE:20270220
DTEND;VALUE=DATE:20270221
SUMMARY:\xe6\x98\xa5\xe8\x8a\x82\xe8\xb0\x83\xe4\xbc\x91 \xe4\xb8\x8a\xe7\x8f\xad
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def planner(app, signed_in):
    return signed_in(a_person("Planner", Role.PLANNER, an_office()))


def uploaded(browser, octets: bytes, name: str) -> str:
    answer = browser.post("/console/calendar-days/notice", data={"sheet": (io.BytesIO(octets), name)},
                          content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    jobs.work("test")
    db.session.commit()
    return answer.location


def test_a_sheet_s_notice_tells_what_changes_and_is_brought_in_at_once(planner):
    page = uploaded(planner, NOTICE.encode(), "通知.csv")
    looked = planner.get(page)
    before = is_workday(date(2027, 1, 4))

    planner.post(page)

    assert looked.text.count('class="has-problem"') == 2
    assert [before, is_workday(date(2027, 1, 4)), is_workday(date(2027, 1, 10))] == [True, False, True]
    assert not is_provisional(2027)
    assert db.session.scalar(select(func.count()).select_from(CalendarDay)) == 3


def test_a_calendar_s_notice_is_read_with_its_days_worked(planner):
    page = uploaded(planner, ICS, "2027.ics")

    planner.post(page)

    rows = db.session.execute(select(CalendarDay.day, CalendarDay.kind, CalendarDay.name).order_by(CalendarDay.day))
    assert [(day.day, kind, name) for day, kind, name in rows] == [
        *((day, "off", "春节") for day in range(4, 12)), (20, "work", "春节")]


def test_a_calendar_that_is_none_is_told_before_it_is_read(planner):
    answer = planner.post("/console/calendar-days/notice", data={
        "sheet": (io.BytesIO(b"<html>404</html>"), "2027.ics")})

    assert (answer.status_code, "这不是日历文件，里面没有 VCALENDAR。" in answer.text) == (422, True)


def test_a_calendar_of_which_a_day_cannot_be_read_is_refused_and_told_why(planner):
    octets = (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:\xe5\x85\x83\xe6\x97\xa6 \xe4\xbc\x91\r\n"
              b"DTSTART;VALUE=DATE:20270101\r\nDTEND;VALUE=DATE:99991231\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")

    page = planner.get(uploaded(planner, octets, "2027.ics")).text

    assert "“元旦 休”读不了：年份要在 1900 到 2199 之间。" in page


def test_a_notice_pressed_twice_is_brought_in_once(planner):
    page = uploaded(planner, NOTICE.encode(), "通知.csv")

    planner.post(page)
    again = planner.post(page)

    assert again.location == "/console/calendar-days"
    assert db.session.scalars(select(Job.result)).all() == [None]


def test_a_sheet_of_something_else_is_refused_in_a_sentence(planner):
    page = uploaded(planner, "姓名,单位\nLi,x\n".encode(), "x.csv")

    answer = planner.get(page)

    assert answer.status_code == 422
    assert "没有找到表头" in answer.text


def test_the_preview_names_the_events_on_days_that_change(planner):
    an_event("新年讲座", starts_at=AS_OF.replace(year=2027, month=1, day=4))
    db.session.commit()

    looked = planner.get(uploaded(planner, NOTICE.encode(), "通知.csv"))

    assert "新年讲座" in looked.text


def test_a_city_enters_a_day_of_its_own_and_not_the_country_s(app, signed_in):
    browser = signed_in(a_person("City", Role.ADMINISTRATOR, a_city_office()))
    words = {"day-kind": "off", "day-first": "2027-01-05", "day-name": "市里放假"}

    refused = browser.post("/console/calendar-days", data=words | {"day-region": "CN"})
    beside = browser.post("/console/calendar-days", data=words | {"day-region": "510700"})
    taken = browser.post("/console/calendar-days", data=words | {"day-region": "510100"})

    assert [refused.status_code, beside.status_code, taken.status_code] == [422, 422, 302]
    assert [is_workday(date(2027, 1, 5), region) for region in ("510104", "510700")] == [False, True]


def test_days_the_wrong_way_round_come_back_with_the_words_kept(planner):
    answer = planner.post("/console/calendar-days", data={
        "day-region": "CN", "day-kind": "off", "day-first": "2027-01-05", "day-last": "2027-01-04",
        "day-name": "倒着的"})

    assert answer.status_code == 422
    assert 'value="倒着的"' in answer.text
    assert db.session.scalars(select(CalendarDay)).all() == []


def test_the_month_shows_days_off_days_worked_and_that_a_year_is_provisional(planner):
    told, untold = planner.get("/console/calendar-days?month=2026-10"), planner.get(
        "/console/calendar-days?month=2027-10")

    assert '<span class="month-mark">休 国庆节</span>' in told.text
    assert '<span class="month-mark">班</span>' in told.text
    assert ["暂定" in answer.text for answer in (told, untold)] == [False, True]


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-01"])
def test_what_is_no_month_is_told_in_a_sentence(planner, month):
    assert planner.get(f"/console/calendar-days?month={month}").status_code == 400


def test_the_month_asks_the_same_number_of_questions_whatever_is_on_it(app, planner, count_queries):
    def ask() -> None:
        assert planner.get("/console/calendar-days?month=2026-03").status_code == 200

    an_event("一")
    SchoolTerm.planned("510000", TermKind.EXAMS, "一", date(2026, 3, 2), date(2026, 3, 3), AS_OF)
    ask()
    one = count_queries(ask)
    for number in range(3):
        an_event(f"讲座{number}")
        day = date(2026, 3, 10 + number)
        SchoolTerm.planned("510000", TermKind.EXAMS, "二", day, day, AS_OF)
    db.session.commit()

    assert count_queries(ask) == one


def test_an_event_for_schools_in_exams_says_so_on_its_page(app, planner):
    SchoolTerm.planned("510100", TermKind.EXAMS, "期中考试", date(2026, 3, 10), date(2026, 3, 13), AS_OF)
    school = an_event("进校园", tasks=[a_task("S1.1")], regions=[a_region("成都")])
    other = an_event("进企业", tasks=[a_task("I2.1")], regions=[a_region("成都")])
    db.session.commit()

    pages = [planner.get(f"/console/events/{event.id}").text for event in (school, other)]

    assert ["期中考试" in page for page in pages] == [True, False]
