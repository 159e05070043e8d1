"""The ticket's holder sees, takes along, corrects and erases; nobody else learns who is on a list."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.clock import now
from app.db import db
from app.outbox.models import Delivery
from app.signup.enrolling import enrol
from app.signup.models import Enrolment
from tests.factories import an_event

LI = {"name": "李老师", "contact": "li@example.org", "unit": "成都七中", "consent": "y", "form_key": "k" * 32}


@pytest.fixture
def event(app):
    event = an_event("蜀光讲坛第一期", takes_enrolments=True, capacity=2, starts_at=now() + timedelta(days=9))
    db.session.commit()
    return event


@pytest.fixture
def li(event):
    enrolment = enrol(event, name="李老师", email="li@example.org", unit="成都七中", as_of=now())
    db.session.commit()
    return enrolment


def to(address):
    return [one.letter for one in db.session.scalars(
        select(Delivery).where(Delivery.address == address, Delivery.state == "pending").order_by(Delivery.id))]


def test_the_ticket_says_what_was_agreed_to_and_when(client, li):
    page = client.get(f"/t/{li.token}").text

    assert (f"版本 {li.consent.version}" in page, f'href="/t/{li.token}/data"' in page) == (True, True)


def test_the_copy_holds_everything_in_both_forms(client, li):
    told = json.loads(client.get(f"/t/{li.token}/data.json").data)
    sheet = list(csv.reader(io.StringIO(client.get(f"/t/{li.token}/data.csv").data.decode("utf-8-sig"))))

    facts = told["enrolment"]
    assert (facts["name"], facts["email"], facts["unit"], facts["event"]) == (
        "李老师", "li@example.org", "成都七中", "蜀光讲坛第一期")
    assert [one["to"] for one in told["letters"]] == ["li@example.org"]
    assert [one["what"] for one in told["history"]] == ["enrolled"]
    assert told["consent"]["text"] == li.consent.text
    assert ["enrolment", "name", "李老师"] in sheet and ["consent", "version", li.consent.version] in sheet


@pytest.mark.parametrize("rest", ["/data", "/data.json", "/data.csv", "/correction", "/erasure"])
def test_a_copy_is_kept_by_no_cache_index_or_next_site_and_opens_with_its_ticket_only(client, li, rest):
    headers = client.get(f"/t/{li.token}{rest}").headers
    wrong = client.get(f"/t/{li.token[:-1]}{'A' if li.token[-1] != 'A' else 'B'}{rest}")

    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("private, no-store", "noindex, nofollow")
    assert (wrong.status_code, "李老师" in wrong.text) == (404, False)


def test_a_formula_in_a_name_is_text_in_the_sheet(client, event):
    enrolment = enrol(event, name="=cmd|'/C calc'!A0", mobile="13800001234", as_of=now())
    db.session.commit()

    sheet = csv.reader(io.StringIO(client.get(f"/t/{enrolment.token}/data.csv").data.decode("utf-8-sig")))

    assert [row[2] for row in sheet if row[1] == "name"] == ["'=cmd|'/C calc'!A0"]


def test_a_correction_replaces_the_words_and_writes_to_the_new_mailbox(client, li):
    answer = client.post(f"/t/{li.token}/correction", data={
        "name": "李 明", "contact": "ming@example.org", "unit": ""})

    assert (answer.status_code, answer.location) == (303, f"/t/{li.token}/data")
    assert (li.name, li.email, li.contact, li.unit) == ("李 明", "ming@example.org", "ming@example.org", "")
    assert (to("li@example.org"), to("ming@example.org")) == ([], ["signup.confirmation"])


def test_a_bad_correction_comes_back_and_changes_nothing(client, li):
    answer = client.post(f"/t/{li.token}/correction", data={"name": "李明", "contact": "12", "unit": ""})

    assert (answer.status_code, li.name, 'value="李明"' in answer.text) == (422, "李老师", True)


def test_nobody_becomes_somebody_else_by_a_correction(client, li, event):
    enrol(event, name="王老师", mobile="13800001234", as_of=now())
    db.session.commit()

    answer = client.post(f"/t/{li.token}/correction", data={"name": "王老师", "contact": "13800001234", "unit": ""})

    assert (answer.status_code, li.name) == (409, "李老师")
    assert "请核对姓名和联系方式" in answer.text


def test_opening_the_page_erases_nobody_and_its_button_does(client, li):
    address = f"/t/{li.token}"
    shown = client.get(f"{address}/erasure").text
    before = li.name

    answer = client.post(f"{address}/erasure")

    assert ("确定删除您的信息吗？" in shown, before) == (True, "李老师")
    assert ("已删除您的信息" in answer.text, li.name, li.is_erased) == (True, "", True)
    assert [client.get(address + rest).status_code for rest in ("", ".ics", "/data", "/data.json")] == [404] * 4


# ---------------------------------------------------------------- the same answer for known and unknown


def test_enrolling_a_name_on_the_list_sends_its_ticket_again_and_shows_it_to_nobody(client, event, li, monkeypatch):
    monkeypatch.setattr("app.signup.views.signing_up.now", lambda: now() + timedelta(minutes=1))
    client.application.config["MAIL_URL"] = "smtp://127.0.0.1:2525"

    answer = client.post(f"/events/{event.id}/signup", data=LI)

    assert (answer.status_code, "凭证已发到邮箱 li@example.org" in answer.text, li.token in answer.text) == (
        200, True, False)
    assert "报过名" not in answer.text
    assert to("li@example.org") == ["signup.confirmation"] * 2


def test_a_mailbox_gets_five_tickets_an_hour_however_often_somebody_asks(
        client, event, li, monkeypatch):
    pages = set()
    for minute in range(9):
        monkeypatch.setattr("app.signup.views.signing_up.now", lambda later=minute: now() + timedelta(minutes=later))
        pages.add(client.post(f"/events/{event.id}/signup", data=LI | {"form_key": str(minute)}).text)

    assert (len(to("li@example.org")), len(pages)) == (5, 1)


def test_a_number_on_the_list_is_led_to_its_link_and_told_nothing_more(client, event):
    enrolment = enrol(event, name="李老师", mobile="13800001234", as_of=now())
    db.session.commit()

    answer = client.post(f"/events/{event.id}/signup", data=LI | {"contact": "13800001234"})

    assert ("请用报名时的凭证链接查看" in answer.text, enrolment.token in answer.text) == (True, False)
    assert db.session.scalars(select(Enrolment)).all() == [enrolment]


# ---------------------------------------------------------------- what the house says


@pytest.mark.parametrize(("language", "words"), [
    ("zh", "个人信息保护法"), ("en", "Personal Information Protection Law")])
def test_the_statement_is_there_in_both_languages_and_linked_from_every_page(client, event, language, words):
    page = client.get(f"/privacy?lang={language}").text

    assert (words in page, 'href="/privacy"' in client.get("/").text,
            'href="/privacy"' in client.get(f"/events/{event.id}/signup").text) == (True, True, True)
