"""A private feed holds what its person may see now, and its address is a key."""

from __future__ import annotations

import re
import sys
from datetime import date, timedelta

import pytest
import sqlalchemy
import time_machine

from app.accounts.links import hashed
from app.accounts.models import Role
from app.accounts.settings import OfficeSettings
from app.db import Change, acting_as, db, note
from app.events.words import EventKind
from app.feeds.tokens import FeedNameTaken, FeedToken, Holding, TooManyFeeds
from app.keeping.logs import without_keys
from calendars.entry import render_entry
from tests.app.feeds.reading import AN_HOUR_ON, fetch, read, titles
from tests.app.plans.keeping import a_milestone
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_region, a_task, an_event, an_office, chen, wang

EVERYTHING, FREE = tuple(Holding), "TRANSPARENT"


def an_address(person, *holds, name="我的"):
    _made, token = FeedToken.issue(person, name, holds or EVERYTHING, AS_OF)
    return f"/f/{token}.ics"


def test_it_holds_what_its_person_made_and_is_the_contact_of(app, client):
    person = chen(a_city_office("成都"))
    with acting_as(f"person:{person.id}"):
        an_event("我建的", organization=a_city_office("成都"))
    an_event("我是联系人的", organization=a_city_office("绵阳"), contact="Chen 028-1",
             starts_at=AS_OF + timedelta(days=11))
    an_event("别人的", organization=a_city_office("成都"))

    assert titles(client, an_address(person, Holding.MINE)) == ["我建的", "我是联系人的"]


def test_a_stage_comes_with_the_competition_that_its_person_made(app, client):
    person = chen()
    with acting_as(f"person:{person.id}"):
        whole = an_event("大赛", kind=EventKind.COMPETITION)
    whole.add_part(an_event("初赛", kind=EventKind.COMPETITION, published=False), AS_OF)

    assert titles(client, an_address(person, Holding.MINE)) == ["大赛", "大赛 · 初赛"]


def test_drafts_of_the_office_are_tentative_and_lead_to_the_console(app, client):
    office = a_city_office("成都")
    draft, sent = (an_event(title, organization=office, published=False) for title in ("草稿", "送审"))
    sent.starts_at, sent.ends_at = sent.starts_at + timedelta(days=1), sent.ends_at + timedelta(days=1)
    sent.submit(chen(office), AS_OF)

    found = read(client, an_address(a_person("Gu", Role.REVIEWER, office), Holding.OFFICE))

    assert [(one.uid, one.summary, one.status) for one in found] == [
        (draft.ical_uid, "【草稿】草稿", "TENTATIVE"), (sent.ical_uid, "【待审】送审", "TENTATIVE")]
    body = fetch(client, an_address(a_person("Zu", Role.REVIEWER, office), Holding.OFFICE)).text.replace("\r\n ", "")
    assert re.findall(r"^URL:(.*)\r", body, re.M) == [
        f"http://wujin.test/console/events/{one.id}" for one in (draft, sent)]


def test_a_draft_that_moves_raises_its_sequence_and_keeps_it_when_it_is_published(app, client):
    office = a_city_office("成都")
    draft = an_event("草稿", organization=office, published=False)
    address = an_address(a_person("Gu", Role.REVIEWER, office), Holding.OFFICE)
    [was] = read(client, address)

    draft.reschedule(draft.span.moved_by(timedelta(days=9)), AS_OF + timedelta(hours=1))
    db.session.commit()
    [moved] = read(client, address)
    draft.publish(AS_OF + timedelta(hours=2))
    db.session.commit()
    [public] = read(client, address)

    assert (moved.uid, moved.starts - was.starts, moved.sequence - was.sequence) == (was.uid, timedelta(days=9), 1)
    assert (public.uid, public.status, public.sequence >= moved.sequence) == (was.uid, "CONFIRMED", True)


def test_what_is_public_is_told_as_in_the_public_feed(app, client):
    person = chen()
    for title, verb in (("讲座", ""), ("取消的", "cancel"), ("延期的", "postpone")):
        event = an_event(title)
        if verb:
            getattr(event, verb)(AS_OF)

    def entries(address):
        return re.findall(r"BEGIN:VEVENT.*?END:VEVENT", fetch(client, address).text, re.S)

    assert entries(an_address(person, Holding.OFFICE)) == entries("/calendar.ics")
    assert len(entries("/calendar.ics")) == 3


