"""Asking the bot for figures in process: what is answered and composed, and what it cost the database.

Everything runs in a transaction that is rolled back, so that a question can be asked again and again.
"""

import json
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import event
from sqlmodel import Session, col, func, select

from bot.reading import read_update
from handlers.announcements import COMPOSERS
from handlers.dispatch import answer
from handlers.turn import Surroundings
from schedules.boards import BOARD
from schedules.planner import plan_more, tick
from storage.database import Database
from storage.outbox import OutboxMessage, OutboxState, plan_message

ZONE = ZoneInfo("Asia/Shanghai")
SURROUNDINGS = Surroundings(zone=ZONE, language="zh", bot_id=1, bot_username="benchmark_bot")
INSTRUCTIONS = 100
"""SQLite is asked to report so many of its own instructions at a time."""


@dataclass
class Cost:
    """What one question cost."""

    seconds: float = 0.0
    statements: int = 0
    instructions: int = 0
    """Of SQLite's virtual machine, in hundreds: the rows it looked at, whatever machine it runs on."""
    queries: list[tuple[str, Any]] = field(default_factory=list)
    planned: int = 0
    """Messages put into the outbox."""


class _Driver(Protocol):
    def set_progress_handler(self, handler: Callable[[], int] | None, n: int, /) -> None: ...


class Asking:
    """A stored town, at a moment."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now

    def says(self, account: int, text: str) -> Cost:
        """What it costs to answer a message, pictures and workbooks not drawn."""
        sender = {"id": account, "is_bot": False, "first_name": "N"}
        message = {"message_id": 1, "date": int(self.now.timestamp()), "chat": {"id": account, "type": "private"}}
        update = read_update(json.dumps({"message": message | {"from": sender, "text": text}}))
        return self._counted(lambda session: answer(session, update, self.now, SURROUNDINGS))

    def posts_board(self, period: str) -> Cost:
        """What it costs to compose a board, such as `daily:2026-11-25`."""

        def plan(session: Session) -> None:
            plan_message(
                session,
                key="benchmark",
                chat_id=-1_000_000,
                kind=BOARD,
                content={"period": period, "digest": "x"},
                now=self.now,
                slot=f"{BOARD}:{period}",
            )

        return self._counted(plan)

    def ticks(self) -> Cost:
        """What a tick of the planner costs, with what it leaves to be gone on with; what it planned is not sent."""

        def plan(session: Session) -> None:
            through = tick(session, self.now, ZONE).through
            while through is not None:
                through = plan_more(session, self.now, ZONE, through).through

        return self._counted(plan, compose=False)

    def _counted(self, work: Callable[[Session], object], *, compose: bool = True) -> Cost:
        cost = Cost()
        with Session(self.database.engine, expire_on_commit=False) as session:
            newest = session.exec(select(OutboxMessage.id).order_by(col(OutboxMessage.id).desc()).limit(1)).first()
            with self._counting(session, cost):
                work(session)
                if compose:
                    self._compose(session, newest or 0)
                session.flush()
            cost.planned = session.exec(
                select(func.count()).select_from(OutboxMessage).where(col(OutboxMessage.id) > (newest or 0))
            ).one()
            session.rollback()
        return cost

    def _compose(self, session: Session, newest: int) -> None:
        rows = session.exec(
            select(OutboxMessage).where(col(OutboxMessage.id) > newest, OutboxMessage.state == OutboxState.open)
        ).all()
        assert rows, "the bot said nothing"
        for row in rows:
            if row.kind != "call":
                assert COMPOSERS[row.kind](session, row, self.now, SURROUNDINGS) is not None

    @contextmanager
    def _counting(self, session: Session, cost: Cost) -> Any:
        driver: _Driver = session.connection().connection.driver_connection  # type: ignore[assignment]  # sqlite3's

        def count(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
            cost.statements += 1
            cost.queries.append((statement, parameters))

        def step() -> int:
            cost.instructions += 1
            return 0

        driver.set_progress_handler(step, INSTRUCTIONS)
        event.listen(self.database.engine, "before_cursor_execute", count)
        started = time.perf_counter()
        try:
            yield
        finally:
            cost.seconds = time.perf_counter() - started
            event.remove(self.database.engine, "before_cursor_execute", count)
            driver.set_progress_handler(None, 0)


def utc(local: str) -> datetime:
    """A local time such as "2026-11-26 10:00" as an instant."""
    return datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)
