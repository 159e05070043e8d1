"""A child under fourteen is enrolled by a guardian who agrees separately (PIPL 28-31)."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.clock import now
from app.db import db
from app.signup import consent, erasing
from app.signup.enrolling import enrol
from app.signup.guardian import GuardianConsent
from app.signup.models import Enrolment, GuardianMissing
from tests.app.events.filling import events, the_form
from tests.conftest import AS_OF
from tests.factories import an_event, chen

CHILD = {"name": "李小宝示例", "contact": "li@example.org", "unit": "示例小学", "guardian": "李某示例",
         "consent": "y", "guardian_consent": "y", "form_key": "k" * 32}


@pytest.fixture
def event(app):
    event = an_event("小小发明家", takes_enrolments=True, is_for_children=True, starts_at=now() + timedelta(days=9))
    db.session.commit()
    return event


def a_child(event, **changes):
    told = {"name": "李小宝示例", "email": "li@example.org", "guardian": "李某示例", "as_of": AS_OF} | changes
    made = enrol(event, **told)
    db.session.commit()
    return made


def test_the_form_asks_for_a_guardian_and_for_a_consent_that_is_not_ticked(client, event):
    page = client.get(f"/events/{event.id}/signup").text

    asked = ("孩子的姓名", "监护人姓名", "监护人的手机号或邮箱", "要由父母或其他监护人单独同意",
             'name="guardian_consent" required type="checkbox"')
    assert [word in page for word in asked] == [True] * 5


def test_an_event_for_everybody_asks_for_none(client, app):
    event = an_event(takes_enrolments=True, starts_at=now() + timedelta(days=9))
    db.session.commit()

    page = client.get(f"/events/{event.id}/signup").text
    client.post(f"/events/{event.id}/signup", data=CHILD)

    assert ("监护人姓名" in page, db.session.scalars(select(Enrolment)).one().guardian) == (False, None)


def test_the_guardians_consent_is_kept_beside_the_other_in_its_own_words(client, event):
    answer = client.post(f"/events/{event.id}/signup", data=CHILD)

    made = db.session.scalars(select(Enrolment)).one()
    assert answer.status_code == 303
    assert (made.name, made.guardian.name, made.guardian.consent.text, made.consent.text) == (
        "李小宝示例", "李某示例", consent.words("zh", purpose=consent.GUARDIAN), consent.words("zh"))
    assert (made.guardian.consent.purpose, made.guardian.consented_at) == ("guardian", made.consented_at)


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"guardian": ""}, "请填写监护人的姓名。"),
    ({"guardian": "123"}, "请填写监护人的姓名。"),
    ({"guardian_consent": ""}, "监护人不同意就不能为孩子报名；您可以直接联系主办方。"),
    ({"guardian_consent": "false"}, "监护人不同意就不能为孩子报名；您可以直接联系主办方。"),
    ({"consent": "false"}, "不同意就不能在线报名；您可以直接联系主办方。"),
])
def test_without_it_nothing_is_kept_and_the_words_come_back(client, event, wrong, sentence):
    answer = client.post(f"/events/{event.id}/signup", data=CHILD | wrong)

    assert (answer.status_code, sentence in answer.text, 'value="李小宝示例"' in answer.text) == (422, True, True)
    assert db.session.scalars(select(Enrolment)).all() == []


def test_no_other_way_leads_past_the_guardian(event):
    with pytest.raises(GuardianMissing):
        a_child(event, guardian="")

    assert db.session.scalars(select(Enrolment)).all() == []


def test_the_ticket_shows_and_takes_along_what_the_guardian_agreed_to(client, event):
    li = a_child(event)
    address = f"/t/{li.token}"

    page = client.get(f"{address}/data").text
    told = json.loads(client.get(f"{address}/data.json").data)["guardian"]
    sheet = list(csv.reader(io.StringIO(client.get(f"{address}/data.csv").data.decode("utf-8-sig"))))

    assert ("监护人同意过的说明" in page, f"版本 {li.guardian.consent.version}" in page) == (True, True)
    assert (told["name"], told["text"]) == ("李某示例", consent.words("zh", purpose=consent.GUARDIAN))
    assert ["guardian", "name", "李某示例"] in sheet


def test_the_guardians_name_can_be_corrected(client, event):
    li = a_child(event)

    client.post(f"/t/{li.token}/correction", data={
        "name": li.name, "contact": li.contact, "unit": "", "guardian": "李大宝示例"})

    assert li.guardian.name == "李大宝示例"


def test_whose_name_is_erased_loses_the_guardians_too(event):
    li = a_child(event)

    erasing.erase(li, AS_OF)
    db.session.commit()

    kept = db.session.scalars(select(GuardianConsent)).one()
    assert (kept.name, kept.consent.purpose, kept.consented_at) == ("", "guardian", AS_OF)


def test_who_comes_again_agrees_again(event):
    li = a_child(event)
    li.withdraw(AS_OF)
    db.session.commit()

    again = a_child(event, guardian="王某示例", as_of=AS_OF + timedelta(days=1))

    assert (again.id, again.guardian.name, again.guardian.consented_at) == (
        li.id, "王某示例", AS_OF + timedelta(days=1))


def test_an_organizer_says_that_an_event_is_for_children_and_sees_who_agreed(app, signed_in):
    browser = signed_in(chen())
    browser.post("/console/events", data=the_form(tasks=[], is_for_children="y", then="publish"))
    event = events()[-1]
    a_child(event, as_of=now())

    page = browser.get(f"/console/events/{event.id}").text
    shown = browser.post(f"/console/events/{event.id}/contacts", data={"reason": "其他"}).text

    assert event.is_for_children
    assert [("监护人：李某示例" in one) for one in (page, shown)] == [True, True]


def test_those_enrolled_before_the_mark_was_set_are_marked(app, signed_in):
    event = an_event(takes_enrolments=True, starts_at=now() + timedelta(days=9))
    enrol(event, name="李小宝示例", email="li@example.org", as_of=now())
    event.revise(now(), is_for_children=True)
    db.session.commit()

    page = signed_in(chen()).get(f"/console/events/{event.id}").text

    assert "没有监护人同意" in page


def test_the_list_costs_as_much_with_three_children_as_with_one(app, signed_in, event, count_queries):
    browser = signed_in(chen())
    a_child(event)
    browser.get(f"/console/events/{event.id}")
    one = count_queries(lambda: browser.get(f"/console/events/{event.id}"))
    for number in (2, 3):
        a_child(event, name=f"李小{number}示例")

    assert count_queries(lambda: browser.get(f"/console/events/{event.id}")) == one
