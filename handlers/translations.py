"""Texts in the reader's language: English in the code, Chinese in the gettext catalog.

A message is Telegram HTML: `t("Saved {name}.", name=hire.name)` escapes what it inserts, so a name such as `<b>` is
shown as typed. Buttons and toasts know no markup: they use `t.plain(...)`. Texts declared as data are marked with `N_`
and translated when they are shown.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

CATALOGS = Path(__file__).parent / "locales"
_ENTRY = re.compile(
    r"""^msgid[ ](?P<text>(?:".*"\n)+)
    (?:msgid_plural[ ](?:".*"\n)+)?
    msgstr(?:\[0\])?[ ](?P<translation>(?:".*"(?:\n|$))+)""",
    re.MULTILINE | re.VERBOSE,
)
"""A text and its translation in a catalog. Chinese has one form for every count."""
_WEEKDAYS_ZH = "一二三四五六日"


def N_(message: str) -> str:  # noqa: N802  the name gettext tools look for
    """Mark a text that is declared here and translated where it is shown."""
    return message


class Translator:
    """Says things in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._catalog = _catalog(language)

    def __call__(self, message: str, /, **values: object) -> Markup:
        """A message as Telegram HTML; inserted values are escaped unless they are Markup already."""
        return Markup(self._said(message, message)).format(**values)

    def plain(self, message: str, /, **values: object) -> str:
        """A message without markup, for buttons, toasts, pictures and workbooks."""
        text = self._said(message, message)
        return text.format(**values) if values else text

    def plural(self, one: str, many: str, count: int, /, **values: object) -> Markup:
        """A message that depends on a count, inserted as {count}."""
        text = self._said(one, one if count == 1 else many)
        return Markup(text).format(count=count, **values)

    def day(self, day: date) -> str:
        """A date as people write it: 11/23 周一, Mon 11/23."""
        if self.language == "zh":
            return f"{day.month}/{day.day} 周{_WEEKDAYS_ZH[day.weekday()]}"
        return f"{day:%a} {day.month}/{day.day}"

    def moment(self, instant: datetime, zone: ZoneInfo) -> str:
        """An instant in local time: 11/24 周二 08:00. Midnight is written as 24:00 of the day before."""
        local = instant.astimezone(zone)
        if (local.hour, local.minute) == (0, 0):
            return f"{self.day(date.fromordinal(local.toordinal() - 1))} 24:00"
        return f"{self.day(local.date())} {local:%H:%M}"

    def _said(self, message: str, in_english: str) -> str:
        return self._catalog.get(message, in_english)


def language_of_code(code: str | None, default: Language) -> Language:
    """The language for Telegram's code (`zh-hans`, `zh-TW`, `en-GB`, `pt`); the default when it says nothing."""
    if not code:
        return default
    return "zh" if code.lower().startswith("zh") else "en"


@cache
def translator(language: Language) -> Translator:
    """The translator for a language, loaded once."""
    return Translator(language)


@cache
def both_languages(message: str) -> tuple[str, ...]:
    """A declared text in every language: what a person may type for it."""
    return tuple(dict.fromkeys(translator(language).plain(message) for language in LANGUAGES))


def _catalog(language: Language) -> Mapping[str, str]:
    """Translations by their English. The catalogs are read as they are: gettext's own format needs a step of making."""
    if language == "en":
        return {}
    contents = (path.read_text(encoding="utf-8") for path in sorted(CATALOGS.rglob("*.po")))
    return {
        _unquoted(entry["text"]): _unquoted(entry["translation"])
        for content in contents
        for entry in _ENTRY.finditer(content)
    }


def _unquoted(lines: str) -> str:
    """The text of quoted lines; what is escaped in a catalog is escaped in JSON the same way."""
    return "".join(json.loads(line) for line in lines.splitlines())
