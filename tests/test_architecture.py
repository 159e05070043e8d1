"""The rules of the house as tests. If one fails, the code is in the wrong room."""

from __future__ import annotations

import ast
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from app.accounts.access import NoRule, check_every_route, public, rule_of
from app.db import db, reading
from tests.factories import an_office, chen

TOP = Path(__file__).resolve().parent.parent
ROOMS = ("audit", "outbox", "accounts", "plans", "events", "signup", "feeds", "reminders", "reports")
TOOLS = {"db", "exporting", "clock", "errors", "files", "form_tokens", "forms", "headers", "languages",
         "legible", "limits", "net",
         "assets", "jobs", "made", "sheets", "contact", "workdays"}
ROOF = {"__init__", "look", "scheduling", "serve", "checking", "demonstration", "keeping", "views", "cli",
        "console"}


def modules(folder: str) -> list[Path]:
    return sorted((TOP / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module named by an import, wherever in the file it stands, but not for types alone."""
    for node in _outside_type_checking(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{one.name}" for one in node.names)


def _outside_type_checking(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            continue
        yield node
        yield from _outside_type_checking(node)


def room_of(path: Path) -> str:
    """`events`, `db`, or `roof` for what may look into any room."""
    parts = path.relative_to(TOP / "app").with_suffix("").parts
    if parts[-1] != "__init__" and ROOF & set(parts):
        return "roof"
    if parts == ("__init__",) or parts[0] in ROOF:
        return "roof"
    return parts[0]


def app_imports(path: Path) -> Iterator[tuple[str, str]]:
    """(room, rest) of each import from the application."""
    for name in imports(path):
        if name.startswith("app."):
            first, _, rest = name.removeprefix("app.").partition(".")
            yield first, rest


def test_a_room_imports_only_what_stands_to_its_left():
    wrong = []
    for path in modules("app"):
        room = room_of(path)
        if room not in ROOMS:
            continue
        right = set(ROOMS[ROOMS.index(room) + 1:])
        wrong += [f"{path.relative_to(TOP)} imports app.{first}.{rest}" for first, rest in app_imports(path)
                  if first in right or (first not in ROOMS and first not in TOOLS)]

    assert wrong == []


def test_the_shared_tools_know_no_room():
    wrong = [f"{path.relative_to(TOP)} imports app.{first}" for path in modules("app")
             if room_of(path) in TOOLS for first, _ in app_imports(path) if first not in TOOLS]

    assert wrong == []


def test_nobody_imports_the_roof_but_the_roof():
    wrong = []
    for path in modules("app"):
        if room_of(path) == "roof":
            continue
        wrong += [f"{path.relative_to(TOP)} imports app.{first}.{rest}" for first, rest in app_imports(path)
                  if {"views", "cli", "console"} & set(rest.split(".")) or first in ROOF - {"__init__"}]

    assert wrong == []


def test_calendars_stands_alone():
    wrong = [f"{path.relative_to(TOP)} imports {name}" for path in modules("calendars") for name in imports(path)
             if name.split(".")[0] in {"app", "config", "flask", "sqlalchemy", "icalendar"}]

    assert wrong == []


def test_no_page_asks_for_a_file_from_elsewhere():
    foreign = re.compile(
        r"""(?:src|href|action|srcset)\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import""")
    wrong = [f"{path.relative_to(TOP)}: {found[0]}"
             for path in sorted((TOP / "app").rglob("*")) if path.suffix in {".html", ".css", ".js", ".svg"}
             for found in foreign.finditer(path.read_text(encoding="utf-8"))]

    assert wrong == []


def test_no_template_holds_a_script_or_a_style():
    # JSON-LD is data: no browser executes it, and no policy asks about it (CSP 3, 4.2.3).
    inline = re.compile(r"<style|<script(?![^>]*(?:\bsrc=|/ld\+json))|\sstyle=|\son[a-z]+=\"", re.IGNORECASE)
    wrong = [f"{path.relative_to(TOP)}: {found[0].strip()}"
             for path in sorted((TOP / "app" / "templates").rglob("*.html")) if "letters" not in path.parts
             for found in inline.finditer(path.read_text(encoding="utf-8"))]

    assert wrong == []


def test_only_config_reads_the_environment():
    wrong = [str(path.relative_to(TOP)) for path in modules("app") + modules("calendars")
             if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
             and path.name != "serve.py"]

    assert wrong == []


def test_a_number_of_an_address_is_read_within_bounds():
    unbounded = re.compile(r"(?:args|form|values)\.get(?:list)?\([^\n]*\btype=int|\bint\(request\.")
    wrong = [str(path.relative_to(TOP)) for path in modules("app")
             if unbounded.search(path.read_text(encoding="utf-8"))]

    assert wrong == []


def test_only_the_door_asks_the_time():
    asking = re.compile(r"datetime\.(now|utcnow)\(|date\.today\(|time\.time\(")
    wrong = [str(path.relative_to(TOP)) for path in modules("app") + modules("calendars")
             if asking.search(path.read_text(encoding="utf-8")) and path.name != "clock.py"]

    assert wrong == []


def test_every_route_says_who_may_use_it(app):
    rules = {rule.endpoint: rule_of(app, rule.endpoint) for rule in app.url_map.iter_rules()}

    assert [endpoint for endpoint, rule in rules.items() if not rule] == []


def test_the_start_fails_when_a_route_says_nothing(make_app):
    app = make_app()
    app.add_url_rule("/bare", "bare", lambda: "")
    app.add_url_rule("/open", "open", public(lambda: ""))

    with pytest.raises(NoRule, match=r"/bare \(bare\)$"):
        check_every_route(app)


def test_a_get_cannot_write(either_app):
    db.session.commit()

    with reading(), pytest.raises(DBAPIError, match=r"readonly|read-only"):
        an_office()


def test_a_signed_in_get_waits_for_no_writer(app, signed_in):
    browser = signed_in(chen())
    lock = sqlite3.connect(Path(app.config["INSTANCE_PATH"]) / "wujin.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")

    answer = browser.get("/plans/2020")
    lock.execute("ROLLBACK")
    lock.close()

    assert answer.status_code == 404
