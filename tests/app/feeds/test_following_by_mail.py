"""Following by e-mail begins with a confirmation from the mailbox itself, and its page changes, stops and erases."""

import json
from datetime import timedelta

import pytest
import time_machine
from werkzeug.datastructures import MultiDict

from app.db import db
from app.feeds.following import forgetting, letters
from app.feeds.following.asking import ask
from app.feeds.following.follower import Follow, Follower
from app.feeds.following.rhythm import Rhythm
from app.feeds.slices import Slice
from app.outbox import sending
from app.outbox.unsubscribing import Unsubscribe
from tests.conftest import AS_OF
from tests.letters import ledger
from tests.sink import RunningSink

LATER = AS_OF + timedelta(minutes=5)
LI = {"email": "Li@Example.org", "rhythm": "daily", "hour": "9", "language": "zh", "consent": "y"}


@pytest.fixture(autouse=True)
def at_the_time():
    with time_machine.travel(AS_OF, tick=False):
        yield


def follower(address="li@example.org"):
    db.session.expire_all()
    return db.session.scalars(Follower.of_address(address)).one_or_none()


def asked(query="kind=lecture", address="li@example.org", rhythm=Rhythm.DAILY, as_of=AS_OF):
    pairs = [pair.split("=") for pair in query.split("&") if pair]
    made = ask(Slice.of(MultiDict(pairs)), address=address, rhythm=rhythm, hour=9, language="zh", consent_text="同意",
               as_of=as_of)
    db.session.commit()
    return made


def confirmed(*queries, **more):
    for query in queries or ("kind=lecture",):
        made = asked(query, **more)
    made.confirm(AS_OF)
    db.session.commit()
    return made


def page(one):
    return f"/following/{one.token}"


def test_nothing_is_followed_before_the_mailbox_confirms_and_looking_confirms_nothing(app, client):
    answer = client.post("/subscribe/email?kind=lecture", data=LI)
    with RunningSink() as sink:
        app.config["MAIL_URL"] = sink.url
        sending.deliver(AS_OF)
    letter = sink.letters[0].get_body(("plain",)).get_content()
    link = page(follower())
    shown = client.get(link)
    looked = follower().confirmed
    for _ in range(2):
        client.post(f"{link}/confirmation")

    assert (answer.status_code, shown.status_code, looked) == (200, 200, [])
    assert f"http://wujin.test{link}" in letter
    assert [one.query for one in follower().confirmed] == ["kind=lecture"]
    assert (follower().rhythm, follower().hour, follower().follows[0].consent.purpose) == ("daily", 9, "follow")


def test_the_link_of_the_confirmation_is_kept_nowhere(app, client):
    client.post("/subscribe/email?kind=lecture", data=LI)
    token = follower().token.partition(".")[2]

    assert [row for table in ("delivery", "letter_content", "audit_row", "follower", "follow")
            for row in db.session.execute(db.text(f"SELECT * FROM {table}")) if token in str(row)] == []


def test_the_answer_is_the_same_for_a_known_mailbox(client):
    first = client.post("/subscribe/email?kind=lecture", data=LI)
    follower().confirm(AS_OF)
    db.session.commit()
    second = client.post("/subscribe/email?kind=lecture", data=LI)

    assert (first.status_code, first.text) == (second.status_code, second.text)


@pytest.mark.parametrize(("change", "word"), [
    ({"email": "nobody"}, "邮箱地址不对"), ({"email": "13800001234"}, "邮箱地址不对"), ({"consent": ""}, "不同意"),
    ({"website": "x"}, "留空"), ({"email": "a@b.cn\r\nBcc: c@d.cn"}, "一行")])
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, change, word):
    answer = client.post("/subscribe/email?kind=lecture", data=LI | change)

    assert (answer.status_code, word in answer.text, follower(), ledger()) == (422, True, None, [])


def test_a_slice_that_nobody_knows_is_refused_and_not_widened(client):
    answer = client.post("/subscribe/email?kind=party", data=LI)

    assert (answer.status_code, follower()) == (400, None)


def test_a_mailbox_is_not_filled_by_a_form(app):
    for number in range(9):
        asked("kind=lecture", as_of=AS_OF + timedelta(seconds=number))

    assert len(ledger()) == 5


def test_a_second_wish_changes_nothing_until_it_is_confirmed_too(app):
    made = confirmed("kind=lecture")
    asked("kind=meeting", rhythm=Rhythm.WEEKLY)

    before = (made.rhythm, [one.query for one in made.confirmed])
    made.confirm(LATER)

    assert before == ("daily", ["kind=lecture"])
    assert (made.rhythm, [one.query for one in made.confirmed]) == ("weekly", ["kind=lecture", "kind=meeting"])


