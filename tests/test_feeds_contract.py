"""The contract of calendars and invitations, line by line: the heart of each, on feeds as they are served.

Other tests hold lines too, and name them by the same marker: `@pytest.mark.feeds(11, 12)`.
"""

from __future__ import annotations

import ast
import gzip
import re
import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, quote

import pytest
import time_machine
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from app.accounts.links import hashed
from app.db import acting_as, db
from app.events.span import Span
from app.events.words import EventKind
from app.feeds.models import FeedEntry
from app.feeds.saved import SavedSlice
from app.feeds.slices import Slice
from app.feeds.tokens import FeedToken, Holding
from app.keeping.logs import without_keys
from app.signup.enrolling import enrol
from tests.app.feeds.reading import AN_HOUR_ON, fetch, read
from tests.app.plans.keeping import a_programme
from tests.calendars.readers import READERS
from tests.conftest import AS_OF, close, opened, settings
from tests.factories import a_city_office, a_plan, a_task, an_event, an_office, chen, wang

LINES = {
    1: "UTF-8 without BOM, CRLF everywhere, no blank line, no control character, 75 octets a line, whole characters",
    2: "one VCALENDAR that says its version and product first, and no METHOD",
    3: "named after its slice, with zone, source and colour; no key is a source",
    4: "asks to be looked at again in an hour, in both dialects",
    5: "Asia/Shanghai is defined always, and every zone in use once",
    6: "one UID for good, the same in feeds, files and letters",
    7: "each entry says what it must, and everything at most once",
    8: "DTSTAMP is the last published change and never now",
    9: "SEQUENCE rises with every published change and never falls",
    10: "the same bytes until something changes, in order of start and UID",
    11: "what is cancelled stays for its time and says so",
    12: "what was public and is no more is cancelled; drafts never appear; what leaves a filter leaves",
    13: "hours are told in a zone, never floating, and end after they begin",
    14: "days are told as days, the end excluded; they and campaigns leave time free",
    15: "text is escaped once, without markup, and nothing is empty",
    16: "addresses are absolute and ASCII, with VALUE where it is due, and nothing is inlined",
    17: "one line of categories; the city stands in the place; a position where it is known",
    18: "no attendee, no alarm unasked, nobody's data, no key",
    19: "a stated window, and a page that says how large the feed is",
    20: "the headers of a calendar, no cookie and no way to a login page",
    21: "304 for who has it, and HEAD as GET",
    22: "a sentence instead of a calendar where something is wrong",
    23: "filters unite and intersect, and equal ones give equal bytes",
    24: "each entry is rendered once, and 304 renders nothing",
    25: "keys are long, hashed, taken back, hidden and limited, and open what may be seen now",
    26: "every way to subscribe on one page, and a file for one event",
    27: "three parsers agree on every kind of feed after every kind of change",
    29: "the calendar is the last alternative of a letter, and attached once more",
    30: "the method is said alike in both places",
    31: "one UID a letter, as the feed has it at that moment",
    32: "from the organizer to the one attendee, and nobody else is named",
    33: "an update has a higher sequence, and comes for what matters and is not past",
    34: "CANCEL in both places, to everybody or to who withdrew",
    36: "no answer is awaited by mail; links show, and forms act",
    37: "what nobody need get is stopped by one click, without cookie or form, and looking stops nothing",
    38: "no header can be put in; every letter is dated, known by its id and under its first",
    39: "the plain words say everything",
    40: "golden letters are read by two mail parsers and a calendar parser",
}
ELSEWHERE = {28: "make clients", 35: "no replies by mail are read"}

LATER = AS_OF + timedelta(minutes=5)
REQUIRED = ("UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS",
            "TRANSP", "URL")
EVIL = "讲座; 甲, 乙\\丙\r\nATTENDEE:mailto:wang@example.org\x07\n<b>粗</b>"


@pytest.fixture(scope="module")
def place(tmp_path_factory, empty_database):
    """An installation that all tests here read, and none changes; with one of everything that an event can become."""
    folder = tmp_path_factory.mktemp("feeds")
    shutil.copy(empty_database, folder / "wujin.db")
    app = opened(settings(folder))
    with app.app_context():
        yield app, a_life_of_everything()
        db.session.remove()
    close(app)


