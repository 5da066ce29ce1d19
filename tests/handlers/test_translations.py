"""Every text has its Chinese, with the same placeholders, and nothing in the catalog is left over."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from handlers.translations import CATALOGS, Translator, both_languages, language_of_code

ROOT = Path(__file__).parents[2]
KEYWORDS = dict.fromkeys(("N_", "t", "plain", "Wrong", "HolidayFileError")) | {"plural": (1, 2)}
PLACEHOLDER = re.compile(r"{(\w+)")


def texts_in_code() -> set[str]:
    """Every text the code marks for translation."""
    texts: set[str] = set()
    for package in ("handlers", "schedules", "storage", "bot"):
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / package, [("**.py", "python")], keywords=KEYWORDS
        ):
            texts.update(message if isinstance(message, tuple) else (message,))
    return texts


def translations() -> Iterator[tuple[str, str]]:
    """Every text of the catalog with its Chinese."""
    for path in sorted(CATALOGS.rglob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_CN"):
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                said = message.string if isinstance(message.string, str) else (message.string or [""])[0]
                for text in filter(None, ids):
                    yield str(text), said


def test_the_bot_reads_its_catalogs_as_a_library_for_them_does() -> None:
    known = dict(translations())
    read = Translator("zh")._catalog
    assert read.items() <= known.items()
    # A text that counts is looked up by its singular.
    plurals = sum(path.read_text(encoding="utf-8").count("msgid_plural") for path in CATALOGS.rglob("*.po"))
    assert len(read) == len(known) - plurals


def test_no_text_is_without_its_chinese() -> None:
    chinese = dict(translations())
    missing = sorted(text for text in texts_in_code() if not chinese.get(text))
    assert missing == []


def test_no_text_is_translated_in_two_ways() -> None:
    known = dict(translations())
    assert {(text, said, known[text]) for text, said in translations() if said != known[text]} == set()


def test_english_is_not_mixed_with_chinese() -> None:
    mixed = {text for text in texts_in_code() if re.search(r"[\u3400-\u9fff]", text)}
    assert mixed == {
        "中文 or English",
        "Please send your real name in Chinese or Latin letters, 2 to 20 characters, e.g. 王芳 or Jane Wang.",
    }


def test_nothing_in_the_catalog_is_left_over() -> None:
    left_over = sorted({text for text, _ in translations()} - texts_in_code())
    assert left_over == []


def test_translations_keep_the_placeholders() -> None:
    wrong = [
        (text, chinese)
        for text, chinese in translations()
        if set(PLACEHOLDER.findall(chinese)) - set(PLACEHOLDER.findall(text))
    ]
    assert wrong == []


def test_translations_keep_the_markup_balanced() -> None:
    for text, chinese in translations():
        for tag in ("b", "i", "pre", "code"):
            assert chinese.count(f"<{tag}>") == chinese.count(f"</{tag}>"), text


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh-hans", "zh"), ("zh-TW", "zh"), ("zh", "zh"), ("en-GB", "en"), ("", "zh"), (None, "zh")],
)
def test_telegram_codes_name_a_language(code: str | None, language: str) -> None:
    assert language_of_code(code, "zh") == language


def test_inserted_values_are_escaped() -> None:
    assert str(Translator("en")("Saved {name}.", name="<b>=1+1&")) == "Saved &lt;b&gt;=1+1&amp;."


def test_both_languages_of_a_declared_text() -> None:
    assert both_languages("On leave") == ("请假", "On leave")
