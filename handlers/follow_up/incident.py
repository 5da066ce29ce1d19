"""Incidents: complaints 投诉 and breaches of the rules 违规, which the monthly report lists (handbook §7)."""

from markupsafe import Markup

from handlers.follow_up.company_field import COMPANY_FIELD, NO_COMPANY, chosen_company, company_suffix
from handlers.follow_up.first_line import with_label
from handlers.follow_up.own_lists import LIST_WORDS, LISTED, Entry, argument, offset_of, short, show_entries
from handlers.forms import driver
from handlers.forms.choices import key_of
from handlers.forms.fields import Field, Option, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, OneOf, Text
from handlers.keyboards import Button, button_data
from handlers.people.roles import number
from handlers.roster.roster_scope import company_ids
from handlers.translations import N_
from handlers.turn import Turn
from storage.incidents import IncidentNote, change_incident, count_incidents_of, incidents_of, record_incident
from storage.problems import Incident

EDIT, LIST = "incident_edit", "incident_list"
KINDS = (
    Option("complaint", N_("Complaint"), ("投诉", "客户投诉")),
    Option("breach", N_("Breach of the rules"), ("违规", "违反制度", "breach")),
)
KIND_OF_WORD = {"投诉": "complaint", "complaint": "complaint", "违规": "breach", "breach": "breach"}
"""The word somebody began with says already which it is."""


def start(turn: Turn) -> None:
    """`/incident`, 投诉, 违规: the form; with 列表 behind it the companies' incidents."""
    written = turn.arguments if turn.press is None else ""
    if key_of(written) in LIST_WORDS:
        show_list(turn)
    elif not company_ids(turn):
        turn.say(turn.t(NO_COMPANY))
    else:
        kind = next((kind for word, kind in KIND_OF_WORD.items() if key_of(turn.text).startswith(word)), None)
        block = with_label(INCIDENT, "text", written)
        driver.start(turn, INCIDENT, values={"kind": kind} if kind else {}, pasted=block)


def pressed_edit(turn: Turn) -> None:
    """The Edit button of an incident."""
    driver.start(turn, INCIDENT, record_id=number(argument(turn)) or 0)


def show_list(turn: Turn) -> None:
    """The incidents of the person's companies, newest first, each with a button to change it."""
    ids, offset, t = company_ids(turn), offset_of(turn), turn.t
    incidents = incidents_of(turn.session, ids, LISTED, offset)
    if not incidents:
        turn.say(t("No incident is recorded. /incident records one."))
        return
    entries = []
    for incident in incidents:
        kind = next((option.text(t) for option in KINDS if option.value == incident.kind), incident.kind)
        line = t("{day} · {kind}: {text}", day=t.day(incident.day), kind=kind, text=short(incident.text, 60))
        if not incident.handling:
            line += t(" · not handled yet")
        entries.append(
            Entry(
                line + company_suffix(turn, incident.company_id),
                [edit_button(turn, incident, f"✏️ {t.day(incident.day)} {kind}")],
            )
        )
    show_entries(turn, t("<b>Incidents</b>"), entries, LIST, offset, count_incidents_of(turn.session, ids))


def edit_button(turn: Turn, incident: Incident, label: str = "") -> Button:
    """The button that opens an incident for editing."""
    return Button(label or turn.t.plain(N_("✏️ Edit")), button_data(EDIT, incident.id))


def _own(turn: Turn, incident_id: int) -> Incident | None:
    """An incident in one of the person's companies: how it was handled is often known to a colleague."""
    incident = turn.session.get(Incident, incident_id)
    return incident if incident is not None and incident.company_id in company_ids(turn) else None


def _load(turn: Turn, record_id: int) -> Values | None:
    incident = _own(turn, record_id)
    if incident is None:
        return None
    return {
        "kind": incident.kind,
        "day": incident.day.isoformat(),
        "text": incident.text,
        "handling": incident.handling or None,
        "company": str(incident.company_id),
    }


def _save(turn: FormTurn) -> None:
    t, values = turn.turn.t, turn.values
    note = IncidentNote(
        company_id=chosen_company(turn),
        kind=values["kind"],
        day=turn.day(),
        text=values["text"],
        handling=values.get("handling") or "",
    )
    if turn.record_id is None:
        incident = record_incident(turn.turn.session, note, turn.turn.person_id, turn.turn.now)
        said = t("✅ Recorded. It will stand in the monthly report.")
    else:
        found = _own(turn.turn, turn.record_id)
        if found is None:
            raise Wrong(driver.RECORD_GONE)
        incident = found
        change_incident(incident, note)
        turn.turn.session.flush()
        said = t("✅ Incident changed.")
    lines = [said]
    if not note.handling:
        lines.append(t("How it was handled can be added at any time."))
    listed = Button(t.plain(N_("All incidents")), button_data(LIST))
    turn.turn.redraw(Markup("\n").join(lines), [[edit_button(turn.turn, incident), listed]])


INCIDENT = Form(
    name="incident",
    title=N_("Incident"),
    words=("投诉", "违规", "incident"),
    fields=(
        Field(
            key="kind",
            label=N_("Incident kind"),
            ask=N_("Is it a complaint, or a breach of the rules?"),
            kind=OneOf(KINDS),
            words=("类型", "kind"),
        ),
        Field(
            key="day",
            label=N_("Date"),
            ask=N_("On which day did it happen?"),
            kind=Day(),
            words=("日期",),
            preset=lambda turn: turn.today.isoformat(),
        ),
        COMPANY_FIELD,
        Field(
            key="text",
            label=N_("What happened"),
            ask=N_("What happened?"),
            kind=Text(5, 500, "many"),
            words=("经过", "内容", "情况"),
            help=N_("At least 5 characters; no customers' names or phone numbers."),
        ),
        Field(
            key="handling",
            label=N_("Handling"),
            ask=N_("How was it handled?"),
            kind=Text(2, 500, "many"),
            required=False,
            words=("处理", "处理结果"),
        ),
    ),
    save=_save,
    confirm_label=N_("✅ Confirm"),
    example=N_(
        "Complaint\nWhat happened: a promised visit was forgotten\nHandling: apologised and visited the same day"
    ),
    load=_load,
)
