from app.clock import now
from app.db import db
from tests.app.events.filling import in_days
from tests.app.outbox.test_letters_page import a_letter_about
from tests.factories import an_event, chen
from tests.letters import enrolled


def test_an_address_is_masked_alike_among_the_enrolled_and_among_the_letters(app, signed_in):
    event = an_event(starts_at=in_days(10), takes_enrolments=True)
    enrolled(event, email="c1@example.org", at=now())
    enrolled(event, name="Zhao", email="liming@example.org", at=now())
    a_letter_about(event, "改期通知", state="failed")
    db.session.commit()
    browser = signed_in(chen())

    pages = [browser.get(f"/console/events/{event.id}").text, browser.get("/console/letters").text]

    assert ["li***@example.org" in page for page in pages] == [True, True]
    assert ["c***@example.org" in pages[0], "c1***" in pages[0]] == [True, False]
