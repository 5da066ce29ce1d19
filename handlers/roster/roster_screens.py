"""The screens of the roster 名册: companies, a company's cohorts, a cohort's people, each with its buttons.

Callback data: `ro:<what>:<id>[:<page>]`. Who presses is asked again for every screen (`handlers.roster.roster_scope`).
"""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.figures.pages import page_of
from handlers.keyboards import Button, Keyboard, button_data, rows_of
from handlers.roster.hire_words import count_places, counts_words, hire_words
from handlers.roster.roster_scope import companies, company_ids
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.people import Company
from storage.roster import Cohort, Hire
from storage.roster_lists import cohorts_of, count_hires_of, hires_of
from storage.roster_rules import ENDED

BUTTON = "ro"
COMPANIES_A_PAGE = 10
COHORTS_A_PAGE = 8
HIRES_A_PAGE = 15
LONGEST_LABEL = 24

Screen = tuple[Markup, Keyboard]


def button(t: Translator, label: str, what: str, *arguments: object) -> Button:
    """A button of the roster whose label is a catalog text."""
    return Button(t.plain(label), button_data(BUTTON, what, *arguments))


def named_button(label: str, what: str, *arguments: object) -> Button:
    """A button whose label is a name."""
    shown = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
    return Button(shown, button_data(BUTTON, what, *arguments))


def draw_home(turn: Turn, *, above: str | Markup = "") -> Screen:
    """Where /roster begins: the one company, or the choice among several."""
    own = companies(turn)
    if len(own) == 1:
        return draw_company(turn, own[0], above=above)
    return draw_companies(turn, above=above)


def draw_companies(turn: Turn, page: int = 0, *, above: str | Markup = "") -> Screen:
    """Which company?"""
    t, own = turn.t, companies(turn)
    listed = page_of([Markup.escape(company.name) for company in own], page, COMPANIES_A_PAGE)
    lines = _lines(above)
    if not own:
        lines.append(t(N_("You are not entered for any company yet; an admin can do that with /people.")))
        return Markup("\n").join(lines), []
    lines.append(t(N_("<b>Roster</b> · which company?")))
    buttons: list[Button] = []
    for company in own[listed.start : listed.start + len(listed.lines)]:
        number = count_hires_of(turn.session, [company.id] if company.id is not None else [], turn.today)
        label = t.plain(N_("{name} · {count} people"), name=company.name, count=number)
        buttons.append(named_button(label, "company", company.id))
    return Markup("\n").join(lines), [*rows_of(buttons, 1), listed.turning(BUTTON, "companies", 0)]


def draw_company(turn: Turn, company: Company, page: int = 0, *, above: str | Markup = "") -> Screen:
    """A company's cohorts, newest first, with who is where."""
    t, company_id = turn.t, company.id
    assert company_id is not None
    cohorts = cohorts_of(turn.session, [company_id])
    everybody = hires_of(turn.session, [company_id], turn.today)
    lines = [*_lines(above), t(N_("<b>Roster</b> · {company}"), company=company.name)]
    buttons: list[Button] = []
    if not cohorts:
        lines.append(
            t(N_("No cohort yet. Tap “New cohort”; then add its people one by one or by pasting their names."))
        )
    else:
        lines.append(Markup.escape(counts_words(t, count_places(everybody, turn.today))))
    members_of = {cohort.id: [hire for hire in everybody if hire.cohort_id == cohort.id] for cohort in cohorts}
    counted = {number: counts_words(t, count_places(members, turn.today)) for number, members in members_of.items()}
    listed = page_of([Markup("▪️ <b>{}</b>: {}").format(c.name, counted[c.id]) for c in cohorts], page, COHORTS_A_PAGE)
    lines += listed.lines
    for cohort in cohorts[listed.start : listed.start + len(listed.lines)]:
        members = members_of[cohort.id]
        buttons.append(
            named_button(
                t.plain(N_("{name} · {count} people"), name=cohort.name, count=len(members)), "cohort", cohort.id
            )
        )
    last = [button(t, N_("Export"), "export", company_id)] if cohorts else []
    more = [[button(t, N_("‹ Companies"), "companies", 0)]] if len(company_ids(turn)) > 1 else []
    keyboard = [
        *rows_of(buttons, 1),
        listed.turning(BUTTON, "company", company_id),
        [button(t, N_("New cohort"), "new", company_id), button(t, N_("From a file"), "template", company_id), *last],
        *more,
    ]
    return Markup("\n").join(lines), keyboard


