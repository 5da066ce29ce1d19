"""Where the clock of the demo begins: what lies behind has been asked for; what the group has not seen yet goes out."""

from sqlmodel import col, select

from bot.demo.cast import GROUP_ID
from bot.demo.sample.story import Story
from schedules.periods import ZONE
from schedules.planner import tick
from storage.outbox import OutboxMessage, OutboxState


def settle_clock(story: Story) -> None:
    """Let the planner do what is due; its private messages count as sent, those to the group are still to be sent."""
    tick(story.session, story.now, ZONE)
    is_private = (col(OutboxMessage.chat_id) != GROUP_ID, OutboxMessage.state == OutboxState.open)
    for message in story.session.exec(select(OutboxMessage).where(*is_private)).all():
        message.state, message.sent_at = OutboxState.sent, story.now
    story.session.flush()
