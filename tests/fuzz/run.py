"""Drawing updates and delivering them: the same for the test and for the long run."""

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.town import Tally, Town
from tests.fuzz.updates import Step, steps

BATCH = 10


class _Enough(Exception):
    """Ends the drawing: hypothesis would go on for long without anything to try."""


def run(
    updates: int, number: int, *, lifetime: int = 2000, after_each: Callable[[Tally], None] = lambda _tally: None
) -> Tally:
    """Deliver about so many updates, drawn from a seed; a new town after `lifetime` of them."""
    tally = Tally()
    part = 0
    while tally.updates < updates:
        with tempfile.TemporaryDirectory() as folder:
            town = Town(Path(folder))
            try:
                _deliver(town, tally, min(lifetime, updates - tally.updates), number + part * 1_000_003)
            finally:
                town.close()
        after_each(tally)
        part += 1
    return tally


def _deliver(town: Town, tally: Tally, updates: int, number: int) -> None:
    most = tally.updates + updates

    # Nothing is made smaller or repeated: the town remembers, so an example has no meaning by itself.
    @seed(number)
    @settings(
        # Enough in any case: a press where no button stands delivers nothing.
        max_examples=updates,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(steps(town.scene), min_size=BATCH, max_size=BATCH))
    def deliver(batch: list[Step]) -> None:
        if tally.updates >= most:
            raise _Enough
        town.deliver(batch, tally)

    with contextlib.suppress(_Enough):
        deliver()
