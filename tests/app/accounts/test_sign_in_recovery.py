import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from app.db import db
from app.outbox import sending
from tests.app.accounts.entering import NEW, NOW, PASSWORD, chen_with_password, is_in, sign_in
from tests.letters import ledger, states

SENT = "如果这个邮箱在工作人员名单里，几分钟内会收到一封信。"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def editor(app):
    return chen_with_password()


def ask(client, account="chen@example.org"):
    return client.post("/sign-in/recovery", data={"account": account})


def link_in(letter):
    words = letter.get_body(("plain",)).get_content()
    return re.search(r"http://wujin\.test(/sign-in/recovery/\S+)", words)[1]


def test_a_forgotten_password_is_replaced_by_way_of_a_letter(app, client, editor, sink):
    ask(client)
    sending.deliver(NOW)
    link = link_in(sink.letters[0])
    page = client.get(link)
    answer = client.post(link, data={"password": NEW, "again": NEW})

    assert (page.status_code, answer.location, is_in(client)) == (200, "/sign-in", False)
    assert (sign_in(client, PASSWORD).status_code, sign_in(client, NEW).status_code) == (422, 302)
    headers = [sink.letters[0][name] for name in ("To", "Subject")]
    assert headers == ["Chen <chen@example.org>", "找回五进工作台的密码"]


def test_the_link_is_kept_nowhere(app, client, editor, sink):
    ask(client)
    sending.deliver(NOW)
    token = link_in(sink.letters[0]).rsplit("/", 1)[1]

    tables = db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
    assert [table for table in tables
            if token in str(db.session.execute(text(f"SELECT * FROM {table}")).all())] == []


def test_a_link_opens_once_and_takes_its_twin_along(client, editor, sink, clock):
    for minute in range(2):
        ask(client)
        sending.deliver(NOW + timedelta(minutes=minute))
        clock.shift(timedelta(minutes=1))
    first, second = map(link_in, sink.letters)
    client.post(first, data={"password": NEW, "again": NEW})

    assert [client.post(link, data={"password": PASSWORD, "again": PASSWORD}).status_code
            for link in (first, second)] == [410, 410]


def test_a_link_is_good_for_an_hour(client, editor, sink, clock):
    ask(client)
    sending.deliver(NOW)
    clock.shift(timedelta(hours=1, seconds=1))

    assert client.get(link_in(sink.letters[0])).status_code == 410


def test_recovery_ends_every_session(app, client, editor, sink):
    other = app.test_client()
    sign_in(other)
    ask(client)
    sending.deliver(NOW)
    client.post(link_in(sink.letters[0]), data={"password": NEW, "again": NEW})

    assert is_in(other) is False


@pytest.mark.parametrize("account", ["nobody@example.org", "nonsense", "left@example.org"])
def test_who_is_not_there_gets_the_same_answer_and_no_letter(client, editor, sink, account):
    editor.email = "left@example.org" if account == "left@example.org" else editor.email
    editor.active = account != "left@example.org"
    known = ask(client, "chen@example.org")

    unknown = ask(client, account)

    assert (known.status_code, SENT in known.text, unknown.status_code) == (200, True, 200)
    assert unknown.text == known.text
    assert [address for address, _ in states()] == (["chen@example.org"] if editor.active else [])


def test_nobody_is_buried_in_letters(client, editor, clock):
    answers = set()
    for _ in range(8):
        clock.shift(timedelta(minutes=1))
        answers.add(ask(client).text)

    assert (len(answers), len(ledger())) == (1, 5)


def test_a_letter_that_waits_is_taken_back_when_the_password_was_changed(client, editor, sink):
    ask(client)
    sign_in(client)
    client.post("/console/me/password", data={"current": PASSWORD, "password": NEW, "again": NEW})
    sending.deliver(NOW)

    assert (len(sink.letters), states()) == (0, [("chen@example.org", "cancelled")])


def test_a_letters_link_leads_here_whatever_the_host_says(client, editor, sink):
    client.post("/sign-in/recovery", data={"account": "chen@example.org"}, headers={
        "Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    sending.deliver(NOW)

    assert "evil.example" not in sink.letters[0].as_string()
    assert link_in(sink.letters[0]).startswith("/sign-in/recovery/")


@pytest.mark.parametrize("token", ["x", "x.y.z", "a" * 5000])
def test_a_made_up_link_opens_nothing(client, editor, token):
    assert [client.get(f"/sign-in/recovery/{token}").status_code,
            client.post(f"/sign-in/recovery/{token}", data={"password": NEW, "again": NEW}).status_code] == [410, 410]


def test_the_new_password_keeps_the_rules(client, editor, sink):
    ask(client)
    sending.deliver(NOW)
    answer = client.post(link_in(sink.letters[0]), data={"password": "short", "again": "short"})

    assert (answer.status_code, "密码至少要 10 个字符。" in answer.text) == (422, True)


def test_a_letter_to_an_english_reader_is_english(client, editor, sink):
    client.post("/sign-in/recovery?lang=en", data={"account": "chen@example.org"})
    sending.deliver(NOW)

    assert sink.letters[0]["Subject"] == "Set a new password for Wujin"


def test_a_number_is_told_how_to_get_a_link_and_nobody_learns_whose_it_is(app, client, editor):
    editor.mobile = "13800001234"
    db.session.commit()

    known, unknown = ask(client, "138 0000 1234"), ask(client, "13900005678")

    bare = [re.sub(r'name="csrf_token" value="[^"]*"', "", page.text) for page in (known, unknown)]
    assert (bare[0] == bare[1], "再点“另做登录链接”" in known.text, "请看邮箱" in known.text) == (True, True, False)
    assert ([known.status_code, unknown.status_code], ledger()) == ([200, 200], [])
