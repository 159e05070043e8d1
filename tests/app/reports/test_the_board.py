"""What the leaders' board says, as values."""

from datetime import UTC, date, datetime, timedelta

from app.db import db
from app.plans.indicators import Allocation, Indicator
from app.plans.milestones import Milestone
from app.reports import findings
from app.reports.board import Board
from app.reports.counting.tally import tally
from app.reports.outlook.lights import lights
from tests.factories import AS_OF, a_city_office, a_plan, a_region, a_task, an_event, an_office, chen, figures

LATER = datetime(2026, 11, 2, 2, tzinfo=UTC)


def held(by, *, on=date(2026, 2, 10), attendances=80, confirmed=True, **changes):
    event = an_event(starts_at=datetime(on.year, on.month, on.day, 2, tzinfo=UTC), **changes)
    event.record_figures(figures(by, attendances), AS_OF, confirmed=confirmed)
    db.session.flush()
    return event


def board(as_of=AS_OF, office=None, last=None):
    db.session.flush()
    return Board.of(a_plan(), office or an_office(), as_of, last)


def line(found, code):
    return next(one for one in found.lines if one.task.code == code)


def a_milestone(task, due_on, reached_on=None, title="申报", organization=None):
    made = Milestone(task=task, organization=organization or an_office(), title=title, due_on=due_on,
                     reached_on=reached_on, created_at=AS_OF, revised_at=AS_OF)
    db.session.add(made)
    db.session.flush()
    return made


def test_its_figures_are_those_of_the_recount(either_app):
    by = chen()
    held(by, tasks=[a_task()], attendances=80)
    held(by, tasks=[a_task(), a_task("E1.1")], attendances=45, regions=[a_region("甘孜")])
    held(by, tasks=[a_task()], confirmed=False)
    an_event(tasks=[a_task()])

    found, counted = board(), tally(a_plan(), AS_OF)

    assert (found.whole, found.whole.done, found.whole.attendances) == (counted.whole, 2, 125)
    assert sum(found.days.values()) == counted.whole.done + counted.whole.unconfirmed + counted.whole.coming
    assert found.lights == {light: sum(one.light == light for one in lights(a_plan(), AS_OF).values())
                            for light in found.lights}


def test_it_is_compared_with_last_year_until_the_same_day(either_app):
    by, last = chen(), a_plan(2025)
    held(by, tasks=[a_task(year=2025)], on=date(2025, 3, 2), attendances=70)
    held(by, tasks=[a_task(year=2025)], on=date(2025, 3, 3), attendances=1000)

    before = board(last=last).before

    assert (before.events, before.attendances) == (1, 70)


def test_without_last_year_it_says_how_far_the_numbers_asked_for_are(app):
    held(chen(), tasks=[a_task()])

    found = board(last=a_plan(2025))

    assert found.before is None
    asked = found.asked_of("events", is_stated=True)
    assert (asked.done, asked.least) == (1, sum(
        one.target.band[0] for task in a_plan().tasks for one in task.indicators
        if (one.measure, one.basis) == ("events", "stated")))


def test_what_is_ours_is_never_added_to_what_is_stated_and_the_unconfirmed_to_neither(app):
    numbers = [a_task(code).indicators[0] for code in ("I2.1", "I2.2", "E4.1")]
    for one, basis, least in zip(numbers, ("stated", "working", "working"), (300_000, 500, 70), strict=True):
        one.measure, one.basis, one.comparison, one.minimum, one.maximum = "attendances", basis, "exact", least, None
    numbers[2].is_confirmed = False

    found = board()

    assert [found.asked_of("attendances", is_stated=told).least for told in (True, False)] == [300_000, 500]


