"""/summary: the cards of the cohorts in progress, posted to the shared group on an admin's request (handbook §7).

A cohort's card goes out at most once an hour, however often it is asked for.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers.figures.once_an_hour import plan_once_an_hour
from handlers.forms.numbers import half_width
from handlers.keyboards import Button, button_data
from handlers.roster import roster_scope
from handlers.translations import N_
from handlers.turn import Turn
from schedules.posts import COHORT_CARD
from storage.cohort_figures import CohortFigures, cohorts_in_progress
from storage.groups import Group, shared_group
from storage.people import CompanyId, name_key

SEND = "summary_send"
MOST_AT_ONCE = 10
"""More cards than this are posted only after a second look: each is a post in everybody's group."""
GOOD_FOR = timedelta(hours=6)


def summary(turn: Turn) -> None:
    """`/summary [company]`: post the current cards, of all companies or of one."""
    companies = roster_scope.companies(turn)
    wanted = name_key(half_width(turn.arguments))
    if wanted:
        companies = [company for company in companies if name_key(company.name) == wanted]
        if not companies:
            turn.say(turn.t("I know no company “{name}”.", name=turn.arguments[:60]))
            return
    group = shared_group(turn.session)
    if group is None:
        turn.say(turn.t("There is no shared group yet: please send /link in the group."))
        return
    running = cohorts_in_progress(turn.session, [c.id for c in companies if c.id is not None], turn.today)
    if not running:
        turn.say(turn.t("No cohort is in progress at the moment, so there is no card to post."))
    elif len(running) > MOST_AT_ONCE:
        number = companies[0].id if wanted else 0
        yes = Button(turn.t.plain(N_("Post {count} cards"), count=len(running)), button_data(SEND, number))
        turn.say(turn.t("That would be {count} posts in the group. Shall I?", count=len(running)), [[yes]])
    else:
        _post(turn, group, running)


def pressed_send(turn: Turn) -> None:
    """The answer to the question whether so many cards are wanted: `summary_send:0`, or a company's number."""
    group = shared_group(turn.session)
    number = turn.press.arguments[0] if turn.press is not None and turn.press.arguments else ""
    ids: list[CompanyId] = roster_scope.company_ids(turn)
    if number != "0":
        ids = [company_id for company_id in ids if str(company_id) == number]
    running = cohorts_in_progress(turn.session, ids, turn.today)
    if group is None or not running:
        turn.toast(turn.t.plain(N_("There is nothing to post any more.")))
        return
    _post(turn, group, running)


def _post(turn: Turn, group: Group, running: Sequence[CohortFigures]) -> None:
    posted = sum(_plan(turn, group, figures, turn.now) for figures in running)
    t = turn.t
    lines = [t("Cards posted to the group: {count}.", count=posted)]
    if posted < len(running):
        lines.append(t("Posted within the last hour already: {count}.", count=len(running) - posted))
    turn.redraw(lines[0] if len(lines) == 1 else lines[0] + "\n" + lines[1])


def _plan(turn: Turn, group: Group, figures: CohortFigures, now: datetime) -> bool:
    content: dict[str, Any] = {"cohort_id": figures.cohort_id}
    if group.language:
        content["language"] = group.language
    if group.thread_id is not None:
        content["thread_id"] = group.thread_id
    return plan_once_an_hour(
        turn.session,
        key=f"summary:cohort {figures.cohort_id}",
        chat_id=group.chat_id,
        kind=COHORT_CARD,
        content=content,
        now=now,
        expires_at=now + GOOD_FOR,
    )
