"""What a daily check-in asks, presets and checks, as declared fields (handbook §6, 日报)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from handlers.forms.fields import Field, Option, Rows, Values, Wrong, iso, nothing
from handlers.forms.form import FormTurn
from handlers.forms.kinds import (
    IN_FUTURE,
    TOO_LATE_FOR_DAILY,
    Day,
    Number,
    NumberPart,
    Numbers,
    OneOf,
    Percent,
    Text,
    TimeSpan,
)
from handlers.translations import N_
from schedules.calendars import deadline_rules
from schedules.deadlines import CheckinDay, checkin_day
from schedules.filing import required_missing_days
from storage.check_ins import check_in_of, open_solutions, recent_dailies
from storage.day_records import trainee_counts
from storage.people import Company, companies_of
from storage.reports import Report

WORKING, RESTING, ON_LEAVE = "working", "resting", "leave"
PLANS_OFFERED = 3
BACKFILL_DAYS = 7

STATUSES = (
    Option(WORKING, N_("At work"), ("上班", "在岗", "工作", "1", "work", "working")),
    Option(RESTING, N_("Day off"), ("休息", "休", "rest", "off")),
    Option(ON_LEAVE, N_("On leave"), ("请假", "leave", "病假", "事假", "年假")),
)
SESSION_KINDS = (
    Option("induction", N_("Induction"), ("入职", "入职培训")),
    Option("refresher", N_("Refresher"), ("回炉", "回炉培训")),
    Option("supervisors", N_("Supervisors"), ("主管", "主管培训")),
    Option("special_posts", N_("Special posts"), ("专岗", "专岗培训")),
    Option("promotion", N_("Promotion/policy"), ("促销政策", "促销", "政策")),
    Option("customer_event", N_("Customer event"), ("客户培训会", "客户会")),
    Option("other", N_("Other"), ("其他", "其它")),
)
CATEGORIES = (
    Option("product", N_("Product knowledge"), ("产品知识", "产品", "product")),
    Option("rules", N_("Rules and policy"), ("制度规范", "制度", "rules")),
    Option("skills", N_("Sales skills"), ("销售技能", "技能", "skills")),
    Option("other", N_("Other"), ("其他", "其它")),
)
TRIAL_PARTS = (
    NumberPart("on_trial", N_("on trial"), words=("试岗", "试岗人数", "在试岗", "试岗中", "trial")),
    NumberPart("passed", N_("passed today"), words=("通过", "通过人数", "今日通过", "合格", "passed")),
    NumberPart("failed", N_("failed today"), words=("淘汰", "淘汰人数", "今日淘汰", "未通过", "不合格", "failed")),
)


def companies(turn: FormTurn) -> list[Company]:
    """The companies the check-in covers: all of the person's."""
    return companies_of(turn.turn.session, turn.turn.who)


def day_to_fill(turn: FormTurn) -> CheckinDay:
    """Which day a new check-in belongs to (handbook §3). Worked out once a turn: every preset asks."""
    session, who, now, extra = turn.turn.session, turn.turn.who, turn.turn.now, turn.turn.extra
    if "day to fill" not in extra:
        rules = deadline_rules(session, turn.turn.zone)
        extra["day to fill"] = checkin_day(now, required_missing_days(session, who, now, rules), rules)
    decided: CheckinDay = extra["day to fill"]
    return decided


def filed(turn: FormTurn) -> Values:
    """What the check-in of the day says that is in already, when a new one is begun for it; read once a turn."""
    if turn.record_id is not None:
        return {}
    key = f"daily of {turn.day()}"
    if key not in turn.turn.extra:
        known = check_in_of(turn.turn.session, turn.turn.person_id, turn.day())
        turn.turn.extra[key] = {} if known is None else known.body
    body: Values = turn.turn.extra[key]
    return body


def as_filed(key: str, otherwise: Callable[[FormTurn], Any] = nothing) -> Callable[[FormTurn], Any]:
    """A preset: what is in already for the day, else something else."""

    def preset(turn: FormTurn) -> Any:
        value = filed(turn).get(key)
        return otherwise(turn) if value is None else value

    return preset


@dataclass(frozen=True)
class CheckInDay(Day):
    """The day of a check-in: offers the two in question when it has to be asked."""

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """Today and the day still missing; else the usual days."""
        t, asks = turn.turn.t, day_to_fill(turn).asks
        if not asks:
            return super().options(turn)
        today, missing = asks
        is_in = check_in_of(turn.turn.session, turn.turn.person_id, today) is not None
        today_label = N_("Today {day} (in)") if is_in else N_("Today {day}")
        return (
            Option(iso(today), t.plain(today_label, day=t.day(today)), ("今天", "today"), literal=True),
            Option(iso(missing), t.plain(N_("{day} (open)"), day=t.day(missing)), ("补交",), literal=True),
        )


