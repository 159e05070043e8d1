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
    told = in_another_process(
        "from tests.calendars.examples import LECTURE, render_entry;"
        "sys.stdout.buffer.write(render_entry(LECTURE))"
    )

    assert told == render_entry(LECTURE)


def test_writing_a_calendar_needs_neither_the_web_nor_a_database_nor_a_parser():
    told = in_another_process(
        "import tests.calendars.examples;"
        "loaded = {name.partition('.')[0] for name in sys.modules};"
        "print(*sorted(loaded & {'app', 'calendars', 'flask', 'icalendar', 'sqlalchemy', 'vobject'}))"
    )

    assert told.split() == [b"calendars"]


def in_another_process(code: str) -> bytes:
    # With another order of hashes, which must not show.
    return subprocess.run(
        [sys.executable, "-c", f"import sys; {code}"],
        capture_output=True,
        check=True,
        cwd=GOLDEN.parents[2],
        env={"PYTHONHASHSEED": "7"},
        timeout=30,
    ).stdout
