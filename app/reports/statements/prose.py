"""A statement told in sentences, as a yearly summary (年度总结) tells it: overall, by sector, by task. Made of the
statement alone, so that the page and the Word file say the same, and an old snapshot can be told too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from app.plans.indicators import Basis
from app.reports.counting.grouping import grouped
from app.reports.statements.statement import Statement

Task = Mapping[str, Any]
SHOWN = 12  # names in a sentence; then 等


def told(statement: Statement) -> dict[str, Any]:
    """The statement with its words: `summary` and each task's `story` as paragraphs, each sector's `summary` and
    `tasks`. In the language in force."""
    tasks = [task | {"story": list(_story(statement, task)), "indicators": [
        one | {"done": grouped(one["done"])} for one in task["indicators"]]} for task in statement["tasks"]]
    return statement | {
        "tasks": tasks, "summary": list(_summary(statement)),
        "sectors": [sector | {"summary": _of_sector(statement, sector, own), "tasks": own}
                    for sector in statement["sectors"]
                    if (own := [task for task in tasks if task["sector"] == sector["sector"]
                                and not task["is_withdrawn"]])]}


def _summary(statement: Statement) -> Iterator[str]:
    whole, tasks = statement["whole"], [task for task in statement["tasks"] if not task["is_withdrawn"]]
    yield _("按照《%(plan)s》，%(label)s%(events)s", plan=statement["plan"], label=statement["label"],
            events=_events(whole) or _("没有举办活动。"))
    if not statement["is_from_january"]:
        yield _("年初至今%(events)s", events=_events(statement["to_date"]) or _("没有举办活动。"))
    if statement["held_at"]:
        yield _("走进%(places)s（同一家只计一次）。", places=_counts(statement["held_at"]))
    if whole["unconfirmed"]:
        yield _("另有 %(count)s 场活动已经举办、人数待确认，没有计入。", count=whole["unconfirmed"])
    if entries := _added(tasks):
        yield _("期内新批复%(entries)s。", entries=_counts(entries))
    if words := _standing(tasks):
        yield words
    for light, words in (("red", _("落后的任务：%(tasks)s。")), ("yellow", _("偏慢的任务：%(tasks)s。"))):
        if found := [f"{task['code']} {task['title']}" for task in tasks if task["light"] == light]:
            yield words % {"tasks": _listed(found)}


def _of_sector(statement: Statement, sector: Mapping[str, Any], tasks: Sequence[Task]) -> str:
    places = _added(tasks, "held_at") if not _share_places(tasks) else []
    return _run((
        _("%(count)d 项任务。", count=len(tasks)), _events(sector), _standing(tasks),
        _("走进%(places)s。", places=_counts(places)) if places else "",
        _("新批复%(entries)s。", entries=_counts(entries)) if (entries := _added(tasks)) else ""))


def _share_places(tasks: Sequence[Task]) -> bool:
    """Whether one school could be counted twice by adding up: more than one task tells of the same register."""
    told = [one["register"] for task in tasks for one in task["held_at"]]
    return len(told) != len(set(told))


def _story(statement: Statement, task: Task) -> Iterator[str]:
    """What is asked and reached, step by step; events only where there are any, or where they are asked for."""
    yield from filter(None, map(_run, (
        [*_goals(task), "".join(_steps(statement, task))], _held(statement, task), _entries(statement, task),
        _outside(statement, task), _said(task))))


def _goals(task: Task) -> Iterator[str]:
    for one in task["indicators"]:
        asked = _quoted(one["wording"]) if one["wording"] else one["asked"]
        if one["basis"] == Basis.WORKING:
            asked += _("（内部目标）") if one["is_confirmed"] else _("（内部目标未确认）")
        elif one["basis"] == Basis.COUNTED:
            asked += _("（据文字列举统计）")
        name = "" if one["name"] == task["title"] else one["name"]
        yield _("%(name)s目标：%(asked)s，完成 %(done)s%(unit)s%(met)s。", name=name and f"{name}：", asked=asked,
                done=grouped(one["done"]), unit=one["unit"], met=_("，已达标") if one["is_met"] else "")


def _steps(statement: Statement, task: Task) -> Iterator[str]:
    steps = task["milestones"]
    reached = [one for one in steps if one["reached_on"]]
    if not steps:
        return
    yield _("节点 %(count)d 个，已完成 %(reached)d 个", count=len(steps), reached=len(reached))
    if reached:
        yield _("：%(steps)s", steps=_listed([_step(one, _day(statement, one["reached_on"])) for one in reached], 30))
    if waiting := [one for one in steps if not one["reached_on"]]:
        yield _("；未完成：%(steps)s", steps=_listed([_step(one, _(
            "应于%(day)s", day=_day(statement, one["due_on"])) if one["due_on"] else "") for one in waiting], 30))
    yield _("。")


def _step(step: Mapping[str, Any], day: str) -> str:
    said = _("，").join(filter(None, (day, step["note"].rstrip("。"))))
    return f"{step['title']}（{said}）" if said else str(step["title"])


def _held(statement: Statement, task: Task) -> Iterator[str]:
    own, to_date = task["own"], task["to_date"]
    if events := _events(own):
        yield events
    elif task["asks_events"]:
        yield _("没有举办活动。")
    if not statement["is_from_january"] and to_date["events"]:
        yield _("年初至今%(events)s", events=_events(to_date))
    if own["unconfirmed"]:
        yield _("另有 %(count)s 场人数待确认。", count=own["unconfirmed"])
    for one in task["held_at"]:
        yield _("走进%(register)s %(count)d %(unit)s%(names)s。", register=one["register"], count=one["count"],
                unit=one["unit"], names=_named([each["name"] for each in one["named"]], one["count"]))
    if top := task["top_events"]:
        yield _("其中：%(events)s。", events=_("；").join(_event(statement, one) for one in top))


def _event(statement: Statement, event: Mapping[str, Any]) -> str:
    words = {"day": _day(statement, event["day"]), "title": _quoted(event["title"]),
             "heads": grouped(event["attendances"])}
    if event["place"]:
        return _("%(day)s在%(place)s举办%(title)s，%(heads)s 人次", place=event["place"], **words)
    return _("%(day)s%(office)s举办%(title)s，%(heads)s 人次", office=event["office"], **words)


def _entries(statement: Statement, task: Task) -> Iterator[str]:
    for one in task["entries"]:
        yield _("新批复%(register)s %(count)d %(unit)s%(names)s。", register=one["register"], count=one["count"],
                unit=one["unit"], names=_(
                    "：%(names)s", names=_by_approval(statement, one)) if one["named"] else "")


def _by_approval(statement: Statement, kind: Mapping[str, Any]) -> str:
    """Those of one approval together, what it says of them once."""
    alike: dict[str, list[str]] = {}
    for one in kind["named"]:
        said = _("，").join(filter(None, (
            one["level"], one["approval_number"], _("%(day)s批复", day=_day(statement, one["approved_on"])),
            _("%(day)s授牌", day=_day(statement, one["plaque_on"])) if one["plaque_on"] else "")))
        alike.setdefault(said, []).append(one["name"])
    return _("；").join(_of_one_approval(names, said) for said, names in alike.items()) + (
        _("等") if kind["count"] > len(kind["named"]) else "")


def _of_one_approval(names: Sequence[str], said: str) -> str:
    if len(names) == 1:
        return f"{names[0]}（{said}）"
    return _("%(names)s（均为%(said)s）", names=_("、").join(names), said=said)


def _outside(statement: Statement, task: Task) -> Iterator[str]:
    for one in task["outside"]:
        words = (_("据%(source)s，截至%(day)s%(region)s累计 %(amount)s%(unit)s。") if one["is_running_total"]
                 else _("据%(source)s，%(month)s%(region)s %(amount)s%(unit)s（截至%(day)s）。"))
        yield words % {"source": one["source"], "day": _day(statement, one["true_on"]), "region": one["region"],
                       "amount": grouped(one["amount"]), "unit": one["unit"], "month": one["month"]}


def _said(task: Task) -> Iterator[str]:
    if task["progress"]:
        yield _("进展：%(words)s", words=task["progress"])
    if task["problems"]:
        yield _("存在问题：%(words)s", words=task["problems"])
    if task["lead"]:
        yield _("牵头单位：%(name)s。", name=task["lead"])


def _events(figures: Mapping[str, Any]) -> str:
    """What is nothing is left out."""
    if not figures.get("events"):
        return ""
    parts = [_("举办活动 %(count)s 场", count=grouped(figures["events"]))]
    for name, words in (("attendances", _("%(count)s 人次参加")), ("cities", _("覆盖 %(count)s 个市（州）")),
                        ("materials", _("发放资料 %(count)s 份"))):
        if figures.get(name):
            parts.append(words % {"count": grouped(figures[name])})
    return _("，").join(parts) + _("。")


def _standing(tasks: Sequence[Task]) -> str:
    """How many of the numbers asked for are there, and of the milestones."""
    numbers = [one for task in tasks for one in task["indicators"]]
    steps = [one for task in tasks for one in task["milestones"]]
    words = [_("指标 %(count)d 项，已达标 %(met)d 项", count=len(numbers), met=sum(
        one["is_met"] for one in numbers))] if numbers else []
    if steps:
        words.append(_("节点 %(count)d 个，已完成 %(reached)d 个", count=len(steps), reached=sum(
            bool(one["reached_on"]) for one in steps)))
    return _("；").join(words) + _("。") if words else ""


def _added(tasks: Sequence[Task], part: str = "entries") -> list[dict[str, Any]]:
    """Over tasks, each register once: two tasks may be counted by the same one."""
    found = {one["register"]: one for task in tasks for one in task[part]}
    return list(found.values())


def _counts(rows: Sequence[Mapping[str, Any]]) -> str:
    return _("、").join(f"{one['register']} {grouped(one['count'])} {one['unit']}" for one in rows)


def _named(names: Sequence[str], count: int) -> str:
    if not names:
        return ""
    return _("：%(names)s", names=_listed(names, SHOWN, is_more=count > len(names)))


def _listed(names: Sequence[str], most: int = SHOWN, *, is_more: bool = False) -> str:
    return _("、").join(names[:most]) + (_("等") if is_more or len(names) > most else "")


def _run(sentences: Iterable[str]) -> str:
    """One after the other; where words stand apart, sentences do."""
    return (" " if _is_english() else "").join(filter(None, sentences))


def _is_english() -> bool:
    return str(get_locale())[:2] == "en"


def _quoted(words: str) -> str:
    """Quotation marks within it become the inner ones."""
    return "“" + words.replace("“", "‘").replace("”", "’") + "”"


def _day(statement: Statement, iso: str) -> str:
    """4月16日 / 16 Apr; with its year where it is another than the report's."""
    day, english = date.fromisoformat(iso), _is_english()
    year = "" if day.year == statement["year"] else (" y" if english else "y年")
    return format_date(day, f"d MMM{year}" if english else f"{year}M月d日", locale="en" if english else "zh")
