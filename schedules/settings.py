"""Everything an admin can switch: names, defaults and limits in one list (handbook §3, §5, §8).

A setting is a row of `Preference` under its name; while there is none, the default holds. The language of the group
alone is kept with the group. What a setting is called in words stands in `handlers.administration.settings`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlmodel import Session, col, select

from schedules.calendars import ALTERNATING_ANCHOR, deadline_rules
from schedules.deadlines import DeadlineRules, SubjectDate
from schedules.kpi import DEFAULT_WEIGHTS, TRIAL_TARGET, Curve, KpiLine
from schedules.obligations import open_obligations, recompute_future
from schedules.working_days import SATURDAY
from storage.groups import AuditEntry, Preference, record_audit, shared_group
from storage.hire_state import WINDOW_DAYS
from storage.once import kept
from storage.people import PersonId

CHANGED = "setting.changed"
"""The audit's word; its details are name, before and after."""
LANGUAGE_CODES = ("zh", "en")


class SettingGroup(StrEnum):
    """Settings that stand on one screen."""

    deadlines = "deadlines"
    targets = "targets"
    weights = "weights"
    group = "group"


class SettingKind(StrEnum):
    """What a value is, as JSON: true or false, a word, a percentage or a number as decimal text, a whole number,
    `HH:MM`, an ISO date."""

    switch = "switch"
    choice = "choice"
    percent = "percent"
    decimal = "decimal"
    whole = "whole"
    clock = "clock"
    saturday = "saturday"


class Effect(StrEnum):
    """From when a change holds."""

    next_period = "next_period"
    """Obligations already written keep their due times."""
    next_report = "next_report"
    this_month = "this_month"
    """The KPI cards of the running month and later ones; those of earlier months stay."""
    new_hires = "new_hires"
    next_list = "next_list"
    at_once = "at_once"
    calendar = "calendar"
    """Deadlines ahead are worked out anew."""


@dataclass(frozen=True)
class Setting:
    """One thing that can be switched."""

    name: str
    group: SettingGroup
    kind: SettingKind
    default: Any
    """None: not set."""
    effect: Effect
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    may_be_unset: bool = False

    def fits(self, value: Any) -> bool:
        """Whether a value may be stored for it."""
        if value is None:
            return self.may_be_unset
        match self.kind:
            case SettingKind.switch:
                return isinstance(value, bool)
            case SettingKind.choice:
                return value in self.choices
            case SettingKind.percent | SettingKind.decimal:
                number = as_fraction(value)
                return number is not None and number > 0 and self.least <= number <= self.most
            case SettingKind.whole:
                return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most
            case SettingKind.clock:
                return _is_clock(value)
            case SettingKind.saturday:
                return _is_saturday(value)


def weight_name(line: KpiLine) -> str:
    """The setting that holds the weight of a line of the KPI card."""
    return f"kpi_weight_{line.value}"


STRICT, SUBJECT_DATE, DAILY_DUE, ANCHOR = "before_is_strict", "subject_date", "daily_due", "alternating_anchor"
WINDOW, THANK_YOU = "window_days", "thank_you_list"
GROUP_LANGUAGE, REMINDER_LANGUAGE = "group_language", "reminder_language"
SATISFACTION, CURVE = "kpi_satisfaction", "kpi_curve"
ORDER_RATE_TARGET, ORDER_LEVEL_TARGET = "kpi_target_order_rate", "kpi_target_order_level"
TRIAL_PASS_TARGET, CHECKS_PLANNED = "kpi_target_trial_pass", "kpi_spot_checks_per_hire"


def _target(name: str, default: Any, kind: SettingKind, most: int) -> Setting:
    return Setting(name, SettingGroup.targets, kind, default, Effect.this_month, most=most, may_be_unset=True)


