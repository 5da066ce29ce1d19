"""The forum 论坛, held every three months: admins enter its date and are reminded of the next one (handbook §3)."""

from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from handlers.access import ADMINS
from handlers.follow_up.own_lists import argument
from handlers.forms import driver
from handlers.forms.fields import Field, Values, Wrong
from handlers.forms.form import Form, FormTurn
from handlers.forms.kinds import Day, Text
from handlers.keyboards import Button, button_data, reply_markup
from handlers.outgoing import Outgoing
from handlers.people.roles import number, translator_for
from handlers.translations import N_
from handlers.turn import Surroundings, Turn
from schedules.forum import STAGES
from storage.forums import forum_on, last_forum, recent_forums, record_forum
from storage.groups import record_audit
from storage.outbox import OutboxMessage
from storage.people import Person, PersonState, Role
from storage.problems import Forum

START, EDIT = "forum", "forum_edit"
LISTED = 4


def start(turn: Turn) -> None:
    """`/forum`, 论坛: when the last ones were, and the form for one that was held."""
    written = turn.arguments if turn.press is None else ""
    forums = recent_forums(turn.session, LISTED)
    if forums and not written:
        t = turn.t
        lines = [t("<b>Forums held</b>")]
        lines += [_line(turn, forum) for forum in forums]
        lines.append(t("Next one due by {day}.", day=t.day(forums[0].day + timedelta(days=STAGES[-1]))))
        edits = [Button(f"✏️ {t.day(forum.day)}", button_data(EDIT, forum.id)) for forum in forums[:2]]
        turn.say(Markup("\n").join(lines), [edits])
    driver.start(turn, FORUM, pasted=written)


def pressed_edit(turn: Turn) -> None:
    """The Edit button of a forum."""
    driver.start(turn, FORUM, record_id=number(argument(turn)) or 0)


def compose_forum_due(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """To an admin: the next forum is near, or due; None when one was entered meanwhile."""
    admin, last = session.get(Person, message.content["person_id"]), last_forum(session)
    if admin is None or admin.state is not PersonState.active or admin.role is not Role.admin:
        return None
    if last is None or last.day.isoformat() != message.content["day"]:
        return None
    t = translator_for(admin, surroundings)
    day, ends = t.day(last.day), t.day(last.day + timedelta(days=STAGES[-1]))
    if message.content["stage"] == STAGES[-1]:
        text = t("🗣 The last forum was on {day}, three months ago: it is time for the next one.", day=day)
    else:
        text = t(
            "🗣 The last forum was on {day}. The next one is due by {ends}: time to fix a date.", day=day, ends=ends
        )
    held = Button(t.plain(N_("It was held")), button_data(START))
    params = {
        "chat_id": admin.telegram_id,
        "text": str(text),
        "parse_mode": "HTML",
        "reply_markup": reply_markup([[held]]),
    }
    return Outgoing("sendMessage", params)


def _line(turn: Turn, forum: Forum) -> Markup:
    topic = f" · {forum.topic}" if forum.topic else ""
    return Markup("{} {}{}").format(forum.day.isoformat(), turn.t.day(forum.day), topic)


def _load(turn: Turn, record_id: int) -> Values | None:
    forum = turn.session.get(Forum, record_id)
    return None if forum is None else {"day": forum.day.isoformat(), "topic": forum.topic or None}


def _check_day(turn: FormTurn, value: Any) -> None:
    known = forum_on(turn.turn.session, date.fromisoformat(value))
    if known is not None and known.id != turn.record_id:
        raise Wrong(N_("A forum on {day} is entered already. Please send another day."), day=turn.turn.t.day(known.day))


def _save(turn: FormTurn) -> None:
    t, session, day, topic = turn.turn.t, turn.turn.session, turn.day(), turn.values.get("topic") or ""
    if turn.record_id is None:
        forum = record_forum(session, day, topic, turn.turn.person_id, turn.turn.now)
    else:
        forum = session.get_one(Forum, turn.record_id)
        before = {"day": forum.day.isoformat(), "topic": forum.topic}
        forum.day, forum.topic = day, topic
        details = {"forum": forum.id, "before": before}
        record_audit(session, turn.turn.now, turn.turn.person_id, "forum.changed", details)
    session.flush()
    lines = [t("✅ Forum of {day} entered.", day=t.day(day))]
    last = last_forum(session)
    if last is not None and last.day + timedelta(days=STAGES[0]) > turn.today:
        lines.append(t("Admins are reminded from {day} on.", day=t.day(last.day + timedelta(days=STAGES[0]))))
    edit = Button(t.plain(N_("✏️ Edit")), button_data(EDIT, forum.id))
    turn.turn.redraw(Markup("\n").join(lines), [[edit]])


FORUM = Form(
    name="forum",
    title=N_("Forum"),
    words=("论坛", "forum"),
    fields=(
        Field(
            key="day",
            label=N_("Date"),
            ask=N_("On which day was the forum held?"),
            kind=Day(),
            words=("日期",),
            check=_check_day,
        ),
        Field(
            key="topic",
            label=N_("Topic"),
            ask=N_("What was it about?"),
            kind=Text(2, 100),
            required=False,
            words=("主题", "topic"),
        ),
    ),
    save=_save,
    roles=ADMINS,
    confirm_label=N_("✅ Confirm"),
    example=N_("Forum\nDate: 11/20\nTopic: keeping new hires"),
    load=_load,
)
