"""Ready-made rosters for tests that are about something else."""

from collections.abc import Sequence
from datetime import date

from storage.people import find_company
from storage.roster import Hire
from storage.roster_events import add_hires, create_cohort
from storage.roster_events import put_on_post as record_on_post
from storage.roster_rules import Recording
from tests.chat import World


def put_on_post(world: World, company: str, cohort: str, names: Sequence[str], day: date) -> list[Hire]:
    """A cohort of a company whose people went on post on a day; exam and drill are not asked for."""
    now = world.clock.now()
    with world.database.transaction() as session:
        held = find_company(session, company)
        assert held is not None
        assert held.id is not None
        recording = Recording(by=None, now=now, today=max(day, world.clock.today))
        new = create_cohort(session, held.id, cohort, now)
        hires = add_hires(session, new, names, day, recording)
        for hire in hires:
            record_on_post(session, hire, day, recording, gate=False)
        return hires
