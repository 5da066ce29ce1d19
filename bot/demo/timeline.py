"""What the bot will do next, for the page: the only place where the demo asks the planner."""

import importlib
import importlib.util
from dataclasses import dataclass
from datetime import datetime

from bot.demo.refusal import JsonObject
from storage.database import Database


@dataclass(frozen=True)
class Coming:
    """One thing the bot will do. `at` is aware UTC; `people` is how many it concerns."""

    at: datetime
    kind: str
    detail: str
    people: int

    def as_json(self) -> JsonObject:
        return {"at": self.at.isoformat(), "kind": self.kind, "detail": self.detail, "people": self.people}


def next_to_come(database_url: str, now: datetime, limit: int = 30) -> list[Coming]:
    """What lies ahead, the soonest first; blocking, so call it in a thread. Empty without a preview."""
    if importlib.util.find_spec("schedules.preview") is None:
        return []
    preview = importlib.import_module("schedules.preview")
    database = Database(database_url)
    try:
        with database.transaction() as session:
            return [
                Coming(ahead.at, ahead.kind, ahead.detail, ahead.people)
                for ahead in preview.upcoming(session, now, limit)
            ]
    finally:
        database.close()
