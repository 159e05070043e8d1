import pytest

pytest_plugins = ["pytester"]

RUNNING = "def test_runs(): pass"
SKIPPING = f"""{RUNNING}
import pytest
@pytest.mark.skip(reason='no browser')
def test_waits(): pass
"""


@pytest.fixture(autouse=True)
def bare_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    # The run inside the run must not start a second Playwright.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, code: str) -> pytest.RunResult:
    pytester.makepyfile(code)
    return pytester.runpytest_inprocess("-p", "tests.plugins.skips")


def test_a_skipped_test_fails_the_run_in_ci_and_says_why(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")

    result = run(pytester, SKIPPING)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["Skipped (in CI that is a failure): 1 × no browser"])


def test_a_skipped_test_is_told_at_home_and_fails_nothing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)

    result = run(pytester, SKIPPING)

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["Skipped: 1 × no browser"])


def test_a_run_without_skips_passes_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")

    assert run(pytester, RUNNING).ret == pytest.ExitCode.OK
