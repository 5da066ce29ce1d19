"""What was handed in since the 1st of last month: all that was owed, but one daily came late and one not at all."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from bot.demo.cast import CHEN_CHEN, LI_QIANG, MANAGERS, WANG_FANG, CastMember
from bot.demo.sample.people import COMPANY_OF
from bot.demo.sample.story import Story
from bot.demo.sample.words import PEAKS, PLANS, PLANS_IN_ENGLISH, SKILLS, SUMMARIES, TOPICS, WEEKS_AHEAD
from handlers.reports.draft import Scope, as_text, compose
from handlers.reports.periodic import MONTHLY_SECTIONS, WEEKLY_SECTIONS
from handlers.translations import Translator, translator
from schedules.calendars import deadline_rules
from schedules.filing import file_report
from schedules.obligations import Absences, absences_between, due_day, is_company_kind, open_obligations, period_of
from schedules.order_rate import Line, lines_of, lock_snapshot
from schedules.periods import Period, local_day, start_of
from schedules.working_days import ONE_DAY
from storage.check_ins import SessionHeld, replace_sessions
from storage.day_records import trainee_counts
from storage.kinds import ReportKind
from storage.ratios import format_level, format_rate
from storage.reports import Obligation

_OWN_TIME = {
    ReportKind.weekly: timedelta(hours=10),
    ReportKind.monthly: timedelta(hours=6),
    ReportKind.skills_mail: timedelta(hours=5),
    ReportKind.plan: timedelta(hours=38),
    ReportKind.order_rate: timedelta(hours=38),
}
"""How long before the deadline it was sent, give or take the person."""
_COMPOSED_DAYS = 9
"""Older weekly reports are kept without their sections: nobody opens them in a demo."""
_SECTIONS = {ReportKind.weekly: WEEKLY_SECTIONS, ReportKind.monthly: MONTHLY_SECTIONS}


def hand_in(story: Story) -> None:
    """Write down what was owed, and hand it in when each manager would have."""
    session, rules = story.session, deadline_rules(story.session)
    open_obligations(session, story.now, rules, since=start_of(story.begins) - timedelta(seconds=1))
    absences = absences_between(session, story.begins, story.today + 31 * ONE_DAY, story.now, rules)
    by_person = {story.person_id(member): member for member in MANAGERS}
    owed = session.exec(select(Obligation).order_by(col(Obligation.due_at), col(Obligation.id))).all()
    handed_in: set[tuple[str, int]] = set()
    for obligation in owed:
        member, period = by_person[obligation.person_id], period_of(obligation)
        if not _was_handed_in(story, obligation, period, absences, member):
            continue
        if period.kind is ReportKind.daily:
            _hand_in_daily(story, member, period.first, _sent_on(story, member, period.first))
        elif (period.key, obligation.company_key) not in handed_in:
            if obligation.company_key:
                handed_in.add((period.key, obligation.company_key))
            minutes = 7 * MANAGERS.index(member) + 3
            sent_at = obligation.due_at - _OWN_TIME[period.kind] + timedelta(minutes=minutes)
            _hand_in_report(story, member, period, min(sent_at, story.at(story.today, 23, 59)))
    rest_day = _last_rest_day(story)
    _hand_in_daily(story, WANG_FANG, rest_day, story.at(rest_day, 16, 40))


def _was_handed_in(
    story: Story, obligation: Obligation, period: Period, absences: Absences, member: CastMember
) -> bool:
    if obligation.waived or _is_missed(story, member, period):
        return False
    rules = deadline_rules(story.session)
    day = due_day(period.kind, obligation.due_at, rules.zone)
    if absences.excuse(obligation.person_id, period.kind, period.first, period.last, day):
        return False
    is_over = period.last < story.today and not is_company_kind(period.kind)
    return is_over or obligation.late_from <= story.now


def _is_missed(story: Story, member: CastMember, period: Period) -> bool:
    """陈晨 has not sent the last working day's yet: the board shows it, and sending it changes the board."""
    return member is CHEN_CHEN and period == Period.daily(story.workday_ago(1))


