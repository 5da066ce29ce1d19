"""Every kind of message that is made when it is sent: reminders, boards, cards, workbooks.

Replies are written with their text ready (kind `call`); everything listed here is composed by the sender at the last
moment, so that it is in the reader's language and true, and so that a nag whose report has come in is dropped.
"""

from handlers import boards, reminders
from handlers.outgoing import Composer
from schedules.boards import BOARD

COMPOSERS: dict[str, Composer] = {
    BOARD: boards.compose_board,
    **reminders.COMPOSERS,
}
