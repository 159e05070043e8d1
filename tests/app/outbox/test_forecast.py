"""Until when the relay's limits let what is due leave."""

from datetime import timedelta

import pytest

from app.outbox.forecast import DAY, MINUTE, Batch, forecast
from tests.conftest import AS_OF

TOMORROW = AS_OF + timedelta(days=1)


@pytest.mark.parametrize(("limits", "minutes"), [
    ({}, 0), ({MINUTE: 60}, 19), ({MINUTE: 100, DAY: 5000}, 11), ({DAY: 1200}, 0), ({DAY: 1000}, 24 * 60),
    ({MINUTE: 100, DAY: 1000}, 24 * 60 + 1)])
def test_twelve_hundred_letters_take_as_long_as_the_limits_make_them(limits, minutes):
    [ended] = forecast([Batch(TOMORROW, 1200)], limits, AS_OF)

    assert ended.at - TOMORROW == timedelta(minutes=minutes)


def test_letters_due_later_wait_for_those_before_them():
    ends = forecast([Batch(TOMORROW + 5 * MINUTE, 10), Batch(TOMORROW, 1200)], {MINUTE: 60}, AS_OF)

    assert [end.at - TOMORROW for end in ends] == [19 * MINUTE, 19 * MINUTE]


def test_what_left_today_is_taken_off_the_day():
    [ended] = forecast([Batch(AS_OF, 10)], {DAY: 100}, AS_OF, gone=95)

    assert ended.at == AS_OF + DAY