@pytest.fixture(scope="module")
def reader(place):
    """Somebody who subscribes."""
    return place[0].test_client()


@pytest.fixture(scope="module")
def feeds(place, reader):
    """Every kind of feed by its address, as served."""
    return {address: fetch(reader, address).data for address in place[1]}


def a_life_of_everything():
    a_plan()
    person, office = chen(), an_office()
    with acting_as(f"person:{person.id}"):
        an_event("蜀光讲坛第一期", tasks=[a_task("I2.1")], description=EVIL, speaker="演示讲师",
                 programmes=[a_programme("蜀光讲坛")], takes_enrolments=True, online_url="https://meeting.test/secret")
        an_event("线上讲座", location="", online_url="https://meeting.test/专利", hours=1)
        an_event("很长的题目" * 24, starts_at=AS_OF + timedelta(days=20))
        an_event("柏林的会", kind=EventKind.MEETING, regions=[], span=Span(
            datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 1, 14, tzinfo=UTC), False, "Europe/Berlin"))
        week = an_event("宣传周", kind=EventKind.CAMPAIGN, span=Span.of_days(date(2026, 4, 20), date(2026, 4, 26)))
        week.add_part(an_event("周里的一场", starts_at=datetime(2026, 4, 21, 6, tzinfo=UTC)), AS_OF)
        off = {verb: an_event(f"要{verb}的", contact="Chen 028-1") for verb in ("cancel", "postpone", "unpublish")}
        moved = an_event("改期的")
        an_event("草稿", published=False)
        db.session.commit()
        moved.reschedule(moved.span.moved_by(timedelta(days=2)), LATER)
        for verb, event in off.items():
            getattr(event, verb)(LATER)
    SavedSlice.save(Slice.of(query("kind=lecture")), slug="jiangzuo", title="讲座", title_en="Lectures",
                    organization=office, as_of=AS_OF)
    _made, token = FeedToken.issue(person, "我的", tuple(Holding), AS_OF)
    db.session.commit()
    return ["/calendar.ics", "/calendar.ics?kind=lecture&not.region=绵阳", "/calendar.ics?lang=en&alarm=PT1H",
            "/calendar.ics?q=无此活动", "/s/jiangzuo.ics", f"/events/{moved.id}.ics", f"/f/{token}.ics"]


def query(words):
    return MultiDict(parse_qsl(words))


def lines_of(octets):
    """The logical lines."""
    return octets.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def entries_of(octets):
    """The properties of each entry, by name, alarms left out."""
    found = []
    for block in re.findall(r"BEGIN:VEVENT\n(.*?)END:VEVENT", "\n".join(lines_of(octets)), re.DOTALL):
        block = re.sub(r"BEGIN:VALARM.*?END:VALARM\n", "", block, flags=re.DOTALL)
        found.append([tuple(re.split("(?=[:;])", line, maxsplit=1)) for line in block.splitlines()])
    return found


def all_entries(feeds):
    return [dict(entry) for octets in feeds.values() for entry in entries_of(octets)]


# ---------------------------------------------------------------- bytes


@pytest.mark.feeds(1)
def test_octets_are_short_lines_of_whole_characters(feeds):
    for octets in feeds.values():
        lines = octets.split(b"\r\n")

        assert (octets[:15], lines.pop()) == (b"BEGIN:VCALENDAR", b"")
        assert [line for line in lines if not 0 < len(line) <= 75 or re.search(rb"[\x00-\x1f\x7f]", line)] == []
        assert [line.decode() for line in lines]