def _sent_on(story: Story, member: CastMember, day: date) -> datetime:
    if member is LI_QIANG and day == story.workday_ago(4):
        return story.at(day + ONE_DAY, 9, 12)
    minutes = (MANAGERS.index(member) * 37 + day.toordinal() * 53) % 150
    return story.at(day, 17 + (35 + minutes) // 60, (35 + minutes) % 60)


def _last_rest_day(story: Story) -> date:
    day = story.ago(1)
    while story.calendar.is_workday(day):
        day -= ONE_DAY
    return day


def _hand_in_daily(story: Story, member: CastMember, day: date, sent_at: datetime) -> None:
    company_id = story.company_id(COMPANY_OF[member.id])
    turn = day.toordinal() + 3 * MANAGERS.index(member)
    counts = trainee_counts(story.session, [company_id], day)
    in_training = counts.in_training if counts is not None else 0
    trial = (counts.on_trial, counts.passed, counts.failed) if counts is not None else (0, 0, 0)
    held = _session_of(story, member, day)
    t = _translator_of(story, member)
    plans = PLANS_IN_ENGLISH if t.language == "en" else PLANS
    plan = plans[turn % len(plans)]
    body: dict[str, Any] = {
        "day": day.isoformat(),
        "status": "working",
        "in_training": in_training,
        "trial": dict(zip(("on_trial", "passed", "failed"), trial, strict=True)),
        "sessions": [_as_row(each) for each in held] or None,
        "plan": plan,
    }
    lines = [
        f"{t.plain('Status')}: {t.plain('At work')}",
        f"{t.plain('In training')}: {in_training}",
        f"{t.plain('Trial post')}: {trial[0]}/{trial[1]}/{trial[2]}",
        *(f"{t.plain('Sessions')}: {each.topic} {each.present}/{each.expected}" for each in held),
        f"{t.plain('Plan for tomorrow')}: {plan}",
    ]
    text = "\n".join(lines)
    report = file_report(story.session, story.person(member), Period.daily(day), sent_at, body, text)
    if held:
        replace_sessions(story.session, report, held, story.person_id(member), sent_at)


def _translator_of(story: Story, member: CastMember) -> Translator:
    return translator("en" if story.person(member).language == "en" else "zh")


def _session_of(story: Story, member: CastMember, day: date) -> list[SessionHeld]:
    """Two sessions a week for each manager; 李强 still owes the summary of his last one."""
    at = MANAGERS.index(member)
    if day.isoweekday() not in (1 + at % 2, 3 + at % 3):
        return []
    number = day.toordinal() // 3 + at
    kind, topic, starts, ends, expected = TOPICS[number % len(TOPICS)]
    is_owed = member is LI_QIANG and story.today - day <= 7 * ONE_DAY
    return [
        SessionHeld(
            company_id=story.company_id(COMPANY_OF[member.id]),
            kind=kind,
            topic=topic,
            starts=starts,
            ends=ends,
            expected=expected,
            present=expected - number % 3,
            summary="" if is_owed else SUMMARIES[number % len(SUMMARIES)],
        )
    ]


def _as_row(held: SessionHeld) -> dict[str, Any]:
    return {
        "kind": held.kind,
        "topic": held.topic,
        "time": {"start": held.starts, "end": held.ends},
        "expected": held.expected,
        "present": held.present,
        "summary": held.summary or None,
    }


def _hand_in_report(story: Story, member: CastMember, period: Period, sent_at: datetime) -> None:
    session, person = story.session, story.person(member)
    company = story.companies[COMPANY_OF[member.id]] if is_company_kind(period.kind) else None
    body: dict[str, Any] = {"period": period.key}
    if company is not None:
        body["company_id"] = company.id
    match period.kind:
        case ReportKind.order_rate:
            company_id, today = story.company_id(COMPANY_OF[member.id]), local_day(sent_at)
            lines = lines_of(session, company_id, period.first, today)
            lock_snapshot(session, company_id, period.first, sent_at, today, story.person_id(member))
            text = _submission(lines)
        case ReportKind.plan:
            body |= {"weeks": _weeks(), "peaks": PEAKS}
            text = f"【每周培训】\n第 1 周 入职 12 人 · 第 3 周 回炉 14 人\n\n【招聘高峰】\n{PEAKS}"
        case ReportKind.skills_mail:
            body["text"] = text = SKILLS
        case _:
            body["plan"] = WEEKS_AHEAD
            text = f"{_draft(story, member, period, sent_at)}\n\n【后续安排】\n{WEEKS_AHEAD}".strip()
    file_report(session, person, period, sent_at, body, text, company=company)


def _draft(story: Story, member: CastMember, period: Period, sent_at: datetime) -> str:
    if story.today - period.last > _COMPOSED_DAYS * ONE_DAY:
        return ""
    companies = [story.companies[COMPANY_OF[member.id]]]
    scope = Scope(story.session, translator("zh"), story.person(member), companies, period, sent_at, local_day(sent_at))
    return as_text(compose(scope, _SECTIONS[period.kind]))


def _submission(lines: Sequence[Line]) -> str:
    written = [
        f"{line.name}: 出单率 {format_rate(line.ordered_and_stayed, line.on_post)}, "
        f"平均出单数 {format_level(line.orders, line.on_post)}"
        for line in lines
    ]
    return "\n".join(["【已结束的批次】", *(written or ["本月没有批次满月"])])


def _weeks() -> list[dict[str, Any]]:
    training = {"place": "公司三楼教室", "teacher": "王老师", "dates": "周二至周五"}
    return [
        {"week": "1", "kind": "induction", "participants": 12, **training},
        {"week": "2", "kind": "none"},
        {"week": "3", "kind": "refresher", "participants": 14, **training},
        {"week": "4", "kind": "none"},
        {"week": "5", "kind": "none"},
    ]
