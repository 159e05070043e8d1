from datetime import timedelta

import pytest
import time_machine
from flask_security import hash_password

from app import create_app
from app.accounts.passwords import BadPassword, EarlierPassword, is_right, set_password
from app.accounts.sign_in_rules import SignInRules
from app.db import db
from tests.app.accounts.entering import NEW, NOW, PASSWORD, chen_with_password, is_in, sign_in
from tests.conftest import settings
from tests.factories import an_office, chen


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.mark.parametrize("password, sentence", [
    ("short-one", "密码至少要 10 个字符。"),
    ("x" * 129, "密码最长 128 个字符。"),
    ("aaaaabbbbbccccc", "密码太简单，同样的字符太多，请换一个。"),
    ("I-am-CHEN-2026!", "密码里不要有您的姓名、邮箱或手机号。"),
    ("a-13800138000-b", "密码里不要有您的姓名、邮箱或手机号。"),
    ("ｃｈｅｎ-full-width-9", "密码里不要有您的姓名、邮箱或手机号。")])
def test_a_bad_password_is_refused_with_what_to_do(app, password, sentence):
    person = chen()
    person.mobile = "13800138000"

    with pytest.raises(BadPassword) as refused:
        set_password(person, password, NOW)

    assert (refused.value.sentence, person.password) == (sentence, None)


def test_none_of_the_last_five_comes_back_and_the_sixth_may(app):
    person = chen()
    words = [f"{word}-blue-mountain" for word in ("one", "two", "three", "four", "five", "six")]
    for number, word in enumerate(words):
        set_password(person, word, NOW + timedelta(days=number))
        db.session.flush()

    refused = []
    for word in words[1:]:
        with pytest.raises(BadPassword) as error:
            set_password(person, word, NOW + timedelta(days=9))
        refused.append(error.value.sentence)
    set_password(person, words[0], NOW + timedelta(days=9))
    db.session.flush()

    assert refused == ["最近用过的 5 个密码不能再用，请换一个。"] * 5
    assert len(db.session.scalars(EarlierPassword.of(person)).all()) == 5


def test_a_password_from_before_is_remembered_too(app):
    with pytest.raises(BadPassword):
        set_password(chen_with_password(), PASSWORD, NOW)


def test_no_password_is_kept_in_clear(app):
    person = chen()
    set_password(person, NEW, NOW)

    assert (person.password[:9], is_right(NEW, person.password), is_right(NEW, None)) == ("$argon2id", True, False)


def test_a_first_link_asks_for_a_password_which_may_wait(client, app, signed_in):
    from app.accounts.links import SignInLink
    link, token = SignInLink.issue(chen(), NOW)
    db.session.add(link)

    asked = client.post(f"/sign-in/{token}").location
    page = client.get(asked)

    shown = (asked, 'href="/console/"' in page.text, is_in(client))
    assert shown == ("/console/me/password?next=/console/", True, True)
    assert client.post(asked, data={"password": NEW, "again": NEW}).location == "/console/"
    assert sign_in(app.test_client(), NEW).location == "/console/"


def test_setting_one_ends_links_that_wait(client, signed_in):
    from app.accounts.links import SignInLink
    person = chen()
    browser = signed_in(person)
    link, token = SignInLink.issue(person, NOW)
    db.session.add(link)

    browser.post("/console/me/password", data={"password": NEW, "again": NEW})

    assert client.post(f"/sign-in/{token}").status_code == 410


@pytest.mark.parametrize("data, sentence", [
    ({"current": "wrong", "password": NEW, "again": NEW}, "现在的密码不对。"),
    ({"current": PASSWORD, "password": NEW, "again": NEW + "x"}, "两次填的新密码不一样，请再填一次。"),
    ({"current": PASSWORD, "password": "short", "again": "short"}, "密码至少要 10 个字符。"),
    ({"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "最近用过的 5 个密码不能再用，请换一个。"),
    ({"current": PASSWORD, "password": "", "again": ""}, "请填写这一项。")])
def test_a_change_that_is_refused_changes_nothing(app, client, data, sentence):
    chen_with_password()
    sign_in(client)

    answer = client.post("/console/me/password", data=data)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert sign_in(app.test_client()).status_code == 302


def test_an_open_browser_does_not_let_the_present_password_be_guessed(app, client):
    chen_with_password()
    sign_in(client)

    answers = [client.post("/console/me/password", data={"current": "x", "password": NEW, "again": NEW}).status_code
               for _ in range(6)]

    assert answers == [422] * 5 + [429]


def test_a_password_grows_old_only_where_the_office_says_so(client, app, clock):
    person = chen()
    set_password(person, NEW, NOW)
    SignInRules.of(an_office()).change([], 90, NOW)
    db.session.commit()

    clock.shift(timedelta(days=89))
    sign_in(client, NEW)
    before = client.get("/console/").status_code
    clock.shift(timedelta(days=1))
    later = app.test_client()
    sign_in(later, NEW)
    led = later.get("/console/").location
    later.post("/console/me/password", data={"current": NEW, "password": PASSWORD, "again": PASSWORD})

    assert (before, led, is_in(later)) == (200, "/console/me/password", True)


def test_without_such_a_rule_it_does_not(client, clock):
    set_password(chen(), NEW, NOW - timedelta(days=999))

    sign_in(client, NEW)

    assert is_in(client) is True


def test_a_real_installation_takes_its_time_over_a_password(tmp_path):
    """RFC 9106 4, the second recommended option: 64 MiB, three passes, four lanes."""
    app = create_app(**settings(tmp_path))

    with app.app_context():
        assert hash_password(NEW).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
