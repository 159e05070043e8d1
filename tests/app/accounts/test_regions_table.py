import csv
from collections import Counter
from pathlib import Path

TABLE = Path(__file__).parents[3] / "app/accounts/data/regions.csv"


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def test_sichuan_has_21_cities_and_prefectures_and_183_counties() -> None:
    assert Counter(row["level"] for row in rows()) == {"province": 1, "city": 21, "county": 183}


def test_no_code_stands_twice() -> None:
    codes = [row["code"] for row in rows()]

    assert sorted(set(codes)) == sorted(codes)


def test_every_region_lies_in_the_one_that_its_code_begins_with() -> None:
    zeros = {"province": "0000", "city": "00"}
    parents = {"city": "510000", "province": ""}

    for row in rows():
        assert row["parent"] == parents.get(row["level"], row["code"][:4] + "00")
        assert row["code"].endswith(zeros.get(row["level"], ""))


def test_no_row_of_the_statisticians_that_is_no_county_slipped_in() -> None:
    assert [row["name"] for row in rows() if row["name"] == "市辖区" or "开发区" in row["name"]] == []


def test_a_region_is_named_in_both_languages_and_shortly() -> None:
    named = {row["code"]: (row["name"], row["short_name"], row["name_en"]) for row in rows()}

    assert [named[code] for code in ("510100", "513200", "513300", "513400", "510181", "510726")] == [
        ("成都市", "成都", "Chengdu"),
        ("阿坝藏族羌族自治州", "阿坝", "Aba"),
        ("甘孜藏族自治州", "甘孜", "Ganzi"),
        ("凉山彝族自治州", "凉山", "Liangshan"),
        ("都江堰市", "都江堰市", "Dujiangyan"),
        ("北川羌族自治县", "北川羌族自治县", "Beichuan Qiang Autonomous County"),
    ]
    assert [row["code"] for row in rows() if not (row["short_name"] and row["name_en"].isascii())] == []
