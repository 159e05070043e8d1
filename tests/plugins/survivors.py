"""When a worker's process dies, the run ends all the same and says so: its test is tried once more in a new process
and is red when it dies there too. xdist 3.8 alone waits for ever (its issues 1323, 1327, 1378)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

DIED = "died"
LONGEST = ("tests/browser/", "tests/test_crash.py", "tests/test_four_at_once.py", "tests/test_start.py",
           "tests/app/test_serve", "tests/app/test_demonstration.py", "tests/app/plans/test_plan_commands.py")


class Survivors(LoadScopeScheduling):
    """Files stay together; what a dead worker had done is not handed out again, and what it died of only once."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        self.deaths: Counter[str] = Counter()

    def remove_node(self, node: Any) -> str | None:
        units = self.assigned_work[node]
        left = [(unit, test) for unit in units.values() for test, is_done in unit.items() if not is_done]
        if left:
            unit, test = left[0]
            self.deaths[test] += 1
            super().remove_node(node)
            if self.deaths[test] > 1:
                unit[test] = True
        else:
            super().remove_node(node)
            return None
        for scope in [scope for scope, unit in self.workqueue.items() if all(unit.values())]:
            del self.workqueue[scope]
        return test

    def _reschedule(self, node: Any) -> None:
        if node in self.registered_collections:  # else it still looks what there is
            super()._reschedule(node)

    def schedule(self) -> None:
        super().schedule()
        for node in self.nodes:  # one that came later needs two units, or the word that there are no more
            self._reschedule(node)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With --no-loadscope-reorder: files that take long come first, then those with many tests, lest one process
    works alone at the end."""
    sizes = Counter(item.location[0] for item in items)
    items.sort(key=lambda item: (not item.nodeid.startswith(LONGEST), -sizes[item.location[0]], item.location[0]))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Survivors | None:
    return Survivors(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_handlecrashitem(crashitem: str, report: pytest.TestReport, sched: Any) -> None:
    if isinstance(sched, Survivors) and sched.deaths[crashitem] == 1:
        report.outcome = DIED  # type: ignore[assignment]


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    return (DIED, "D", "DIED") if report.outcome == DIED else None  # type: ignore[comparison-overlap]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.stats.get(DIED, []):
        terminalreporter.write_line(f"A process died under it, so it ran once more: {report.nodeid}", yellow=True)
