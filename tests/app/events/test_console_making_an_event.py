import pytest

from app.accounts.models import Role
from app.db import db
from app.events.words import EventKind
from tests.app.events.filling import events, in_days, kept, mistakes, the_form, ticked, typed
from tests.factories import a_city_office, a_person, a_plan, a_task, an_event, an_office, chen, wang


@pytest.fixture
def desk(app, signed_in):
    a_plan()
    browser = signed_in(chen())
    return browser


def test_a_lecture_is_made_for_two_tasks_and_published_at_once(desk):
    answer = desk.post("/console/events", data=the_form(tasks=["I2.1", "E1.2"], then="publish"))

    made = events()[0]
    assert (answer.status_code, answer.location) == (302, f"/console/events/{made.id}")
    assert (made.state, made.capacity, made.takes_enrolments) == ("published", 120, True)
    assert [task.code for task in made.tasks] == ["E1.2", "I2.1"]
    assert (made.starts_at, made.ends_at) == (in_days(10), in_days(10, 16))


def test_a_draft_is_shown_to_its_makers_and_to_nobody_else(desk, client):
    answer = desk.post("/console/events", data=the_form(then="preview"))

    made = events()[0]
    assert answer.location == f"/console/events/{made.id}/preview"
    assert desk.get(answer.location).status_code == 200
    assert [client.get(address).status_code for address in (f"/events/{made.id}", answer.location)] == [404, 302]


def test_the_form_begins_with_what_the_task_says(desk):
    page = desk.get("/console/events/new?task=I2.1").text

    assert ticked(page, "tasks") == ["2026/I2.1"]
    assert ticked(page, "regions") == ["510000"]
    assert kept(page, "audience") == a_task("I2.1").audience
    assert f'<option selected value="{a_task("I2.1").event_kind}">' in page


def test_at_most_eight_fields_stand_before_the_fold(desk):
    page = desk.get("/console/events/new").text
    form = page[page.index('<form class="form"'):page.index("更多：报名")]

    assert form.count('class="field"') == 8


def test_a_form_sent_twice_makes_one_event(desk):
    key = kept(desk.get("/console/events/new").text, "form_key")

    answers = [desk.post("/console/events", data=the_form(form_key=key)) for _ in range(2)]

    assert [event.title for event in events()] == ["蜀光讲坛第一期"]
    assert answers[0].location == answers[1].location