def draw_cohort(turn: Turn, cohort: Cohort, page: int = 0, *, above: str | Markup = "") -> Screen:
    """A cohort: what is known of it, its people with stage and day, and what can be done."""
    t, today = turn.t, turn.today
    members = hires_of(turn.session, [cohort.company_id], today, cohort_id=cohort.id)
    numbered = [Markup("{}. {}").format(n, hire_words(t, hire, today)) for n, hire in enumerate(members, 1)]
    listed = page_of(numbered, page, HIRES_A_PAGE)
    shown = members[listed.start : listed.start + len(listed.lines)]
    company = turn.session.get_one(Company, cohort.company_id)
    lines = [*_lines(above), Markup("<b>{}</b> · {}").format(cohort.name, company.name)]
    facts = _facts(t, cohort)
    lines += [Markup.escape(facts)] if facts else []
    lines.append(Markup.escape(counts_words(t, count_places(members, today))))
    lines += [Markup("")] if shown else []
    lines += listed.lines
    keyboard = [
        *_hire_buttons(shown, listed.start + 1),
        listed.turning(BUTTON, "cohort", cohort.id),
        *_cohort_actions(t, cohort, members),
    ]
    return Markup("\n").join(lines), keyboard


def draw_search(turn: Turn, cohorts: Sequence[Cohort], hires: Sequence[Hire]) -> Screen:
    """Several cohorts or hires fit what was typed: which one?"""
    t = turn.t
    buttons = [named_button(cohort.name, "cohort", cohort.id) for cohort in cohorts[:COHORTS_A_PAGE]]
    buttons += [named_button(hire_words(t, hire, turn.today), "hire", hire.id) for hire in hires[:HIRES_A_PAGE]]
    return t(N_("Which one do you mean?")), rows_of(buttons, 1)


def _cohort_actions(t: Translator, cohort: Cohort, members: Sequence[Hire]) -> list[list[Button]]:
    waiting = [hire for hire in members if hire.on_post is None and hire.stage not in ENDED]
    there = [hire for hire in members if hire.stage not in ENDED]
    buttons = [button(t, N_("Add hires"), "add", cohort.id)]
    if waiting:
        buttons.append(button(t, N_("On post"), "post", cohort.id))
        buttons.append(button(t, N_("Exam, drill, trial"), "step", cohort.id))
    if there:
        buttons.append(button(t, N_("Left"), "left", cohort.id))
    buttons.append(button(t, N_("Change cohort"), "edit", cohort.id))
    return [*rows_of(buttons, 2), [button(t, N_("‹ All cohorts"), "company", cohort.company_id)]]


def _facts(t: Translator, cohort: Cohort) -> str:
    parts = []
    if cohort.starts_on is not None:
        end = f"–{t.day(cohort.ends_on)}" if cohort.ends_on is not None else ""
        parts.append(t.plain(N_("training {days}"), days=f"{t.day(cohort.starts_on)}{end}"))
    if cohort.region:
        parts.append(cohort.region)
    if cohort.class_teacher:
        parts.append(t.plain(N_("class teacher {name}"), name=cohort.class_teacher))
    if cohort.planned_size is not None:
        parts.append(t.plain(N_("{count} planned"), count=cohort.planned_size))
    return " · ".join(parts)


def _hire_buttons(hires: Sequence[Hire], first: int) -> list[list[Button]]:
    """A button with each name; numbered as in the list when two have the same."""
    names = [hire.name if len(hire.name) <= 12 else f"{hire.name[:11]}…" for hire in hires]
    if len(set(names)) < len(names):
        names = [f"{number}. {name}" for number, name in enumerate(names, first)]
    buttons = [named_button(name, "hire", hire.id) for name, hire in zip(names, hires, strict=True)]
    return rows_of(buttons, 4 if all(len(name) <= 4 for name in names) else 2)


def _lines(above: str | Markup) -> list[Markup]:
    return [Markup.escape(above), Markup("")] if above else []
