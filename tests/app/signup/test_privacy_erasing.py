"""What erasing leaves: the count. What it takes: the person, wherever the name stood."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.accounts.settings import OfficeSettings
from app.audit import recording
from app.audit.models import AuditKey
from app.clock import now
from app.db import db
from app.outbox import sending
from app.outbox.models import Attempt, Delivery
from app.signup import erasing
from app.signup.enrolling import enrol
from app.signup.models import Enrolment
from tests.conftest import AS_OF
from tests.factories import a_city_office, an_event, an_office
from tests.letters import enrolled

DAY = timedelta(days=1)


@pytest.fixture
def event(either_app):
    return an_event("蜀光讲坛第一期", takes_enrolments=True, capacity=2)


def an_enrolment(event, **changes):
    told = {"name": "李某示例", "email": "li@example.org", "unit": "示例中学", "as_of": AS_OF} | changes
    made = enrol(event, **told)
    db.session.commit()
    return made


def seats(event):
    return db.session.scalar(Enrolment.seats_taken(event.id))


def everything():
    """Every row of every table, as one text."""
    tables = db.session.execute(text(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'" if db.engine.dialect.name == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
    rows = []
    for table in tables:
        for row in db.session.execute(text(f'SELECT * FROM "{table}"')):
            rows += [bytes(cell).decode("utf-8", "replace") if isinstance(cell, bytes | memoryview) else str(cell)
                     for cell in row]
    return "\n".join(rows)


def test_the_person_is_gone_from_every_table(event):
    li = an_enrolment(event)
    event.reschedule(event.span.moved_by(DAY), AS_OF)
    db.session.commit()
    words = ("李某示例", "li@example.org", "示例中学")
    before = everything()

    erasing.erase(li, AS_OF)
    db.session.commit()

    left = everything()
    assert ([word in before for word in words], [word in left for word in words]) == ([True] * 3, [False] * 3)


def test_before_the_event_the_seat_is_free_again(event):
    li, wang = an_enrolment(event), an_enrolment(event, name="王某示例", email="wang@example.org")

    erasing.erase(li, AS_OF)
    db.session.commit()

    assert (seats(event), li.state, wang.name) == (1, "withdrawn", "王某示例")


def test_after_the_event_the_head_still_counts(event):
    li = an_enrolment(event)

    erasing.erase(li, event.ends_at + DAY)
    db.session.commit()

    assert (seats(event), li.state, db.session.scalars(Enrolment.attending_event(event.id)).all()) == (
        1, "enrolled", [])


def test_waiting_letters_are_stopped_and_others_at_the_mailbox_are_still_written_to(event):
    li, pupil = an_enrolment(event), an_enrolment(event, name="学生示例")
    event.reschedule(event.span.moved_by(DAY), AS_OF)
    db.session.commit()

    erasing.erase(li, AS_OF)
    db.session.commit()

    waiting = db.session.scalars(Delivery.waiting().order_by(Delivery.id)).all()
    assert [(one.letter, one.address, one.name, one.fields["enrolments"]) for one in waiting] == [
        ("signup.confirmation", "li@example.org", "学生示例", str(pupil.id)),
        ("signup.changed", "li@example.org", "学生示例", str(pupil.id))]
    assert "李某示例" not in everything()


def test_the_key_of_the_audit_is_gone_and_the_chain_holds(event):
    li = an_enrolment(event)
    recording.seal()
    key = f"Enrolment:{li.id}"
    had = db.session.get(AuditKey, key) is not None

    erasing.erase(li, AS_OF)
    db.session.commit()
    recording.seal()
    db.session.commit()

    assert (had, db.session.get(AuditKey, key), recording.verify()) == (True, None, [])


def test_erasing_twice_is_erasing_once_and_the_same_person_may_come_again(event):
    li = an_enrolment(event)

    for _ in range(2):
        erasing.erase(li, AS_OF)
        db.session.commit()
    again = an_enrolment(event)

    assert (again.id != li.id, again.name, seats(event)) == (True, "李某示例", 1)


def test_a_mail_servers_answer_that_repeats_the_address_goes_too(event):
    li = an_enrolment(event)
    delivery = db.session.scalars(select(Delivery)).one()
    delivery.state, delivery.reason = "failed", "550 <li@example.org> unknown"
    db.session.add(Attempt(delivery_id=delivery.id, at=AS_OF, answer="550 <li@example.org> unknown"))
    db.session.commit()

    erasing.erase(li, AS_OF)
    db.session.commit()

    assert "li@example.org" not in everything()


# ---------------------------------------------------------------- when the time is over


@pytest.mark.parametrize(("days", "count"), [(179, 0), (181, 1)])
def test_who_took_part_is_forgotten_when_the_keeping_time_is_over(event, days, count):
    an_enrolment(event)

    done = erasing.anonymise(event.ends_at + days * DAY)

    assert (done, seats(event)) == (count, 1)


def test_an_office_sets_its_own_keeping_time_and_those_below_inherit_it(event):
    OfficeSettings.of(an_office()).change(AS_OF, participants_kept_days=10)
    below = an_event("成都的讲座", takes_enrolments=True, organization=a_city_office())
    for one in (event, below):
        an_enrolment(one)

    assert [erasing.anonymise(event.ends_at + days * DAY) for days in (9, 11, 12)] == [0, 2, 0]


def test_a_postponed_event_forgets_nobody(event):
    li = an_enrolment(event)
    event.postpone(AS_OF)
    db.session.commit()

    assert (erasing.anonymise(event.ends_at + 400 * DAY), li.name) == (0, "李某示例")


def test_a_batch_is_small_and_the_job_does_them_all(event):
    for number in range(5):
        enrolled(event, f"示例{number}", f"s{number}@example.org")
    db.session.commit()
    over = event.ends_at + 200 * DAY

    first = erasing.anonymise(over, limit=2)
    rest = erasing.anonymise_all(over)

    assert (first, rest, seats(event)) == (2, 3, 5)


def test_the_command_says_how_many_and_takes_nobody_on_trial(app):
    past = an_event(takes_enrolments=True, starts_at=now() - 200 * DAY)
    enrolled(past)
    db.session.commit()
    run = app.test_cli_runner().invoke

    trial = run(args=["signup", "anonymise", "--dry-run"]).output
    ahead = run(args=["signup", "anonymise", "--as-of", "2999-01-01T00:00"])
    done = run(args=["signup", "anonymise"]).output

    assert (trial, done) == ("1 would be anonymised\n", "1 anonymised\n")
    assert (ahead.exit_code, ahead.output.startswith("Error: what is kept today")) == (1, True)


# ---------------------------------------------------------------- on the disk


def test_no_token_and_no_erased_name_stands_in_the_database_file(app, client):
    event = an_event(takes_enrolments=True, starts_at=now() + 9 * DAY)
    kept = an_enrolment(event, name="留着示例", email="kept@example.org", as_of=now())
    gone = an_enrolment(event, as_of=now())
    old_token = gone.token
    event.reschedule(event.span.moved_by(DAY), now())
    db.session.commit()
    sending.deliver(now())
    from app.accounts.links import SignInLink
    from tests.factories import chen

    link, sign_in = SignInLink.issue(chen(), now())
    db.session.add(link)
    db.session.commit()
    client.post(f"/sign-in/{sign_in}")
    session_id = client.get_cookie("wujin_id").value
    client.get("/console/")
    token = kept.token

    erasing.erase(gone, now())
    db.session.commit()
    db.session.remove()
    with db.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    folder = Path(app.config["INSTANCE_PATH"])
    written = b"".join(path.read_bytes() for path in folder.glob("wujin.db*"))
    assert "留着示例".encode() in written  # the search finds what is there
    assert [word for word in (token, old_token, sign_in, session_id, "李某示例", "li@example.org")
            if word.encode() in written] == []
