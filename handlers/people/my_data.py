"""`/mydata`: everything kept about somebody, as a file for themselves (handbook §10)."""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from handlers.figures.cohort_card import address, translator_of
from handlers.figures.once_an_hour import plan_once_an_hour
from handlers.outgoing import Outgoing
from handlers.translations import N_
from handlers.turn import Surroundings, Turn
from storage.outbox import OutboxMessage
from storage.people import Company, Person, PersonState
from storage.personal_data import Record, everything_about

MY_DATA = "my_data"
OF_USE = timedelta(days=1)


def my_data(turn: Turn) -> None:
    """`/mydata`: the file is made when it is sent; at most one an hour, as it reads every table."""
    t = turn.t
    new = plan_once_an_hour(
        turn.session,
        key=f"my-data:person {turn.person_id}",
        chat_id=turn.chat.id,
        kind=MY_DATA,
        content={"person": turn.person_id, "language": t.language},
        now=turn.now,
        expires_at=turn.now + OF_USE,
    )
    if new:
        turn.say(t(N_("I am putting together everything I keep about you. The file comes in a moment.")))
    else:
        turn.say(t(N_("I sent you this file less than an hour ago. Please ask again later.")))


def compose_my_data(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The file; nothing when whoever asked takes part no more, or the chat is not theirs."""
    person = session.get(Person, message.content["person"])
    if person is None or person.state is not PersonState.active or person.telegram_id != message.chat_id:
        return None
    t, local = translator_of(message, surroundings), now.astimezone(surroundings.zone)
    records = everything_about(session, person)
    whole = {
        "what": t.plain(
            N_(
                "Everything the bot keeps about you: what is about you, what you recorded, and what passed through "
                "our chat. Instants are in UTC, days are local."
            )
        ),
        "made_at": local.isoformat(timespec="seconds"),
        "companies": _company_names(session, records),
        "records": records,
    }
    params = address(message) | {"caption": str(t(N_("Everything I keep about you.")))}
    name = f"mydata-{local:%y%m%d}.json"
    return Outgoing("sendDocument", params, file_field="document", file_name=name, make_file=partial(_written, whole))


def _company_names(session: Session, records: dict[str, list[Record]]) -> dict[str, str]:
    """What the companies are called whose ids stand in the records."""
    ids = {row["company_id"] for rows in records.values() for row in rows if row.get("company_id") is not None}
    companies = session.exec(select(Company).where(col(Company.id).in_(ids)).order_by(col(Company.id))).all()
    return {str(company.id): company.name for company in companies}


def _written(whole: dict[str, Any]) -> bytes:
    return json.dumps(whole, ensure_ascii=False, indent=2).encode()
