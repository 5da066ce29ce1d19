"""Where the trial post 试岗 stands in each company: before or after the training (handbook §6)."""

from markupsafe import Markup

from handlers.access import ADMINS
from handlers.figures.pages import page_number, page_of
from handlers.follow_up.company_field import NO_COMPANY
from handlers.follow_up.own_lists import argument
from handlers.forms import driver
from handlers.forms.fields import Field, Option, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import OneOf
from handlers.keyboards import Button, button_data, rows_of
from handlers.people.roles import decision_of, number
from handlers.roster.roster_scope import companies, own_company
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.people import Company, Role
from storage.trial_policy import TrialWhen, set_trial_when

BUTTON = "trial"
"""`trial:page:<page>`, `trial:set:<company>`."""
PER_PAGE = 12
POLICIES = (
    Option(TrialWhen.after_training, N_("After the training"), ("培训后", "之后", "after", "后")),
    Option(TrialWhen.before_training, N_("Before the training"), ("培训前", "之前", "before", "前")),
)


def start(turn: Turn) -> None:
    """`/trial`: where the trial stands in the person's companies; an admin can change it, also with a block."""
    if turn.arguments.strip() and turn.who.role is Role.admin and turn.press is None:
        driver.start(turn, TRIAL, pasted=turn.arguments)
    else:
        _show(turn, 0)


def pressed(turn: Turn) -> None:
    """The buttons under the list."""
    what, which = argument(turn), argument(turn, 1)
    if what == "set" and turn.who.role is Role.admin:
        driver.start(turn, TRIAL, record_id=number(which) or 0)
    else:
        _show(turn, page_number(which))


def _show(turn: Turn, wanted: int) -> None:
    t, own = turn.t, companies(turn)
    if not own:
        turn.say(t(NO_COMPANY))
        return
    lines = [t("{company}: {policy}", company=c.name, policy=policy_words(t, c.trial_when)) for c in own]
    page = page_of(lines, wanted, PER_PAGE)
    keyboard: list[list[Button]] = []
    if turn.who.role is Role.admin:
        shown = own[page.start : page.start + len(page.lines)]
        keyboard = rows_of([Button(f"✏️ {c.name}", button_data(BUTTON, "set", c.id)) for c in shown], 2)
        closing = t("Tap a company to change it.")
    else:
        closing = t("An admin can change it.")
    heading = t("<b>Trial post: when it takes place</b>")
    turn.redraw(Markup("\n").join([heading, *page.lines, closing]), [*keyboard, page.turning(BUTTON, "page")])


def policy_words(t: Translator, when: str) -> str:
    """The policy in words."""
    return next((option.text(t) for option in POLICIES if option.value == when), when)


def _options(turn: FormTurn) -> list[Option]:
    return [Option(str(company.id), company.name, literal=True) for company in companies(turn.turn)]


def _load(turn: Turn, record_id: int) -> Values | None:
    found = own_company(turn, record_id)
    return None if found is None else {"company": str(found.id), "when": found.trial_when}


def _company(turn: FormTurn) -> Company:
    found = own_company(turn.turn, turn.values.get("company", ""))
    if found is None:
        raise Wrong(N_("This company is no longer there."))
    return found


def _save(turn: FormTurn) -> None:
    company, t = _company(turn), turn.turn.t
    when = TrialWhen(turn.values["when"])
    set_trial_when(turn.turn.session, company, when, decision_of(turn.turn))
    turn.turn.session.flush()
    said = t("✅ {company}: trial post {policy}.", company=company.name, policy=policy_words(t, when).lower())
    back = Button(t.plain(N_("‹ Companies")), button_data(BUTTON, "page", 0))
    turn.turn.redraw(said, [[back]])


TRIAL = Form(
    name="trial",
    title=N_("Trial post"),
    words=("试岗设置", "trial"),
    fields=(
        Field(
            key="company",
            label=N_("Company"),
            ask=N_("Which company?"),
            kind=OneOf(_options, per_row=2),
            words=("公司",),
        ),
        Field(
            key="when",
            label=N_("Takes place"),
            ask=N_("When does the trial post take place?"),
            kind=OneOf(POLICIES, per_row=1),
            words=("试岗", "时间", "when"),
        ),
    ),
    save=_save,
    roles=ADMINS,
    confirm_label=N_("✅ Confirm"),
    example=N_("Trial\nCompany: Hangzhou A\nTakes place: after the training"),
    load=_load,
)
