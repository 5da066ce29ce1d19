"""What an answer and a figure cost, counted, so that it is the same on every machine: growth fails here.

How long things take is measured by `tests.benchmarks`; docs/performance.md says what of it must hold.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import select

from schedules.planner import tick
from storage.outbox import OutboxMessage
from storage.people import Person
from tests.benchmarks.asking import ZONE, Asking, Cost, utc
from tests.benchmarks.large_town import ADMIN_ACCOUNT, FIRST_ACCOUNT, NOW, Size, build, settle_people
from tests.chat import Phone, World
from tests.databases import open_database

MOST_FOR_AN_ANSWER = 8
MOST_FOR_SAVING = 13
"""With the report, its version, its obligation and the end of the conversation."""
CHECK_IN = ("日报", "→上班", "明天陪访两位新人", "→确认")


def act(phone: Phone, step: str) -> None:
    if step.startswith("→"):
        phone.taps(step[1:], settle=False)
    else:
        phone.world.act(lambda people: people.say(phone.telegram_id, step))


def statements_of(world: World, phone: Phone, step: str) -> int:
    """How many statements answering one update takes, its own transaction included."""
    act(phone, step)
    world.receive_only()
    counted = 0

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal counted
        counted += not statement.startswith("BEGIN")

    event.listen(world.database.engine, "before_cursor_execute", count)
    world.loop.run_until_complete(world.worker.step())
    event.remove(world.database.engine, "before_cursor_execute", count)
    world.settle()
    return counted


def test_an_answer_of_a_form_takes_few_statements_and_one_message(tmp_path: Path) -> None:
    world = World(tmp_path)
    others, wang = world.manager("李强", "苏州乙"), world.manager("王芳", "杭州甲")
    # What is asked for the first time is read from the tables and kept.
    for phone in (others, wang):
        for step in CHECK_IN:
            act(phone, step)
            world.settle()
    world.clock.forward(days=1)
    for step in CHECK_IN:
        act(others, step)
        world.settle()
        said_before = len(_messages(world))
        assert statements_of(world, wang, step) <= (MOST_FOR_SAVING if step == "→确认" else MOST_FOR_AN_ANSWER), step
        assert len(_messages(world)) == said_before + 1
    world.close()


def test_what_is_kept_between_answers_is_forgotten_when_it_changes(tmp_path: Path) -> None:
    world = World(tmp_path)
    wang = world.manager("王芳", "杭州甲")
    wang.says("/me")

    with world.session() as session, session.begin():
        person = session.exec(select(Person).where(Person.real_name == "王芳")).one()
        person.language = "en"

    assert "王芳" in wang.says("/me").last.text
    assert "Language" in wang.last.text or "language" in wang.last.text
    world.close()


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Asking, Asking]]:
    """The same few people with one month of history, and with six."""
    found = [
        _town(tmp_path_factory, Size(companies=2, managers=6, days=days, hires_per_cohort=6)) for days in (45, 270)
    ]
    yield found[0], found[1]
    for each in found:
        each.database.close()


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """The younger town with ten times the managers."""
    asking = _town(tmp_path_factory, Size(companies=2, managers=60, days=45, hires_per_cohort=6))
    yield asking
    asking.database.close()


def _town(tmp_path_factory: pytest.TempPathFactory, size: Size) -> Asking:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('town')}/town.db")
    build(database, size)
    with database.transaction() as session:
        tick(session, NOW, ZONE)
    return Asking(database, NOW)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda town: town.says(FIRST_ACCOUNT + 1, "/stats"), id="/stats"),
        pytest.param(lambda town: town.says(FIRST_ACCOUNT + 1, "/missing"), id="/missing"),
        pytest.param(lambda town: town.says(ADMIN_ACCOUNT, "/cohort"), id="/cohort"),
        pytest.param(lambda town: town.says(FIRST_ACCOUNT + 1, "/due"), id="/due"),
        pytest.param(lambda town: town.says(FIRST_ACCOUNT + 1, "日报"), id="check-in"),
        pytest.param(lambda town: town.says(ADMIN_ACCOUNT, "/trend"), id="/trend of everybody"),
        pytest.param(lambda town: town.posts_board("daily:2026-11-25"), id="board"),
        pytest.param(lambda town: town.ticks(), id="tick"),
        pytest.param(lambda town: Asking(town.database, utc("2026-11-27 00:00")).ticks(), id="tick at midnight"),
    ],
)
def test_a_figure_costs_the_same_however_long_the_history(
    towns: tuple[Asking, Asking], ask: Callable[[Asking], Cost]
) -> None:
    young, old = towns
    first, second = ask(young), ask(old)
    assert second.statements <= first.statements + 2
    assert second.instructions <= 1.5 * first.instructions + 20


FEW, MANY = 10, 510


@pytest.fixture(scope="module")
def crowds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Asking, Asking]]:
    """A few managers and many, a minute before all of them are reminded of the day's check-in."""
    found: list[Asking] = []
    for people in (FEW, MANY):
        database = open_database(f"sqlite:///{tmp_path_factory.mktemp('crowd')}/crowd.db")
        with database.transaction() as session:
            settle_people(session, Size(companies=people // 5, managers=people), NOW.date())
        with database.transaction() as session:
            tick(session, utc("2026-11-26 19:59"), ZONE)
        found.append(Asking(database, utc("2026-11-26 20:00")))
    yield found[0], found[1]
    for each in found:
        each.database.close()


def test_planning_many_reminders_takes_hardly_more_statements_than_planning_few(crowds: tuple[Asking, Asking]) -> None:
    few, many = (crowd.ticks() for crowd in crowds)
    assert (few.planned, many.planned) == (FEW, MANY)
    # They are written 250 at a time: who, whose leave and company, which keys exist, and the rows.
    assert many.statements <= few.statements + 6 * (MANY // 250)


@pytest.mark.parametrize("text", ["/due", "日报"])
def test_what_one_person_asks_costs_the_same_however_many_there_are(crowds: tuple[Asking, Asking], text: str) -> None:
    """The reminder says what /due says, and is made for each of them."""
    few, many = (crowd.says(FIRST_ACCOUNT + 1, text) for crowd in crowds)
    assert many.statements <= few.statements
    assert many.instructions <= 1.5 * few.instructions + 20


@pytest.mark.parametrize("question", ["/stats", "/trend"])
def test_figures_of_everybody_hardly_cost_more_for_ten_times_the_people(
    towns: tuple[Asking, Asking], crowded: Asking, question: str
) -> None:
    few, many = towns[0].says(ADMIN_ACCOUNT, question), crowded.says(ADMIN_ACCOUNT, question)
    assert many.statements <= few.statements
    # What is not past its deadline is counted afresh.
    assert many.instructions <= 3.5 * few.instructions


def _messages(world: World) -> list[OutboxMessage]:
    with world.session() as session:
        return list(session.exec(select(OutboxMessage)).all())
