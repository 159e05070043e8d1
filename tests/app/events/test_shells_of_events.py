from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from app.db import db
from app.events import rolling
from app.events.models import Event
from app.events.rolling import Shell, link, returning, shells_in, take_back
from app.events.span import Span
from app.events.words import EventKind
from app.outbox.models import Delivery
from app.plans.rolling import Choice, roll_over
from app.plans.yearly import DateRule
from app.signup.enrolling import enrol
from tests.factories import AS_OF, a_city_office, a_plan, a_task, an_event, chen, figures

ONE = timedelta(days=1)
LATER = datetime(2026, 11, 2, 1, tzinfo=UTC)


def at(month, day, hour=14, year=2026):
    return datetime(year, month, day, hour - 8, tzinfo=UTC)


def a_week(**changes):
    """20 to 26 April 2026 with an item on Tuesday the 21st and a fair on Saturday the 25th."""
    week = an_event("2026年知识产权宣传周", kind=EventKind.CAMPAIGN, slug="week-2026",
                    span=Span.of_days(date(2026, 4, 20), date(2026, 4, 26)), **changes)
    for title, day in (("启动仪式", 21), ("广场集市", 25)):
        part = an_event(title, kind=EventKind.LECTURE, starts_at=at(4, day), published=False)
        week.add_part(part, AS_OF)
        part.publish(AS_OF)
    db.session.flush()
    return week


def a_contest():
    contest = an_event("大学生知识产权竞赛", kind=EventKind.COMPETITION, starts_at=at(5, 13), published=False,
                       takes_enrolments=True, capacity=100, signup_closes_at=at(5, 6, 18), speaker="评委",
                       online_url="https://example.org/live")
    for title, day in (("初赛", 13), ("决赛", 27)):
        contest.add_part(an_event(title, kind=EventKind.COMPETITION, starts_at=at(5, day), published=False), AS_OF)
    contest.publish(AS_OF)
    db.session.flush()
    return contest


def next_plan(plan):
    made = roll_over(plan, Choice(2027, {task.id for task in plan.tasks}), [], LATER)
    db.session.flush()
    return made


def made_of(event, rule=DateRule.WEEK, year=2027):
    shell = Shell.of(event, year, rule).make(LATER)
    db.session.commit()
    return shell


def test_what_may_come_back_are_campaigns_competitions_and_series_of_the_year(either_app):
    plan, week, contest = a_plan(), a_week(), a_contest()
    series = an_event("蜀光讲坛", starts_at=at(3, 11))
    series.add_part(an_event("第一期", starts_at=at(3, 11)), AS_OF)
    an_event("单场讲座", starts_at=at(3, 12))
    an_event("培训班", kind=EventKind.TRAINING, starts_at=at(3, 12))
    an_event("去年的宣传周", kind=EventKind.CAMPAIGN, starts_at=at(4, 20, year=2025))
    an_event("宣传周草稿", kind=EventKind.CAMPAIGN, starts_at=at(4, 20), published=False)
    an_event("取消的宣传周", kind=EventKind.CAMPAIGN, starts_at=at(4, 20)).cancel(AS_OF)
    db.session.flush()

    assert db.session.scalars(returning(plan, 2027)).all() == [series, week, contest]


def test_the_ip_week_comes_back_around_world_ip_day_with_its_items(either_app):
    shell = made_of(a_week(), DateRule.IP_DAY)

    assert (shell.title, shell.span.starts_on, shell.span.ends_on) == (
        "2027年知识产权宣传周", date(2027, 4, 20), date(2027, 4, 26))
    assert [(one.title, one.part, one.span.starts_on) for one in shell.parts] == [
        ("启动仪式", "item", date(2027, 4, 21)), ("广场集市", "item", date(2027, 4, 25))]


def test_a_competition_comes_back_in_the_same_week_with_stages_at_their_distance(app):
    shell = made_of(a_contest())

    assert [(one.title, one.span.starts_at) for one in shell.parts] == [
        ("初赛", at(5, 12, year=2027)), ("决赛", at(5, 26, year=2027))]
    assert (shell.span.starts_on, shell.span.ends_on) == (date(2027, 5, 12), date(2027, 5, 26))
    assert (shell.signup_closes_at, shell.capacity) == (at(5, 5, 18, year=2027), 100)


def test_a_shell_is_a_quiet_draft_without_figures_sign_ups_letters_and_with_a_uid_of_its_own(app):
    contest, by = a_contest(), chen()
    enrol(contest, name="Li", email="li@example.org", as_of=AS_OF)
    contest.record_figures(figures(by), at(5, 28), confirmed=True)
    db.session.commit()
    letters = db.session.scalar(select(func.count()).select_from(Delivery))

    shell = made_of(contest)

    family = [shell, *shell.parts]
    assert {one.state for one in family} == {"draft"}
    assert not {one.ical_uid for one in family} & {one.ical_uid for one in (contest, *contest.parts)}
    assert [(one.figures, one.published_at, one.held_at, one.schedule_version, one.slug, one.speaker, one.online_url)
            for one in family] == [(None, None, None, 0, None, "", "")] * 3
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == letters
    assert db.session.scalar(select(func.count()).select_from(Event).where(
        Event.id.in_([one.id for one in family]), Event.figures.has())) == 0


def test_a_draft_part_of_last_year_does_not_come_along(app):
    week = a_week()
    week.add_part(an_event("没有发布的", starts_at=at(4, 22), published=False), AS_OF)

    assert [one.title for one in made_of(week).parts] == ["启动仪式", "广场集市"]


def test_what_came_back_already_is_not_offered_again_for_that_year(app):
    plan, week = a_plan(), a_week()
    made_of(week)

    assert db.session.scalars(returning(plan, 2027)).all() == []
    assert db.session.scalars(returning(plan, 2028)).all() == [week]


def test_a_merged_offices_event_comes_back_with_the_office_that_goes_on(app):
    city, other = a_city_office("成都"), a_city_office("德阳")
    week = a_week(organization=city)
    city.merged_into = other
    db.session.flush()

    assert made_of(week).organization == other


def test_a_shell_counts_towards_its_task_only_when_the_plan_is_adopted(app):
    plan, task = a_plan(), a_task("C1.1")
    week = a_week(tasks=[task])
    following = next_plan(plan)
    heir = next(one for one in following.tasks if one.code == "C1.1")
    heir.code = "C9.9"
    shell = made_of(week)
    assert shell.tasks == []
    heir.code = "C1.1"

    following.adopt(LATER)
    link(following, LATER)
    db.session.commit()

    assert shell.tasks == [heir]


def test_shells_nobody_touched_go_with_their_plan_and_those_worked_on_stay(either_app):
    plan = a_plan()
    untouched, worked_on = made_of(a_contest()), made_of(a_week())
    worked_on.parts[0].revise(LATER + ONE, title="启动仪式（新）")
    following = next_plan(plan)

    take_back(db.session.scalars(shells_in(following)).all(), LATER + ONE)
    db.session.commit()

    assert untouched.deleted_at == LATER + ONE
    assert [one.deleted_at for one in (worked_on, *worked_on.parts)] == [None, None, None]


def test_the_year_in_a_title_follows_and_longer_numbers_do_not():
    assert rolling.in_year("2026年第20261号，2026", 2026, 2027) == "2027年第20261号，2027"
