"""`/audit`: who changed what, in words, newest first; with a name only what that person did or what is about them."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from handlers.administration.setting_words import label_of, value_text
from handlers.figures.periods_typed import period_of_key
from handlers.keyboards import Button, button_data, rows_of
from handlers.people.roles import LANGUAGE_NAMES, ROLE_NAMES, number
from handlers.reminding.owed_lines import KIND_NAMES
from handlers.translations import N_, Translator
from handlers.turn import Turn
from schedules.settings import CHANGED, SETTING_BY_NAME
from storage.audit_trail import audit_entries, count_audit_entries
from storage.groups import AuditEntry
from storage.kinds import ReportKind
from storage.people import Company, Person, Role, display_name, name_key
from storage.people_changes import ASKED, count_people_listed, people_listed
from storage.roster import Hire

BUTTON = "audit"
PER_PAGE = 15
LONGEST = 120
MOST_PAGES = 10_000
MOST_COMPANIES = 3
NOBODY = N_("the bot")
ACTIONS: Mapping[str, str] = {
    ASKED: N_("asked to join as {real_name}"),
    "person.admitted": N_("let {person} in as {role}"),
    "person.rejected": N_("did not let {person} in"),
    "person.role_changed": N_("made {person} {after} (was {before})"),
    "person.renamed": N_("renamed {before} to {after}"),
    "person.company_added": N_("gave {person} {company} to look after"),
    "person.company_removed": N_("took {company} from {person}"),
    "person.deactivated": N_("switched off the access of {person}"),
    "person.reactivated": N_("switched the access of {person} on again"),
    "company.created": N_("created the company {name}"),
    "company.changed": N_("changed {company}: {changes}"),
    "company.deactivated": N_("deactivated {company}"),
    "company.reactivated": N_("reactivated {company}"),
    "invitation.made": N_("made an invitation link {link}… for {company}, {uses} uses"),
    "invitation.revoked": N_("took the link {link}… back"),
    "group.linked": N_("linked the shared group"),
    "group.unlinked": N_("unlinked the shared group"),
    "group.language": N_("set the language of the group to {language}"),
    "roster.gate_overridden": N_("put {hire} on post without exam or drill: {reason}"),
    "roster.on_post_corrected": N_("corrected the on-post date of {hire}: {before} → {after}"),
    "leave recorded": N_("recorded leave for {person}: {first} – {last}"),
    "leave cancelled": N_("cancelled a leave"),
    "problem.answered": N_("answered problem #{problem}: {text}"),
    CHANGED: N_("set “{name}”: {before} → {after}"),
    "calendar.day_set": N_("made {day} {works} for {company}{note}"),
    "calendar.day_deleted": N_("took back what was set for {day} ({company})"),
    "calendar.year_loaded": N_("loaded the holidays of {year}: {days} days"),
    "calendar.rest_days": N_("set the rest days of {company}: {before} → {after}"),
    "report.exempted": N_("exempted {person} from {kind} {first} – {last}: {reason}"),
    "report.exemption_undone": N_("took back the exemption of {person} from {kind} {first} – {last}"),
    "report.redated": N_("moved the daily of {person} from {before} to {after}"),
    "report.backfilled": N_("filed the daily of {day} for {person}"),
    "rating.given": N_("rated {person} for {month}"),
    "export.made": N_("exported the records of {period}, {companies}"),
    "forum.changed": N_("changed an entered forum (was {before})"),
    "person.forgotten": N_("took the person {person} out of the records"),
    "hire.forgotten": N_("took the hire {hire} out of the records"),
    "database.restored": N_("restored the database; what waited to be sent and was put aside: {aside}"),
}
"""What each action of the trail says; an action that is not here is shown by its name and details."""


def audit(turn: Turn) -> None:
    """`/audit [name]`."""
    wanted = name_key(turn.arguments)
    if not wanted:
        _show(turn, None, 0)
        return
    everyone = people_listed(turn.session, count_people_listed(turn.session))
    found = [person for person in everyone if wanted in name_key(display_name(person))]
    exact = [person for person in found if name_key(display_name(person)) == wanted]
    if len(exact) == 1 or len(found) == 1:
        _show(turn, (exact or found)[0], 0)
    elif found:
        buttons = [Button(display_name(person), button_data(BUTTON, person.id, 0)) for person in found[:40]]
        turn.say(turn.t("Whom do you mean?"), rows_of(buttons, 2))
    else:
        turn.say(turn.t("I do not know anybody called {name}.", name=turn.arguments.strip()[:40]))


def pressed(turn: Turn) -> None:
    """`audit:<person or 0>:<page>`."""
    person, page = (*(turn.press.arguments if turn.press is not None else ()), "", "")[:2]
    about = turn.session.get(Person, number(person) or 0)
    _show(turn, about, min(number(page) or 0, MOST_PAGES))


def _show(turn: Turn, about: Person | None, page: int) -> None:
    t, session = turn.t, turn.session
    session.flush()
    person_id = about.id if about is not None else None
    total = count_audit_entries(session, person_id)
    pages = max(1, -(-total // PER_PAGE))
    page = min(page, pages - 1)
    title = t("<b>🗂 Changes</b> ({count})", count=total)
    lines = [Markup("{} · {}").format(title, display_name(about)) if about is not None else title]
    for entry in audit_entries(session, PER_PAGE, page * PER_PAGE, person_id):
        moment = t.moment(entry.at, turn.zone)
        lines.append(Markup("• {} {} {}").format(moment, _who(session, t, entry), describe(session, t, entry)))
    if not total:
        lines.append(t("Nothing was changed yet."))
    key = person_id or 0
    turning = [Button(f"‹ {page}/{pages}", button_data(BUTTON, key, page - 1))] if page else []
    if page < pages - 1:
        turning.append(Button(f"{page + 2}/{pages} ›", button_data(BUTTON, key, page + 1)))
    everything = [Button(t.plain(N_("Everybody")), button_data(BUTTON, 0, 0))] if about is not None else []
    turn.redraw(Markup("\n").join(lines), [turning, everything])


def describe(session: Session, t: Translator, entry: AuditEntry) -> Markup:
    """What was done, in words."""
    words = ACTIONS.get(entry.action)
    values = _values(session, t, entry)
    if words is not None:
        try:
            return t(words, **values)
        except KeyError:
            # An entry of an older version, which lacks something: by name and details.
            pass
    details = ", ".join(f"{key} {_short(value)}" for key, value in entry.details.items())
    return Markup("{}: {}").format(entry.action, details) if details else Markup.escape(entry.action)


def _who(session: Session, t: Translator, entry: AuditEntry) -> str:
    person = session.get(Person, entry.person_id) if entry.person_id is not None else None
    return display_name(person) if person is not None else t.plain(NOBODY)


def _values(session: Session, t: Translator, entry: AuditEntry) -> dict[str, object]:
    """The details with names for ids and words for codes."""
    details = entry.details
    values: dict[str, object] = {key: _short(value) for key, value in details.items()}
    if isinstance(details.get("person"), int):
        person = session.get(Person, details["person"])
        values["person"] = display_name(person) if person is not None else f"#{details['person']}"
    if "company" in details:
        values["company"] = _company(session, t, details["company"])
    if isinstance(details.get("hire"), int):
        hire = session.get(Hire, details["hire"])
        values["hire"] = hire.name if hire is not None else f"#{details['hire']}"
    if details.get("kind") in set(ReportKind):
        values["kind"] = t.plain(KIND_NAMES[ReportKind(details["kind"])])
    for key in ("role", "before", "after"):
        if details.get(key) in set(Role):
            values[key] = t.plain(ROLE_NAMES[Role(details[key])])
    if details.get("language") in LANGUAGE_NAMES:
        values["language"] = LANGUAGE_NAMES[details["language"]]
    if entry.action == CHANGED:
        values |= _setting_values(t, details)
    if entry.action == "calendar.day_set":
        values["works"] = t.plain(N_("a working day")) if details.get("works") else t.plain(N_("a rest day"))
        values["note"] = f" ({_short(details['note'])})" if details.get("note") else ""
    if entry.action == "company.changed":
        values["changes"] = _changes(details)
    if entry.action == "export.made":
        period = period_of_key(str(details.get("period")))
        values["period"] = period.label if period is not None else _short(details.get("period"))
        values["companies"] = _companies(session, t, details.get("companies"))
    if entry.action == "forum.changed" and isinstance(details.get("before"), dict):
        values["before"] = " ".join(_short(value) for value in details["before"].values())
    return values


def _setting_values(t: Translator, details: Mapping[str, Any]) -> dict[str, object]:
    setting = SETTING_BY_NAME.get(str(details.get("name")))
    if setting is None:
        return {}
    shown = {key: value_text(t, setting, details.get(key)) for key in ("before", "after")}
    return {"name": label_of(t, setting), **shown}


def _company(session: Session, t: Translator, written: object) -> str:
    """A company by its id, or as it was called then; nothing means all of them."""
    if written is None or written == "":
        return t.plain(N_("all companies"))
    company = session.get(Company, written) if isinstance(written, int) else None
    return company.name if company is not None else _short(written)


def _companies(session: Session, t: Translator, ids: object) -> str:
    """A few companies by name, many counted."""
    listed = ids if isinstance(ids, list) else []
    if len(listed) > MOST_COMPANIES:
        return t.plain(N_("{count} companies together"), count=len(listed))
    return t.plain(N_(", ")).join(_company(session, t, each) for each in listed)


def _changes(details: Mapping[str, Any]) -> str:
    pairs = {key: value for key, value in details.items() if isinstance(value, list) and len(value) == 2}
    return ", ".join(f"{_short(before) or '—'} → {_short(after) or '—'}" for before, after in pairs.values())


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
