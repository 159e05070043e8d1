"""What reads otherwise in two statements of one period: each number by the words that name it."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import force_locale
from flask_babel import gettext as _

from app.plans.models import Sector
from app.reports.counting.grouping import grouped
from app.reports.statements.statement import NOTHING, Statement

# Kept in amendments, so the same words whoever reads them.
FIGURE_WORDS = {"events": "已办", "unconfirmed": "待确认", "coming": "待办", "attendances": "人次", "people": "人数",
                "hours": "学时", "materials": "资料（份）", "cities": "覆盖市（州）"}


def differences(old: Statement, new: Statement) -> list[list[str]]:
    """[what, before, after] of every number that reads otherwise; what, in words. What the older of two shapes does
    not tell is not compared."""
    shape = min(old["format"], new["format"])
    before, after = numbers(old, shape), numbers(new, shape)
    return [[what, before.get(what, NOTHING), after.get(what, NOTHING)] for what in {**before, **after}
            if before.get(what, NOTHING) != after.get(what, NOTHING)]


def shown(rows: list[list[str]]) -> list[list[str]]:
    """[what, before, after] as kept, in the reader's words and with their thousands apart."""
    words = _words()
    return [[_spoken(what, words), *(grouped(words.get(one, one)) for one in both)] for what, *both in rows]


def _spoken(what: str, words: dict[str, str]) -> str:
    """Part by part; the name of a task, a city or a register stays what it is."""
    parts = []
    for part in what.split(" · "):
        head, space, tail = part.rpartition(" ")
        parts.append(words.get(part) or head + space + words.get(tail, tail))
    return " · ".join(parts)


def _words() -> dict[str, str]:
    """What amendments keep, by the words kept."""
    with force_locale("zh"):
        sectors = {one: str(one.label) for one in Sector}
    return {"本期合计": _("本期合计"), "年初至今": _("年初至今"), "本期": _("本期"), "未完成": _("未完成"),
            "已办": _("已办"), "待确认": _("待确认"), "待办": _("待办"), "人次": _("人次"), "人数": _("人数"),
            "学时": _("学时"), "资料（份）": _("资料（份）"), "覆盖市（州）": _("覆盖市（州）"),
            "全省性（不分市州）": _("全省性（不分市州）")} | {name: str(one.label) for one, name in sectors.items()}


def numbers(statement: Statement, shape: int = 0) -> dict[str, str]:
    """Every number by the words that name it; `shape`: of those alone that a statement of that format tells."""
    return dict(_numbers(statement, shape or statement["format"]))


def _numbers(statement: Statement, shape: int) -> Iterator[tuple[str, str]]:
    # From January on what the period brought is what the year brought: said once since the second shape.
    twice = shape == 1 or not statement["starts_on"].endswith("-01-01")
    for part, words in (("whole", "本期合计"), ("to_date", "年初至今"))[:2 if twice else 1]:
        for name, value in statement[part].items():
            yield f"{words} · {FIGURE_WORDS[name]}", str(value)
    yield from _places(statement, twice, shape)
    if shape > 1:
        yield from _sectors(statement)
    for task in statement["tasks"]:
        for part, words in (("own", "本期"), ("to_date", "年初至今"))[:2 if twice else 1]:
            for name, value in task[part].items():
                yield f"{task['code']} {words} · {FIGURE_WORDS[name]}", str(value)
        for one in task["indicators"]:
            yield f"{task['code']} {one['name']} · {one['asked']}", one["done"]
        for one in task["milestones"]:
            yield f"{task['code']} {one['title']}", one["reached_on"] or "未完成"
        if shape > 1:
            yield from _named(task)


def _places(statement: Statement, twice: bool, shape: int) -> Iterator[tuple[str, str]]:
    """What each city held, and what lies in none; the first shape did not tell the latter."""
    for one in (*statement["cities"], *([statement["elsewhere"]] if shape > 1 else ())):
        for part, words in (("own", "本期"), ("to_date", "年初至今"))[:2 if twice else 1]:
            yield f"{one['name']} · {words} · 已办", str(one[part])


def _sectors(statement: Statement) -> Iterator[tuple[str, str]]:
    for one in statement["sectors"]:
        for name in ("events", "attendances", "materials"):
            yield f"{one['sector']} · {FIGURE_WORDS[name]}", str(one[name])
    for one in statement["held_at"]:
        yield f"本期合计 · 走进{one['register']}", str(one["count"])


def _named(task: dict[str, object]) -> Iterator[tuple[str, str]]:
    for part, words in (("held_at", "走进"), ("entries", "新批复")):
        for one in task[part]:  # type: ignore[attr-defined]
            yield f"{task['code']} {words}{one['register']}", str(one["count"])
    for one in task["outside"]:  # type: ignore[attr-defined]
        yield f"{task['code']} {one['source']} · {one['region']} · {one['month']}", str(one["amount"])
