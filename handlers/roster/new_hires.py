"""Adding hires to a cohort, one by one or as pasted lines, those who are on post already included (handbook §6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from handlers.forms.fields import Field, Option, Wrong, iso
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, OneOf
from handlers.roster.hire_words import hire_words, short_day
from handlers.roster.roster_entry import MOST_AT_ONCE, HireLine, UnfitLine, read_hires
from handlers.roster.roster_scope import as_wrong, companies, company_ids, own_cohort, recording
from handlers.roster.roster_screens import draw_cohort
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.roster import Cohort, Hire, Stage
from storage.roster_events import (
    add_hires,
    eliminate,
    fail_trial,
    leave,
    pass_exam,
    put_on_post,
    record_drill,
    start_trial,
)
from storage.roster_lists import SameName, class_size, cohorts_of, same_names
from storage.roster_rules import SMALL_CLASS, RosterRefusal

ADD, LEAVE_OUT = "add", "leave_out"
_UNFIT_ECHOED = 15
_SAME_ECHOED = 20
_NAMES_A_LINE = 40
"""A message is cut between lines, so none may be longer than a message."""

TOO_MANY = N_("These are {count} people; at most {most} can be added at once. Please send them in parts, or as a file.")
NOBODY_READ = N_("I could not read a name there. Please send one name a line, e.g. {example}.")
UNFIT = N_("Left out, “{line}”: {why}.")

GROUP_WORDS = {
    Stage.hired: N_("not started"),
    Stage.in_training: N_("in training"),
    Stage.on_trial: N_("on trial"),
    Stage.failed: N_("trial not passed"),
    Stage.eliminated: N_("eliminated"),
}


@dataclass(frozen=True)
class HireLines:
    """People typed or pasted. The value is `{"people": […], "unfit": […]}`, each as JSON."""

    def parse(self, text: str, turn: FormTurn) -> dict[str, Any]:
        """The people, and the lines that could not be taken; raises Wrong when there is nobody at all."""
        people, unfit = read_hires(text, turn.today)
        if not people:
            if unfit:
                raise Wrong(
                    UNFIT, line=unfit[0].text, why=turn.turn.t.plain(unfit[0].why.message, **unfit[0].why.values)
                )
            raise Wrong(NOBODY_READ, example=turn.turn.t.plain(N_("Li Na")))
        if len(people) > MOST_AT_ONCE:
            raise Wrong(TOO_MANY, count=len(people), most=MOST_AT_ONCE)
        return as_value(people, unfit)

    def options(self, turn: FormTurn) -> Sequence[Option]:
        """None: it is typed."""
        return ()

    def choose(self, value: str, turn: FormTurn) -> dict[str, Any]:
        """There is nothing to press."""
        return self.parse(value, turn)

    def show(self, value: Any, turn: FormTurn) -> str:
        """How many; the card's notes name them."""
        return turn.turn.t.plain(N_("{count} people"), count=len(value["people"]))


def as_value(people: Iterable[HireLine], unfit: Iterable[UnfitLine]) -> dict[str, Any]:
    """People as a form's value."""

    def stored(line: HireLine) -> dict[str, str]:
        said = {key: str(value) for key, value in vars(line).items() if value}
        return said

    return {
        "people": [stored(line) for line in people],
        "unfit": [[line.text, line.why.message, line.why.values] for line in unfit],
    }


def people_of(value: Any) -> list[HireLine]:
    """The people of a form's value."""
    return [_as_line(one) for one in (value or {}).get("people", ())]


def _as_line(stored: dict[str, str]) -> HireLine:
    def day(key: str) -> date | None:
        return date.fromisoformat(stored[key]) if key in stored else None

    return HireLine(
        stored["name"],
        Stage(stored["stage"]) if "stage" in stored else None,
        day("started"),
        day("on_post"),
        day("last_day"),
        stored.get("reason", ""),
    )


def unfit_words(t: Translator, value: Any) -> list[Markup]:
    """A sentence for each line that is left out."""
    unfit = (value or {}).get("unfit", ())
    said = [t(UNFIT, line=line, why=t.plain(message, **values)) for line, message, values in unfit[:_UNFIT_ECHOED]]
    if len(unfit) > _UNFIT_ECHOED:
        said.append(t(N_("… and {count} more lines like these."), count=len(unfit) - _UNFIT_ECHOED))
    return said


