"""What no form sends: every answer is a sentence, on either database, and nothing is written."""

import pytest

from app.db import db
from app.outbox.letter import filled, place, sealed
from tests.factories import a_plan, an_event


@pytest.mark.parametrize("path", [
    "/events/2147483648", "/events/99999999999999999999", "/events/99999999999999999999.ics",
    "/plans/99999999999999999999", "/events/9999999999/signup", "/console/events/99999999999999999999",
])
def test_an_id_no_table_can_hold_is_simply_not_there(either_app, path):
    assert either_app.test_client().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/campaigns/%00", "/?q=%00", "/plans/2026/tasks/%00", "/calendar.ics?q=a%00"])
def test_a_nul_in_an_address_is_refused(either_app, path):
    a_plan()
    db.session.commit()

    assert either_app.test_client().get(path).status_code == 400


def test_a_hidden_field_too_long_for_its_column_is_refused(either_app):
    event = an_event(takes_enrolments=True, capacity=5)
    db.session.commit()

    answer = either_app.test_client().post(f"/events/{event.id}/signup", data={
        "name": "李四", "contact": "li@example.org", "consent": "y", "form_key": "k" * 5000})

    assert 400 <= answer.status_code < 500


def test_only_what_a_template_made_is_a_place_in_a_letter():
    words = sealed(f"给{place('name')}：{{{{name}}}}讲座")

    assert filled(words, {"name": "李四"}) == "给李四：{ {name}}讲座"