@dataclass(frozen=True)
class PlanText(Text):
    """The plan for tomorrow: typed, or one of the last ones again."""

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """The person's last plans, each once."""
        bodies = recent_dailies(turn.turn.session, turn.turn.person_id)
        plans = dict.fromkeys(str(body["plan"]) for body in bodies if body.get("plan"))
        return tuple(Option(plan, plan, literal=True) for plan in list(plans)[:PLANS_OFFERED])


def _preset_day(turn: FormTurn) -> str | None:
    decided = day_to_fill(turn)
    return None if decided.asks else iso(decided.day)


def check_day(turn: FormTurn, value: Any) -> None:
    """Raises Wrong: a check-in under edit keeps its day, a new one is for today or one of the days before."""
    day, today = date.fromisoformat(value), turn.today
    report = turn.turn.session.get(Report, turn.record_id) if turn.record_id is not None else None
    if report is not None and day != report.first_day:
        raise Wrong(
            N_("This check-in is the one for {day}: its date stays. For another day please send /checkin."),
            day=turn.turn.t.day(report.first_day),
        )
    if report is None and day > today:
        raise Wrong(IN_FUTURE, today=f"{today.month}/{today.day}")
    earliest = today - timedelta(days=BACKFILL_DAYS)
    if report is None and day < earliest:
        raise Wrong(TOO_LATE_FOR_DAILY, days=BACKFILL_DAYS, earliest=turn.turn.t.day(earliest))


def is_counted(turn: FormTurn) -> bool:
    """Whether numbers and a plan are wanted: not on leave."""
    return turn.values.get("status") != ON_LEAVE


def _preset_in_training(turn: FormTurn) -> int:
    counts = _counts(turn)
    if counts is not None:
        return min(counts["in_training"], 300)
    return int(_last_daily(turn).get("in_training") or 0)


def _preset_trial(turn: FormTurn) -> dict[str, int]:
    counts = _counts(turn)
    if counts is not None:
        return {part.key: min(counts[part.key], part.most) for part in TRIAL_PARTS}
    trial = _last_daily(turn).get("trial") or {}
    still_on_trial = trial.get("on_trial", 0) - trial.get("passed", 0) - trial.get("failed", 0)
    return {"on_trial": max(still_on_trial, 0), "passed": 0, "failed": 0}


def _counts(turn: FormTurn) -> dict[str, int] | None:
    """What the roster says for the day; None when it has no hires of these companies."""
    ids = [company.id for company in companies(turn) if company.id is not None]
    counts = trainee_counts(turn.turn.session, ids, turn.day())
    if counts is None:
        return None
    return {
        "in_training": counts.in_training,
        "on_trial": counts.on_trial,
        "passed": counts.passed,
        "failed": counts.failed,
    }


def _last_daily(turn: FormTurn) -> dict[str, Any]:
    bodies = recent_dailies(turn.turn.session, turn.turn.person_id, before=turn.day())
    return next((body for body in bodies if body.get("status") != ON_LEAVE), {})


def _check_trial(turn: FormTurn, value: Any) -> None:
    if value["passed"] + value["failed"] > value["on_trial"]:
        raise Wrong(
            N_("Passed {passed} and failed {failed} together are more than the {on_trial} on trial."),
            passed=value["passed"],
            failed=value["failed"],
            on_trial=value["on_trial"],
        )


def _check_present(turn: FormTurn, value: Any) -> None:
    expected = turn.values.get("expected")
    if expected is not None and value > expected:
        raise Wrong(
            N_("{present} present are more than {expected} expected. Please send a number up to {expected}."),
            present=value,
            expected=expected,
        )


def has_several_companies(turn: FormTurn) -> bool:
    """Whether it must be asked which company something belongs to."""
    return len(companies(turn)) > 1


def _company_options(turn: FormTurn) -> list[Option]:
    return [Option(str(company.id), company.name, literal=True) for company in companies(turn)]


def has_problem(turn: FormTurn) -> bool:
    """Whether a problem or suggestion was written."""
    return is_counted(turn) and bool(turn.values.get("problem"))


def _solution_options(turn: FormTurn) -> list[Option]:
    ids = [company.id for company in companies(turn) if company.id is not None]
    return [
        Option(str(solution.id), f"#{solution.problem_id} {solution.text}"[:40], literal=True)
        for solution in open_solutions(turn.turn.session, ids)
    ]


def has_open_solutions(turn: FormTurn) -> bool:
    """Whether there is progress to report on."""
    return is_counted(turn) and bool(_solution_options(turn))


def _suggested_sessions(turn: FormTurn) -> list[Values]:
    return [{"kind": kind.value} for kind in SESSION_KINDS]


