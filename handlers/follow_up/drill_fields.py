"""What a drill asks, with its choices and checks, as declared fields (handbook §6, 陪练)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.follow_up.present_hires import HirePicks, own_hires, present_options, refuse_gone
from handlers.follow_up.several import Several
from handlers.forms.choices import key_of
from handlers.forms.fields import Field, Option, Wrong
from handlers.forms.form import FormTurn
from handlers.forms.kinds import ClockTime, Day, Text
from handlers.roster.hire_choices import GONE
from handlers.translations import N_, Translator, both_languages
from storage.drills import OTHER, OTHER_LENGTH, DrillNote
from storage.roster import Hire

CONTENTS = (
    Option("crm", N_("CRM"), ("CRM", "CRM操作", "crm操作")),
    Option("introduction", N_("Two-minute introduction"), ("诚信通两分钟介绍", "诚信通", "两分钟介绍", "introduction")),
    Option("sales_kits", N_("Sales kits"), ("sales kits", "sales kits 介绍", "saleskits", "销售工具")),
    Option("three_steps", N_("Sit, demonstrate, order"), ("一坐二演示三订单", "三步", "演示")),
    Option(OTHER, N_("Other content"), ("其他", "其它", "other")),
)
STEPS = (
    Option("acted_out", N_("Two acted it out"), ("演练", "acted out", "两人演练")),
    Option("commented", N_("Others commented"), ("点评", "commented")),
    Option("corrected", N_("Corrected, demonstrated"), ("纠正", "示范", "纠正示范", "corrected")),
)
RESULTS = (
    Option("good", N_("Everybody can do it"), ("good", "好", "都会了", "全部过关")),
    Option("partly", N_("Some need another round"), ("partly", "部分", "部分过关")),
    Option("again", N_("To be drilled again"), ("again", "再练", "没过关")),
)
HOURS = ("09:00", "10:00", "14:00", "15:00", "16:00", "17:00")


@dataclass(frozen=True)
class DrillTime(ClockTime):
    """When a drill began: typed, or one of the usual hours."""

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """The usual hours."""
        return tuple(Option(hour, hour, literal=True) for hour in HOURS)


@dataclass(frozen=True)
class DrillResult(Text):
    """How a drill ended: one of the usual results, or in own words."""

    def parse(self, text: str, turn: FormTurn) -> str:
        """The usual result that was meant, else the words; raises Wrong."""
        wanted = key_of(text)
        usual = (o for o in RESULTS if wanted in {key_of(name) for name in (*both_languages(o.label), *o.words)})
        found = next(usual, None)
        return found.value if found is not None else super().parse(text, turn)

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """The usual results."""
        return RESULTS

    def choose(self, value: str, turn: FormTurn) -> str:
        """The pressed result."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """The result in words."""
        return next((option.text(turn.turn.t) for option in RESULTS if option.value == value), str(value))


def content_words(t: Translator, note: DrillNote) -> str:
    """What was drilled, in words."""
    fixed = [option.text(t) for option in CONTENTS if option.value in note.content and option.value != OTHER]
    return t.plain(N_(", ")).join([*fixed, *([note.other_content] if note.other_content else [])])


def drilled(turn: FormTurn, numbers: Sequence[object]) -> list[Hire]:
    """The people of a drill; raises Wrong for none, for somebody who is not of the own companies, and for people of
    different companies.
    """
    hires = own_hires(turn, numbers)
    if len(hires) < len(numbers):
        raise Wrong(GONE)
    if not hires:
        raise Wrong(N_("Please choose at least {least}, then tap Done."), least=1)
    if len({hire.company_id for hire in hires}) > 1:
        raise Wrong(N_("These people belong to different companies: please record one drill for each company."))
    return hires


def _check_hires(turn: FormTurn, value: Any) -> None:
    for hire in drilled(turn, value):
        refuse_gone(turn, hire)


def _has_other(turn: FormTurn) -> bool:
    return OTHER in (turn.values.get("content") or ())


FIELDS = (
    Field(
        key="day",
        label=N_("Date"),
        ask=N_("On which day was the drill?"),
        kind=Day(),
        words=("日期",),
        preset=lambda turn: turn.today.isoformat(),
    ),
    Field(
        key="starts",
        label=N_("Starts at"),
        ask=N_("At what time did it begin?"),
        kind=DrillTime(),
        words=("时间", "开始", "开始时间", "time"),
        help=N_("Tap an hour, or type it like 14:30."),
    ),
    Field(
        key="hires",
        label=N_("Who took part"),
        ask=N_("Who took part in it?"),
        kind=HirePicks(present_options),
        words=("人员", "新人", "参加人", "people", "who"),
        help=N_("Tap everyone (or a whole cohort), then Done. Names can also be typed: Zhang Wei, Li Na."),
        check=_check_hires,
    ),
    Field(
        key="content",
        label=N_("Content"),
        ask=N_("What was drilled?"),
        kind=Several(CONTENTS),
        words=("内容", "content"),
    ),
    Field(
        key="other",
        label=N_("Other content"),
        ask=N_("What was it, in a few words?"),
        kind=Text(2, OTHER_LENGTH),
        words=("其他内容",),
        applies=_has_other,
    ),
    Field(
        key="steps",
        label=N_("Steps"),
        ask=N_("What was done? Tap what applies."),
        kind=Several(STEPS, least=0, per_row=1),
        required=False,
        words=("方法", "steps"),
    ),
    Field(
        key="problems",
        label=N_("Common problems"),
        ask=N_("Which problems did several of them have? They are shown at the next drill."),
        kind=Text(2, 500, "many"),
        required=False,
        words=("共性问题", "常见问题", "普遍问题"),
    ),
    Field(
        key="result",
        label=N_("Result"),
        ask=N_("How did it end? Tap, or write a sentence."),
        kind=DrillResult(2, 300),
        words=("结果", "效果", "result"),
    ),
)
