"""Planning what the shared group sees: boards, cohort cards, the weekly state, the companies (handbook §7).

Each post has a key that exists once, so there is at most one new post per period and kind. After an outage the newest
goes out at once as long as it is of use. Boards and the week's state are edited in place as reports and leave come in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, select

from schedules.boards import BOARD, BOARD_KINDS, WEEKLY_STATE, board_digests, board_of, board_slot
from schedules.calendars import Calendars
from schedules.deadlines import DEADLINES, DeadlineRules
from schedules.periods import Period, instant, local_day
from schedules.working_days import ONE_DAY
from storage.groups import Group, shared_group
from storage.kinds import ReportKind
from storage.obligations import earliest_unanswered
from storage.outbox import Post, is_planned
from storage.planned import Planned, cohorts_closed, plan_messages, slots_under_way

COHORT_CARD, COMPANIES = "cohort_card", "companies"
BOARD_TIME, CARD_TIME = time(8, 5), time(9)
COMPANIES_DAY = 6
STALE_AFTER = timedelta(days=3)
"""**Default**: a post that an outage held up is still of use for this long."""
EDITED_KINDS = (*BOARD_KINDS, ReportKind.weekly)
EDITED_FOR = timedelta(days=8)
"""A board follows what comes in as long as it can be back-filled (seven days after the day)."""
LOOK_BACK = timedelta(days=12)
"""Longer than any holiday: how far back the last working day can lie."""


@dataclass(frozen=True)
class GroupPost:
    """One post to the group and the instant from which it is due."""

    at: datetime
    kind: str
    key: str
    content: dict[str, Any]
    period: Period | None = None
    """Of a post that is edited in place as reports come in."""


def plan_posts(session: Session, now: datetime, rules: DeadlineRules, calendars: Calendars) -> int:
    """Plan every post that is due and of use, and the edits of boards that have changed; the number of messages."""
    group = shared_group(session)
    if group is None:
        return 0
    planned = 0
    for post in due_posts(session, now, rules, calendars):
        is_current = post.at <= now < post.at + STALE_AFTER and post.at >= group.linked_at
        if not is_current or is_planned(session, post.key) or not _is_ready(session, post, now, rules):
            continue
        content = post.content | topic_and_language(group)
        if post.period is not None:
            content["digest"] = board_digests(session, post.period.kind, [post.period])[post.period]
        message = Planned(post.key, group.chat_id, post.kind, content, post.at + STALE_AFTER, slot=post.key)
        planned += plan_messages(session, [message], now)
    return planned + _plan_edits(session, group, now, rules)


def due_posts(session: Session, now: datetime, rules: DeadlineRules, calendars: Calendars) -> list[GroupPost]:
    """The newest post of each kind whose time has come, and the cards of all cohorts closed lately."""
    today = local_day(now, rules.zone)
    posts = [*_latest_boards(now, rules, calendars)]
    week = Period.weekly_of(today).previous()
    posts.append(weekly_state_post(week, rules))
    posts.append(companies_post(today.replace(day=1), rules))
    for cohort_id, closed_on in cohorts_closed(session, today - STALE_AFTER - ONE_DAY, today - ONE_DAY).items():
        posts.append(cohort_card_post(cohort_id, closed_on, rules))
    return [post for post in posts if post.at <= now]


def board_post(period: Period, due_day: date, rules: DeadlineRules) -> GroupPost:
    """The board of a period, on the morning after the day it fell due."""
    content = {"period": period.key}
    return GroupPost(instant(due_day + ONE_DAY, BOARD_TIME, rules.zone), BOARD, board_slot(period), content, period)


def weekly_state_post(week: Period, rules: DeadlineRules) -> GroupPost:
    """The state of a week with the board of its reports, on the Sunday after it."""
    at = instant(week.last + ONE_DAY, CARD_TIME, rules.zone)
    return GroupPost(at, WEEKLY_STATE, board_slot(week), {"period": week.key}, week)


def companies_post(month: date, rules: DeadlineRules) -> GroupPost:
    """The companies by the previous month's closed cohorts, on the 6th of a month."""
    at = instant(month.replace(day=COMPANIES_DAY), CARD_TIME, rules.zone)
    covered = (month.replace(day=1) - ONE_DAY).replace(day=1).isoformat()
    return GroupPost(at, COMPANIES, f"companies:{covered}", {"month": covered})


