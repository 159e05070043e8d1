"""What of returns and supervision stands on the page of today."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from app.accounts.models import Role
from app.accounts.places import Organization
from app.db import db
from app.reports.returns.month import Month
from app.reports.returns.monthly import FILED, MonthlyReturn, ReturnState
from app.reports.returns.outstanding import is_asked
from app.reports.slips.slip import SlipState, SupervisionSlip
from app.reports.views.returns import waiting
from app.reports.views.slips import cause_word, own_offices, sending_actor

MOST = 9


def on_my_desk(as_of: datetime) -> dict[str, Any]:
    """Slips I got, slips to look at and send, returns to decide, and whether last month's is still to be filed."""
    with_offices = (joinedload(SupervisionSlip.organization), joinedload(SupervisionSlip.sender))
    received = select(SupervisionSlip).where(
        SupervisionSlip.state == SlipState.SENT.value, SupervisionSlip.organization_id.in_(own_offices()))
    sender = sending_actor()
    mine = Organization.under(sender.paths).with_only_columns(Organization.id).order_by(None)
    prepared = select(SupervisionSlip).where(
        SupervisionSlip.state == SlipState.PREPARED.value, SupervisionSlip.sender_id.in_(mine))
    order = (SupervisionSlip.due_on, SupervisionSlip.id)
    return {
        "received_slips": db.session.scalars(received.options(*with_offices).order_by(*order).limit(MOST)).all(),
        "prepared_slips": db.session.scalars(prepared.options(*with_offices).order_by(*order).limit(MOST)).all()
        if sender.paths else [],
        "waiting_returns": list(waiting())[:MOST], "cause_word": cause_word, "unfiled_month": _unfiled(as_of),
        "returned_months": _returned()}


def _returned() -> list[MonthlyReturn]:
    """Those of the organizer's own office that were sent back, however long ago their month was."""
    person = g.actor.person
    if person.holds(Role.ORGANIZER, person.organization) is None:
        return []
    return list(db.session.scalars(select(MonthlyReturn).where(
        MonthlyReturn.organization_id == person.organization_id,
        MonthlyReturn.state == ReturnState.RETURNED.value).options(defer(MonthlyReturn.figures)).order_by(
        MonthlyReturn.month).limit(MOST)))


def _unfiled(as_of: datetime) -> Month | None:
    """Last month, while the organizer's own office has not filed it."""
    person, month = g.actor.person, Month.of(as_of).previous
    office = person.organization
    if person.holds(Role.ORGANIZER, office) is None or not is_asked(office, month):
        return None
    filed = db.session.scalar(select(MonthlyReturn.id).where(
        MonthlyReturn.organization_id == office.id, MonthlyReturn.month == month.first,
        MonthlyReturn.state.in_((*FILED, ReturnState.RETURNED.value))))
    return None if filed else month
