"""The sender is killed while it sends. `make crash KILLS=n` does the same more often."""

import os

import pytest

from tests.crash import crash


@pytest.mark.parametrize(("database", "kills", "senders", "connections"), [
    ("sqlite", 5, 1, 1), ("sqlite", 2, 1, 4), pytest.param("postgresql", 3, 2, 2, marks=pytest.mark.postgresql)])
def test_killed_while_sending_nobody_is_lost_and_at_most_one_a_connection_is_doubled(
        database, kills, senders, connections, request, tmp_path):
    address = request.getfixturevalue("postgres").copied(f"crash{os.getpid()}") if database == "postgresql" else ""

    outcome = crash(kills, tmp_path, address, senders=senders, connections=connections)

    assert (outcome.lost, outcome.tangled) == (0, 0)
    assert outcome.doubled <= outcome.kills * connections
