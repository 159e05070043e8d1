import pytest

from app.accounts.region_names import Regions


@pytest.mark.parametrize(("word", "code"), [
    ("青白江", "510113"), ("成都市青白江", "510113"), ("成都青白江区", "510113"), ("都江堰", "510181"),
    ("金堂", "510121"),
    ("北川", "510726"), ("峨边", "511132"), ("凉山州", "513400"), ("四川", "510000"), ("成都", "510100"),
    ("市中区", None), ("市中", None), ("内江市中区", "511002"), ("东", None), ("火星", None)])
def test_a_region_is_found_by_what_people_call_it(app, word, code):
    found = Regions().find(word)

    assert (found.code if found else None) == code


def test_every_region_is_still_found_by_its_own_label(app):
    regions = Regions()

    assert [one.name for one in regions.all if regions.find(regions.label(one)) is not one] == []
