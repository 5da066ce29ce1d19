"""The monthly thank-you list in the group: the managers whose dailies were all on time. Nobody else is named."""

from datetime import date, datetime

from markupsafe import Markup
from sqlmodel import Session

from handlers.figures.cohort_card import address, translator_of
from handlers.outgoing import Outgoing
from handlers.turn import Surroundings
from schedules.calendars import deadline_rules
from schedules.periods import Period
from schedules.settings import THANK_YOU, value_of
from schedules.thanks import always_on_time
from storage.outbox import OutboxMessage
from storage.people import display_name

MOST_NAMES = 150


def compose_thanks(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The list as it stands when it is sent; None when it is empty, or was switched off meanwhile."""
    if not value_of(session, THANK_YOU):
        return None
    month = Period.monthly_of(date.fromisoformat(message.content["month"]))
    people = always_on_time(session, month, now, deadline_rules(session, surroundings.zone))
    if not people:
        return None
    t = translator_of(message, surroundings)
    names = t.plain(", ").join(display_name(person) for person in people[:MOST_NAMES])
    more = f" +{len(people) - MOST_NAMES}" if len(people) > MOST_NAMES else ""
    lines = [
        t("<b>💐 Thank you for {month}</b>", month=month.label),
        t("Every daily report was in on time: {names}{more}", names=names, more=more),
    ]
    return Outgoing("sendMessage", address(message) | {"text": str(Markup("\n").join(lines))})
