"""What the page of letters asks gives the same on both databases."""

from datetime import timedelta

from sqlalchemy import true

from app.accounts.wordings import LetterWording, wording_of
from app.db import db
from app.outbox.models import Delivery
from app.outbox.searching import Search
from app.outbox.views import kinds
from app.outbox.views.ahead import Ahead, by_day, due_within
from app.outbox.views.letters import _titled
from app.signup.knowing import Knowing
from tests.conftest import AS_OF
from tests.factories import a_city_office, an_event, an_office
from tests.letters import a_letter, enrolled, posted


def counts(days: list[Ahead]) -> dict[int, tuple[int, ...]]:
    return {number: day.counts for number, day in enumerate(days) if day.total}


def test_thirty_days_are_counted_by_day_and_kind(either_app):
    event = an_event(takes_enrolments=True, starts_at=AS_OF + timedelta(days=10))
    for number in range(2):
        enrolled(event, f"Li{number}", f"li{number}@example.org")
        posted(f"li{number}@example.org", letter=a_letter(name="signup.changed"), as_of=AS_OF + timedelta(days=2))
    posted("far@example.org", as_of=AS_OF + timedelta(days=31))

    assert counts(by_day(due_within(true(), true(), AS_OF), AS_OF)) == {
        2: (0, 2, 0, 0), 9: (2, 0, 0, 0), 10: (2, 0, 0, 0)}


def test_letters_are_found_alike(either_app):
    event = an_event("Patent 讲座")
    posted(letter=a_letter("100% 好"), name="李娜").about = f"event:{event.id}"
    posted("wu@example.org", letter=a_letter("100分", name="signup.changed"), cause="test:2")
    db.session.commit()

    def found(**asked):
        search = Search(**asked)
        return [one.content.subject for one in db.session.scalars(
            search.among(true(), true(), _titled(search.words)))]

    assert [found(words="100%"), found(words="patent"), found(words="李娜"), found(words="WU@example.org")] == [
        ["100% 好"], ["100% 好"], ["100% 好"], ["100分"]]
    assert [found(letters=kind.among(Delivery.letter)) for kind in kinds.Kind] == [[], ["100分"], [], ["100% 好"]]


def test_who_knows_and_whose_words_hold_are_told_alike(either_app):
    event = an_event(takes_enrolments=True, organization=a_city_office())
    enrolled(event, "Ma", "", mobile="13800000002")
    enrolled(event)
    LetterWording.word(an_office(), "signup.changed", "zh", AS_OF, subject="变了", opening="", closing="", after=0)
    db.session.commit()

    event.reschedule(event.span.moved_by(timedelta(days=1)), AS_OF + timedelta(hours=1))
    db.session.commit()

    assert [one.how.value for one in Knowing.of(event).to_call] == ["no address", "waiting"]
    assert wording_of(event.organization, "signup.changed", "zh").version == f"{an_office().id}-1"
    assert db.session.query(Delivery).one().content.subject == "变了"