SETTINGS: tuple[Setting, ...] = (
    Setting(STRICT, SettingGroup.deadlines, SettingKind.switch, False, Effect.next_period),
    Setting(
        SUBJECT_DATE,
        SettingGroup.deadlines,
        SettingKind.choice,
        SubjectDate.period_end.value,
        Effect.next_report,
        choices=tuple(each.value for each in SubjectDate),
    ),
    Setting(
        DAILY_DUE, SettingGroup.deadlines, SettingKind.clock, f"{DeadlineRules().daily_due:%H:%M}", Effect.next_period
    ),
    Setting(ANCHOR, SettingGroup.deadlines, SettingKind.saturday, ALTERNATING_ANCHOR.isoformat(), Effect.calendar),
    Setting(WINDOW, SettingGroup.deadlines, SettingKind.whole, WINDOW_DAYS, Effect.new_hires, least=7, most=90),
    Setting(SATISFACTION, SettingGroup.targets, SettingKind.switch, False, Effect.this_month),
    _target(ORDER_RATE_TARGET, None, SettingKind.percent, 100),
    _target(ORDER_LEVEL_TARGET, None, SettingKind.decimal, 99),
    _target(TRIAL_PASS_TARGET, str(TRIAL_TARGET * 100), SettingKind.percent, 100),
    Setting(
        CHECKS_PLANNED,
        SettingGroup.targets,
        SettingKind.whole,
        None,
        Effect.this_month,
        least=1,
        most=30,
        may_be_unset=True,
    ),
    Setting(
        CURVE,
        SettingGroup.targets,
        SettingKind.choice,
        Curve.proportional.value,
        Effect.this_month,
        choices=tuple(each.value for each in Curve),
    ),
    *(
        Setting(weight_name(line), SettingGroup.weights, SettingKind.whole, weight, Effect.this_month, most=100)
        for line, weight in DEFAULT_WEIGHTS.items()
    ),
    Setting(THANK_YOU, SettingGroup.group, SettingKind.switch, False, Effect.next_list),
    Setting(GROUP_LANGUAGE, SettingGroup.group, SettingKind.choice, None, Effect.at_once, choices=LANGUAGE_CODES),
    Setting(
        REMINDER_LANGUAGE,
        SettingGroup.group,
        SettingKind.choice,
        None,
        Effect.at_once,
        choices=LANGUAGE_CODES,
        may_be_unset=True,
    ),
)
SETTING_BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}


class NoGroup(Exception):
    """The language of the group cannot be set: there is no shared group."""


def value_of(session: Session, name: str) -> Any:
    """What a setting is at present; the default for a stored value that does not fit."""
    setting = SETTING_BY_NAME[name]
    if name == GROUP_LANGUAGE:
        group = shared_group(session)
        return group.language if group is not None and group.language in LANGUAGE_CODES else None

    def read() -> Any:
        row = session.get(Preference, name)
        return row.value if row is not None and setting.fits(row.value) else setting.default

    return kept(session, ("setting", name), (Preference,), read)


def values_at(session: Session, names: Collection[str], moment: datetime) -> dict[str, Any]:
    """What settings were at an instant: what was changed at or after it is taken back.

    One that had never been set then counts as it was first set: a target that comes later fills a gap and re-labels
    nothing.
    """
    values = {name: value_of(session, name) for name in names}
    changes = session.exec(
        select(AuditEntry)
        .where(AuditEntry.action == CHANGED, col(AuditEntry.at) >= moment)
        .order_by(col(AuditEntry.id).desc())
    )
    for change in changes:
        name, before = change.details.get("name"), change.details.get("before")
        if name in values and not (before is None and SETTING_BY_NAME[name].default is None):
            values[name] = before
    return values


def change_setting(session: Session, name: str, value: Any, by: PersonId, now: datetime) -> bool:
    """Set a setting; whether it is another value than before.

    Whatever is open at `now` is written down first, with the deadlines it began with. Raises ValueError for a value
    that does not fit, NoGroup when there is no group whose language it could be.
    """
    setting = SETTING_BY_NAME[name]
    if not setting.fits(value):
        raise ValueError(f"{value!r} does not fit {name}")
    before = value_of(session, name)
    if before == value:
        return False
    if setting.effect in (Effect.next_period, Effect.calendar):
        open_obligations(session, now, deadline_rules(session))
    if name == GROUP_LANGUAGE:
        group = shared_group(session)
        if group is None:
            raise NoGroup
        group.language = value
    else:
        session.merge(Preference(name=name, value=value, changed_by=by, changed_at=now))
    record_audit(session, now, by, CHANGED, {"name": name, "before": before, "after": value})
    session.flush()
    if setting.effect is Effect.calendar:
        recompute_future(session, now)
    return True


def as_fraction(value: Any) -> Fraction | None:
    """A stored percentage or decimal as an exact number; None for anything else."""
    if not isinstance(value, str) or len(value) > 8 or not value.replace(".", "", 1).isdecimal():
        return None
    return Fraction(value) if value.isascii() and value[-1] != "." and value[0] != "." else None


def _is_clock(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 5 and time(1) <= time.fromisoformat(value) <= time(12)
    except ValueError:
        return False


def _is_saturday(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoweekday() == SATURDAY
    except ValueError:
        return False
