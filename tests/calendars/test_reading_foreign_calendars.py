from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendars.entry import Entry
from calendars.errors import NotACalendar, TooMuch
from calendars.foreign import ForeignEntry, Trouble
from calendars.reader import Limits, read_calendar
from calendars.windows_zones import iana_of
from tests.calendars import examples
from tests.calendars.examples import CALENDARS, GOLDEN

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)


def a_calendar(*lines: str, end: str = "\r\n") -> bytes:
    return end.join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""]).encode()


def an_event(*lines: str, uid: str = "a@b", start: str = "DTSTART:20260420T010000Z") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", *([start] if start else []), "SUMMARY:讲座", *lines, "END:VEVENT"]


def the_entry(*lines: str, **changes: str) -> ForeignEntry:
    calendar = read_calendar(a_calendar(*an_event(*lines, **changes)))
    assert [(one.trouble, one.detail) for one in calendar.problems] == []
    [entry] = calendar.entries
    return entry


def troubles(octets: bytes) -> list[tuple[int, Trouble, bool]]:
    return [(one.line, one.trouble, one.is_lost) for one in read_calendar(octets).problems]


# ---------------------------------------------------------------- our own


@pytest.mark.parametrize("name", [name for name in CALENDARS if name != "empty"])
def test_what_we_write_is_read_back_as_it_was_meant(name):
    written = {
        "lecture": [examples.LECTURE], "campaign": [examples.WEEK, examples.WEEK_ITEM],
        "cancelled": [examples.CANCELLED], "postponed": [examples.POSTPONED], "online": [examples.ONLINE],
        "session": [examples.SESSION], "request": [examples.LECTURE], "cancel": [examples.CANCELLED],
    }[name]

    calendar = read_calendar((GOLDEN / f"{name}.ics").read_bytes())

    assert [facts_of(entry) for entry in calendar.entries] == [facts_of(entry) for entry in written]
    assert (calendar.problems, calendar.is_complete) == ((), True)


def facts_of(entry: Entry | ForeignEntry) -> dict[str, object]:
    names = ("uid", "sequence", "stamp", "created", "starts", "ends", "summary", "description", "location",
             "categories", "status", "geo")
    url = entry.url.replace("成都市", "%E6%88%90%E9%83%BD%E5%B8%82")
    return {name: getattr(entry, name) for name in names} | {"url": url}


def test_a_calendar_says_its_name_and_its_method():
    feed, request = (read_calendar(CALENDARS[name]) for name in ("empty", "request"))

    assert (feed.name, feed.method, feed.entries) == ("知识产权“五进”活动, 成都市", "", ())
    assert request.method == "REQUEST"


# ---------------------------------------------------------------- octets and lines


@pytest.mark.parametrize("end", ["\n", "\r", "\r\r\n", "\r\n\r\n"], ids=["LF", "CR", "CR CR LF", "blank lines"])
def test_any_line_end_will_do(end):
    calendar = read_calendar(a_calendar(*an_event("DESCRIPTION:一", " 二"), end=end))

    assert [entry.description for entry in calendar.entries] == ["一二"]
    assert calendar.problems == ()


@pytest.mark.parametrize(("encode", "encoding"), [
    (lambda text: b"\xef\xbb\xbf" + text.encode(), "utf-8"), (lambda text: text.encode("gb18030"), "gb18030"),
    (lambda text: text.encode("utf-16"), "utf-8")], ids=["a mark", "GBK", "UTF-16"])
def test_other_encodings_are_told_by_their_octets(encode, encoding):
    calendar = read_calendar(encode(a_calendar(*an_event()).decode()))

    assert ([entry.summary for entry in calendar.entries], calendar.encoding) == (["讲座"], encoding)
    assert calendar.problems == ()


def test_a_character_folded_in_two_is_one_again():
    octets = a_calendar(*an_event()).replace("讲座".encode(), "讲座".encode()[:4] + b"\r\n " + "讲座".encode()[4:])

    assert [entry.summary for entry in read_calendar(octets).entries] == ["讲座"]


