"""What reads otherwise in two statements of one period: each number by the words that name it."""

from __future__ import annotations

from collections.abc import Iterator

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


def numbers(statement: Statement, shape: int = 0) -> dict[str, str]:
    """Every number by the words that name it; `shape`: of those alone that a statement of that format tells."""
    return dict(_numbers(statement, shape or statement["format"]))


def _numbers(statement: Statement, shape: int) -> Iterator[tuple[str, str]]:
    # From January on what the period brought is what the year brought: said once since the second shape.
    twice = shape == 1 or not statement["starts_on"].endswith("-01-01")
    for part, words in (("whole", "本期合计"), ("to_date", "年初至今"))[:2 if twice else 1]:
        for name, value in statement[part].items():
            yield f"{words} · {FIGURE_WORDS[name]}", str(value)
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


def _named(task: dict[str, object]) -> Iterator[tuple[str, str]]:
    for part, words in (("held_at", "走进"), ("entries", "新批复")):
        for one in task[part]:  # type: ignore[attr-defined]
            yield f"{task['code']} {words}{one['register']}", str(one["count"])
    for one in task["outside"]:  # type: ignore[attr-defined]
        yield f"{task['code']} {one['source']} · {one['region']} · {one['month']}", str(one["amount"])
