"""What an office sets for itself and for all below it: null is inherited from the parent, up the tree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Select, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization
from app.db import Change, Model, db, is_reading, note
from app.errors import Refused

MOST_LEADS = 6
LONGEST_CLOSING = 300
_LEAD = re.compile(r"[1-9][0-9]?[dh]", re.ASCII)  # 3d, 1h


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for one office: its own, its parents', else these; `sources` says which parent's."""

    contact: str = ""  # the footer's words are the root office's
    icp_number: str = ""
    security_number: str = ""
    site_code: str = ""
    tolerance: int = 10  # percent, for “about”
    participants_kept_days: int = 180
    reminder_leads: tuple[str, ...] = ("1d", "1h")
    mail_per_minute: int = 0  # the root office's; 0: no limit of its own
    mail_per_day: int = 0
    idle_minutes: int = 30
    blue_from: int = 95  # percent of what the pace asks for by today; below it a task is 黄
    yellow_from: int = 75  # below it, 红
    return_day: int = 28  # of the month, by when its return is filed
    change_held_minutes: int = 5  # what was changed within them is told in one letter
    closing: str = ""  # under every letter to participants
    sources: Mapping[str, Organization] = field(default_factory=lambda: MappingProxyType({}))


NAMES = tuple(one.name for one in fields(Settings) if one.name != "sources")
RANGES = {"tolerance": (0, 50), "participants_kept_days": (1, 1095), "mail_per_minute": (1, 100_000),
          "mail_per_day": (1, 10_000_000), "idle_minutes": (5, 60),
          "blue_from": (50, 100), "yellow_from": (10, 99), "return_day": (1, 28),
          "change_held_minutes": (0, 60)}
# The pages and the relay are the installation's, so only its root office sets these.
OF_ROOT = frozenset({"contact", "icp_number", "security_number", "site_code", "mail_per_minute", "mail_per_day"})


class BadSetting(Refused):
    """A value that cannot be kept; `field` says which."""

    status = 422

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class OfficeSettings(Model):
    """One office's own values, typed; null where it says nothing."""

    __tablename__ = "office_settings"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    organization: Mapped[Organization] = relationship()
    contact: Mapped[str | None] = mapped_column(String(200))
    icp_number: Mapped[str | None] = mapped_column(String(60))
    security_number: Mapped[str | None] = mapped_column(String(60))
    site_code: Mapped[str | None] = mapped_column(String(60))
    tolerance: Mapped[int | None]
    participants_kept_days: Mapped[int | None]
    reminder_leads: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    mail_per_minute: Mapped[int | None]
    mail_per_day: Mapped[int | None]
    idle_minutes: Mapped[int | None]
    blue_from: Mapped[int | None]
    yellow_from: Mapped[int | None]
    return_day: Mapped[int | None]
    change_held_minutes: Mapped[int | None]
    closing: Mapped[str | None] = mapped_column(String(LONGEST_CLOSING))
    version: Mapped[int] = mapped_column(default=1)

    @property
    def id(self) -> int:
        """The audit's name for it."""
        return self.organization_id

    @classmethod
    def along(cls, organization: Organization) -> Select[OfficeSettings]:
        """Those of the office and of all above it, the root's first."""
        ids = [int(part) for part in organization.path.split("/") if part]
        return (select(cls).join(cls.organization).where(cls.organization_id.in_(ids))
                .order_by(func.length(Organization.path)))

    @classmethod
    def of(cls, organization: Organization) -> OfficeSettings:
        """Its row, made when it has none; for one who means to change it."""
        # The office is held, not the row: of two who save the first settings at once, one waits for the other.
        db.session.execute(select(Organization.id).where(Organization.id == organization.id).with_for_update())
        row = db.session.get(cls, organization.id, populate_existing=True)
        if row is None:
            row = cls(organization=organization, version=0)
            db.session.add(row)
        return row

    def change(self, as_of: datetime, **values: Any) -> None:
        """Sets each named value; None hands it back to the parent.

        :raises BadSetting: naming the one that cannot be.
        """
        for name, value in values.items():
            _check(name, value, is_root=self.organization.parent_id is None)
        before = {name: getattr(self, name) for name in values}
        after = {name: list(value) if name == "reminder_leads" and value is not None else value
                 for name, value in values.items()}
        changed = [name for name in values if before[name] != after[name]]
        if not changed:
            return
        if {"blue_from", "yellow_from"} & set(changed):
            self._keep_lights_apart(after)
        for name in changed:
            setattr(self, name, after[name])
        self.version += 1
        note(Change(self, "changed", as_of, before={name: before[name] for name in changed},
                    after={name: after[name] for name in changed}))

    def _keep_lights_apart(self, after: Mapping[str, Any]) -> None:
        """Yellow begins below blue, whichever of them is inherited."""
        above = settings_of(self.organization.parent) if self.organization.parent else Settings()
        blue, yellow = (next(value for value in (after.get(name, getattr(self, name)), getattr(above, name))
                             if value is not None) for name in ("blue_from", "yellow_from"))
        if yellow >= blue:
            field = "yellow_from" if after.get("yellow_from") is not None else "blue_from"
            raise BadSetting(field, _("黄灯从 %(yellow)d%% 起，要比蓝灯的 %(blue)d%% 低。", yellow=yellow, blue=blue))


def settings_of(organization: Organization) -> Settings:
    """What holds for it, in one query; on a page, which changes nothing, asked once for each office."""
    if not is_reading():
        return _settings_of(organization)
    known: dict[str, Settings] = g.setdefault("settings", {})
    if organization.path not in known:
        known[organization.path] = _settings_of(organization)
    return known[organization.path]


def _settings_of(organization: Organization) -> Settings:
    values: dict[str, Any] = {}
    sources: dict[str, Organization] = {}
    for row in db.session.scalars(OfficeSettings.along(organization)):
        for name in NAMES:
            if (value := getattr(row, name)) is not None:
                values[name], sources[name] = tuple(value) if name == "reminder_leads" else value, row.organization
    return Settings(**values, sources=sources)


def relay_limits() -> tuple[int, int]:
    """The root office's limits a minute and a day; 0: none of its own."""
    root = db.session.scalars(Organization.roots().limit(1)).one_or_none()
    own = settings_of(root) if root else Settings()
    return own.mail_per_minute, own.mail_per_day


def _check(name: str, value: Any, *, is_root: bool) -> None:
    if name not in NAMES:
        raise LookupError(f"there is no setting called {name}")
    if value is None:
        return
    if name in OF_ROOT and not is_root:
        raise BadSetting(name, _("这一项只由最上级单位设置。"))
    if name in RANGES and not RANGES[name][0] <= value <= RANGES[name][1]:
        low, high = RANGES[name]
        raise BadSetting(name, _("要在 %(low)d 到 %(high)d 之间。", low=low, high=high))
    if name == "closing" and len(value) > LONGEST_CLOSING:
        raise BadSetting(name, _("最多 %(count)d 个字。", count=LONGEST_CLOSING))
    if name == "reminder_leads" and not _are_leads(value):
        raise BadSetting(name, _("提醒的提前量写法不对。"))


def _are_leads(words: Sequence[str]) -> bool:
    return len(words) <= MOST_LEADS and len(set(words)) == len(words) and all(map(_LEAD.fullmatch, words))
