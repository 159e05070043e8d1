import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.events.approval import PublishingRule
from app.events.models import Event
from app.events.reviewing import announce, of_event
from app.events.waiting import EventChange, Proposed
from app.events.words import EventKind
from tests.app.events.approving import Offices, a_rule, an_administrator, feed, letters
from tests.app.events.filling import events, in_days, mistakes, opened, the_edit, the_figures, the_form, typed
from tests.factories import a_city_office, a_person, an_event, an_office, figures, wang
from tests.letters import enrolled


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


@pytest.fixture
def chen(offices, signed_in):
    return signed_in(offices.chen)


@pytest.fixture
def he(offices, signed_in):
    return signed_in(offices.he)


@pytest.fixture
def published(offices):
    return offices.event(starts_at=in_days(10))


@pytest.fixture
def sent(offices):
    return a_sent_one(offices)


def a_sent_one(offices, title="知识产权讲座"):
    event = offices.event(title, starts_at=in_days(10), published=False)
    announce(event, offices.chen, now())
    db.session.commit()
    return event


def key(event: Event) -> str:
    [one] = of_event(event)
    return one.key


def decide(browser, *events, decision="agree", reason=""):
    return browser.post("/console/review/decisions", data={
        "item": [key(one) for one in events], "decision": decision, "reason": reason})


def moved(event, **changes):
    """The form as it opens over the change that waits, where one does."""
    db.session.expire_all()
    return {"version": str(Proposed(event).version), "starts_at": typed(in_days(11)),
            "ends_at": typed(in_days(11, 16)), "location": "二楼"} | changes


def test_an_event_goes_county_city_public_with_one_return(chen, he, client, offices):
    chen.post("/console/events", data=the_form(title="第一期", tasks=[], then="publish"))
    [event] = events()
    sent_state = event.state
    decide(he, event, decision="return", reason="请补主讲")
    page = chen.get(f"/console/events/{event.id}").text
    chen.post(f"/console/events/{event.id}/edit", data=the_form(
        title="第一期", tasks=[], version=str(events()[0].version), speaker="某讲师", then="publish"))
    hidden = client.get(f"/events/{event.id}").status_code
    decide(he, events()[0])

    assert (sent_state, "请补主讲" in page, hidden) == ("submitted", True, 404)
    assert (events()[0].state, events()[0].speaker) == ("published", "某讲师")
    assert [subject for _, _, subject in letters()] == ["退回修改：第一期", "已发布：第一期"]


def test_the_buttons_say_send_in_where_one_must(chen, he, offices):
    draft = offices.event(starts_at=in_days(10), published=False)

    words = [["送审" in browser.get(page).text, ">发布</button>" in browser.get(page).text.replace("</svg>", ">")]
             for browser in (chen, he) for page in (
                 f"/console/events/{draft.id}", f"/console/events/{draft.id}/edit",
                 f"/console/events/{draft.id}/preview")]

    assert words == [[True, False]] * 3 + [[False, True]] * 3


def test_a_submitted_event_rests_until_its_author_takes_it_back(chen, sent):
    page, answer = chen.get(f"/console/events/{sent.id}/edit"), chen.post(
        f"/console/events/{sent.id}/edit", data=the_edit(sent, title="改了", starts_at=typed(in_days(10)),
                                                         ends_at=typed(in_days(10, 16))))
    resting = events()[0].title
    chen.post(f"/console/events/{sent.id}/retraction")

    assert (page.status_code, answer.status_code, resting) == (409, 409, "知识产权讲座")
    assert (events()[0].state, chen.get(f"/console/events/{sent.id}/edit").status_code) == ("draft", 200)


def test_a_stranger_finds_nothing_to_review_send_in_or_say(signed_in, sent, offices):
    stranger = signed_in(wang())
    reviewer = signed_in(a_person("Wei", Role.REVIEWER, a_city_office("绵阳")))
    item = key(sent)

    answers = [stranger.post(f"/console/events/{sent.id}/{noun}", data={"text": "你好"}).status_code for noun in (
        "publication", "retraction", "change/withdrawal", "remarks")]
    page = reviewer.get(f"/console/review/{sent.id}")
    seen = (page.status_code, sent.title in reviewer.get("/console/review").text)
    decided = reviewer.post("/console/review/decisions", data={"item": item, "decision": "agree"})

    assert (answers, seen) == ([404] * 4, (404, False))
    assert (decided.status_code, mistakes(decided.text)) == (409, ["没有找到这个活动，或者它不归您管。"])
    assert (events()[0].state, events()[0].comments) == ("submitted", [])


