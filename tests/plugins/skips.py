"""Says in one line what was skipped and why; in CI a skipped test is a failed run."""

import os
from collections import Counter

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    if reasons(session.config) and os.environ.get("CI") == "true" and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if skipped := reasons(config):
        told = "; ".join(f"{count} × {reason}" for reason, count in skipped.most_common())
        verdict = " (in CI that is a failure)" if os.environ.get("CI") == "true" else ""
        terminalreporter.write_line(f"Skipped{verdict}: {told}", yellow=True)


def reasons(config: pytest.Config) -> Counter[str]:
    """How often each reason was given; empty in xdist's workers, whose reports go to the controller."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return Counter(report.longrepr[2].removeprefix("Skipped: ") for report in reports)