@pytest.mark.parametrize("changes, sentence", [
    ({"ends_at": typed(in_days(10, 13))}, "结束：结束时间要晚于开始时间。"),
    ({"starts_at": "明天"}, "开始：请写成 2026-04-20 14:00 这样的日期和时间。"),
    ({"ends_at": "0001-01-01T00:00"}, "结束：年份要在 1971 到 2199 之间。"),
    ({"signup_closes_at": typed(in_days(11))}, "报名截止：报名截止不能晚于活动结束。"),
    ({"tasks": ["Z9.9"]}, "计划任务：计划里没有任务“Z9.9”，请从列表里选。"),
    ({"tasks": ["2019/I2.1"]}, "计划任务：计划里没有任务“I2.1”，请从列表里选。"),
    ({"regions": ["杭州"]}, "地区：没有叫“杭州”的地区，请从列表里选。"),
    ({"regions": []}, "地区：请至少选一个地区；面向全省的选“四川”。"),
    ({"title": "蜀光讲坛\r\nDTSTART:20260101"}, "名称：这里只能填一行，不能换行。"),
    ({"title": "蜀光\u202e讲坛"}, "名称：含有看不见的控制字符，请删去后再试。"),
    ({"title": ""}, "名称：请填活动名称。"),
    ({"online_url": "javascript:alert(1)"}, "线上链接：网址要以 http:// 或 https:// 开头，中间没有空格。"),
    ({"capacity": "0"}, "名额：名额要在 1 到 100000 之间。"),
    ({"kind": "campaign"}, "名额：宣传周不直接报名，请在它的子活动上设名额。"),
    ({"takes_enrolments": "y", "kind": "campaign", "capacity": ""},
     "接受网上报名，不限名额：宣传周不直接报名，请在它的子活动上设名额。"),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")
def test_bad_input_gets_a_sentence_and_changes_nothing(desk, changes, sentence):
    answer = desk.post("/console/events", data=the_form(**changes))

    assert (answer.status_code, mistakes(answer.text), events()) == (422, [sentence], [])


def test_a_title_too_long_is_refused(desk):
    answer = desk.post("/console/events", data=the_form(title="长" * 121))

    assert (answer.status_code, len(mistakes(answer.text)), events()) == (422, 1, [])


def test_what_was_typed_is_kept(desk):
    answer = desk.post("/console/events", data=the_form(
        title="重来 <b>一次</b>", ends_at="", regions=["510100", "成都 · 锦江区", "杭州"], speaker="讲师甲"))

    assert [kept(answer.text, name) for name in ("title", "location", "capacity", "speaker")] == [
        "重来 <b>一次</b>", "省委党校报告厅", "120", "讲师甲"]
    assert ticked(answer.text, "regions") == ["510100", "510104"]
    assert ticked(answer.text, "tasks") == ["2026/I2.1"]
    assert "<b>一次</b>" not in answer.text


def test_markup_in_a_title_is_shown_as_typed(desk):
    desk.post("/console/events", data=the_form(title="<script>alert(1)</script>", then="publish"))

    pages = [desk.get(f"/console/events/{events()[0].id}").text, desk.get("/console/events").text]
    assert ["<script>alert" in page for page in pages] == [False, False]
    assert ["&lt;script&gt;alert(1)&lt;/script&gt;" in page for page in pages] == [True, True]


def test_whole_days_are_taken_from_the_dates(desk):
    desk.post("/console/events", data=the_form(
        is_all_day="y", starts_at=typed(in_days(3)), ends_at=typed(in_days(4, 0))))

    made = events()[0]
    assert (made.is_all_day, made.span.starts_on, made.span.ends_on) == (
        True, in_days(3).date(), in_days(4).date())


def test_a_campaign_gets_a_page_of_its_own(desk, client):
    desk.post("/console/events", data=the_form(kind="campaign", capacity="", title_en="IP Week 2026", then="publish"))

    slug = events()[0].slug
    assert slug.startswith("ip-week-2026-")
    assert client.get(f"/campaigns/{slug}").status_code == 200


def test_an_item_is_put_under_the_campaign_of_the_office_above(app, signed_in):
    a_plan()
    campaign = an_event("知识产权宣传周", kind=EventKind.CAMPAIGN, starts_at=in_days(20), organization=an_office())
    stranger = signed_in(wang())

    offered = stranger.get("/console/events").text
    stranger.post("/console/events", data=the_form(parent=str(campaign.id), regions=["510700"]))

    item = events()[1]
    assert f'href="/console/events/new?parent={campaign.id}"' in offered
    assert (item.parent_id, item.part, item.organization.name) == (campaign.id, "item", "绵阳市市场监督管理局")


def test_nothing_is_put_under_the_campaign_of_a_neighbour_or_under_a_draft(app, signed_in):
    a_plan()
    neighbours = an_event("成都宣传周", kind=EventKind.CAMPAIGN, starts_at=in_days(20), organization=a_city_office())
    draft = an_event("全省宣传周", kind=EventKind.CAMPAIGN, starts_at=in_days(20), published=False)
    stranger = signed_in(wang())

    answers = [stranger.post("/console/events", data=the_form(parent=str(parent.id), capacity=""))
               for parent in (neighbours, draft)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert len(events()) == 2


def test_a_leader_reads_and_makes_nothing(app, signed_in):
    event = an_event(starts_at=in_days(5))
    leader = signed_in(a_person("Leader", Role.LEADER, an_office()))

    page = leader.get(f"/console/events/{event.id}")
    assert (page.status_code, f"/console/events/{event.id}/cancellation" in page.text) == (200, False)
    assert [leader.get("/console/events/new").status_code,
            leader.post("/console/events", data=the_form()).status_code,
            leader.post(f"/console/events/{event.id}/cancellation").status_code] == [403, 403, 403]
    db.session.refresh(event)
    assert event.state == "published"
