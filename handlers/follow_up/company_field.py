"""Which company a record belongs to: asked of those who look after several, known of the others."""

from collections.abc import Sequence

from handlers.forms.fields import Field, Option, Wrong
from handlers.forms.form import FormTurn
from handlers.forms.kinds import OneOf
from handlers.roster.roster_scope import companies, company_ids, own_company
from handlers.translations import N_
from handlers.turn import Turn
from storage.people import Company, CompanyId

NO_COMPANY = N_("You look after no company yet. An admin can help.")


def has_several(turn: FormTurn) -> bool:
    """Whether it must be asked."""
    return len(companies(turn.turn)) > 1


def _options(turn: FormTurn) -> Sequence[Option]:
    return [Option(str(company.id), company.name, literal=True) for company in companies(turn.turn)]


COMPANY_FIELD = Field(
    key="company",
    label=N_("Company"),
    ask=N_("Which company was it for?"),
    kind=OneOf(_options, per_row=2),
    words=("公司",),
    applies=has_several,
)


def chosen_company(turn: FormTurn) -> CompanyId:
    """The company chosen, or the only one there is; asked anew whether it is the speaker's. Raises Wrong."""
    own = companies(turn.turn)
    found = own_company(turn.turn, turn.values.get("company", "")) if len(own) > 1 else next(iter(own), None)
    if found is None or found.id is None:
        raise Wrong(NO_COMPANY)
    return found.id


def may_touch(turn: Turn, company_id: CompanyId) -> bool:
    """Whether a company's records are the speaker's to see and change."""
    return company_id in company_ids(turn)


def company_suffix(turn: Turn, company_id: CompanyId) -> str:
    """The company's name behind a line, for those who look after several."""
    company = turn.session.get(Company, company_id) if len(companies(turn)) > 1 else None
    return f" · {company.name}" if company is not None else ""
