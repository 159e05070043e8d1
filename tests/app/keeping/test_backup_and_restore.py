"""Everything comes back, in either database, and nothing comes back by halves."""

from __future__ import annotations

import json
import os
import re
import zipfile

import pytest
from flask_security import hash_password
from sqlalchemy import select, text

from app.accounts.links import SignInLink
from app.audit import recording
from app.clock import now
from app.db import db, writing
from app.events.models import Event
from app.files import StoredFile
from app.keeping.backup import back_up
from app.outbox import holding, sending
from app.scheduling import Lock
from app.signup.models import Enrolment
from tests.app.keeping.places import a_place, content, feeds, inside, live_in, tag
from tests.conftest import AS_OF
from tests.factories import an_event, chen
from tests.letters import posted, states

PASSWORD = "correct horse battery"
ANSWERS = {"account": "chen@example.org", "password": PASSWORD}
CHANGED = ("audit_row", "feed_revision")  # a backup and a restore are told there
NAMES = ("secret_key", "wujin.db")


@pytest.fixture
def old(tmp_path, empty_database):
    """A place in which somebody works."""
    app = a_place(tmp_path / "old", empty_database)
    with inside(app):
        live_in()
        yield app


@pytest.fixture
def new(tmp_path, empty_database):
    return a_place(tmp_path / "new", empty_database)


@pytest.fixture
def file(tmp_path, old):
    path = tmp_path / "wujin.zip"
    done(old, "backup", path)
    return path


def run(app, *words):
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def done(app, *words):
    answer = run(app, *words)
    assert answer.exit_code == 0, (answer.output, answer.exception)


def sentence(answer):
    return answer.exit_code, answer.output.strip().splitlines()[-1]


def altered(path, name, change):
    """The same archive with one part written anew."""
    with zipfile.ZipFile(path) as old:
        parts = {one: old.read(one) for one in old.namelist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w") as new:
        for one, data in parts.items():
            new.writestr(one, data)


@pytest.mark.postgresql
def test_from_sqlite_to_postgresql_and_back_all_is_the_same(old, tmp_path, postgres, empty_database):
    person = chen()
    person.password = hash_password(PASSWORD)
    link, token = SignInLink.issue(person, now())
    db.session.add(link)
    db.session.commit()
    photo = db.session.scalars(select(StoredFile)).one().path.read_bytes()
    ticket = db.session.scalars(select(Enrolment)).one().token
    before, calendars = content(*CHANGED), feeds(old)
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    elsewhere = a_place(tmp_path / "pg", DATABASE_URL=postgres.copied(f"restored{os.getpid()}"))
    home = a_place(tmp_path / "home", empty_database)

    done(old, "backup", first)
    with inside(elsewhere):
        done(elsewhere, "restore", first)
    elsewhere = a_place(tmp_path / "pg", DATABASE_URL=elsewhere.config["DATABASE_URL"])
    with inside(elsewhere):
        in_postgresql = content(*CHANGED), feeds(elsewhere)
        done(elsewhere, "backup", second)
        new_id = an_event("之后的活动").id
        db.session.commit()
    with inside(home):
        done(home, "restore", second)
    home = a_place(tmp_path / "home")
    with inside(home):
        back = content(*CHANGED), feeds(home)
        browser = home.test_client()
        by_password = browser.post("/sign-in", data=ANSWERS)
        by_link = home.test_client().post(f"/sign-in/{token}")
        same_ticket = db.session.scalars(select(Enrolment)).one().token == ticket
        same_photo = db.session.scalars(select(StoredFile)).one().path.read_bytes() == photo

    assert in_postgresql == back == (before, calendars)
    assert new_id == 3  # PostgreSQL counts on
    assert same_ticket  # derived from the secret
    assert (by_password.location, browser.get("/console/events").status_code, by_link.location, same_photo) == (
        "/console/", 200, "/console/", True)


def test_the_audit_says_so_and_tags_given_out_are_worth_nothing(old, new, file):
    before = tag(old)

    with inside(new):
        restored = run(new, "restore", file)
        told = db.session.execute(text(
            "SELECT subject_type, what FROM audit_row ORDER BY id DESC LIMIT 3")).all()
        verified = run(new, "audit", "verify")

    with inside(a_place(file.parent / "new")) as app:
        after = tag(app)
    assert restored.exit_code == 0, restored.output
    assert sorted(told[:2]) == [("Backup", "restored"), ("Sending", "held")]
    assert verified.exit_code == 0
    assert after != before


def test_letters_wait_after_a_restore_until_they_are_released(old, new, file):
    with inside(new):
        run(new, "restore", file)
        waiting = sending.deliver(AS_OF), states(), holding.held() != ""
        released = run(new, "outbox", "release")
        gone = sending.deliver(AS_OF), states()

    assert released.exit_code == 0
    assert waiting == (0, [("li@example.org", "pending")], True)
    assert gone == (1, [("li@example.org", "accepted")])


def test_what_the_old_place_had_sent_is_taken_back_at_the_release(old, new, tmp_path):
    later = AS_OF.replace(year=2100)
    posted("he@example.org", cause="test:2", as_of=later)
    run(old, "backup", tmp_path / "b.zip")

    with inside(new):
        run(new, "restore", tmp_path / "b.zip")
        said = run(new, "outbox", "release", "--stop-before", "2026-03-02T12:00")
        found = states()

    assert said.exit_code == 0, said.output
    assert found == [("li@example.org", "cancelled"), ("he@example.org", "pending")]


def test_what_is_written_meanwhile_is_not_in_the_backup(old, tmp_path):
    def write_once(_rows):
        if not meanwhile:
            meanwhile.append(True)
            with old.app_context(), writing():
                an_event("同时写的")
                db.session.commit()

    meanwhile: list[bool] = []
    manifest, missing = back_up(tmp_path / "b.zip", AS_OF, tell=write_once)

    with zipfile.ZipFile(tmp_path / "b.zip") as zip:
        titles = [json.loads(line) for line in zip.read("tables/event.jsonl").splitlines()]
    assert (len(titles), manifest.tables["event"]["rows"], missing) == (2, 2, [])
    assert len(db.session.scalars(select(Event)).all()) == 3


def test_a_backup_can_be_read_by_its_owner_alone_and_is_not_written_over(old, file):
    again = run(old, "backup", file)

    assert file.stat().st_mode & 0o777 == 0o600
    assert sentence(again) == (1, f"Error: {file} is there already; choose another name, or say --replace")
    assert [path.name for path in file.parent.glob("*.part")] == []


def test_a_file_that_the_disk_lost_is_named(old, tmp_path):
    photo = db.session.scalars(select(StoredFile)).one()
    photo.path.unlink()

    said = run(old, "backup", tmp_path / "b.zip")

    assert (said.exit_code, f"a file that the database knows is not on the disk: {photo.id}" in said.output) == (
        0, True)


@pytest.mark.parametrize("part", ["tables/event.jsonl", "secret_key", "tables/audit_row.jsonl"])
def test_a_damaged_backup_is_refused_before_anything_is_written(new, file, part):
    altered(file, part, lambda data: data[:-2] + b"x\n")

    with inside(new):
        before = content(), sorted(os.listdir(new.config["INSTANCE_PATH"]))
        said = run(new, "restore", file)
        after = content(), sorted(os.listdir(new.config["INSTANCE_PATH"]))

    assert sentence(said) == (1, f"Error: the backup is damaged: {part} is not what was written")
    assert [before[0], [name for name in before[1] if name in NAMES]] == [
        after[0], [name for name in after[1] if name in NAMES]]


def test_a_backup_cut_off_is_refused(new, file):
    file.write_bytes(file.read_bytes()[:-400])

    with inside(new):
        said = run(new, "restore", file)

    assert sentence(said) == (1, "Error: this is no backup of Wujin, or it was cut off")


def test_a_bit_turned_on_the_disk_is_refused(new, file):
    with zipfile.ZipFile(file) as zip:
        place = zip.getinfo("tables/event.jsonl").header_offset + 80
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)

    with inside(new):
        said = run(new, "restore", file)

    assert (said.exit_code, "the backup is damaged: tables/event.jsonl" in said.output) == (1, True)
    assert re.search(r"\brestored\b", said.output) is None


