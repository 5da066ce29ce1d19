"""Files sent to the bot: what they are is told from their names, and each kind has one reader."""

from collections.abc import Callable

from sqlmodel import Session
from telegram import Chat as TelegramChat
from telegram import Message

from handlers.roster import roster_files
from handlers.turn import Turn
from handlers.working_days import holiday_file
from storage.people import PersonState, person_by_telegram_id

READERS: dict[str, Callable[[Turn], None]] = {
    ".xlsx": roster_files.read_upload,
    ".csv": roster_files.read_upload,
    ".xls": roster_files.old_format,
    ".json": holiday_file.read_upload,
}
"""By file name ending, lower case with its dot."""


def wanted_file(session: Session, message: Message | None) -> str | None:
    """The id of a file that has to be fetched before the message is answered: only from people who take part."""
    if message is None or message.document is None or message.from_user is None:
        return None
    if message.chat.type != TelegramChat.PRIVATE:
        return None
    person = person_by_telegram_id(session, message.from_user.id)
    return message.document.file_id if person is not None and person.state is PersonState.active else None


def take(turn: Turn) -> None:
    """Hand an uploaded file to its reader, or say which files are understood."""
    upload = turn.upload
    if upload is None:
        return
    reader = READERS.get("." + upload.file_name.rpartition(".")[2].lower())
    if reader is None:
        turn.say(turn.t("I cannot read this file. /help shows what I understand."))
    elif upload.content is None:
        turn.say(turn.t("I could not fetch this file, or it is too large. Please send it again, at most 5 MB."))
    else:
        reader(turn)
