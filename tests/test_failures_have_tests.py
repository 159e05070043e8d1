"""docs/failures.md promises a test for each thing that may fail: it is there under that name."""

import ast
import re
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"(?m)^\| (?!what fails|---)")


def test_each_row_names_a_test_that_is_there():
    words = (TOP / "docs" / "failures.md").read_text()
    named = NAMED.findall(words)

    missing = [f"{path}::{name}" for path, name in named if name not in _tests_of(TOP / path)]

    assert missing == []
    assert len(named) == len(ROW.findall(words))


def _tests_of(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {one.name for one in ast.parse(path.read_text()).body if isinstance(one, ast.FunctionDef)}
