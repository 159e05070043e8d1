"""Statements of an older shape, as snapshots keep them: what they do not tell is empty, their numbers stand."""

from __future__ import annotations

from app.reports.statements.statement import Statement

_OF_A_TASK = {"asks_events": True, "top_events": [], "held_at": [], "entries": [], "outside": []}
_OF_A_MILESTONE = {"office": "", "note": "", "files": 0, "is_own": False}


def opened(kept: Statement) -> Statement:
    """In today's shape; what was kept is not touched, so that its digest still fits."""
    if kept["format"] > 1:
        return kept
    return kept | {
        "is_from_january": kept["starts_on"].endswith("-01-01"), "held_at": [],
        "sectors": [{"sector": name} for name in dict.fromkeys(task["sector"] for task in kept["tasks"])],
        "tasks": [_OF_A_TASK | task | {"milestones": [_OF_A_MILESTONE | step for step in task["milestones"]]}
                  for task in kept["tasks"]]}
