"""/missing: what has not come in yet, from whom, and a button that reminds just those (handbook §3, §7, §10).

Managers' names only. The state it shows is `schedules.standing`'s; whoever is on leave or exempt is not in it. A
reminder is made when it is sent: what came in meanwhile is not asked for.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup
from sqlmodel import Session, col, select

from handlers.figures.once_an_hour import plan_once_an_hour
from handlers.figures.pages import page_number, page_of
from handlers.figures.periods_typed import Question, period_of_key, read_question
from handlers.keyboards import Button, button_data, reply_markup
from handlers.outgoing import Outgoing
from handlers.reminding.owed_lines import KIND_NAMES, buttons, line
from handlers.roster import roster_scope
from handlers.translations import N_, Translator, language_of_code, translator
from handlers.turn import ChatKind, Surroundings, Turn
from schedules.calendars import deadline_rules
from schedules.deadlines import DeadlineRules
from schedules.obligations import absences_between, is_company_kind
from schedules.owed import OwedReport, owed_by
from schedules.periods import Period, local_day, start_of
from schedules.punctuality import judged_between, once_each
from schedules.settings import REMINDER_LANGUAGE, value_of
from schedules.standing import Judged, Standing, lacking_between
from schedules.working_days import ONE_DAY
from storage.kinds import ReportKind, ReportState
from storage.outbox import OutboxMessage
from storage.people import (
    CompanyId,
    Person,
    PersonId,
    PersonState,
    Role,
    active_companies,
    managers_of,
    names_of,
)

LIST, REMIND = "missing", "missing_remind"
EXEMPT = "exempt"
"""The button by which an admin excuses somebody (`handlers.administration.exemptions`)."""
ASKED = "asked_reminder"
"""The kind of the private reminder an admin asked for."""
GOOD_FOR = timedelta(hours=12)
NAMES_PER_LINE = 12
LINES_PER_PAGE = 30
MOST_LISTED = 12
_FAR = 40 * ONE_DAY
_TODAY = "now"
"""How a button says that everything open today is meant, not one period."""
_OUTDATED = N_("This list is no longer in use. /missing shows it anew.")


@dataclass(frozen=True)
class OpenPeriod:
    """One period with those who have not handed it in."""

    period: Period
    standings: tuple[Standing, ...]
    asked: int
    """How many were to hand it in: people, and for company reports companies."""


def missing(turn: Turn) -> None:
    """`/missing [kind] [day]`: everything open today, or what one period lacks."""
    if turn.chat.kind is ChatKind.group and turn.who.role is not Role.admin:
        turn.say(turn.t("In the group only an admin can ask this; please ask me in our private chat."))
        return
    if not roster_scope.companies(turn):
        turn.say(turn.t("You look after no company yet; an admin can enter one for you."))
        return
    question = read_question(turn.arguments, turn.today, active_companies(turn.session), [])
    if question.unknown or question.company is not None:
        turn.say(
            turn.t(
                "I did not understand “{words}”. You can ask e.g. /missing, /missing weekly, /missing daily yesterday "
                "or /missing 11/23.",
                words=" ".join(question.unknown)[:60] or turn.arguments[:60],
            )
        )
        return
    _say(turn, _period_asked(question, turn.today), 0)


def pressed_list(turn: Turn) -> None:
    """Another page of the list, or the list anew."""
    arguments = turn.press.arguments if turn.press is not None else ()
    period = period_of_key(":".join(arguments[:2]))
    if not _may_ask(turn) or (period is None and arguments[:1] != (_TODAY,)):
        turn.toast(turn.t.plain(_OUTDATED))
        return
    _say(turn, period, page_number(arguments[-1]), redraw=True)


def pressed_remind(turn: Turn) -> None:
    """Remind exactly those who still owe it now, each in one private message, and say how many that were."""
    arguments = turn.press.arguments if turn.press is not None else ()
    period = period_of_key(":".join(arguments[:2]))
    if period is None and arguments[:1] != (_TODAY,):
        turn.toast(turn.t.plain(_OUTDATED))
        return
    counts = remind(turn, open_periods(turn, period), period.key if period is not None else _TODAY)
    t = turn.t
    lines = [t("🔔 Reminded: {count}.", count=counts.reminded)]
    if counts.just_reminded:
        lines.append(t("Reminded within the last hour already: {count}.", count=counts.just_reminded))
    if counts.on_leave:
        lines.append(t("On leave today, left in peace: {count}.", count=counts.on_leave))
    if counts.unreachable:
        lines.append(t("Out of reach for me (they need to press Start): {count}.", count=counts.unreachable))
    turn.say(Markup("\n").join(lines))


@dataclass
class Reminded:
    """What became of those who still owe something."""

    reminded: int = 0
    just_reminded: int = 0
    on_leave: int = 0
    unreachable: int = 0


def remind(turn: Turn, periods: Sequence[OpenPeriod], scope: str) -> Reminded:
    """Plan one private reminder for each person who owes any of these; `scope` names what was asked for."""
    wanted: dict[PersonId, list[dict[str, Any]]] = {}
    for each in periods:
        for standing in _remindable(each):
            report = {"period": each.period.key, "company": standing.company_id or 0}
            wanted.setdefault(standing.person_id, []).append(report)
    people = _people(turn.session, wanted)
    rules = deadline_rules(turn.session, turn.zone)
    absences = absences_between(turn.session, turn.today, turn.today, turn.now, rules, list(wanted))
    counts = Reminded()
    for person_id, reports in wanted.items():
        person = people[person_id]
        if person.state is not PersonState.active or person.role is not Role.manager:
            continue
        if absences.away(person_id, turn.today):
            counts.on_leave += 1
        elif not person.reachable:
            counts.unreachable += 1
        elif plan_once_an_hour(
            turn.session,
            key=f"asked:{scope}:person {person_id}",
            chat_id=person.telegram_id,
            kind=ASKED,
            content={"person_id": person_id, "reports": reports},
            now=turn.now,
            expires_at=turn.now + GOOD_FOR,
        ):
            counts.reminded += 1
        else:
            counts.just_reminded += 1
    return counts


def compose_asked_reminder(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The reminder, with what of it is still open; None when nothing is, or the person is away or gone."""
    person = session.get(Person, message.content["person_id"])
    if person is None or person.id is None or person.state is not PersonState.active:
        return None
    rules = deadline_rules(session, surroundings.zone)
    today = local_day(now, surroundings.zone)
    if absences_between(session, today, today, now, rules, [person.id]).away(person.id, today):
        return None
    asked = {(report["period"], report["company"]) for report in message.content["reports"]}
    owed = [each for each in owed_by(session, person, now, rules) if (each.period.key, each.company_id or 0) in asked]
    if not owed:
        return None
    t = translator(language_of_code(person.language or value_of(session, REMINDER_LANGUAGE), surroundings.language))
    params: dict[str, Any] = {"chat_id": person.telegram_id, "parse_mode": "HTML"}
    text = _reminder_text(t, owed, rules)
    return Outgoing("sendMessage", params | {"text": str(text), "reply_markup": reply_markup(buttons(owed, t))})


