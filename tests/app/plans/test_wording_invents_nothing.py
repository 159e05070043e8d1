from collections import Counter
from dataclasses import replace

from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.plans.wording import Comparison, Counting, Per, Period, find, read

# Words of the trade in any order: far likelier to trip the reader than arbitrary characters.
PHRASES = """市(州) 县（市、区） 每季度 每半年 每月 全年 累计 全省 不少于 至少 突破 超过 不超过 以上 及以上 左右 以内
    人次 人数 新增 举办 组织 大事 2023 1,000 3.5"""
PIECES = st.sampled_from([
    *"0123456789０９零〇一二两三四五六七八九十百千万亿半余多来几个期场所家次人名元",
    *"，。；、,.;:|-—～~至到或/%％（）()“”《》 \n每各约近超达共第前年月日市县州区", *PHRASES.split()])
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60)
WORTH = {character: str(number) for number, character in enumerate("零一二三四五六七八九")} | {
    "〇": "0", "两": "2", "十": "1", "半": "5"}


@given(TEXTS)
@example("9" * 100_000)
@example("一" * 100_000)
@example("每" * 499 + "3")
@example("1-" * 250)
@example("\ud800１")
def test_no_text_makes_it_raise(text):
    assert read(text) is None or find(text) is not None


@given(TEXTS)
def test_a_number_is_made_of_numerals_that_stand_in_the_text(text):
    for one in (read(text), *find(text)):
        for number in (one.minimum, one.maximum) if one else ():
            needed = Counter(str(number or "").replace("0", ""))
            standing = Counter(WORTH.get(character, chr(ord(character) - 0xFEE0) if "０" <= character <= "９"
                                         else character) for character in one.wording)
            assert needed <= standing


@given(TEXTS)
@example("每市1场、2期；每季度3次")
@example("“每季度1个约1个")
def test_finds_stand_in_order_apart_and_read_again_as_the_same(text):
    found = find(text)

    ends = [place for one in found for place in (one.start, one.end)]
    assert ends == sorted(ends)
    assert [read(one.wording) for one in found] == [replace(one, start=0, end=len(one.wording)) for one in found]
    assert [one.wording for one in found] == [text[one.start:one.end] for one in found]


@given(TEXTS)
def test_full_width_is_read_as_half_width(text):
    narrow = "".join(character for character in text if character not in "~,～，")
    wide = "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "}" else character for character in narrow)

    assert [replace(one, wording="") for one in find(wide)] == [replace(one, wording="") for one in find(narrow)]


def _in_chinese(number):
    """1 to 9999 as one writes it: 105 is 一百零五, 12 is 十二."""
    said, is_gap = "", False
    for size, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit:
            said += ("零" if is_gap and said else "") + "零一二三四五六七八九"[digit] + sign
        is_gap = not digit
    return said.removeprefix("一") if said.startswith("一十") else said


WRITTEN = [str, "{:,}".format, _in_chinese, lambda number: str(number).translate({ord("0") + one: ord("０") + one
                                                                                   for one in range(10)})]
COMPARED = [
    (Comparison.EXACT, "{}{}"), (Comparison.ABOUT, "约{}{}"), (Comparison.ABOUT, "{}{}左右"),
    (Comparison.AT_LEAST, "不少于{}{}"), (Comparison.AT_LEAST, "{}{}以上"), (Comparison.AT_LEAST, "达到{}{}"),
    (Comparison.MORE_THAN, "突破{}{}"), (Comparison.MORE_THAN, "超过{}{}")]
UNITS = [("个", Counting.THINGS), ("期", Counting.THINGS), ("所", Counting.THINGS), ("家", Counting.THINGS),
         ("人", Counting.PEOPLE), ("人次", Counting.ATTENDANCES)]
PLACES = [("", Per.TOTAL), ("每市(州)", Per.CITY), ("各市（州）", Per.CITY),
          ("每个县(市、区)", Per.COUNTY), ("每校", Per.UNIT)]
TIMES = [("", Period.YEAR), ("每月", Period.MONTH), ("每季度", Period.QUARTER), ("每半年", Period.HALF),
         ("累计", Period.CUMULATIVE), ("全年", Period.YEAR)]


@given(st.integers(1, 9999), st.sampled_from(WRITTEN), st.sampled_from(COMPARED), st.sampled_from(UNITS),
       st.sampled_from(PLACES), st.sampled_from(TIMES))
def test_a_wording_that_was_made_is_read_as_it_was_made(number, write, compared, unit, place, time):
    comparison, form = compared
    wording = place[0] + time[0] + form.format(write(number), unit[0])

    one = read(wording)

    highest = number if comparison in (Comparison.EXACT, Comparison.ABOUT) else None
    assert (one.comparison, one.minimum, one.maximum, one.unit, one.counting, one.per, one.period, one.wording) == (
        comparison, number, highest, unit[0], unit[1], place[1], time[1], wording)


@given(st.integers(1, 9998), st.integers(1, 500), st.sampled_from(WRITTEN), st.sampled_from("-—~～至到"),
       st.sampled_from(UNITS), st.sampled_from(PLACES))
def test_a_range_that_was_made_is_read_as_it_was_made(low, more, write, between, unit, place):
    high = min(low + more, 9999)
    assume(write is not _in_chinese or high % 100 or low >= 100)  # “三至五百” is 300 to 500, never 3 to 500
    wording = f"{place[0]}{write(low)}{between}{write(high)}{unit[0]}"

    one = read(wording)

    assert (one.comparison, one.minimum, one.maximum, one.unit, one.per) == (
        Comparison.RANGE, low, high, unit[0], place[1])
