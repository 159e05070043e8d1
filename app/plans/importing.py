"""Reads a plan from the CSV of `flask plan import`: one row a task, with its category and targets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from app.accounts.places import Organization
from app.plans.indicators import Basis, Indicator, Measure
from app.plans.models import Category, DeliveredBy, Plan, Sector, Task
from app.plans.target import Comparison

SAMPLE = Path(__file__).parent / "data" / "plan_2023.csv"
OUTSIDE_FROM = 1000  # a head count of this size is enrolled elsewhere and comes by sheet


class UnreadablePlan(ValueError):
    """A file that is no plan; the message names the line and the column."""


def is_own_table(path: Path) -> bool:
    """Whether it is the table in which the sample is kept, by the heads of its columns."""
    with path.open("rb") as file:
        return b"title_ours" in file.read(2000)


def read(path: Path, organization: Organization, year: int, title: str) -> Plan:
    """A plan not yet added to the session. :raises UnreadablePlan: naming the line at fault."""
    plan = Plan(organization=organization, year=year, title=title)
    categories: dict[str, Category] = {}
    for number, row in _rows(path):
        try:
            code = row["category_code"]
            if code not in categories:
                categories[code] = Category(
                    sector=Sector(row["sector_code"]).value, code=code, name=row["category"],
                    name_en=row.get("category_en", ""), position=len(categories))
                plan.categories.append(categories[code])
            categories[code].tasks.append(_task(plan, row, year, number))
        except (KeyError, ValueError) as error:
            raise UnreadablePlan(f"line {number}: {error}") from error
    if not categories:
        raise UnreadablePlan("the file holds no task")
    return plan


def sample(organization: Organization) -> Plan:
    """The plan of 2023 as it was published, not yet added to the session."""
    return read(SAMPLE, organization, 2023, "2023年深入开展知识产权“五进”推进计划")


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from enumerate(csv.DictReader(file), start=2)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadablePlan(f"{path.name} cannot be read: {error}") from error


def _task(plan: Plan, row: dict[str, str], year: int, number: int) -> Task:
    task = Task(
        plan=plan, code=row["code"], title=row["title_ours"], title_en=row.get("title_en", ""),
        official_wording=row["official_wording"], wording_year=year,
        programmes=[one for one in row["programmes"].split(";") if one],
        delivered_by=DeliveredBy(row["fulfilled_by_ours"]).value, event_kind=row["event_kind_ours"],
        audience=row["audience_ours"].replace(";", "、"),
        due_on=date.fromisoformat(row["due_assumed"]) if row["due_assumed"] else None, position=number)
    if row["target_min"]:
        task.indicators.append(_indicator(row, "target", row["target_basis"], 0))
    if row["second_target_min"]:
        task.indicators.append(_indicator(row, "second_target", row["target_basis"], 1))
    return task


def _indicator(row: dict[str, str], prefix: str, basis: str, position: int) -> Indicator:
    minimum, maximum = int(row[f"{prefix}_min"]), row.get(f"{prefix}_max") or None
    by_events = row["fulfilled_by_ours"] == DeliveredBy.EVENTS
    measure = Measure.EVENTS if by_events else (
        Measure.OUTSIDE if minimum >= OUTSIDE_FROM else Measure.REGISTER)
    return Indicator(
        wording=row[f"{prefix}_wording"], comparison=Comparison(row[f"{prefix}_comparison"]).value,
        minimum=minimum, maximum=int(maximum) if maximum else None, unit=row[f"{prefix}_unit"],
        basis=Basis(basis).value, measure=measure.value, is_confirmed=True, position=position)
