"""A mail program that knows no one-click stops letters by a letter: offered and heeded where a mailbox is read."""

from email.message import EmailMessage
from urllib.parse import unquote

import pytest

from app.outbox import mailbox, sending, stopping_by_mail
from app.outbox.models import address_hash
from app.outbox.unsubscribing import Reader
from tests.app.outbox.test_stopping_letters import a_reminder
from tests.conftest import AS_OF
from tests.letters import minutes, reminders
from tests.mailbox import RunningMailbox


def asking(subject):
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "li@example.org", subject
    letter.set_content("please")
    return letter.as_bytes()


def ways(letter):
    return [one.strip().strip("<>") for one in letter["List-Unsubscribe"].split(",")]


def test_where_a_mailbox_is_read_a_letter_to_it_stops_what_the_click_stops(sink, app):
    _event, moment = a_reminder("li@example.org", "chen@example.org")
    with RunningMailbox() as inbox:
        app.config["BOUNCE_URL"] = inbox.url
        sending.deliver(moment, limit=1)
        click, by_mail = ways(sink.letters[0])
        address, _mark, subject = by_mail.partition("?subject=")
        inbox.letters = [asking(unquote(subject)), asking(unquote(subject))]
        mailbox.look(moment + minutes(1))

    reader = Reader.holding(click.rpartition("/")[2])
    assert (address, reader.stopped()) == ("mailto:no-reply@wujin.test", {reader.scope})
    assert sink.letters[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_where_none_is_read_none_is_offered(sink):
    _event, moment = a_reminder()
    sending.deliver(moment)

    assert [one.partition("/u/")[0] for one in ways(sink.letters[0])] == ["http://wujin.test"]
    assert reminders()[0].state == "accepted"


@pytest.mark.parametrize("octets", [
    b"", b"\xff\xfe", asking("unsubscribe"), asking("unsubscribe " + "A" * 60), asking("please unsubscribe me"),
    b"Subject: =?utf-8?b?!!!?=\r\n\r\n"])
def test_what_we_did_not_sign_stops_nothing(app, octets):
    assert stopping_by_mail.take(octets, AS_OF) is False
    assert Reader(address_hash("li@example.org"), "all").stopped() == set()
