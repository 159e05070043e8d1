import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import Role
from app.db import db
from app.events.models import Event
from app.events.span import Span
from app.events.words import EventKind
from app.plans.milestones import Milestone
from app.plans.models import Plan
from tests.factories import AS_OF, a_city_office, a_person, a_plan, a_task, an_event, an_office, chen, figures, wang


@pytest.fixture(autouse=True)
def in_november(monkeypatch):
    from app.plans.views import next_year

    monkeypatch.setattr(next_year, "now", lambda: datetime(2026, 11, 2, 1, tzinfo=UTC))


@pytest.fixture
def planner(app, signed_in):
    return signed_in(a_person("Zhao", Role.PLANNER, an_office()))


def a_week(**changes):
    return an_event("2026年知识产权宣传周", kind=EventKind.CAMPAIGN,
                    span=Span.of_days(date(2026, 4, 20), date(2026, 4, 26)), **changes)


def a_step():
    step = Milestone(task=a_task("E1.1"), organization=an_office(), title="申报截止", due_on=date(2026, 3, 20),
                     created_at=AS_OF, revised_at=AS_OF)
    db.session.add(step)
    db.session.flush()
    return step


def typed(plan, *, tasks=None, events=(), **more):
    """The form as it comes when everything else is left as proposed."""
    return {"year": "2027", "task": [task.id for task in plan.tasks if tasks is None or task.code in tasks],
            "event": list(events), "milestone": [one.id for one in db.session.scalars(select(Milestone))]} | more


def plain(page):
    """Without drawings, spans and classes."""
    return re.sub(r"<svg.*?</svg>|</?span[^>]*>| class=\"[^\"]*\"", "", page, flags=re.DOTALL)


def hidden(page):
    return re.search(r'name="seen" value="([0-9a-f]{64})"', page)[1]


def make(browser, form):
    seen = hidden(browser.post("/console/plan/next", data=form | {"then": "preview"}).text)
    return browser.post("/console/plan/next", data=form | {"then": "make", "seen": seen})


def plans():
    return [(one.year, one.adopted_at is not None) for one in db.session.scalars(select(Plan).order_by(Plan.year))]


def test_from_ticking_over_the_preview_to_the_adopted_plan(planner):
    plan, task = a_plan(), a_task("C1.1")
    week, _step = a_week(tasks=[task]), a_step()
    form = typed(plan, tasks=("C1.1", "E1.1", "I2.1"), events=[week.id])

    opened = planner.get("/console/plan/next").text
    preview = planner.post("/console/plan/next", data=form | {"then": "preview"}).text
    assert plans() == [(2026, True)]
    made = make(planner, form)

    assert re.findall(r"<p>(4月20日.*?) +<b>(.*?)</b>", plain(opened)) == [
        ("4月20日 周一 – 4月26日 周日", "4月20日 周二 – 4月26日 周一")]
    assert re.findall(r"<td>(3月20日.*?|4月20日.*?)</td><td><b>(.*?)</b>", plain(preview)) == [
        ("3月20日 周五", "3月22日 周一"), ("4月20日 周一 – 4月26日 周日", "4月20日 周二 – 4月26日 周一")]
    assert (made.status_code, made.location) == (302, "/console/plan?year=2027")
    assert plans() == [(2026, True), (2027, False)]
    draft = db.session.scalars(select(Plan).where(Plan.year == 2027)).one()
    shell = db.session.scalars(select(Event).where(Event.source_id == week.id)).one()
    assert ([task.code for task in draft.tasks], shell.title, shell.tasks) == (
        ["E1.1", "I2.1", "C1.1"], "2027年知识产权宣传周", [])

    assert planner.post(f"/console/plan/drafts/{draft.id}/adoption").status_code == 302

    assert plans() == [(2026, True), (2027, True)]
    assert [one.code for one in shell.tasks] == ["C1.1"]


def test_what_was_not_done_is_added_where_the_planner_ticks_it(planner):
    plan = a_plan()
    indicator = a_task("I2.1").indicators[0]  # 1-2期, nothing held

    make(planner, typed(plan, carry=[indicator.id], **{f"low-{indicator.id}": "３", f"high-{indicator.id}": "4"}))

    heir = next(one for task in db.session.scalars(select(Plan).where(Plan.year == 2027)).one().tasks
                if task.code == "I2.1" for one in task.indicators)
    assert (heir.minimum, heir.maximum, heir.wording) == (4, 5, "4-5期")


