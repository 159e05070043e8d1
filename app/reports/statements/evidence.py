"""The evidence pack (佐证材料): a folder for each task with its index, its sheets and its files; the registers; in
one zip, with a cover that says for whom it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import render_template

from app.events.asking import office_zone
from app.events.models import Event
from app.exporting import Sheet, write_xlsx
from app.limits import Progress
from app.plans.milestones import Milestone
from app.plans.models import Task
from app.plans.outside import OutsideFigure
from app.plans.registers import RegisterEntry
from app.reports.statements import workbook
from app.reports.statements.ledger import LOADED, held, people, row, rows, slices
from app.reports.statements.packing import Pack, safe
from app.reports.statements.proofs import Proofs, Whose
from app.reports.statements.prose import told
from app.reports.statements.statement import Statement

LOOK = Path(__file__).parent.parent / "data" / "pack.css"
OUTSIDE_COLUMNS = ("指标", "来源", "地区", "月份", "截至", "数字", "单位", "口径", "填报人", "填报日期")
INDEX, COVER, SHEETS = "目录.html", "封面.html", "台账.xlsx"

Rows = list[dict[str, Any]]


def write(file: Path, whose: Whose, statement: Statement, heard: Progress, *, by: str, as_of: datetime) -> int:
    """The pack of all tasks; how many files of evidence are in it. `heard` is told of each task."""
    pack = Pack(file)
    try:
        made = _Evidence(pack, file.with_suffix(".xlsx"), whose)
        made.registers()
        folders = []
        for number, task in enumerate(told(statement)["tasks"], 1):
            folders.append(made.task(task))
            heard(number, len(statement["tasks"]))
        made.whole(statement)
        pack.add(COVER, render_template(
            "reports/pack/cover.html", statement=statement, folders=folders, by=by, at=as_of.astimezone(
                office_zone()), names=made.names, masked=made.masked).encode())
        pack.add("目录.css", LOOK.read_bytes())
    finally:
        pack.close()
    return pack.files


class _Evidence:
    """A pack under way. `names`: how many people stand in it by their full names; `masked`: how many do not."""

    def __init__(self, pack: Pack, sheet: Path, whose: Whose) -> None:
        self._pack, self._sheet, self._whose = pack, sheet, whose
        self._proofs, self._people = Proofs.of(whose), people()
        self._files: dict[int, Rows] = {}  # of each register entry
        of_people = [entry for entries in self._proofs.entries.values() for entry in entries
                     if entry.register.is_personal]
        self.names = sum(whose.shows(entry) for entry in of_people)
        self.masked = len(of_people) - self.names

    def registers(self) -> None:
        """Every entry that counts in the period; the tasks' folders lead here."""
        for entries in self._proofs.entries.values():
            register = safe(entries[0].register.name)
            for entry in entries:
                folder = f"台账登记/{register}/{safe(self._whose.name_of(entry))}"
                self._files[entry.id] = [self._packed(folder, one.file) for one in entry.files]
            write_xlsx(self._sheet, Sheet("登记", [workbook.ENTRY_COLUMNS[2:], *(
                self._entry(entry) for entry in entries)], widths=(16, 30, 12, 9, 24, 11, 11)))
            self._pack.add_sheet(f"台账登记/{register}.xlsx", self._sheet)

    def task(self, task: dict[str, Any]) -> dict[str, Any]:
        """Its folder; what the cover tells of it."""
        folder, code = f"{safe(task['code'])} {safe(task['title'])}", task["code"]
        events, ledger = self._events(folder, code)
        steps = [self._step(folder, one) for one in self._proofs.milestones.get(code, ())]
        entries = self._proofs.entries_of(code)
        outside = self._proofs.outside.get(code, ())
        if sheets := self._sheets(task, ledger, entries, outside):
            write_xlsx(self._sheet, *sheets)
            self._pack.add_sheet(f"{folder}/{SHEETS}", self._sheet)
        self._pack.add(f"{folder}/{INDEX}", render_template(
            "reports/pack/index.html", task=task, bases=workbook.BASES, has_sheets=bool(sheets), events=events,
            steps=steps, outside=outside, entries=[
                (self._entry(one), self._files[one.id]) for one in entries]).encode())
        return {"title": f"{code} {task['title']}", "link": f"{quote(folder)}/{quote(INDEX)}", "events": len(events),
                "steps": len(steps), "entries": len(entries), "outside": len(outside),
                "files": sum(len(one["files"]) for one in (*events, *steps)) + sum(
                    len(self._files[one.id]) for one in entries)}

    def whole(self, statement: Statement) -> None:
        """The sheets over all tasks."""
        workbook.task_sheet(self._sheet, statement)
        self._pack.add_sheet("任务分解和进展表.xlsx", self._sheet)
        workbook.ledger(self._sheet, f"{statement['office']} 活动台账（{statement['label']}）",
                        rows(self._whose.path, self._whose.period))
        self._pack.add_sheet("活动台账.xlsx", self._sheet)

    def _events(self, folder: str, code: str) -> tuple[Rows, list[list[Any]]]:
        """What the index tells of each, and the rows of the ledger."""
        wanted = held(self._whose.path, self._whose.period).where(Event.tasks.any(
            (Task.code == code) & (Task.plan_id == self._whose.plan.id)))
        told_of: Rows = []
        ledger: list[list[Any]] = []
        for found in slices(wanted, *LOADED):
            for event in found:
                day = event.starts_at.astimezone(office_zone()).date().isoformat()
                place = f"{folder}/活动/{day} {safe(event.title)}"
                ledger.append([len(ledger) + 1, *row(event, self._people)])
                told_of.append({
                    "title": event.title, "day": day, "place": event.location, "office": event.organization.name,
                    "attendances": event.figures.attendances if event.figures else None,
                    "is_confirmed": event.figures_confirmed_at is not None,
                    "hosts": "、".join(one.name for one in event.hosts),
                    "files": [self._packed(place, photo.file) for photo in event.photos]})
        return told_of, ledger

    def _step(self, folder: str, step: Milestone) -> dict[str, Any]:
        return {"title": step.title, "office": step.organization.name, "due_on": step.due_on,
                "reached_on": step.reached_on, "note": step.note,
                "files": [self._packed(f"{folder}/节点/{safe(step.title)}", one.file) for one in step.files]}

    def _packed(self, folder: str, file: Any) -> dict[str, str]:
        """A link out of a task's folder; none where the file itself is missing."""
        name = self._pack.add_file(folder, file)
        return {"name": file.name, "link": f"../{quote(name)}" if name else ""}

    def _entry(self, entry: RegisterEntry) -> list[Any]:
        return [entry.register.name, self._whose.name_of(entry), entry.region.name, entry.level,
                entry.approval_number, entry.approved_on, entry.plaque_on]

    def _sheets(self, task: dict[str, Any], ledger: list[list[Any]], entries: Sequence[RegisterEntry],
                outside: Sequence[OutsideFigure]) -> list[Sheet]:
        """The task's slice of the ledger, and what its numbers are made of, all of it."""
        head = f"{task['code']} {task['title']}"
        sheets = [workbook.ledger_sheet(f"{head} 活动台账", ledger)] if ledger else []
        sheets += workbook.behind([task | {"entries": [], "outside": []}], f"（{head}）")  # the milestones
        if entries:
            sheets.append(workbook.filled("登记", f"{head} 登记", workbook.ENTRY_COLUMNS[2:], [
                self._entry(one) for one in entries], (16, 30, 12, 9, 24, 11, 11)))
        if outside:
            sheets.append(workbook.filled("外部数字", f"{head} 外部数字", OUTSIDE_COLUMNS, [
                _figure(one) for one in outside], (24, 28, 12, 9, 11, 11, 7, 9, 10, 11)))
        return sheets


def _figure(one: OutsideFigure) -> list[Any]:
    return [one.indicator.name or one.indicator.wording, one.source, one.region.name, f"{one.month:%Y-%m}",
            one.true_on, one.amount, one.indicator.unit, "累计" if one.is_running_total else "当月",
            one.entered_by.name if one.entered_by else "", one.entered_at.astimezone(office_zone()).date()]
