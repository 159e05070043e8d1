import re
import subprocess
import sys

import pytest

from calendars.entry import render_entry
from tests.calendars.examples import CALENDARS, GOLDEN, LECTURE


@pytest.mark.parametrize("name", CALENDARS)
def test_each_kind_of_calendar_keeps_its_bytes(name):
    expected = (GOLDEN / f"{name}.ics").read_bytes()

    assert CALENDARS[name] == expected


def test_every_golden_file_is_one_of_the_calendars():
    files = sorted(path.stem for path in GOLDEN.glob("*.ics"))

    assert files == sorted(CALENDARS)


@pytest.mark.parametrize("name", CALENDARS)
def test_every_calendar_is_made_of_short_lines_with_crlf_and_nothing_else(name):
    lines = CALENDARS[name].split(b"\r\n")

    assert lines.pop() == b""
    assert [line for line in lines if not 0 < len(line) <= 75] == []
    assert [line for line in lines if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)] == []


@pytest.mark.parametrize("name", CALENDARS)
def test_no_property_stands_empty_or_twice_in_an_entry(name):
    text = CALENDARS[name].replace(b"\r\n ", b"").decode()
    entries = re.findall(r"BEGIN:VEVENT\r\n(.*?)(?:BEGIN:VALARM|END:VEVENT)", text, re.DOTALL)
    names = [[re.split("[:;]", line)[0] for line in entry.splitlines()] for entry in entries]

    assert [line for line in text.splitlines() if line.endswith(":")] == []
    assert names == [list(dict.fromkeys(entry)) for entry in names]


def test_another_process_writes_the_same_bytes():
    code = (
        "import sys; from tests.calendars.examples import LECTURE, render_entry;"
        "sys.stdout.buffer.write(render_entry(LECTURE))"
    )

    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=30)

    assert other.stdout == render_entry(LECTURE)
