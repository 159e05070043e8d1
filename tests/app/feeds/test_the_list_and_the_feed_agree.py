"""The feed of a filter is the list of the same filter, plus tombstones; whatever happened before."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.accounts.models import Person
from app.accounts.places import Region
from app.db import db
from app.errors import Refused
from app.events.models import Event
from app.events.span import midnight
from app.events.words import EventKind
from app.feeds.models import FeedEntry
from app.feeds.slices import Window
from app.look import local
from app.plans.programmes import Programme
from tests.app.plans.keeping import a_programme
from tests.calendars.readers import read_with_icalendar
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_plan, a_region, a_task, an_event, an_office, chen, figures

TODAY = AS_OF + timedelta(days=40)
TASKS = ("E1.1", "I2.1", "S1.1", "C1.1")
PLACES = ("四川", "成都", "锦江区", "绵阳", "511002")
FIRST = "2025-03-01"  # where the window of that day begins

VALUES = {
    "kind": [kind.value for kind in EventKind], "sector": ["E", "I", "C", "S", "N"], "task": TASKS,
    "category": ["E1", "I2", "S1"], "plan": ["2026"], "region": PLACES, "q": ["讲座", "专利 讲座", "会", "%"],
    "organization": ["省知识产权促进中心", "绵阳市市场监督管理局"], "audience": ["企业", "学生"],
    "event": ["0", "1", "2"], "parent": ["0", "1", "2"], "programme": ["蜀光讲坛", "讲坛", "进校园"],
}
filters = st.lists(st.sampled_from(sorted(VALUES)).flatmap(lambda name: st.tuples(
    st.sampled_from([name, name, f"not.{name}"]), st.sampled_from(VALUES[name]))), max_size=3)
verbs = st.lists(st.sampled_from(
    ["publish", "cancel", "restore", "unpublish", "postpone", "move", "retask", "hold", "discard", "part",
     "programme", "commit"]),
    max_size=6)
events = st.lists(st.tuples(
    st.sampled_from(list(EventKind)), st.sampled_from(PLACES),
    st.lists(st.sampled_from(TASKS), max_size=2, unique=True),
    st.sampled_from(["专利讲座", "商标会议", "100%"]), st.sampled_from(["企业", "学生", ""]),
    st.integers(-500, 700), verbs), min_size=1, max_size=5)


@settings(max_examples=15, deadline=None, phases=[Phase.generate], database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(events=events, asked=st.lists(filters, min_size=1, max_size=4))
def test_the_list_and_the_feed_agree(app, client, events, asked):
    a_plan()
    a_city_office("绵阳")
    a_programme("进校园")
    a_programme("蜀光讲坛").go_by(["讲坛"], AS_OF)
    for number, made in enumerate(events):
        live(number, *made)

    with time_machine.travel(TODAY, tick=False):
        for pairs in [[], *(with_ids(pairs) for pairs in asked)]:
            listed, buried = ids_listed(client, pairs), ids_buried()
            carried = read_with_icalendar(client.get(f"/calendar.ics?{urlencode(pairs)}").data)
            ids = {uid: id for uid, id in db.session.execute(db.select(Event.ical_uid, Event.id))}

            assert {ids[one.uid] for one in carried} - buried == listed
            assert [one.status for one in carried if ids[one.uid] in buried] == [
                "CANCELLED" for one in carried if ids[one.uid] in buried]
            assert len(carried) == len({one.uid for one in carried})
            if not pairs:
                assert buried_in_window() == {ids[one.uid] for one in carried} & buried


def with_ids(pairs):
    """Of events the filters know only those that were public once: the first of them, the second, the third."""
    ids = db.session.scalars(db.select(Event.id).where(Event.published_at.is_not(None)).order_by(Event.id)).all()
    return [(name, str(ids[int(value) % len(ids)]) if name.endswith(("event", "parent")) else value)
            for name, value in pairs if ids or not name.endswith(("event", "parent"))]


def live(number, kind, place, tasks, title, audience, days, verbs):
    office = a_city_office("绵阳") if number % 2 else an_office()
    region = db.session.get(Region, place) if place.isdigit() else a_region(place)
    event = an_event(title, kind=kind, starts_at=AS_OF + timedelta(days=days), published=False, organization=office,
                     regions=[region], tasks=[a_task(code) for code in tasks], audience=audience)
    for verb in ["publish", *verbs]:
        try:
            act(event, verb)
        except Refused:
            continue
    db.session.commit()


def act(event, verb):
    moment = AS_OF + timedelta(days=1)
    match verb:
        case "move":
            event.reschedule(event.span.moved_by(timedelta(days=200)), moment)
        case "retask":
            event.revise(moment, tasks=[a_task("N1.1")], title="改了的会")
        case "hold":
            event.record_figures(figures(event_keeper()), moment, confirmed=True)
        case "part":
            part = an_event("一部分", kind=EventKind(event.kind), published=False, starts_at=event.starts_at)
            event.add_part(part, moment)
        case "programme":
            event.revise(moment, programmes=[*db.session.scalars(Programme.in_order().limit(1))])
        case "commit":
            db.session.commit()
        case _:
            getattr(event, verb)(moment)


def event_keeper():
    return db.session.scalars(Person.with_email("chen@example.org")).one_or_none() or chen()


def ids_listed(client, pairs):
    """Of every page of what is to come and of what is over, as the list's own links lead; none stands in both."""
    coming, over = ids_on_pages(client, pairs), ids_on_pages(client, [*pairs, ("past", "1")])
    assert coming.isdisjoint(over)
    assert ids_on_pages(client, [*pairs, ("on", FIRST)]) == coming | over
    return coming | over


def ids_on_pages(client, pairs):
    found, page, pages = set(), 1, 1
    while page <= pages:
        text = client.get(f"/?{urlencode([*pairs, ('view', 'list'), ('page', page)])}").text
        main = text[text.index("<main"):text.index("</main>")]
        found |= {int(number) for number in re.findall(r'href="/events/(\d+)"', main)}
        pages = max(map(int, re.findall(r"共 (\d+) 页", main)), default=1)
        page += 1
    return found


def ids_buried():
    return set(db.session.scalars(db.select(FeedEntry.event_id).where(FeedEntry.is_tombstone.is_(True))))


def buried_in_window():
    window = Window.around(local(TODAY).date())
    first, last = midnight(window.first, "Asia/Shanghai"), midnight(window.last, "Asia/Shanghai")
    return {entry.event_id for entry in db.session.scalars(db.select(FeedEntry).where(
        FeedEntry.is_tombstone.is_(True), FeedEntry.language == "zh"))
        if entry.ends_at > first and entry.starts_at < last and entry.stays_until > TODAY}
