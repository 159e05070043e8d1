"""Work behind a page: done once, within limits, watched by whoever asked."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app import jobs, limits
from app.db import db
from app.jobs import Job
from app.scheduling import Clock
from tests.app.test_scheduling import until
from tests.conftest import AS_OF


@pytest.fixture
def kinds(app):
    for name in ("count", "refuse", "eat", "die", "stumble", "sleep"):
        jobs.register(app, name, f"tests.work:{name}")


def asked(kind, attachment=b"", **payload):
    job = jobs.enqueue(kind, asked_by="person:1", as_of=AS_OF, payload=payload, attachment=attachment)
    db.session.commit()
    return job


def at(moment=AS_OF):
    return lambda: moment


def states():
    db.session.expire_all()
    return [(job.state, job.error) for job in db.session.scalars(select(Job).order_by(Job.id))]


def test_a_job_is_done_in_a_child_that_has_none_of_our_secrets(kinds):
    job = asked("count", b"12345", of=3)

    answers = [jobs.work("here", clock=at()), jobs.work("here", clock=at())]

    assert answers == [True, False]
    assert (job.state, job.done, job.total, job.result) == ("done", 3, 3, {"bytes": 5, "secret": ""})
    assert (job.attachment, job.claim, job.ended_at) == (None, None, AS_OF)


@pytest.mark.parametrize("kind, sentence", [
    ("refuse", "这个文件不行。"), ("eat", limits.TOO_LARGE), ("die", limits.TOO_LARGE), ("stumble", limits.BROKEN),
    ("unheard of", jobs.UNKNOWN)])
def test_a_job_that_cannot_be_done_says_why_in_a_sentence(kinds, kind, sentence):
    asked(kind, b"x")

    jobs.work("here", clock=at())

    assert states() == [("failed", sentence)]


def test_work_that_takes_too_long_is_killed(app):
    heard = []

    with pytest.raises(limits.Unfit, match="时间太长"):
        limits.run("tests.work:sleep", {}, b"", told=lambda *how_far: heard.append(how_far), seconds=4)

    assert heard == [(1, 2)]


def test_a_stop_breaks_the_work_off_and_leaves_it_waiting(kinds):
    job = asked("sleep")

    jobs.work("here", clock=at(), is_stopped=lambda: True)

    assert (job.state, job.attempts, job.claim) == ("waiting", 0, None)


def test_a_job_is_taken_by_one(either_app):
    asked("count", of=1)

    first, second = jobs.claim(AS_OF, "a"), jobs.claim(AS_OF, "b")

    assert (first.claim[:2], second) == ("a-", None)


def test_a_start_frees_its_own_jobs_and_nobody_elses(either_app):
    asked("count", of=1)
    asked("count", of=1)
    jobs.claim(AS_OF, "mine")
    jobs.claim(AS_OF, "other")

    jobs.free("mine", AS_OF)
    db.session.commit()

    assert states() == [("waiting", ""), ("running", "")]


def test_a_job_whose_holder_died_twice_is_given_up_with_a_sentence(either_app):
    asked("count", of=1)

    for number in (1, 2):
        jobs.claim(AS_OF + number * 10 * jobs.LEASE, "a")
        jobs.reap(AS_OF + number * 20 * jobs.LEASE)
        db.session.commit()

    assert states() == [("failed", jobs.LOST)]


def test_who_lost_the_job_writes_nothing(kinds):
    job = asked("count", of=1)
    held = jobs.claim(AS_OF, "a")
    token = held.claim
    db.session.commit()
    jobs.reap(AS_OF + 2 * jobs.LEASE)
    db.session.commit()

    with pytest.raises(jobs.Lost):
        jobs.finish(job.id, token, "late", AS_OF)
    db.session.rollback()

    assert (states(), job.result) == ([("waiting", "")], None)


def test_a_result_that_nobody_came_for_is_forgotten_after_a_day(kinds):
    job = asked("count", of=1)
    jobs.work("here", clock=at())

    jobs.work("here", clock=at(AS_OF + timedelta(days=1)))

    assert (job.state, job.result) == ("done", None)
    assert db.session.scalar(text("SELECT count(*) FROM job WHERE result IS NOT NULL")) == 0


def test_only_who_asked_reaches_a_job(app):
    asked("count", of=1)

    found = [len(db.session.scalars(Job.asked(by)).all()) for by in ("person:1", "person:2")]

    assert found == [1, 0]


def test_the_scheduler_does_what_waits(app, kinds):
    job = asked("count", of=1)
    clock = Clock(app, try_again=0.05)
    clock.start()
    try:
        done = until(lambda: states() == [("done", "")])
    finally:
        clock.stop()

    assert (done, job.result["bytes"]) == (True, 0)
