"""The sender is killed while it sends. `make crash KILLS=n` does the same more often."""

import os

import pytest

from tests.crash import crash


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_killed_while_sending_nobody_is_lost_and_at_most_one_a_kill_is_doubled(database, request, tmp_path):
    address = request.getfixturevalue("postgres")(f"crash{os.getpid()}") if database == "postgresql" else ""

    outcome = crash(kills=5 if database == "sqlite" else 2, folder=tmp_path, database=address)

    assert (outcome.lost, outcome.tangled) == (0, 0)
    assert outcome.doubled <= outcome.kills
