"""The run of the tests itself: a process that dies under a test neither hangs the run nor hides."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
FIRST_TIME_ONLY = "\n    if not mark.exists():\n        mark.touch()\n        os.abort()\n"


def run(folder: Path, dies: str) -> tuple[int, str]:
    for number in range(4):
        (folder / f"test_{number}.py").write_text("".join(f"def test_{one}():\n    pass\n" for one in range(3)))
    (folder / "test_last.py").write_text(
        f"import os\nimport pathlib\n\ndef test_dies():\n    mark = pathlib.Path({str(folder / 'mark')!r}){dies}")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.plugins.survivors", "-n", "2",
         "--dist", "loadscope", "--rootdir", str(folder), str(folder)],
        cwd=TOP, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout


def test_what_a_process_died_of_runs_once_more_and_the_run_says_so(tmp_path: Path) -> None:
    code, told = run(tmp_path, FIRST_TIME_ONLY)

    assert (code, "13 passed, 1 died" in told) == (0, True), told
    assert "A process died under it, so it ran once more: test_last.py::test_dies" in told


def test_what_dies_twice_is_red_and_the_rest_ran(tmp_path: Path) -> None:
    code, told = run(tmp_path, "\n    os.abort()\n")

    assert (code, "1 failed, 12 passed, 1 died" in told) == (1, True), told