def test_a_number_nobody_confirmed_is_drawn_without_a_light(app):
    task = a_task()
    task.indicators[0].is_confirmed = False
    a_task("E1.1").indicators.clear()

    found = board(datetime(2026, 12, 20, 2, tzinfo=UTC))

    own = line(found, "I2.1")
    assert (own.light, own.mark, own in found.counted, own in found.unconfirmed) == (
        "grey", "未确认的目标", True, True)
    assert "I2.1" not in {one.about for one in found.concerns}


def test_numbers_of_events_are_counted_and_not_added_up(app):
    held(chen(), tasks=[a_task()])

    asked = board().asked_of("events", is_stated=True)

    assert (asked.met, asked.numbers) == (1, len(
        [one for task in a_plan().tasks for one in task.indicators
         if (one.measure, one.basis) == ("events", "stated")]))


def test_the_worst_light_stands_first_and_grey_is_only_what_cannot_be_counted(app):
    held(chen(), tasks=[a_task()])
    a_milestone(a_task("E1.1"), date(2026, 1, 5))

    found = board()

    assert [one.light for one in found.lines] == sorted(
        (one.light for one in found.lines), key=["red", "yellow", "blue", "met", "grey"].index)
    assert (line(found, "I2.1").light, line(found, "E1.1").light) == ("met", "red")
    assert {one.task.code for one in found.uncounted} == {
        task.code for task in a_plan().tasks if not task.indicators} - {"E1.1"}


def test_it_names_the_cities_in_which_nothing_was_held(app):
    by = chen()
    for city in ("成都", "自贡", "攀枝花", "泸州", "德阳", "绵阳", "广元", "遂宁", "内江", "乐山", "南充", "眉山",
                 "宜宾", "广安", "达州", "雅安", "巴中", "资阳"):
        held(by, tasks=[a_task()], regions=[a_region(city)])

    found = board()

    assert findings.of_places(found) == "21 个市（州）中 18 个办过活动，阿坝、甘孜、凉山还没有。"
    assert len(found.covered) == 18


def test_a_county_counts_for_its_city_and_the_province_for_none(app):
    by = chen()
    held(by, tasks=[a_task()], regions=[a_region("锦江区")])
    held(by, tasks=[a_task()], regions=[a_region("四川")])

    assert {one.name: one.events for one in board().covered} == {"成都": 1}


def test_days_months_and_what_is_not_arranged_yet_are_told(app):
    held(chen(), tasks=[a_task()], on=date(2026, 2, 10))
    an_event(tasks=[a_task()], starts_at=datetime(2026, 4, 20, 2, tzinfo=UTC), hours=50)

    found = board()

    assert found.days == {date(2026, 2, 10): 1, date(2026, 4, 20): 1, date(2026, 4, 21): 1, date(2026, 4, 22): 1}
    assert findings.of_year(found) == (
        "全年已办和排定 2 场，2月最多，1 场；3月、5月、6月、7月、8月、9月、10月、11月、12月还没有安排。")


def test_what_lasts_from_spring_to_autumn_stands_on_its_first_day(app):
    an_event(tasks=[a_task()], starts_at=datetime(2026, 4, 20, 2, tzinfo=UTC), hours=24 * 90)

    assert board().days == {date(2026, 4, 20): 1}


def test_what_needs_attention_says_why(app):
    held(chen(), tasks=[a_task()], confirmed=False)
    a_milestone(a_task("E1.1"), date(2026, 1, 5), title="上报方案")
    a_milestone(a_task("E1.2"), date(2026, 2, 20), title="公示名单")
    a_milestone(a_task("E1.2"), date(2026, 1, 5), date(2026, 1, 9), title="已经做了")
    over = an_event("没有登记的讲座", tasks=[a_task()], starts_at=AS_OF - timedelta(days=3))

    found = [one for one in board().concerns if one.what != "task"]

    assert [(one.what, one.about, one.level, one.title, one.reason) for one in found] == [
        ("milestone", "E1.1", "red", "E1.1 上报方案", "节点该在 1月5日 完成，已过 56 天。"),
        ("milestone", "E1.2", "yellow", "E1.2 公示名单", "节点该在 2月20日 完成，已过 10 天。"),
        ("event", str(over.id), "yellow", "没有登记的讲座", "2月27日办完，3 天了还没登记人数，不算在数字里。"),
        ("unconfirmed", "", "yellow", "1 场的人数等审核确认", "确认以后才算。"),
    ]


