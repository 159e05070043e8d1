"""After any history the roll-up equals a naive recount, and the rows behind each number sum to it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.accounts.places import Organization
from app.db import db
from app.plans.indicators import Indicator
from app.reports.counting.rows import rows_behind
from app.reports.counting.tally import Tally, tally
from tests.app.reports.histories import NOW, History, World, lives
from tests.app.reports.naive import Naive

SCOPES = st.tuples(st.integers(1, 4), st.integers(0, 3))


@settings(max_examples=25, deadline=None, phases=[Phase.generate], database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=lives, scope=SCOPES)
def test_after_any_history_the_roll_up_is_the_naive_recount(app, history, scope):
    assert_histories_agree(history, scope)


@pytest.mark.parametrize("either_app", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
@settings(max_examples=5, deadline=None, phases=[Phase.generate], database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=lives, scope=SCOPES)
def test_after_any_history_the_roll_up_is_the_naive_recount_on_postgresql(either_app, history, scope):
    assert_histories_agree(history, scope)


def assert_histories_agree(history: History, scope: tuple[int, int]) -> None:
    try:
        world = World()
        world.live(history)
        office, quarter = scope
        first = date(2026, 1 + 3 * quarter, 1)
        assert_tally_is_naive(world, None, None, None)
        assert_tally_is_naive(world, world.offices[office], None, None)
        assert_tally_is_naive(world, None, first, date(2026, 3 + 3 * quarter, 28))
        assert_tally_is_naive(world, world.offices[office], first, None)
    finally:
        db.session.rollback()


def assert_tally_is_naive(world: World, within: Organization | None, since: date | None, until: date | None) -> None:
    db.session.expire_all()
    counted = tally(world.plan, NOW, within=within, since=since, until=until)
    naive = Naive(world.plan, within, since, until)
    for task in world.tasks:
        for one in task.indicators:
            count = counted.of(one)
            assert count.amount == naive.amount(one), one.measure
            assert _some(count.at_cities) == _some(naive.by_city(one)), one.measure
            assert _some(count.by_month) == _some(naive.by_month(one)), one.measure
            if one.per != "total" or one.period in ("quarter", "half"):
                assert count.done == naive.reached(one), (one.per, one.period)
                assert len(count.places) - len(count.missing) == count.done
            if within is None:
                _behind(one, counted)
        done = naive.done_events(task.id)
        figures = counted.task(task.id)
        assert (figures.done, figures.attendances) == (len(done), sum(one.figures.attendances for one in done))
    every = {event.id: event for task in world.tasks for event in naive.done_events(task.id)}
    assert (counted.whole.done, counted.whole.attendances) == (
        len(every), sum(event.figures.attendances for event in every.values()))


def _behind(indicator: Indicator, counted: Tally) -> None:
    """The rows sum to the number, to that of each region and to that of each month."""
    count = counted.of(indicator)
    rows = rows_behind(indicator, counted)
    assert sum((row.amount for row in rows), Fraction(0)) == count.amount
    if not count.places:
        assert sum(row.amount for row in rows_behind(indicator, counted, scheduled=True)) == count.scheduled
    assert all(sum(row.parts.values()) == row.amount for row in rows)
    for city, amount in count.at_cities.items():
        assert sum(row.amount for row in rows_behind(indicator, counted, region=city)) == amount
    for month, amount in count.by_month.items():
        assert sum(row.amount for row in rows_behind(indicator, counted, month=month)) == amount


def _some(amounts: Any) -> dict[Any, Any]:
    return {key: amount for key, amount in amounts.items() if amount}
