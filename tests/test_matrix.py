"""Role x route x place in the tree: every cell asked with a real request. A route that is not in
`tests/matrix/table.py` fails."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app import create_app
from app.accounts.access import rule_of
from app.accounts.models import Role
from app.accounts.places import Organization
from app.db import db
from tests.conftest import settings
from tests.matrix.table import PLACES, TABLE
from tests.matrix.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("matrix")
    shutil.copy(empty_database, folder / "wujin.db")
    app = create_app(**settings(folder))
    app.config["WTF_CSRF_ENABLED"] = False
    made = World(app)
    yield made
    made.let_go()


def test_every_route_stands_in_the_table_and_nothing_else_does(app):
    routes = {(method, rule.endpoint) for rule in app.url_map.iter_rules()
              for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}

    assert sorted(routes ^ set(TABLE)) == []


def test_every_role_stands_in_every_place(world):
    assert len(world.cells) == len(Role) * len(PLACES) + 2


@pytest.mark.parametrize(("method", "endpoint"), TABLE, ids=lambda word: word)
def test_each_cell_answers_as_the_table_says(world, method, endpoint):
    row = TABLE[method, endpoint]

    found = {cell: world.ask(method, endpoint, row, cell) for cell in world.cells}

    assert found == {cell: row.expected(method, *cell) for cell in world.cells}


def test_the_tables_roles_are_those_the_routes_declare(app):
    declared = {endpoint: rule_of(app, endpoint) for _, endpoint in TABLE if endpoint in app.view_functions}

    assert declared == {endpoint: row.roles if isinstance(row.roles, str) else " ".join(sorted(row.roles))
                        for (_, endpoint), row in TABLE.items() if endpoint in app.view_functions}


def test_what_a_world_is_put_back_to_is_what_it_was(world):
    world.restore()

    with world.app.app_context():
        assert db.session.scalars(select(Organization.name).where(Organization.id == world.things["city"])).one() == (
            "成都市市场监督管理局")
