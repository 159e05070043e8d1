"""What three parsers make of an address; they must agree."""

from __future__ import annotations

from datetime import datetime, timedelta

import time_machine
from flask.testing import FlaskClient

from tests.calendars.readers import READERS, Read
from tests.conftest import AS_OF

AN_HOUR_ON = AS_OF + timedelta(hours=1)

def fetch(client: FlaskClient, address: str = "/calendar.ics", *, on: datetime = AN_HOUR_ON, **headers: str):
    """The answer, on a day of choice."""
    with time_machine.travel(on, tick=False):
        return client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})


def read(client: FlaskClient, address: str = "/calendar.ics", **on: datetime) -> list[Read]:
    answer = fetch(client, address, **on)
    assert answer.status_code == 200, answer.text
    readings = [reader(answer.data) for reader in READERS]
    assert readings[1:] == readings[:-1]
    return readings[0]


def titles(client: FlaskClient, address: str = "/calendar.ics", **on: datetime) -> list[str]:
    return [one.summary for one in read(client, address, **on)]
