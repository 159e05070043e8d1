"""`flask check`: each point in a sentence, and a failure that a script notices."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app import checking
from app.accounts import setup
from app.clock import now
from app.db import Change, db, note
from app.keeping.backup import Backup
from app.outbox import holding
from app.outbox.models import Delivery
from app.reminders.models import Heartbeat
from tests.conftest import AS_OF

REAL = {"SECRET_KEY": "Zx8-q2Lw_0vRt6YpNc3Bm5Kd9Hf1Js7GaUe4Qi", "BASE_URL": "https://wujin.example.org",
        "TRUSTED_HOSTS": "wujin.example.org", "TRUSTED_PROXIES": "1", "RATE_LIMITS": "on",
        "MAIL_URL": "smtps://user:word@relay.example.org", "UID_HOST": "wujin.example.org"}


@pytest.fixture
def real(make_app):
    """An installation with nothing to complain of; `changes` bring a fault in."""

    def make(backup=timedelta(days=1), **changes):
        app = make_app(**REAL | changes)
        with app.app_context():
            root = setup.found(office="某省知识产权服务促进中心", region="四川", as_of=AS_OF)
            setup.first_administrator(root, name="Chen", email="chen@example.org", as_of=AS_OF)
            Heartbeat.beat("tick", "here:1", now() - timedelta(seconds=5))
            note(Change(Backup("1"), "made", now() - backup))
            db.session.commit()
        return app

    return make


def look(app):
    with app.app_context():
        found = {name: finding.state.value for name, finding in checking.findings(app)}
        db.session.remove()
    return found


def faults(app):
    return {name: state for name, state in look(app).items() if state != "ok" and name != "disk"}


def test_a_well_kept_installation_has_nothing_to_look_at_and_the_command_succeeds(real):
    app = real()

    assert faults(app) == {}
    assert app.test_cli_runner().invoke(args=["check"]).exit_code == 0


@pytest.mark.parametrize(("changes", "point", "state"), [
    ({"SECRET_KEY": "k" * 48}, "secret", "wrong"),
    ({"BASE_URL": "http://wujin.example.org"}, "encryption", "wrong"),
    ({"TRUSTED_HOSTS": ""}, "hosts", "warning"),
    ({"TRUSTED_PROXIES": "0"}, "proxies", "warning"),
    ({"RATE_LIMITS": "off"}, "rate limits", "warning"),
    ({"MAIL_URL": "outbox:"}, "mail", "warning"),
    ({"MAIL_URL": "smtp://user:word@relay.example.org"}, "mail", "wrong"),
    ({"MAIL_FROM": "Wujin <no-reply@localhost>"}, "mail", "wrong"),
    ({"UID_HOST": "wujin.invalid"}, "calendar ids", "warning")])
def test_a_fault_in_the_settings_is_told_at_its_point_alone(real, changes, point, state):
    assert faults(real(**changes)) == {point: state}


def test_an_empty_database_lacks_an_office_and_an_administrator_and_the_command_fails(make_app):
    app = make_app(**REAL)

    assert faults(app) == {"office": "wrong", "administrator": "wrong", "scheduler": "warning", "backup": "warning"}
    assert app.test_cli_runner().invoke(args=["check"]).exit_code == 1


def test_a_scheduler_that_fell_silent_is_told(real):
    app = real()
    with app.app_context():
        Heartbeat.beat("tick", "here:1", now() - timedelta(minutes=5))
        db.session.commit()

    told = app.test_cli_runner().invoke(args=["check"]).output

    assert "warning  scheduler      It was last alive 5 minutes ago; letters wait until it runs." in told.splitlines()


def test_an_old_backup_and_letters_held_or_overdue_are_told(real):
    app = real(backup=timedelta(days=20))
    assert faults(app) == {"backup": "warning"}

    with app.app_context():
        note(Change(Backup("2"), "made", now()))
        holding.hold("restored", now())
        db.session.commit()
    assert faults(app) == {"letters": "warning"}

    with app.app_context():
        holding.release(now())
        db.session.add(Delivery(cause="x", address="li@example.org", letter="x", posted_at=AS_OF,
                                next_at=now() - timedelta(hours=1)))
        db.session.commit()
    assert faults(app) == {"letters": "warning"}


def test_debugging_and_a_secret_that_others_can_read_are_wrong(real, tmp_path):
    app = real()
    app.debug = True
    (tmp_path / "secret_key").write_text("x")
    (tmp_path / "secret_key").chmod(0o644)

    assert faults(app) == {"debug": "wrong", "secret": "wrong"}


def test_a_database_that_is_away_leaves_the_other_points_told(real):
    app = real()
    app.config["SQLALCHEMY_DATABASE_URI"] = "unused"
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        path = app.config["INSTANCE_PATH"] / "wujin.db"
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        path.mkdir()

    assert faults(app) == dict.fromkeys(
        ("database", "migrations", "office", "administrator", "reviewing", "letters", "scheduler", "backup"), "wrong")


def test_no_point_tells_a_password_or_the_key(real):
    told = real().test_cli_runner().invoke(args=["check"]).output

    assert [word for word in (REAL["SECRET_KEY"], "user:word", "word@") if word in told] == []


def test_a_folder_of_the_data_that_others_can_open_is_told(real, tmp_path):
    app = real()
    tmp_path.chmod(0o755)

    told = faults(app)
    tmp_path.chmod(0o700)

    assert (told, faults(app)) == ({"privacy": "warning"}, {})
