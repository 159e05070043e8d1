"""Sending against a mail server that answers as told."""

import smtplib
import threading

import pytest

from app.accounts.installation import Installation
from app.db import db
from app.outbox import claiming, gates, posting, relay, sending, transport
from app.outbox.answers import Answer, Outcome
from app.outbox.carriers import Ended
from app.outbox.endings import begin, record
from app.outbox.letter import Recipient
from app.outbox.models import Delivery, Suppression, address_hash
from app.outbox.pace import DomainPace
from tests.conftest import AS_OF
from tests.letters import a_letter, ledger, minutes, posted, states, tries
from tests.sink import HANG_UP, RunningSink, Sink, free_port


@pytest.fixture(params=["in turn", "at once"])
def sink(app, request):
    """A mail server, with and without RFC 2920: of the other kind one is told three things at once."""
    with RunningSink(Sink(reads_ahead=request.param == "at once")) as sink:
        app.config["MAIL_URL"] = sink.url
        yield sink


@pytest.fixture
def outbox_app(either_app):
    """Letters stay in the database."""
    return either_app


def test_a_letter_that_is_due_is_sent_once_and_recorded(sink):
    posted()

    first, second = sending.deliver(AS_OF), sending.deliver(AS_OF + minutes(60))

    assert (first, second) == (1, 0)
    assert [(one["To"], one["Subject"]) for one in sink.letters] == [("Li <li@example.org>", "关于讲座的通知")]
    assert states() == [("li@example.org", "accepted")]
    assert tries() == [250]
    assert [one.message_id for one in ledger()] == [sink.letters[0]["Message-ID"]]


def test_a_letter_that_is_not_due_yet_waits(sink):
    posted(as_of=AS_OF + minutes(1))

    assert sending.deliver(AS_OF) == 0
    assert states() == [("li@example.org", "pending")]


def test_many_letters_leave_over_one_connection(sink):
    for number in range(5):
        posted(f"li{number}@example.org")

    sending.deliver(AS_OF)

    assert (len(sink.letters), sink.connections) == (5, 1)


def test_batch_upon_batch_leaves_over_the_same_connection(sink, monkeypatch):
    monkeypatch.setattr(sending, "A_BATCH", 2)
    monkeypatch.setattr(sending, "A_CONNECTION", 1)
    for number in range(5):
        posted(f"li{number}@example.org")

    sent = sending.deliver_all(AS_OF)

    assert (sent, len(sink.letters), sink.connections) == (5, 5, 1)
    assert [state for _address, state in states()] == ["accepted"] * 5


def test_who_stops_while_letters_leave_waits_for_those_under_way_alone(sink):
    for number in range(9):
        posted(f"li{number}@example.org")

    sending.deliver_all(AS_OF, is_stopped=lambda: bool(sink.letters))
    gone = len(sink.letters)
    left = [state for _address, state in states()]
    sending.deliver_all(AS_OF)

    assert gone < 4
    assert left == ["accepted"] * gone + ["pending"] * (9 - gone)
    assert len(sink.letters) == len({letter["To"] for letter in sink.letters}) == 9


def test_a_line_of_one_dot_arrives_as_it_was(sink):
    road = transport.Conversation(transport.Relay.parse(sink.url))
    road.offer("no-reply@wujin.test", "li@example.org")

    answer = road.data(b"Subject: dots\r\n\r\n.\r\n..x\r\nend\r\n")
    road.close()

    assert answer.is_ok
    assert sink.letters[0].get_payload() == ".\r\n..x\r\nend\r\n"


def test_letters_are_kept_in_the_outbox_when_so_set(outbox_app):
    posted()

    sending.deliver(AS_OF)

    assert [(one.state, one.reason) for one in ledger()] == [("accepted", "留在发件箱，没有寄出")]


def test_letters_of_a_demonstration_never_leave(sink):
    db.session.add(Installation(is_demonstration=True, made_at=AS_OF))
    posted()

    sending.deliver(AS_OF)

    assert sink.letters == []
    assert [(one.state, one.reason) for one in ledger()] == [("accepted", "留在发件箱，没有寄出")]


