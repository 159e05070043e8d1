"""An installation of an earlier version starts: its tables are brought up to date first."""

from flask_migrate import downgrade

from app.db import db, is_current
from app.serve import migrate


def test_an_older_database_is_brought_up_to_date_and_not_found_locked(app):
    downgrade(revision="-1")

    migrate(app)

    assert is_current(app)
    db.session.rollback()
