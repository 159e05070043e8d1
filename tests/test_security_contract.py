"""The security contract, line by line: of each line what is its heart. Other tests try each in more ways."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from types import FunctionType

import pytest
import time_machine
from flask import Response
from openpyxl import load_workbook
from sqlalchemy import UniqueConstraint, delete, func, inspect, select, update
from sqlalchemy.exc import DBAPIError

import config
from app import limits, net
from app.accounts import setup
from app.accounts.access import NoRule, check_every_route
from app.accounts.browsers import WebSession
from app.accounts.links import SignInLink
from app.accounts.models import Grant, Person, Role
from app.audit import recording
from app.audit.models import AuditRow
from app.clock import now
from app.db import db, reading
from app.events.models import Event
from app.exporting import Sheet, csv_of, xlsx_of
from app.feeds.tokens import FeedToken, Holding
from app.outbox.letter import filled
from app.outbox.models import Delivery
from app.signup.enrolling import enrol
from app.signup.models import Enrolment, EventFull
from tests.app.accounts.entering import NEW, NOW, chen_with_password, is_in, sign_in
from tests.app.signup.test_the_last_seat import all_at_once
from tests.conftest import settings
from tests.factories import a_city_office, a_person, an_event, an_office, chen, wang
from tests.sheets import as_xlsx, with_part

APP = Path(config.__file__).parent / "app"

LINES = {
    1: "every route declares a permission; GET never writes; loading is scoped, strangers get 404",
    2: "input is UTF-8 without NUL or control characters, capped; else 400, 413, 422, never 5xx",
    3: "no markup of users is ever markup; one policy without inline scripts; private pages are not stored",
    4: "GET changes no row of the domain; sessions on the server, new at sign-in, ended at every change",
    5: "the same answer for known and unknown; five and thirty tries; forwarded addresses not believed",
    6: "links in letters from BASE_URL; places by fixed names; letters in the transaction of their cause",
    7: "imports only under caps and without DTD, in a limited child; one fetcher for what lies outside",
    8: "sign-up in one transaction that locks the event; keys in the schema; an answer only after commit",
    9: "tokens of 256 bits, kept as hashes, in no log; calendars through one writer",
    10: "sheets leave through one writer that lets no formula out",
    11: "every change, sign-in and export in an append-only chain; personal data masked; a person's own erasure",
    12: "no password and no key to begin with; debugging refused; one screen and /healthz show the state",
}


def contract(line: int) -> pytest.MarkDecorator:
    return pytest.mark.contract(line)


def sign_up(client, event, **words):
    return client.post(f"/events/{event.id}/signup", data={
        "name": "李老师", "contact": "li@example.org", "consent": "y"} | words)


@pytest.fixture
def open_event(app):
    event = an_event(takes_enrolments=True, capacity=5, starts_at=now() + timedelta(days=9))
    db.session.commit()
    return event


# ---------------------------------------------------------------- 1


@contract(1)
def test_a_route_without_a_permission_stops_the_start(make_app):
    app = make_app()
    app.add_url_rule("/open-by-mistake", "mistake", lambda: "open")

    with pytest.raises(NoRule, match="open-by-mistake"):
        check_every_route(app)


@contract(1)
def test_a_get_cannot_write_whatever_a_view_tries(either_app):
    db.session.rollback()

    with reading(), pytest.raises(DBAPIError, match=r"readonly|read-only"):
        an_office("偷偷建的单位")
    db.session.rollback()


@contract(1)
@pytest.mark.parametrize("ask", [
    lambda browser, id: browser.get(f"/console/events/{id}"),
    lambda browser, id: browser.get(f"/events/{id}"),
    lambda browser, id: browser.post(f"/console/events/{id}/publication")])
def test_to_a_stranger_an_event_of_others_is_not_there(signed_in, ask):
    draft = an_event("成都的草稿", organization=a_city_office("成都"), published=False)
    stranger = signed_in(wang())

    assert ask(stranger, draft.id).status_code == ask(stranger, 2**31 - 1).status_code == 404
    assert draft.state == "draft"


# ---------------------------------------------------------------- 2


@contract(2)
@pytest.mark.parametrize(("body", "kind", "status"), [
    (b"name=%FF%FE&contact=li@example.org&consent=y", "application/x-www-form-urlencoded", 400),
    (b"name=\xed\xa0\x80&contact=li@example.org&consent=y", "application/x-www-form-urlencoded", 400),
    (b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xc0\xaf\r\n--b--\r\n',
     "multipart/form-data; boundary=b", 400),
    (b"name=" + b"a" * 500_000 + b"&contact=li@example.org&consent=y", "application/x-www-form-urlencoded", 422),
    (b"name=%E6%9D%8E%0D%0ABcc:x&contact=li@example.org&consent=y", "application/x-www-form-urlencoded", 422),
    (b"name=%E6%9D%8E%C2%85%E6%9D%8E&contact=li@example.org&consent=y", "application/x-www-form-urlencoded", 422),
    (b"&".join(b"f%d=x" % number for number in range(100_000)), "application/x-www-form-urlencoded", 413),
    (b"x" * (16 * 1024 * 1024 + 1), "application/x-www-form-urlencoded", 413)],
    ids=["no UTF-8", "a surrogate", "overlong in a part", "too long", "a line break", "a control sign",
         "a flood of fields", "too large"])
def test_a_form_that_cannot_be_read_is_refused_and_writes_nothing(client, open_event, body, kind, status):
    answer = client.post(f"/events/{open_event.id}/signup", data=body, content_type=kind)

    assert (answer.status_code, db.session.scalar(select(func.count(Enrolment.id)))) == (status, 0)


@contract(2)
@pytest.mark.parametrize("query", ["q=%FF", "q=%C0%AF", "%ED%A0%80=1", "q=%00", "q=a%00b"])
@pytest.mark.parametrize("path", ["/", "/calendar.ics"])
def test_an_address_that_cannot_be_read_is_refused(client, path, query):
    assert client.get(f"{path}?{query}").status_code == 400


@contract(2)
def test_an_address_with_a_flood_of_fields_is_told_to_be_too_long(client):
    answer = client.get("/?" + "&".join(["kind=lecture"] * 4000))

    assert (answer.status_code, "网址太长" in answer.text, "16 MB" in answer.text) == (414, True, False)


@contract(2)
def test_search_engines_are_kept_from_the_console_and_from_addresses_that_are_keys(client):
    answer = client.get("/robots.txt")

    assert (answer.status_code, answer.content_type, answer.text) == (
        200, "text/plain; charset=utf-8", "User-agent: *\nDisallow: /console/\nDisallow: /t/\n")


@contract(2)
def test_brackets_thousands_deep_break_nothing(make_app):
    app = make_app(BASE_URL="https://localhost")  # where a passkey may be made
    with app.app_context():
        chen_with_password()
        client = app.test_client()
        sign_in(client)
        client.get("/console/me/passkeys/new")  # asks, so that there is something to answer

        answer = client.post("/console/me/passkeys/new", data={"name": "钥匙", "answer": "[" * 19_000})

        assert 400 <= answer.status_code < 500
        db.session.remove()


# ---------------------------------------------------------------- 3


@contract(3)
def test_markup_in_what_people_write_is_shown_as_they_wrote_it(client, app):
    event = an_event("<b onclick=alert(1)>讲座</b>", description="<script>alert(1)</script>",
                     speaker="<img src=x onerror=alert(1)>", starts_at=now() + timedelta(days=3))
    db.session.commit()

    pages = [client.get(path).text for path in (f"/events/{event.id}", "/?view=list")]

    assert ["<script>alert" in page or "<img src=x" in page or "<b onclick" in page for page in pages] == [False] * 2
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[0]


@contract(3)
def test_no_template_trusts_words_and_none_runs_what_stands_in_a_page():
    # A data block is not run (HTML, 4.12.1); how its words are written has a test of its own.
    inline = re.compile(r"<script(?![^>]*(?:\bsrc=|/ld\+json))|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)
    templates = [path for path in (APP / "templates").rglob("*.html") if "letters" not in path.parts]

    assert [path.name for path in templates if inline.search(path.read_text(encoding="utf-8"))] == []


@contract(3)
def test_every_answer_carries_the_policy_and_private_pages_are_not_stored(client, signed_in, open_event):
    ticket = sign_up(client, open_event).location
    answers = [client.get("/"), client.get("/nothing"), signed_in(chen()).get("/console/"), client.get(ticket)]

    policies = [answer.headers["Content-Security-Policy"] for answer in answers]
    assert [{part for part in (
        "default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
        "form-action 'self'") if part not in policy} for policy in policies] == [set()] * 4
    assert [(answer.headers["X-Content-Type-Options"], answer.headers["Referrer-Policy"])
            for answer in answers] == [("nosniff", "same-origin")] * 4
    assert [answer.headers["Cache-Control"] for answer in answers[2:]] == ["private, no-store"] * 2


# ---------------------------------------------------------------- 4


@contract(4)
def test_reading_every_kind_of_page_changes_no_row_of_the_domain(client, signed_in, open_event):
    browser = signed_in(chen())
    ticket = sign_up(client, open_event).location
    link, token = SignInLink.issue(chen_in_city(), now())
    db.session.add(link)
    db.session.commit()
    before = rows()

    for path in ("/", f"/events/{open_event.id}", f"{ticket}", f"{ticket}/erasure", f"/sign-in/{token}",
                 "/calendar.ics", "/plans/", f"/events/{open_event.id}.ics"):
        client.get(path)
    for path in ("/console/", "/console/events", f"/console/events/{open_event.id}/cancellation", "/console/me"):
        browser.get(path)

    assert rows() == before


def chen_in_city() -> Person:
    return a_person("He", Role.ORGANIZER, a_city_office("成都"))


def rows() -> dict[str, list[str]]:
    """Every row, but of what reading may leave behind."""
    # When a browser was last seen, and when a ticket was: kept beside what they are about.
    tables = [table for table in db.metadata.sorted_tables if table.name not in ("web_session", "ticket_opening")]
    return {table.name: sorted(repr(tuple(row)) for row in db.session.execute(select(table))) for table in tables}


@contract(4)
def test_a_session_lies_on_the_server_and_its_cookie_can_be_read_by_no_script(make_app):
    app = make_app(BASE_URL="https://wujin.test")
    with app.app_context():
        chen_with_password()
        browser = app.test_client()
        browser.set_cookie("wujin_id", "chosen by somebody else")
        answer = sign_in(browser)
        cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("wujin_id="))
        token = cookie.partition("=")[2].partition(";")[0]

        assert (len(token) >= 43, token == "chosen by somebody else") == (True, False)  # 256 bits
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
        assert token not in {one.id_hash for one in db.session.scalars(select(WebSession))}
        db.session.remove()


@contract(4)
def test_a_session_ends_with_signing_out_time_a_password_another_role_and_leaving(app):
    with time_machine.travel(NOW, tick=False) as clock:
        person = chen_with_password()
        ends = {
            "signing out": lambda browser: browser.post("/sign-out"),
            "half an hour": lambda browser: clock.shift(timedelta(minutes=31)),
            "another role": lambda browser: person.give(Role.REVIEWER, an_office(), now()),
            "a new password": lambda browser: another_browser(app).post("/console/me/password", data={
                "current": "correct horse battery", "password": NEW, "again": NEW}),
            "leaving": lambda browser: person.deactivate(now()),
        }
        left = []
        for name, end in ends.items():
            browser = another_browser(app)
            copied = browser.get_cookie("wujin_id").value
            was_in = is_in(browser)
            end(browser)
            db.session.commit()
            browser.set_cookie("wujin_id", copied)
            left += [name] if not was_in or is_in(browser) else []

    assert left == []


def another_browser(app):
    browser = app.test_client()
    if sign_in(browser).status_code != 302:
        sign_in(browser, NEW)
    return browser


# ---------------------------------------------------------------- 5


@contract(5)
def test_known_and_unknown_get_the_same_answers(client, app, open_event):
    chen_with_password()

    def answers(account):
        return [without_token(sign_in(client, "wrong words here", account=account)),
                without_token(client.post("/sign-in/recovery", data={"account": account}))]

    known, unknown = answers("chen@example.org"), answers("nobody@example.org")
    first, other = (sign_up(app.test_client(), open_event, contact=one) for one in (
        "chen@example.org", "nobody@example.org"))

    assert [(status, text.replace("chen@", "x@")) for status, text in known] == [
        (status, text.replace("nobody@", "x@")) for status, text in unknown]
    assert (first.status_code, re.sub(r"/t/.+", "/t/…", first.location)) == (
        other.status_code, re.sub(r"/t/.+", "/t/…", other.location)) == (303, "/t/…")


def without_token(answer: Response) -> tuple[int, str]:
    return answer.status_code, re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", answer.text)


@contract(5)
@pytest.mark.parametrize("account", ["chen@example.org", "nobody@example.org"])
def test_the_sixth_try_on_an_account_waits_wherever_it_comes_from(client, account):
    chen_with_password()

    codes = [client.post("/sign-in", data={"account": account, "password": "wrong words"}, headers={
        "X-Forwarded-For": f"192.0.2.{number}"}).status_code for number in range(6)]

    assert codes == [422] * 5 + [429]


@contract(5)
def test_one_network_has_thirty_tries_and_a_forwarded_address_is_not_believed(client, app):
    codes = [client.post("/sign-in", data={"account": f"n{number}@example.org", "password": "wrong words"},
                         headers={"X-Forwarded-For": f"192.0.2.{number}"},
                         environ_base={"REMOTE_ADDR": f"2001:db8::{number:x}"}).status_code for number in range(31)]

    assert codes == [422] * 30 + [429]


# ---------------------------------------------------------------- 6


@contract(6)
def test_a_letters_links_come_from_the_setting_whatever_host_is_asked_for(client, open_event):
    client.post(f"/events/{open_event.id}/signup", data={
        "name": "李老师", "contact": "li@example.org", "consent": "y"},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})

    letter = db.session.scalars(select(Delivery)).one()
    words = letter.content.text + letter.content.html + json.dumps(letter.fields)

    assert set(re.findall(r"https?://([^/\s\"'<]+)", words)) == {"wujin.test"}


@contract(6)
def test_places_in_letters_have_fixed_names_and_reach_into_nothing():
    words = "{{name}} {name.__class__} {{name.__class__}} {{config}} %(name)s {0}"

    assert filled(words, {"name": "{{secret}}", "secret": "x"}) == (
        "{{secret}} {name.__class__} {{name.__class__}}  %(name)s {0}")


@contract(6)
def test_a_letter_is_there_exactly_if_its_cause_is(either_app):
    event = an_event(takes_enrolments=True, capacity=5)
    enrol(event, name="李老师", email="li@example.org", as_of=event.created_at)
    db.session.flush()
    db.session.rollback()
    undone = db.session.scalar(select(func.count(Delivery.id)))

    event = an_event(takes_enrolments=True, capacity=5)
    enrol(event, name="李老师", email="li@example.org", as_of=event.created_at)
    db.session.commit()

    assert (undone, db.session.scalar(select(func.count(Delivery.id)))) == (0, 1)


# ---------------------------------------------------------------- 7


@contract(7)
@pytest.mark.parametrize("part", [
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst>&a;</sst>',
    b" " * (60 * 1024 * 1024)], ids=["DTD", "bomb"])
def test_a_sly_sheet_is_refused_by_the_child_that_reads_it(part):
    with pytest.raises(limits.Unfit, match=r"DTD|打开后太大"):
        limits.run("app.sheets:read", {}, with_part(as_xlsx([["姓名"]]), "xl/sharedStrings.xml", part),
                   told=lambda done, total: None)


@contract(7)
def test_nothing_fetches_what_users_name():
    asks = re.compile(r"^\s*(?:import|from) (?:requests|httpx|aiohttp|urllib\.request|http\.client|urllib3)\b", re.M)
    found = [str(path.relative_to(APP)) for path in sorted(APP.rglob("*.py"))
             if asks.search(path.read_text(encoding="utf-8"))]

    # The office's own provider stands in the settings.
    assert [one for one in found if one != "net.py"] == ["accounts/oidc.py"]


@contract(7)
@pytest.mark.parametrize(("address", "leads_to"), [
    ("https://127.0.0.1/", None), ("https://[::ffff:7f00:1]/", None), ("https://2130706433/", None),
    ("https://calendar.example.org/", ["10.0.0.1"]), ("https://calendar.example.org/", ["1.1.1.1", "::1"]),
    ("https://calendar.example.org/", ["169.254.169.254"])])
def test_the_one_fetcher_goes_nowhere_inside_whatever_the_address_looks_like(address, leads_to):
    with pytest.raises(net.NotPublic):
        net.fetch(address, resolve=leads_to and (lambda host, port: leads_to))


@contract(7)
@pytest.mark.parametrize("address", [
    "http://calendar.example.org/", "file:///etc/passwd", "https://u:p@calendar.example.org/",
    "https://calendar.example.org:22/"])
def test_the_one_fetcher_speaks_https_alone_and_carries_no_password(address):
    with pytest.raises(net.BadAddress):
        net.fetch(address, resolve=lambda host, port: ["1.1.1.1"])


# ---------------------------------------------------------------- 8


@contract(8)
def test_two_who_press_at_once_for_the_last_seat_are_one_who_gets_it(either_app):
    event_id = an_event(takes_enrolments=True, capacity=1).id
    db.session.commit()
    db.session.remove()

    def press(number):
        event = db.session.get_one(Event, event_id)
        enrol(event, name=f"学员{number}", email=f"demo{number}@example.org", as_of=event.created_at)
        return "enrolled"

    assert Counter(all_at_once(either_app, 4, press)) == {"enrolled": 1, EventFull.__name__: 3}


@contract(8)
def test_one_person_has_one_seat_by_the_schema_itself(app):
    keys = {tuple(one["column_names"]) for one in inspect(db.engine).get_unique_constraints("enrolment")}
    declared = {tuple(column.name for column in one.columns) for one in Enrolment.__table__.constraints
                if isinstance(one, UniqueConstraint)}
    indexes = {tuple(one["column_names"]) for one in inspect(db.engine).get_indexes("enrolment") if one["unique"]}

    assert ("event_id", "contact", "name_key") in keys | declared | indexes


@contract(8)
def test_nobody_is_told_of_a_seat_that_could_not_be_kept(client, app, open_event):
    def fail(changes):
        raise RuntimeError("a room that follows is broken")

    app.extensions["wujin.followers"].append(fail)
    answer = sign_up(client, open_event)

    assert (answer.status_code, answer.location) == (500, None)
    assert [db.session.scalar(select(func.count()).select_from(one)) for one in (Enrolment, Delivery)] == [0, 0]


# ---------------------------------------------------------------- 9


@contract(9)
def test_a_tickets_token_has_256_bits_lies_nowhere_and_is_read_by_nobody_else(client, open_event):
    address = sign_up(client, open_event).location
    token = address.rpartition("/")[2]
    page = client.get(address)

    assert len(token) >= 43
    assert [name for name, found in rows().items() if any(token in row for row in found)] == []
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"], page.headers["Referrer-Policy"]) == (
        "private, no-store", "noindex, nofollow", "same-origin")


@contract(9)
def test_a_feeds_token_has_256_bits_lies_nowhere_and_stays_in_one_calendar(client):
    _made, token = FeedToken.issue(chen(), "我的", [Holding.MINE], now())
    answer = client.get(f"/f/{token}.ics")

    assert len(token) >= 43
    assert [name for name, found in rows().items() if any(token in row for row in found)] == []
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"], answer.headers["Referrer-Policy"]) == (
        "private, no-cache", "noindex", "no-referrer")


@contract(9)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x85", "\u2028"])
def test_nothing_in_a_title_makes_a_line_of_a_calendar(client, app, end):
    an_event(f"讲座{end}END:VEVENT{end}BEGIN:VEVENT{end}SUMMARY:假的", starts_at=now() + timedelta(days=3))
    db.session.commit()

    lines = client.get("/calendar.ics").text.split("\r\n")

    assert (lines.count("BEGIN:VEVENT"), [one for one in lines if one.startswith("SUMMARY:假的")]) == (1, [])
    assert re.search("[\n\r\x85\u2028]", "".join(lines)) is None


# ---------------------------------------------------------------- 10

FORMULAS = ["=cmd|' /C calc'!A0", "\t=1", "＝1", "+1", "-1", "@SUM(A1)", " =1", "\r=1", "|calc"]


@contract(10)
def test_no_formula_leaves_in_a_sheet_of_either_kind():
    cells = next(csv.reader(io.StringIO(csv_of([FORMULAS]).decode("utf-8-sig"), newline="")))
    page = load_workbook(io.BytesIO(xlsx_of(Sheet("表", [["头"], FORMULAS])))).active

    assert cells == [f"'{one}" for one in FORMULAS]
    assert {cell.data_type for cell in page[2]} == {"s"}


@contract(10)
def test_nobody_else_writes_sheets():
    writes = re.compile(r"csv\.(?:Dict)?[wW]riter|xlsxwriter|Workbook\(")
    found = [str(path.relative_to(APP)) for path in sorted(APP.rglob("*.py"))
             if writes.search(path.read_text(encoding="utf-8"))]

    assert found == ["exporting.py"]


# ---------------------------------------------------------------- 11


@contract(11)
def test_a_change_a_sign_in_and_an_export_each_leave_a_row(app, signed_in):
    desk = signed_in(a_person("Ke", Role.AUDITOR, an_office()))
    an_event("讲座")
    db.session.commit()
    desk.post("/console/audit/export")

    assert {"published", "signed_in", "audit_exported"} <= set(db.session.scalars(select(AuditRow.what)))


@contract(11)
@pytest.mark.parametrize("statement", [update(AuditRow).values(after="{}"), delete(AuditRow)])
def test_no_row_is_altered_or_deleted_and_the_chain_would_tell(either_app, statement):
    an_event()
    db.session.commit()
    recording.seal()
    db.session.commit()

    with pytest.raises(DBAPIError, match="neither altered nor deleted"):
        db.session.execute(statement)
    db.session.rollback()
    assert recording.verify() == []


@contract(11)
def test_lists_mask_people_and_a_persons_ticket_erases_him_from_the_audit_too(client, signed_in, open_event):
    ticket = sign_up(client, open_event, contact="13800001234").location
    desk = signed_in(chen())
    shown = desk.get(f"/console/events/{open_event.id}").text
    client.post(f"{ticket}/erasure", data={"sure": "y"})

    assert ("138****1234" in shown, "13800001234" in shown) == (True, False)
    assert [row for found in rows().values() for row in found if "13800001234" in row or "李老师" in row] == []
    assert "personal" not in recording.personal_of(db.session.scalars(
        select(AuditRow).where(AuditRow.subject_type == "Enrolment")).all())


# ---------------------------------------------------------------- 12


@contract(12)
def test_nobody_begins_with_a_password_but_with_a_link_that_works_once(app):
    root = setup.found(office="演示省知识产权中心", region="四川", as_of=now())
    person = setup.first_administrator(root, name="Chen", email="chen@example.org", as_of=now())
    link, token = SignInLink.issue(person, now())
    db.session.add(link)
    db.session.commit()

    codes = [app.test_client().post(f"/sign-in/{token}").status_code for _ in range(2)]

    assert (person.password, codes) == (None, [302, 410])
    assert db.session.scalar(select(func.count(Grant.id))) == 1


@contract(12)
@pytest.mark.parametrize(("changes", "is_debug", "fault"), [
    ({"SECRET_KEY": "k" * 48}, False, "easily guessed"), ({"BASE_URL": "http://wujin.example.org"}, False, "https"),
    ({}, True, "FLASK_DEBUG")])
def test_no_start_before_the_public_with_a_known_key_in_clear_or_debugging(tmp_path, changes, is_debug, fault):
    fit = {"SECRET_KEY": "Zx8-q2Lw_0vRt6YpNc3Bm5Kd9Hf1Js7GaUe4Qi", "BASE_URL": "https://wujin.example.org"}

    with pytest.raises(config.SettingError, match=fault):
        config.refuse_unfit(config.load(settings(tmp_path) | fit | changes), is_debug=is_debug)


@contract(12)
def test_one_command_and_one_address_show_the_state(app, client):
    said = app.test_cli_runner().invoke(args=["check"]).output
    health = client.get("/healthz").json

    assert [word for word in ("secret", "encryption", "debug", "scheduler", "backup") if word not in said] == []
    assert {"database", "disk", "outbox", "scheduler"} <= health.keys()


# ---------------------------------------------------------------- all of them


def test_every_line_of_the_contract_has_a_test_that_names_it():
    named = Counter(mark.args[0] for test in globals().values() if isinstance(test, FunctionType)
                    for mark in getattr(test, "pytestmark", []) if mark.name == "contract")

    assert set(LINES) <= named.keys()
    assert named.keys() <= set(LINES)