def _company_field(applies: Callable[[FormTurn], bool], preset: Callable[[FormTurn], Any] = nothing) -> Field:
    return Field(
        key="company",
        label=N_("Company"),
        ask=N_("Which company was it for?"),
        kind=OneOf(_company_options, per_row=2),
        applies=applies,
        preset=preset,
    )


SESSION_FIELDS = (
    Field("kind", N_("Kind"), N_("What kind of session was it?"), OneOf(SESSION_KINDS)),
    Field("topic", N_("Topic"), N_("What was the topic?"), Text(2, 40)),
    Field("time", N_("Time"), N_("From when to when?"), TimeSpan(), help=N_("For example 9:00-11:00.")),
    Field("expected", N_("Expected"), N_("How many were expected?"), Number(0, 300), words=("应到",)),
    Field(
        "present",
        N_("Present"),
        N_("How many came?"),
        Number(0, 300),
        words=("实到",),
        check=_check_present,
    ),
    Field(
        "summary",
        N_("Summary"),
        N_("A short written summary of the session?"),
        Text(10, 500, "many"),
        required=False,
        words=("小结", "总结"),
        help=N_("At least 10 characters. You can skip it now: it is then listed as missing."),
    ),
    _company_field(has_several_companies),
)
PROGRESS_FIELDS = (
    Field("solution", N_("Solution"), N_("Which solution?"), OneOf(_solution_options, per_row=1)),
    Field("percent", N_("Progress"), N_("How far is it, from 0 to 100?"), Percent(offer=(25, 50, 75, 100))),
    Field("note", N_("Note"), N_("A note on it?"), Text(1, 200), required=False),
)
FIELDS = (
    Field(
        key="day",
        label=N_("Date"),
        ask=N_("Which day is this check-in for?"),
        kind=CheckInDay(past_days=BACKFILL_DAYS, too_old=TOO_LATE_FOR_DAILY),
        words=("日期", "day"),
        help=N_("Today or one of the last 7 days; a date can also be typed."),
        preset=_preset_day,
        check=check_day,
    ),
    Field(
        key="status",
        label=N_("Status"),
        ask=N_("How was the day: at work, off, or on leave?"),
        kind=OneOf(STATUSES),
        words=("状态", "出勤"),
        preset=as_filed("status"),
    ),
    Field(
        key="in_training",
        label=N_("In training"),
        ask=N_("How many people are in training?"),
        kind=Number(0, 300),
        words=("在训", "在训人数", "培训中", "培训人数", "trainees"),
        applies=is_counted,
        preset=as_filed("in_training", _preset_in_training),
    ),
    Field(
        key="trial",
        label=N_("Trial post"),
        ask=N_("Trial post: how many on trial, passed today, failed today?"),
        kind=Numbers(TRIAL_PARTS),
        words=("试岗", "试岗情况", "trial"),
        help=N_("Three numbers, e.g. 3/1/0. 0 is fine."),
        applies=is_counted,
        preset=as_filed("trial", _preset_trial),
        check=_check_trial,
    ),
    Field(
        key="sessions",
        label=N_("Sessions"),
        ask=N_("Which training sessions were held?"),
        kind=Rows(SESSION_FIELDS, 6, row_title=N_("Session {number}"), suggestions=_suggested_sessions),
        required=False,
        words=("培训", "课程", "场次"),
        applies=is_counted,
        preset=as_filed("sessions"),
        asked=False,
        add_label=N_("+ Session"),
    ),
    Field(
        key="problem",
        label=N_("Problem"),
        ask=N_("What is the problem or suggestion?"),
        kind=Text(1, 500, "many"),
        required=False,
        words=("问题", "建议", "问题建议", "问题与建议", "suggestion"),
        applies=is_counted,
        preset=as_filed("problem"),
        asked=False,
        add_label=N_("+ Problem"),
    ),
    Field(
        key="category",
        label=N_("Category"),
        ask=N_("What is the problem about?"),
        kind=OneOf(CATEGORIES, per_row=2),
        words=("类别", "分类"),
        applies=has_problem,
        preset=as_filed("category"),
    ),
    _company_field(lambda turn: has_problem(turn) and has_several_companies(turn), as_filed("company")),
    Field(
        key="progress",
        label=N_("Solutions"),
        ask=N_("Which open solutions made progress?"),
        kind=Rows(PROGRESS_FIELDS, most=10, row_title=N_("Solution {number}")),
        required=False,
        words=("方案进展", "进展"),
        applies=has_open_solutions,
        preset=as_filed("progress"),
        asked=False,
        add_label=N_("+ Progress"),
    ),
    Field(
        key="plan",
        label=N_("Plan for tomorrow"),
        ask=N_("What is the plan for tomorrow? One line, please."),
        kind=PlanText(2, 300),
        words=("计划", "明日计划", "明天计划", "明日工作计划", "plan", "tomorrow"),
        applies=is_counted,
        preset=as_filed("plan"),
    ),
)