def open_periods(turn: Turn, period: Period | None) -> list[OpenPeriod]:
    """How one period stands; for None every period with something overdue, due by tonight, or of today."""
    rules = deadline_rules(turn.session, turn.zone)
    concern = _concern_of(turn)
    found: list[OpenPeriod] = []
    for kind in ReportKind if period is None else (period.kind,):
        waiting: dict[date, list[Standing]] = {}
        for each in _lacking(turn, kind, period, rules, concern):
            if period is not None or _is_due(each, turn.today, rules):
                waiting.setdefault(each.first_day, []).append(each)
        days = set(waiting) if period is None else {period.first}
        for first_day, asked in _asked(turn, kind, days, rules, concern).items():
            found.append(OpenPeriod(Period.of(kind, first_day), tuple(waiting.get(first_day, ())), asked))
    return found


@dataclass(frozen=True)
class _Concern:
    """Which reports the speaker may ask about: those of these people and of these companies; None for all."""

    people: frozenset[PersonId] | None = None
    companies: frozenset[CompanyId] | None = None

    def persons(self, kind: ReportKind) -> frozenset[PersonId] | None:
        return None if is_company_kind(kind) else self.people

    def includes(self, report: Judged) -> bool:
        return self.companies is None or not is_company_kind(report.kind) or report.company_id in self.companies


