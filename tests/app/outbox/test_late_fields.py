"""What only the reader of a letter may hold is made as the letter leaves, and kept nowhere."""

from sqlalchemy import text

from app.db import db
from app.outbox import late, sending
from tests.conftest import AS_OF
from tests.letters import a_letter, minutes, posted, states


def an_invitation(sink_app, make):
    late.register(sink_app, "test.invitation", make)
    posted(letter=a_letter(name="test.invitation", text="Open {{link_url}}\n", html="<a href=\"{{link_url}}\">x</a>"))


def test_a_late_field_stands_in_the_letter_and_not_in_the_ledger(sink, app):
    an_invitation(app, lambda delivery, as_of: {"link_url": f"https://wujin.test/s/secret-{delivery.id}"})

    sending.deliver(AS_OF)

    assert sink.letters[0].get_body(("plain",)).get_content().strip() == "Open https://wujin.test/s/secret-1"
    assert states() == [("li@example.org", "accepted")]
    assert [row for table in ("delivery", "letter_content", "attempt", "audit_row")
            for row in db.session.execute(text(f"SELECT * FROM {table}")) if "secret" in str(row)] == []


def test_what_makes_a_late_field_may_write_and_is_asked_again_for_the_second_try(sink, app):
    asked = []
    sink.after_data["li@example.org"] = ["451 4.7.1 later", "250 ok"]

    def make(delivery, as_of):
        db.session.execute(text("UPDATE delivery SET name = 'written' WHERE id = :id"), {"id": delivery.id})
        asked.append(as_of)
        return {"link_url": "https://wujin.test/s/same"}

    an_invitation(app, make)
    sending.deliver(AS_OF)
    sending.deliver(AS_OF + minutes(2))

    assert (asked, states()) == ([AS_OF, AS_OF + minutes(2)], [("li@example.org", "accepted")])
    assert db.session.scalar(text("SELECT name FROM delivery")) == "written"


def test_a_late_field_that_cannot_be_made_is_no_reason_to_send_without_it(sink, app):
    def fail(delivery, as_of):
        raise LookupError("nobody")

    an_invitation(app, fail)
    sending.deliver(AS_OF)

    assert (len(sink.letters), states()) == (0, [("li@example.org", "pending")])
