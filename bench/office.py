"""A province's plan of a year with as many events as asked for, put into the tables at once: twenty thousand take
seconds."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert, select

from app.accounts import regions
from app.accounts.links import SignInLink
from app.accounts.models import Person, Role
from app.accounts.places import Organization, Region
from app.clock import now
from app.db import db
from app.events.figures import Figures
from app.events.models import Event, EventRegion, event_host, event_programme, event_task
from app.events.words import EventKind
from app.plans import importing
from app.plans.indicators import Allocation, Indicator, Measure
from app.plans.milestones import Milestone
from app.plans.models import Plan
from app.plans.outside import OutsideFigure
from app.plans.programmes import Programme
from app.plans.registers import Register, RegisterEntry

AS_OF = datetime(2026, 9, 1, 2, tzinfo=UTC)
INDICATORS = 60


def fill(size: int) -> tuple[Plan, str]:
    """The plan, and the token of a one-time link by which its planner signs in."""
    upgrade()
    regions.load()
    chance = random.Random(5)
    offices = _offices()
    plan = _plan(offices[0])
    registers = _registers(offices[0])
    _indicators(plan, registers)
    planner = Person.invite(name="Chen", email="chen@example.org", role=Role.PLANNER, organization=offices[0],
                            as_of=AS_OF)
    db.session.add(planner)
    db.session.flush()
    link, token = SignInLink.issue(planner, now())
    db.session.add(link)
    db.session.commit()  # feeds follow the adopting of a plan by writing its events anew: there are none yet
    entries = _entries(registers, offices, max(size // 20, 40), chance)
    _events(plan, offices, entries, size, planner, chance)
    db.session.commit()
    return plan, token


def _offices() -> list[Organization]:
    """The province's, the 21 cities', the 183 counties'."""
    made: dict[str, Organization] = {}
    for region in db.session.scalars(select(Region).where(Region.code.startswith("51")).order_by(Region.code)):
        above = made.get(region.parent_code or "")
        made[region.code] = office = Organization(
            name=f"{region.code}{region.name}知识产权局", region=region, parent=above, kind="office", aliases=[])
        db.session.add(office)
        db.session.flush()
        office.settle()
    db.session.flush()
    return list(made.values())


def _plan(office: Organization) -> Plan:
    plan = importing.read(Path(importing.__file__).parent / "data" / "plan_2023.csv", office, AS_OF.year, "计划")
    db.session.add(plan)
    plan.adopt(AS_OF)
    for task in plan.tasks:
        task.due_on = date(AS_OF.year, 12, 31)
    db.session.flush()
    return plan


def _registers(office: Organization) -> list[Register]:
    made = [Register(organization=office, name=f"台账{number}", can_host=True, position=number)
            for number in range(5)]
    db.session.add_all(made)
    db.session.flush()
    return made


def _indicators(plan: Plan, registers: list[Register]) -> None:
    """Sixty in all, of every measure, some for each city, county or quarter."""
    tasks = list(plan.tasks)
    ready = sum(len(task.indicators) for task in tasks)
    for task in tasks:
        for one in task.indicators:
            one.register = registers[0] if one.measure == Measure.REGISTER else None
    for number in range(INDICATORS - ready):
        measure = list(Measure)[number % len(Measure)]
        fresh = Indicator(
            name=f"指标{number}", wording="至少1", comparison="at_least", minimum=1 + number, maximum=None, unit="个",
            basis="working", measure=measure.value, position=9,
            per=("total", "city", "county", "unit")[number % 4], period=("year", "quarter", "cumulative")[number % 3],
            register=registers[number % 5] if measure in (Measure.REGISTER, Measure.HOSTS) else None)
        tasks[number % len(tasks)].indicators.append(fresh)
        fresh.allocations = [Allocation(region_code=code, amount=number) for code in ("510100", "510300", "510700")]
    db.session.flush()
    outside = [one for task in tasks for one in task.indicators if one.measure == Measure.OUTSIDE]
    db.session.add_all(OutsideFigure(
        indicator=one, month=date(AS_OF.year, month, 1), region_code="510000", source="远程教育平台",
        true_on=date(AS_OF.year, month, 28), amount=month * 30_000, entered_at=AS_OF)
        for one in outside for month in range(1, 9))
    db.session.add_all(Milestone(
        task=task, organization=plan.organization, title=f"节点{number}", due_on=date(AS_OF.year, 3 * number, 20),
        reached_on=date(AS_OF.year, 3 * number, 18) if number < 3 else None, created_at=AS_OF, revised_at=AS_OF,
        indicator=next((one for one in task.indicators if one.measure == Measure.MILESTONES), None))
        for task in tasks if task.delivered_by != "events" for number in range(1, 5))