def _concern_of(turn: Turn) -> _Concern:
    """An admin may ask about all, others about their companies and their managers."""
    if turn.who.role is Role.admin:
        return _Concern()
    companies = roster_scope.company_ids(turn)
    people = {person.id for number in companies for person in managers_of(turn.session, number) if person.id}
    return _Concern(frozenset(people), frozenset(companies))


def _owner(standing: Standing) -> tuple[CompanyId | None, PersonId | None]:
    """Who hands it in: the company, or the person."""
    return (standing.company_id, None) if is_company_kind(standing.kind) else (None, standing.person_id)


def _lacking(
    turn: Turn, kind: ReportKind, period: Period | None, rules: DeadlineRules, concern: _Concern
) -> Iterator[Standing]:
    due = None
    if period is not None:
        first = last = period.first
    elif kind is ReportKind.daily:
        first, last = turn.today - (rules.backfill_days + 1) * ONE_DAY, turn.today
    else:
        first, last = turn.today - 2 * _FAR, turn.today + _FAR
        # All that `_is_due` can be true of.
        oldest, tonight = turn.today - rules.backfill_days * ONE_DAY, turn.today + ONE_DAY
        due = start_of(oldest, rules.zone), start_of(tonight, rules.zone)
    people = concern.persons(kind)
    found = lacking_between(turn.session, kind, first, last, turn.now, rules, people, due)
    return (standing for standing in found if concern.includes(standing))


def _asked(
    turn: Turn, kind: ReportKind, days: Collection[date], rules: DeadlineRules, concern: _Concern
) -> dict[date, int]:
    """How many are asked for the periods that begin on these days, where anybody is; in the order of days."""
    asked: dict[date, int] = {}
    if not days:
        return asked
    people = concern.persons(kind)
    found = judged_between(turn.session, kind, min(days), max(days), turn.now, rules, people)
    for judged, number in once_each(each for each in found if concern.includes(each[0])):
        if judged.is_owed and judged.first_day in days:
            asked[judged.first_day] = asked.get(judged.first_day, 0) + number
    return dict(sorted(asked.items()))


def _is_due(standing: Standing, today: date, rules: DeadlineRules) -> bool:
    """Whether it belongs to the state of today: it can still come in, and its time is past or tonight."""
    if standing.state is ReportState.missing or standing.due_at is None:
        return False
    if standing.kind is ReportKind.daily and standing.first_day == today:
        return True
    return standing.due_at <= start_of(today + ONE_DAY, rules.zone)


def _remindable(each: OpenPeriod) -> list[Standing]:
    """What a reminder can still bring in: not what is past back-filling, nor the mail that comes with the monthly."""
    if each.period.kind is ReportKind.skills_mail:
        return []
    return [standing for standing in each.standings if standing.state is not ReportState.missing]


def _period_asked(question: Question, today: date) -> Period | None:
    """The period of a kind that contains the day that was named; None when neither was."""
    kind, named = question.kind, question.period
    if kind is None:
        return None if named is None else Period.daily(named.first) if named.kind is ReportKind.daily else named
    if named is not None:
        return Period.of(kind, named.first)
    if kind is ReportKind.plan:
        return Period.plan_for(today).next()
    if kind is ReportKind.order_rate:
        return Period.order_rate_for(today).previous()
    return Period.of(kind, today)


def _may_ask(turn: Turn) -> bool:
    return turn.chat.kind is ChatKind.private or turn.who.role is Role.admin