def test_odd_octets_in_one_line_do_not_turn_the_others_into_nonsense():
    octets = a_calendar(*an_event("LOCATION:图书馆", "DESCRIPTION:X")).replace(b"ION:X", b"ION:X\xff\xfe")
    calendar = read_calendar(octets)

    assert [(entry.summary, entry.location) for entry in calendar.entries] == [("讲座", "图书馆")]
    assert troubles(octets) == [(8, Trouble.ODD_OCTETS, False)]


def test_a_line_that_was_never_folded_is_read_whole():
    assert the_entry("DESCRIPTION:" + "长" * 20_000).description == "长" * 20_000


def test_bad_lines_are_told_by_number_and_cost_nothing_else():
    octets = a_calendar(*an_event("没有冒号的一行", "DESCRIPTION:好", "X;A=\"b:c"))

    assert [entry.description for entry in read_calendar(octets).entries] == ["好"]
    assert troubles(octets) == [(7, Trouble.BAD_LINE, False), (9, Trouble.BAD_LINE, False)]


def test_text_loses_its_escapes_once_and_control_characters_with_them():
    entry = the_entry(r"LOCATION:A\, B\; C\\n\N第二行" + "\x07")

    assert entry.location == "A, B; C\\n\n第二行"


def test_categories_come_apart_at_commas_that_are_not_escaped():
    assert the_entry("CATEGORIES:甲\\,乙,丙", "CATEGORIES:丙,,丁").categories == ("甲,乙", "丙", "丁")


def test_an_organizer_is_told_by_name_or_else_by_address():
    named = the_entry("ORGANIZER;CN=\"省, 中心\";ROLE=CHAIR:mailto:a@example.org")

    assert (named.organizer, the_entry("ORGANIZER:MAILTO:a@example.org").organizer) == ("省, 中心", "a@example.org")


# ---------------------------------------------------------------- times


@pytest.mark.parametrize("tzid", [
    "Asia/Shanghai", "China Standard Time", "\"China Standard Time\"", "/mozilla.org/20070129_1/Asia/Shanghai",
    "/freeassociation.sourceforge.net/Asia/Shanghai", "中国标准时间"])
def test_shanghai_is_known_by_all_its_names(tzid):
    entry = the_entry(start=f"DTSTART;TZID={tzid}:20260420T090000")

    assert (entry.starts, entry.zone, entry.is_floating) == (NINE, "Asia/Shanghai", False)


@pytest.mark.parametrize("tzid", ["(UTC+08:00) 北京，重庆，香港特别行政区", "UTC+08:00", "GMT+8", "GMT+0800"])
def test_an_offset_in_a_zones_name_is_taken_at_its_word(tzid):
    entry = the_entry(start=f"DTSTART;TZID=\"{tzid}\":20260420T090000")

    assert (entry.starts.astimezone(UTC), entry.zone) == (NINE.astimezone(UTC), "Etc/GMT-8")


