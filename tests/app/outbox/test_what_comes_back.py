"""Letters that come back are noted on the letter they were, and on nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.db import db
from app.outbox import bounces, mailbox, sending
from app.outbox.models import Attempt, Suppression
from config import SettingError
from tests.conftest import AS_OF
from tests.letters import ledger, minutes, posted
from tests.mailbox import RunningMailbox
from tests.sink import RunningSink

REPORT = """From: MAILER-DAEMON@mx.example.org\r
To: no-reply@wujin.test\r
Subject: Undelivered Mail Returned to Sender\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type={kind}; boundary="b"\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
I am sorry. Message-ID: <of-the-words@nowhere>\r
--b\r
Content-Type: message/{kind}\r
\r
{fields}\r
--b\r
Content-Type: {form}\r
\r
From: no-reply@wujin.test\r
Message-ID: {id}\r
Subject: s\r
\r
--b--\r
"""
FAILED = ("Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; {address}\r\nAction: {action}\r\n"
          "Status: {status}\r\nDiagnostic-Code: smtp; 550 {status} no such user\r\n")


def report(id, address="li@example.org", *, action="failed", status="5.1.1", form="message/rfc822"):
    fields = FAILED.format(address=address, action=action, status=status)
    return REPORT.format(kind="delivery-status", fields=fields, id=id, form=form).encode()


def complaint(id):
    return REPORT.format(kind="feedback-report", fields="Feedback-Type: abuse\r\nVersion: 1\r\n", id=id,
                         form="message/rfc822").encode()


def taken(octets):
    found = bounces.read(octets)
    took = found is not None and bounces.take(found, AS_OF + minutes(5))
    db.session.commit()
    return took


def barred():
    return [one.kind for one in db.session.scalars(select(Suppression))]


@pytest.fixture
def sent(either_app):
    """A letter that a mail server took."""
    letter = posted()
    sending.deliver(AS_OF)
    return letter


@pytest.mark.parametrize("form", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_of_an_unknown_address_is_noted_and_the_address_is_not_written_to_again(sent, form):
    assert taken(report(sent.message_id, form=form)) is True
    assert [(one.state, one.reason) for one in ledger()] == [("bounced", "被退回 5.1.1 550 5.1.1 no such user")]
    assert barred() == ["hard"]
    assert len(db.session.scalars(select(Attempt)).all()) == 2


def test_a_full_mailbox_is_noted_and_bars_nobody(sent):
    assert taken(report(sent.message_id, status="5.2.2")) is True
    assert ([one.state for one in ledger()], barred()) == (["bounced"], [])


def test_a_complaint_bars_the_address(sent):
    assert taken(complaint(sent.message_id)) is True
    assert ([one.state for one in ledger()], barred()) == (["bounced"], ["complaint"])


def test_the_same_report_counts_once(sent):
    assert [taken(report(sent.message_id)) for _ in range(3)] == [True, False, False]
    assert len(db.session.scalars(select(Attempt)).all()) == 2


@pytest.mark.parametrize("octets", [
    lambda id: report("<forged@wujin.test>"), lambda id: report(id, "wang@example.org"),
    lambda id: report(id, action="delayed", status="4.4.1"), lambda id: report(id, action="relayed", status="2.0.0"),
    lambda id: f"Subject: Out of office\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: {id}\r\n\r\nGone".encode(),
    lambda id: report(id) + b" " * bounces.LARGEST, lambda id: b"", lambda id: b"\xff" * 400])
def test_what_is_no_report_about_this_letter_changes_nothing(sent, octets):
    assert taken(octets(sent.message_id)) is False
    assert ([one.state for one in ledger()], barred()) == (["accepted"], [])


def test_a_letter_that_never_left_cannot_come_back(either_app):
    letter = posted()
    letter.message_id = "<known@wujin.test>"
    db.session.commit()

    assert taken(report("<known@wujin.test>")) is False
    assert [one.state for one in ledger()] == ["pending"]


@given(st.binary(max_size=400), st.integers(0, 900))
def test_whatever_comes_is_read_or_left(noise, at):
    whole = report("<a@b>")
    octets = whole[:at] + noise + whole[at:]

    assert bounces.read(octets) == bounces.read(octets)


def test_a_mailbox_is_read_once_and_each_letter_marked(app):
    with RunningSink() as sink, RunningMailbox() as inbox:
        app.config.update(MAIL_URL=sink.url, BOUNCE_URL=inbox.url)
        posted()
        posted("he@example.org")
        sending.deliver(AS_OF)
        inbox.letters = [b"Subject: hello\r\n\r\nWhen?", report(sink.letters[0]["Message-ID"]),
                         b"x" * (bounces.LARGEST + 1)]

        looks = [mailbox.look(AS_OF + minutes(after)) for after in (1, 2)]

    assert (looks, inbox.seen) == ([1, 0], {1, 2, 3})
    assert [one.state for one in ledger()] == ["bounced", "accepted"]


def test_a_mailbox_that_does_not_open_is_told_in_the_log_and_stops_nothing(app, caplog):
    with RunningMailbox() as inbox:
        app.config["BOUNCE_URL"] = inbox.url.replace("right", "wrong")
        assert mailbox.look(AS_OF) == 0

    app.config["BOUNCE_URL"] = inbox.url
    assert mailbox.look(AS_OF) == 0
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_without_a_mailbox_nobody_looks(app):
    assert mailbox.look(AS_OF) == 0


@pytest.mark.parametrize("address", ["pop3://a:b@host", "imaps://host", "imaps://a:b@", "imap://a:b@host:port"])
def test_an_address_that_is_no_mailbox_is_refused(address):
    with pytest.raises(SettingError):
        mailbox.Mailbox.parse(address)


def test_an_address_tells_host_port_user_folder_and_cipher():
    assert mailbox.Mailbox.parse("imaps://wu%40a.cn:p%2Fw@mail.a.cn/Returned") == mailbox.Mailbox(
        "mail.a.cn", 993, "wu@a.cn", "p/w", "Returned", True)


def test_where_a_fifth_comes_back_the_rest_of_that_cause_waits(either_app):
    sent = [posted(f"li{number}@example.org") for number in range(25)]
    sending.deliver(AS_OF)
    waiting = [posted("he@example.org"), posted("wang@example.org", cause="test:2")]

    for letter in sent[:5]:
        taken(report(letter.message_id, letter.address))

    assert [one.next_at for one in waiting] == [AS_OF + minutes(365), AS_OF]


def test_refusals_by_the_server_are_a_storm_as_well(app):
    with RunningSink() as sink:
        app.config["MAIL_URL"] = sink.url
        for number in range(30):
            posted(f"li{number}@example.org")
            if number >= 15:
                sink.at_rcpt[f"li{number}@example.org"] = ["550 5.1.1 no such user"]
        sending.deliver(AS_OF, 25)
        later = sending.deliver(AS_OF)

    assert later == 0
    assert [one.state for one in ledger()].count("pending") == 5
