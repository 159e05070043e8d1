from datetime import timedelta

from app.accounts.links import SignInLink
from app.clock import now
from app.db import db
from tests.app.events.filling import events, in_days, opened, the_edit, the_figures, the_form, typed
from tests.factories import a_plan, an_event, chen


def test_an_event_goes_all_its_way_on_either_database(either_app):
    a_plan()
    link, token = SignInLink.issue(chen(), now())
    db.session.add(link)
    over = an_event("办完的讲座", starts_at=now() - timedelta(days=1))
    db.session.commit()
    over_id, desk = over.id, either_app.test_client()
    desk.post(f"/sign-in/{token}")

    desk.post("/console/events", data=the_form(form_key="once", then="publish"))
    desk.post("/console/events", data=the_form(form_key="once", then="publish"))
    made = events()[1]
    answers = [
        desk.post(f"/console/events/{made.id}/edit", data=the_edit(made, title="蜀光讲坛", tasks=["E1.2"])),
        desk.post(f"/console/events/{made.id}/schedule", data=opened(made) | {
            "starts_at": typed(in_days(12)), "ends_at": typed(in_days(12, 16)), "location": "二楼"}),
        desk.post(f"/console/events/{made.id}/cancellation", data=opened(made) | {"reason": "停电"}),
        desk.post(f"/console/events/{over_id}/figures", data=opened(over) | the_figures()),
        desk.post("/console/events/held", data=the_figures() | {
            "title": "补登", "kind": "visit", "regions": ["510000"], "held_on": f"{in_days(-9):%Y-%m-%d}"}),
    ]
    pages = [desk.get(address) for address in (
        "/console/", "/console/events?when=all&q=讲坛", "/console/plan", "/console/plan/tasks/E1.2",
        f"/console/events/{made.id}", f"/console/events/{made.id}/preview", f"/console/events/new?parent={over_id}")]

    assert [answer.status_code for answer in answers] == [302] * 5
    assert [page.status_code for page in pages] == [200] * 7
    assert [(event.title, event.state) for event in events()] == [
        ("办完的讲座", "held"), ("蜀光讲坛", "cancelled"), ("补登", "held")]
