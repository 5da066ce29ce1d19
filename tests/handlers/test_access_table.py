"""Who may what: every command and every button, for everybody, in every kind of chat.

The table is generated from `handlers.commands`, so that a new command or button is in it by being there. What outsiders
hear is compared word for word; what they must not learn or change is looked for everywhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from handlers.access import Command
from handlers.commands import BUTTONS, COMMANDS
from handlers.people.start import NO_ACCESS, STRANGER, WAITING
from handlers.translations import N_, translator
from handlers.turn import ChatKind
from storage.people import CompanyId, PersonState, Role, person_by_telegram_id
from storage.roster import Cohort, Hire, Stage
from storage.schema import metadata
from tests.chat import Phone, World

SECRETS = ("机密新人", "机密公司", "机密批次", "机密经理")
ROLES = ("manager", "viewer", "admin")
OUTSIDERS = ("stranger", "newcomer", "pending", "deactivated")
EVERYBODY = (*ROLES, *OUTSIDERS)
NOT_OPEN = N_("/{command} is not open to your role. /help shows what you can do.")
GROUP_ONLY = N_("/{command} works in the shared group only: please send it there.")
ADMINS_ONLY = {"people", "invite", "company", "link", "unlink", "status"}
OPEN_TO_ALL = {"start", "help"}
MOVING = {"inbox", "outbox", "post", "heartbeat", "preference"}
"""Tables that change by the mere fact that somebody said something."""


@dataclass
class Scene:
    """One bot with a company whose data nobody else may see, and one person of every sort."""

    world: World
    people: dict[str, Phone]
    group_id: int

    def in_group(self, who: str) -> Phone:
        return self.world.group_phone(self.people[who], self.group_id)

    def records(self, *besides: str) -> dict[str, Any]:
        """Everything that is stored, but for what moves by itself and the tables named."""
        with self.world.session() as session:
            return {
                table.name: session.execute(select(table)).all()
                for table in metadata.sorted_tables
                if table.name not in {*MOVING, *besides}
            }

    def conversations_of_others(self, person_id: int | None) -> list[Any]:
        """The half-filled forms of everybody else."""
        with self.world.session() as session:
            table = metadata.tables["conversation"]
            return list(session.execute(select(table).where(table.c.person_id != person_id)).all())


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Made once: nothing in this table may change it."""
    world = World(tmp_path_factory.mktemp("access"))
    owner = world.manager("机密经理", "机密公司")
    people = {
        "owner": owner,
        "manager": world.manager("王芳", "杭州甲"),
        "viewer": world.person("总经理", Role.viewer, "杭州甲"),
        "admin": world.admin(),
        "stranger": world.stranger("路人"),
        "newcomer": world.stranger("新来的"),
        "pending": world.stranger("等待的"),
        "deactivated": world.manager("离职的", "机密公司", state=PersonState.deactivated),
    }
    people["newcomer"].starts()
    people["pending"].starts().says("李强").says("机密公司").taps("就是我")
    with world.database.transaction() as session:
        company_id = CompanyId(1)
        cohort = Cohort(company_id=company_id, name="机密批次", created_at=world.clock.now())
        session.add(cohort)
        session.flush()
        assert cohort.id is not None
        for number in range(3):
            session.add(
                Hire(
                    company_id=company_id,
                    cohort_id=cohort.id,
                    name=f"机密新人{number}",
                    created_at=world.clock.now(),
                    on_post=world.clock.today,
                    closes_on=world.clock.today.replace(month=12, day=22),
                    stage=Stage.on_post,
                )
            )
    group_id = world.group(*people.values())
    owner.says("日报").taps("上班")
    yield Scene(world, people, group_id)
    world.close()


def sentence(who: str) -> str:
    """What an outsider hears, word for word."""
    text = {"deactivated": NO_ACCESS, "pending": WAITING}.get(who, STRANGER)
    return str(translator("zh")(text))


def test_the_table_knows_what_only_admins_may() -> None:
    by_name = {command.name: command for command in COMMANDS}
    assert all(by_name[name].roles == {Role.admin} for name in ADMINS_ONLY)
    assert {command.name for command in COMMANDS if command.open_to_strangers} == OPEN_TO_ALL
    assert len(by_name) == len(COMMANDS)
    assert len({button.name for button in BUTTONS}) == len(BUTTONS)


def refusal(command: Command, who: str) -> str | None:
    """What somebody hears in private instead of the command; None: it is open to them there."""
    t = translator("zh")
    if who in OUTSIDERS:
        return sentence(who)
    if ChatKind.private not in command.chats:
        return t.plain(GROUP_ONLY, command=command.name)
    return None if Role(who) in command.roles else t.plain(NOT_OPEN, command=command.name)


@pytest.mark.parametrize("who", EVERYBODY)
def test_commands_in_private_that_are_not_open(scene: Scene, who: str) -> None:
    phone = scene.people[who].forgets()
    refused = {c: text for c in COMMANDS if c.name not in OPEN_TO_ALL and (text := refusal(c, who)) is not None}
    before = scene.records()
    for command in refused:
        scene.world.stand_in.people.say(phone.telegram_id, f"/{command.name}")
    scene.world.settle()
    assert [said.text for said in phone.heard] == list(refused.values())
    assert scene.records() == before


@pytest.mark.parametrize("who", ROLES)
def test_commands_in_private_that_are_open(scene: Scene, who: str) -> None:
    phone = scene.people[who]
    for command in COMMANDS:
        if refusal(command, who) is None:
            phone.forgets().says(f"/{command.name}")
            assert phone.heard, command.name
            assert not phone.last.text.startswith(f"/{command.name} "), command.name
            if who != "admin":
                assert not any(secret in phone.texts for secret in SECRETS), command.name


