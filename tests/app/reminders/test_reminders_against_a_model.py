"""Moves later, earlier and into the past, before, during and after sending, against a small model of what is owed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import db
from app.events.span import Span
from app.outbox import sending
from app.reminders import due, following
from app.reminders.rules import ReminderRule
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.letters import enrolled, reminders

HOUR = timedelta(hours=1)
LEAD, USEFUL = 24 * HOUR, 22 * HOUR
STEPS = st.lists(st.one_of(
    st.tuples(st.just("move"), st.sampled_from([-72, -30, -5, 5, 30, 72])),  # hours
    st.tuples(st.just("wait"), st.sampled_from([1, 5, 20, 30])),
    st.tuples(st.sampled_from(["tick", "send", "cancel", "restore"]), st.just(0))), max_size=12)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_each_time_it_was_fixed_for_in_time_is_reminded_of_once_and_no_other(app, steps):
    event = _lecture()
    as_of, sent_for, is_owed = AS_OF, [], True
    for what, hours in steps:
        before, start = len(_sent(event)), event.starts_at
        if what == "wait":
            as_of += hours * HOUR
        elif what == "move" and event.state == "published" and start + hours * HOUR > as_of < start:
            _moved(event, hours, as_of)
            is_owed = _due(event) > as_of
        elif what in ("tick", "send"):
            _rung(as_of, is_sending=what == "send")
        elif what == "cancel" and event.state == "published" and as_of < start:
            event.cancel(as_of)
        elif what == "restore" and event.state == "cancelled":
            event.restore(as_of)
        db.session.commit()
        sent_for += [event.starts_at] * (len(_sent(event)) - before)
        helps = _due(event) <= as_of < event.starts_at - LEAD + USEFUL
        if what == "send" and event.state == "published" and is_owed and helps:
            assert event.starts_at in sent_for, "forgotten"
        if len(_sent(event)) > before:
            assert (event.state, helps) == ("published", True), "sent for nothing"
    assert len(sent_for) == len(set(sent_for)), "twice for one time"


def _lecture():
    event = an_event(takes_enrolments=True, starts_at=AS_OF + 100 * HOUR, published=False)
    ReminderRule.lay_down(AS_OF, event=event, lead_amount=24, lead_unit="hours", useful_for=22 * 60)
    event.publish(AS_OF)
    enrolled(event)
    db.session.commit()
    return event


def _due(event):
    """A day ahead; what falls into the night comes at eight."""
    local = (event.starts_at - LEAD).astimezone(ZoneInfo("Asia/Shanghai"))
    if 8 <= local.hour < 22:
        return local
    return local.replace(hour=8) + (timedelta(days=1) if local.hour >= 22 else timedelta())


def _sent(event):
    return [one for one in reminders() if one.about == f"event:{event.id}" and one.state == "accepted"]


def _moved(event, hours, as_of):
    to = event.starts_at + hours * HOUR
    event.reschedule(Span(to, to + 2 * HOUR), as_of)


def _rung(as_of, *, is_sending):
    while not due.tick(as_of).is_finished:
        db.session.commit()
    db.session.commit()
    while is_sending and sending.deliver(as_of):
        pass
    db.session.expire_all()


def test_the_model_would_notice(app, monkeypatch):
    """A reminder that outlives a move is seen: the gate and the move both let it through."""
    monkeypatch.setitem(app.extensions["wujin.gates"], "reminders.reminder", lambda delivery, as_of: "")
    monkeypatch.setattr(following, "_redate", lambda *words: None)

    with pytest.raises(AssertionError):
        test_each_time_it_was_fixed_for_in_time_is_reminded_of_once_and_no_other.hypothesis.inner_test(
            app, [("wait", 80), ("tick", 0), ("move", 72), ("send", 0)])
