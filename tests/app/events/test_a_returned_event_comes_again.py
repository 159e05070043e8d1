"""Why something was returned stays said, and the reviewer reads what was changed since."""

import html
import re

import pytest

from app.clock import now
from app.db import db
from app.events.reviewing import announce
from tests.app.events.approving import Offices
from tests.app.events.filling import events, in_days, the_form
from tests.app.events.test_approval_pages import decide, key


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


@pytest.fixture
def he(offices, signed_in):
    return signed_in(offices.he)


@pytest.fixture
def chen(offices, signed_in):
    return signed_in(offices.chen)


@pytest.fixture
def returned(offices, he):
    event = offices.event(starts_at=in_days(10), published=False)
    announce(event, offices.chen, now())
    db.session.commit()
    decide(he, event, decision="return", reason="请补主讲")
    db.session.expire_all()
    return event


def rows(page: str) -> list[list[str]]:
    table = re.search(r'<table class="table differences">.*?</table>', page, re.S)
    body = table[0].split("<tbody>")[1] if table else ""
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(
        r"<t[hd].*?</t[hd]>", row, re.S)] for row in body.split("</tr>")[:-1]]


def test_the_reviewer_reads_old_and_new_and_the_reason_on_the_second_round(chen, he, returned):
    chen.post(f"/console/events/{returned.id}/edit", data=the_form(
        title=returned.title, tasks=[], version=str(returned.version), speaker="某讲师", location=returned.location,
        starts_at=returned.starts_at.astimezone().strftime("%Y-%m-%dT%H:%M"), then="publish"))
    page = he.get(f"/console/review/{returned.id}").text

    assert events()[0].state == "submitted"
    assert "请补主讲" in page
    assert ["主讲", "（空）", "某讲师"] in rows(page)


def test_sent_again_unchanged_the_page_says_that_nothing_was_changed(he, offices, returned):
    announce(returned, offices.chen, now())
    db.session.commit()

    assert "退回以后，活动的内容没有改过。" in he.get(f"/console/review/{returned.id}").text


def test_reasons_stay_in_the_thread_after_it_is_published(he, chen, offices, returned):
    announce(returned, offices.chen, now())
    db.session.commit()
    decide(he, returned)
    db.session.expire_all()

    [kept] = returned.comments
    assert (kept.author, kept.is_return, kept.words, returned.returned_reason) == (
        offices.he, True, "请补主讲", "")
    assert "请补主讲" in chen.get(f"/console/events/{returned.id}").text


def test_an_event_sent_for_the_first_time_shows_no_return(he, offices):
    event = offices.event(starts_at=in_days(10), published=False)
    announce(event, offices.chen, now())
    db.session.commit()

    assert (rows(he.get(f"/console/review/{event.id}").text), bool(key(event))) == ([], True)


@pytest.mark.parametrize("words", ["意" * 1001, "前\x00后"])
def test_a_remark_that_cannot_be_kept_comes_back_with_its_words(he, chen, returned, words):
    answers = [browser.post(f"/console/events/{returned.id}/remarks", data={"text": words} | more)
               for browser, more in ((chen, {}), (he, {"from": "review"}))]

    assert [(answer.status_code, words.replace("\x00", "") in answer.text.replace("\x00", "").replace("\ufffd", ""))
            for answer in answers] == [(422, True)] * 2
    assert [one.is_return for one in events()[0].comments] == [True]