@pytest.mark.feeds(2)
def test_there_is_one_calendar_and_no_method(feeds):
    for octets in feeds.values():
        assert lines_of(octets)[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Wujin//Wujin//ZH"]
        assert (octets.count(b"BEGIN:VCALENDAR"), octets.count(b"METHOD")) == (1, 0)


@pytest.mark.feeds(3, 4)
@pytest.mark.parametrize(("address", "name", "source"), [
    ("/calendar.ics", "五进 · 全部活动", "/calendar.ics"),
    ("/calendar.ics?kind=lecture&not.region=绵阳", "五进 · 讲座 · 除 绵阳",
     "/calendar.ics?kind=lecture&not.region=510700"),
    ("/calendar.ics?lang=en&alarm=PT1H", "Wujin · All events", "/calendar.ics?lang=en&alarm=PT1H"),
    ("/s/jiangzuo.ics", "五进 · 讲座", "/s/jiangzuo.ics")])
def test_a_feed_introduces_itself(feeds, address, name, source):
    said = {key: value for line in lines_of(feeds[address]) for key, _colon, value in [line.partition(":")]}

    assert {key: said[key] for key in (
        "X-WR-CALNAME", "X-WR-TIMEZONE", "SOURCE;VALUE=URI", "COLOR", "X-APPLE-CALENDAR-COLOR",
        "REFRESH-INTERVAL;VALUE=DURATION", "X-PUBLISHED-TTL")} == {
        "X-WR-CALNAME": name, "X-WR-TIMEZONE": "Asia/Shanghai", "SOURCE;VALUE=URI": f"http://wujin.test{source}",
        "COLOR": "seagreen", "X-APPLE-CALENDAR-COLOR": "#2e8b57", "REFRESH-INTERVAL;VALUE=DURATION": "PT1H",
        "X-PUBLISHED-TTL": "PT1H"}
    assert said[f"NAME;LANGUAGE={'en' if 'lang=en' in address else 'zh-CN'}"] == name


@pytest.mark.feeds(3, 18)
def test_the_key_of_a_private_feed_is_in_no_line_of_it(feeds):
    [(address, octets)] = [pair for pair in feeds.items() if pair[0].startswith("/f/")]

    assert address[3:-4].encode() not in octets.replace(b"\r\n ", b"")
    assert b"SOURCE" not in octets


@pytest.mark.feeds(5)
def test_every_zone_in_use_is_defined_once_and_by_its_own_name(feeds):
    for octets in feeds.values():
        defined = re.findall(r"BEGIN:VTIMEZONE\nTZID:(.*)", "\n".join(lines_of(octets)))
        used = {zone for entry in entries_of(octets) for _name, rest in entry
                for zone in re.findall(r"^;TZID=([^:]*)", rest)}

        assert defined[0] == "Asia/Shanghai"
        assert (len(defined), {*defined}) == (len({*defined}), {"Asia/Shanghai", *used})
    assert feeds["/calendar.ics?q=无此活动"].count(b"BEGIN:STANDARD") == 1


@pytest.mark.feeds(6)
def test_a_uid_is_the_events_own_in_every_feed_and_file(feeds):
    uids = {entry["UID"][1:] for entry in all_entries(feeds)}
    known = {*db.session.execute(text("SELECT ical_uid FROM event")).scalars()}

    assert {uid for uid in uids if uid.startswith("event-")} <= known
    assert [uid for uid in uids if not re.fullmatch(r"[\x21-\x7e]{1,244}@wujin\.test", uid)] == []


# ---------------------------------------------------------------- entries


@pytest.mark.feeds(7, 15)
def test_an_entry_has_what_it_must_and_nothing_twice_or_empty(feeds):
    for octets in feeds.values():
        for entry in entries_of(octets):
            names = Counter(name for name, _rest in entry)

            assert [name for name in REQUIRED if names[name] != 1] == []
            assert [name for name, times in names.items() if times > 1] == []
            assert [name for name, rest in entry if rest.endswith(":")] == []


@pytest.mark.feeds(8)
def test_the_stamp_is_the_change_and_not_the_fetching(feeds, reader):
    stamps = {(entry["DTSTAMP"], entry["LAST-MODIFIED"]) for entry in map(dict, entries_of(feeds["/calendar.ics"]))}

    assert stamps == {(f":{one:%Y%m%dT%H%M%SZ}",) * 2 for one in (AS_OF, LATER)}
    assert fetch(reader, on=AN_HOUR_ON + timedelta(hours=5)).data == feeds["/calendar.ics"]


@pytest.mark.feeds(9)
@pytest.mark.parametrize("verb", ["move", "revise", "cancel", "postpone", "unpublish"])
def test_every_published_change_raises_the_sequence_once_and_nothing_lowers_it(app, client, verb):
    event = an_event("讲座")
    db.session.commit()
    if verb == "move":
        event.reschedule(event.span.moved_by(timedelta(days=1)), LATER)
    elif verb == "revise":
        event.revise(LATER, title="改了题目")
    else:
        getattr(event, verb)(LATER)
    db.session.commit()
    once, = read(client)
    if verb == "unpublish":
        event.publish(LATER + timedelta(minutes=1))
    elif verb == "cancel":
        event.restore(LATER + timedelta(minutes=1))
    else:
        event.revise(LATER + timedelta(minutes=1), title="又改了题目")
    db.session.commit()
    twice, = read(client)

    assert (once.sequence, twice.sequence) == (1, 2)


@pytest.mark.feeds(10)
def test_entries_stand_by_start_and_uid_and_come_again_byte_for_byte(feeds, reader):
    for address, octets in feeds.items():
        assert fetch(reader, address).data == octets
    order = [(one.starts if isinstance(one.starts, datetime) else datetime(
        one.starts.year, one.starts.month, one.starts.day, tzinfo=UTC) - timedelta(hours=8), one.uid)
        for one in read(reader)]
    assert order == sorted(order)


@pytest.mark.feeds(11)
@pytest.mark.parametrize(("days", "there"), [(119, 1), (121, 0)])
def test_a_cancelled_event_stays_until_thirty_days_after_its_end(app, client, days, there):
    """And no less than ninety after the change: this one was cancelled a month before."""
    event = an_event("讲座", starts_at=AS_OF + timedelta(days=90))
    db.session.commit()
    event.cancel(AS_OF + timedelta(days=10), "暴雨")

    found = read(client, on=AS_OF + timedelta(days=days))

    assert [(one.summary, one.status, one.transp, one.sequence) for one in found] == [
        ("【已取消】讲座", "CANCELLED", "TRANSPARENT", 1)][:there]


@pytest.mark.feeds(11)
@pytest.mark.parametrize(("days", "there"), [(89, 1), (92, 0)])
def test_a_cancelled_event_stays_ninety_days_from_the_change(app, client, days, there):
    an_event("讲座").cancel(AS_OF, "暴雨")

    assert len(read(client, on=AS_OF + timedelta(days=days))) == there


@pytest.mark.feeds(12)
def test_drafts_never_appear_and_what_is_taken_back_says_that_it_is_off(feeds):
    public = [dict(entry) for address, octets in feeds.items() if not address.startswith("/f/")
              for entry in entries_of(octets)]

    assert [entry["SUMMARY"] for entry in public if "草稿" in entry["SUMMARY"]] == []
    assert {entry["STATUS"] for entry in public if "unpublish" in entry["SUMMARY"]} == {":CANCELLED"}


@pytest.mark.feeds(12)
def test_what_leaves_a_filter_leaves_its_feed_without_a_word(app, client):
    a_plan()
    event = an_event("讲座", tasks=[a_task("I2.1")])
    before = len(read(client, "/calendar.ics?task=I2.1"))
    event.revise(LATER, tasks=[a_task("E1.1")])

    left, entered = read(client, "/calendar.ics?task=I2.1"), read(client, "/calendar.ics?task=E1.1")
    assert (before, len(left), len(entered)) == (1, 0, 1)


@pytest.mark.feeds(13)
def test_hours_are_told_in_a_zone_and_end_after_they_begin(feeds, reader):
    timed = [entry for entry in all_entries(feeds) if "VALUE=DATE" not in entry["DTSTART"]]

    assert {re.sub(r":\d{8}T\d{6}$", "", entry[name]) for entry in timed for name in ("DTSTART", "DTEND")} == {
        ";TZID=Asia/Shanghai", ";TZID=Europe/Berlin"}
    assert [one for address in feeds for one in read(reader, address) if not one.starts < one.ends] == []


@pytest.mark.feeds(14)
def test_a_campaign_is_days_that_leave_time_free(feeds):
    [week] = [dict(entry) for entry in entries_of(feeds["/calendar.ics"]) if dict(entry)["SUMMARY"] == ":宣传周"]

    assert (week["DTSTART"], week["DTEND"], week["TRANSP"]) == (
        ";VALUE=DATE:20260420", ";VALUE=DATE:20260427", ":TRANSPARENT")


@pytest.mark.feeds(15)
def test_text_is_escaped_once_and_can_add_nothing(feeds, reader):
    [lecture] = [one for one in read(reader) if one.summary == "蜀光讲坛第一期"]

    assert lecture.description.split("\n")[:3] == [
        "讲座; 甲, 乙\\丙", "ATTENDEE:mailto:wang@example.org", "<b>粗</b>"]
    assert [line for line in lines_of(feeds["/calendar.ics"])
            if line.startswith(("ATTENDEE", "X-ALT", "STYLED"))] == []


@pytest.mark.feeds(16)
def test_addresses_are_absolute_and_ascii(feeds):
    addresses = [entry[name] for entry in all_entries(feeds) for name in ("URL", "CONFERENCE") if name in entry]

    assert [one for one in addresses if not re.fullmatch(r"(;VALUE=URI)?:https?://[\x21-\x7e]+", one)] == []
    assert {one for one in addresses if "meeting.test" in one} == {
        f";VALUE=URI:https://meeting.test/{quote('专利')}"}
    assert [line for octets in feeds.values() for line in lines_of(octets) if "VALUE=BINARY" in line] == []


@pytest.mark.feeds(17)
def test_categories_are_one_line_and_the_city_stands_in_the_place(feeds, reader):
    [lecture] = [one for one in read(reader) if one.summary == "蜀光讲坛第一期"]
    assert lecture.categories[0] == "进单位"
    assert lecture.categories[-2:] == ("讲座", "成都")
    assert lecture.location == "成都市 天府新区会议中心（同时线上）"


@pytest.mark.feeds(18)
def test_nobodys_data_no_key_and_no_alarm_stand_in_a_feed(feeds):
    for address, octets in feeds.items():
        unfolded = octets.replace(b"\r\n ", b"")

        assert (b"BEGIN:VALARM" in unfolded) is ("alarm=" in address)
        assert [line for line in lines_of(octets) if line.startswith(("ATTENDEE", "ORGANIZER"))] == []
        assert b"meeting.test/secret" not in unfolded  # only who enrolled may join


# ---------------------------------------------------------------- answers


@pytest.mark.feeds(19)
def test_the_window_is_stated_and_reaches_further_when_asked(app, client):
    for days in (-500, -300, 500, 700):
        an_event(f"{days}", starts_at=AS_OF + timedelta(days=days))

    assert [one.summary for one in read(client)] == ["-300", "500"]
    assert [one.summary for one in read(client, "/calendar.ics?since=2024-01-01")] == ["-500", "-300", "500"]
    assert "X-WR-CALDESC:全部活动，2025-02-01 至 2027-09-30。" in "\n".join(lines_of(fetch(client).data))


@pytest.mark.feeds(20)
@pytest.mark.parametrize("address", ["/calendar.ics", "/s/jiangzuo.ics"])
def test_a_calendar_is_answered_as_one(feeds, reader, address):
    answer = fetch(reader, address, Accept_Encoding="gzip")

    assert (answer.status_code, gzip.decompress(answer.data)) == (200, feeds[address])
    assert {name: answer.headers.get(name) for name in (
        "Content-Type", "Content-Encoding", "Cache-Control", "Vary", "X-Robots-Tag", "Set-Cookie", "Location")} == {
        "Content-Type": "text/calendar; charset=utf-8", "Content-Encoding": "gzip",
        "Cache-Control": "public, max-age=300", "Vary": "Accept-Encoding", "X-Robots-Tag": "noindex",
        "Set-Cookie": None, "Location": None}
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert answer.headers["ETag"] and answer.headers["Last-Modified"]


@pytest.mark.feeds(21)
def test_who_has_it_is_told_so_and_head_is_get_without_a_body(feeds, reader):
    for address in feeds:
        for encoding in ("identity", "gzip"):
            got = fetch(reader, address, Accept_Encoding=encoding)
            tag = got.headers["ETag"]
            for known in (tag, f'"other", W/{tag}', "*"):
                again = fetch(reader, address, Accept_Encoding=encoding, If_None_Match=known)
                assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
            stale = fetch(reader, address, If_None_Match='"other"', If_Modified_Since="Sun, 01 Mar 2037 00:00:00 GMT")
            assert stale.status_code == 200
            with time_machine.travel(AN_HOUR_ON, tick=False):
                head = reader.head(address, headers={"Accept-Encoding": encoding})
            assert (head.data, head.headers["ETag"], head.headers["Content-Length"]) == (b"", tag, str(len(got.data)))


@pytest.mark.feeds(22)
@pytest.mark.parametrize(("address", "status"), [
    ("/calendar.ics?colour=red", 400), ("/calendar.ics?kind=party", 400), ("/s/jiangzuo.ics?kind=lecture", 400),
    ("/s/none.ics", 404), ("/events/99.ics", 404), ("/f/none.ics", 404)])
def test_what_is_wrong_is_a_sentence_and_never_a_calendar(feeds, reader, address, status):
    answer = fetch(reader, address)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/plain; charset=utf-8")


@pytest.mark.feeds(22)
def test_a_database_that_is_away_is_503_and_come_again_and_no_empty_calendar(app, client):
    an_event("讲座")
    fetch(client)
    db.session.execute(text("ALTER TABLE feed_revision RENAME TO away"))
    db.session.commit()

    answer = fetch(client, "/calendar.ics?kind=lecture")

    assert (answer.status_code, answer.headers["Retry-After"], b"VCALENDAR" in answer.data) == (503, "10", False)


@pytest.mark.feeds(23)
def test_filters_unite_within_a_kind_and_intersect_across(app, client):
    an_event("讲座甲")
    an_event("会议甲", kind=EventKind.MEETING)
    an_event("讲座乙", organization=a_city_office("绵阳"), regions=a_city_office("绵阳").region and [
        a_city_office("绵阳").region])

    def titles(words):
        return sorted(one.summary for one in read(client, f"/calendar.ics?{words}"))

    assert titles("kind=lecture&kind=meeting") == ["会议甲", "讲座乙", "讲座甲"]
    assert titles("kind=lecture&kind=meeting&region=成都") == ["会议甲", "讲座甲"]
    assert titles("kind=lecture&not.region=成都") == ["讲座乙"]
    assert fetch(client, "/calendar.ics?region=成都&kind=meeting&kind=lecture").data == fetch(
        client, "/calendar.ics?kind=lecture&kind=meeting&kind=lecture&region=成都").data


@pytest.mark.feeds(23)
@pytest.mark.parametrize(("one", "other"), [
    ("region=成都", "region=510100"), ("not.region=成都&not.region=510100", "not.region=510100"),
    ("organization=知识产权中心&kind=lecture", "kind=lecture&organization=演示知识产权保护中心"),
    ("event=1&q=专利  讲座", "q=专利 讲座&event=1")])
def test_the_same_filter_in_other_words_is_the_same_feed(app, client, one, other):
    event = an_event("专利讲座")
    event.organization.name, event.organization.aliases = "演示知识产权保护中心", ["知识产权中心"]
    db.session.commit()
    answers = [fetch(client, f"/calendar.ics?{words}") for words in (one, other)]

    assert [(answer.status_code, answer.headers["ETag"], answer.data) for answer in answers] == 2 * [
        (200, answers[0].headers["ETag"], answers[0].data)]


@pytest.mark.feeds(24)
def test_one_change_remakes_one_entry_and_304_renders_nothing(app, client):
    events = [an_event(f"讲座{number}") for number in range(5)]
    db.session.commit()
    tag = fetch(client).headers["ETag"]
    made = {entry.event_id: entry.revision for entry in db.session.scalars(db.select(FeedEntry))}
    known = fetch(client, If_None_Match=tag)
    events[2].revise(LATER, title="改了")
    db.session.commit()

    assert (known.status_code, known.data) == (304, b"")
    assert [entry.event_id for entry in db.session.scalars(db.select(FeedEntry).where(FeedEntry.language == "zh"))
            if entry.revision != made[entry.event_id]] == [events[2].id]


@pytest.mark.feeds(25)
def test_a_key_is_long_kept_as_a_hash_hidden_and_taken_back_at_once(app, client):
    made, token = FeedToken.issue(chen(), "我的", tuple(Holding), AS_OF)
    there = fetch(client, f"/f/{token}.ics")
    made.revoke(AS_OF)
    gone = fetch(client, f"/f/{token}.ics")

    assert (len(token) >= 43, made.token_hash, without_keys(f"/f/{token}.ics")) == (True, hashed(token), "/f/….ics")
    assert (there.status_code, there.headers["Cache-Control"], gone.status_code) == (200, "private, no-cache", 410)


@pytest.mark.feeds(25)
def test_a_stranger_reads_no_draft_and_who_asks_too_often_has_to_wait(make_app):
    app = make_app(RATE_LIMITS="on")
    with app.app_context():
        an_event("机密", published=False)
        _made, token = FeedToken.issue(wang(), "我的", tuple(Holding), AS_OF)
        db.session.commit()
        with time_machine.travel(AN_HOUR_ON, tick=False):
            answers = [app.test_client().get(f"/f/{token}.ics") for _ in range(61)]
        db.session.remove()

    assert ("机密" in answers[0].text, {answer.status_code for answer in answers[:60]}, answers[60].status_code) == (
        False, {200}, 429)
    assert answers[60].headers["Retry-After"] == "60"


@pytest.mark.feeds(26)
def test_the_page_of_a_slice_has_every_way_to_have_it(feeds, reader):
    page = fetch(reader, "/subscribe?kind=lecture").text

    webcal = "webcal://wujin.test/calendar.ics?kind=lecture"
    assert [word for word in (
        f'href="{webcal}"', 'href="http://wujin.test/calendar.ics?kind=lecture"',
        f'href="https://calendar.google.com/calendar/r?cid={quote(webcal, "")}"',
        "在浏览器打开") if word not in page] == []


@pytest.mark.feeds(27)
def test_three_parsers_agree_on_every_kind_of_feed(feeds, reader):
    assert len(READERS) == 3
    assert [len(read(reader, address)) > 0 for address in feeds] == [True, True, True, False, True, True, True]


@pytest.mark.feeds(27)
def test_three_parsers_agree_through_a_life(app, client):
    event = an_event("一生")
    db.session.commit()
    steps = [lambda: event.revise(LATER, title="一生，改名"),
             lambda: event.reschedule(event.span.moved_by(timedelta(days=1)), LATER),
             lambda: event.cancel(LATER), lambda: event.restore(LATER), lambda: event.unpublish(LATER),
             lambda: event.discard(LATER)]
    told = read(client)
    for step in steps:
        step()
        db.session.commit()
        told += read(client)

    assert [(one.sequence, one.status) for one in told] == [
        (0, "CONFIRMED"), (1, "CONFIRMED"), (2, "CONFIRMED"), (3, "CANCELLED"), (4, "CONFIRMED"), (5, "CANCELLED"),
        (5, "CANCELLED")]


# ---------------------------------------------------------------- letters


@pytest.mark.feeds(36)
def test_a_link_to_withdraw_shows_and_only_the_form_acts(app, client):
    enrolment = enrol(an_event(takes_enrolments=True), name="李老师", email="li@example.org", as_of=AS_OF)
    db.session.commit()
    address = f"/t/{enrolment.token}/withdrawal"
    shown = fetch(client, address).status_code
    after_looking = enrolment.is_attending
    with time_machine.travel(AN_HOUR_ON, tick=False):
        client.post(address)

    assert (shown, after_looking, enrolment.is_attending) == (200, True, False)


# ---------------------------------------------------------------- all of them


def lines_named():
    """Which lines the tests of this project name, by their markers."""
    found = Counter()
    for path in Path(__file__).parent.rglob("test_*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                for mark in function.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.feeds":
                        found.update(ast.literal_eval(argument) for argument in mark.args)
    return found


def test_every_line_of_the_contract_has_a_test_that_names_it():
    assert set(LINES) | set(ELSEWHERE) == set(range(1, 41))
    assert lines_named().keys() == LINES.keys()