def test_how_often_is_changed_on_ones_own_page(client):
    link = page(confirmed())

    client.post(f"{link}/rhythm", data={"rhythm": "weekly", "hour": "18", "language": "en"})
    refused = client.post(f"{link}/rhythm", data={"rhythm": "weekly", "hour": "23", "language": "en"})

    found = follower()
    assert (found.rhythm, found.hour, found.language, refused.status_code) == ("weekly", 18, "en", 422)
    assert found.next_at == AS_OF + timedelta(hours=9)  # the same Monday, 18:00 in Chengdu


def test_a_slice_is_stopped_and_taken_back_and_asking_again_needs_confirming_again(client):
    made = confirmed("kind=lecture", "kind=meeting")
    link, scope = page(made), made.confirmed[0].scope
    client.post(f"{link}/stop", data={"scope": scope})
    stopped = follower().reader().stopped()
    client.post(f"{link}/stop", data={"scope": scope, "again": "1"})
    resumed = follower().reader().stopped()
    client.post(f"{link}/stop", data={"scope": "following"})
    asked("kind=lecture", as_of=LATER)
    waits = [one.query for one in follower().waiting]
    client.post(f"{link}/confirmation")

    assert (stopped, resumed, waits, follower().reader().stopped()) == ({scope}, set(), ["kind=lecture"], set())


def test_somebody_elses_slice_cannot_be_stopped_here(client):
    mine, wangs = confirmed("kind=lecture"), confirmed("kind=meeting", address="wang@example.org")

    answer = client.post(f"{page(mine)}/stop", data={"scope": wangs.confirmed[0].scope})

    assert (answer.status_code, db.session.scalars(db.select(Unsubscribe)).all()) == (400, [])


@pytest.mark.parametrize("spoil", [lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
                                   lambda token: "2" + token[1:], lambda token: "1", lambda token: "١.x"])
def test_a_link_that_is_not_ours_opens_nothing(client, spoil):
    made = confirmed()
    confirmed(address="wang@example.org")

    link = f"/following/{spoil(made.token)}"

    assert [client.get(link).status_code, client.post(f"{link}/erasure").status_code] == [404, 404]
    assert follower() is not None


def test_everything_kept_can_be_taken_along_and_erased(app, client):
    made = confirmed("kind=lecture")
    link = page(made)
    copy = json.loads(client.get(f"{link}/data.json").data)

    client.post(f"{link}/erasure")

    assert (copy["email"], [one["query"] for one in copy["follows"]], copy["letters"][0]["subject"]) == (
        "li@example.org", ["kind=lecture"], "请确认：用邮件关注五进活动")
    assert (follower(), [one.address for one in ledger()]) == (None, ["erased:1"])
    assert [row for table in ("delivery", "follower", "follow", "audit_row", "attempt", "unsubscribe")
            for row in db.session.execute(db.text(f"SELECT * FROM {table}")) if "li@example" in str(row)] == []
    assert client.get(link).status_code == 404


def test_what_nobody_confirms_is_erased_after_seven_days(either_app):
    asked("kind=lecture")
    made = confirmed("kind=meeting", address="chen@example.org")
    asked("kind=press", address="chen@example.org")

    early = forgetting.forget_old(AS_OF + timedelta(days=6, hours=23))
    gone = forgetting.forget_old(AS_OF + timedelta(days=7))
    db.session.commit()

    assert (early, gone, follower()) == (0, 1, None)
    assert [one.query for one in follower("chen@example.org").follows] == ["kind=meeting"] == [
        one.query for one in made.confirmed]
    assert [one.state for one in ledger() if one.address.startswith("erased:")] == ["cancelled"]


def test_who_stopped_everything_is_erased_a_month_later(either_app):
    made = confirmed("kind=lecture", "kind=meeting")
    for one in made.confirmed:
        made.reader().stop(one.scope, AS_OF)
    half = confirmed("kind=lecture", "kind=meeting", address="chen@example.org")
    half.reader().stop(half.confirmed[0].scope, AS_OF)
    whole = confirmed("kind=lecture", address="wang@example.org")
    whole.reader().stop("following", AS_OF)
    db.session.commit()

    early = forgetting.forget_old(AS_OF + timedelta(days=29))
    gone = forgetting.forget_old(AS_OF + timedelta(days=30))
    db.session.commit()

    assert (early, gone, [one.address for one in db.session.scalars(db.select(Follower))]) == (
        0, 2, ["chen@example.org"])
    assert db.session.scalars(db.select(Follow.follower_id)).all() == [half.id, half.id]


def test_the_form_is_asked_so_often_and_no_oftener(make_app):
    app = make_app(RATE_LIMITS="on")
    with app.app_context():
        answers = [app.test_client().post("/subscribe/email", data=LI).status_code for _ in range(21)]
        db.session.remove()

    assert (set(answers[:20]), answers[20]) == ({200}, 429)


def test_the_gate_stops_a_letter_to_who_is_gone(app):
    made = asked()
    delivery = ledger()[0]
    was = letters.gate(delivery, AS_OF)
    db.session.delete(made)
    db.session.flush()

    assert (was, letters.gate(delivery, AS_OF)) == ("", "这个邮箱已经从关注里删除")