def _say(turn: Turn, period: Period | None, number: int, *, redraw: bool = False) -> None:
    t, rules = turn.t, deadline_rules(turn.session, turn.zone)
    found = open_periods(turn, period)
    scope = period.key.split(":") if period is not None else [_TODAY]
    lines = list(_lines(turn, found, rules))
    if not found and period is not None:
        lines = [t("Nobody was asked for {report}.", report=_title(t, period))]
    elif not lines:
        lines = [t("👍 Everything that is due is in. Thank you, everybody!")]
    page = page_of(lines, number, LINES_PER_PAGE)
    heading = t("<b>📮 Not in yet</b>, as of {moment}", moment=t.moment(turn.now, turn.zone))
    people = {standing.person_id for each in found for standing in _remindable(each)}
    keyboard = [page.turning(LIST, *scope)]
    if people and turn.who.role is Role.admin:
        label = t.plain(N_("🔔 Remind these ({count})"), count=len(people))
        keyboard.append([Button(label, button_data(REMIND, *scope))])
        if turn.chat.kind is ChatKind.private:
            keyboard.append([Button(t.plain(N_("🙏 Exempt somebody")), button_data(EXEMPT, "list", *scope))])
    (turn.redraw if redraw else turn.say)(Markup("\n").join([heading, *page.lines]), keyboard)


def _lines(turn: Turn, found: Sequence[OpenPeriod], rules: DeadlineRules) -> Iterator[Markup]:
    people = names_of(turn.session, {s.person_id for each in found for s in each.standings})
    companies = {company.id: company.name for company in active_companies(turn.session)}
    comma = turn.t.plain(N_(", "))
    for each in found:
        owners: dict[tuple[CompanyId | None, PersonId | None], list[str]] = {}
        for standing in each.standings:
            owners.setdefault(_owner(standing), []).append(people[standing.person_id])
        yield _period_line(turn, each, len(owners), rules)
        names = [
            f"{companies.get(company_id, '—')} ({comma.join(own)})" if company_id is not None else own[0]
            for (company_id, _), own in owners.items()
        ]
        for start in range(0, len(names), NAMES_PER_LINE):
            yield Markup("   {}").format(comma.join(names[start : start + NAMES_PER_LINE]))


def _period_line(turn: Turn, each: OpenPeriod, waiting: int, rules: DeadlineRules) -> Markup:
    t = turn.t
    report = _title(t, each.period)
    if not waiting:
        return t("<b>{report}</b>: all {asked} are in 👍", report=report, asked=each.asked)
    due_at = max(standing.due_at for standing in each.standings if standing.due_at is not None)
    if turn.now < due_at:
        return t(
            "<b>{report}</b>: {waiting} of {asked} still to come, by {until}",
            report=report,
            waiting=waiting,
            asked=each.asked,
            until=t.moment(due_at, rules.zone),
        )
    if all(standing.state is ReportState.missing for standing in each.standings):
        return t(
            "<b>{report}</b>: {waiting} of {asked} did not come in",
            report=report,
            waiting=waiting,
            asked=each.asked,
        )
    return t(
        "<b>{report}</b>: {waiting} of {asked} not in yet, still welcome",
        report=report,
        waiting=waiting,
        asked=each.asked,
    )


def _title(t: Translator, period: Period) -> Markup:
    day = t.day(period.first) if period.kind is ReportKind.daily else period.label
    return Markup("{} {}").format(t(KIND_NAMES[period.kind]), day)


def _reminder_text(t: Translator, owed: Sequence[OwedReport], rules: DeadlineRules) -> Markup:
    heading = t("🔔 An admin kindly asks you to look at what is still open:")
    return Markup("\n").join([heading, *(line(each, t, rules) for each in owed[:MOST_LISTED])])


def _people(session: Session, ids: Collection[PersonId]) -> Mapping[PersonId, Person]:
    found = session.exec(select(Person).where(col(Person.id).in_(ids))).all()
    return {person.id: person for person in found if person.id is not None}
