"""Which manager an admin or a viewer means: by button, by a typed name; and telling that manager of a decision."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from handlers.forms.fields import Option, Wrong
from handlers.forms.form import FormTurn
from handlers.forms.numbers import half_width
from handlers.people.roles import number, translator_for
from handlers.translations import N_, Translator
from handlers.turn import Turn
from storage.people import Person, PersonState, Role, active_people, companies_of, managers_of, name_key

NOBODY = N_("I do not know this person any more.")
UNKNOWN = N_("I know no manager called {name}.")
SEVERAL = N_("There is more than one {name}: please choose below.")


def managers_for(turn: Turn) -> list[Person]:
    """The active managers somebody may decide about: an admin all, others those of their companies; by name."""
    if turn.who.role is Role.admin:
        found = active_people(turn.session, Role.manager)
    else:
        ids = [company.id for company in companies_of(turn.session, turn.who) if company.id is not None]
        by_id = {person.id: person for company_id in ids for person in managers_of(turn.session, company_id)}
        found = list(by_id.values())
    return sorted(found, key=lambda person: (person.real_name, person.id or 0))


def manager_options(turn: FormTurn) -> Sequence[Option]:
    """Those managers as answers."""
    return [Option(str(person.id), person.real_name, literal=True) for person in managers_for(turn.turn)]


def manager_in(turn: FormTurn) -> Person:
    """The manager chosen in a form, checked anew; raises Wrong."""
    wanted = number(str(turn.values.get("person", "")))
    found = next((person for person in managers_for(turn.turn) if person.id == wanted), None)
    if found is None:
        raise Wrong(NOBODY)
    return found


def split_name(turn: Turn, written: str) -> tuple[Person, str]:
    """The manager whose name a text begins with, and the rest of it; raises Wrong."""
    words = half_width(written).split()
    people = managers_for(turn)
    for count in range(min(4, len(words)), 0, -1):
        named = [person for person in people if name_key(person.real_name) == name_key(" ".join(words[:count]))]
        if len(named) == 1:
            return named[0], " ".join(words[count:])
        if named:
            raise Wrong(SEVERAL, name=" ".join(words[:count]))
    raise Wrong(UNKNOWN, name=words[0][:40] if words else "—")


def tell(turn: Turn, person: Person, say: Callable[[Translator], Markup]) -> None:
    """Write to somebody, in their language, about what was decided; not to oneself, nor to who cannot be reached."""
    if person.id != turn.person_id and person.reachable and person.state is PersonState.active:
        turn.say_to(person, say(translator_for(person, turn.surroundings)))
