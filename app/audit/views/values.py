"""Fields and values of an audit's row in readable words: what differs, old and new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.accounts.models import Role
from app.audit.views.words import FIELDS, HIDDEN, VALUES
from app.contact import masked
from app.events.words import EventKind, EventState
from app.look import clock, full_day, hours

LONGEST = 120
LABELLED = {"kind": EventKind, "role": Role}
WANTED = "wanted"  # a change that waits: fields of the event inside one field
KINDS = {"tasks": "Task", "hosts": "RegisterEntry", "programmes": "Programme"}  # kept there by number
Named = Mapping[tuple[str, int], str]


def changes(before: Mapping[str, Any], after: Mapping[str, Any], regions: Mapping[str, str],
            named: Named) -> list[tuple[str, str, str]]:
    """(field, old, new) of what differs. `regions` by code; `named`: things by type and number."""
    told = [(regions.get(field) or field_word(field), _value(field, before.get(field), regions),
             _value(field, after.get(field), regions)) for field in {**before, **after}
            if field not in HIDDEN and field != WANTED and not (field == "fields" and WANTED in after)
            and not _same(before.get(field), after.get(field))]
    old, new = before.get(WANTED) or {}, after.get(WANTED) or {}
    return told + [(field_word(field), _wanted(field, old.get(field), regions, named),
                    _wanted(field, new[field], regions, named)) for field in new]


def same_time(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return all(_same(before.get(name), after.get(name)) for name in ("starts_at", "ends_at", "is_all_day", "state"))


def numbers_wanted(after: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Type and number of each thing that a change which waits names."""
    for field, value in (after.get(WANTED) or {}).items():
        if field in KINDS and isinstance(value, dict):
            yield from ((KINDS[field], id) for id in value[field])


def field_word(field: str) -> str:
    return str(FIELDS.get(field, field))


def masked_value(field: str, value: str) -> str:
    """Personal fields are shown in part, here as in lists."""
    if "@" in value or value.isdigit():
        return masked(value)
    return value if field == "address" else f"{value[:1]}{'*' * max(len(value) - 1, 1)}"


def _wanted(field: str, value: Any, regions: Mapping[str, str], named: Named) -> str:
    if not isinstance(value, dict):
        return _value(field, value, regions)
    [(kind, kept)] = value.items()
    if kind in KINDS:
        return _("、").join(named.get((KINDS[kind], id), str(id)) for id in kept)
    return _value(field, kept, regions)


def _value(field: str, value: Any, regions: Mapping[str, str]) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _("、").join(_one_of(field, str(one), regions) for one in value)
    if field.endswith("_at"):
        return _moment(str(value))
    if field == "credit_hours":
        return hours(int(value))
    if field == "state":
        return _state(str(value))
    if str(value) in VALUES.get(field, {}):
        return str(VALUES[field][str(value)])
    if field in LABELLED and value in [one.value for one in LABELLED[field]]:
        return str(LABELLED[field](value).label)
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _one_of(field: str, value: str, regions: Mapping[str, str]) -> str:
    if field == "fields":
        return field_word(value)
    if field in ("roles", "second_factor_roles") and value in [one.value for one in Role]:
        return str(Role(value).label)
    return regions.get(value, value) if field == "regions" else value


def _same(old: Any, new: Any) -> bool:
    """The same moment in another zone is no change."""
    if old == new or not (isinstance(old, str) and isinstance(new, str) and "T" in old and "T" in new):
        return bool(old == new)
    try:
        return datetime.fromisoformat(old) == datetime.fromisoformat(new)
    except (ValueError, TypeError):
        return False


def _state(value: str) -> str:
    own = {"enrolled": _("已报名"), "waitlisted": _("候补"), "withdrawn": _("已取消报名"),
           "annulled": _("撤销补登")}
    if value in own:
        return own[value]
    return EventState(value).label if value in [one.value for one in EventState] else value


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{full_day(moment)} {clock(moment)}"
