"""The sample data of the demo: three companies in the middle of their work, told by dates around today.

Written through the commands the bot itself uses wherever there is one. The same moment always gives the same data.
No real persons, no customers.
"""

from datetime import datetime

from bot.demo.sample.follow_up import follow_up
from bot.demo.sample.people import settle_in
from bot.demo.sample.quiet import settle_clock
from bot.demo.sample.reports import hand_in
from bot.demo.sample.roster import fill_roster
from bot.demo.sample.story import Story
from storage.database import Database
from storage.migration import upgrade

__all__ = ["load_sample"]


def load_sample(database_url: str, now: datetime) -> None:
    """Make the database and fill it as of `now` (aware, UTC)."""
    upgrade(database_url)
    database = Database(database_url)
    try:
        with database.transaction() as session:
            story = Story(session, now)
            settle_in(story)
            fill_roster(story)
            follow_up(story)
            hand_in(story)
            settle_clock(story)
    finally:
        database.close()