def test_an_author_does_not_reach_the_reviewers_pages(chen, sent):
    answers = [chen.get("/console/review").status_code, chen.get(f"/console/review/{sent.id}").status_code,
               decide(chen, sent).status_code]

    assert (answers, events()[0].state) == ([403, 403, 403], "submitted")


def test_a_reviewer_of_the_county_itself_does_not_decide_for_the_city(signed_in, sent, offices):
    luo = signed_in(a_person("Luo", Role.REVIEWER, offices.county))

    answer = decide(luo, sent)

    assert mistakes(answer.text) == ["“知识产权讲座”：这要由“成都市市场监督管理局”的审核人员决定。"]
    assert (answer.status_code, events()[0].state) == (409, "submitted")


def test_several_are_decided_at_once_and_each_refused_one_is_named(he, offices, sent):
    other, third = a_sent_one(offices, "第二个"), a_sent_one(offices, "第三个")
    items = [key(one) for one in (sent, other, third)]
    other.take_back(now())
    db.session.commit()

    answer = he.post("/console/review/decisions", data={"item": items, "decision": "agree"})

    assert (answer.status_code, mistakes(answer.text)) == (
        409, ["“第二个”：已经有人处理过，或者送审的人改过、撤回了。请看新的内容再定。"])
    assert "已通过 2 件。" in answer.text
    assert [one.state for one in events()] == ["published", "draft", "published"]
    assert [subject for _, _, subject in letters()] == ["已发布：知识产权讲座", "已发布：第三个"]


def test_what_is_refused_half_way_leaves_nothing_behind_while_the_rest_is_done(chen, he, offices, published, sent):
    chen.post(f"/console/events/{published.id}/edit", data=the_edit(published, title="换了名称"))
    chen.post(f"/console/events/{published.id}/schedule", data=moved(published))
    published.record_figures(figures(offices.he), in_days(20), confirmed=True)
    db.session.commit()

    answer = decide(he, published, sent)

    assert mistakes(answer.text) == ["“知识产权讲座”：活动现在是“已办”，不能这样做。"]
    assert [(one.title, one.state) for one in events()] == [("知识产权讲座", "held"), ("知识产权讲座", "published")]
    assert db.session.scalars(select(AuditRow.subject_id).where(AuditRow.what == "revised")).all() == []


def test_what_changed_since_it_was_read_is_not_approved_unseen(he, offices, published):
    published.revise(now(), speaker="某讲师")
    a_change(offices, published, title="第一个名称")
    read = key(published)
    a_change(offices, published, title="第二个名称")

    answer = he.post("/console/review/decisions", data={"item": read, "decision": "agree"})

    assert (answer.status_code, events()[0].title) == (409, "知识产权讲座")


def a_change(offices, event, **fields):
    from app.events.reviewing import to_work_on

    work = to_work_on(event, offices.chen)
    work.revise(now(), **fields)
    work.keep(offices.chen, now())
    db.session.commit()


def test_returning_wants_a_reason_and_deciding_a_choice(he, sent):
    without_reason = decide(he, sent, decision="return")
    nothing = he.post("/console/review/decisions", data={"decision": "agree", "reason": "好"})

    assert (without_reason.status_code, mistakes(without_reason.text)) == (422, ["退回的原因：退回要写原因。"])
    assert f'value="{key(sent)}" checked' in without_reason.text
    assert (nothing.status_code, mistakes(nothing.text)[-1]) == (422, "请先勾选要处理的活动。")
    assert events()[0].state == "submitted"


def test_an_edit_of_a_published_event_waits_and_the_feed_keeps_its_bytes(chen, he, client, published):
    before = feed(client)
    answer = chen.post(f"/console/events/{published.id}/edit", data=the_edit(published, title="换了名称"))
    chen.post(f"/console/events/{published.id}/schedule", data=moved(
        published, reason="场地检修"))
    waiting = (feed(client) == before, events()[0].title, chen.get(f"/console/events/{published.id}").text)
    page = he.get(f"/console/review/{published.id}").text
    decide(he, published)

    assert (answer.status_code, waiting[:2]) == (302, (True, "知识产权讲座"))
    assert "有改动等着审核，公开的还是原来的样子" in waiting[2]
    assert ["<del>知识产权讲座</del>" in page, "<ins>换了名称</ins>" in page, "场地检修" in page] == [True] * 3
    assert (events()[0].title, events()[0].starts_at, events()[0].location) == ("换了名称", in_days(11), "二楼")
    assert feed(client) != before


