"""Making known that a report was handed in: to each admin in the bot, and by e-mail where a mail server is set.

Both are planned in the transaction that keeps the report, so a mail server that is down delays the mail and never the
report. What they say is made when they are sent (`handlers.reports.report_mail`). Each version is told once.
"""

from handlers.turn import Turn
from storage.outbox import Priority, plan_message
from storage.people import Role, active_people
from storage.reports import Report

TOLD, MAIL = "report_sent", "mail"
MAIL_CHAT = 0
"""Mails stand in the outbox under this chat, which Telegram has not: one after the other, in their order."""


def announce(turn: Turn, report: Report) -> None:
    """Tell the admins of a report, or of a new version, and plan its mail. Doing it twice changes nothing."""
    content = {"report": report.id, "version": report.version}
    for admin in active_people(turn.session, Role.admin):
        if admin.reachable and admin.id != turn.person_id:
            plan_message(
                turn.session,
                key=f"report-sent:{report.id}:{report.version}:person {admin.id}",
                chat_id=admin.telegram_id,
                kind=TOLD,
                content=content | {"person": admin.id},
                now=turn.now,
            )
    plan_message(
        turn.session,
        key=f"report-mail:{report.id}:{report.version}",
        chat_id=MAIL_CHAT,
        kind=MAIL,
        content=content | {"language": turn.t.language},
        now=turn.now,
        priority=Priority.broadcast,
    )
