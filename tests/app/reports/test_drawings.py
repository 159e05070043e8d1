"""The macros of templates/charts, drawn without a page and read back as XML."""

from datetime import date
from xml.etree import ElementTree

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

import config
from app import languages, look
from app.reports.charts import Bar, TargetRow
from app.reports.heat import Locality

FINDING = "成都最多 <22 场> & 广安没有"
CITIES = [Locality("510100", "成都", 22), Locality("510700", "绵阳", 9), Locality("511600", "广安", 0)]
TARGETS = [
    TargetRow("t1", "专利培训班", "1-2 期", 1, 1, 2, 1, 0.5, words=FINDING, level="met", code="E1.1", url="/plans/1"),
    TargetRow("t2", "企业走访", "不少于 50 家", 21, 50, None, 12, 35, words=FINDING, level="red", light="差 14 家"),
    TargetRow("t3", "试点", "按需推进", words=FINDING, level="grey")]
CHARTS = {
    "bullet": ("bullet", "bullet", dict(id="c", title="题", done=3, minimum=1, maximum=2, words=FINDING)),
    "list of targets": ("bullet", "bullets", dict(rows=TARGETS, caption="题", finding=FINDING)),
    "tiles": ("tiles", "tile_map", dict(id="c", title="题", finding=FINDING, places=CITIES)),
    "tiles with links": ("tiles", "tile_map", dict(
        id="c", title="题", finding=FINDING, places=[Locality("510100", "成都", 22, "/?region=510100&q=1")])),
    "year": ("year", "year_map", dict(id="c", title="题", finding=FINDING, year=2026, today=date(2026, 4, 20),
                                      counts={date(2026, 4, 20): 3, date(2026, 7, 1): 1})),
    "line": ("sparkline", "sparkline", dict(id="c", title="题", finding=FINDING, now=[3, None], before=[1] * 12)),
    "line in a card": ("sparkline", "spark", dict(id="c", title="题", finding=FINDING, now=[3, 4])),
}


@pytest.fixture(scope="module")
def draw():
    """Calls a macro and reads what it wrote, as XML. No database: a drawing asks for nothing."""
    app = Flask("app")
    app.config.from_mapping(TIMEZONE="Asia/Shanghai", TOP=config.TOP)
    languages.init_app(app)
    look.init_app(app)

    def drawn(template, macro, **values):
        with app.test_request_context():
            written = getattr(app.jinja_env.get_template(f"charts/{template}.html").module, macro)(**values)
        return ElementTree.fromstring(f"<div>{written}</div>")
    return drawn


def text(element):
    return " ".join("".join(element.itertext()).split())


def table(tree):
    return [[text(cell) for cell in row] for row in tree.iter("tr")]


def drawings(tree):
    return [svg for svg in tree.iter("svg") if svg.get("role")]


@pytest.mark.parametrize("name", CHARTS)
def test_every_drawing_has_a_name_and_says_its_finding(draw, name):
    template, macro, values = CHARTS[name]

    for svg in drawings(draw(template, macro, **values)):
        ids = {part.get("id"): text(part) for part in svg if part.tag in ("title", "desc")}
        title, desc = svg.get("aria-labelledby").split()
        assert (svg.get("role") in ("img", "group"), bool(ids[title]), ids[desc]) == (True, True, FINDING)


@pytest.mark.parametrize("name", CHARTS)
def test_a_drawing_carries_no_style_and_no_name_twice(draw, name):
    template, macro, values = CHARTS[name]
    parts = list(draw(template, macro, **values).iter())
    ids = [part.get("id") for part in parts if part.get("id")]

    assert [part.tag for part in parts if part.get("style") or part.tag in ("style", "script")] == []
    assert [name for part in parts for name in part.attrib if name.startswith("on")] == []
    assert sorted(ids) == sorted(set(ids))


