from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from app import assets, look


@pytest.fixture(params=["zh", "en"])
def speaking(request):
    app = Flask(__name__)
    app.config["TIMEZONE"] = "Asia/Shanghai"
    Babel(app, locale_selector=lambda: request.param)
    with app.test_request_context():
        yield request.param


AFTERNOON, EVENING = datetime(2026, 4, 16, 6, 30, tzinfo=UTC), datetime(2026, 4, 16, 8, 30, tzinfo=UTC)


def test_an_afternoon_is_one_sentence_in_local_time(speaking):
    assert look.span(AFTERNOON, EVENING) == {
        "zh": "2026年4月16日（周四）14:30–16:30", "en": "Thursday 16 April 2026 14:30–16:30"}[speaking]


@pytest.mark.parametrize(("count", "words"), [
    (302, "302 字节"), (1000, "1.0 KB"), (999_949, "999.9 KB"), (999_950, "1.0 MB"),
    (12_500_000, "12.5 MB"), (3_200_000_000, "3.2 GB")])
def test_a_files_size_is_said_in_the_pages_own_words(speaking, count, words):
    assert look.size_of_file(count) == words


def test_several_days_say_their_year_once_in_chinese(speaking):
    assert look.span(date(2026, 4, 20), date(2026, 4, 26)) == {
        "zh": "2026年4月20日（周一）至4月26日（周日）", "en": "Monday 20 April 2026 – Sunday 26 April 2026"}[speaking]


def test_a_span_over_new_year_says_both_years(speaking):
    assert look.span(date(2026, 12, 30), date(2027, 1, 2)) == {
        "zh": "2026年12月30日（周三）至2027年1月2日（周六）",
        "en": "Wednesday 30 December 2026 – Saturday 2 January 2027"}[speaking]


def test_one_whole_day_names_no_hour(speaking):
    assert look.span(date(2026, 4, 26), date(2026, 4, 26)) == {
        "zh": "2026年4月26日（周日）", "en": "Sunday 26 April 2026"}[speaking]


def test_an_evening_in_utc_belongs_to_the_next_day_here(speaking):
    late = datetime(2026, 4, 16, 17, 0, tzinfo=UTC)

    assert look.day(late) == {"zh": "4月17日 周五", "en": "Fri 17 April"}[speaking]


def test_credit_hours_show_half_hours_and_no_needless_zero():
    assert [look.hours(tenths) for tenths in (40, 35, 0, None)] == ["4", "3.5", "0", ""]


def test_an_address_cannot_carry_markup_into_a_page():
    assert look.link('https://example.org/"><b>') == (
        '<a href="https://example.org/&#34;&gt;&lt;b&gt;" rel="noopener noreferrer nofollow">'
        "https://example.org/&#34;&gt;&lt;b&gt;</a>")


def test_an_icon_is_passed_over_by_screen_readers():
    drawn = look.icon("mic")

    assert ('aria-hidden="true"' in drawn, 'class="icon"' in drawn) == (True, True)


def serving(tmp_path):
    (tmp_path / "css").mkdir()
    for part in (part for parts in assets.STYLESHEETS.values() for part in parts):
        (tmp_path / "css" / f"{part}.css").write_text(f".{part} {{}}")
    (tmp_path / "app.js").write_text("1")
    app = Flask(__name__, static_folder=str(tmp_path), static_url_path="/static")
    assets.init_app(app)
    return app, app.test_client()


def test_a_file_under_its_hashed_name_may_be_kept_for_ever(tmp_path):
    app, client = serving(tmp_path)
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("app.js")

    assert [client.get(path, buffered=True).headers["Cache-Control"] for path in (address, "/static/app.js")] == [
        "public, max-age=31536000, immutable", "no-cache"]


def test_a_name_with_an_old_hash_is_not_kept_and_not_found(tmp_path):
    _, client = serving(tmp_path)

    assert client.get("/static/app.0123456789.js").status_code == 404


def test_the_parts_of_a_stylesheet_arrive_as_one_in_their_order(tmp_path):
    _, client = serving(tmp_path)

    assert {name: client.get(f"/static/{name}").text.split("\n") for name in assets.STYLESHEETS} == {
        name: [f".{part} {{}}" for part in parts] for name, parts in assets.STYLESHEETS.items()}


def test_every_part_that_is_written_is_served():
    written = {sheet.stem for sheet in (Path(assets.__file__).parent / "static/css").glob("*.css")}

    assert written == {part for parts in assets.STYLESHEETS.values() for part in parts}