def test_a_greylisted_letter_comes_later_and_is_the_same_letter(sink):
    sink.after_data["li@example.org"] = ["451 4.7.1 greylisted", "451 4.7.1 greylisted"]
    posted()

    waits = []
    for after in (0, 1, 6):
        sending.deliver(AS_OF + minutes(after))
        waits.append(ledger()[0].next_at - AS_OF)

    assert waits[:2] == [minutes(1), minutes(6)]
    assert states() == [("li@example.org", "accepted")]
    assert tries() == [451, 451, 250]
    assert len({one["Message-ID"] for one in sink.letters}) == 1


def test_a_letter_is_given_up_when_it_no_longer_helps(sink):
    sink.at_rcpt["li@example.org"] = ["450 4.2.1 try later"] * 9
    posted(useful_until=AS_OF + minutes(5))

    sending.deliver(AS_OF)
    sending.deliver(AS_OF + minutes(1))

    assert [(one.state, one.reason) for one in ledger()] == [
        ("failed", "直到失去用处也没有送达：450 4.2.1 try later")]


def test_a_letter_past_its_use_is_missed_and_says_why(sink):
    posted(useful_until=AS_OF + minutes(5))

    sending.deliver(AS_OF + minutes(5))

    assert sink.letters == []
    assert [(one.state, one.reason) for one in ledger()] == [("missed", claiming.MISSED)]


def test_an_unknown_address_fails_and_is_not_written_to_again(sink):
    sink.at_rcpt["li@example.org"] = ["550 5.1.1 no such user"]
    posted()
    sending.deliver(AS_OF)

    posted(cause="test:2")
    sending.deliver(AS_OF)

    assert [one.state for one in ledger()] == ["failed", "suppressed"]
    assert db.session.get(Suppression, address_hash("li@example.org")).kind == "hard"
    assert sink.letters == []


def test_a_refusal_by_policy_is_ours_and_suppresses_nobody(sink):
    sink.at_rcpt["li@example.org"] = ["550 5.7.1 relay access denied"]
    posted()

    sending.deliver(AS_OF)

    assert [(one.state, one.attempts, one.next_at) for one in ledger()] == [("pending", 0, AS_OF + minutes(15))]
    assert db.session.query(Suppression).count() == 0


def test_a_server_that_lets_us_send_nothing_pauses_all_and_counts_no_try(sink):
    sink.at_mail = ["530 5.7.0 authentication required"]
    posted("li@example.org")
    posted("he@example.org")

    sending.deliver(AS_OF)

    assert [(one.state, one.attempts, one.next_at) for one in ledger()] == [
        ("pending", 0, AS_OF + minutes(1))] * 2


def test_a_server_that_is_not_there_pauses_all_and_counts_no_try(app):
    app.config["MAIL_URL"] = f"smtp://127.0.0.1:{free_port()}"
    posted("li@example.org")
    posted("he@example.org")

    sending.deliver(AS_OF)

    assert [(one.state, one.attempts) for one in ledger()] == [("pending", 0)] * 2
    assert all(one.next_at > AS_OF for one in ledger())


def test_a_server_that_is_full_pauses_all_slows_nobody_and_is_told_until_a_letter_leaves(sink):
    sink.at_mail = ["452 4.3.1 Insufficient system storage"] * 2
    posted("li@example.org")
    posted("he@example.org")

    sending.deliver(AS_OF)

    assert [(one.state, one.attempts, one.next_at) for one in ledger()] == [("pending", 0, AS_OF + minutes(1))] * 2
    assert (relay.trouble(AS_OF + minutes(9)) is None, db.session.query(DomainPace).count()) == (False, 0)


def test_a_busy_server_is_left_alone_for_five_minutes(sink):
    sink.at_rcpt["li@example.org"] = ["421 4.3.2 too many connections"]
    posted("li@example.org")
    posted("he@example.org")

    sending.deliver(AS_OF)
    sending.deliver(AS_OF + minutes(4))
    sending.deliver(AS_OF + minutes(6))

    assert [one.state for one in ledger()] == ["accepted", "accepted"]
    assert tries() == [421, 250, 250]


def test_a_connection_lost_after_the_words_is_tried_once_more_with_the_same_id(sink):
    sink.after_data["li@example.org"] = [HANG_UP, HANG_UP, HANG_UP]
    posted()

    moments = [0, 1, 15, 16, 31, 200]
    for after in moments:
        sending.tidy(AS_OF + minutes(after))
        db.session.commit()
        sending.deliver(AS_OF + minutes(after))

    assert len(sink.letters) == 2
    assert len({one["Message-ID"] for one in sink.letters}) == 1
    assert [(one.state, one.unanswered) for one in ledger()] == [("ambiguous", 2)]