EASTERN = ["BEGIN:VTIMEZONE", "TZID:我们的时区", "BEGIN:STANDARD", "DTSTART:16010101T020000",
           "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11", "TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "END:STANDARD",
           "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
           "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "END:DAYLIGHT", "END:VTIMEZONE"]


def test_a_zone_that_says_its_hour_twice_is_followed_too():
    """As Lotus Notes writes it."""
    twice = [line.replace("BYDAY", "BYMINUTE=0;BYHOUR=2;BYDAY") for line in EASTERN]
    [entry] = read_calendar(a_calendar(*an_event(start="DTSTART;TZID=我们的时区:20260701T120000"), *twice)).entries

    assert entry.starts.astimezone(UTC) == datetime(2026, 7, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize("day", ["20260101", "20260307", "20260309", "20260701", "20261031", "20261102"])
def test_a_zone_of_the_calendars_own_is_what_its_vtimezone_says(day):
    event = an_event(start=f"DTSTART;TZID=我们的时区:{day}T120000")
    [entry] = read_calendar(a_calendar(*event, *EASTERN)).entries

    noon = datetime.strptime(day, "%Y%m%d").replace(hour=12, tzinfo=ZoneInfo("America/New_York"))
    assert (entry.starts.astimezone(UTC), entry.zone) == (noon.astimezone(UTC), "")


def test_a_zone_that_nobody_knows_loses_the_entry_and_says_so():
    octets = a_calendar(*an_event(start="DTSTART;TZID=Mars/Olympus:20260420T090000"), *an_event(uid="b"))

    assert [entry.uid for entry in read_calendar(octets).entries] == ["b"]
    assert [(one.trouble, one.detail, one.summary) for one in read_calendar(octets).problems] == [
        (Trouble.UNKNOWN_ZONE, "Mars/Olympus", "讲座")]


@pytest.mark.parametrize("tzid", ["../../etc/passwd", "/etc/localtime", "a" * 5000, "Asia", "posix/../UTC"])
def test_a_zones_name_never_leads_to_a_file(tzid):
    assert troubles(a_calendar(*an_event(start=f"DTSTART;TZID={tzid}:20260420T090000"))) == [
        (5, Trouble.UNKNOWN_ZONE, True)]


def test_floating_times_are_the_calendars_own_or_the_readers():
    floating = an_event(start="DTSTART:20260420T090000")
    [ours] = read_calendar(a_calendar(*floating)).entries
    [theirs] = read_calendar(a_calendar("X-WR-TIMEZONE:Asia/Tokyo", *floating)).entries

    assert (ours.starts, ours.is_floating, ours.zone) == (NINE, True, "Asia/Shanghai")
    assert (theirs.starts.astimezone(UTC), theirs.is_floating) == (datetime(2026, 4, 20, tzinfo=UTC), True)


def test_a_whole_day_without_dtend_is_that_day():
    for start in ("DTSTART;VALUE=DATE:20260420", "DTSTART:20260420"):
        entry = the_entry(start=start)

        assert (entry.starts, entry.ends, entry.duration) == (date(2026, 4, 20), date(2026, 4, 20), timedelta(1))


@pytest.mark.parametrize(("end", "last"), [
    ("DTEND;VALUE=DATE:20260423", 22), ("DTEND;VALUE=DATE:20260420", 20), ("DURATION:P3D", 22), ("DURATION:P1W", 26)])
def test_whole_days_end_on_the_day_before_dtend(end, last):
    assert the_entry(end, start="DTSTART;VALUE=DATE:20260420").ends == date(2026, 4, last)


@pytest.mark.parametrize(("text", "hours"), [("PT90M", 1.5), ("P1DT2H", 26), ("+PT1H", 1), ("PT0S", 0)])
def test_a_duration_does_for_an_end(text, hours):
    entry = the_entry(f"DURATION:{text}", start="DTSTART;TZID=Asia/Shanghai:20260420T090000")

    assert (entry.ends, entry.has_end) == (NINE + timedelta(hours=hours), True)


def test_a_moment_without_an_end_says_that_it_has_none():
    entry = the_entry()

    assert (entry.starts, entry.ends, entry.has_end) == (NINE, NINE, False)


@pytest.mark.parametrize(("lines", "trouble"), [
    (["DTEND:20260419T010000Z"], Trouble.END_BEFORE_START), (["DTEND;VALUE=DATE:20260421"], Trouble.MIXED_TIMES),
    (["DTEND:20260431T010000Z"], Trouble.BAD_TIME), (["DTEND:20260420T240000Z"], Trouble.BAD_TIME),
    (["DTEND:99991231T010000Z"], Trouble.BAD_YEAR), (["DTEND:21260420T010000Z"], Trouble.TOO_LONG),
    (["DURATION:P9999999W"], Trouble.TOO_LONG), (["DURATION:P999999999999999999W"], Trouble.BAD_DURATION),
    (["DURATION:-PT1H"], Trouble.BAD_DURATION), (["DURATION:P"], Trouble.BAD_DURATION),
    (["RECURRENCE-ID:next"], Trouble.BAD_TIME)])
def test_times_that_mean_nothing_lose_the_entry_and_say_so(lines, trouble):
    octets = a_calendar(*an_event(*lines), *an_event(uid="b"))

    assert [entry.uid for entry in read_calendar(octets).entries] == ["b"]
    assert troubles(octets) == [(7, trouble, True)]


def test_dates_put_in_and_taken_out_are_read_and_empty_ones_are_none():
    entry = the_entry("RDATE:", "RDATE;VALUE=PERIOD:20260501T010000Z/PT1H,20260502T010000Z/PT1H",
                      "EXDATE;VALUE=DATE:20260421,")

    assert (entry.rdates, entry.exdates) == (
        (datetime(2026, 5, 1, 1, tzinfo=UTC), datetime(2026, 5, 2, 1, tzinfo=UTC)), (date(2026, 4, 21),))


# ---------------------------------------------------------------- entries


def test_many_may_share_a_uid_by_their_recurrence_ids():
    lines = [f"RECURRENCE-ID;TZID=Asia/Shanghai:202604{day}T090000" for day in (20, 21)]
    calendar = read_calendar(a_calendar(
        *an_event("RRULE:FREQ=DAILY;COUNT=3"), *an_event(lines[0]), *an_event(lines[1])))

    assert [entry.recurrence_id for entry in calendar.entries] == [None, NINE, NINE + timedelta(days=1)]
    assert [entry.rrule for entry in calendar.entries] == ["FREQ=DAILY;COUNT=3", "", ""]
    assert [entry.is_recurring for entry in calendar.entries] == [True, False, False]


def test_of_two_that_are_one_the_newest_holds_and_the_other_is_told():
    octets = a_calendar(
        *an_event("SEQUENCE:2", "LOCATION:新"), *an_event("SEQUENCE:1", "LOCATION:旧"),
        *an_event("SEQUENCE:2", "DTSTAMP:20260101T000000Z", "LOCATION:最新"))

    assert [(entry.location, entry.shares_uid) for entry in read_calendar(octets).entries] == [("最新", False)]
    assert [trouble for _, trouble, _ in troubles(octets)] == [Trouble.OUTDATED, Trouble.OUTNUMBERED]


def on_days(*days, **lines):
    """Entries of one UID, each with its lines of the same place."""
    return a_calendar(*(line for number, day in enumerate(days) for line in an_event(
        *(values[number] for values in lines.values()), start=f"DTSTART:202612{day}T010000Z", uid="same")))


def found(octets):
    return [(entry.starts.day, entry.shares_uid) for entry in read_calendar(octets).entries]


def test_events_that_share_a_uid_and_start_apart_are_each_their_own():
    assert (found(on_days(17, 18, 19)), troubles(on_days(17, 18, 19))) == ([(17, True), (18, True), (19, True)], [])


def test_of_a_shared_uid_the_higher_sequence_holds_alone_but_a_later_stamp_does_not():
    numbered = on_days(17, 18, sequence=["SEQUENCE:1", "SEQUENCE:0"])
    stamped = on_days(17, 18, stamp=["DTSTAMP:20260101T000000Z", "DTSTAMP:20260102T000000Z"])

    assert (found(numbered), [trouble for _, trouble, _ in troubles(numbered)]) == (
        [(17, False)], [Trouble.OUTNUMBERED])
    assert (found(stamped), troubles(stamped)) == ([(17, True), (18, True)], [])


def test_where_nothing_tells_which_of_one_start_is_newer_that_is_what_is_said():
    octets = on_days(17, 17, 18, place=["LOCATION:甲", "LOCATION:乙", "LOCATION:丙"])

    assert [entry.location for entry in read_calendar(octets).entries] == ["乙", "丙"]
    assert [trouble for _, trouble, _ in troubles(octets)] == [Trouble.DOUBLED]


@pytest.mark.parametrize(("lines", "line", "trouble"), [
    (["BEGIN:VEVENT", "DTSTART:20260420", "END:VEVENT"], 3, Trouble.NO_UID),
    (["BEGIN:VEVENT", "UID:x", "END:VEVENT"], 3, Trouble.NO_START),
    (["BEGIN:VEVENT", "UID:" + "u" * 256, "DTSTART:20260420", "END:VEVENT"], 4, Trouble.LONG_UID),
    (["BEGIN:VTODO", "UID:x", "END:VTODO"], 3, Trouble.NOT_AN_EVENT)])
def test_what_cannot_be_an_event_is_told(lines, line, trouble):
    assert troubles(a_calendar(*lines)) == [(line, trouble, True)]


@pytest.mark.parametrize(("text", "trouble"), [
    ("SEQUENCE:-1", Trouble.BAD_SEQUENCE), ("SEQUENCE:99999999999", Trouble.BAD_SEQUENCE),
    ("STATUS:MAYBE", Trouble.BAD_STATUS), ("GEO:91;0", Trouble.BAD_GEO), ("GEO:nan;inf", Trouble.BAD_GEO),
    ("URL:javascript:alert(1)", Trouble.BAD_URL), ("DTSTAMP:gestern", Trouble.BAD_STAMP),
    ("SUMMARY:noch einmal", Trouble.REPEATED), ("DESCRIPTION;ENCODING=QUOTED-PRINTABLE:=E8", Trouble.ENCODED)])
def test_a_detail_that_means_nothing_is_told_and_the_entry_stays(text, trouble):
    octets = a_calendar(*an_event(text))

    assert [entry.summary for entry in read_calendar(octets).entries] == ["讲座"]
    assert troubles(octets) == [(7, trouble, False)]


def test_an_alarms_words_are_not_the_entrys():
    alarm = ["BEGIN:VALARM", "DESCRIPTION:响", "SUMMARY:铃", "DURATION:PT5M", "END:VALARM"]

    assert the_entry(*alarm).description == ""


def test_an_entry_that_does_not_close_ends_where_the_next_begins():
    octets = a_calendar(*an_event()[:-1], "BEGIN:VALARM", *an_event(uid="b")[:-1])

    assert [entry.uid for entry in read_calendar(octets).entries] == ["a@b", "b"]
    assert [trouble for _, trouble, _ in troubles(octets)] == [Trouble.NOT_CLOSED] * 3


def test_bytes_that_break_off_lose_the_last_entry_and_say_so():
    octets = a_calendar(*an_event(), *an_event(uid="b"))
    calendar = read_calendar(octets[:octets.rindex(b"SUMMARY")])

    assert ([entry.uid for entry in calendar.entries], calendar.is_complete, calendar.lost) == (["a@b"], False, 1)


def test_a_stray_end_is_passed_over():
    assert troubles(a_calendar("END:VEVENT", *an_event())) == [(3, Trouble.STRAY_END, False)]


def test_several_calendars_in_one_stream_are_read_as_one():
    calendar = read_calendar(a_calendar("X-WR-CALNAME:一", *an_event()) + a_calendar(*an_event(uid="b")))

    assert (calendar.name, [entry.uid for entry in calendar.entries]) == ("一", ["a@b", "b"])


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("octets", [b"", b"<!doctype html><title>404</title>", b"\x89PNG\r\n\x1a\n", b"BEGIN:VCARD"])
def test_what_is_no_calendar_is_refused_as_such(octets):
    with pytest.raises(NotACalendar):
        read_calendar(octets)


@pytest.mark.parametrize(("octets", "limits", "what"), [
    (b"x" * 101, Limits(octets=100), "octets"), (b"\n" * 11, Limits(lines=10), "lines"),
    (a_calendar(*an_event(), *an_event(uid="b")), Limits(entries=1), "entries"),
    (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 9, Limits(), "levels of nesting")])
def test_too_much_of_anything_is_refused_as_such(octets, limits, what):
    with pytest.raises(TooMuch) as refused:
        read_calendar(octets, limits=limits)

    assert refused.value.what == what


def test_more_problems_than_are_told_are_counted():
    calendar = read_calendar(a_calendar(*["nothing"] * 12), limits=Limits(problems=10))

    assert (len(calendar.problems), calendar.more_problems) == (10, 2)


def test_windows_names_mean_iana_zones():
    names = ("W. Europe Standard Time", "tokyo standard time", "Nowhere Standard Time")

    assert [iana_of(name) for name in names] == ["Europe/Berlin", "Asia/Tokyo", ""]
