"""What a ride-along asks, with its choices and checks, as declared fields (handbook §6, 陪访)."""

from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from handlers.forms.fields import Field, Option, Wrong
from handlers.forms.form import FormTurn
from handlers.forms.kinds import Day, HirePick, ManyOf, Number, OneOf, Scores, Text
from handlers.roster.hire_choices import hire_name, needed_hire, on_post_options
from handlers.translations import N_
from storage.ride_alongs import WRITTEN_FEEDBACK
from storage.roster import Hire

PARTS_OF_DAY = (
    Option("morning", N_("Morning"), ("上午", "早上", "am")),
    Option("afternoon", N_("Afternoon"), ("下午", "pm")),
    Option("full_day", N_("All day"), ("全天", "一天", "整天", "full day", "day")),
)
MODES = (
    Option("you_do", N_("Hire does, I watch"), ("你干我看", "你做我看", "you do, I watch", "you do it, I watch")),
    Option("i_do", N_("I do, hire watches"), ("我干你看", "我做你看", "I do, you watch", "I do it, you watch")),
    Option("half", N_("Half each"), ("各半", "一半一半", "half")),
)
CUSTOMER_KINDS = (
    Option("cold", N_("Cold visit"), ("陌拜", "陌生拜访", "cold")),
    Option("appointment", N_("Appointment"), ("预约", "约访", "预约拜访")),
    Option("return", N_("Return visit"), ("回访", "复访", "return")),
)
CRITERIA = (
    Option("preparation", N_("Preparation, appearance"), ("准备", "仪表", "准备与形象")),
    Option("opening", N_("Opening"), ("开场", "开场白")),
    Option("needs", N_("Needs"), ("需求", "需求挖掘")),
    Option("demo", N_("Product demo"), ("演示", "产品演示")),
    Option("objections", N_("Objections"), ("异议", "异议处理")),
    Option("asking", N_("Asking for the order"), ("促单", "要单")),
    Option("crm", N_("CRM record"), ("CRM",)),
    Option("rules", N_("Rules"), ("制度", "规范")),
)


@dataclass(frozen=True)
class CustomerKinds(OneOf):
    """One or several kinds of customer in a single tap: every combination has its button."""

    def parse(self, text: str, turn: FormTurn) -> str:
        """One combination, or kinds in any order: 陌拜, 回访; raises Wrong."""
        try:
            return super().parse(text, turn)
        except Wrong:
            return ",".join(ManyOf(CUSTOMER_KINDS).parse(text, turn))


def kind_combinations(turn: FormTurn) -> list[Option]:
    """Single kinds first, then two together, then all."""
    t = turn.turn.t
    several = [chosen for count in (2, 3) for chosen in combinations(CUSTOMER_KINDS, count)]
    joined = [
        Option(",".join(o.value for o in chosen), "+".join(o.text(t) for o in chosen), literal=True)
        for chosen in several
    ]
    return [*CUSTOMER_KINDS, *joined]


def _check_day(turn: FormTurn, value: Any) -> None:
    if turn.values.get("hire") is None:
        return  # asked first; the day is checked again with the hire
    hire = needed_hire(turn.turn, turn.values["hire"])
    refuse_unless_at_work(turn, hire, date.fromisoformat(value))


def refuse_unless_at_work(turn: FormTurn, hire: Hire, day: date) -> None:
    """Raises Wrong for a day on which the hire was not on post, or had left."""
    t = turn.turn.t
    if hire.on_post is None:
        raise Wrong(N_("{name} is not on post yet. Please mark it with /roster first."), name=hire.name)
    if day < hire.on_post:
        raise Wrong(
            N_("{name} is on post from {day}. Please send that day or a later one."),
            name=hire.name,
            day=t.day(hire.on_post),
        )
    if hire.last_day is not None and day > hire.last_day:
        raise Wrong(
            N_("{name} left on {day}. Please send that day or an earlier one."),
            name=hire.name,
            day=t.day(hire.last_day),
        )


def _has_next_step(turn: FormTurn) -> bool:
    return bool(turn.values.get("next_step"))


FIELDS = (
    Field(
        key="hire",
        label=N_("Hire"),
        ask=N_("Whom did you go along with?"),
        kind=HirePick(on_post_options, name=hire_name),
        words=("新人", "姓名", "hire"),
        help=N_("Tap a name, or type it."),
    ),
    Field(
        key="day",
        label=N_("Date"),
        ask=N_("On which day was it?"),
        kind=Day(),
        words=("日期",),
        preset=lambda turn: turn.today.isoformat(),
        check=_check_day,
    ),
    Field(
        key="part_of_day",
        label=N_("Part of the day"),
        ask=N_("Morning, afternoon or all day?"),
        kind=OneOf(PARTS_OF_DAY),
        words=("时段", "时间"),
    ),
    Field(key="mode", label=N_("Mode"), ask=N_("Who did the selling?"), kind=OneOf(MODES), words=("方式", "模式")),
    Field(
        key="visits",
        label=N_("Visits"),
        ask=N_("How many customers did you visit?"),
        kind=Number(1, 20, offer=tuple(range(1, 10))),
        words=("家数", "拜访", "拜访家数", "visits"),
        help=N_("1 to 20: tap a number, or type it."),
    ),
    Field(
        key="customer_kinds",
        label=N_("Customer kinds"),
        ask=N_("What kinds of customers were they?"),
        kind=CustomerKinds(kind_combinations),
        words=("客户", "客户类型"),
    ),
    Field(
        key="scores",
        label=N_("Scores"),
        ask=N_("How did it go, from 1 to 5? Leave out what you did not see."),
        kind=Scores(CRITERIA),
        required=False,
        words=("评分", "打分", "得分"),
    ),
    Field(
        key="did_well",
        label=N_("Did well"),
        ask=N_("What went well?"),
        kind=Text(5, 500, "many"),
        words=("优点", "做得好", "亮点"),
        help=N_("At least 5 characters; no customers' names or phone numbers."),
    ),
    Field(
        key="to_improve",
        label=N_("To improve"),
        ask=N_("What is to be improved? This is the written feedback."),
        kind=Text(WRITTEN_FEEDBACK, 500, "many"),
        words=("改进", "待改进", "不足", "反馈"),
        help=N_("At least 10 characters; no customers' names or phone numbers."),
    ),
    Field(
        key="next_step",
        label=N_("Next step"),
        ask=N_("What is the next step?"),
        kind=Text(2, 300),
        required=False,
        words=("下一步",),
        asked=False,
        add_label=N_("+ Next step"),
    ),
    Field(
        key="next_step_on",
        label=N_("Next step on"),
        ask=N_("On which day? You will be reminded."),
        kind=Day(past_days=0, future_days=90),
        words=("下一步日期", "跟进日期"),
        applies=_has_next_step,
    ),
)
