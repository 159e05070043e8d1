"""Up, one down, up again with data, on both databases; and the models say what the tables are."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text

from app.db import db
from app.events.models import Event
from tests.factories import a_task, an_event

VERSIONS = Path(__file__).resolve().parent.parent / "migrations"


def test_models_and_schema_agree(either_app):

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)

    assert differences == []


def test_one_step_back_and_up_again_keeps_the_events(either_app):
    event = an_event(title="迁移之后还在", tasks=[a_task()])
    db.session.commit()
    uid = event.ical_uid
    db.session.remove()

    downgrade(revision="-1")
    upgrade()

    assert db.session.execute(select(Event.ical_uid, Event.title)).all() == [(uid, "迁移之后还在")]
    assert db.session.scalar(text("SELECT count(*) FROM event_task")) == 1


def test_all_the_way_down_leaves_nothing(either_app):
    db.session.remove()
    db.engine.dispose()

    downgrade(revision="base")

    assert set(inspect(db.engine).get_table_names()) - {"alembic_version"} == set()


def test_every_constraint_has_a_name_of_the_convention(either_app):
    inspector = inspect(db.engine)
    nameless = []
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        found = [inspector.get_pk_constraint(table), *inspector.get_foreign_keys(table),
                 *inspector.get_unique_constraints(table), *inspector.get_check_constraints(table)]
        nameless += [(table, one) for one in found
                     if not (one["name"] or "").startswith(("pk_", "fk_", "uq_", "ck_"))]

    assert nameless == []


def test_migrations_are_numbered_in_one_line():
    scripts = list(ScriptDirectory(str(VERSIONS)).walk_revisions())

    numbers = [one.revision for one in reversed(scripts)]

    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("path", sorted((VERSIONS / "versions").glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_imports_nothing_of_the_application(path):
    assert [line for line in path.read_text().splitlines() if "import app" in line or "from app" in line] == []
