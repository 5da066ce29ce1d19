"""The planned private messages: reminders, and what admins are told about calendar, reach and outages.

Composed when they are sent: a report that came in meanwhile is not asked for, and everything else owed by now or within
a week is listed.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from handlers.figures.pages import utf16_length
from handlers.keyboards import Keyboard, reply_markup
from handlers.outgoing import Composer, Outgoing
from handlers.reminding.drafts import draft_text
from handlers.reminding.owed_lines import buttons, line, short_line
from handlers.translations import LANGUAGES, Translator, translator
from handlers.turn import MAX_MESSAGE, Surroundings
from schedules.calendars import deadline_rules
from schedules.notices import CALENDAR_WARNING, DATABASE, MISSED, TROUBLE, UNREACHABLE
from schedules.obligations import absences_between
from schedules.owed import OwedReport, owed_by
from schedules.periods import local_day
from schedules.reminders import REMINDER
from schedules.settings import REMINDER_LANGUAGE, value_of
from storage.kinds import ReportKind
from storage.obligations import unreachable_managers
from storage.outbox import OutboxMessage
from storage.people import Person, PersonState, Role

LAST_CALL = "last-call"
MORNING, NIGHT = time(7), time(23)
MOST_LISTED = 12
AHEAD = timedelta(days=7)
"""What falls due later than that is not worth a word in a reminder; /due has it."""
MOST_NAMES = 40


def compose_reminder(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """One message with everything a manager still owes; None when what it was planned for has come in.

    None as well for somebody who is on leave today, was deactivated, or is no manager any more.
    """
    person = _reader(session, message, Role.manager)
    if person is None or person.id is None:
        return None
    rules = deadline_rules(session, surroundings.zone)
    today = local_day(now, surroundings.zone)
    if absences_between(session, today, today, now, rules, [person.id]).away(person.id, today):
        return None
    owed = owed_by(session, person, now, rules)
    asked = [r for r in message.content["reminders"] if datetime.fromisoformat(r["until"]) > now]
    wanted = {(r["period"], r["company"]): r for r in asked}
    spoken_of = [report for report in owed if _key(report) in wanted and not report.is_overdue]
    if not spoken_of:
        return None
    t = _translator(session, person, surroundings)
    # What this message is about comes first, then what is past; the rest is only mentioned.
    main = [*spoken_of, *(report for report in owed if report.is_pressing and report not in spoken_of)]
    main.sort(key=lambda report: report.is_overdue)
    later = [report for report in owed if report not in main and report.due_at - now <= AHEAD]
    drafted = [report for report in spoken_of if wanted[_key(report)]["with_draft"]]
    is_last = any(wanted[_key(report)]["stage"] == LAST_CALL for report in spoken_of)
    lines = [_heading(spoken_of, is_last, t), *(line(report, t, rules) for report in main[:MOST_LISTED])]
    if len(main) > MOST_LISTED:
        lines.append(t("… and {count} more: /due", count=len(main) - MOST_LISTED))
    if later:
        lines.append(short_line(later[:MOST_LISTED], t, rules))
    if drafted:
        lines.append(t("A draft from your records is ready: please read it, then send it."))
    drafts = [draft_text(session, report, person, now, rules, t) for report in drafted]
    outgoing = _send(person, _with_drafts(Markup("\n").join(lines), drafts), buttons(main, t))
    if is_night(now, surroundings):
        outgoing.params["disable_notification"] = True
    return outgoing


def is_night(now: datetime, surroundings: Surroundings) -> bool:
    """Whether what an outage held up goes out at an hour at which no phone should ring."""
    return not MORNING <= now.astimezone(surroundings.zone).time() < NIGHT


def compose_calendar_warning(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """To an admin: next year's holidays are not loaded."""
    admin = _reader(session, message, Role.admin)
    if admin is None:
        return None
    t = _translator(session, admin, surroundings)
    text = t(
        "📅 The holiday calendar for {year} is not loaded yet. Until it is, days in {year} are estimated and nobody is "
        "counted late on them. Once the notice is out, send me the year's JSON file.",
        year=message.content["year"],
    )
    return _send(admin, text)


