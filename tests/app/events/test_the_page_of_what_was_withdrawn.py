"""Calendars and letters lead to the page of an event that is no more: it says so, and nothing of the draft."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.db import db
from app.events.words import EventKind
from tests.app.feeds.reading import fetch
from tests.conftest import AS_OF
from tests.factories import an_event

SECRETS = ("没有公布的题目", "没有公布的地点")


def a_withdrawn_one(**words):
    event = an_event("讲座", **words)
    db.session.commit()
    event.unpublish(AS_OF)
    event.revise(AS_OF, title=SECRETS[0], location=SECRETS[1])
    db.session.commit()
    return event


@pytest.mark.feeds(12)
def test_it_says_what_was_announced_and_leads_on(app, client):
    event = a_withdrawn_one()

    answer = fetch(client, f"/events/{event.id}")

    assert (answer.status_code, [word for word in SECRETS if word in answer.text]) == (410, [])
    assert [word for word in ("讲座", "这个活动已经撤回", "如果以后重新公布", '"/?view=list"',
                              '<meta name="robots" content="noindex">') if word not in answer.text] == []


def test_one_whose_draft_was_thrown_away_does_not_take_place(app, client):
    event = a_withdrawn_one()
    event.discard(AS_OF)

    answer = fetch(client, f"/events/{event.id}")

    assert (answer.status_code, "这个活动不举办了" in answer.text, "如果以后重新公布" in answer.text) == (
        410, True, False)


def test_once_calendars_have_forgotten_it_its_page_does_not_say_what_it_was(app, client):
    event = a_withdrawn_one()

    pages = [fetch(client, f"/events/{event.id}", on=AS_OF + timedelta(days=days)) for days in (89, 91)]

    assert [(page.status_code, "讲座" in page.text.partition("<h1>")[0].partition("error-page")[2])
            for page in pages] == [(410, True), (410, False)]


def test_published_again_it_is_there_again(app, client):
    event = a_withdrawn_one()
    event.publish(AS_OF)

    assert fetch(client, f"/events/{event.id}").status_code == 200


def test_a_campaigns_own_address_says_so_too_and_a_part_leads_to_its_whole(app, client):
    week = an_event("宣传周", kind=EventKind.CAMPAIGN, slug="week")
    item = an_event("启动仪式")
    week.add_part(item, AS_OF)
    db.session.commit()
    item.unpublish(AS_OF)
    db.session.commit()
    of_item = fetch(client, f"/events/{item.id}").text
    week.unpublish(AS_OF)

    assert f'href="/events/{week.id}"' in of_item
    assert f'href="/events/{week.id}"' not in fetch(client, f"/events/{item.id}").text
    assert fetch(client, "/campaigns/week").status_code == 410


@pytest.mark.parametrize("discarded", [False, True])
def test_a_draft_that_never_was_public_is_as_unknown_as_nothing(app, client, discarded):
    draft = an_event("草稿", published=False, kind=EventKind.CAMPAIGN, slug="week")
    if discarded:
        draft.discard(AS_OF)

    addresses = (f"/events/{draft.id}", "/events/999", "/campaigns/week")
    assert [fetch(client, one).status_code for one in addresses] == [404, 404, 404]
