"""What is said when something went wrong on our side."""

from datetime import datetime

from sqlmodel import Session

from handlers.translations import LANGUAGES, N_, language_of_code, translator
from handlers.turn import Surroundings
from handlers.updates import PRIVATE, Update
from storage import outbox
from storage.people import Role, active_people, person_by_telegram_id


def say_put_aside(
    session: Session, update: Update | None, update_id: int, now: datetime, surroundings: Surroundings
) -> None:
    """Tell the person that something failed and was kept, and the admins that there is something to look at."""
    user = update.sender if update is not None else None
    chat = update.chat if update is not None else None
    if user is not None and chat is not None and chat.type == PRIVATE:
        person = person_by_telegram_id(session, user.id)
        if person is not None:
            chosen = next((x for x in LANGUAGES if x == person.language), None)
            t = translator(chosen or language_of_code(user.language_code, surroundings.language))
            text = t(
                "Sorry, something went wrong on my side. What you sent is kept and an admin has been told; "
                "please try again, or go on with /help."
            )
            _send(session, chat.id, text, now)
    for admin in active_people(session, Role.admin):
        chosen = next((x for x in LANGUAGES if x == admin.language), surroundings.language)
        words = N_("Update {number} failed several times and was put aside. /status shows what waits.")
        text = translator(chosen)(words, number=update_id)
        # A fault that meets everybody is told once an hour, not once for each.
        key = f"put-aside:{now:%Y-%m-%dT%HZ}:person {admin.id}"
        params = {"chat_id": admin.telegram_id, "text": str(text), "parse_mode": "HTML"}
        outbox.plan_message(
            session,
            key=key,
            chat_id=admin.telegram_id,
            kind="call",
            content={"method": "sendMessage", "params": params},
            now=now,
        )


def _send(session: Session, chat_id: int, text: str, now: datetime) -> None:
    params = {"chat_id": chat_id, "text": str(text), "parse_mode": "HTML"}
    outbox.say(session, chat_id, "sendMessage", params, now)
