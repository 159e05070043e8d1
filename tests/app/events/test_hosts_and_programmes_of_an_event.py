import pytest
from sqlalchemy import select

from app.db import db
from app.events.differences import differences
from app.events.reviewing import of_event, to_work_on
from app.plans.registers import RegisterEntry
from tests.app.events.approving import Offices, feed
from tests.app.events.filling import events, in_days, mistakes, the_edit, the_figures, the_form, ticked
from tests.app.plans.keeping import a_programme, a_register, an_entry
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_plan, a_region, a_task, an_event, an_office, chen, wang
from tests.letters import enrolled, ledger


@pytest.fixture
def schools(app):
    a_plan()
    return a_register("学校", unit="所", can_host=True)


@pytest.fixture
def school(schools):
    made = an_entry("演示小学", register=schools, region=a_region("锦江区"))
    db.session.commit()
    return made


@pytest.fixture
def forum(app):
    made = a_programme()
    db.session.commit()
    return made


@pytest.fixture
def desk(app, signed_in):
    an_office()
    return signed_in(chen())


def said(event):
    return [one.name for one in event.hosts], [one.name for one in event.programmes]


def entries():
    db.session.expire_all()
    return [(one.name, one.region_code, one.organization.name) for one in db.session.scalars(
        select(RegisterEntry).order_by(RegisterEntry.id))]


@pytest.mark.parametrize("word", ["演示小学", "演示小学（锦江区）"])
def test_a_host_is_chosen_by_name_and_a_programme_by_tick_and_both_show(desk, client, school, forum, word):
    answer = desk.post("/console/events", data=the_form(
        hosts=["", word], programmes=[str(forum.id)], then="publish"))

    [event] = events()
    assert (answer.status_code, said(event)) == (302, (["演示小学"], ["蜀光讲坛"]))
    inside, outside = desk.get(f"/console/events/{event.id}").text, client.get(f"/events/{event.id}").text
    assert f'href="/console/plan/registers/entries/{school.id}">演示小学</a>' in inside
    assert f'href="/console/plan/programmes/{forum.id}">蜀光讲坛</a>' in inside
    assert [outside.count(word) for word in ("演示小学", "蜀光讲坛</dd>")] == [1, 1]
    assert ticked(desk.get(f"/console/events/{event.id}/edit").text, "hosts") == [f"entry:{school.id}"]


def test_a_name_nobody_knows_is_asked_about_and_can_be_entered_on_the_way(desk, schools):
    form = the_form(hosts=["新办的小学"], regions=["510104"])
    asked = desk.post("/console/events", data=form)

    answer = desk.post("/console/events", data=form | {"host_register": str(schools.id)})

    assert (asked.status_code, mistakes(asked.text)) == (422, [
        "举办的学校、企业或基地：登记里没有“新办的小学”。请从列表里选；要新登记，请在下面选登记到哪里。"])
    assert 'value="新办的小学"' in asked.text
    assert (answer.status_code, said(events()[0])[0]) == (302, ["新办的小学"])
    assert entries() == [("新办的小学", "510104", an_office().name)]


def test_of_two_that_share_a_name_the_place_must_be_said(desk, schools, school):
    an_entry("演示小学", register=schools, region=a_region("武侯区"))
    db.session.commit()

    doubtful = desk.post("/console/events", data=the_form(hosts=["演示小学"], host_register=str(schools.id)))
    desk.post("/console/events", data=the_form(hosts=["演示小学（武侯区）"]))

    assert mistakes(doubtful.text) == ["举办的学校、企业或基地：有几个都叫“演示小学”，请从列表里选带地区的那一个。"]
    assert [one.region_code for one in events()[0].hosts] == ["510107"]


def test_a_programme_that_is_not_there_or_too_many_hosts_are_refused_and_nothing_is_entered(desk, schools):
    answer = desk.post("/console/events", data=the_form(
        programmes=["999"], hosts=[f"第{number}小学" for number in range(61)], host_register=str(schools.id)))

    assert (answer.status_code, mistakes(answer.text)) == (422, [
        "品牌活动：没有这个品牌活动，请从列表里选。", "举办的学校、企业或基地：一次活动最多填 60 个举办地。"])
    assert (events(), entries()) == ([], [])


