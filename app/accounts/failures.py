"""How often signing in failed, by account and by the client's network: five in a quarter of an hour, thirty in
five minutes. Kept in the database, so that it holds for every worker and over a restart."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from app.accounts.browsers import SignInFailure
from app.accounts.links import hashed
from app.db import db
from app.errors import Refused


@dataclass(frozen=True, slots=True)
class Bound:
    """What is counted under `key`, how many are borne, and for how long they are remembered."""

    key: str
    most: int
    window: timedelta

    @property
    def is_of_address(self) -> bool:
        return self.key.startswith("address:")


class LockedOut(Refused):
    """Too many wrong tries; the same for an account that does not exist."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("登录失败次数过多，请 15 分钟后再试。"))


def bounds(account: str, address: str) -> list[Bound]:
    """`account` is `person:7`, or whatever was typed that is nobody's name: it is kept as a hash."""
    return [Bound(f"account:{hashed(account)}", 5, timedelta(minutes=15)),
            Bound(f"address:{network_of(address)}", 30, timedelta(minutes=5))]


def network_of(address: str) -> str:
    """One household has a whole /64 of IPv6 to try from; an IPv4 address within IPv6 is that address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:60]
    if found.version == 6 and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def take_try(held: list[Bound], as_of: datetime) -> None:
    """Counts one try as failed, before it is looked at: many at once are no way round. `forgive` gives it back.

    :raises LockedOut: when one of the bounds is reached; then nothing is counted.
    """
    rows = [(one, _row(one, as_of)) for one in held]
    if any(row.count >= one.most for one, row in rows):
        raise LockedOut
    for one, row in rows:
        row.count += 1
        if row.count >= one.most:
            row.since = as_of  # the lock lasts from the last try that was let through


def forgive(held: list[Bound]) -> None:
    """It was right: the account begins anew, the network has its one try back."""
    for one in held:
        row = db.session.get(SignInFailure, one.key)
        if row is not None:
            row.count = row.count - 1 if one.is_of_address else 0


def _row(bound: Bound, as_of: datetime) -> SignInFailure:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(insert(SignInFailure).values(key=bound.key, count=0, since=as_of).on_conflict_do_nothing())
    row = db.session.get_one(SignInFailure, bound.key, with_for_update=True, populate_existing=True)
    if as_of - row.since >= bound.window:
        row.count, row.since = 0, as_of
    elif row.count == 0:
        row.since = as_of
    return row