def test_one_bad_address_does_not_hold_up_the_others(sink):
    posted("li wang@example.org")
    posted("he@example.org")

    sending.deliver(AS_OF)

    assert [one.state for one in ledger()] == ["failed", "accepted"]


def test_a_letter_without_words_is_tried_later_and_holds_up_nobody(sink):
    broken = posted("li@example.org")
    broken.content_id = None
    posted("he@example.org")

    sending.deliver(AS_OF)

    assert [one.state for one in ledger()] == ["pending", "accepted"]


def test_a_gate_is_asked_just_before_and_stops_the_letter_with_its_reason(sink, app):
    gates.register(app, "tests.notice", lambda delivery, as_of: "活动已取消" if delivery.name == "Li" else "")
    posted("li@example.org", name="Li")
    posted("he@example.org", name="He")

    sending.deliver(AS_OF)

    assert sink.addresses == ["he@example.org"]
    assert [(one.state, one.reason) for one in ledger()] == [("cancelled", "活动已取消"), ("accepted", "")]


def test_a_letter_taken_back_while_another_is_under_way_does_not_leave(sink, app):
    open_gates = {"he@example.org"}
    gates.register(app, "tests.notice", lambda letter, as_of: "" if letter.address in open_gates else "活动已取消")
    sink.hold = threading.Event()
    posted("he@example.org")
    posted("li@example.org")
    open_gates.add("li@example.org")

    def send():
        with app.app_context():
            sending.deliver(AS_OF)

    sender = threading.Thread(target=send)
    sender.start()
    assert sink.in_data.wait(10)
    open_gates.clear()
    sink.hold.set()
    sender.join(20)

    assert sink.addresses == ["he@example.org"]
    assert [one.state for one in ledger()] == ["accepted", "cancelled"]


def test_a_server_too_slow_with_its_last_answer_may_get_a_second_copy_under_the_same_id_and_no_third(
        sink, monkeypatch):
    monkeypatch.setattr(transport.Conversation.__init__, "__defaults__", (5, 0.2))
    sink.hold = threading.Event()
    posted()

    for after in (0, 1, 15, 16, 31, 120):
        sending.tidy(AS_OF + minutes(after))
        sending.deliver(AS_OF + minutes(after))
        if after == 1:
            sink.hold.set()  # the first answer was too late; from now on it is quick

    assert states() == [("li@example.org", "accepted")]
    assert len(sink.letters) == 2
    assert len({one["Message-ID"] for one in sink.letters}) == 1


def test_no_mail_server_is_waited_for_inside_a_transaction(sink, app):
    sink.hold = threading.Event()
    posted()

    def send():
        with app.app_context():
            sending.deliver(AS_OF)

    sender = threading.Thread(target=send)
    sender.start()
    assert sink.in_data.wait(10)
    posted("he@example.org")
    sink.hold.set()
    sender.join(20)

    assert states() == [("li@example.org", "accepted"), ("he@example.org", "pending")]


def test_the_ceilings_of_the_relay_are_kept(sink, app):
    app.config["MAIL_PER_MINUTE"] = 2
    for number in range(5):
        posted(f"li{number}@example.org")

    sent = [sending.deliver(AS_OF + minutes(after)) for after in (0, 0.5, 2)]

    assert sent == [2, 0, 2]


def test_two_senders_share_the_letters_and_none_goes_twice(either_app):
    for number in range(6):
        posted(f"li{number}@example.org")

    first, mine = claiming.claim(AS_OF, 4)
    mine = [one.id for one in mine]
    db.session.commit()
    second, theirs = claiming.claim(AS_OF, 4)
    theirs = [one.id for one in theirs]
    db.session.commit()

    assert (len(mine), len(theirs), set(mine) & set(theirs)) == (4, 2, set())
    assert first != second


