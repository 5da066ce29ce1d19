"""Files sent to the bot: what they are is told from their names, and each kind has one reader.

A file is fetched, and a table in it read, before the message is answered: both take as long as whoever sent it likes,
and neither may hold up other people.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from handlers.roster import roster_files
from handlers.turn import FetchedFile, Turn
from handlers.updates import PRIVATE, Message
from handlers.working_days import holiday_file
from storage.people import PersonState, person_by_telegram_id

READERS: dict[str, Callable[[Turn], None]] = {
    ".xlsx": roster_files.read_upload,
    ".csv": roster_files.read_upload,
    ".xls": roster_files.old_format,
    ".json": holiday_file.read_upload,
}
"""By file name ending, lower case with its dot."""
TABLES = frozenset({".xlsx", ".csv"})


@dataclass(frozen=True)
class WantedFile:
    """A file that has to be fetched before its message can be answered."""

    file_id: str
    file_name: str


def wanted_file(session: Session, message: Message | None) -> WantedFile | None:
    """The file that has to be fetched before the message is answered: only from people who take part."""
    if message is None or message.document is None or message.sender is None:
        return None
    if message.chat.type != PRIVATE:
        return None
    person = person_by_telegram_id(session, message.sender.id)
    if person is None or person.state is not PersonState.active:
        return None
    return WantedFile(message.document.file_id, message.document.file_name)


def look_into(file_name: str, content: bytes) -> FetchedFile:
    """Read the table in a file, if that is what it is. Takes seconds: not for the event loop, nor for a transaction."""
    return roster_files.look_into(file_name, content) if _ending(file_name) in TABLES else FetchedFile(content)


def take(turn: Turn) -> None:
    """Hand an uploaded file to its reader, or say which files are understood."""
    upload = turn.upload
    if upload is None:
        return
    reader = READERS.get(_ending(upload.file_name))
    if reader is None:
        turn.say(turn.t("I cannot read this file. /help shows what I understand."))
    elif upload.file is None:
        turn.say(turn.t("I could not fetch this file, or it is too large. Please send it again, at most 5 MB."))
    else:
        reader(turn)


def _ending(file_name: str) -> str:
    return "." + file_name.rpartition(".")[2].lower()