def compose_unreachable(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """To an admin: managers who get no reminders because the bot can't write to them; None when all can be reached."""
    admin = _reader(session, message, Role.admin)
    people = unreachable_managers(session)
    if admin is None or not people:
        return None
    t = _translator(session, admin, surroundings)
    names = ("、" if t.language == "zh" else ", ").join(person.real_name for person in people[:MOST_NAMES])
    if len(people) > MOST_NAMES:
        names = f"{names} …"
    text = t(
        "I cannot write to {count} of the managers, so they get no reminders: {names}. Each of them needs to open our "
        "private chat and press Start once.",
        count=len(people),
        names=names,
    )
    return _send(admin, text)


def compose_missed(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """To an admin: how many reminders an outage has swallowed."""
    admin = _reader(session, message, Role.admin)
    if admin is None:
        return None
    t = _translator(session, admin, surroundings)
    text = t(
        "I was not running from {start} to {end}. {count} reminders fell into that time and were not sent late; nobody "
        "becomes late through it, for what counts is when a report was sent. /missing shows what is still open.",
        start=_moment(message.content["from"], t, surroundings),
        end=_moment(message.content["to"], t, surroundings),
        count=message.content["count"],
    )
    return _send(admin, text)


def compose_trouble(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """To an admin: what kept the bot from its work, and that nothing was lost by it."""
    admin = _reader(session, message, Role.admin)
    if admin is None:
        return None
    t = _translator(session, admin, surroundings)
    start = _moment(message.content["from"], t, surroundings)
    end = _moment(message.content["to"], t, surroundings)
    if message.content["what"] == DATABASE:
        text = t(
            "From {start} to {end} I could not use my database. Nothing is lost: what came in meanwhile has waited at "
            "Telegram and is answered now, and nobody becomes late through it.",
            start=start,
            end=end,
        )
    else:
        text = t(
            "From {start} to {end} I could not reach Telegram. Nothing is lost: what came in meanwhile is answered "
            "now, what I owed goes out in its order, and nobody becomes late through it.",
            start=start,
            end=end,
        )
    return _send(admin, text)


COMPOSERS: dict[str, Composer] = {
    REMINDER: compose_reminder,
    CALENDAR_WARNING: compose_calendar_warning,
    UNREACHABLE: compose_unreachable,
    MISSED: compose_missed,
    TROUBLE: compose_trouble,
}


def _heading(spoken_of: list[OwedReport], is_last: bool, t: Translator) -> Markup:
    if is_last and all(report.period.kind is ReportKind.daily for report in spoken_of):
        return t("⏰ Just in case it slipped by: your daily report is not here yet.")
    if is_last:
        return t("⏰ A last friendly reminder before the deadline:")
    return t("🔔 A friendly reminder of what is still open:")


def _with_drafts(text: Markup, drafts: Iterable[Markup]) -> Markup:
    """The reminder with the drafts below it; one too long for a message is found behind its button all the same."""
    for draft in filter(None, drafts):
        longer = Markup("\n\n").join([text, draft])
        if utf16_length(longer) <= MAX_MESSAGE:
            text = longer
    return text


def _key(report: OwedReport) -> tuple[str, int]:
    return report.period.key, report.company_id or 0


def _reader(session: Session, message: OutboxMessage, role: Role) -> Person | None:
    """The person the message was planned for, if they may still have it."""
    person = session.get(Person, message.content["person_id"])
    if person is None or person.state is not PersonState.active or person.role is not role:
        return None
    return person


def _translator(session: Session, person: Person, surroundings: Surroundings) -> Translator:
    """The language somebody chose, else the one admins set for reminders, else the bot's."""
    known = (person.language, value_of(session, REMINDER_LANGUAGE))
    return translator(next((x for each in known for x in LANGUAGES if x == each), surroundings.language))


def _moment(written: str, t: Translator, surroundings: Surroundings) -> str:
    return t.moment(datetime.fromisoformat(written), surroundings.zone)


def _send(person: Person, text: Markup, keyboard: Keyboard | None = None) -> Outgoing:
    params: dict[str, Any] = {"chat_id": person.telegram_id, "text": str(text), "parse_mode": "HTML"}
    if keyboard:
        params["reply_markup"] = reply_markup(keyboard)
    return Outgoing("sendMessage", params)
