"""`/status`: how the bot itself is, for admins and in plain words."""

from datetime import datetime, timedelta

from markupsafe import Markup
from sqlmodel import select

from handlers.translations import N_, Translator
from handlers.turn import Turn
from schedules.calendars import load_calendars
from storage.groups import Heartbeat, shared_group
from storage.inbox import InboxState, count_updates, oldest_open
from storage.outbox import OutboxState, count_messages, oldest_due
from storage.people import display_name
from storage.people_changes import count_waiting, unreachable_people

LONG_QUIET = timedelta(minutes=5)
HORIZON_NEAR = timedelta(days=60)
NAMES_SHOWN = 15
PARTS = {"receiver": N_("Receiving from Telegram"), "planner": N_("The clock")}


def status(turn: Turn) -> None:
    """`/status`: what works, what waits, what failed."""
    t = turn.t
    lines = [t("<b>How I am</b>"), *_beats(turn), *_queues(turn), *_people(turn), _calendar(turn), _group(turn)]
    turn.say(Markup("\n").join(lines))


def _beats(turn: Turn) -> list[Markup]:
    t = turn.t
    rows = {row.part: row for row in turn.session.exec(select(Heartbeat)).all()}
    lines: list[Markup] = []
    for part, name in PARTS.items():
        row = rows.get(part)
        if row is None:
            lines.append(t("⚠️ {part}: never yet", part=t.plain(name)))
            continue
        quiet = turn.now - row.at > LONG_QUIET
        mark = "⚠️ " if quiet else ""
        lines.append(
            t("{mark}{part}: last at {moment}", mark=mark, part=t.plain(name), moment=t.moment(row.at, turn.zone))
        )
    return lines


def _queues(turn: Turn) -> list[Markup]:
    t, session = turn.t, turn.session
    # The update that asks is itself still open.
    waiting = max(count_updates(session, InboxState.open) - 1, 0)
    aside = count_updates(session, InboxState.aside)
    owed, failed = count_messages(session, OutboxState.open), count_messages(session, OutboxState.failed)
    lines = [
        t("Messages to answer: {count}{since}", count=waiting, since=_since(t, turn, oldest_open(session), waiting)),
        t("Messages to send: {count}{since}", count=owed, since=_since(t, turn, oldest_due(session, turn.now), owed)),
    ]
    if aside:
        lines.append(t("⚠️ Put aside after failing several times: {count}. The log says why.", count=aside))
    if failed:
        lines.append(t("⚠️ Not accepted by Telegram: {count} in all. The log says why.", count=failed))
    return lines


def _since(t: Translator, turn: Turn, oldest: datetime | None, count: int) -> str:
    if not count or oldest is None or turn.now - oldest < LONG_QUIET:
        return ""
    return t.plain(N_(" (the oldest since {moment})"), moment=t.moment(oldest, turn.zone))


def _people(turn: Turn) -> list[Markup]:
    t, lines = turn.t, []
    unreachable = unreachable_people(turn.session)
    if unreachable:
        names = t.plain(N_(", ")).join(display_name(person) for person in unreachable[:NAMES_SHOWN])
        more = f" +{len(unreachable) - NAMES_SHOWN}" if len(unreachable) > NAMES_SHOWN else ""
        lines.append(t("I cannot write to: {names}{more}. They need to press Start.", names=names, more=more))
    else:
        lines.append(t("I can write to everyone who takes part."))
    waiting = count_waiting(turn.session)
    if waiting:
        lines.append(t("Waiting for approval: {count} — see /people.", count=waiting))
    return lines


def _calendar(turn: Turn) -> Markup:
    t = turn.t
    horizon = load_calendars(turn.session).general.calendar.known_through()
    known = t("Working days are known through {day}.", day=horizon.isoformat())
    if horizon - turn.today < HORIZON_NEAR:
        known += t(" ⚠️ Send me next year's holiday file as soon as it is out.")
    return known


def _group(turn: Turn) -> Markup:
    group = shared_group(turn.session)
    if group is None:
        return turn.t("⚠️ No shared group: send /link in the managers' group.")
    return turn.t("Shared group: {title}", title=group.title or group.chat_id)
