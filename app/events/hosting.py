"""At which schools, firms or bases an event is held, and under which programmes: what the forms offer and make of
it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload
from wtforms import Field, SelectField, SelectMultipleField, ValidationError

from app.accounts.places import Organization, Region
from app.db import db
from app.events.asking import ConsoleForm
from app.plans.programmes import Programme
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import Standing

if TYPE_CHECKING:
    from app.accounts.models import Actor
    from app.plans.models import Task

MOST_HOSTS, MOST_PROGRAMMES, MOST_OFFERED, LONGEST = 60, 10, 400, 160
TICKED = "entry:"  # before an id, where a box is ticked; anything else was typed


class HostedForm(ConsoleForm):
    """Programmes by tick, hosts by name; a name nobody knows can be entered in a register on the way."""

    actor: Actor

    programmes = SelectMultipleField(_l("品牌活动"), validate_choice=False)
    hosts = SelectMultipleField(_l("举办的学校、企业或基地"), validate_choice=False)
    host_register = SelectField(_l("名单里没有的，登记到"), choices=[], validate_choice=False)

    def validate_programmes(self, field: Field) -> None:
        wanted = _ids(field.data or ())
        if len(wanted) > MOST_PROGRAMMES:
            raise ValidationError(_("最多选 %(count)d 个品牌活动。", count=MOST_PROGRAMMES))
        if len(self.chosen_programmes) < len(wanted):
            raise ValidationError(_("没有这个品牌活动，请从列表里选。"))

    def validate_hosts(self, field: Field) -> None:
        words = self._host_words
        if len(words) > MOST_HOSTS:
            raise ValidationError(_("一次活动最多填 %(count)d 个举办地。", count=MOST_HOSTS))
        if any(len(word) > LONGEST for word in words):
            raise ValidationError(_("名称最多 %(count)d 个字。", count=LONGEST))
        _found, unknown, doubtful = self._named
        if doubtful:
            raise ValidationError(_("有几个都叫“%(name)s”，请从列表里选带地区的那一个。", name=doubtful[0][:40]))
        if unknown and self._register_for_new is None:
            raise ValidationError(_("登记里没有“%(name)s”。请从列表里选；要新登记，请在下面选登记到哪里。",
                                    name=unknown[0][:40]))

    # ------------------------------------------------------------ programmes

    @property
    def chosen_programmes(self) -> list[Programme]:
        wanted = _ids(self.programmes.data or ())
        return [one for one in self._programmes if one.id in wanted]

    @property
    def offered_programmes(self) -> list[Programme]:
        """Those open, without those chosen, which stand above."""
        chosen = {one.id for one in self.chosen_programmes}
        return [one for one in self._programmes if one.closed_at is None and one.id not in chosen]

    def suggest_programmes(self, tasks: Iterable[Task]) -> None:
        """That of the tasks, where they name a single one."""
        names = {name for task in tasks for name in task.programmes}
        found = [one for one in self._programmes if one.closed_at is None and names & {one.name, *one.aliases}]
        self.programmes.data = [str(found[0].id)] if len(found) == 1 else []

    @cached_property
    def _programmes(self) -> Sequence[Programme]:
        return db.session.scalars(Programme.scoped(self.actor)).all()

    # ------------------------------------------------------------ hosts

    def show_hosting(self, event: Any) -> None:
        """What is said of `event`, or of what waits to be said of it."""
        self.programmes.data = [str(one.id) for one in event.programmes]
        self.hosts.data = [f"{TICKED}{one.id}" for one in event.hosts]

    @property
    def chosen_hosts(self) -> list[RegisterEntry]:
        return self._named[0]

    @property
    def unknown_hosts(self) -> list[str]:
        """What was typed and nobody knows, or several go by."""
        _found, unknown, doubtful = self._named
        return unknown + doubtful

    @cached_property
    def offered_hosts(self) -> list[str]:
        """Names with their places, of the actor's own regions."""
        stems = sorted({grant.organization.region.stem for grant in self.actor.person.grants})
        rows = db.session.scalars(_hosting(self.actor).where(
            or_(*(RegisterEntry.region_code.startswith(stem) for stem in stems))).limit(MOST_OFFERED))
        return [labelled(one) for one in rows]

    @cached_property
    def host_registers(self) -> Sequence[Register]:
        return db.session.scalars(Register.scoped(self.actor).where(
            Register.can_host.is_(True), Register.closed_at.is_(None))).all()

    def hosting(self, organization: Organization, regions: Sequence[Region], as_of: datetime) -> dict[str, Any]:
        """Hosts and programmes for the event; names nobody knew are entered for `organization` in the narrowest of
        its regions, as the form was told to.

        :raises AlreadyListed: when the name is there after all, for example withdrawn.
        """
        found, unknown, _doubtful = self._named
        register = self._register_for_new
        place = max(regions, key=lambda one: len(one.stem), default=organization.region)
        if register is not None:
            found = found + [RegisterEntry.entered(register, organization, place, name, as_of) for name in unknown]
        return {"hosts": sorted(found, key=lambda one: (one.name, one.id)),
                "programmes": sorted(self.chosen_programmes, key=lambda one: (one.name, one.id))}

    @property
    def _host_words(self) -> list[str]:
        return list(dict.fromkeys(word.strip() for word in self.hosts.data or () if word.strip()))

    @property
    def _register_for_new(self) -> Register | None:
        return next((one for one in self.host_registers if str(one.id) == self.host_register.data), None)

    @cached_property
    def _named(self) -> tuple[list[RegisterEntry], list[str], list[str]]:
        """The entries meant, the words nobody knows, and those by which several go."""
        words = self._host_words
        ticked = _ids(word.removeprefix(TICKED) for word in words if word.startswith(TICKED))
        typed = [word for word in words if not word.startswith(TICKED)]
        names = {name for word in typed for name in (word, word.rpartition("（")[0]) if name}
        rows = db.session.scalars(_hosting(self.actor, also=ticked).where(or_(
            RegisterEntry.id.in_(ticked), RegisterEntry.name.in_(sorted(names))))).all() if words else []
        found, unknown, doubtful = {one.id: one for one in rows if one.id in ticked}, [], []
        for word in typed:
            meant = [one for one in rows if labelled(one) == word] or [one for one in rows if one.name == word]
            if len(meant) == 1:
                found[meant[0].id] = meant[0]
            else:
                (doubtful if meant else unknown).append(word)
        return list(found.values()), unknown, doubtful


def labelled(entry: RegisterEntry) -> str:
    """演示小学（锦江区）: as the list offers it."""
    return f"{entry.name}（{entry.region.name}）"


def _hosting(actor: Actor, also: Iterable[int] = ()) -> Any:
    """Entries of the registers of places where events are held, of the whole root office: what a school is called
    is no secret. `also` those that an event has already, whatever became of them."""
    registers = Register.scoped(actor).with_only_columns(Register.id).order_by(None)
    is_open = (Register.can_host & Register.closed_at.is_(None)
               & (RegisterEntry.standing != Standing.WITHDRAWN.value))
    return (select(RegisterEntry).join(RegisterEntry.register).where(
        RegisterEntry.register_id.in_(registers), RegisterEntry.deleted_at.is_(None),
        Register.is_personal.is_(False), is_open | RegisterEntry.id.in_(list(also)))
            .options(joinedload(RegisterEntry.region)).order_by(RegisterEntry.name, RegisterEntry.id))


def _ids(words: Iterable[str]) -> set[int]:
    return {int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 10}
