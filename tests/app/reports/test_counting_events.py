from datetime import date, timedelta
from fractions import Fraction

from app.db import db
from app.reports.counting import tally
from tests.factories import AS_OF, a_plan, a_region, a_task, an_event, chen, figures


def held(by, *, confirmed=True, attendances=80, days=2, **changes):
    event = an_event(starts_at=AS_OF - timedelta(days=days), **changes)
    event.record_figures(figures(by, attendances), AS_OF, confirmed=confirmed)
    db.session.flush()
    return event


def test_what_is_held_and_confirmed_counts_and_the_rest_is_on_its_way(either_app):
    task, by = a_task(), chen()
    held(by, tasks=[task])
    held(by, tasks=[task], confirmed=False)
    an_event(tasks=[task])
    an_event(tasks=[task]).postpone(AS_OF)
    an_event(tasks=[task]).cancel(AS_OF)
    an_event(tasks=[task], published=False)

    count = tally(a_plan(), AS_OF).of(task.indicators[0])

    assert (count.done, count.scheduled) == (1, 2)


def test_a_joint_event_is_one_in_all_and_a_part_in_each_of_its_cities(either_app):
    task, by = a_task(), chen()
    held(by, tasks=[task], regions=[a_region("成都"), a_region("德阳")])
    shared = held(by, tasks=[task], regions=[a_region("成都"), a_region("德阳")])
    shared.in_regions[0].share, shared.in_regions[1].share = 700, 300
    db.session.flush()

    count = tally(a_plan(), AS_OF).of(task.indicators[0])

    assert count.done == 2
    assert count.at_cities == {"510100": Fraction(12, 10), "510600": Fraction(8, 10)}
    assert count.by_month == {date(2026, 2, 1): 2}


def test_an_event_of_two_tasks_is_one_in_the_plan_and_one_in_each_task(either_app):
    first, second, by = a_task("E1.1"), a_task(), chen()
    held(by, tasks=[first, second])

    counted = tally(a_plan(), AS_OF)

    assert (counted.task(first.id).done, counted.task(second.id).done, counted.whole.done) == (1, 1, 1)
    assert counted.whole.attendances == 80
