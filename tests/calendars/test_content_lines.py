import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from calendars.contentline import escape, fold, parameter, plain, text_line
from tests.calendars.examples import a_feed, an_entry
from tests.calendars.readers import READERS

chinese = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1)
awkward = st.text(st.sampled_from('知识产权,;:\\n"^\r\n\t 😀\x85\u2028\x0b\x00\x7f\x1e\ufeffa'), min_size=1)
anything = st.one_of(st.text(), chinese, awkward)


@given(anything)
def test_every_physical_line_has_at_most_75_octets_and_whole_characters(text):
    lines = text_line("DESCRIPTION", text * 5).split(b"\r\n")

    assert lines.pop() == b""
    assert [line for line in lines if len(line) > 75] == []
    assert [line.decode() for line in lines if line.decode().startswith(("DESCRIPTION:", " "))] == [
        line.decode() for line in lines
    ]


@given(anything)
def test_no_escape_is_cut_in_two(text):
    lines = text_line("DESCRIPTION", text * 5).split(b"\r\n")

    assert [line for line in lines if (len(line) - len(line.rstrip(b"\\"))) % 2] == []


@given(anything)
def test_unfolding_gives_the_line_back(text):
    value = escape(text * 5)

    assert fold(f"X:{value}").replace(b"\r\n ", b"") == f"X:{value}\r\n".encode()


@pytest.mark.parametrize("read", READERS)
@settings(max_examples=40, deadline=None)
@given(text=anything)
@example(text="路径 C:\\new, 与; 其他\\")
@example(text="a" * 64 + "\\" * 9 + ",")
@example(text="字" * 20 + " " * 80 + "字")
def test_every_parser_gives_the_text_back(read, text):
    entry = an_entry(summary=f"题{text}", description=text * 3)

    [told] = read(a_feed(entry))

    assert (told.summary, told.description) == (plain(f"题{text}"), plain(text * 3))


@given(anything)
def test_cleaning_twice_cleans_no_more(text):
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_is_a_line_end(end):
    assert escape(f"上{end}下") == "上\\n下"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x1f", "\x7f", "\x9b", "\ufeff", "\ud83d"])
def test_what_no_calendar_may_hold_is_left_out(character):
    assert escape(f"上{character}下") == "上下"


def test_only_ascii_punctuation_is_escaped():
    assert escape("甲,乙;丙\\丁\uff0c戊\uff1b己:庚") == "甲\\,乙\\;丙\\\\丁\uff0c戊\uff1b己:庚"


@pytest.mark.parametrize("text", ["", "  ", "\n", "\x00"])
def test_what_says_nothing_is_not_written(text):
    assert text_line("LOCATION", text) == b""


def test_a_name_in_a_parameter_is_quoted_and_its_own_quotes_are_caret_marks():
    assert parameter("CN", '四川, "中心"') == ";CN=\"四川, ^'中心^'\""
    assert parameter("CN", "Li") == ";CN=Li"
    assert parameter("CN", "a^b\r\nc") == ";CN=a^^b^nc"
