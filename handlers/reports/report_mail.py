"""What is said of a report that was handed in: to each admin in the bot, and by e-mail (handbook §3: the subject).

Planned by `handlers.reports.announced`; made when it is sent.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from markupsafe import Markup
from sqlmodel import Session, select

from handlers.figures.cohort_card import address
from handlers.figures.export import XLSX
from handlers.keyboards import Button, button_data, reply_markup
from handlers.outgoing import Outgoing
from handlers.reports.announced import MAIL
from handlers.reports.filed import STATE_WORDS
from handlers.translations import N_, Translator, language_of_code, translator
from handlers.turn import Surroundings
from handlers.workbooks.material import Material, Reach
from handlers.workbooks.whole import gather
from handlers.workbooks.writing import write_workbook
from schedules.periods import Period
from storage.outbox import OutboxMessage
from storage.people import (
    Company,
    CompanyId,
    Person,
    PersonState,
    Role,
    companies_of,
    display_name,
)
from storage.reports import Report, ReportVersion


def compose_told(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """One short message for one admin, without a sound; None when the reader is no admin any more."""
    admin = session.get(Person, message.content["person"])
    report = session.get(Report, message.content["report"])
    if admin is None or report is None or (admin.role, admin.state) != (Role.admin, PersonState.active):
        return None
    t = translator(language_of_code(admin.language, surroundings.language))
    version = message.content["version"]
    state = t.plain(STATE_WORDS[report.state])
    lines = [Markup("📨 <b>{}</b>").format(report.subject), _author(session, t, report)]
    lines.append(t("{state}, changed: version {version}", state=state, version=version) if version > 1 else t(state))
    read = Button(t.plain(N_("Read")), button_data("report", "read", report.id, version))
    quiet = {
        "text": str(Markup("\n").join(lines)),
        "reply_markup": reply_markup([[read]]),
        "disable_notification": True,
    }
    return Outgoing("sendMessage", address(message) | quiet)


def compose_mail(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The mail: the handbook's subject, the text as it was sent, and the workbook of the period without notes."""
    report = session.get(Report, message.content["report"])
    version = _version(session, message)
    if report is None or version is None:
        return None
    t = translator(language_of_code(message.content.get("language"), surroundings.language))
    period = Period.of(report.kind, report.first_day)
    companies = _companies(session, report)
    reach = Reach(companies, visible=frozenset(companies), with_notes=False, reader=report.person_id)
    whole = gather(Material(session, t, reach, period, now, surroundings.zone))
    params = {
        "subject": report.subject,
        "text": _body(session, t, report, version, surroundings),
        "date": now.isoformat(),
        "message_id": _message_id(report, version),
    }
    return Outgoing(
        MAIL,
        params,
        file_field="attachment",
        file_name=f"{report.subject}{XLSX}",
        make_file=partial(write_workbook, whole.sheets),
    )


def _author(session: Session, t: Translator, report: Report) -> Markup:
    """Who sent it, and for which companies."""
    author = session.get(Person, report.person_id)
    names = _names(session.get(Company, number) for number in _companies(session, report))
    return t("{name} · {companies}", name=display_name(author) if author is not None else "—", companies=names or "—")


def _names(companies: Iterable[Company | None]) -> str:
    return ", ".join(company.name for company in companies if company is not None)


def _companies(session: Session, report: Report) -> tuple[CompanyId, ...]:
    """The companies a report is about: its own, else those its author looks after."""
    if report.company_id is not None:
        return (report.company_id,)
    author = session.get(Person, report.person_id)
    own = companies_of(session, author) if author is not None and author.role is Role.manager else []
    return tuple(company.id for company in own if company.id is not None)


def _version(session: Session, message: OutboxMessage) -> ReportVersion | None:
    query = select(ReportVersion).where(
        ReportVersion.report_id == message.content["report"], ReportVersion.version == message.content["version"]
    )
    return session.exec(query).first()


def _body(session: Session, t: Translator, report: Report, version: ReportVersion, around: Surroundings) -> str:
    sent = t.moment(version.sent_at, around.zone)
    head = [
        str(_author(session, t, report).unescape()),
        t.plain(
            "Version {version}, sent {moment}, {state}",
            version=version.version,
            moment=sent,
            state=t.plain(STATE_WORDS[report.state]),
        ),
    ]
    return "\n".join([*head, "", version.text, ""])


def _message_id(report: Report, version: ReportVersion) -> str:
    """The same for the same version, so that a mail that is sent twice after a crash is one mail to its readers."""
    said = f"{report.id}:{version.version}:{version.sent_at.isoformat()}:{report.subject}:{version.text}"
    return f"report-{report.id}-{version.version}-{hashlib.sha256(said.encode()).hexdigest()[:24]}"
