"""What is tried first against an account is no password; what nobody would try is."""

import pytest

from app.accounts.guessing import is_guessed_first
from app.accounts.passwords import BadPassword, set_password
from tests.app.accounts.entering import NOW
from tests.factories import chen


@pytest.mark.parametrize("password", [
    "1234567890", "0987654321", "12345678910", "qwertyuiop", "1qaz2wsx3edc", "abcabcabcabc", "1111122222",
    "password123", "P@ssword2024", "Admin@123456", "woaini1314", "woaini5201314", "nihao123456", "chengdu2026",
    "zhangwei1990", "wanghong@1985", "lishi19880312", "wujinwujin"])
def test_runs_common_words_and_names_with_a_year_are_guessed_first(password):
    assert is_guessed_first(password)


@pytest.mark.parametrize("password", [
    "correct horse battery", "walk-from-county-2026", "tR7#kq9!vZ", "雨伞茶壶火车站", "kx93mvwq2p",
    "天府的银杏叶黄了", "gingko leaf 1998 rain"])
def test_words_that_have_nothing_to_do_with_each_other_are_not(password):
    assert not is_guessed_first(password)


def test_a_password_guessed_first_is_refused_with_what_to_do_instead(app):
    person = chen()

    with pytest.raises(BadPassword, match=r"容易被猜中.*换成几个不相干的词"):
        set_password(person, "1234567890", NOW)

    assert person.password is None