def groups_words(
    t: Translator, people: Sequence[HireLine], standard: Stage, today: date, *, most: int = MOST_AT_ONCE
) -> list[Markup]:
    """Everybody, together with those who stand at the same place: what is echoed before saving."""
    groups: dict[str, list[str]] = {}
    for line in people:
        groups.setdefault(_group_of(t, line, standard, today), []).append(line.name)
    lines = []
    for group, names in groups.items():
        comma = t.plain(N_(", "))
        rows = [comma.join(names[i : i + _NAMES_A_LINE]) for i in range(0, min(len(names), most), _NAMES_A_LINE)]
        lines.append(Markup("▪️ <b>{}</b> ({}): {}").format(group, len(names), rows[0]))
        lines += [Markup.escape(row) for row in rows[1:]]
        if len(names) > most:
            lines.append(t(N_("… and {count} more"), count=len(names) - most))
    if any(line.is_direct for line in people):
        lines.append(t(N_("For those who are on post, exam and drill are recorded as passed.")))
    return lines


def enter(turn: Turn, cohort: Cohort, people: Sequence[HireLine], start: date, standard: Stage) -> list[Hire]:
    """Record people with everything their lines say. Raises RosterRefusal."""
    session, told = turn.session, recording(turn)
    noted = turn.t.plain(N_("entered when already on post"))
    hires: list[Hire] = []
    for line in people:
        stage = line.stage or (Stage.in_training if line.started else standard)
        day = min(d for d in (line.started or start, line.on_post, line.last_day, turn.today) if d is not None)
        in_training = stage is not Stage.hired
        (hire,) = add_hires(session, cohort, [line.name], day, told, in_training=in_training)
        hires.append(hire)
        if line.on_post is not None:
            pass_exam(session, hire, line.on_post, told, score=noted)
            record_drill(session, hire, line.on_post, told, passed=True)
            put_on_post(session, hire, line.on_post, told)
        if stage in {Stage.on_trial, Stage.failed}:
            start_trial(session, hire, day, told)
        if stage is Stage.failed:
            fail_trial(session, hire, _past(line.last_day, turn.today), told, reason=line.reason)
        if stage is Stage.eliminated:
            eliminate(session, hire, _past(line.last_day, turn.today), told, reason=line.reason)
        if stage is Stage.left and line.last_day is not None:
            leave(session, hire, line.last_day, told, reason=line.reason or turn.t.plain(N_("no reason was noted")))
    return hires


def standard_stage(cohort: Cohort | None, today: date) -> Stage:
    """Where people stand of whom nothing is said: in training, or not yet when the cohort begins later."""
    starts_later = cohort is not None and cohort.starts_on is not None and cohort.starts_on > today
    return Stage.hired if starts_later else Stage.in_training


def standard_start(cohort: Cohort | None, today: date) -> date:
    """When their training began."""
    return min(cohort.starts_on, today) if cohort is not None and cohort.starts_on is not None else today


def same_name_words(t: Translator, found: Sequence[SameName], today: date) -> list[Markup]:
    """Who has one of the names already."""
    said: list[Markup] = []
    for same in found[:_SAME_ECHOED]:
        if same.twice_in_list:
            said.append(t(N_("{name} stands in the list more than once."), name=same.name))
        if same.hires:
            known = hire_words(t, same.hires[-1], today)
            said.append(
                t(N_("In the roster already: {hire}. Somebody who is back: open that card, Rejoined."), hire=known)
            )
    if len(found) > _SAME_ECHOED:
        said.append(t(N_("… and {count} more"), count=len(found) - _SAME_ECHOED))
    return said


def _group_of(t: Translator, line: HireLine, standard: Stage, today: date) -> str:
    if line.on_post is not None and line.last_day is not None:
        days = {"day": short_day(line.on_post, today), "last": short_day(line.last_day, today)}
        return t.plain(N_("on post {day}, last day {last}"), **days)
    if line.on_post is not None:
        return t.plain(N_("on post since {day}"), day=short_day(line.on_post, today))
    if line.stage is Stage.left and line.last_day is not None:
        return t.plain(N_("resigned in training {day}"), day=short_day(line.last_day, today))
    return t.plain(GROUP_WORDS[line.stage or standard])


def _past(day: date | None, today: date) -> date:
    return min(day, today) if day is not None else today


def _cohort(turn: FormTurn) -> Cohort | None:
    return own_cohort(turn.turn, turn.values.get("cohort", ""))


