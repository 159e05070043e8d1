from cryptography.fernet import Fernet
from sqlalchemy import select, update

from app.audit import recording
from app.audit.models import AuditKey, AuditRow
from app.db import Change, acting_as, db, note
from tests.factories import an_event, an_office


def test_every_change_leaves_a_row_with_before_and_after(either_app, as_of):
    with acting_as("person:1"):
        event = an_event()
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

    db.session.execute(update(AuditRow).where(AuditRow.position == 1).values(after="{}"))
    db.session.commit()
    db.session.expire_all()

    assert [fault.split(" (")[0] for fault in recording.verify()] == ["row 1"]


def test_a_missing_row_is_named(app):
    for title in "甲乙丙":
        an_event(title=title)
    db.session.commit()
    recording.seal()
    db.session.commit()

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