def test_people_in_a_register_are_never_hosts(desk, app):
    a_plan()
    teachers = a_register("推荐师资", unit="人", is_personal=True, can_host=True)
    person = an_entry("某某某", register=teachers)
    db.session.commit()

    by_name, by_id = (desk.post("/console/events", data=the_form(hosts=[word])) for word in (
        "某某某", f"entry:{person.id}"))

    assert (by_name.status_code, "某某某（" in by_name.text) == (422, False)
    assert (by_id.status_code, said(events()[0])[0]) == (302, [])


def test_a_task_that_names_a_programme_suggests_it(desk):
    a_plan()
    forum = a_programme("专属讲坛")
    a_task("I2.1").programmes = ["专属讲坛"]
    db.session.commit()

    assert ticked(desk.get("/console/events/new?task=I2.1").text, "programmes")[:1] == [str(forum.id)]
    assert 'checked' in desk.get("/console/events/new?task=I2.1").text.split('id="programmes"')[1].split("</ul>")[0]


def test_an_event_entered_afterwards_says_both_too(desk, school, forum):
    day = f"{in_days(-2):%Y-%m-%d}"

    answer = desk.post("/console/events/held", data=the_figures(
        title="讲座", kind="lecture", tasks=["I2.1"], regions=["510104"], held_on=day, location="校内",
        hosts=["演示小学"], programmes=[str(forum.id)]))

    assert (answer.status_code, said(events()[0])) == (302, (["演示小学"], ["蜀光讲坛"]))


def test_another_host_writes_to_nobody_and_moves_no_calendar(desk, client, school, forum):
    event = an_event(starts_at=in_days(10), takes_enrolments=True, tasks=[a_task()])
    enrolled(event)
    db.session.commit()
    before, revised = feed(client), event.revised_at

    desk.post(f"/console/events/{event.id}/edit", data=the_edit(
        event, takes_enrolments="y", tasks=["I2.1"], location=event.location, hosts=["演示小学"],
        programmes=[str(forum.id)]))

    changed = events()[0]
    assert (said(changed), changed.sequence, changed.revised_at, changed.version) == (
        (["演示小学"], ["蜀光讲坛"]), 0, revised, 3)
    assert (feed(client), ledger()) == (before, [])


def test_a_change_of_both_waits_for_the_reviewer_with_old_and_new(school, forum, client):
    offices = Offices()
    event = offices.event()
    work = to_work_on(event, offices.chen)
    work.revise(AS_OF, hosts=[school], programmes=[forum])
    change = work.keep(offices.chen, AS_OF)
    db.session.commit()
    page = client.get(f"/events/{event.id}").text

    rows = [(one.word, one.before, one.after) for one in differences(change)]
    of_event(event)[0].agree(offices.he, AS_OF)
    db.session.commit()

    assert rows == [("举办地", "", "演示小学"), ("品牌活动", "", "蜀光讲坛")]
    assert ("演示小学" in page, said(events()[0])) == (False, (["演示小学"], ["蜀光讲坛"]))


def test_a_stranger_chooses_hosts_of_the_whole_office_but_sees_no_entry_of_another_city(app, signed_in, school):
    stranger = signed_in(wang())

    stranger.post("/console/events", data=the_form(hosts=["演示小学"], regions=["510700"]))

    [event] = events()
    page = stranger.get(f"/console/events/{event.id}").text
    assert (said(event)[0], event.organization) == (["演示小学"], a_city_office("绵阳"))
    assert f'href="/console/plan/registers/entries/{school.id}"' not in page


def test_the_form_asks_as_often_however_many_hosts_there_are(desk, schools, school, count_queries):
    event, counts = an_event(starts_at=in_days(10), hosts=[school]), []
    desk.get("/console/events/new")
    for number in range(2):
        db.session.commit()
        counts.append(count_queries(lambda: desk.get(f"/console/events/{event.id}/edit")))
        event.hosts = [school, *(an_entry(f"第{one}小学", register=schools, region=a_region("武侯区"))
                                 for one in range(3 * (1 - number)))]

    assert counts[0] == counts[1]
