"""The settings in words: what each is called, what it means, how its value is shown and read."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from handlers.forms.dates import read_clock, read_day
from handlers.forms.fields import Wrong
from handlers.forms.numbers import half_width, read_number
from handlers.people.roles import LANGUAGE_NAMES
from handlers.translations import LANGUAGES, N_, Translator, both_languages, translator
from schedules import settings
from schedules.deadlines import SubjectDate
from schedules.kpi import Curve, KpiLine
from schedules.settings import SETTINGS, Effect, Setting, SettingGroup, SettingKind, weight_name
from schedules.working_days import SATURDAY
from storage.people import name_key

GROUP_NAMES: Mapping[SettingGroup, str] = {
    SettingGroup.deadlines: N_("Deadlines and windows"),
    SettingGroup.targets: N_("KPI card: targets"),
    SettingGroup.weights: N_("KPI card: weights"),
    SettingGroup.group: N_("Group and languages"),
}
LINE_NAMES: Mapping[KpiLine, str] = {
    KpiLine.order_rate: N_("Order rate"),
    KpiLine.order_level: N_("Order level"),
    KpiLine.trial: N_("Interview and trial post"),
    KpiLine.induction: N_("Induction training"),
    KpiLine.follow_up: N_("Follow-up after on post"),
    KpiLine.problems: N_("Problems collected"),
    KpiLine.solutions: N_("Solutions pushed"),
    KpiLine.satisfaction: N_("Satisfaction"),
}
LABELS: Mapping[str, str] = {
    settings.STRICT: N_("“Before the 25th / 5th” read strictly"),
    settings.SUBJECT_DATE: N_("Date in the subject of reports"),
    settings.DAILY_DUE: N_("Daily report due on the next day at"),
    settings.ANCHOR: N_("A worked Saturday of alternating weeks"),
    settings.WINDOW: N_("Days of a new hire's window"),
    settings.SATISFACTION: N_("Satisfaction on the KPI card"),
    settings.ORDER_RATE_TARGET: N_("Target order rate"),
    settings.ORDER_LEVEL_TARGET: N_("Target order level"),
    settings.TRIAL_PASS_TARGET: N_("Target trial pass rate"),
    settings.CHECKS_PLANNED: N_("Spot checks planned per hire"),
    settings.CURVE: N_("How a figure becomes points"),
    settings.THANK_YOU: N_("Monthly thank-you list in the group"),
    settings.GROUP_LANGUAGE: N_("Language in the group"),
    settings.REMINDER_LANGUAGE: N_("Language of reminders while nobody chose one"),
}
EXPLAINED: Mapping[str, str] = {
    settings.STRICT: N_(
        "On: the training plan and the order-rate submission are late from 00:00 of the 25th / 5th. Off: only when "
        "that day is over."
    ),
    settings.SATISFACTION: N_(
        "While it is off, the card is out of the other weights and says how many are to confirm."
    ),
    settings.CURVE: N_(
        "Proportional: points grow with the figure up to its target. All or nothing: full points from the target on."
    ),
    settings.THANK_YOU: N_(
        "On the first working day of a month at 09:00: the managers whose dailies were all on time. Nobody else is "
        "named."
    ),
    settings.CHECKS_PLANNED: N_("How many spot checks each hire who stayed should have had in the window."),
}
EFFECTS: Mapping[Effect, str] = {
    Effect.next_period: N_(
        "It takes effect from the next period: reports that are open already keep the time they began with."
    ),
    Effect.next_report: N_("It takes effect with the next report that is handed in."),
    Effect.this_month: N_("It holds for the KPI cards from this month on; those of earlier months stay as they were."),
    Effect.new_hires: N_("It takes effect for those who go on post from now on; windows already begun stay."),
    Effect.next_list: N_("It takes effect with the next list."),
    Effect.at_once: N_("It takes effect at once."),
    Effect.calendar: N_("Deadlines ahead have been worked out anew; nothing in the past changes."),
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    settings.SUBJECT_DATE: {
        SubjectDate.period_end.value: N_("the period's last day"),
        SubjectDate.sent.value: N_("the day it is sent"),
    },
    settings.CURVE: {
        Curve.proportional.value: N_("proportional"),
        Curve.all_or_nothing.value: N_("all or nothing"),
    },
    settings.GROUP_LANGUAGE: LANGUAGE_NAMES,
    settings.REMINDER_LANGUAGE: LANGUAGE_NAMES,
}
WEIGHT = N_("Weight of {line}")
ON, OFF, UNSET = N_("on"), N_("off"), N_("not set")
ON_WORDS = {"on", "yes", "true", "1", "开", "开启", "打开", "是", "启用"}
OFF_WORDS = {"off", "no", "false", "0", "关", "关闭", "否", "停用", "不启用"}
UNSET_WORDS = {"-", "none", "unset", "notset", "无", "不设", "未设", "清除", "取消"}
_DECIMAL = re.compile(r"\d{1,3}(?:\.\d{1,2})?")

WRONG_SWITCH = N_("Please send on or off.")
WRONG_CHOICE = N_("Please send one of these: {choices}.")
WRONG_PERCENT = N_("Please send a percentage above 0 and up to 100, e.g. 60%.")
WRONG_DECIMAL = N_("Please send a number above 0 with at most two decimals, e.g. 1.2.")
WRONG_NUMBER = N_("Please send a whole number from {least} to {most}.")
WRONG_CLOCK = N_("Please send a time from 01:00 to 12:00, e.g. 08:00.")
WRONG_SATURDAY = N_("Please send the date of a Saturday that is worked, e.g. 2026-01-10.")


def label_of(t: Translator, setting: Setting) -> str:
    """What a setting is called."""
    line = _LINE_OF.get(setting.name)
    if line is None:
        return t.plain(LABELS[setting.name])
    return t.plain(WEIGHT, line=t.plain(LINE_NAMES[line]))


def value_text(t: Translator, setting: Setting, value: Any) -> str:
    """A value in words."""
    if value is None:
        return t.plain(UNSET)
    match setting.kind:
        case SettingKind.switch:
            return t.plain(ON if value else OFF)
        case SettingKind.choice:
            return t.plain(CHOICES[setting.name].get(str(value), str(value)))
        case SettingKind.percent:
            return f"{value}%"
        case _:
            return str(value)


def read_value(t: Translator, setting: Setting, text: str, today: date) -> Any:
    """The value somebody typed; raises Wrong with what to type instead."""
    words = half_width(text).strip(" .。")
    key = name_key(words)
    if setting.may_be_unset and key in UNSET_WORDS | _keys(UNSET):
        return None
    match setting.kind:
        case SettingKind.switch:
            return _switch(key)
        case SettingKind.choice:
            return _choice(t, setting, key)
        case SettingKind.percent:
            return _decimal(setting, words.removesuffix("%").strip(), WRONG_PERCENT)
        case SettingKind.decimal:
            return _decimal(setting, words, WRONG_DECIMAL)
        case SettingKind.clock:
            clock = read_clock(words)
            if not setting.fits(clock) or clock is None:
                raise Wrong(WRONG_CLOCK)
            return clock
        case SettingKind.saturday:
            day = read_day(words, today)
            if day is None or day.isoweekday() != SATURDAY:
                raise Wrong(WRONG_SATURDAY)
            return day.isoformat()
        case SettingKind.whole:
            number = read_number(words)
            if number is None or not setting.fits(number):
                raise Wrong(WRONG_NUMBER, least=setting.least, most=setting.most)
            return number


def setting_named(words: str) -> Setting | None:
    """The setting of a name, or of what it is called in either language."""
    return _BY_WORD.get(name_key(words))


def _switch(key: str) -> bool:
    if key in ON_WORDS | _keys(ON):
        return True
    if key in OFF_WORDS | _keys(OFF):
        return False
    raise Wrong(WRONG_SWITCH)


def _choice(t: Translator, setting: Setting, key: str) -> str:
    for value, label in CHOICES[setting.name].items():
        if key in {name_key(value), *_keys(label)}:
            return value
    raise Wrong(WRONG_CHOICE, choices=", ".join(t.plain(label) for label in CHOICES[setting.name].values()))


def _decimal(setting: Setting, words: str, complaint: str) -> str:
    if not words.isascii() or _DECIMAL.fullmatch(words) is None or not setting.fits(words):
        raise Wrong(complaint)
    return words


def _keys(text: str) -> set[str]:
    return {name_key(each) for each in both_languages(text)}


_LINE_OF = {weight_name(line): line for line in KpiLine}
_BY_WORD: dict[str, Setting] = {}
for _setting in SETTINGS:
    for _word in (_setting.name, *(label_of(translator(language), _setting) for language in LANGUAGES)):
        _BY_WORD.setdefault(name_key(_word), _setting)