def cohort_card_post(cohort_id: int, closed_on: date, rules: DeadlineRules) -> GroupPost:
    """A cohort's final card, on the morning after its last window closed."""
    at = instant(closed_on + ONE_DAY, CARD_TIME, rules.zone)
    return GroupPost(at, COHORT_CARD, f"cohort-card:{cohort_id}", {"cohort_id": cohort_id})


def due_day_of(period: Period, calendars: Calendars) -> date | None:
    """The last day on which the period falls due for anybody; None when no company works in it."""
    deadline = DEADLINES[period.kind]
    days = [
        deadline.due_day(period, settings.calendar)
        for settings in calendars.distinct()
        if not deadline.waived_without_workday or settings.calendar.workdays(period.first, period.last)
    ]
    return max(days, default=None)


def _latest_boards(now: datetime, rules: DeadlineRules, calendars: Calendars) -> Iterator[GroupPost]:
    """The newest board of each kind whose morning has come."""
    today = local_day(now, rules.zone)
    for kind in BOARD_KINDS:
        period = Period.of(kind, today)
        while period.last >= today - LOOK_BACK or kind is ReportKind.monthly:
            day = due_day_of(period, calendars)
            if day is not None:
                post = board_post(period, day, rules)
                if post.at <= now:
                    yield post
                    break
            period = period.previous()


def _is_ready(session: Session, post: GroupPost, now: datetime, rules: DeadlineRules) -> bool:
    """Whether what shows reports can go out: no message said before it waits to be answered, and a board has people."""
    if post.period is None:
        return True
    waiting = earliest_unanswered(session)
    if waiting is not None and waiting < post.at:
        return False
    return post.kind == WEEKLY_STATE or board_of(session, post.period, now, rules) is not None


def _plan_edits(session: Session, group: Group, now: datetime, rules: DeadlineRules) -> int:
    """An edit for each standing post that shows something else by now, at most one a minute."""
    today = local_day(now, rules.zone)
    slots = {board_slot(period): period for kind in EDITED_KINDS for period in _recent(kind, today)}
    posts = session.exec(
        select(Post).where(col(Post.slot).in_(slots), Post.chat_id == group.chat_id, Post.posted_at > now - EDITED_FOR)
    ).all()
    shown = {slots[post.slot]: post.digest for post in posts}
    changed: dict[str, Planned] = {}
    for kind in EDITED_KINDS:
        for period, digest in board_digests(session, kind, [p for p in shown if p.kind is kind]).items():
            if shown[period] != digest:
                slot, content = board_slot(period), {"period": period.key, "digest": digest} | topic_and_language(group)
                key = f"{slot}:edit:{now:%Y-%m-%dT%H:%MZ}"
                composed = BOARD if kind in BOARD_KINDS else WEEKLY_STATE
                changed[slot] = Planned(key, group.chat_id, composed, content, slot=slot)
    if not changed:
        return 0
    busy = slots_under_way(session, changed)
    return plan_messages(session, [message for slot, message in changed.items() if slot not in busy], now)


def _recent(kind: ReportKind, today: date) -> Iterator[Period]:
    period = Period.of(kind, today)
    while period.last >= today - LOOK_BACK:
        yield period
        period = period.previous()


def topic_and_language(group: Group) -> dict[str, Any]:
    """Where in the group, and in which language when it has one of its own."""
    address: dict[str, Any] = {}
    if group.thread_id is not None:
        address["thread_id"] = group.thread_id
    if group.language:
        address["language"] = group.language
    return address
