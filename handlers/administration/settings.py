"""`/settings`: everything that can be switched, with buttons or typed (handbook §3, §8). Admins; audited.

`/settings before_is_strict on` changes at once; `/settings before_is_strict` shows the setting with its buttons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from handlers.access import ADMINS
from handlers.administration.setting_words import (
    CHOICES,
    EFFECTS,
    EXPLAINED,
    GROUP_NAMES,
    OFF,
    ON,
    UNSET,
    label_of,
    read_value,
    setting_named,
    value_text,
)
from handlers.forms import driver
from handlers.forms.fields import Field, Option, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.keyboards import Button, button_data, rows_of
from handlers.translations import N_
from handlers.turn import Turn
from schedules.settings import (
    SETTING_BY_NAME,
    SETTINGS,
    NoGroup,
    Setting,
    SettingGroup,
    SettingKind,
    change_setting,
    value_of,
)

BUTTON = "setting"
UNSET_VALUE = "unset"
GONE = N_("This setting is no longer there. /settings shows those there are.")
NO_GROUP = N_("There is no shared group yet: please send /link in it first.")
UNKNOWN = N_("I know no setting called “{words}”. Here are those there are.")


def settings(turn: Turn) -> None:
    """`/settings [name [value]]`."""
    written = turn.arguments.strip()
    if not written:
        _show_all(turn)
        return
    words = written.split()
    for length in range(len(words), 0, -1):
        setting = setting_named(" ".join(words[:length]))
        if setting is not None:
            _typed(turn, setting, " ".join(words[length:]))
            return
    turn.say(turn.t(UNKNOWN, words=written[:60]))
    _show_all(turn)


def pressed(turn: Turn) -> None:
    """`setting:<what>[:<name>[:<value>]]`. The role is asked before."""
    what, name, value = (*(turn.press.arguments if turn.press is not None else ()), "", "", "")[:3]
    setting = SETTING_BY_NAME.get(name)
    if what == "all":
        _show_all(turn)
    elif what == "group" and name in set(SettingGroup):
        _show_group(turn, SettingGroup(name))
    elif setting is None:
        turn.toast(turn.t.plain(GONE))
    elif what == "show":
        _show(turn, setting)
        if setting.kind not in (SettingKind.switch, SettingKind.choice):
            driver.start(turn, SETTING, values={"name": setting.name})
    elif what == "set":
        _press_value(turn, setting, value)
    else:
        turn.toast(turn.t.plain(GONE))


def _typed(turn: Turn, setting: Setting, text: str) -> None:
    if not text:
        _show(turn, setting)
        return
    try:
        _change(turn, setting, read_value(turn.t, setting, text, turn.today))
    except Wrong as wrong:
        turn.say(turn.t(wrong.message, **wrong.values))
        _show(turn, setting)


def _press_value(turn: Turn, setting: Setting, written: str) -> None:
    value: Any = {"on": True, "off": False}.get(written) if setting.kind is SettingKind.switch else written
    if written == UNSET_VALUE and setting.may_be_unset:
        value = None
    elif value is None or not setting.fits(value):
        turn.toast(turn.t.plain(GONE))
        return
    try:
        _change(turn, setting, value)
    except Wrong as wrong:
        turn.toast(turn.t.plain(wrong.message, **wrong.values), alert=True)


def _change(turn: Turn, setting: Setting, value: Any) -> None:
    """Set it and say what it is now and from when; raises Wrong."""
    try:
        is_new = change_setting(turn.session, setting.name, value, turn.person_id, turn.now)
    except NoGroup:
        raise Wrong(NO_GROUP) from None
    t = turn.t
    shown = {"name": label_of(t, setting), "value": value_text(t, setting, value)}
    said = t("✅ {name}: {value}.", **shown) if is_new else t("{name} is {value} already.", **shown)
    lines = [said, t(EFFECTS[setting.effect])] if is_new else [said]
    turn.redraw(Markup("\n").join(lines), [[_back_to(turn, setting)]])


def _show_all(turn: Turn) -> None:
    t = turn.t
    lines: list[Markup] = [t("<b>⚙️ Settings</b>")]
    for group in SettingGroup:
        lines += [Markup(""), Markup("<b>{}</b>").format(t.plain(GROUP_NAMES[group])), *_lines(turn, group)]
    buttons = [Button(t.plain(GROUP_NAMES[group]), button_data(BUTTON, "group", group.value)) for group in SettingGroup]
    turn.redraw(Markup("\n").join(lines), rows_of(buttons, 1))


def _show_group(turn: Turn, group: SettingGroup) -> None:
    t = turn.t
    lines = [Markup("<b>⚙️ {}</b>").format(t.plain(GROUP_NAMES[group])), *_lines(turn, group)]
    lines.append(t("Tap one to change it."))
    buttons = [
        Button(label_of(t, setting), button_data(BUTTON, "show", setting.name))
        for setting in SETTINGS
        if setting.group is group
    ]
    back = [Button(t.plain(N_("‹ Settings")), button_data(BUTTON, "all"))]
    turn.redraw(Markup("\n").join(lines), [*rows_of(buttons, 1), back])


def _lines(turn: Turn, group: SettingGroup) -> list[Markup]:
    t = turn.t
    return [
        t("{name}: {value}", name=label_of(t, s), value=value_text(t, s, value_of(turn.session, s.name)))
        for s in SETTINGS
        if s.group is group
    ]


def _show(turn: Turn, setting: Setting) -> None:
    t = turn.t
    value = value_of(turn.session, setting.name)
    lines = [
        Markup("<b>⚙️ {}</b>").format(label_of(t, setting)),
        t("At present: {value}", value=value_text(t, setting, value)),
    ]
    if setting.name in EXPLAINED:
        lines.append(t(EXPLAINED[setting.name]))
    lines.append(t("Typed: {example}", example=f"/settings {label_of(t, setting)} …"))
    turn.redraw(Markup("\n").join(lines), [*_value_buttons(turn, setting), [_back_to(turn, setting)]])


def _value_buttons(turn: Turn, setting: Setting) -> list[list[Button]]:
    t = turn.t
    if setting.kind is SettingKind.switch:
        offered = [("on", t.plain(ON)), ("off", t.plain(OFF))]
    elif setting.kind is SettingKind.choice:
        offered = [(value, t.plain(label)) for value, label in CHOICES[setting.name].items()]
    else:
        offered = []
    if setting.may_be_unset:
        offered.append((UNSET_VALUE, t.plain(UNSET)))
    return rows_of([Button(label, button_data(BUTTON, "set", setting.name, value)) for value, label in offered], 2)


def _back_to(turn: Turn, setting: Setting) -> Button:
    label = turn.t.plain(GROUP_NAMES[setting.group])
    return Button(f"‹ {label}", button_data(BUTTON, "group", setting.group.value))


@dataclass(frozen=True)
class SettingValue:
    """The value of the setting a form is about."""

    def parse(self, text: str, turn: FormTurn) -> Any:
        """As JSON holds it; raises Wrong."""
        value = read_value(turn.turn.t, _setting_in(turn), text, turn.today)
        if value is None:
            raise Wrong(N_("To take the value away, please go back with Cancel and tap “not set”."))
        return value

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """None: it is typed."""
        return ()

    def choose(self, value: str, turn: FormTurn) -> Any:
        """There is nothing to press."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """In words."""
        return value_text(turn.turn.t, _setting_in(turn), value)


def _setting_in(turn: FormTurn) -> Setting:
    setting = SETTING_BY_NAME.get(str(turn.values.get("name", "")))
    if setting is None:
        raise Wrong(GONE)
    return setting


def _notes(turn: FormTurn) -> Sequence[Markup]:
    setting = _setting_in(turn)
    t, value = turn.turn.t, value_of(turn.turn.session, setting.name)
    now = t("{name}: {value}", name=label_of(t, setting), value=value_text(t, setting, value))
    return [t("Until now: {name}", name=now), t(EFFECTS[setting.effect])]


def _save(turn: FormTurn) -> None:
    setting = _setting_in(turn)
    value = turn.values["value"]
    if not setting.fits(value):
        raise Wrong(GONE)
    _change(turn.turn, setting, value)


SETTING = Form(
    name="setting",
    title=N_("Setting"),
    words=(),
    fields=(
        Field(
            key="value",
            label=N_("New value"),
            ask=N_("What shall it be?"),
            kind=SettingValue(),
        ),
    ),
    save=_save,
    roles=ADMINS,
    notes=_notes,
    confirm_label=N_("✅ Confirm"),
)