def test_another_program_s_archive_is_refused(new, tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as zip:
        zip.writestr("manifest.json", '{"format": "other"}')

    with inside(new):
        said = run(new, "restore", tmp_path / "other.zip")

    assert sentence(said) == (1, "Error: this is no backup of Wujin, or its manifest is damaged")


def test_a_part_outside_its_folder_is_refused(new, file):
    def lead_out(data):
        values = json.loads(data)
        values["parts"]["files/../../evil"] = {"size": 0, "sha256": "0"}
        return json.dumps(values).encode()

    altered(file, "manifest.json", lead_out)

    with inside(new):
        said = run(new, "restore", file)

    assert sentence(said) == (1, "Error: this is no backup of Wujin, or its manifest is damaged")


def test_a_place_in_which_somebody_works_is_refused(new, file):
    with inside(new):
        an_event("这里已经有人用")
        db.session.commit()
        said = run(new, "restore", file)
        titles = db.session.scalars(select(Event.title)).all()

    assert (said.exit_code, "this database is not empty (organization" in said.output) == (1, True)
    assert titles == ["这里已经有人用"]


def test_another_schema_is_refused_with_the_way_out(new, file):
    def older(data):
        return json.dumps(json.loads(data) | {"schema": "0007"}).encode()

    altered(file, "manifest.json", older)

    with inside(new):
        said = run(new, "restore", file)

    assert (said.exit_code, "run flask db upgrade 0007, restore, then flask db upgrade" in said.output) == (1, True)


def test_a_secret_of_the_environment_is_not_overruled(tmp_path, empty_database, file):
    app = a_place(tmp_path / "new", empty_database)
    app.config["SECRET_KEY"] = "e" * 48  # and not the one in the folder

    with inside(app):
        said = run(app, "restore", file)
        events = db.session.scalars(select(Event)).all()

    assert (said.exit_code, "SECRET_KEY is set and is not that of the backup" in said.output, events) == (1, True, [])


def test_an_audit_whose_chain_does_not_hold_is_restored_only_when_told(old, new, tmp_path):
    recording.seal()
    db.session.commit()
    db.session.execute(text("DROP TRIGGER IF EXISTS audit_row_unaltered"))
    db.session.execute(text("UPDATE audit_row SET after = '{}' WHERE position = 1"))
    db.session.commit()
    run(old, "backup", tmp_path / "b.zip")

    with inside(new):
        refused = run(new, "restore", tmp_path / "b.zip")
        events, files = db.session.scalars(select(Event)).all(), list((tmp_path / "new").glob("files/*"))
        accepted = run(new, "restore", tmp_path / "b.zip", "--accept-broken-audit")

    assert (refused.exit_code, "the chain of the audit does not hold: row" in refused.output, events, files) == (
        1, True, [], [])
    assert accepted.exit_code == 0, accepted.output


def test_a_running_place_is_refused(new, file):
    lock = Lock(new.config["INSTANCE_PATH"] / "scheduler.lock")
    lock.take()
    with inside(new):
        said = run(new, "restore", file)
    lock.release()

    assert sentence(said) == (1, "Error: Wujin is running on this folder; stop it first")
