"""Every kind of message that is made when it is sent: reminders, boards, cards, workbooks.

Replies are written with their text ready (kind `call`); everything listed here is composed by the sender at the last
moment, so that it is in the reader's language and true, and so that a nag whose report has come in is dropped.
"""

from dataclasses import replace
from datetime import datetime

from handlers.figures import cohort_card, export, missing, standings, thanks, trend
from handlers.follow_up import forum, open_items, problem_answer
from handlers.outgoing import Composer, Outgoing
from handlers.people import my_data
from handlers.reminding import boards, reminders
from handlers.reports import announced, report_mail
from handlers.roster import roster_workbook
from handlers.turn import Surroundings
from handlers.working_days import month_view
from schedules.boards import BOARD, WEEKLY_STATE
from schedules.forum import FORUM_DUE
from schedules.open_items import OPEN_ITEMS, UNANSWERED
from schedules.posts import COHORT_CARD, COMPANIES
from schedules.thanks import THANKS
from storage.database import snapshot
from storage.outbox import OutboxMessage

COMPOSERS: dict[str, Composer] = {
    BOARD: boards.compose_board,
    WEEKLY_STATE: boards.compose_board,
    **reminders.COMPOSERS,
    COHORT_CARD: cohort_card.compose_cohort_card,
    COMPANIES: standings.compose_companies,
    roster_workbook.WORKBOOK: roster_workbook.compose_roster,
    roster_workbook.TEMPLATE: roster_workbook.compose_template,
    missing.ASKED: missing.compose_asked_reminder,
    OPEN_ITEMS: open_items.compose_open_items,
    UNANSWERED: problem_answer.compose_unanswered,
    FORUM_DUE: forum.compose_forum_due,
    month_view.MONTH: month_view.compose_month,
    THANKS: thanks.compose_thanks,
    export.WORKBOOK: export.compose_export,
    trend.PICTURE: trend.compose_picture,
    trend.TABLE: trend.compose_table,
    my_data.MY_DATA: my_data.compose_my_data,
    announced.TOLD: report_mail.compose_told,
    announced.MAIL: report_mail.compose_mail,
}

GATHERED = frozenset({export.WORKBOOK, announced.MAIL})
"""Kinds whose material takes seconds to gather: beside the others, from a snapshot (`compose_and_make`)."""


def compose_and_make(
    url: str, message_id: int, now: datetime, surroundings: Surroundings
) -> tuple[Outgoing, bytes | None] | None:
    """Compose a message of the outbox and make its file, for a process that has only the database's address.

    None when the message is of no use any more.
    """
    with snapshot(url) as session:
        message = session.get(OutboxMessage, message_id)
        outgoing = COMPOSERS[message.kind](session, message, now, surroundings) if message is not None else None
    if outgoing is None:
        return None
    return replace(outgoing, make_file=None), outgoing.make_file() if outgoing.make_file is not None else None