def test_a_slow_number_is_a_concern_with_the_reason_of_its_light(app):
    found = board(as_of=LATER)

    slow = [one for one in found.concerns if one.what == "task"]
    assert [(one.about, one.level, one.reason) for one in slow] == [
        (one.task.code, one.light, one.outlook.reason) for one in found.lines if one.light in ("red", "yellow")]
    assert findings.of_concerns(found).startswith(f"{sum(one.level == 'red' for one in slow)} 项落后")


def test_only_the_oldest_events_without_figures_are_named_and_the_others_counted(app):
    for days in range(3, 10):
        an_event(f"第{days}天", tasks=[a_task()], starts_at=AS_OF - timedelta(days=days))

    titles = [one.title for one in board().concerns if one.what != "task"]

    assert titles == ["第9天", "第8天", "第7天", "第6天", "第5天", "还有 2 场没登记人数"]


def test_a_city_is_measured_by_what_it_was_given_and_not_by_the_provinces_target(app):
    city = a_city_office()
    indicator = a_task("C3.2").indicators[0]
    indicator.allocations = [Allocation(region_code="510100", amount=1)]
    held(chen(city), tasks=[a_task("C3.2")], organization=city)

    found = board(office=city)

    given, not_given = line(found, "C3.2"), line(found, "I2.1")
    assert (given.light, given.target.band, given.wording) == ("met", (1, None), "分解 1项")
    assert (not_given.light, not_given.target, not_given.outlook.reason) == (
        "grey", None, "没有分解到本单位，不计数；已办 0期。")


def test_the_quarters_of_the_whole_ask_a_city_for_its_part_of_them(app):
    city = a_city_office()
    indicator = a_task("C3.2").indicators[0]
    indicator.minimum, indicator.quarters, indicator.task.due_on = 20, [10, 12, 16, 20], date(2026, 12, 31)
    indicator.allocations = [Allocation(region_code="510100", amount=4)]

    found = line(board(office=city, as_of=datetime(2026, 4, 1, 2, tzinfo=UTC)), "C3.2")

    assert (found.target.band, found.outlook.expected) == ((4, None), 2)


def test_what_is_asked_of_every_city_is_asked_of_a_city_once(app):
    city = a_city_office()
    a_task("E1.1").indicators.append(Indicator(
        wording="每市至少1场", comparison="at_least", minimum=1, maximum=None, unit="场", per="city", basis="working",
        measure="events", period="year", position=0))
    held(chen(city), tasks=[a_task("E1.1")], organization=city)

    own, whole = line(board(office=city), "E1.1"), line(board(), "E1.1")

    assert (own.light, own.outlook.done, own.target.band) == ("met", 1, (1, None))
    assert (whole.outlook.done, whole.target.band) == (1, (21, None))


def test_a_city_sees_its_own_events_by_county_and_a_county_has_no_map(app):
    city = a_city_office()
    county = an_office("锦江区市场监督管理局", "锦江区", parent=city)
    by = chen(city)
    held(by, tasks=[a_task()], organization=county, regions=[a_region("锦江区")])
    held(by, tasks=[a_task()], organization=a_city_office("绵阳"), regions=[a_region("绵阳")])

    found = board(office=city)

    assert (found.whole.done, {one.name: one.events for one in found.covered}) == (1, {"锦江区": 1})
    assert board(office=county).spots == []


def test_tasks_gone_from_the_plan_are_not_shown(app):
    a_task("E1.1").withdrawn_at = AS_OF

    assert "E1.1" not in {one.task.code for one in board().lines}
