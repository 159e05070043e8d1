"""What somebody may do with one letter by hand; each is safe to do twice, and the audit hears of it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from app.db import Change, note
from app.errors import Refused
from app.outbox.models import Delivery, DeliveryState


class LetterSettled(Refused):
    """What is wanted comes too late."""


def may_retry(letter: Delivery) -> bool:
    """It waits for a later try, or did not get through."""
    return letter.state in (DeliveryState.PENDING, DeliveryState.FAILED)


def may_stop(letter: Delivery) -> bool:
    """What waits, also for its second try."""
    return letter.state == DeliveryState.PENDING or is_to_come_again(letter)


def is_to_come_again(letter: Delivery) -> bool:
    """A try broke off, nobody knows whether it arrived, and a second one is still to come."""
    return letter.state == DeliveryState.AMBIGUOUS and letter.unanswered == 1


def may_send_anyway(letter: Delivery) -> bool:
    """It was stopped or came too late, and never left."""
    return letter.state in (DeliveryState.CANCELLED, DeliveryState.MISSED) and letter.sent_at is None


def retry(letter: Delivery, as_of: datetime) -> None:
    """At once, with all its tries before it.

    :raises LetterSettled: when it left, or helps nobody any more.
    """
    if letter.state == DeliveryState.CLAIMED:
        return
    if not may_retry(letter):
        raise LetterSettled(_("这封信已经不在等了：%(state)s。", state=letter.outcome))
    _wait_again(letter, "letter_retried", as_of, letter.useful_until)


def stop(letter: Delivery, as_of: datetime) -> None:
    """:raises LetterSettled: when it left or leaves now."""
    if letter.state == DeliveryState.CANCELLED:
        return
    if not may_stop(letter):
        raise LetterSettled(_("这封信停不下来了：%(state)s。", state=letter.outcome))
    before = letter.state
    if is_to_come_again(letter):
        # It may have arrived: that stays said, and no second one leaves.
        letter.unanswered, letter.reason = 2, _("第一次寄到一半断了，可能已经送达；有人停下了第二次")
    else:
        letter.stop(_("有人停下了它"))
    _tell(letter, "letter_stopped", as_of, before)


def send_anyway(letter: Delivery, as_of: datetime, until: datetime | None) -> None:
    """What was stopped or missed leaves as long as it helps: `until`. Its gate is asked all the same.

    :raises LetterSettled: for any other letter, or when it helps nobody any more.
    """
    if letter.state in (DeliveryState.PENDING, DeliveryState.CLAIMED):
        return
    if not may_send_anyway(letter):
        raise LetterSettled(_("这封信不用再发：%(state)s。", state=letter.outcome))
    _wait_again(letter, "letter_sent_anyway", as_of, until)


def _wait_again(letter: Delivery, what: str, as_of: datetime, until: datetime | None) -> None:
    if until is not None and until <= as_of:
        raise LetterSettled(_("这封信已经没有用处，不再寄。"))
    before = letter.state
    letter.state, letter.next_at, letter.useful_until = DeliveryState.PENDING.value, as_of, until
    letter.attempts, letter.reason = 0, ""
    _tell(letter, what, as_of, before)


def _tell(letter: Delivery, what: str, as_of: datetime, before: str) -> None:
    note(Change(letter, what, as_of, before={"letter_state": before}, after={"letter_state": letter.state}))
