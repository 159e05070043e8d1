"""The pages on which slips are looked at, worded, sent and found again by those who got them."""

import re
from datetime import date, timedelta

import pytest

from app.accounts.models import Role
from app.clock import local_day, now
from app.db import db
from app.plans.models import Plan
from app.reports.returns.month import Month
from app.reports.slips.slip import SlipCause, SupervisionSlip
from tests.app.reports.filing import Offices
from tests.factories import a_person, an_event, wang
from tests.letters import ledger


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


@pytest.fixture
def chen(offices, signed_in):
    return signed_in(offices.chen)


@pytest.fixture
def he(offices, signed_in):
    return signed_in(offices.he)


def a_slip(offices, month=1, **changes) -> SupervisionSlip:
    made = SupervisionSlip.prepare(
        organization=changes.pop("organization", offices.county), sender=changes.pop("sender", offices.city),
        cause=SlipCause.RETURN, facts=["月报还没有报。"], due_on=local_day(now()), as_of=now(),
        month=date(2026, month, 1))
    db.session.commit()
    return made


def send(browser, slip, **changes):
    data = {"version": slip.version, "words": "请尽快报出", "due_on": f"{local_day(now()) + timedelta(days=5)}"}
    return browser.post(f"/console/slips/{slip.id}/sending", data=data | changes)


def state(slip) -> str:
    db.session.expire_all()
    return slip.state


def test_he_words_and_sends_it_and_chen_finds_it(he, chen, offices):
    slip = a_slip(offices)
    listed = f'href="/console/slips/{slip.id}"'
    before = (chen.get(f"/console/slips/{slip.id}").status_code, listed in chen.get("/console/slips").text)

    send(he, slip)

    page = chen.get(f"/console/slips/{slip.id}").text
    assert before == (404, False)
    assert (state(slip), slip.words) == ("sent", "请尽快报出")
    assert [one.address for one in ledger()] == ["chen@example.org"]
    assert [words in page for words in ("督办〔2026〕1号", "请尽快报出", "月报还没有报。", "写好要求，发出")] == [
        True, True, True, False]
    assert listed in chen.get("/console/slips?side=received").text


def test_what_is_wrong_comes_back_with_the_words(he, offices):
    slip = a_slip(offices)

    late = send(he, slip, due_on="2020-01-01", words="我写的要求")
    empty = send(he, slip, words=" ")
    nonsense = send(he, slip, due_on="明天")

    assert (late.status_code, "我写的要求" in late.text, "已经过了" in late.text) == (422, True, True)
    assert (empty.status_code, nonsense.status_code, state(slip), len(ledger())) == (422, 422, "prepared", 0)


def test_of_two_who_send_at_once_the_second_is_told(he, offices):
    slip = a_slip(offices)
    seen = slip.version
    send(he, slip)

    answer = send(he, slip, version=seen, words="第二个人写的")

    assert (answer.status_code, slip.words, len(ledger())) == (409, "请尽快报出", 1)


def test_nobody_with_an_address_means_it_is_printed(he, offices):
    slip = a_slip(offices, organization=offices.wuhou)

    send(he, slip)

    assert (state(slip), ledger()) == ("sent", [])
    assert "请打印送达" in he.get(f"/console/slips/{slip.id}").text


def test_dropping_and_closing_by_hand(he, offices):
    dropped, closed = a_slip(offices, 1), a_slip(offices, 2)
    send(he, closed)

    he.post(f"/console/slips/{dropped.id}/dropping", data={"version": dropped.version})
    empty = he.post(f"/console/slips/{closed.id}/closing", data={"version": closed.version, "fact": ""})
    he.post(f"/console/slips/{closed.id}/closing", data={"version": closed.version, "fact": "已电话答复"})

    assert (state(dropped), empty.status_code, state(closed), closed.closing_fact) == (
        "dropped", 422, "closed", "已电话答复")


def test_the_office_that_got_it_cannot_close_it_nor_an_organizer_send_it(offices, signed_in, chen):
    slip = a_slip(offices)
    rui = signed_in(a_person("Rui", Role.REVIEWER, offices.county))
    organizer = signed_in(a_person("Org", Role.ORGANIZER, offices.city))

    answers = [send(organizer, slip).status_code, send(chen, slip).status_code, send(rui, slip).status_code]
    slip.send(offices.he, now(), words="请办", due_on=local_day(now()))
    db.session.commit()
    closing = {"version": slip.version, "fact": "办了"}
    answers.append(rui.post(f"/console/slips/{slip.id}/closing", data=closing).status_code)

    assert (answers, state(slip)) == ([403, 403, 404, 403], "sent")


def test_wang_sees_no_slip_of_chens(offices, signed_in, he):
    slip = a_slip(offices)
    send(he, slip)
    browser = signed_in(wang())

    assert browser.get(f"/console/slips/{slip.id}").status_code == 404
    assert [words in browser.get("/console/slips").text for words in ("锦江区", "共 0 份")] == [False, True]


def test_one_button_prepares_slips_for_all_that_are_late(he, offices):
    for plan in db.session.query(Plan):
        plan.adopted_at = now() - timedelta(days=400)
    db.session.commit()
    month = Month.of(now()).previous.previous

    page = he.get(f"/console/returns/{month.word}/outstanding").text
    for _twice in range(2):
        he.post(f"/console/returns/{month.word}/slips", data={"office": offices.city.id})

    assert "给迟报的备好督办单" in page
    assert [(one.organization.region.short_name, one.sender_id, one.month) for one in db.session.query(
        SupervisionSlip).order_by(SupervisionSlip.id)] == [
            (name, offices.city.id, month.first) for name in ("锦江区", "武侯区", "郫都区")]


def test_looking_again_prepares_only_what_this_office_sends(he, offices):
    for office in (offices.city, offices.county):
        an_event(f"{office.name}没有人数", organization=office, starts_at=now() - timedelta(days=10))
    db.session.commit()

    he.post("/console/slips/suggestions")

    assert [(one.organization_id, one.cause) for one in db.session.query(SupervisionSlip).filter_by(
        cause="figures")] == [(offices.county.id, "figures")]


def test_a_slip_about_a_task_is_prepared_by_hand(he, offices):
    choices = he.get("/console/slips/new?task=I2.1").text

    unknown = he.post("/console/slips", data={"task": "X9", "organization": offices.province.id})
    he.post("/console/slips", data={"task": "I2.1", "organization": offices.county.id})

    assert re.findall(r'<option selected value="([^"]+)"', choices) == ["I2.1"]
    assert (unknown.status_code, unknown.text.count("请从列表里选")) == (422, 4)
    assert [(one.organization_id, one.cause) for one in db.session.query(SupervisionSlip)] == [
        (offices.county.id, "nothing_scheduled")]


def test_today_tells_chen_of_slips_and_of_a_return_and_he_of_what_waits(he, chen, offices):
    send(he, a_slip(offices))
    a_slip(offices, 2)

    mine, his = chen.get("/console/").text, he.get("/console/").text

    assert ["收到的督办单" in page for page in (mine, his)] == [True, False]
    assert ["待发的督办单" in page for page in (mine, his)] == [False, True]


def test_the_list_takes_no_more_queries_for_more_slips(he, offices, count_queries):
    a_slip(offices)
    pages = ("/console/slips", "/console/")
    for page in pages:
        he.get(page)
    few = [count_queries(lambda page=page: he.get(page)) for page in pages]
    for number in range(2, 6):
        a_slip(offices, number, organization=offices.wuhou)

    assert [count_queries(lambda page=page: he.get(page)) for page in pages] == few