def test_the_form_shows_what_already_waits_and_a_stale_one_overwrites_nothing(chen, offices, published):
    old = the_edit(published, title="旧表单里的")
    chen.post(f"/console/events/{published.id}/edit", data=the_edit(published, title="换了名称"))

    page = chen.get(f"/console/events/{published.id}/edit").text
    answer = chen.post(f"/console/events/{published.id}/edit", data=old)

    assert ('value="换了名称"' in page, answer.status_code) == (True, 409)
    assert EventChange.find_waiting(events()[0]).after["title"] == "换了名称"


def test_an_author_takes_his_change_back(chen, published):
    chen.post(f"/console/events/{published.id}/edit", data=the_edit(published, title="换了名称"))
    chen.post(f"/console/events/{published.id}/change/withdrawal")

    assert EventChange.find_waiting(events()[0]) is None
    assert "有改动等着审核" not in chen.get(f"/console/events/{published.id}").text


@pytest.mark.parametrize("noun, state, subject", [
    ("cancellation", "cancelled", "下级单位已取消：知识产权讲座"),
    ("postponement", "postponed", "下级单位已延期：知识产权讲座")])
def test_cancelling_and_postponing_act_at_once_and_the_reviewer_is_told(chen, published, noun, state, subject):
    enrolled(published)
    db.session.commit()

    chen.post(f"/console/events/{published.id}/{noun}", data=opened(published) | {"reason": "讲师生病"})

    assert (events()[0].state, letters()) == (state, [("events.acted", "he@example.org", subject)])


def test_who_publishes_alone_cancels_without_a_letter_to_reviewers(he, published):
    he.post(f"/console/events/{published.id}/cancellation", data=opened(published) | {"reason": "讲师生病"})

    assert (events()[0].state, letters()) == ("cancelled", [])


@pytest.mark.parametrize("noun, earlier", [("unpublication", None), ("restoration", "cancel")])
def test_taking_back_and_restoring_wait(chen, he, client, published, noun, earlier):
    if earlier:
        published.cancel(now())
        db.session.commit()
    before, was = feed(client), published.state

    chen.post(f"/console/events/{published.id}/{noun}")
    waiting = (events()[0].state, feed(client) == before)
    decide(he, published)

    assert waiting == (was, True)
    assert events()[0].state == ("published" if earlier else "draft")


def test_heads_entered_in_a_county_wait_and_are_confirmed_on_the_review_page(chen, he, client, offices):
    over = offices.event(starts_at=now() - timedelta(hours=3))
    chen.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures())
    waiting = (events()[0].figures_confirmed_at, "参加人次" in client.get(f"/events/{over.id}").text)
    closing = chen.post(f"/console/events/{over.id}/closing")
    listed = "86 人次" in he.get("/console/review").text
    decide(he, over)

    assert (waiting, closing.status_code, listed) == ((None, False), 409, True)
    assert events()[0].figures_confirmed_at is not None


def test_photos_are_seen_by_the_reviewer_and_by_the_public_once_confirmed(chen, he, client, offices, signed_in):
    over, stranger = offices.event(starts_at=now() - timedelta(hours=3)), signed_in(wang())
    chen.post(f"/console/events/{over.id}/figures", data=opened(over) | the_figures(photos=[a_photo()]))
    [photo] = events()[0].photos
    inside, outside = f"/console/events/{over.id}/photos/{photo.file_id}", f"/events/{over.id}/photos/{photo.file_id}"
    shown = f'src="{inside}"' in he.get(f"/console/review/{over.id}").text

    before = [answered(browser, path) for browser, path in (
        (he, inside), (stranger, inside), (client, inside), (client, outside))]
    decide(he, over)

    assert (shown, before, answered(client, outside)) == (True, [200, 404, 302, 404], 200)


def answered(browser, path: str) -> int:
    with browser.get(path) as answer:
        return answer.status_code


