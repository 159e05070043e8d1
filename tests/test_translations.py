import re
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

APP = Path(__file__).parents[1] / "app"
PUBLIC = ("base.html", "macros", "charts", "letters", "events", "plans", "signup", "feeds", "errors")
ROOMS = ("signup/", "contact.py", "feeds/", "errors.py", "events/board.py", "events/words.py", "events/entry.py",
         "plans/views/public.py", "plans/target.py", "look.py")
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None, "lazy_gettext": None, "_lp": ((1, "c"), 2), "lazy_pgettext": ((1, "c"), 2)}
PLACE = re.compile(r"%\(\w+\)[sd]")


def catalogue():
    """By context, None for most, and sentence: the same Chinese may be two words of English."""
    with (APP / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return {(message.context, message.id): message.string for message in read_po(file, locale="en") if message.id}


def said_in_public():
    found = extract_from_dir(APP / "templates", [("**.html", "jinja2"), ("**.txt", "jinja2")])
    pages = {(context, message): name for name, _, message, _, context in found if name.split("/")[0] in PUBLIC}
    code = extract_from_dir(APP, [("**.py", "python")], keywords=KEYWORDS)
    return pages | {(context, message): name for name, _, message, _, context in code if name.startswith(ROOMS)}


def test_every_sentence_of_a_public_page_and_its_letters_is_there_in_english():
    english = catalogue()

    assert {sentence: where for sentence, where in said_in_public().items() if not english.get(sentence)} == {}


def test_a_translation_keeps_every_place_where_a_value_goes():
    wrong = {
        chinese: english for (_context, chinese), english in catalogue().items()
        if any(set(PLACE.findall(one)) != set(PLACE.findall(other)) for one, other in _pairs(chinese, english))}

    assert wrong == {}


def test_a_word_that_is_said_in_a_context_is_there_in_that_context():
    code = extract_from_dir(APP, [("**.py", "python")], keywords=KEYWORDS)
    pages = extract_from_dir(APP / "templates", [("**.html", "jinja2")])
    in_context = {(context, message) for _, _, message, _, context in [*code, *pages] if context}

    assert ("audit", "活动") in in_context and ("person", "恢复") in in_context
    assert in_context - set(catalogue()) == set()


def _pairs(chinese, english):
    """One wording, or one for each number: Chinese has a single form for all."""
    if isinstance(chinese, str):
        return [(chinese, english)] if english else []
    return [(chinese[-1], one) for one in english if one]