@pytest.mark.postgresql
@pytest.mark.parametrize("either_app", ["postgresql"], indirect=True)
def test_on_postgresql_a_second_sender_waits_for_nobody(either_app):
    for number in range(6):
        posted(f"li{number}@example.org")
    theirs: list[int] = []

    def other_sender():
        with either_app.app_context():
            theirs.extend(one.id for one in claiming.claim(AS_OF, 4)[1])
            db.session.commit()

    mine = [one.id for one in claiming.claim(AS_OF, 4)[1]]
    sender = threading.Thread(target=other_sender)
    sender.start()
    sender.join(20)
    db.session.commit()

    assert (len(mine), len(theirs), set(mine) & set(theirs)) == (4, 2, set())


def test_a_sender_that_lost_its_lease_writes_nothing(either_app):
    posted()
    token, letters = claiming.claim(AS_OF, 1)
    id = letters[0].id
    db.session.commit()
    claiming.reap(AS_OF + minutes(6))
    claiming.claim(AS_OF + minutes(6), 1)
    db.session.commit()

    lost = record([Ended(letters[0], Answer(Outcome.ACCEPTED, 250))], token, AS_OF)
    db.session.commit()

    assert (lost, tries()) == ({id}, [])
    assert states() == [("li@example.org", "claimed")]


def test_a_lease_that_ran_out_frees_the_letter_or_leaves_it_unknown(either_app):
    posted("li@example.org")
    posted("he@example.org")
    token, letters = claiming.claim(AS_OF, 2)
    begin([letters[1].id], token, AS_OF)
    db.session.commit()

    early = claiming.reap(AS_OF + minutes(4))
    unbegun = claiming.reap(AS_OF + minutes(5))
    begun = claiming.reap(AS_OF + minutes(11))
    db.session.commit()

    assert (early, unbegun, begun) == (0, 1, 1)
    assert [(one.state, one.unanswered, one.reason) for one in ledger()] == [
        ("pending", 0, ""), ("ambiguous", 1, claiming.BROKEN_OFF)]


def test_the_one_holder_frees_its_own_claims_at_once_and_nobody_elses(either_app):
    posted("li@example.org")
    posted("he@example.org")
    claiming.claim(AS_OF, 1, node="ours")
    claiming.claim(AS_OF, 1, node="theirs")
    db.session.commit()

    claiming.free("ours", AS_OF)
    db.session.commit()

    assert [one.state for one in ledger()] == ["pending", "claimed"]


def test_one_letter_to_many_is_written_once_however_often_it_is_told(either_app):
    people = [Recipient(f"li{number}@example.org", "Li", {}) for number in range(3)]

    told = [posting.post_all(a_letter(), people[:count], cause="test:1", as_of=AS_OF) for count in (2, 3)]
    db.session.commit()

    assert told == [2, 1]
    assert [one.state for one in ledger()] == ["pending"] * 3


def test_a_second_chance_is_given_once(either_app):
    posted()
    for state in ({"state": "ambiguous", "unanswered": 1}, {"state": "ambiguous", "unanswered": 2}):
        db.session.query(Delivery).update(state)
        db.session.commit()
        given = claiming.give_second_chance(AS_OF)
        db.session.rollback()
        assert given == (1 if state["unanswered"] == 1 else 0)


@pytest.mark.parametrize("address", ["smtp://", "http://mail.test", "smtp://mail.test:many", "mail.test", "smtp:25"])
def test_a_mail_url_that_cannot_be_used_is_refused(address):
    with pytest.raises(ValueError, match="MAIL_URL"):
        transport.Relay.parse(address)


def test_a_mail_url_tells_host_port_user_and_cipher():
    assert transport.Relay.parse("smtp://a%40b:p%2Fw@mail.test:587?starttls=1") == transport.Relay(
        "mail.test", 587, "a@b", "p/w", False, True)
    assert transport.Relay.parse("smtps://mail.test") == transport.Relay("mail.test", 465, is_tls=True)
    assert transport.Relay.parse("outbox:") is None


def test_a_refused_greeting_is_no_relay(sink, monkeypatch):
    # smtplib tells a 554 greeting by an exception of its own.
    def refuse(self, host="localhost", port=0):
        raise smtplib.SMTPConnectError(554, b"no service")

    monkeypatch.setattr(smtplib.SMTP, "connect", refuse)
    posted()

    sending.deliver(AS_OF)

    assert [(one.state, one.attempts, one.reason) for one in ledger()] == [("pending", 0, "554 no service")]