def test_a_wrong_number_is_named_and_every_tick_and_word_is_kept(planner):
    plan, task = a_plan(), a_task("I2.1")
    id = task.indicators[0].id

    answer = planner.post("/console/plan/next", data=typed(plan, tasks=("I2.1",), **{
        f"low-{id}": "三期", f"high-{id}": "4"}) | {"then": "make"})

    assert answer.status_code == 422
    assert re.findall(rf'<a href="#low-{id}">(.*?)</a>', answer.text) == [f"I2.1 {task.title}：目标要填整数。"]
    assert re.search(rf'id="low-{id}"[^>]*value="三期"', answer.text)
    assert re.findall(r'name="task" value="(\d+)" checked', answer.text) == [str(task.id)]
    assert plans() == [(2026, True)]


def test_without_any_task_nothing_is_made(planner):
    a_plan()

    answer = planner.post("/console/plan/next", data={"year": "2027", "then": "make"})

    assert (answer.status_code, plans()) == (422, [(2026, True)])


def test_what_changed_since_the_preview_is_shown_again_before_anything_is_made(planner):
    plan, week = a_plan(), a_week()
    form = typed(plan, events=[week.id])
    seen = hidden(planner.post("/console/plan/next", data=form | {"then": "preview"}).text)
    week.reschedule(week.span.moved_by(timedelta(days=7)), AS_OF)
    db.session.commit()

    answer = planner.post("/console/plan/next", data=form | {"then": "make", "seen": seen})

    assert (answer.status_code, plans()) == (409, [(2026, True)])
    assert "请看一遍新的" in answer.text


def test_going_back_from_the_preview_finds_everything_as_it_was(planner):
    plan = a_plan()
    only = a_task("I2.1")

    answer = planner.post("/console/plan/next", data=typed(plan, tasks=("I2.1",), splits="keep", then="edit"))

    assert answer.status_code == 200
    assert re.findall(r'name="task" value="(\d+)" checked', answer.text) == [str(only.id)]
    assert re.search(r'value="keep" checked', answer.text)


def test_made_twice_there_is_one_plan_and_a_sentence(planner):
    form = typed(a_plan())
    make(planner, form)

    answer = planner.post("/console/plan/next", data=form | {"then": "make"})

    assert (answer.status_code, plans()) == (409, [(2026, True), (2027, False)])
    assert "2027 年的计划已经生成，还没有启用。要重来请先删除它。" in answer.text


def test_a_plan_not_adopted_is_nobodys_but_its_planners(app, planner, signed_in):
    make(planner, typed(a_plan()))
    draft = db.session.scalars(select(Plan).where(Plan.year == 2027)).one()
    others = [signed_in(one) for one in (
        chen(), wang(), a_person("Qian", Role.PLANNER, a_city_office()), a_person("Sun", Role.LEADER, an_office()))]

    assert [one.get("/console/plan?year=2027").status_code for one in (planner, *others)] == [200] + [404] * 4
    assert app.test_client().get("/plans/2027").status_code == 404
    assert [one.post(f"/console/plan/drafts/{draft.id}/adoption").status_code for one in others] == [
        403, 403, 404, 403]
    assert plans() == [(2026, True), (2027, False)]


def test_a_plan_not_adopted_goes_with_the_drafts_nobody_touched(planner):
    plan, week = a_plan(), a_week()
    make(planner, typed(plan, events=[week.id]))
    draft = db.session.scalars(select(Plan).where(Plan.year == 2027)).one()

    answer = planner.post(f"/console/plan/drafts/{draft.id}/removal")

    assert (answer.status_code, plans()) == (302, [(2026, True)])
    assert db.session.scalar(select(func.count()).select_from(Event).where(
        Event.source_id.is_not(None), Event.deleted_at.is_(None))) == 0


def test_with_a_published_event_the_plan_stays(planner):
    plan, week = a_plan(), a_week()
    make(planner, typed(plan, events=[week.id]))
    draft = db.session.scalars(select(Plan).where(Plan.year == 2027)).one()
    db.session.scalars(select(Event).where(Event.source_id == week.id)).one().publish(AS_OF)
    db.session.commit()

    answer = planner.post(f"/console/plan/drafts/{draft.id}/removal")

    assert (answer.status_code, plans()) == (409, [(2026, True), (2027, False)])


def test_the_page_asks_as_often_for_many_events_as_for_one(planner, count_queries):
    a_plan()
    a_step()
    week, by = a_week(tasks=[a_task()]), chen()
    week.add_part(an_event("启动仪式", starts_at=AS_OF - timedelta(days=3)), AS_OF)
    planner.get("/console/plan/next")
    few = count_queries(lambda: planner.get("/console/plan/next"))
    for number in range(4):
        another = a_week(tasks=[a_task()])
        part = an_event(f"活动{number}", starts_at=AS_OF - timedelta(days=3))
        another.add_part(part, AS_OF)
        part.record_figures(figures(by), AS_OF, confirmed=True)
        a_step()
    db.session.commit()

    assert count_queries(lambda: planner.get("/console/plan/next")) == few
