"""A bot process and a stand-in over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LiveWorld


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveWorld]:
    """The bot as a process, not started yet, on 2026-12-01 10:00."""
    world = LiveWorld(tmp_path)
    yield world
    world.close()
