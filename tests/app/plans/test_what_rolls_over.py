from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Actor, Role
from app.audit.models import AuditRow
from app.db import db
from app.plans import rolling
from app.plans.indicators import Allocation, Indicator
from app.plans.lineage import pairs
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.plans.rolling import AlreadyAdopted, Asked, Choice, Splits, YearTaken, scaled, worded
from app.plans.wording import Comparison, Per, Period, read
from tests.factories import AS_OF, a_city_office, a_person, a_plan, a_task, an_office, wang


def all_of(plan, year=2027, **changes):
    return Choice(year, {task.id for task in plan.tasks}, **changes)


def a_milestone(code="E1.1", due_on=date(2026, 3, 20), **changes):
    step = Milestone(task=a_task(code), organization=an_office(), title="申报截止", due_on=due_on, created_at=AS_OF,
                     revised_at=AS_OF, **changes)
    db.session.add(step)
    db.session.flush()
    return step


def rolled_task(plan, code):
    return next(one for one in plan.tasks if one.code == code)


def test_unticked_tasks_stay_behind_and_categories_without_tasks_with_them(either_app):
    plan = a_plan()
    first = plan.categories[0]
    kept = [task for task in plan.tasks if task.category is not first]

    made = rolling.roll_over(plan, Choice(2027, {task.id for task in kept}), [], AS_OF)
    db.session.flush()

    assert [task.code for task in made.tasks] == [task.code for task in kept]
    assert first.code not in [one.code for one in made.categories]


def test_the_new_plan_is_not_adopted_and_nobody_but_its_planner_sees_it(app):
    plan = a_plan()
    made = rolling.roll_over(plan, all_of(plan), [a_milestone()], AS_OF)
    db.session.flush()
    planner, city = a_person("Zhao", Role.PLANNER, an_office()), a_person("Qian", Role.PLANNER, a_city_office())

    def seen(person):
        return db.session.scalars(Plan.drafts_for(Actor.of(person, frozenset(Role)))).all()

    actor = Actor.of(planner, frozenset(Role))
    assert (seen(planner), seen(city), seen(wang())) == ([made], [], [])
    assert db.session.scalars(Plan.scoped(actor)).all() == [plan]
    assert {task.plan_id for task in db.session.scalars(Task.scoped(actor))} == {plan.id}
    assert [one.task.plan_id for one in db.session.scalars(Milestone.scoped(actor))] == [plan.id]


def test_a_changed_target_becomes_an_unconfirmed_working_one_in_its_own_words(app):
    plan = a_plan()
    was = a_task("I2.1").indicators[0]

    made = rolling.roll_over(plan, all_of(plan, asked={was.id: Asked(2, 4)}), [], AS_OF)

    heir = rolled_task(made, "I2.1").indicators[0]
    assert (heir.wording, heir.minimum, heir.maximum, heir.basis, heir.is_confirmed, heir.source_id) == (
        "2-4期", 2, 4, "working", False, was.id)


def test_an_unchanged_target_keeps_the_words_it_had(app):
    plan = a_plan()

    made = rolling.roll_over(plan, all_of(plan), [], AS_OF)

    assert rolled_task(made, "I2.1").indicators[0].wording == "1-2期"


@pytest.mark.parametrize(("splits", "amounts"), [
    (Splits.KEEP, {"510100": 1, "510600": 1}), (Splits.SCALE, {"510100": 2, "510600": 2}), (Splits.DROP, {})])
def test_what_the_regions_were_to_bring_is_kept_scaled_or_dropped(app, splits, amounts):
    plan = a_plan()
    was = a_task("I2.1").indicators[0]
    was.allocations = [Allocation(region_code=code, amount=1) for code in ("510100", "510600")]
    db.session.flush()

    made = rolling.roll_over(plan, all_of(plan, asked={was.id: Asked(2, 4)}, splits=splits), [], AS_OF)

    heir = rolled_task(made, "I2.1").indicators[0]
    assert {one.region_code: one.amount for one in heir.allocations} == amounts


