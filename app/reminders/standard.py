"""The rules that every installation begins with: what the staff of all its offices is told, on working days at nine,
of figures due after an event and of milestones and tasks before their day. An office changes or stops them on its
page. Monthly returns have their own days (`reports/returns`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.accounts.places import Organization
from app.db import Change
from app.reminders.rules import A_DAY, AlreadyThere, LeadUnit, ReminderRule

STAFF: tuple[dict[str, Any], ...] = (
    {"anchor": "figures_due", "is_after": True, "lead_amount": 1, "audience": "organizers", "useful_for": 7 * A_DAY},
    {"anchor": "milestone_due", "lead_amount": 5, "audience": "organizers", "useful_for": 4 * A_DAY},
    {"anchor": "task_due", "lead_amount": 10, "audience": "leads", "useful_for": 9 * A_DAY},
)


def follow(changes: Sequence[Change]) -> None:
    """A root office that was founded has them from its first day; those below inherit."""
    for change in changes:
        if isinstance(change.subject, Organization) and change.what == "founded" and change.subject.parent_id is None:
            lay_down(change.subject, change.as_of)


def lay_down(root: Organization, as_of: datetime) -> None:
    """Safe to call twice."""
    for words in STAFF:
        try:
            ReminderRule.lay_down(as_of, organization=root, lead_unit=LeadUnit.WORKDAYS.value, at_time="09:00",
                                  **words)
        except AlreadyThere:
            continue
