"""`/invite`: links by which managers of one company join (handbook §1)."""

from collections.abc import Sequence
from datetime import timedelta

from markupsafe import Markup

from handlers.access import ADMINS
from handlers.forms import driver
from handlers.forms.fields import Field, Values
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Number
from handlers.forms.numbers import half_width
from handlers.keyboards import Button, button_data
from handlers.people.names import CompanyName
from handlers.people.roles import decision_of
from handlers.people.start import INVITED
from handlers.translations import N_
from handlers.turn import Turn
from storage.company_changes import company_named, create_company, set_company_active
from storage.invitations import invite as make_invitation
from storage.invitations import revoke
from storage.people import Company, find_company

USES, DAYS = 1, 7
MOST_USES, MOST_DAYS = 50, 90


def invite(turn: Turn) -> None:
    """`/invite [company] [uses] [days]`: a link at once when the company is known, else the form."""
    values = _typed(turn.arguments)
    company = find_company(turn.session, values["company"]) if "company" in values else None
    if company is not None:
        uses, days = values.get("uses", USES), values.get("days", DAYS)
        if 1 <= uses <= MOST_USES and 1 <= days <= MOST_DAYS:
            _hand_out(turn, company, uses, days)
            return
    name = str(values.pop("company", ""))
    given = {key: value for key, value in values.items() if value <= (MOST_USES if key == "uses" else MOST_DAYS)}
    driver.start(turn, INVITE, values={k: v for k, v in given.items() if v >= 1}, pasted=name)


def take_back(turn: Turn) -> None:
    """The button that makes a link useless."""
    code = turn.press.arguments[0] if turn.press is not None and turn.press.arguments else ""
    if revoke(turn.session, code, turn.person_id, turn.now):
        turn.redraw(turn.t("This invitation link has been taken back: nobody can join by it any more."))
    else:
        turn.toast(turn.t.plain(N_("This link could not be used any more anyway.")))


def _typed(arguments: str) -> Values:
    """Company, uses and days as they stand behind the command: one or two numbers at the end are not the name's."""
    words = half_width(arguments).split()
    numbers: list[int] = []
    while words and words[-1].isdecimal() and len(words[-1]) <= 3 and len(numbers) < 2:
        numbers.insert(0, int(words.pop()))
    values: Values = dict(zip(("uses", "days"), numbers, strict=False))
    name = " ".join(arguments.split()[: len(words)])
    return values | ({"company": name} if name else {})


def _hand_out(turn: Turn, company: Company, uses: int, days: int) -> None:
    t = turn.t
    invitation = make_invitation(turn.session, company, uses, timedelta(days=days), turn.person_id, turn.now)
    link = f"https://t.me/{turn.surroundings.bot_username}?start={INVITED}{invitation.code}"
    until = t.moment(invitation.expires_at, turn.zone)
    turn.redraw(
        t(
            "Invitation for training managers of <b>{company}</b>\n"
            "Open the link, press Start and send your real name:\n{link}\nThe link can be used until {until}.",
            company=company.name,
            link=link,
            until=until,
        )
    )
    turn.say(
        t(
            "Please forward the message above. {company} · people who can join by it: {uses} · until {until}",
            company=company.name,
            uses=uses,
            until=until,
        ),
        [[Button(t.plain(N_("Take the link back")), button_data("revoke", invitation.code))]],
    )


def _preset_uses(form_turn: FormTurn) -> int:
    return USES


def _preset_days(form_turn: FormTurn) -> int:
    return DAYS


def _notes(form_turn: FormTurn) -> Sequence[Markup]:
    name = form_turn.values.get("company", "")
    if find_company(form_turn.turn.session, name) is not None:
        return []
    return [form_turn.turn.t("This company is not there yet: confirming creates it.")]


def _save(form_turn: FormTurn) -> None:
    turn, values = form_turn.turn, form_turn.values
    company = company_named(turn.session, values["company"])
    if company is None:
        company = create_company(turn.session, values["company"], decision_of(turn))
    set_company_active(turn.session, company, True, decision_of(turn))
    _hand_out(turn, company, values["uses"], values["days"])


INVITE = Form(
    name="invite",
    title=N_("Invitation"),
    words=(),
    fields=(
        Field(
            key="company",
            label=N_("Company"),
            ask=N_("Which company shall the managers look after?"),
            help=N_("Tap one, or type the name of a new one."),
            kind=CompanyName(),
            words=("公司", "company"),
        ),
        Field(
            key="uses",
            label=N_("People"),
            ask=N_("How many people may join by the link?"),
            kind=Number(1, MOST_USES, offer=(1, 2, 5, 10)),
            preset=_preset_uses,
        ),
        Field(
            key="days",
            label=N_("Days"),
            ask=N_("For how many days can it be used?"),
            kind=Number(1, MOST_DAYS, offer=(1, 7, 30)),
            preset=_preset_days,
        ),
    ),
    save=_save,
    roles=ADMINS,
    notes=_notes,
    confirm_label=N_("Make the link"),
)
