"""A slow or angry house of mailboxes holds up nobody else."""

import pytest

from app.db import db
from app.outbox import claiming, pace, sending
from app.outbox.answers import Answer, Outcome, read, retry_after
from app.outbox.domains import group_of
from app.outbox.models import Delivery, Suppression
from app.outbox.pace import DomainPace
from tests.conftest import AS_OF
from tests.letters import ledger, minutes, posted, states


def a_pace(per_minute, thousandths=0):
    """What QQ takes a minute, learnt at `AS_OF`."""
    db.session.add(DomainPace(domain_group="qq", per_minute=per_minute, thousandths=thousandths, filled_at=AS_OF,
                              reason="", soft_in_row=0, good_in_row=0))


@pytest.mark.parametrize(("address", "group"), [
    ("li@qq.com", "qq"), ("li@FOXMAIL.com", "qq"), ("li@163.com", "netease"), ("li@gmail.com", "gmail"),
    ("li@live.cn", "outlook"), ("li@example.org", "other"), ("li@notqq.com", "other")])
def test_an_address_belongs_to_a_house(app, address, group):
    assert group_of(address) == group
    assert posted(address).domain_group == group


def test_a_house_that_says_421_waits_alone_and_no_try_of_its_letters_is_counted(sink):
    for number in range(3):
        posted(f"li{number}@qq.com")
        posted(f"he{number}@163.com")
    sink.at_rcpt["li0@qq.com"] = ["421 4.7.0 too many connections"]

    sending.deliver(AS_OF)
    soon = sending.deliver(AS_OF + minutes(4))
    at_once = list(sink.addresses)
    sending.deliver(AS_OF + minutes(6))

    assert sorted(at_once) == ["he0@163.com", "he1@163.com", "he2@163.com"]
    assert soon == 0
    assert sorted(sink.addresses[3:]) == ["li0@qq.com", "li1@qq.com", "li2@qq.com"]
    assert [one.attempts for one in ledger()] == [1] * 6


def test_a_refusal_by_policy_pauses_its_house_for_a_quarter_of_an_hour_and_bars_nobody(sink):
    posted("li@qq.com")
    posted("he@qq.com")
    posted("wang@gmail.com")
    sink.at_rcpt["li@qq.com"] = ["550 5.7.1 your host is not welcome"]

    sending.deliver(AS_OF)

    assert sink.addresses == ["wang@gmail.com"]
    assert states() == [("li@qq.com", "pending"), ("he@qq.com", "pending"), ("wang@gmail.com", "accepted")]
    assert db.session.scalars(Suppression.__table__.select()).all() == []
    assert [(one.domain_group, one.paused_until) for one in db.session.scalars(DomainPace.slowed(AS_OF))] == [
        ("qq", AS_OF + minutes(15))]


def test_three_refusals_for_now_halve_a_pace_and_a_hundred_letters_raise_it(app):
    house = DomainPace.of("qq", AS_OF)
    later, taken = Answer(Outcome.LATER, 451), Answer(Outcome.ACCEPTED, 250)

    told = []
    for answer in [later] * 3 + [taken] + [later] * 3 + [taken] * 100:
        house.hear(answer, AS_OF)
        told.append(house.per_minute)

    assert (told[1], told[2], told[6], told[-1]) == (0, 60, 30, 33)


def test_a_slowed_house_gets_its_pace_and_no_burst_after_a_rest(either_app):
    a_pace(6)
    for number in range(20):
        posted(f"li{number}@qq.com")

    taken = []
    for moment in (0, 0.5, 1, 60):
        taken.append(len(claiming.claim(AS_OF + minutes(moment), 200)[1]))
        db.session.commit()

    assert taken == [0, 3, 3, 6]


@pytest.mark.parametrize(("waiting", "limit", "taken"), [
    ({"qq": 500, "other": 500}, 200, {"qq": 100, "other": 100}), ({"other": 500}, 200, {"other": 200}),
    ({"gmail": 9, "qq": 9, "other": 9}, 4, {"gmail": 2, "qq": 1, "other": 1}), ({}, 200, {}),
    ({"qq": 3, "other": 500}, 200, {"qq": 3, "other": 197})])
def test_houses_share_a_batch_fairly_and_what_one_leaves_goes_to_the_next(app, waiting, limit, taken):
    assert pace.shared(waiting, limit, AS_OF, lambda group, share: min(share, waiting[group])) == taken


def test_what_a_slow_house_leaves_goes_to_the_others(app):
    a_pace(60, thousandths=2000)
    db.session.flush()

    assert pace.shared(["other", "qq"], 10, AS_OF, lambda group, share: share) == {"qq": 2, "other": 8}


def test_a_mailbox_full_three_times_is_given_up_and_not_barred(sink):
    posted("li@qq.com")
    sink.at_rcpt["li@qq.com"] = ["552 5.2.2 mailbox full"] * 3

    for moment in (0, 1, 6, 30):
        sending.deliver(AS_OF + minutes(moment))

    assert [(one.state, one.attempts) for one in ledger()] == [("failed", 3)]
    assert db.session.scalars(Suppression.__table__.select()).all() == []


def test_letters_refused_together_do_not_come_back_together():
    waits = {retry_after(9, f"<{number}@wujin.test>") for number in range(50)}

    assert len(waits) == 50
    assert (min(waits) >= minutes(96), max(waits) <= minutes(144)) == (True, True)


def test_a_busy_relay_is_no_busy_house():
    assert (read(421, "4.3.2 closing", to_sender=True).outcome, read(421, "4.7.0 slow down").outcome) == (
        Outcome.BUSY, Outcome.HOUSE_BUSY)


def test_a_claim_looks_into_the_index_of_what_waits(either_app):
    from sqlalchemy import text

    posted("li@qq.com")
    words = "EXPLAIN QUERY PLAN " if either_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite") else "EXPLAIN "
    statement = Delivery.due(AS_OF).limit(200).compile(db.engine, compile_kwargs={"literal_binds": True})
    if "QUERY" not in words:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))

    plan = "\n".join(str(row) for row in db.session.execute(text(words + str(statement))))

    assert plan.count("ix_delivery_due") >= 1


def test_looking_whether_a_slow_house_has_letters_due_writes_nothing(app):
    a_pace(60)
    posted("li@qq.com", as_of=AS_OF + minutes(1))

    sent = [sending.deliver(AS_OF + minutes(moment)) for moment in (0.5, 1)]

    assert sent == [0, 1]
