from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from app.accounts.places import Region
from app.db import db
from app.errors import BadInput
from app.events.models import Event
from app.events.words import EventKind
from app.feeds.slices import Slice, UnknownValue, Window, public_in
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_plan, a_region, a_task, an_event, an_office

WINDOW, ZONE = Window.around(date(2026, 3, 2)), "Asia/Shanghai"


def a_slice(*pairs, **values):
    return Slice.of(MultiDict([*pairs, *((name.replace("not_", "not."), value) for name, value in values.items())]))


def found(*pairs, **values):
    return sorted(event.title for event in db.session.scalars(public_in(a_slice(*pairs, **values), WINDOW, ZONE)))


def test_repeated_values_unite_and_names_intersect(app):
    an_event("成都讲座")
    an_event("绵阳讲座", regions=[a_region("绵阳")])
    an_event("成都会议", kind=EventKind.MEETING)

    assert found(("kind", "lecture"), ("kind", "meeting"), ("region", "成都")) == ["成都会议", "成都讲座"]


def test_a_city_has_its_counties_and_what_is_for_the_whole_province(app):
    an_event("锦江", regions=[a_region("锦江区")])
    an_event("全省", regions=[a_region("四川")])
    an_event("绵阳", regions=[a_region("绵阳")])

    assert found(region="成都") == ["全省", "锦江"]
    assert found(region="锦江区") == ["全省", "锦江"]
    assert found(region="510000") == ["全省", "绵阳", "锦江"]


def test_a_county_that_exists_twice_is_asked_for_by_its_code(app):
    an_event("内江市中区", regions=[db.session.get(Region, "511002")])
    an_event("乐山市中区", regions=[db.session.get(Region, "511102")])

    assert (found(region="511002"), found(region="511102")) == (["内江市中区"], ["乐山市中区"])
    with pytest.raises(UnknownValue, match="511002、511102"):
        found(region="市中区")


def test_a_region_is_found_by_any_of_its_names(app):
    an_event("绵阳", regions=[a_region("绵阳")])

    assert [found(region=name) for name in ("510700", "绵阳市", "绵阳", "Mianyang")] == [["绵阳"]] * 4


@pytest.mark.parametrize(("name", "value", "rest"), [
    ("not_kind", "meeting", ["无任务", "讲座"]), ("not_sector", "I", ["会议", "无任务"]),
    ("not_task", "I2.1", ["会议", "无任务"]), ("not_plan", "2026", ["无任务"]),
    ("not_region", "绵阳", ["无任务", "讲座"]), ("not_q", "酒店", ["无任务", "讲座"]),
    ("not_audience", "企业", ["会议", "无任务"]), ("not_organization", "省知识产权促进中心", []),
    ("not_category", "I2", ["会议", "无任务"]),
])
def test_what_is_excluded_leaves_all_the_rest(app, name, value, rest):
    an_event("讲座", tasks=[a_task("I2.1")], audience="企业")
    an_event("会议", kind=EventKind.MEETING, tasks=[a_task("E1.1")], regions=[a_region("绵阳")], location="酒店")
    an_event("无任务")

    assert found(**{name: value}) == rest


def test_a_stage_belongs_where_its_competition_does(app):
    parent = an_event("竞赛", kind=EventKind.COMPETITION, tasks=[a_task("S1.1")])
    parent.add_part(an_event("初赛", kind=EventKind.COMPETITION, published=False), AS_OF)

    assert (found(task="S1.1"), found(not_task="S1.1")) == (["初赛", "竞赛"], [])


def test_an_item_counts_only_by_its_own_task(app):
    parent = an_event("宣传周", kind=EventKind.CAMPAIGN, tasks=[a_task("C1.1")])
    parent.add_part(an_event("子活动"), AS_OF)

    assert (found(task="C1.1"), found(not_task="C1.1")) == (["宣传周"], ["子活动"])


def test_an_organization_has_those_below_it_and_answers_to_its_aliases(app):
    an_office().aliases = ["四川省知识产权中心"]
    an_event("省里的")
    an_event("市里的", organization=a_city_office("绵阳"))

    assert found(organization="四川省知识产权中心") == ["市里的", "省里的"]
    assert found(organization="绵阳市市场监督管理局") == ["市里的"]


def test_of_one_search_every_word_and_of_two_searches_either(app):
    an_event("专利 讲座", location="A")
    an_event("商标 讲座", location="B")
    an_event("别的", location="C")

    assert found(q="讲座 专利") == ["专利 讲座"]
    assert found(("q", "专利"), ("q", "商标")) == ["专利 讲座", "商标 讲座"]


def test_a_search_takes_percent_signs_as_they_stand(app):
    an_event("折扣100%")
    an_event("折扣1000")

    assert found(q="100%") == ["折扣100%"]


def test_equal_slices_are_equal_values_with_one_address(app):
    first = a_slice(("kind", "meeting"), ("kind", "lecture"), ("region", "成都"), ("q", " "))
    second = a_slice(("region", "成都"), ("kind", "lecture"), ("kind", "meeting"), ("kind", "meeting"))

    assert (first, first.query()) == (second, "kind=lecture&kind=meeting&region=%E6%88%90%E9%83%BD")


def test_a_page_passes_over_unknown_names_and_a_feed_does_not(app):
    query = MultiDict({"kind": "lecture", "utm_source": "x", "view": "list"})

    assert Slice.of(query, also=["view"]).ignored == ("utm_source",)
    with pytest.raises(BadInput, match="utm_source"):
        Slice.of(query, also=["view"]).strict()


def test_a_slice_is_called_by_what_people_say(app):
    a_plan()

    assert a_slice(task="I2.1", region="510700", not_kind="press").describe() == (
        "除 新闻发布 · 绵阳 · I2.1 省委党校“蜀光讲坛”")


def test_a_window_is_whole_months(app):
    window = Window.around(date(2026, 3, 31), since=date(2025, 12, 24))

    assert (window.first, window.last_day, Window.around(date(2026, 3, 31)).first) == (
        date(2025, 12, 1), date(2027, 9, 30), date(2025, 2, 1))


def test_how_long_a_cancelled_event_stays_is_one_rule(app):
    events = [an_event(f"讲座{days}", starts_at=AS_OF.replace(year=2025, month=8, day=days)) for days in (1, 9, 20)]
    for event, month in zip(events, (5, 6, 12), strict=True):
        event.cancel(AS_OF.replace(year=2025, month=month))
    days = [date(2025, month, 15) for month in range(8, 13)]

    listed = [[event.title for event in db.session.scalars(public_in(Slice(), Window.around(day), ZONE))]
              for day in days]
    assert listed == [[event.title for event in db.session.scalars(Event.public().order_by(Event.starts_at))
                       if event.stays_until > AS_OF.replace(year=day.year, month=day.month, day=14, hour=16)]
                      for day in days]
