"""What a server's answer means."""

import pytest

from app.outbox.answers import Outcome, last_chance, read, retry_after
from tests.conftest import AS_OF
from tests.letters import minutes


@pytest.mark.parametrize(("code", "words", "outcome"), [
    (250, "2.1.5 OK", Outcome.ACCEPTED), (451, "4.7.1 greylisted", Outcome.LATER), (450, "busy", Outcome.LATER),
    (552, "5.2.2 full", Outcome.LATER), (550, "5.2.2 over quota", Outcome.LATER),
    (550, "5.1.1 no such user", Outcome.REFUSED), (550, "no", Outcome.REFUSED),
    (550, "5.7.1 not from you", Outcome.POLICY), (421, "4.3.2 closing", Outcome.HOUSE_BUSY)])
def test_an_answer_about_a_recipient_is_read_by_its_codes(code, words, outcome):
    assert read(code, words).outcome is outcome


def test_a_refusal_of_ourselves_is_no_fault_of_the_letter():
    assert read(535, "5.7.8 bad credentials", to_sender=True).outcome is Outcome.NO_RELAY


@pytest.mark.parametrize(("code", "words", "to_sender"), [
    (452, "4.3.1 Insufficient system storage", True), (452, "Insufficient system storage", True),
    (452, "4.3.1 Insufficient system storage", False)])
def test_a_server_that_is_full_is_no_fault_of_the_letter_nor_of_its_house(code, words, to_sender):
    assert read(code, words, to_sender=to_sender).outcome is Outcome.NO_RELAY


def test_a_full_mailbox_is_that_reader_s_alone():
    assert read(452, "4.2.2 mailbox full").outcome is Outcome.LATER


def test_only_an_address_unknown_for_good_is_unknown():
    assert [read(code, words).is_unknown_address for code, words in (
        (550, "5.1.1 no such user"), (550, "5.7.1 policy"), (450, "4.1.1 perhaps later"), (550, "no"))] == [
        True, False, False, False]


def test_tries_lie_further_and_further_apart():
    assert [retry_after(attempts) for attempts in range(1, 7)] == [minutes(m) for m in (1, 5, 15, 60, 120, 120)]


def test_trying_ends_after_five_days_or_when_the_letter_no_longer_helps():
    assert last_chance(AS_OF, None) == AS_OF + minutes(5 * 24 * 60)
    assert last_chance(AS_OF, AS_OF + minutes(90)) == AS_OF + minutes(90)
