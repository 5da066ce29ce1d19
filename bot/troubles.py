"""Noticing what keeps the bot from its work, so that admins hear of it in one message once it is over."""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot.clock import Clock
from schedules.notices import DATABASE, TELEGRAM, plan_trouble_notice

WORTH_TELLING = 60.0
"""Seconds; what passes sooner nobody has noticed."""


@dataclass(frozen=True)
class _Trouble:
    what: str
    since: datetime
    since_monotonic: float


class Troubles:
    """The trouble there is, from its first sign until all is well."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._present: _Trouble | None = None

    @property
    def present(self) -> bool:
        """Whether something is wrong at this moment."""
        return self._present is not None

    def strike(self, error: Exception) -> None:
        """Something failed: the database, or the way to Telegram."""
        if self._present is None:
            what = DATABASE if isinstance(error, SQLAlchemyError) else TELEGRAM
            self._present = _Trouble(what, self._clock.now(), time.monotonic())

    def end(self, session: Session, now: datetime) -> None:
        """All is well, in the transaction that says so. A trouble that lasted is told to the admins."""
        trouble = self._present
        if trouble is not None and time.monotonic() - trouble.since_monotonic >= WORTH_TELLING:
            plan_trouble_notice(session, trouble.what, trouble.since, now)

    def forget(self) -> None:
        """What `end` planned has been committed."""
        self._present = None
