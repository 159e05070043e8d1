"""Which light a number shows on a day, and why; a year of 2026 whose working days are its weekdays."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask_babel import force_locale

from app.accounts.settings import Settings
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.reports.counting.cells import Count
from app.reports.counting.records import Step
from app.reports.outlook.pace import Outlook, of_milestones, outlook_of, uncounted, worst
from app.workdays import workdays

pytestmark = pytest.mark.usefixtures("app")


def an_indicator(comparison: str = "at_least", minimum: int = 10, maximum: int | None = None, *,
                 due: date | None = None, kind: str = "lecture", **words: Any) -> Indicator:
    plan = Plan(year=2026)
    plan.__dict__["settings"] = Settings()
    task = Task(plan=plan, due_on=due, event_kind=kind)
    usual = {"per": "total", "period": "year", "measure": "events", "basis": "stated", "is_confirmed": True}
    return Indicator(task=task, comparison=comparison, minimum=minimum, maximum=maximum, unit="个", **usual | words)


def on(day: date, indicator: Indicator, done: int, scheduled: int = 0, **settings: Any) -> Outlook:
    count = Count(target=indicator.target, done=done, scheduled=scheduled, amount=done)
    return outlook_of(indicator, count, datetime(day.year, day.month, day.day, 2, tzinfo=UTC), Settings(**settings),
                      workdays)


JUNE = date(2026, 6, 30)
LAST = date(2026, 12, 31)


def test_a_straight_line_over_the_years_working_days_asks_for_about_half_at_midyear():
    outlook = on(JUNE, an_indicator(minimum=100), 0)

    assert outlook.expected == 100 * workdays(date(2026, 1, 1), JUNE) // workdays(date(2026, 1, 1), LAST) == 48


@pytest.mark.parametrize(("done", "light"), [(0, "red"), (35, "red"), (36, "yellow"), (45, "yellow"), (46, "blue"),
                                             (99, "blue"), (100, "met")])
def test_the_light_falls_where_the_thresholds_of_the_office_are(done, light):
    assert on(JUNE, an_indicator(minimum=100), done).light == light


def test_an_office_may_ask_for_less():
    assert on(JUNE, an_indicator(minimum=100), 30, blue_from=60, yellow_from=20).light == "blue"


def test_what_is_scheduled_counts_for_the_pace_but_not_as_done():
    outlook = on(JUNE, an_indicator(minimum=100), 20, scheduled=30)

    assert (outlook.light, outlook.done, outlook.missing) == ("blue", 20, 80)


def test_nothing_is_asked_for_before_a_whole_one_is_due():
    assert [on(date(2026, 1, 5), an_indicator(minimum=1), 0).light, on(JUNE, an_indicator(minimum=1), 0).light] == [
        "blue", "blue"]


def test_quarters_ask_for_what_they_say_at_their_end_and_a_line_in_between():
    asked = [on(day, an_indicator(minimum=100, quarters=[0, 10, 10, 100]), 0).expected for day in (
        date(2026, 3, 31), JUNE, date(2026, 9, 30), date(2026, 11, 14), LAST)]  # 28 of the 62 working days

    assert asked == [0, 10, 10, 50, 100]


@pytest.mark.parametrize(("comparison", "minimum", "maximum", "just_not", "just"), [
    ("exact", 100, 100, 99, 100), ("range", 1, 2, 0, 1), ("about", 30, 30, 26, 27), ("at_least", 50, None, 49, 50),
    ("more_than", 300_000, None, 300_000, 300_001)])
def test_a_target_is_met_exactly_where_its_words_say(comparison, minimum, maximum, just_not, just):
    indicator = an_indicator(comparison, minimum, maximum)

    assert [on(LAST, indicator, done).light == "met" for done in (just_not, just)] == [False, True]


def test_twenty_nine_of_about_thirty_is_not_red_and_three_hundred_thousand_not_yet_more_than_that():
    assert on(LAST, an_indicator("about", 30, 30), 29).light == "met"
    assert on(LAST, an_indicator("more_than", 300_000), 300_000).missing == 1


def test_after_the_latest_sensible_date_what_nobody_scheduled_is_red():
    indicator = an_indicator(minimum=1)

    before, latest, after = (on(day, indicator, 0) for day in (date(2026, 12, 16), date(2026, 12, 17),
                                                               date(2026, 12, 18)))

    assert latest.latest_on == date(2026, 12, 17)  # ten working days lie after it: 18, 21-25, 28-31 December
    assert [one.light for one in (before, latest, after)] == ["yellow", "yellow", "red"]
    assert after.reason == "已完成 0个，已安排 0个；还差 1个，最迟 12月17日 要定下来，已经过了。"


def test_what_is_scheduled_in_full_has_no_latest_date():
    assert on(date(2026, 12, 30), an_indicator(minimum=1), 0, scheduled=1).latest_on is None


def test_a_competition_must_be_decided_on_long_before_a_lecture():
    dates = [on(JUNE, an_indicator(kind=kind), 0).latest_on for kind in ("lecture", "competition")]

    assert dates == [date(2026, 12, 17), date(2026, 10, 9)]  # 10 October, a Saturday, is worked


def test_past_its_due_date_it_is_red_and_yellow_only_when_nearly_there():
    indicator = an_indicator(minimum=100, due=date(2026, 6, 1))

    assert [on(JUNE, indicator, done).light for done in (94, 95, 100)] == ["red", "yellow", "met"]


def test_the_reason_names_the_numbers():
    assert on(JUNE, an_indicator(minimum=100), 40).reason == (
        "已完成 40个，已安排 0个；到今天按进度该有 48个，只到 83%；还差 60个。")


@pytest.mark.parametrize(("basis", "done"), [("stated", 0), ("working", 10), ("counted", 1000)])
def test_what_nobody_confirmed_is_neither_red_nor_met_and_says_why(basis, done):
    found = on(JUNE, an_indicator(minimum=100, basis=basis, is_confirmed=False), done)

    assert (found.light, found.word, found.reason) == (
        "grey", "目标未确认", f"目标未确认，先不亮灯；已完成 {done}个，已安排 0个。")


def a_step(due: date | None, reached: date | None = None) -> Step:
    return Step(1, 1, None, "批复", "510000", 1, due, reached, "省局", "/1/")


@pytest.mark.parametrize(("steps", "light"), [
    ([a_step(date(2026, 7, 1))], "blue"), ([a_step(None)], "blue"), ([a_step(date(2026, 6, 29))], "yellow"),
    ([a_step(date(2026, 5, 31))], "yellow"), ([a_step(date(2026, 5, 30))], "red"),
    ([a_step(date(2026, 5, 1), date(2026, 6, 1)), a_step(JUNE)], "blue"),
    ([a_step(date(2026, 5, 1), date(2026, 6, 1))], "met")])
def test_milestones_are_judged_by_the_days_they_are_late(steps, light):
    assert of_milestones(steps, datetime(2026, 6, 30, 2, tzinfo=UTC)).light == light


def test_milestones_reached_late_are_reached_and_told_as_late():
    steps = [a_step(date(2026, 5, 1), date(2026, 5, 13)), a_step(JUNE, JUNE)]

    assert [of_milestones(steps[at:], datetime(2026, 6, 30, 2, tzinfo=UTC)).reason for at in (0, 1)] == [
        "2 个节点都已完成，其中 1 个晚了，最多晚 12 天。", "1 个节点都已完成。"]


def test_a_day_is_written_as_the_reader_writes_it(app):
    step = a_step(date(2026, 11, 5))

    told = []
    for language in ("zh", "en"):
        with force_locale(language):
            told.append(re.findall("5 Nov|11月5日|5/11|11/5", of_milestones(
                [step], datetime(2026, 11, 20, 2, tzinfo=UTC)).reason))

    assert told == [["11月5日"], ["5 Nov"]]


def test_a_task_is_judged_by_its_worst():
    outlooks = [Outlook(0, 0, 0, 0, None, light, "") for light in ("met", "yellow", "blue", "red")]

    assert [worst(outlooks[:number]).light for number in (1, 2, 3, 4)] == ["met", "yellow", "yellow", "red"]
    assert worst([]) is None


def test_grey_says_why():
    assert uncounted(3, 1).reason == "没有数字目标，也没有节点，只列活动，不计数。"
    assert uncounted(0, 0, is_withdrawn=True).reason == "已不在任务表里，不再计数。"


@pytest.mark.parametrize(("language", "day"), [("zh", "11月5日"), ("en", "5 Nov")])
def test_a_reason_says_its_day_as_the_page_speaks(language, day):
    step = Step(1, 1, None, "申报", "51", 1, date(2026, 11, 5), None, "", "")

    with force_locale(language):
        reason = of_milestones([step], datetime(2026, 11, 20, 2, tzinfo=UTC)).reason

    assert day in reason