@given(st.lists(st.integers(0, 400), max_size=12), st.integers(1, 500), st.integers(0, 500))
def test_scaled_amounts_keep_their_proportions_and_sum_to_the_scaled_sum(each, before, after):
    amounts = {str(number): amount for number, amount in enumerate(each)}

    found = scaled(amounts, before, after)

    exact = sum(amounts.values()) * after / before
    assert abs(sum(found.values()) - exact) <= 0.5
    assert all(abs(found[one] - amounts[one] * after / before) < 1 for one in amounts)


@given(st.sampled_from(Comparison), st.integers(2, 400_000), st.integers(1, 500),
       st.sampled_from(["期", "场", "人次"]), st.sampled_from(Per), st.sampled_from(Period))
def test_the_words_of_a_changed_target_are_understood_as_its_numbers(comparison, low, more, unit, per, period):
    high = low + more if comparison is Comparison.RANGE else None
    found = read(worded(Indicator(comparison=comparison.value, minimum=low, maximum=high, unit=unit, per=per.value,
                                  period=period.value)))

    assert found is not None
    assert (found.comparison, found.minimum, found.unit, found.per, found.period) == (
        comparison, low, unit, per, period)
    assert high is None or found.maximum == high


def test_a_milestone_comes_on_its_day_by_rule_and_unreached(app):
    plan = a_plan()
    step = a_milestone(reached_on=date(2026, 3, 19), note="已报")
    left = a_milestone("E1.2")

    made = rolling.roll_over(plan, all_of(plan, milestones={step.id}), [step, left], AS_OF)
    db.session.flush()

    found = db.session.scalars(Milestone.of_plan(made)).all()
    assert [(one.title, one.task.code, one.due_on, one.reached_on, one.note) for one in found] == [
        ("申报截止", "E1.1", date(2027, 3, 22), None, "")]


def test_a_year_that_has_a_plan_is_refused_adopted_or_not(app):
    plan = a_plan()
    rolling.roll_over(plan, all_of(plan), [], AS_OF)
    with pytest.raises(YearTaken, match="还没有启用"):
        rolling.roll_over(plan, all_of(plan), [], AS_OF)

    a_plan(2028)
    with pytest.raises(YearTaken, match="已经有了"):
        rolling.roll_over(plan, all_of(plan, 2028), [], AS_OF)


def test_a_plan_not_adopted_can_be_taken_back_and_made_again(either_app):
    plan = a_plan()
    step = a_milestone()
    made = rolling.roll_over(plan, all_of(plan, milestones={step.id}), [step], AS_OF)
    db.session.commit()

    rolling.discard(made, AS_OF)
    db.session.commit()

    assert [one.year for one in db.session.scalars(db.select(Plan))] == [2026]
    assert db.session.scalars(db.select(Milestone)).all() == [step]
    assert [row.what for row in db.session.scalars(
        db.select(AuditRow).where(AuditRow.subject_type == "Plan", AuditRow.what != "register_linked")
        .order_by(AuditRow.id))] == ["adopted", "rolled_over", "discarded"]
    assert rolling.roll_over(plan, all_of(plan), [], AS_OF).year == 2027


def test_an_adopted_plan_cannot_be_taken_back(app):
    with pytest.raises(AlreadyAdopted):
        rolling.discard(a_plan(), AS_OF)


def test_a_task_is_known_again_by_its_descent_though_its_code_changed(app):
    plan = a_plan()
    made = rolling.roll_over(plan, all_of(plan), [], AS_OF)
    db.session.flush()
    moved, new = rolled_task(made, "I2.1"), rolled_task(made, "E1.1")
    moved.code, new.code, new.title = "I9.9", "E9.9", "别的事"  # E1.1 states no number: only code and title lead back
    made.adopt(AS_OF)
    db.session.flush()

    found = {pair.either.code: pair for pair in pairs(made, plan, list(made.tasks), list(plan.tasks))}

    assert (found["I9.9"].before.code, found["I9.9"].indicators[0][1]) == ("I2.1", a_task("I2.1").indicators[0])
    assert (found["E9.9"].before, found["E1.1"].now) == (None, None)
    assert found["C1.1"].now.code == found["C1.1"].before.code == "C1.1"
