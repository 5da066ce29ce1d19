"""Every table of the bot in one place: importing this module fills `metadata`, which migrations compare against."""

from sqlmodel import SQLModel

from storage import (  # noqa: F401  imported for their tables
    calendar_days,
    conversations,
    exemptions,
    follow_up,
    groups,
    inbox,
    orders,
    outbox,
    people,
    problems,
    ratings,
    reports,
    roster,
    tallies,
    trainings,
)

metadata = SQLModel.metadata
