"""The whole way over HTTP, for what a dialect could do otherwise: locks, numbers, order, dates, JSON."""

import re
from datetime import timedelta

from app.accounts.models import SignInLink
from app.clock import local_day, now
from app.db import db
from app.plans.models import Plan
from app.reminders import due
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn
from app.reports.slips.slip import SupervisionSlip
from tests.app.reports.filing import Offices
from tests.factories import an_event, figures


def test_a_return_and_a_slip_go_all_their_way_on_either_database(either_app):
    offices = Offices()
    for plan in db.session.query(Plan):
        plan.adopted_at = now() - timedelta(days=400)
    month = Month.of(now()).previous.previous
    event = an_event(organization=offices.county, starts_at=month.begins_at + timedelta(days=4))
    event.record_figures(figures(offices.chen), now(), confirmed=True)
    db.session.commit()
    chen, he = (desk_of(either_app, person) for person in (offices.chen, offices.he))

    he.post(f"/console/returns/{month.word}/slips", data={"office": offices.city.id})
    slip = db.session.query(SupervisionSlip).filter_by(organization_id=offices.county.id).one()
    he.post(f"/console/slips/{slip.id}/sending", data={
        "version": slip.version, "words": "请报", "due_on": f"{local_day(now()) + timedelta(days=5)}"})
    page = chen.get(f"/console/returns/{month.word}").text
    hidden = dict(re.findall(r'name="(version|seen|office)"[^>]*value="([^"]*)"', page))
    chen.post(f"/console/returns/{month.word}", data={**hidden, "words": "办了", "then": "submit"})
    filed = db.session.query(MonthlyReturn).one()
    he.post(f"/console/returns/{filed.id}/approval", data={"version": filed.version})
    due.tick(now().replace(hour=4))
    db.session.commit()
    pages = [he.get(address).status_code for address in (
        "/console/", "/console/slips", f"/console/slips/{slip.id}", "/console/slips?side=sent&state=closed",
        f"/console/returns/{month.word}/total.xlsx", f"/console/returns/{month.word}/outstanding?show=late")]

    assert (filed.state, filed.frozen.totals.attendances) == ("approved", 80)
    assert (slip.state, slip.called) == ("closed", f"督办〔{local_day(now()).year}〕1号")
    assert pages == [200] * 6
    assert re.search(r'合计</th><td class="number">1</td><td class="number">80</td>',
                     he.get(f"/console/returns/{month.word}/total").text)


def desk_of(app, person):
    link, token = SignInLink.issue(person, now())
    db.session.add(link)
    db.session.commit()
    desk = app.test_client()
    desk.post(f"/sign-in/{token}")
    return desk