def cohort_options(turn: FormTurn) -> list[Option]:
    """The cohorts of the speaker's companies, newest first."""
    several = len(companies(turn.turn)) > 1
    names = {company.id: company.name for company in companies(turn.turn)}
    return [
        Option(str(c.id), f"{c.name} · {names[c.company_id]}" if several else c.name, (c.name,), literal=True)
        for c in cohorts_of(turn.turn.session, company_ids(turn.turn))
    ]


def _only_cohort(turn: FormTurn) -> str | None:
    options = cohort_options(turn)
    return options[0].value if len(options) == 1 else None


def _same_names(turn: FormTurn) -> list[SameName]:
    cohort = _cohort(turn)
    if cohort is None:
        return []
    return same_names(turn.turn.session, cohort.company_id, [p.name for p in people_of(turn.values.get("people"))])


def _same_options(turn: FormTurn) -> list[Option]:
    t = turn.turn.t
    names = t.plain(N_(", ")).join(same.name for same in _same_names(turn))
    return [
        Option(LEAVE_OUT, t.plain(N_("Leave out: {names}"), names=names), (t.plain(N_("Leave out")),), literal=True),
        Option(ADD, t.plain(N_("Others: {names}"), names=names), (t.plain(N_("Others")),), literal=True),
    ]


def _to_add(turn: FormTurn) -> list[HireLine]:
    """The people without those left out; of a name that stands twice, the first stays."""
    people = people_of(turn.values.get("people"))
    if turn.values.get("same") != LEAVE_OUT:
        return people
    found = _same_names(turn)
    known = {same.name for same in found if same.hires}
    kept: dict[str, HireLine] = {}
    for line in people:
        if line.name not in known:
            kept.setdefault(line.name, line)
    return list(kept.values())


def _notes(turn: FormTurn) -> Sequence[str | Markup]:
    standard = standard_stage(_cohort(turn), turn.today)
    return groups_words(turn.turn.t, _to_add(turn), standard, turn.today)


def _warnings(turn: FormTurn) -> Sequence[str | Markup]:
    t, cohort = turn.turn.t, _cohort(turn)
    said: list[str | Markup] = [*unfit_words(t, turn.values.get("people"))]
    said += same_name_words(t, _same_names(turn), turn.today)
    people = _to_add(turn)
    if cohort is not None and cohort.id is not None and any(not line.is_direct for line in people):
        size = class_size(turn.turn.session, cohort.id) + len(people)
        if size < SMALL_CLASS:
            said.append(
                t(
                    N_("A class should have at least {least} people; with these it is {count}."),
                    least=SMALL_CLASS,
                    count=size,
                )
            )
    return said


def _check(turn: FormTurn) -> None:
    if turn.values.get("people") is not None and not _to_add(turn):
        raise Wrong(N_("Nobody is left to be added. Please edit the people, or cancel."))


def _save(turn: FormTurn) -> None:
    cohort, whole_turn = _cohort(turn), turn.turn
    if cohort is None:
        raise Wrong(N_("This cohort is no longer yours to change."))
    try:
        hires = enter(whole_turn, cohort, _to_add(turn), turn.day(), standard_stage(cohort, turn.today))
    except RosterRefusal as refusal:
        raise as_wrong(whole_turn, refusal) from None
    said = whole_turn.t(N_("✅ Added: {count} people."), count=len(hires))
    whole_turn.redraw(*draw_cohort(whole_turn, cohort, above=said))


HIRES = Form(
    name="hires",
    title=N_("Add hires"),
    words=("hires",),
    fields=(
        Field(
            "cohort",
            N_("Cohort"),
            N_("To which cohort?"),
            OneOf(cohort_options, per_row=1),
            preset=_only_cohort,
        ),
        Field(
            "people",
            N_("New people"),
            N_("Who? Please send the names, one a line or with commas between them."),
            HireLines(),
            help=N_("Whoever is on post already: with the date behind the name, e.g. Li Na 11/2."),
        ),
        Field(
            "same",
            N_("Same name"),
            N_("Some of these names are there already. Other people of the same name, or the same again?"),
            OneOf(_same_options, per_row=1),
            applies=lambda turn: bool(_same_names(turn)),
        ),
        Field(
            "day",
            N_("Training since"),
            N_("Since when are they in training?"),
            Day(past_days=1100),
            preset=lambda turn: iso(standard_start(_cohort(turn), turn.today)),
            applies=lambda turn: any(not line.is_direct for line in people_of(turn.values.get("people"))),
        ),
    ),
    save=_save,
    check=_check,
    notes=_notes,
    warnings=_warnings,
    example=N_("/roster November, first\nLi Na\nZhang Wei 11/2"),
)
