"""The group's boards: who handed a period's report in, and the state of a week, kept up to date in place (handbook §7).

Managers' names and counts only, in soft words and the group's language, and nobody is mentioned so that nobody's phone
rings.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from handlers.figures.pages import utf16_length
from handlers.figures.standings import week_lines
from handlers.outgoing import Outgoing
from handlers.reminding.owed_lines import KIND_NAMES
from handlers.translations import LANGUAGES, N_, Translator, translator
from handlers.turn import MAX_MESSAGE, Surroundings
from schedules.boards import Board, board_digests, board_of
from schedules.calendars import deadline_rules
from schedules.periods import Period
from storage.groups import shared_group
from storage.kinds import ReportKind
from storage.outbox import OutboxMessage, post_in
from storage.ratios import format_rate

NAMES_SHOWN = (1000, 200, 100, 50, 25, 10, 0)
"""How many names a group of them shows: the first of these with which the board fits into one message."""
SECTIONS = (
    ("in_time", N_("✅ In on time")),
    ("late", N_("🕗 Came in later")),
    ("not_in", N_("⏳ Not in yet")),
    ("on_leave", N_("🌴 On leave")),
    ("extra", N_("➕ Extra")),
)
IN_WHILE_UNSURE = N_("✅ In")


def compose_board(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The board as it stands now, posted, or edited in place once it was; None when there is nothing to say."""
    rules = deadline_rules(session, surroundings.zone)
    period = Period.from_key(message.content["period"])
    board = board_of(session, period, now, rules)
    post = post_in(session, message.slot) if message.slot else None
    t = _translator(session, message, surroundings)
    week = week_lines(session, period, now, rules, t) if period.kind is ReportKind.weekly else []
    if board is None and post is None and not week:
        return None
    # What is shown is newer than what was planned: remember that, so that no further edit is made for it.
    message.content = message.content | {"digest": board_digests(session, period.kind, [period])[period]}
    text = _text(board, period, week, t)
    params: dict[str, Any] = {"chat_id": message.chat_id, "text": str(text), "parse_mode": "HTML"}
    if post is not None:
        return Outgoing("editMessageText", params | {"chat_id": post.chat_id, "message_id": post.message_id})
    if message.content.get("thread_id") is not None:
        params["message_thread_id"] = message.content["thread_id"]
    return Outgoing("sendMessage", params)


def board_text(board: Board, t: Translator, room: int = MAX_MESSAGE) -> Markup:
    """The whole board in one message, with as many names as fit into `room` UTF-16 units."""
    texts = [Markup("\n").join(_lines(board, t, shown)) for shown in NAMES_SHOWN]
    return next((text for text in texts if utf16_length(text) <= room), texts[-1])


def _text(board: Board | None, period: Period, week: Sequence[Markup], t: Translator) -> Markup:
    """The board, or that nobody is asked any more, and the state of the week below it."""
    below = Markup("\n").join(week)
    if board is not None:
        above = board_text(board, t, MAX_MESSAGE - utf16_length(below) - 2)
    elif week:
        return below
    else:
        above = t("{heading}: nobody is asked for it.", heading=_heading(period, t))
    return Markup("\n\n").join([above, below]) if week else above


def _lines(board: Board, t: Translator, shown: int) -> Iterator[Markup]:
    in_count = len(board.in_time) + len(board.late)
    yield Markup("<b>📋 {}</b>").format(_heading(board.period, t))
    yield t("Handed in: {rate}", rate=format_rate(in_count, board.asked))
    if board.is_estimate:
        yield t("The holiday calendar is not announced yet, so nobody counts as late.")
    elif board.asked:
        yield t("On time: {rate}", rate=format_rate(len(board.in_time), board.asked))
    for field, label in SECTIONS:
        names: tuple[str, ...] = getattr(board, field)
        if names:
            word = IN_WHILE_UNSURE if board.is_estimate and field == "in_time" else label
            yield Markup("{} ({}){}").format(t(word), len(names), _names(names, shown, t))
    if not board.not_in:
        yield t("Everybody is in. Thank you!")


def _names(names: Sequence[str], shown: int, t: Translator) -> Markup:
    if not shown:
        return Markup("")
    listed = ("、" if t.language == "zh" else ", ").join(names[:shown])
    if len(names) > shown:
        return t(": {names} and {count} more", names=listed, count=len(names) - shown)
    return t(": {names}", names=listed)


def _heading(period: Period, t: Translator) -> Markup:
    day = t.day(period.first) if period.kind is ReportKind.daily else period.label
    return Markup("{} {}").format(t(KIND_NAMES[period.kind]), day)


def _translator(session: Session, message: OutboxMessage, surroundings: Surroundings) -> Translator:
    group = shared_group(session)
    language = group.language if group is not None else ""
    return translator(next((x for x in LANGUAGES if x == language), surroundings.language))