def test_what_only_decorates_is_passed_over_by_who_listens(draw):
    tree = draw("bars", "bars", id="c", title="题", finding=FINDING, rows=[Bar("成都", (3,))], parts=["场"])

    assert [svg.get("aria-hidden") for svg in tree.iter("svg")] == ["true"]
    assert [text(item) for item in tree.iter("li")] == ["成都 3"]


def test_a_reached_target_is_a_bar_into_the_band(draw):
    svg, = drawings(draw("bullet", "bullet", id="c", title="题", done=1, minimum=1, maximum=2))
    found = {part.get("class"): (part.get("x"), part.get("width")) for part in svg.iter("rect")}

    assert svg.get("class") == "bullet is-met"
    assert found == {"track": ("0", "100%"), "band": ("40.0%", "40.0%"), "done": ("0", "40.0%")}


def test_what_is_scheduled_lies_behind_what_is_done_and_today_is_marked(draw):
    svg, = drawings(draw("bullet", "bullet", id="c", title="题", done=5, minimum=8, scheduled=2, pace=4))
    classes = [part.get("class") for part in svg.iter() if part.get("class")]

    assert classes == ["bullet", "track", "band", "goes-on", "scheduled", "done", "least", "pace"]


def test_where_nothing_is_to_be_counted_no_frame_is_drawn(draw):
    svg, = drawings(draw("bullet", "bullet", id="c", title="题", done=0))

    assert ([part.get("class") for part in svg], text(svg)) == ([None, None, "no-count"], "题 不计数")


def test_the_list_of_targets_tells_the_same_in_its_table(draw):
    tree = draw("bullet", "bullets", rows=TARGETS, caption="题", finding=FINDING)

    assert table(tree) == [
        ["任务", "目标", "已办", "已排期", "今天应到"],
        ["E1.1 专利培训班", "1-2 期", "1", "1", "0.5"],
        ["企业走访", "不少于 50 家", "21", "12", "35"],
        ["试点", "按需推进", "0", "0", "–"]]
    assert [text(mark) for mark in tree.iter("span") if mark.get("class", "").startswith("light ")] == [
        "已达标", "差 14 家", "不计数"]
    assert [link.get("href") for link in tree.iter("a")] == ["/plans/1", "/plans/1"]


def test_every_tile_and_every_row_shows_its_figure(draw):
    tree = draw("tiles", "tile_map", id="c", title="题", finding=FINDING, places=CITIES)
    tiles = [text(tile) for tile in tree.iter("g")]
    shown = [row for row in table(tree) if row[1] != "没有数据"]

    assert (len(tiles), [tile for tile in tiles if not tile.endswith("–")]) == (21, ["绵阳9", "成都22", "广安0"])
    assert shown == [["地区", "场"], ["成都", "22"], ["绵阳", "9"], ["广安", "0"]]
    assert (len(table(tree)), drawings(tree)[0].get("role")) == (22, "img")


def test_a_tile_that_leads_somewhere_can_be_reached(draw):
    tree = draw(*CHARTS["tiles with links"][:2], **CHARTS["tiles with links"][2])
    svg, = drawings(tree)

    assert svg.get("role") == "group"
    assert [(link.get("href"), link.get("aria-label")) for link in svg.iter("a")] == [
        ("/?region=510100&q=1", "成都 22 场")]


def test_a_province_without_a_layout_shows_its_cities_as_bars(draw):
    places = [Locality("520300", "遵义", 3, "/z"), Locality("520100", "贵阳", 7), Locality("520200", "六盘水", None)]
    tree = draw("tiles", "tile_map", id="c", title="题", finding=FINDING, places=places, province="520000")

    assert table(tree) == [["名称", "场"], ["贵阳", "7"], ["遵义", "3"], ["六盘水", "没有数据"]]
    assert [part.get("width") for part in tree.iter("rect") if part.get("class") == "part-0"] == ["100.0%", "42.86%"]


def test_a_place_without_a_tile_is_named_below_the_map(draw):
    tree = draw("tiles", "tile_map", id="c", title="题", finding="", places=[Locality("510000", "省本级", 5)])

    assert [text(line) for line in tree.iter("p")] == ["不在图上：省本级 5"]


