"""What a daily check-in says by itself: what was recorded that day, warnings, its text (handbook §6)."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.check_ins.check_in_fields import ON_LEAVE, WORKING, companies, is_counted
from handlers.forms.form import Form, FormTurn
from handlers.forms.progress import applying
from handlers.forms.screens import show
from handlers.translations import N_
from schedules.calendars import calendar_of
from storage.check_ins import check_in_of
from storage.day_records import records_of_day
from storage.leaves import overlapping_leaves
from storage.roster import EventKind

ROSTER_WORDS = {
    EventKind.hired: N_("joined {count}"),
    EventKind.training_started: N_("training started {count}"),
    EventKind.exam_passed: N_("exam passed {count}"),
    EventKind.exam_failed: N_("exam failed {count}"),
    EventKind.exam_absent: N_("exam missed {count}"),
    EventKind.drill_passed: N_("drill passed {count}"),
    EventKind.drill_failed: N_("drill failed {count}"),
    EventKind.trial_started: N_("trial started {count}"),
    EventKind.trial_passed: N_("trial passed {count}"),
    EventKind.trial_failed: N_("trial failed {count}"),
    EventKind.on_post: N_("on post {count}"),
    EventKind.eliminated: N_("eliminated {count}"),
    EventKind.left: N_("left {count}"),
    EventKind.rejoined: N_("rejoined {count}"),
    EventKind.moved: N_("moved {count}"),
}


def notes(turn: FormTurn) -> Sequence[str | Markup]:
    """The lines under the fields of the card: what is due, and what was recorded for the day."""
    t, session, person = turn.turn.t, turn.turn.session, turn.turn.who
    lines: list[str | Markup] = []
    if not calendar_of(session, person).is_workday(turn.day()):
        lines.append(t("{day} is a rest day: nothing is due, so this is kept as an extra.", day=t.day(turn.day())))
    if is_counted(turn):
        lines += recorded_lines(turn)
    else:
        lines.append(t("On leave: no numbers and no plan are needed."))
    return lines


def recorded_lines(turn: FormTurn) -> list[Markup]:
    """Orders, ride-alongs, drills, spot checks and roster changes recorded for the day."""
    t, person_id = turn.turn.t, turn.turn.who.id
    assert person_id is not None
    ids = [company.id for company in companies(turn) if company.id is not None]
    records = records_of_day(turn.turn.session, person_id, ids, turn.day())
    lines = [
        t(
            "📎 Recorded: orders {orders} · ride-alongs {ride_alongs} · drills {drills} · spot checks {checks}",
            orders=records.orders,
            ride_alongs=records.ride_alongs,
            drills=records.drills,
            checks=records.spot_checks,
        )
    ]
    changes = [
        t.plain(words, count=records.roster_changes[kind])
        for kind, words in ROSTER_WORDS.items()
        if kind in records.roster_changes
    ]
    if changes:
        lines.append(t("📎 Roster: {changes}", changes=" · ".join(changes)))
    return lines


def warnings(turn: FormTurn) -> Sequence[str | Markup]:
    """What to think over before confirming."""
    t, session, person_id = turn.turn.t, turn.turn.session, turn.turn.who.id
    assert person_id is not None
    day, lines = turn.day(), list[str | Markup]()
    if turn.record_id is None and check_in_of(session, person_id, day) is not None:
        lines.append(
            t(
                "The check-in for {day} is in already. Confirming replaces it; the earlier version is kept.",
                day=t.day(day),
            )
        )
    if turn.values.get("status") == WORKING and overlapping_leaves(session, person_id, day, day):
        lines.append(t("You are on leave on {day}: nothing is due. /leave changes that.", day=t.day(day)))
    return lines


def as_text(form: Form, turn: FormTurn) -> str:
    """The check-in as plain text, one labelled line per field: what the composed reports quote."""
    shown, inner = applying(form, turn)
    lines = [
        f"{turn.turn.t.plain(each.label)}: {show(each, inner.values[each.key], inner)}"
        for each in shown
        if inner.values.get(each.key) not in (None, [])
    ]
    if turn.values.get("status") != ON_LEAVE:
        lines += [str(line.unescape()) for line in recorded_lines(turn)]
    return "\n".join(lines)
