"""After a restore letters wait: the page says so, and the root office's administrator lets them go."""

import re
from datetime import timedelta

import pytest

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.events.asking import office_zone
from app.outbox import holding
from tests.factories import a_city_office, a_person, an_office, chen
from tests.letters import posted, states

PAGE = "/console/letters/release"


@pytest.fixture
def root(app):
    return a_person("Root", Role.ADMINISTRATOR, an_office())


@pytest.fixture
def restored(app):
    """Two letters wait: one for yesterday, one for tomorrow."""
    for number, days in enumerate((-1, 1)):
        posted(f"li{number}@example.org", cause=f"test:{number}", as_of=now() + timedelta(days=days))
    holding.hold(holding.RESTORED, now())
    db.session.commit()


def hours_ago(count):
    return (now() - timedelta(hours=count)).astimezone(office_zone()).strftime("%Y-%m-%dT%H:%M")


def audited():
    return [row.what for row in db.session.query(AuditRow).filter_by(subject_type="Sending").order_by(AuditRow.id)]


def test_the_page_says_that_letters_wait_how_many_and_who_lets_them_go(app, restored, root, signed_in):
    seen_by = {who: signed_in(person).get("/console/letters").text for who, person in (
        ("root", root), ("chen", chen()), ("city", a_person("City", Role.ADMINISTRATOR, a_city_office())))}

    assert [("刚从备份恢复" in page, "2 封信在等" in page) for page in seen_by.values()] == [(True, True)] * 3
    assert {who: (f'href="{PAGE}"' in page, "flask outbox release" in page) for who, page in seen_by.items()} == {
        "root": (True, False), "chen": (False, True), "city": (False, True)}


def test_while_letters_leave_nothing_is_said(app, root, signed_in):
    browser = signed_in(root)

    assert ("发信已停" in browser.get("/console/letters").text, browser.get(PAGE).status_code) == (False, 302)


def test_after_a_restore_one_says_when_the_old_place_stopped(app, restored, root, signed_in):
    answer = signed_in(root).post(PAGE, data={"stop_before": hours_ago(1)})

    assert (answer.location, holding.held()) == ("/console/letters", "")
    assert states() == [("li0@example.org", "cancelled"), ("li1@example.org", "pending")]
    assert audited() == ["held", "released"]


def test_or_that_it_had_sent_nothing(app, restored, root, signed_in):
    signed_in(root).post(PAGE, data={"nothing_sent": "y"})

    assert (holding.held(), states()) == ("", [("li0@example.org", "pending"), ("li1@example.org", "pending")])


@pytest.mark.parametrize(("said", "sentence"), [
    ({}, "请填原来的系统停止的时间，或者确认它没有寄过信。"),
    ({"stop_before": "gestern"}, "请写成 2026-04-20 14:00 这样的日期和时间。"),
    ({"stop_before": "2199-01-01T00:00"}, "这个时间还没有到。"),
    ({"stop_before": "2026-01-01T00:00", "nothing_sent": "y"}, "时间和这一项只能选一个。"),
])
def test_without_a_clear_word_they_go_on_waiting(app, restored, root, signed_in, said, sentence):
    answer = signed_in(root).post(PAGE, data=said)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert (holding.held(), audited()) == (holding.RESTORED, ["held"])


def test_a_hold_by_hand_ends_by_the_button_alone(app, root, signed_in):
    posted()
    holding.hold(holding.BY_HAND, now())
    db.session.commit()
    browser = signed_in(root)

    for _ in range(2):
        browser.post(PAGE)

    assert (states(), audited()) == ([("li@example.org", "pending")], ["held", "released"])


def test_the_administrator_of_a_city_lets_nothing_go(app, restored, signed_in):
    browser = signed_in(a_person("City", Role.ADMINISTRATOR, a_city_office()))

    assert [browser.get(PAGE).status_code, browser.post(PAGE, data={"nothing_sent": "y"}).status_code] == [404, 404]
    assert holding.held() == holding.RESTORED


def test_the_audit_tells_both_in_words(app, restored, root, signed_in):
    browser = signed_in(root)
    browser.post(PAGE, data={"nothing_sent": "y"})

    page = browser.get("/console/audit?about=Sending:all").text

    assert re.findall(r"(停下了|放行了|登记了人数：) *(?:<[^>]+> *)*发信", page) == ["放行了", "停下了"]