def test_the_year_has_a_row_a_month(draw):
    tree = draw(*CHARTS["year"][:2], **CHARTS["year"][2])
    rows = table(tree)

    assert (rows[0], rows[4], len(rows)) == (
        ["月份", "场", "有活动的天数", "最多的一天"], ["2026年4月", "3", "1", "4月20日"], 13)
    assert sum(int(row[1]) for row in rows[1:]) == 4
    assert [len(list(svg.iter("path"))) for svg in drawings(tree)] == [2, 2]


def test_the_line_has_a_row_a_month_for_both_years(draw):
    tree = draw(*CHARTS["line"][:2], **CHARTS["line"][2])

    assert table(tree)[:4] == [["月份", "今年 场", "去年 场"], ["1月", "3", "1"], ["2月", "没有数据", "1"],
                               ["3月", "没有数据", "1"]]


def test_parts_of_a_bar_are_written_out_and_stand_in_the_table(draw):
    rows = [Bar("绵阳", (9, 2, 3)), Bar("成都", (22, 4, 0), "/c"), Bar("广安", (None, None, None))]
    tree = draw("bars", "bars", id="c", title="题", finding="", rows=rows, parts=["已办", "已排期", "还差"])

    assert table(tree)[1:] == [["成都", "22", "4", "0"], ["绵阳", "9", "2", "3"], ["广安"] + ["没有数据"] * 3]
    assert [text(figure) for figure in tree.iter("span") if figure.get("class") == "bar-figure"] == [
        "已办 22 / 已排期 4 / 还差 0", "已办 9 / 已排期 2 / 还差 3", "没有数据"]


@pytest.mark.parametrize(("before", "shown", "said"), [
    (33, "▲ 9", "比去年同期多 9 场"), (45, "▼ 3", "比去年同期少 3 场"), (42, None, "与去年同期持平")])
def test_a_card_says_its_comparison_as_a_sentence(draw, before, shown, said):
    tree = draw("cards", "card", word="已办活动", value=42, unit="场", before=before)
    note = [part for part in tree.iter("span")]

    assert next((text(part) for part in note if part.get("aria-hidden")), None) == shown
    assert [text(part) for part in note if not part.get("aria-hidden")] == [said]


@pytest.mark.parametrize(("level", "word"), [
    ("blue", "按期"), ("yellow", "偏慢"), ("red", "落后"), ("met", "已达标"), ("grey", "不计数")])
def test_a_light_is_a_word_and_a_sign_besides_its_colour(draw, level, word):
    mark, = draw("light", "light", level=level)

    assert (mark.get("class"), text(mark), [part.tag for part in mark]) == (f"light light-{level}", word, ["svg"])


def test_no_name_can_carry_markup_into_a_drawing(draw):
    name = '"><script>x</script>'
    tree = draw("tiles", "tile_map", id="c", title=name, finding=name, places=[Locality("510100", name, 1, "/a")])

    assert ([part.tag for part in tree.iter("script")], text(tree.find(".//title"))) == ([], name)


FIGURES = st.none() | st.integers(0, 10**30) | st.fractions(0, 99) | st.sampled_from([0, 1])


@settings(max_examples=30, deadline=None)
@given(done=FIGURES, low=FIGURES, scheduled=FIGURES, pace=FIGURES)
def test_whatever_the_figures_the_drawing_is_whole_and_within_its_frame(draw, done, low, scheduled, pace):
    row = TargetRow("t", "题", "写法", done, low, None, scheduled, pace)
    tree = draw("bullet", "bullets", rows=[row], caption="题")
    bars = [(float(bar.get("x", "0").rstrip("%")), float(bar.get("width").rstrip("%")))
            for svg in drawings(tree) for bar in svg.iter("rect")]

    assert all(x >= 0 and width >= 0 and x + width <= 100.01 for x, width in bars)
    assert len(table(tree)[1]) == 5