@pytest.mark.parametrize("who", EVERYBODY)
def test_commands_in_the_group(scene: Scene, who: str) -> None:
    phone = scene.in_group(who)
    for command in COMMANDS:
        if command.name == "unlink" and who == "admin":
            continue
        phone.forgets()
        before = scene.records()
        phone.says(f"/{command.name}")
        heard = [said.text for said in phone.heard]
        if who in OUTSIDERS:
            assert (heard, scene.records()) == ([], before), command.name
        elif ChatKind.group not in command.chats:
            assert phone.last.buttons == ["打开私聊"], command.name
            assert scene.records() == before, command.name
        elif Role(who) not in command.roles:
            assert heard == [translator("zh").plain(NOT_OPEN, command=command.name)]
            assert scene.records() == before, command.name
        else:
            assert heard, command.name
        # The group sees aggregates and managers' names, never those of hires (handbook §10).
        assert "机密新人" not in phone.texts, command.name


@pytest.mark.parametrize("who", OUTSIDERS)
def test_a_plain_word_opens_nothing_for_outsiders(scene: Scene, who: str) -> None:
    phone = scene.people[who].forgets()
    words = [word for command in COMMANDS for word in command.words]
    for word in words:
        scene.world.stand_in.people.say(phone.telegram_id, word)
    scene.world.settle()
    assert not any(secret in phone.texts for secret in SECRETS)
    assert len(phone.heard) == len(words)


def forged(name: str) -> list[str]:
    """Callback data somebody might make up for a button: ids of records, actions, days, in every order."""
    data = [name, f"{name}::", f"{name}:0", f"{name}:-1", f"{name}:99999999999999999999", f"{name}:x:y:z"]
    data += [f"{name}:{n}" for n in (1, 2, "daily", "2026-11-23")]
    data += [f"{name}:1:{a}" for a in ("card", "edit", "confirm", "resume", "1:manager:1", "viewer:all", "1:confirm")]
    data += [f"{name}:{a}:1" for a in ("card", "edit", "off-yes", "on", "remove", "page", "add:1", "daily:2026-11-23")]
    return [*data, f"{name}:role:1:admin", f"{name}:2:1:confirm", f"{name}:3:1:cancel-yes", f"{name}:plan:2026-12:1"]


def press_all(scene: Scene, phone: Phone, data: Iterable[str]) -> list[str]:
    """Press them all on the newest message and let the bot answer; what the presses were answered with."""
    queries = scene.world.stand_in.world.queries
    message_id, known = phone.last.message.message_id, set(queries)
    for each in data:
        phone.presses(message_id, each, settle=False)
    scene.world.settle()
    return [query.text or "" for number, query in queries.items() if number not in known]


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize("button", [b for b in BUTTONS if b.name != "join"], ids=lambda b: b.name)
def test_a_forged_button_does_nothing_for_outsiders(scene: Scene, button: Any, who: str) -> None:
    phone = scene.people[who].forgets().says("你好")
    before, said, heard = scene.records(), phone.last.text, len(phone.heard)
    toasts = press_all(scene, phone, forged(button.name))
    assert all(toasts)
    assert not any(secret in toast for secret in SECRETS for toast in toasts)
    # The form a newcomer is filling may be shown to them again, and nothing else.
    if who != "newcomer":
        assert (len(phone.heard), phone.last.text) == (heard, said)
    assert not any(secret in phone.texts for secret in SECRETS)
    besides = {"conversation"} if who == "newcomer" else set()
    assert scene.records(*besides) == {k: v for k, v in before.items() if k not in besides}


@pytest.mark.parametrize("who", ["stranger", "pending", "deactivated", "manager"])
def test_the_button_of_joining_gives_no_access(scene: Scene, who: str) -> None:
    phone = scene.people[who].forgets().says("你好")
    press_all(scene, phone, forged("join"))
    assert not any(secret in phone.texts for secret in SECRETS)
    with scene.world.session() as session:
        person = person_by_telegram_id(session, phone.telegram_id)
    expected = {"deactivated": PersonState.deactivated, "manager": PersonState.active}.get(who, PersonState.pending)
    assert person is None or person.state is expected


@pytest.mark.parametrize("who", ["manager", "viewer"])
@pytest.mark.parametrize("button", BUTTONS, ids=lambda b: b.name)
def test_a_forged_button_shows_and_changes_nothing_of_others(scene: Scene, button: Any, who: str) -> None:
    phone = scene.people[who].forgets().says("/me")
    mine = scene.world.stored(phone).id
    before, conversations = scene.records("conversation"), scene.conversations_of_others(mine)
    toasts = press_all(scene, phone, forged(button.name))
    assert not any(secret in toast for secret in SECRETS for toast in toasts)
    assert not any(secret in phone.texts for secret in SECRETS)
    assert scene.records("conversation") == before
    assert scene.conversations_of_others(mine) == conversations


@pytest.mark.parametrize("who", EVERYBODY)
def test_buttons_pressed_in_the_group_do_nothing_there(scene: Scene, who: str) -> None:
    scene.in_group("admin").says("/help")
    phone = scene.in_group(who)
    before, heard = scene.records(), len(phone.heard)
    data = [d for b in BUTTONS if ChatKind.group not in b.chats for d in (b.name, f"{b.name}:1", f"{b.name}:card:1")]
    assert all(press_all(scene, phone, data))
    assert (scene.records(), len(phone.heard)) == (before, heard)
