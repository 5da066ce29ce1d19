"""/export: everything that was recorded in a period as one workbook, a sheet for each kind, and the figures.

An admin gets all companies, a viewer those they see and no notes on people, a manager the own ones (handbook §1, §10).
Made when it is sent: rights are asked again then. Every export is audited.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from markupsafe import Markup
from sqlmodel import Session

from handlers.figures.cohort_card import address, translator_of
from handlers.figures.periods_typed import period_of_key, read_question, take_year
from handlers.figures.stats import period_words
from handlers.outgoing import Outgoing
from handlers.roster import roster_scope
from handlers.translations import N_, Translator
from handlers.turn import Surroundings, Turn
from handlers.workbooks.material import MOST_ROWS, Material, Reach
from handlers.workbooks.whole import Whole, gather
from handlers.workbooks.writing import write_workbook
from schedules.periods import Period, Year
from storage.groups import record_audit
from storage.outbox import OutboxMessage
from storage.people import Company, CompanyId, Person, PersonState, Role, active_companies, companies_of

WORKBOOK = "export"
XLSX = ".xlsx"
LONGEST_CAPTION = 1024


def export(turn: Turn) -> None:
    """`/export [period] [company]`: this month when no period is named; a year may be named too."""
    t, companies = turn.t, roster_scope.companies(turn)
    if not companies:
        turn.say(t("You look after no company yet; an admin can enter one for you."))
        return
    year, words = take_year(turn.arguments, turn.today)
    question = read_question(words, turn.today, companies, ())
    if question.unknown or question.kind is not None or (year is not None and question.period is not None):
        turn.say(
            t(
                "I did not understand “{words}”. Please name a period, e.g. /export, /export last month, "
                "/export 2026-10, /export last week, /export 2026, or add one of your companies.",
                words=" ".join(question.unknown)[:60] or turn.arguments[:60],
            )
        )
        return
    period = year or question.period or Period.monthly_of(turn.today)
    if period.first > turn.today:
        turn.say(t("{period} has not begun yet: there is nothing to export.", period=period_words(t, period)))
        return
    chosen = [question.company] if question.company is not None else companies
    wanted = [company.id for company in chosen if company.id is not None]
    record_audit(turn.session, turn.now, turn.person_id, "export.made", {"period": period.key, "companies": wanted})
    turn.show(
        WORKBOOK,
        {"person": turn.person_id, "period": period.key, "company": question.company.id if question.company else None},
    )


def compose_export(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The workbook as the records stand at `now`; None when whoever asked may see nothing of it any more."""
    person, period = session.get(Person, message.content["person"]), _period_of(message.content["period"])
    reach = reach_of(session, person, message.content.get("company")) if person is not None else None
    if reach is None or period is None:
        return None
    t = translator_of(message, surroundings)
    whole = gather(Material(session, t, reach, period, now, surroundings.zone, MOST_ROWS))
    return Outgoing(
        "sendDocument",
        address(message) | {"caption": str(_caption(t, period, whole))},
        file_field="document",
        file_name=file_name(t.plain(N_("export")), period),
        make_file=partial(write_workbook, whole.sheets),
    )


def _period_of(key: str) -> Period | Year | None:
    return Year.from_key(key) if key.startswith("year:") else period_of_key(key)


def reach_of(session: Session, person: Person, company_id: int | None) -> Reach | None:
    """What somebody may have: all their companies or one of them; None when nothing is left for them."""
    if person.state is not PersonState.active:
        return None
    active = active_companies(session)
    own = active if person.role is Role.admin else companies_of(session, person)
    chosen = [company for company in own if company_id is None or company.id == company_id]
    if not chosen:
        return None
    sees_all = person.role is not Role.manager and len(own) == len(active)
    return Reach(
        company_ids=_ids(chosen),
        visible=None if sees_all else frozenset(_ids(own)),
        with_notes=person.role is not Role.viewer,
        everybody=sees_all and company_id is None,
        reader=person.id,
    )


def file_name(what: str, period: Period | Year) -> str:
    """`导出-2026-11.xlsx`, `导出-2026-11-22.xlsx`, `导出-2026.xlsx`: the month, the first day, or the year."""
    return f"{what}-{period.key.partition(':')[2]}{XLSX}"


def _caption(t: Translator, period: Period | Year, whole: Whole) -> Markup:
    lines = [
        t("<b>📦 Export {period}</b>", period=period_words(t, period)),
        t("Records: {count}, sheets: {sheets}", count=whole.records, sheets=len(whole.sheets)),
        *(t("✂️ {sentence}", sentence=sentence) for sentence in whole.cut),
    ]
    while len(Markup("\n").join(lines)) > LONGEST_CAPTION:
        lines.pop()
    return Markup("\n").join(lines)


def _ids(companies: Iterable[Company]) -> tuple[CompanyId, ...]:
    return tuple(company.id for company in companies if company.id is not None)
