"""Four schedulers that know nothing of each other live through the same week: each letter leaves once."""

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from app.db import db
from tests.conftest import AS_OF, prepare, settings
from tests.factories import an_event
from tests.letters import enrolled, ledger
from tests.sink import free_port

TOP = Path(__file__).resolve().parent.parent
DAYS, EVENTS, PEOPLE = 7, 5, 6


@pytest.fixture
def week(request, make_app, tmp_path):
    """An installation with lectures in the week, and its settings as four processes read them."""
    is_sqlite = request.param != "postgresql"
    address = "" if is_sqlite else request.getfixturevalue("postgres").copied(f"four{os.getpid()}")
    port = free_port()
    chosen = settings(tmp_path, DATABASE_URL=address or f"sqlite:///{tmp_path / 'wujin.db'}",
                      MAIL_URL=f"smtp://127.0.0.1:{port}", MAIL_CONNECTIONS="2")
    app = make_app(**chosen)
    prepare(app)
    with app.app_context():
        for number in range(EVENTS):
            event = an_event(f"讲座{number}", starts_at=AS_OF + timedelta(days=number + 1, hours=2),
                             takes_enrolments=True, published=False)
            event.publish(AS_OF)
            for person in range(PEOPLE):
                enrolled(event, f"Li {person}", f"li{person}@example{number}.org", at=AS_OF)
        db.session.commit()
        yield app, chosen, port
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("week", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_each_letter_of_a_week_leaves_once(week, tmp_path):
    _app, chosen, port = week
    notes = tmp_path / "sink.txt"
    sink = subprocess.Popen([sys.executable, "-m", "tests.sink", str(port), str(notes)], cwd=TOP,
                            stdout=subprocess.PIPE)
    assert sink.stdout.readline()
    four = [subprocess.Popen([sys.executable, "-m", "tests.travelling"], cwd=TOP, env=os.environ | chosen,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(4)]
    try:
        assert [one.stdout.readline() for one in four] == [b"ready\n"] * 4
        for hour in range(24 * DAYS):
            for one in four:
                one.stdin.write(f"{(AS_OF + timedelta(hours=hour)).isoformat()}\n".encode())
                one.stdin.flush()
            assert [one.stdout.readline() for one in four] == [b"done\n"] * 4
        for one in four:
            one.stdin.close()
        ended = [one.wait(30) for one in four]
    finally:
        for one in (*four, sink):
            one.terminate()
            one.wait(10)
            one.stdout.close()

    arrived = Counter(notes.read_text().splitlines())

    assert ended == [0, 0, 0, 0]
    assert sorted(arrived.values()) == [1] * (2 * EVENTS * PEOPLE)
    assert Counter(one.state for one in ledger()) == {"accepted": 2 * EVENTS * PEOPLE}
