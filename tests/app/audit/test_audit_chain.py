import pytest
from cryptography.fernet import Fernet
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from app.audit import recording
from app.audit.models import AuditHead, AuditKey, AuditRow
from app.db import Change, acting_as, db, note
from tests.factories import an_event, an_office


def without_guard(which):
    """As somebody would who owns the database and means to deceive."""
    table = " ON audit_row" if db.engine.dialect.name == "postgresql" else ""
    db.session.execute(text(f"DROP TRIGGER audit_row_{which}{table}"))


def three_sealed():
    for title in "甲乙丙":
        an_event(title=title)
    db.session.commit()
    recording.seal()
    db.session.commit()


def test_every_change_leaves_a_row_with_before_and_after(either_app, as_of):
    event = an_event(published=False)
    with acting_as("person:1"):
        event.publish(as_of)
        db.session.commit()
        event.cancel(as_of, "停电")
        db.session.commit()

    rows = db.session.scalars(select(AuditRow).order_by(AuditRow.id)).all()

    assert [(row.what, row.actor) for row in rows] == [("published", "person:1"), ("cancelled", "person:1")]
    assert '"state": "published"' in rows[1].before and '"state": "cancelled"' in rows[1].after


def test_the_chain_holds_until_a_row_is_altered(either_app):
    an_event()
    an_event(title="第二场")
    db.session.commit()
    recording.seal()
    db.session.commit()
    assert recording.verify() == []

    without_guard("unaltered")
    db.session.execute(update(AuditRow).where(AuditRow.position == 1).values(after="{}"))
    db.session.commit()
    db.session.expire_all()

    assert [fault.split(" (")[0] for fault in recording.verify()] == ["row 1"]


def test_a_missing_row_is_named(app):
    three_sealed()

    without_guard("uncut")
    db.session.delete(db.session.scalars(select(AuditRow).where(AuditRow.position == 2)).one())
    db.session.commit()

    assert recording.verify()[0] == "position 2 is missing before row 3"


def test_rows_wait_unsealed_and_are_sealed_in_order(app):
    an_event()
    db.session.commit()

    sealed = [recording.seal(), recording.seal()]

    assert sealed == [1, 0]


def test_personal_fields_are_kept_encrypted_and_forgotten_with_their_key(app, as_of):
    office = an_office()
    note(Change(office, "told", as_of, personal={"name": "李某示例"}))
    db.session.commit()
    row = db.session.scalars(select(AuditRow)).one()
    key = db.session.get(AuditKey, f"Organization:{office.id}")

    assert "李某示例" not in row.personal
    assert "李某示例" in Fernet(key.key.encode()).decrypt(row.personal.encode()).decode()


def test_a_rolled_back_change_leaves_no_row(app, as_of):
    event = an_event()
    db.session.commit()
    event.cancel(as_of)
    db.session.rollback()
    db.session.commit()

    assert [row.what for row in db.session.scalars(select(AuditRow))] == ["published"]


@pytest.mark.parametrize("statement", [
    update(AuditRow).where(AuditRow.position == 2).values(after="{}"),
    update(AuditRow).where(AuditRow.position == 2).values(position=None),
    update(AuditRow).where(AuditRow.position == 2).values(hash="0" * 64),
    delete(AuditRow).where(AuditRow.position == 2),
    delete(AuditRow),
])
def test_the_database_lets_no_sealed_row_be_altered_or_deleted(either_app, statement):
    three_sealed()

    with pytest.raises(DBAPIError, match="audit rows are neither altered nor deleted"):
        db.session.execute(statement)

    db.session.rollback()
    assert recording.verify() == []


def test_a_row_that_waits_can_be_sealed_and_nothing_else(either_app):
    an_event()
    db.session.commit()

    with pytest.raises(DBAPIError, match="audit rows are neither altered nor deleted"):
        db.session.execute(update(AuditRow).values(actor="person:2"))
    db.session.rollback()
    with pytest.raises(DBAPIError, match="audit rows are neither altered nor deleted"):
        db.session.execute(delete(AuditRow))
    db.session.rollback()

    assert (recording.seal(), recording.verify()) == (1, [])


def test_rows_cut_off_at_the_end_are_missed_also_when_others_follow(either_app):
    three_sealed()
    without_guard("unaltered" if db.engine.dialect.name == "postgresql" else "uncut")

    db.session.execute(delete(AuditRow).where(AuditRow.position == 3))
    db.session.commit()
    at_once = recording.verify()
    an_event(title="丁")
    db.session.commit()
    recording.seal()
    db.session.commit()

    assert at_once == ["the newest rows are missing: the chain ends at position 2, not 3"]
    assert [fault.split(" before")[0] for fault in recording.verify()][:1] == ["position 3 is missing"]


def test_a_head_that_was_moved_or_taken_away_is_named(app):
    three_sealed()

    db.session.execute(update(AuditHead).values(position=2, hash="0" * 64))
    moved = recording.verify()
    db.session.execute(delete(AuditHead))

    assert moved == ["the head of the chain was altered: it says position 2, the chain 3"]
    assert recording.verify() == ["the head of the chain is missing"]


def test_a_row_says_to_which_organization_it_belongs(app, as_of):
    event = an_event()
    db.session.commit()

    row = db.session.scalars(select(AuditRow)).one()

    assert (row.organization_id, row.address) == (event.organization_id, "")


def test_the_command_prints_where_the_chain_ends_and_fails_when_rows_are_missing(app):
    three_sealed()
    head = db.session.scalars(AuditHead.only()).one().hash
    whole = app.test_cli_runner().invoke(args=["audit", "verify"])

    without_guard("uncut")
    db.session.execute(delete(AuditRow).where(AuditRow.position == 3))
    db.session.commit()
    cut = app.test_cli_runner().invoke(args=["audit", "verify"])

    assert (whole.exit_code, whole.output) == (0, f"3 rows, the chain holds\nhead: position 3, {head}\n")
    assert (cut.exit_code, cut.output) == (1, "the newest rows are missing: the chain ends at position 2, not 3\n")
