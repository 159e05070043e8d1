"""The child in which strangers' files are read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
ASK = """import sys, app.limits, app.sheets.reading, app.reports.statements.word
print(sorted({"flask", "sqlalchemy"} & {*sys.modules}))"""


def test_the_child_that_reads_a_sheet_opens_no_house():
    found = subprocess.run([sys.executable, "-c", ASK], cwd=TOP, env={"PYTHONUTF8": "1"}, capture_output=True,
                           text=True, check=True)

    assert found.stdout == "[]\n"
