"""Number fields read what pages print and what input methods give: separators of thousands, full-width digits."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import NumberRange

from app.forms import WholeField


class _Form(Form):
    ranged = WholeField(validators=[NumberRange(0, 10_000_000)])
    free = WholeField()


@pytest.mark.parametrize(("words", "number"), [
    ("281,000", 281_000), ("２９０，０００", 290_000), (" 86 ", 86), ("1,234,567", 1_234_567), ("０", 0)])
def test_a_number_is_read_however_it_is_typed(app, words, number):
    with app.test_request_context():
        assert _Form(MultiDict({"free": words})).free.data == number


@pytest.mark.parametrize("words", ["12,5", "3.5", "很多", "1" * 16, "9" * 5000, "-5", "٣"])
def test_what_is_no_whole_number_is_refused_and_never_guessed(app, words):
    with app.test_request_context():
        form = _Form(MultiDict({"free": words}))

        assert (form.free.data, form.free.process_errors) == (None, ["请填整数。"])


def test_below_a_range_the_range_says_what_is_wrong(app):
    with app.test_request_context():
        assert _Form(MultiDict({"ranged": "-5"})).ranged.data == -5