def test_one_taken_back_is_a_draft_again_under_its_uid(app, client):
    event = an_event("讲座")
    event.unpublish(AS_OF)

    assert [(one.uid, one.summary, one.status, one.sequence) for one in read(
        client, an_address(chen(), Holding.OFFICE))] == [
        (event.ical_uid, "【草稿】讲座", "TENTATIVE", event.sequence)]


def test_the_offices_below_come_only_when_asked_for(app, client):
    person = chen()
    an_event("省里的")
    an_event("市里的", organization=a_city_office("成都"), starts_at=AS_OF + timedelta(days=12))

    assert titles(client, an_address(person, Holding.OFFICE)) == ["省里的"]
    assert titles(client, an_address(person, Holding.OFFICE, Holding.BELOW, name="含下级")) == ["省里的", "市里的"]


def test_a_stranger_sees_no_draft_of_others(app, client):
    an_event("成都的草稿", organization=a_city_office("成都"), published=False, contact="Wang")

    assert titles(client, an_address(wang(), Holding.MINE, Holding.OFFICE, Holding.BELOW)) == []


def test_a_role_taken_takes_what_it_showed_at_once(app, client):
    office, other = a_city_office("成都"), a_city_office("绵阳")
    person = chen(office)
    person.give(Role.ORGANIZER, other, AS_OF)
    an_event("绵阳的草稿", organization=other, published=False)
    address = an_address(person, Holding.OFFICE)
    before = titles(client, address)

    person.take(person.holds(Role.ORGANIZER, other), AS_OF)

    assert (before, titles(client, address)) == (["【草稿】绵阳的草稿"], [])


def test_deadlines_and_milestones_are_whole_days_that_leave_time_free(app, client):
    office = a_city_office("成都")
    person = a_person("Gu", Role.LEADER, office)
    an_event("培训", organization=office, takes_enrolments=True, signup_closes_at=AS_OF + timedelta(days=5))
    task = a_task("I2.1")
    task.lead_organization, task.due_on = office, date(2026, 6, 30)
    milestone = a_milestone("申报", organization=office, due_on=date(2026, 4, 1))

    found = read(client, an_address(person, Holding.DEADLINES, Holding.MILESTONES))

    assert [(one.summary, one.starts, one.transp) for one in found] == [
        ("报名截止：培训", date(2026, 3, 7), FREE), (f"节点：{milestone.title}", date(2026, 4, 1), FREE),
        (f"任务时限：I2.1 {task.title}", date(2026, 6, 30), FREE)]


def test_a_moved_milestone_keeps_its_uid_and_raises_its_sequence(app, client):
    milestone = a_milestone(due_on=date(2026, 4, 1))
    address = an_address(chen(), Holding.MILESTONES)
    first, = read(client, address)

    milestone.reach(date(2026, 3, 2), AS_OF + timedelta(hours=1))
    second, = read(client, address)

    assert (second.uid, second.sequence > first.sequence, second.summary) == (
        first.uid, True, f"已完成的节点：{milestone.title}")


def test_the_day_of_the_return_is_the_offices_own(app, client):
    office = a_city_office("成都")
    OfficeSettings.of(an_office()).change(AS_OF, return_day=5)

    found = read(client, an_address(chen(office), Holding.DEADLINES))

    assert [(one.starts, one.summary) for one in found if one.starts.month == 4 and one.starts.year == 2026] == [
        (date(2026, 4, 5), f"月报报送日：{office.name} 2026-03")]
    assert len({one.uid for one in found}) == len(found) == 32


