"""A small form with every kind of answer, and what it saved."""

from typing import Any

from handlers.forms.fields import Field, Option, Rows, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import (
    ClockTime,
    Day,
    HirePick,
    ManyOf,
    Number,
    NumberPart,
    Numbers,
    OneOf,
    Percent,
    Scores,
    Text,
    TimeSpan,
    YesNo,
)

HIRES = [Option(str(n), f"新人{n:02d} · 第{n}/30天", literal=True) for n in range(1, 20)] + [
    Option("88", "张伟 · 第12/30天", literal=True),
    Option("89", "张伟 · 第3/30天", literal=True),
    Option("90", "张伟明", literal=True),
]
MODES = (
    Option("alone", "Alone", ("独自",)),
    Option("together", "Together", ("一起",)),
)
CRITERIA = (Option("opening", "Opening", ("开场",)), Option("demo", "Demo"), Option("closing", "Closing"))
TOPICS = (Option("crm", "CRM"), Option("kit", "Sales kit"), Option("rules", "Rules", ("制度",)))
TRIAL = (
    NumberPart("on_trial", "on trial", words=("试岗",)),
    NumberPart("passed", "passed", words=("通过",)),
    NumberPart("failed", "failed", words=("淘汰",)),
)

SAVED: list[Values] = []


def _check_present(turn: FormTurn, value: Any) -> None:
    expected = turn.values.get("expected")
    if expected is not None and value > expected:
        raise Wrong("Present {present} is more than expected {expected}.", present=value, expected=expected)


def _check_trial(turn: FormTurn, value: Any) -> None:
    if value["passed"] + value["failed"] > value["on_trial"]:
        raise Wrong("Passed and failed are more than those on trial.")


SESSION = (
    Field("topic", "Topic", "What about?", Text(2, 40)),
    Field("time", "Time", "From when to when?", TimeSpan()),
    Field("expected", "Expected", "How many expected?", Number(0, 300), words=("应到",)),
    Field("present", "Present", "How many came?", Number(0, 300), words=("实到",), check=_check_present),
)


def _suggestions(turn: FormTurn) -> list[Values]:
    return [{"topic": "CRM", "time": {"start": "09:00", "end": "11:00"}, "expected": 10}]


def _save(turn: FormTurn) -> None:
    if turn.values.get("note") == "refuse me":
        raise Wrong("The record book is full of {what}.", what="<notes>")
    SAVED.append(dict(turn.values))
    turn.turn.redraw("Saved.")


FIELDS = (
    Field("day", "Date", "Which day?", Day(past_days=7), words=("日期",), preset=lambda turn: turn.today.isoformat()),
    Field("hire", "Hire", "Who?", HirePick(lambda turn: HIRES), words=("新人",)),
    Field("mode", "Mode", "How?", OneOf(MODES), words=("方式",)),
    Field("visits", "Visits", "How many visits?", Number(1, 20, offer=(1, 2, 3)), words=("家数",)),
    Field("trial", "Trial", "On trial, passed, failed?", Numbers(TRIAL), words=("试岗人数",), check=_check_trial),
    Field("sessions", "Sessions", "Which sessions?", Rows(SESSION, most=3, suggestions=_suggestions), words=("课程",)),
    Field("topics", "Topics", "Which topics?", ManyOf(TOPICS), words=("主题",)),
    Field("scores", "Scores", "Scores?", Scores(CRITERIA), required=False, words=("评分",)),
    Field("happy", "Happy", "Is he happy?", YesNo(), words=("满意",)),
    Field(
        "why",
        "Reason",
        "Why not?",
        Text(2, 50),
        words=("原因",),
        applies=lambda turn: turn.values.get("happy") is False,
    ),
    Field("share", "Share", "How far, in percent?", Percent(), required=False, words=("进度",)),
    Field("at", "Starts", "When does it start?", ClockTime(), words=("开始",)),
    Field("feedback", "Feedback", "Your feedback?", Text(10, 500, "many"), words=("反馈",)),
    Field("note", "Note", "A note?", Text(1, 50), required=False, asked=False, add_label="+ Note", words=("备注",)),
)


def _load(turn: object, record_id: int) -> Values | None:
    return dict(COMPLETE) if record_id == 7 else None


COMPLETE: Values = {
    "day": "2026-11-22",
    "hire": "3",
    "mode": "alone",
    "visits": 2,
    "trial": {"on_trial": 3, "passed": 1, "failed": 0},
    "sessions": [],
    "topics": ["crm"],
    "happy": True,
    "at": "09:00",
    "feedback": "listened well to the customer",
}

VISIT = Form(
    name="visit",
    title="Visit",
    words=("陪访", "visit"),
    fields=FIELDS,
    save=_save,
    notes=lambda turn: ("Taken from the roster.",),
    warnings=lambda turn: ("Many visits!",) if (turn.values.get("visits") or 0) > 10 else (),
    load=_load,
)
SHORT = Form(
    name="short",
    title="Short",
    words=("短",),
    fields=(
        Field("count", "Count", "How many?", Number(0, 9)),
        Field("plan", "Plan", "The plan?", Text(2, 300), words=("计划",)),
    ),
    save=_save,
)
FORMS = {form.name: form for form in (VISIT, SHORT)}
