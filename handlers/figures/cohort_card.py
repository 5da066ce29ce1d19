"""The card of a cohort: its figures as a caption under a picture of its orders; aggregates only (handbook §5, §7, §10).

Made when it is sent, so that what a person asked for, what an admin posts and what the clock posts are the same card.
"""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from handlers.figures.figures_text import (
    elimination_text,
    order_level_text,
    order_rate_text,
    retention_text,
    ride_along_text,
    spot_check_text,
    state_text,
    survival_text,
    training_pass_text,
    trial_pass_text,
    window_text,
)
from handlers.keyboards import Button, button_data, reply_markup
from handlers.outgoing import PICTURE_FAILED, Outgoing
from handlers.pictures.cohort_picture import CohortPicture, cohort_labels, draw_cohort
from handlers.reports.order_rate import correction_line
from handlers.translations import N_, Translator, language_of_code, translator
from handlers.turn import Surroundings
from schedules.order_rate import corrections_of
from schedules.periods import Period, local_day
from storage.cohort_figures import CohortFigures, figures_of_cohort, three_month_survival
from storage.coverage import Coverage, coverage
from storage.daily_orders import DailyOrders, daily_orders
from storage.hire_state import WINDOW_DAYS, day_no
from storage.outbox import OutboxMessage
from storage.roster import CohortId

HIRES = "cohort_hires"
"""The button that lists a cohort's hires, in private chats."""


def compose_cohort_card(
    session: Session, message: OutboxMessage, now: datetime, surroundings: Surroundings
) -> Outgoing | None:
    """The card as the figures stand at `now`; None when the cohort is gone."""
    cohort_id = CohortId(int(message.content["cohort_id"]))
    figures = figures_of_cohort(session, cohort_id, local_day(now, surroundings.zone))
    if figures is None:
        return None
    t = translator_of(message, surroundings)
    lines = [card_text(t, figures, _covered(session, figures)), *_survived(session, t, figures)]
    text = str(Markup("\n").join([*lines, *_corrected(session, t, figures)]))
    params = address(message)
    if is_private(message):
        names = Button(t.plain(N_("👥 Hire by hire")), button_data(HIRES, cohort_id, 0))
        params["reply_markup"] = reply_markup([[names]])
    if message.error.startswith(PICTURE_FAILED):
        return Outgoing("sendMessage", params | {"text": text})
    picture = picture_of(t, figures, daily_orders(session, cohort_id, figures.as_of))
    return Outgoing(
        "sendPhoto",
        params | {"caption": text},
        file_field="photo",
        file_name=f"cohort-{cohort_id}-{figures.as_of.isoformat()}.png",
        make_file=partial(draw_cohort, picture),
    )


def card_text(t: Translator, figures: CohortFigures, covered: Coverage) -> Markup:
    """The caption: short lines, each figure with its fraction."""
    lines = [
        Markup("<b>📊 {}</b> · {}").format(figures.name, figures.company_name),
        _line(t, N_("Order rate"), order_rate_text(t, figures)),
        _line(t, N_("Order level"), order_level_text(t, figures, labelled=False)),
        _line(t, N_("Retention"), retention_text(t, figures, labelled=False)),
        _line(t, N_("Training pass rate"), training_pass_text(figures)),
        _line(t, N_("Elimination rate"), elimination_text(figures)),
        _line(t, N_("Trial pass rate"), trial_pass_text(t, figures)),
        _line(t, N_("Ride-along coverage"), ride_along_text(t, covered, labelled=False)),
        _line(t, N_("Spot-check coverage"), spot_check_text(t, covered, labelled=False)),
        _line(t, N_("Window"), window_text(figures)),
        _line(t, N_("State"), state_text(t, figures)),
    ]
    return Markup("\n").join(lines)


def picture_of(t: Translator, figures: CohortFigures, daily: DailyOrders) -> CohortPicture:
    """What the picture shows: the same texts as the caption, and the orders by day of the window."""
    window_days = daily.window_days or WINDOW_DAYS
    sold = daily.hires_with_order
    return CohortPicture(
        title=figures.name,
        company=figures.company_name,
        subtitle=window_text(figures) if figures.closes_on is not None else "",
        window_days=window_days,
        daily_orders=_filled(daily.orders, 0, window_days),
        hires_with_orders=_filled(sold, sold[-1] if sold else 0, window_days),
        on_post=figures.on_post,
        numerator=figures.ordered_and_stayed,
        rate_text=order_rate_text(t, figures, labelled=False),
        level_text=order_level_text(t, figures, labelled=False),
        retention_text=retention_text(t, figures, labelled=False),
        labels=cohort_labels(
            t.plain,
            interim=figures.interim,
            on_post=figures.on_post,
            orders=figures.orders,
            today_no=len(daily.orders),
        ),
        interim=figures.interim,
        today_no=len(daily.orders),
        reached_by_all=_reached_by_all(figures, window_days),
        leavers_text=t.plain(N_("{count} left"), count=figures.leavers) if figures.leavers else "",
    )


def translator_of(message: OutboxMessage, surroundings: Surroundings) -> Translator:
    """The language a message was planned in, else the bot's default."""
    return translator(language_of_code(message.content.get("language"), surroundings.language))


def address(message: OutboxMessage) -> dict[str, Any]:
    """Where a composed message goes, the topic of a forum included."""
    params: dict[str, Any] = {"chat_id": message.chat_id, "parse_mode": "HTML"}
    if message.content.get("thread_id") is not None:
        params["message_thread_id"] = message.content["thread_id"]
    return params


def is_private(message: OutboxMessage) -> bool:
    """Whether it goes to one person: groups have negative ids at Telegram."""
    return message.chat_id > 0


def _covered(session: Session, figures: CohortFigures) -> Coverage:
    return coverage(session, [figures.cohort_id], figures.as_of)[figures.cohort_id]


def _survived(session: Session, t: Translator, figures: CohortFigures) -> list[Markup]:
    """Who is there three months after going on post, once the window is over (handbook §5.4)."""
    if figures.interim:
        return []
    survivals = three_month_survival(session, [figures.cohort_id], figures.as_of)
    return [_line(t, N_("Survival at 3 months"), survival_text(t, each)) for each in survivals]


def _corrected(session: Session, t: Translator, figures: CohortFigures) -> list[Markup]:
    """What was submitted of the cohort beside what it is now, when they differ (handbook §5.2)."""
    every_month = Period.monthly_of(figures.as_of).next().first
    corrections = corrections_of(session, figures.company_id, every_month, figures.as_of)
    own = [each for each in corrections if each.submitted.cohort_id == figures.cohort_id]
    return [Markup("✏️ {}").format(correction_line(t, each)) for each in own]


def _line(t: Translator, label: str, value: str) -> Markup:
    return t("{label} {value}", label=t(label), value=value)


def _filled(days: tuple[int, ...], value: int, length: int) -> tuple[int, ...]:
    return days + (value,) * (length - len(days))


def _reached_by_all(figures: CohortFigures, window_days: int) -> int | None:
    """The day of the window that the hires who started last have reached; None while nobody is on post."""
    if figures.closes_on is None:
        return None
    last_start: date = figures.closes_on - timedelta(days=window_days - 1)
    return max(0, min(day_no(last_start, figures.as_of), window_days))