def a_photo() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "navy").save(out, "JPEG")
    return io.BytesIO(out.getvalue()), "现场.jpg"


def test_an_event_entered_afterwards_is_sent_in_with_its_figures(chen, client, offices):
    chen.post("/console/events/held", data=the_figures(
        title="补登的", kind="lecture", regions=["510104"], held_on=(now() - timedelta(days=3)).date().isoformat()))

    [event] = events()
    assert (event.state, event.figures.attendances, client.get(f"/events/{event.id}").status_code) == (
        "submitted", 86, 404)


def test_a_new_session_of_a_public_class_waits_and_moves_nothing(chen, he, client, offices):
    course = an_event("培训班", kind=EventKind.TRAINING, organization=offices.county, starts_at=in_days(10))
    db.session.commit()
    before, span = feed(client), course.span

    chen.post(f"/console/events/{course.id}/parts", data=moved(course, title="第二课"))
    waiting = (events()[1].state, events()[0].span == span, feed(client) == before)
    decide(he, events()[1])

    assert waiting == ("submitted", True, True)
    assert (events()[1].state, events()[0].span.starts_on) == ("published", in_days(11).date())


def test_remarks_go_to_and_fro_and_stay_inside(chen, he, client, sent):
    he.post(f"/console/events/{sent.id}/remarks", data={"text": "主讲定了吗？", "from": "review"})
    chen.post(f"/console/events/{sent.id}/remarks", data={"text": "定了，<b>明天</b>补上"})
    empty = he.post(f"/console/events/{sent.id}/remarks", data={"text": " "})
    decide(he, sent)

    assert [(one.author.name, one.text) for one in events()[0].comments] == [
        ("He", "主讲定了吗？"), ("Chen", "定了，<b>明天</b>补上")]
    assert empty.status_code == 422
    assert "&lt;b&gt;明天&lt;/b&gt;" in he.get(f"/console/review/{sent.id}").text
    assert "主讲定了吗" not in client.get(f"/events/{sent.id}").text


def test_what_waits_stands_on_the_reviewers_first_page(chen, he, sent):
    pages = [browser.get("/console/").text for browser in (chen, he)]

    assert [("等您审核" in page, 'href="/console/review"' in page) for page in pages] == [
        (False, False), (True, True)]


def test_an_administrator_makes_a_rule_and_takes_it_away(app, signed_in):
    office = an_office()
    desk = signed_in(an_administrator(office))

    desk.post("/console/admin/publishing", data={
        "organization": office.id, "level": "county", "kind": "all", "reviewer": "parent"})
    [rule] = db.session.scalars(select(PublishingRule)).all()
    made = (rule.level, rule.reviewer, "县级单位" in desk.get("/console/admin/publishing").text)
    desk.post(f"/console/admin/publishing/{rule.id}/removal")

    assert (made, db.session.scalars(select(PublishingRule)).all()) == (("county", "parent", True), [])


def test_a_rule_from_above_is_seen_but_not_loosened_or_lifted(offices, signed_in):
    rule = a_rule(an_office(), kind="training")
    db.session.commit()
    desk = signed_in(an_administrator(offices.city))

    page = desk.get("/console/admin/publishing").text
    lifted = desk.post(f"/console/admin/publishing/{rule.id}/removal")
    foreign = desk.post("/console/admin/publishing", data={
        "organization": an_office().id, "level": "all", "kind": "training", "reviewer": "self"})
    loosened = desk.post("/console/admin/publishing", data={
        "organization": offices.county.id, "level": "all", "kind": "training", "reviewer": "self"})

    assert "上级的规则" in page
    assert [one.status_code for one in (lifted, foreign, loosened)] == [404, 422, 409]
    assert mistakes(loosened.text) == ["“省知识产权促进中心”规定了“送上一级单位审核”，这里不能放宽。"]


def test_organizers_and_strangers_make_no_rules(chen, signed_in, offices):
    rule = db.session.scalars(select(PublishingRule)).one()
    stranger = signed_in(an_administrator(a_city_office("绵阳"), "Wang"))

    assert [chen.get("/console/admin/publishing").status_code,
            chen.post(f"/console/admin/publishing/{rule.id}/removal").status_code,
            stranger.post(f"/console/admin/publishing/{rule.id}/removal").status_code] == [403, 403, 404]
