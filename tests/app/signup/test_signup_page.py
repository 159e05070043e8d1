from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.clock import now
from app.db import db
from app.events.words import EventKind
from app.signup.models import Enrolment
from tests.factories import an_event

LI = {"name": "李老师", "contact": "li@example.org", "unit": "成都七中", "consent": "y", "form_key": "k" * 32}


@pytest.fixture
def event(app):
    event = an_event("蜀光讲坛第一期", takes_enrolments=True, capacity=2, starts_at=now() + timedelta(days=9))
    db.session.commit()
    return event


def page(event):
    return f"/events/{event.id}/signup"


def enrolled():
    return db.session.scalar(select(func.count()).select_from(Enrolment))


def test_the_form_shows_the_event_and_what_is_done_with_the_words(client, event):
    answer = client.get(page(event))

    assert (answer.status_code, "蜀光讲坛第一期" in answer.text, "活动结束后 180 天内删除" in answer.text) == (
        200, True, True)
    assert 'name="consent" required type="checkbox"' in answer.text  # and not ticked beforehand


def test_signing_up_leads_to_the_ticket(client, event):
    answer = client.post(page(event), data=LI)

    enrolment = db.session.scalars(select(Enrolment)).one()
    assert (answer.status_code, answer.location) == (303, f"/t/{enrolment.token}")
    assert (enrolment.name, enrolment.contact, enrolment.unit, enrolment.language, enrolment.consent.language) == (
        "李老师", "li@example.org", "成都七中", "zh", "zh")


def test_signing_up_in_english_keeps_english_and_its_consent(client, event):
    client.post(page(event) + "?lang=en", data=LI)

    enrolment = db.session.scalars(select(Enrolment)).one()
    assert (enrolment.language, enrolment.consent.text[:8]) == ("en", "Purpose:")


def test_the_same_form_sent_twice_leads_to_the_same_ticket(client, event):
    answers = [client.post(page(event), data=LI) for _ in range(2)]

    assert (answers[0].location == answers[1].location, enrolled()) == (True, 1)


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"name": ""}, "请填写姓名。"),
    ({"name": "李\r\nBcc: x@example.org"}, "这里只能填一行，不能换行。"),
    ({"contact": "li@example.org\r\nBcc: x@example.org"}, "这里只能填一行，不能换行。"),
    ({"contact": "12345"}, "请填写 11 位手机号，或一个邮箱地址。"),
    ({"consent": ""}, "不同意就不能在线报名；您可以直接联系主办方。"),
    ({"website": "https://spam.example"}, "这一栏请留空后再提交。"),
    ({"unit": "长" * 121}, "120"),
])
def test_a_form_that_cannot_be_used_comes_back_with_the_words_kept(client, event, wrong, sentence):
    answer = client.post(page(event), data=LI | {"unit": "成都七中"} | wrong)

    assert (answer.status_code, enrolled()) == (422, 0)
    assert sentence in answer.text
    assert "成都七中" in answer.text or "unit" in wrong


def test_markup_in_a_name_is_shown_as_text(client, event):
    answer = client.post(page(event), data=LI | {"name": "<script>x</script>李"}, follow_redirects=True)

    assert "&lt;script&gt;x&lt;/script&gt;李" in answer.text and "<script>x" not in answer.text


def test_the_other_of_two_is_told_that_it_is_full_and_keeps_the_words(client, event):
    event.revise(now(), capacity=1)
    client.post(page(event), data=LI)

    answer = client.post(page(event), data=LI | {"name": "王老师", "form_key": "w" * 32})

    assert (answer.status_code, enrolled()) == (409, 1)
    assert "名额刚刚满了，没有报上。" in answer.text and 'value="王老师"' in answer.text


@pytest.mark.parametrize(("happens", "sentence"), [
    (lambda event: event.cancel(now()), "活动已取消，不再接受报名。"),
    (lambda event: event.postpone(now()), "活动已延期，新的时间确定后再开放报名。"),
    (lambda event: event.revise(now(), signup_closes_at=now() - timedelta(hours=1)), "报名已经截止。"),
])
def test_a_closed_event_says_so_on_the_page_and_to_the_form(client, event, happens, sentence):
    happens(event)

    shown, sent = client.get(page(event)), client.post(page(event), data=LI)

    assert (sentence in shown.text, "<form class=\"form" in shown.text) == (True, False)
    assert (sent.status_code, sentence in sent.text, enrolled()) == (409, True, 0)


def test_a_full_event_shows_no_form(client, event):
    event.revise(now(), capacity=1)
    client.post(page(event), data=LI)

    shown = client.get(page(event)).text
    assert ("名额已满。" in shown, "<form class=\"form" in shown) == (True, False)


def test_a_session_leads_to_the_sign_up_of_its_class(client, event):
    training = an_event("培训班", kind=EventKind.TRAINING, takes_enrolments=True, starts_at=now() + timedelta(days=9))
    session = an_event("第一课", published=False, starts_at=now() + timedelta(days=9))
    training.add_part(session, now())

    assert client.get(page(session)).location == page(training)


def test_a_draft_has_no_sign_up(client, app):
    draft = an_event("草稿", takes_enrolments=True, published=False)

    assert [client.get(page(draft)).status_code, client.post(page(draft), data=LI).status_code] == [404, 404]


def test_only_sign_ups_that_went_through_count_towards_the_limit_of_an_address(make_app):
    app = make_app(RATE_LIMITS="on")
    with app.app_context():
        event = an_event(takes_enrolments=True, starts_at=now() + timedelta(days=9))
        db.session.commit()
        browser, address = app.test_client(), page(event)

        def press(**words):
            return browser.post(address, data=words, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code

        mistaken = [press() for _ in range(70)]
        done = [press(**LI | {"contact": f"demo{one}@example.org", "form_key": f"key{one}"}) for one in range(61)]
        db.session.remove()

    assert set(mistaken) == {422}
    assert done == [303] * 60 + [429]


def test_a_form_without_its_token_is_refused(make_app):
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        event = an_event(takes_enrolments=True, starts_at=now() + timedelta(days=9))
        db.session.commit()
        answer = app.test_client().post(page(event), data=LI)

        assert (answer.status_code, enrolled()) == (422, 0)
        db.session.remove()
