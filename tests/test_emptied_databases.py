"""Tests that share a PostgreSQL database find it as a fresh copy would be."""

from __future__ import annotations

import os

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from app.accounts.models import Person
from app.accounts.places import Region
from app.db import db
from tests.conftest import close, opened, settings
from tests.factories import a_plan, an_event, chen

NAME = f"emptied{os.getpid()}"


def told(address):
    """Every row, and the number that each next one gets."""
    with psycopg.connect(address.replace("+psycopg", "")) as database:
        tables = [row[0] for row in database.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")]
        return {table: sorted(map(repr, database.execute(SQL("TABLE public.{}").format(Identifier(table)))))
                for table in tables}, database.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1").fetchall()


@pytest.fixture
def worked_in(postgres, tmp_path):
    """What a test did to the database: rows of its own, and a changed one of those that were there."""
    app = opened(settings(tmp_path, DATABASE_URL=postgres.emptied(NAME)))
    with app.app_context():
        a_plan()
        an_event()
        chen()
        db.session.query(Region).first().name = "别处"
        db.session.commit()
        assert db.session.query(Person).count() == 1
        db.session.remove()
    close(app)
    return app


def test_an_emptied_database_is_what_a_copy_would_be(postgres, worked_in):
    assert told(postgres.emptied(NAME)) == told(postgres.copied(f"{NAME}fresh"))


@pytest.mark.parametrize("statement", [
    "CREATE TABLE left_behind (id int)", "DROP TABLE saved_slice", "DROP INDEX ix_event_kind",
    "ALTER TABLE audit_row DISABLE TRIGGER ALL"])
def test_one_whose_shape_was_changed_is_copied_anew(postgres, worked_in, statement):
    address = postgres.emptied(NAME)
    with psycopg.connect(address.replace("+psycopg", "")) as database:
        database.execute(statement)

    with psycopg.connect(postgres.emptied(NAME).replace("+psycopg", "")) as database:
        assert [database.execute(question).fetchone()[0] for question in (
            "SELECT to_regclass('left_behind') IS NULL", "SELECT to_regclass('saved_slice') IS NOT NULL",
            "SELECT to_regclass('ix_event_kind') IS NOT NULL",
            "SELECT count(*) = 0 FROM pg_trigger WHERE tgenabled = 'D'")] == [True] * 4