def _entries(registers: list[Register], offices: list[Organization], count: int, chance: random.Random) -> list[int]:
    standings = ("approved", "plaque", "applied")
    db.session.execute(insert(RegisterEntry), [
        {"register_id": registers[number % 5].id, "organization_id": (office := chance.choice(offices)).id,
         "region_code": office.region_code, "name": f"第{number}中学", "standing": standings[number % 3],
         "approved_on": date(AS_OF.year - number % 2, 1 + number % 8, 9), "created_at": AS_OF, "revised_at": AS_OF,
         "level": "", "approval_number": "", "address": "", "note": "", "version": 1} for number in range(count)])
    return list(db.session.scalars(select(RegisterEntry.id)))


def _events(plan: Plan, offices: list[Organization], entries: list[int], size: int, by: Person,
            chance: random.Random) -> None:
    """Most are held and confirmed; a tenth are joint, a tenth of two tasks, every third at a school."""
    tasks, start = [task.id for task in plan.tasks], datetime(AS_OF.year, 1, 4, 2, tzinfo=UTC)
    programme = db.session.scalars(select(Programme).limit(1)).first()  # the usual ones came with the plan
    if programme is None:
        programme = Programme(organization=plan.organization, name="星空讲坛", aliases=[])
        db.session.add(programme)
        db.session.flush()
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (Event, Figures, EventRegion, event_task, event_host, event_programme)}
    for number in range(1, size + 1):
        begins, office = start + timedelta(minutes=number * 500_000 // size), offices[number % len(offices)]
        is_done = begins < AS_OF and number % 9 != 0
        rows[Event].append(_event(number, begins, office, is_done))
        if is_done:
            rows[Figures].append({
                "event_id": number, "attendances": 20 + number % 90, "people": number % 20 if number % 7 else None,
                "materials": number % 50, "entered_by_id": by.id, "entered_at": AS_OF, "summary": "",
                "media_url": ""})
        for code in {office.region_code, *([chance.choice(offices).region_code] if number % 10 == 0 else [])}:
            rows[EventRegion].append({"event_id": number, "region_code": code})
        for task in {tasks[number % 37], *([tasks[number % 31]] if number % 10 == 5 else [])}:
            rows[event_task].append({"event_id": number, "task_id": task})
        if number % 3 == 0:
            rows[event_host].append({"event_id": number, "entry_id": entries[number % len(entries)]})
        if number % 8 == 0:
            rows[event_programme].append({"event_id": number, "programme_id": programme.id})
    for table, values in rows.items():
        db.session.execute(insert(table), values)


def _event(number: int, begins: datetime, office: Organization, is_done: bool) -> dict[str, Any]:
    held_at = AS_OF if is_done else None
    empty = ("title_en", "description", "location", "online_url", "speaker", "audience", "contact", "reason",
             "returned_reason")
    return {
        "id": number, "ical_uid": f"{number}@bench", "position": 0, "kind": list(EventKind)[number % 8].value,
        "title": f"知识产权讲座第{number}场", "starts_at": begins, "ends_at": begins + timedelta(hours=2),
        "zone": "Asia/Shanghai", "is_all_day": False, "organization_id": office.id, "takes_enrolments": False,
        "capacity": 100, "credit_hours": 35 if number % 8 == 3 else None, "state": "held" if is_done else "published",
        "version": 1, "sequence": 0, "schedule_version": 0, "created_at": AS_OF, "revised_at": AS_OF,
        "published_at": AS_OF, "held_at": held_at, "figures_confirmed_at": held_at, **dict.fromkeys(empty, "")}
