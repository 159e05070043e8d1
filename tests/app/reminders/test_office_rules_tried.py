"""An office's rule tried: what it comes to within thirty days."""

import re
from datetime import timedelta

from app.clock import local_day, now
from app.db import db
from app.reminders.rules import ReminderRule
from tests.factories import a_city_office, a_task, an_event, an_office, chen, wang
from tests.letters import enrolled, ledger


def a_rule(office=None, **words):
    rule = ReminderRule.lay_down(now(), organization=office or an_office(), **{
        "anchor": "start", "audience": "enrolled", "lead_amount": 3, "lead_unit": "days", "useful_for": 60} | words)
    db.session.commit()
    return rule


def in_days(days, title="专利讲座", **words):
    return an_event(title, takes_enrolments=True, starts_at=now() + timedelta(days=days), as_of=now(), **words)


def told(page):
    """What stands in each row: what about, how many."""
    rows = re.findall(r'(?s)<tr><td>.*?<a href="[^"]*">(.*?)</a>(.*?)</td>\s*<td class="number">(.*?)</td>', page)
    return [(title, "发布在先" in note, count) for title, note, count in rows]


def test_a_rule_says_which_events_it_will_remind_of_and_how_many_mailboxes(app, signed_in):
    before = in_days(9, "先发布的")
    db.session.commit()
    rule = a_rule()
    for name in ("Li", "Wu"):
        enrolled(in_days(12) if name == "Li" else before, name, f"{name}@example.org", at=now())
    in_days(60, "太远的")
    db.session.commit()

    page = signed_in(chen()).get(f"/console/reminder-rules/{rule.id}").text

    assert told(page) == [("先发布的", True, "–"), ("专利讲座", False, "1")]
    assert ledger() == []


def test_where_an_office_below_has_its_own_rules_the_one_above_reminds_of_nothing(app, signed_in):
    rule = a_rule()
    a_rule(a_city_office(), lead_amount=5)
    in_days(12, "市里的", organization=a_city_office())
    db.session.commit()

    assert told(signed_in(chen()).get(f"/console/reminder-rules/{rule.id}").text) == []


def test_a_stranger_tries_nobody_elses_rule(app, signed_in):
    rule = a_rule(a_city_office())

    assert signed_in(wang()).get(f"/console/reminder-rules/{rule.id}").status_code == 404


def test_one_event_and_four_cost_the_same_number_of_questions(app, signed_in, count_queries):
    rule, browser = a_rule(), signed_in(chen())

    def ask():
        browser.get(f"/console/reminder-rules/{rule.id}")

    in_days(9)
    db.session.commit()
    ask()
    few = count_queries(ask)
    for day in (10, 11, 12):
        in_days(day)
    db.session.commit()

    assert count_queries(ask) == few


def test_a_rule_of_tasks_says_which_fall_due_and_those_led_elsewhere_by_their_own(app, signed_in):
    rule = a_rule(anchor="task_due", audience="leads")
    task, other = a_task("I2.1"), a_task("I2.2")
    task.due_on, other.due_on = local_day(now()) + timedelta(days=9), local_day(now()) + timedelta(days=90)
    db.session.commit()

    page = signed_in(chen()).get(f"/console/reminder-rules/{rule.id}").text

    assert [title.split()[0] for title, _note, _count in told(page)] == ["I2.1"]