def test_it_is_for_one_reader_alone(app, client):
    an_event("讲座")
    answer = fetch(client, address := an_address(chen()))

    assert {name: answer.headers.get(name) for name in (
        "Content-Type", "Cache-Control", "X-Robots-Tag", "Referrer-Policy", "Set-Cookie", "Last-Modified")} == {
        "Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "Set-Cookie": None, "Last-Modified": None}
    assert "SOURCE" not in answer.text
    assert address[3:-4] not in answer.text


@pytest.mark.parametrize("sent", [{}, {"Accept_Encoding": "gzip"}])
def test_a_reader_who_has_it_gets_304_until_something_changes(app, client, sent):
    event = an_event("讲座", published=False)
    address = an_address(chen())
    tag = fetch(client, address, **sent).headers["ETag"]
    known = fetch(client, address, If_None_Match=tag, **sent)

    event.revise(AS_OF, title="改了名")

    assert (known.status_code, known.data, known.headers["Cache-Control"], known.headers["ETag"]) == (
        304, b"", "private, no-cache", tag)
    assert fetch(client, address, If_None_Match=tag, **sent).status_code == 200


def test_304_is_found_without_reading_a_single_stored_entry(app, client):
    for number in range(3):
        an_event(f"讲座{number}")
    an_event("草稿", published=False)
    address, asked = an_address(chen()), []
    tag = fetch(client, address).headers["ETag"]
    sqlalchemy.event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    known = fetch(client, address, If_None_Match=tag)
    without = [sql for sql in asked if "feed_entry.body" in sql]
    fetch(client, address)

    assert (known.status_code, without, len([sql for sql in asked if "feed_entry.body" in sql])) == (304, [], 1)


def renders(action):
    """How many entries are made while something is done."""
    made = []

    def hear(frame, what, _more):
        if what == "call" and frame.f_code is render_entry.__code__:
            made.append(1)

    sys.setprofile(hear)
    try:
        action()
    finally:
        sys.setprofile(None)
    return len(made)


@pytest.mark.feeds(24)
def test_304_makes_no_entry_of_drafts_and_days_and_costs_the_same_however_many(app, client, count_queries):
    address, answers = an_address(chen(), *EVERYTHING), []

    def ask(**known):
        answers.append(fetch(client, address, **known))

    def cost(number):
        an_event(f"草稿{number}", published=False, tasks=[a_task("I2.1")])
        an_event(f"讲座{number}", takes_enrolments=True, signup_closes_at=AS_OF + timedelta(days=1))
        a_milestone(f"节点{number}", due_on=date(2026, 4, 1))
        db.session.commit()
        made = renders(ask)
        known = {"If_None_Match": answers[-1].headers["ETag"]}
        return made > 3 * number, renders(lambda: ask(**known)), count_queries(lambda: ask(**known))

    costs = [cost(number) for number in range(1, 5)]

    assert [(one[:2]) for one in costs] == [(True, 0)] * 4
    assert costs[1][2] == costs[2][2] == costs[3][2]
    assert {answer.status_code for answer in answers} == {200, 304}


@pytest.mark.feeds(24)
def test_304_reads_no_words_of_a_draft(app, client):
    an_event("草稿", published=False)
    address, asked = an_address(chen(), Holding.OFFICE), []
    tag = fetch(client, address).headers["ETag"]
    sqlalchemy.event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    known = fetch(client, address, If_None_Match=tag)
    reads = [sql for sql in asked if "event.description" in sql]
    fetch(client, address)

    assert (known.status_code, reads, "event.description" in " ".join(asked)) == (304, [], True)


@pytest.mark.parametrize("change", ["another office's part", "a draft's whole", "send in", "name of the city"])
def test_what_a_draft_shows_of_others_makes_a_new_tag(app, client, change):
    whole = an_event("讲坛", published=False)
    issue = an_event("第一期", published=False, organization=a_city_office("绵阳"))
    whole.add_part(issue, AS_OF)
    db.session.commit()
    address = an_address(chen(), Holding.OFFICE)
    before = fetch(client, address)
    match change:
        case "another office's part":
            issue.discard(AS_OF)
        case "a draft's whole":
            whole.revise(AS_OF, title="改了名的讲坛")
        case "send in":
            whole.state = "submitted"
        case "name of the city":
            city = a_region()
            city.name = city.short_name = "改了名的市"
            note(Change(city, "renamed", AS_OF))
    db.session.commit()
    after = fetch(client, address, If_None_Match=before.headers["ETag"])

    assert (after.status_code, after.data == before.data) == (200, False)


@pytest.mark.parametrize("change", ["publish", "move", "unpublish", "rename the task", "delete"])
def test_whatever_changes_in_it_makes_a_new_tag(either_app, change):
    client, task = either_app.test_client(), a_task("I2.1")
    event, draft = an_event("讲座", tasks=[task]), an_event("草稿", published=False, tasks=[task])
    address = an_address(chen())
    before = fetch(client, address)
    match change:
        case "publish":
            draft.publish(AS_OF)
        case "move":
            event.reschedule(event.span.moved_by(timedelta(days=1)), AS_OF)
        case "unpublish":
            event.unpublish(AS_OF)
        case "rename the task":
            task.title = "另一个名字"
            note(Change(task, "renamed", AS_OF))
        case "delete":
            draft.discard(AS_OF)
    after = fetch(client, address, If_None_Match=before.headers["ETag"])

    assert (after.status_code, after.data == before.data) == (200, False)


def test_both_databases_hold_the_same_in_one_order(either_app):
    """Stored entries, drafts, deadlines and milestones, as three parsers read them; then taken back and gone."""
    client, person = either_app.test_client(), chen()
    with acting_as(f"person:{person.id}"):
        an_event("讲座", takes_enrolments=True, signup_closes_at=AS_OF + timedelta(days=1))
        an_event("草稿", published=False, starts_at=AS_OF + timedelta(days=2))
        gone = an_event("要撤的", starts_at=AS_OF + timedelta(days=12))
    a_milestone("节点", due_on=date(2026, 3, 5))
    made, token = FeedToken.issue(person, "我的", EVERYTHING, AS_OF)
    db.session.commit()
    gone.unpublish(AS_OF)
    gone.discard(AS_OF)

    found = titles(client, f"/f/{token}.ics")
    made.revoke(AS_OF)

    assert [one for one in found if "月报" not in one and "任务时限" not in one] == [
        "报名截止：讲座", "【草稿】草稿", "节点：节点", "讲座", "【已取消】要撤的"]
    assert made.fetched_at == AN_HOUR_ON
    assert fetch(client, f"/f/{token}.ics").status_code == 410


def test_two_fetches_without_a_change_are_alike(app, client):
    an_event("草稿", published=False)
    a_milestone(due_on=date(2026, 4, 1))
    address = an_address(chen())

    assert fetch(client, address).data == fetch(client, address, on=AN_HOUR_ON + timedelta(hours=3)).data


def refused(client, address):
    answer = fetch(client, address)
    return answer.status_code, answer.headers["Content-Type"], answer.text, answer.headers["X-Robots-Tag"]


GONE = (410, "text/plain; charset=utf-8",
        "这个私人日历已停用。请到工作台“我的私人日历”里看，或者换一个地址。\n", "noindex")


def test_an_unknown_token_is_told_from_a_revoked_one(app, client):
    made, token = FeedToken.issue(chen(), "我的", EVERYTHING, AS_OF)
    made.revoke(AS_OF)

    assert refused(client, f"/f/{token}.ics") == GONE
    assert refused(client, "/f/nobody.ics") == (
        404, "text/plain; charset=utf-8", "没有这个日历地址。请核对是不是抄全了。\n", "noindex")


def test_a_rotated_feed_has_a_new_address_and_the_old_one_is_gone(app, client):
    made, token = FeedToken.issue(chen(), "我的", [Holding.MINE], AS_OF)

    again, fresh = made.rotate(AS_OF)

    assert (again.name, again.holds) == ("我的", ["mine"])
    assert refused(client, f"/f/{token}.ics") == GONE
    assert fetch(client, f"/f/{fresh}.ics").status_code == 200


def test_who_is_deactivated_or_has_no_role_left_has_no_feed(app, client):
    person, other = chen(), wang()
    mine, others = an_address(person), an_address(other)
    other.take(other.grants[0], AS_OF)
    person.deactivate(AS_OF)
    told = [refused(client, mine), refused(client, others)]

    person.reactivate(AS_OF)

    assert [*told, refused(client, mine)] == [GONE] * 3


@pytest.mark.parametrize(("query", "sentence"), [
    ("kind=lecture", "没有“kind”这个筛选项。"), ("since=2026-01-01", "没有“since”这个筛选项。"),
    ("lang=fr", "“lang”只能是 zh 或 en。"),
    ("alarm=soon", "“alarm”要写成 PT30M、PT1H 或 P1D 这样的提前量，最多 14 天。")])
def test_what_it_cannot_be_asked_gets_a_sentence_and_no_calendar(app, client, query, sentence):
    answer = fetch(client, f"{an_address(chen())}?{query}")

    assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (
        400, "text/plain; charset=utf-8", sentence + "\n")


def test_that_it_was_fetched_is_written_once_an_hour(app, client, count_queries):
    made, token = FeedToken.issue(chen(), "我的", EVERYTHING, AS_OF)
    seen = []
    for minutes in (0, 30, 59, 61):
        fetch(client, f"/f/{token}.ics", on=AS_OF + timedelta(minutes=minutes))
        seen.append(made.fetched_at)

    assert seen == [AS_OF, AS_OF, AS_OF, AS_OF + timedelta(minutes=61)]


def test_the_token_is_kept_as_a_hash_and_hidden_in_the_log(app):
    made, token = FeedToken.issue(chen(), "我的", EVERYTHING, AS_OF)

    assert (len(token) >= 43, made.token_hash) == (True, hashed(token))
    assert without_keys(f"/f/{token}.ics") == "/f/….ics"
    assert without_keys("/f/short.ics") == "/f/….ics"


def test_many_drafts_cost_as_many_queries_as_one(app, client, count_queries):
    address = an_address(chen())

    def cost():
        with time_machine.travel(AS_OF, tick=False):
            client.get(address)  # what is written once an hour is written
            return count_queries(lambda: client.get(address))

    for number in range(2):
        an_event(f"草稿{number}", published=False, tasks=[a_task()])
        an_event(f"讲座{number}", takes_enrolments=True, signup_closes_at=AS_OF + timedelta(days=1))
        a_milestone(f"节点{number}", due_on=date(2026, 4, 1))
    few = cost()
    for number in range(2, 6):
        an_event(f"草稿{number}", published=False, tasks=[a_task("S1.1")])
        an_event(f"讲座{number}", takes_enrolments=True, signup_closes_at=AS_OF + timedelta(days=1))
        a_milestone(f"节点{number}", due_on=date(2026, 4, 1))

    assert cost() == few


def test_two_feeds_of_one_person_have_names_that_tell_them_apart(app):
    person = chen()
    FeedToken.issue(person, "我的", EVERYTHING, AS_OF)

    with pytest.raises(FeedNameTaken):
        FeedToken.issue(person, "我的", EVERYTHING, AS_OF)
    for number in range(9):
        FeedToken.issue(person, f"第{number}个", EVERYTHING, AS_OF)
    with pytest.raises(TooManyFeeds):
        FeedToken.issue(person, "第十一个", EVERYTHING, AS_OF)


def test_the_address_is_shown_once(app, signed_in):
    browser = signed_in(chen())
    page = browser.post("/console/me/feeds", data={"name": "手机", "holds": ["mine", "office"]})
    address = re.search(r'value="http://wujin\.test(/f/[\w-]{43}\.ics)"', page.text)[1]
    listed = browser.get("/console/me/feeds")

    assert (page.status_code, page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == (
        200, "no-referrer", "private, no-store")
    assert ("手机" in listed.text, address in listed.text) == (True, False)
    assert browser.get(address).status_code == 200
    assert "还没有程序读取过" not in browser.get("/console/me/feeds").text


@pytest.mark.parametrize(("sent", "sentence"), [
    ({"name": "手机"}, "请至少选一样。"), ({"name": "手机", "holds": ["below"]}, "请至少选一样。"),
    ({"name": "", "holds": ["mine"]}, "请填名称。"), ({"name": "手机", "holds": ["all"]}, "请从列表里选。")])
def test_a_form_that_lacks_something_comes_back_with_its_words(app, signed_in, sent, sentence):
    page = signed_in(chen()).post("/console/me/feeds", data=sent)

    assert (page.status_code, sentence in page.text, f'value="{sent["name"]}"' in page.text) == (422, True, True)


def test_another_cannot_touch_it(app, signed_in):
    made, _token = FeedToken.issue(chen(), "我的", EVERYTHING, AS_OF)
    browser = signed_in(wang())

    for verb in ("address", "revocation"):
        assert browser.post(f"/console/me/feeds/{made.id}/{verb}").status_code == 404
    assert db.session.get(FeedToken, made.id).revoked_at is None


@pytest.mark.parametrize("change", ["a deadline", "a milestone"])
def test_deadlines_and_milestones_make_a_new_tag_when_they_move(app, client, change):
    lecture = an_event("讲座", organization=a_city_office("绵阳"), takes_enrolments=True,
                       signup_closes_at=AS_OF + timedelta(days=1))
    milestone = a_milestone("节点", due_on=date(2026, 4, 1))
    address = an_address(chen(), Holding.BELOW, Holding.DEADLINES, Holding.MILESTONES)
    before = fetch(client, address)
    if change == "a deadline":
        lecture.revise(AS_OF, signup_closes_at=AS_OF + timedelta(days=2))
    else:
        milestone.due_on = date(2026, 4, 2)
    db.session.commit()
    after = fetch(client, address, If_None_Match=before.headers["ETag"])

    assert (after.status_code, after.data == before.data) == (200, False)
