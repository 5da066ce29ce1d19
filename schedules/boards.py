"""The group's boards: who handed a period's report in, who was late, on leave, or is not in yet (handbook §7)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from schedules.deadlines import DeadlineRules
from schedules.periods import Period
from schedules.standing import OnTime, Standing, on_time_of, states_between
from schedules.working_days import Certainty
from storage.kinds import ReportKind, ReportState
from storage.obligations import leaves_between, owed_per_period, reports_per_period
from storage.people import names_of

BOARD, WEEKLY_STATE = "board", "weekly_state"
"""The kinds of the planned messages; `handlers.reminding.boards` composes them."""
NOT_OWED = frozenset({ReportState.exempt, ReportState.extra})
BOARD_KINDS = (ReportKind.daily, ReportKind.monthly)
"""Reports with a board of their own; the weekly one's is in the state of the week."""


@dataclass(frozen=True)
class Board:
    """One period of one kind, by names in the order of coming in, then of the alphabet."""

    period: Period
    figures: OnTime
    in_time: tuple[str, ...]
    late: tuple[str, ...]
    not_in: tuple[str, ...]
    """Past the deadline and not in, or not in on a day whose calendar is not known for sure."""
    on_leave: tuple[str, ...]
    extra: tuple[str, ...]
    is_estimate: bool = False
    """The calendar of the period is not known for sure: nobody is late or missing."""

    @property
    def asked(self) -> int:
        """How many were to hand it in, those on leave not among them."""
        return len(self.in_time) + len(self.late) + len(self.not_in)


def board_of(session: Session, period: Period, now: datetime, rules: DeadlineRules) -> Board | None:
    """The board of a period as it stands; None when nobody had to hand anything in."""
    standings = states_between(session, period.kind, period.first, period.first, now, rules=rules)
    names = names_of(session, {s.person_id for s in standings})
    in_order = sorted(standings, key=lambda s: (s.sent_at is None, s.sent_at or now, names[s.person_id]))

    def called(chosen: Iterable[Standing]) -> tuple[str, ...]:
        return tuple(names[s.person_id] for s in chosen)

    owed = [s for s in in_order if s.state not in NOT_OWED]
    if not owed:
        return None
    return Board(
        period=period,
        figures=on_time_of(standings),
        in_time=called(s for s in owed if s.is_in and s.state is not ReportState.late),
        late=called(s for s in owed if s.state is ReportState.late),
        not_in=called(s for s in owed if not s.is_in),
        on_leave=called(s for s in in_order if s.on_leave and s.state in NOT_OWED),
        extra=called(s for s in in_order if s.state is ReportState.extra and not s.on_leave),
        is_estimate=any(s.certainty is not Certainty.official for s in owed),
    )


def board_slot(period: Period) -> str:
    """The name of the standing post, and the key of the first message: `board:daily:2026-11-23`, `board:weekly:…`."""
    return f"{BOARD}:{period.key}"


def board_digests(session: Session, kind: ReportKind, periods: Iterable[Period]) -> dict[Period, str]:
    """For each of these periods what its board depends on, hashed: equal as long as the board need not change.

    Three small statements, whatever the number of periods and people.
    """
    wanted = list(periods)
    if not wanted:
        return {}
    first, last = min(p.first for p in wanted), max(p.last for p in wanted)
    reports = reports_per_period(session, kind, first, last)
    owed = owed_per_period(session, kind, first, last)
    leaves = leaves_between(session, first, last)
    digests: dict[Period, str] = {}
    for period in wanted:
        away = [
            (leave.id, leave.first_day.isoformat(), leave.last_day.isoformat())
            for leave in leaves
            if leave.first_day <= period.last and leave.last_day >= period.first
        ]
        seen = (reports.get(period.first, ""), owed.get(period.first, 0), away)
        digests[period] = hashlib.sha256(repr(seen).encode()).hexdigest()[:32]
    return digests
