import pytest

from app.audit.models import AuditRow
from app.db import db
from app.events.sharing import BadShares
from tests.app.events.filling import kept, mistakes
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_region, an_event, chen, wang


@pytest.fixture
def joint(app):
    event = an_event("五城推进会", regions=[a_region("成都"), a_region("德阳")])
    db.session.commit()
    return event


def address(event):
    return f"/console/events/{event.id}/shares"


def of(event):
    db.session.expire_all()
    return [one.share for one in event.in_regions]


def test_an_organizer_lays_down_shares_and_hands_them_back(joint, signed_in):
    desk = signed_in(chen())
    desk.post(address(joint), data={"version": joint.version, "of_510100": "66.7", "of_510600": "33.3"})
    laid_down, sequence = of(joint), joint.sequence
    told = desk.get(f"/console/events/{joint.id}").text
    desk.post(address(joint), data={"version": joint.version, "of_510100": "", "of_510600": ""})

    assert (laid_down, of(joint)) == ([667, 333], [None, None])
    assert "成都市 66.7%、德阳市 33.3%" in told
    assert joint.sequence == sequence  # nothing of it shows in a feed
    assert [row.what for row in db.session.query(AuditRow).filter_by(what="shared_out")] == ["shared_out"] * 2


@pytest.mark.parametrize(("typed", "sentence"), [
    (("70", "40"), "各地份额加起来要正好 100%，现在是 110%。"),
    (("70", ""), "各地份额加起来要正好 100%，现在是 70%。"),
    (("120", "-20"), "份额要在 0 到 100 之间。")])
def test_shares_that_do_not_sum_to_the_whole_come_back_with_what_was_typed(joint, signed_in, typed, sentence):
    answer = signed_in(chen()).post(address(joint), data={
        "version": joint.version, "of_510100": typed[0], "of_510600": typed[1]})

    assert (answer.status_code, mistakes(answer.text)[0].endswith(sentence)) == (422, True)
    assert kept(answer.text, "of_510100") == typed[0]
    assert of(joint) == [None, None]


def test_a_form_opened_before_somebody_elses_change_is_stale(joint, signed_in):
    answer = signed_in(chen()).post(address(joint), data={
        "version": joint.version - 1, "of_510100": "50", "of_510600": "50"})

    assert (answer.status_code, of(joint)) == (409, [None, None])


def test_shares_for_other_regions_than_its_own_are_refused(joint):
    with pytest.raises(BadShares):
        joint.share_out({"510100": 500, "510700": 500}, AS_OF)
    with pytest.raises(BadShares):
        an_event().share_out({"510100": 1000}, AS_OF)


def test_a_stranger_finds_nothing_there(joint, signed_in):
    joint.organization = a_city_office()
    db.session.commit()

    assert signed_in(wang()).get(address(joint)).status_code == 404
