"""A number in an address that no table can hold, or that is none: a page or a sentence, never a fault."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app import create_app
from app.accounts.models import Role
from tests.conftest import settings
from tests.matrix.table import ABOVE, TABLE
from tests.matrix.world import World

TOP = Path(__file__).resolve().parent.parent
VALUES = ("99999999999999999999", "2147483648", "-1", "-99999999999999999999", "0", "x", "")
READS = {  # by module: the pages through which each of its numbers is read
    "accounts/views/reach.py": {"event": "accounts.reach", "organization": "accounts.reach"},
    "accounts/views/settings.py": {"office": "accounts.settings"},
    "accounts/views/staff.py": {"page": "accounts.staff", "unit": "accounts.new_person"},
    "audit/views/pages.py": {"before": "audit.audit"},
    "events/views/board.py": {"page": "board.calendar"},
    "events/views/console.py": {"page": "console.events"},
    "outbox/views/letters.py": {"page": "outbox.letters"},
    "outbox/views/wordings.py": {"office": "outbox.wordings"},
    "plans/console.py": {"year": "console_plans.show"},
    "plans/views/comparing.py": {"year": "console_plans.compare", "with": "console_plans.compare_sheet"},
    "plans/views/indicator.py": {"page": "console_plans.indicator_rows"},
    "plans/views/next_year.py": {"year": "console_plans.next_year"},
    "plans/views/outside.py": {"figure": "console_plans.outside_figures"},
    "plans/views/plan_import.py": {"year": "console_plans.import_plan"},
    "plans/views/programmes.py": {"page": "console_plans.programme", "year": "console_plans.programmes"},
    "plans/views/registers.py": {"page": "console_plans.register"},
    "plans/views/results.py": {"year": "console_plans.results"},
    "reports/views/board.py": {"office": "leaders.show", "year": "leaders.show"},
    "reports/views/desk.py": {"office": "returns.index"},
    "reports/views/reporting.py": {"office": "reports.index"},
    "reports/views/slips.py": {"page": "slips.index"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory, empty_database):
    folder = tmp_path_factory.mktemp("numbers")
    shutil.copy(empty_database, folder / "wujin.db")
    app = create_app(**settings(folder))
    app.config["WTF_CSRF_ENABLED"] = False
    made = World(app)
    yield made
    made.let_go()


@pytest.mark.parametrize(("name", "endpoint"), [pair for reads in READS.values() for pair in reads.items()])
def test_a_number_no_table_can_hold_is_no_fault_of_the_page(world, name, endpoint):
    row = TABLE["GET", endpoint]
    row = replace(row, args={one: what for one, what in row.args.items() if one != name})
    role = next((one for one in Role if one in row.roles), Role.ORGANIZER)

    browser, address = world.browser((role, ABOVE)), world.address(endpoint, row)
    address += ("&" if "?" in address else "?") + ("view=list&" if endpoint == "board.calendar" else "")
    codes = {value: browser.get(f"{address}{name}={value}").status_code for value in VALUES}

    assert {value: code for value, code in codes.items() if code not in (200, 302, 400, 404)} == {}


def test_every_number_of_an_address_is_asked_above():
    reading = re.compile(r'number_in\(request\.\w+, "(\w+)"')
    found = {str(path.relative_to(TOP / "app")): set(names) for path in sorted((TOP / "app").rglob("*.py"))
             if (names := reading.findall(path.read_text(encoding="utf-8")))}

    assert found == {module: set(reads) for module, reads in READS.items()}
