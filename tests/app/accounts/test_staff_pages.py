"""The pages of staff: who sees them, what they show once, and what they never show."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.links import SignInLink
from app.accounts.models import Person, Role
from app.clock import now
from app.db import db
from app.outbox import sending
from app.outbox.models import Delivery
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, an_event, an_office, chen, wang
from tests.letters import ledger
from tests.sink import RunningSink


@pytest.fixture
def boss(app):
    return a_person("Boss", Role.ADMINISTRATOR, an_office())


def adding(organization, **changes):
    return {"name": "Li", "contact": "li@example.org", "organization": organization.id, "role": "organizer"} | changes


def link_on(page):
    return re.search(r'value="http://wujin.test(/sign-in/[^"]+)"', page.text)[1]


def test_somebody_without_e_mail_gets_a_link_and_a_code_shown_once(app, signed_in, boss):
    browser = signed_in(boss)

    page = browser.post("/console/admin/staff", data=adding(a_city_office(), contact="138 0000 1234"))

    li = db.session.scalars(Person.with_mobile("13800001234")).one()
    assert (page.status_code, page.text.count('class="qr"'), page.headers["Cache-Control"]) == (
        201, 1, "private, no-store")
    assert app.test_client().post(link_on(page)).status_code == 302
    assert "/sign-in/" not in browser.get(f"/console/admin/staff/{li.id}").text
    assert [row.letter for row in ledger()] == []


def test_somebody_with_e_mail_also_gets_a_letter_with_a_link_of_its_own(app, signed_in, boss):
    with RunningSink() as sink:
        app.config["MAIL_URL"] = sink.url
        page = signed_in(boss).post("/console/admin/staff", data=adding(an_office()))
        sending.deliver(now() + timedelta(minutes=1))
        words = sink.letters[0].get_body(("plain",)).get_content()

    by_letter = re.search(r"http://wujin.test(/sign-in/\S+)", words)[1]
    assert by_letter != link_on(page)
    assert by_letter.rpartition("/")[2] not in str([(row.fields, row.content.text) for row in ledger()])
    assert app.test_client().post(by_letter).status_code == 302
    assert app.test_client().post(link_on(page)).status_code == 410


def test_the_letter_stays_here_when_he_has_signed_in_meanwhile(app, signed_in, boss):
    page = signed_in(boss).post("/console/admin/staff", data=adding(an_office()))
    app.test_client().post(link_on(page))

    sending.deliver(now() + timedelta(minutes=1))

    assert [(row.state, row.reason) for row in ledger()] == [("cancelled", "已经登录过，不用再寄")]


def test_a_form_with_mistakes_comes_back_with_what_was_typed(signed_in, boss):
    page = signed_in(boss).post("/console/admin/staff", data=adding(an_office(), contact="nowhere", name="李雷"))

    assert (page.status_code, 'value="李雷"' in page.text) == (422, True)
    assert page.text.count("请填写 11 位手机号，或一个邮箱地址。") == 2


def test_a_unit_beyond_reach_is_not_on_the_list_and_not_taken(signed_in):
    city = a_person("Boss", Role.ADMINISTRATOR, a_city_office())

    page = signed_in(city).post("/console/admin/staff", data=adding(an_office()))

    assert (page.status_code, f'value="{an_office().id}"' in page.text) == (422, False)
    assert db.session.scalars(Person.with_email("li@example.org")).first() is None


def test_a_new_link_ends_the_old_ones(app, signed_in, boss):
    li = a_person("Li", Role.ORGANIZER, an_office())
    browser = signed_in(boss)

    first, second = (browser.post(f"/console/admin/staff/{li.id}/link") for _ in range(2))

    assert app.test_client().post(link_on(first)).status_code == 410
    assert app.test_client().post(link_on(second)).status_code == 302


def test_a_stranger_finds_nobody_and_an_organizer_has_no_door(signed_in, boss):
    li = a_person("Li", Role.ORGANIZER, a_city_office())
    elsewhere = a_person("Other", Role.ADMINISTRATOR, a_city_office("绵阳"))
    browser = signed_in(elsewhere)

    answers = [browser.get(f"/console/admin/staff/{li.id}"), browser.post(f"/console/admin/staff/{li.id}/link"),
               browser.post(f"/console/admin/staff/{li.id}/deactivation"),
               browser.get(f"/console/admin/staff/{li.id}/handover"),
               signed_in(wang()).get("/console/admin/staff")]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404, 403]
    assert "Li" not in re.findall(r">(\w+)</a>", browser.get("/console/admin/staff").text)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECURITY_ADMIN])
def test_an_auditor_and_a_security_administrator_look_and_change_nothing(signed_in, role):
    li, looker = a_person("Li", Role.ORGANIZER, an_office()), a_person("Looker", role, an_office())
    browser = signed_in(looker)

    page = browser.get(f"/console/admin/staff/{li.id}")
    answers = [browser.post(f"/console/admin/staff/{li.id}/{act}") for act in (
        "link", "grants", "deactivation", "reactivation", "handover", f"grants/{li.grants[0].id}/removal")]

    assert (page.status_code, re.findall(r'action="(/console/admin[^"]*)"', page.text)) == (200, [])
    assert [answer.status_code for answer in answers] == [403] * 6


def test_roles_are_given_and_taken_on_the_page_of_a_person(signed_in, boss):
    li, browser = a_person("Li", Role.ORGANIZER, a_city_office()), signed_in(boss)

    browser.post(f"/console/admin/staff/{li.id}/grants",
                 data={"role": "reviewer", "organization": a_city_office().id})
    browser.post(f"/console/admin/staff/{li.id}/grants/{li.grants[0].id}/removal")

    assert [grant.role for grant in li.grants] == ["reviewer"]


def test_a_role_that_may_not_be_held_beside_another_is_refused_in_a_sentence(signed_in, boss):
    other = a_person("Other", Role.AUDITOR, an_office())

    page = signed_in(boss).post(f"/console/admin/staff/{other.id}/grants",
                                data={"role": "administrator", "organization": an_office().id})

    assert (page.status_code, "要由三个人分别担任" in page.text) == (409, True)


def test_who_was_deactivated_can_come_back(app, signed_in, boss):
    li, browser = a_person("Li", Role.ORGANIZER, an_office()), signed_in(boss)

    browser.post(f"/console/admin/staff/{li.id}/deactivation")
    refused = browser.post(f"/console/admin/staff/{li.id}/link")
    browser.post(f"/console/admin/staff/{li.id}/reactivation")
    link = link_on(browser.post(f"/console/admin/staff/{li.id}/link"))

    assert refused.status_code == 409
    assert app.test_client().post(link).status_code == 302


def test_handing_over_changes_the_contact_of_open_events_and_nothing_of_the_past(signed_in, boss):
    city = a_city_office()
    leaving, staying = chen(city), a_person("Li", Role.LEADER, city)
    ahead = an_event("讲座", organization=city, contact="Chen 028-1234", starts_at=now() + timedelta(days=5))
    kept = an_event("另一场", organization=city, contact="Zhao 028-9", starts_at=now() + timedelta(days=5))
    past = an_event("去年", organization=city, contact="Chen 028-1234", starts_at=AS_OF - timedelta(days=90))
    browser = signed_in(boss)

    page = browser.get(f"/console/admin/staff/{leaving.id}/handover")
    browser.post(f"/console/admin/staff/{leaving.id}/handover", data={
        "successor": staying.id, "contact": "Li 028-5678", "events": [ahead.id]})

    assert re.findall(r'name="events" value="(\d+)" checked', page.text) == [str(ahead.id)]
    assert [one.contact for one in (ahead, kept, past)] == ["Li 028-5678", "Zhao 028-9", "Chen 028-1234"]
    assert (leaving.active, sorted(grant.role for grant in staying.grants)) == (False, ["leader", "organizer"])


def test_the_list_says_who_has_not_come_for_ninety_days(signed_in, boss):
    old, new = (a_person(name, Role.ORGANIZER, an_office()) for name in ("Old", "New"))
    old.last_signed_in_at, new.last_signed_in_at = now() - timedelta(days=91), now() - timedelta(days=2)

    page = signed_in(boss).get("/console/admin/staff?unused=1")

    assert re.findall(r'staff/\d+">(\w+)</a>', page.text) == ["Old"]


def test_links_are_kept_as_hashes_alone(app, signed_in, boss):
    page = signed_in(boss).post("/console/admin/staff", data=adding(an_office()))

    token = link_on(page).rpartition("/")[2]

    assert [link.token_hash for link in db.session.scalars(select(SignInLink)) if token in link.token_hash] == []
    assert db.session.scalars(select(Delivery.fields)).all() == [{}]


def test_a_wrong_number_is_corrected_and_the_old_link_opens_nothing(app, signed_in, boss):
    browser, city = signed_in(boss), a_city_office()
    link = link_on(browser.post("/console/admin/staff", data=adding(city, contact="13800001234")))
    li = db.session.scalars(Person.with_mobile("13800001234")).one()

    answer = browser.post(f"/console/admin/staff/{li.id}/edit", data={
        "name": "李雷", "email": "", "mobile": "13800005678", "organization": city.id})

    assert (answer.status_code, li.name, li.mobile, li.email) == (302, "李雷", "13800005678", None)
    assert app.test_client().post(link).status_code == 410


def test_a_correction_takes_nobodys_address_and_leaves_no_way_empty(signed_in, boss):
    li, browser = a_person("Li", Role.ORGANIZER, an_office()), signed_in(boss)

    def saved(email, mobile=""):
        return browser.post(f"/console/admin/staff/{li.id}/edit", data={
            "name": "Li", "email": email, "mobile": mobile, "organization": an_office().id}).status_code

    assert [saved("boss@example.org"), saved(""), saved("nowhere"), saved("", "12")] == [409, 422, 422, 422]
    assert li.email == "li@example.org"
