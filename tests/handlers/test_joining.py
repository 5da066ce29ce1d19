"""Joining: by an invitation, by asking an admin, and what strangers, rejected and deactivated people hear."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from storage.groups import AuditEntry, Group, Invitation
from storage.people import Company, Person, PersonState, Role, companies_of
from tests.chat import ADMIN_ID, Phone, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty bot, on Monday 2026-11-23 at 10:00."""
    made = World(tmp_path)
    yield made
    made.close()


def link_of(admin: Phone) -> str:
    """The start payload of the newest invitation the admin was given."""
    text = next(said.text for said in reversed(admin.heard) if "?start=" in said.text)
    return text.partition("?start=")[2].split()[0]


def test_whoever_opens_an_invitation_is_a_manager_at_once(world: World) -> None:
    admin = world.admin()
    admin.says("/invite 杭州甲 2 7")
    admin.taps("生成链接")
    wang = world.stranger("小王")
    wang.starts(link_of(admin)).says("王芳").taps("就是我")

    stored = world.stored(wang)
    assert (stored.state, stored.role, stored.real_name) == (PersonState.active, Role.manager, "王芳")
    with world.session() as session:
        assert [c.name for c in companies_of(session, stored)] == ["杭州甲"]
    assert "欢迎" in wang.last.text
    assert "杭州甲" in wang.last.text
    assert str(stored.active_from) == "2026-11-24"
    assert "王芳" in admin.last.text
    assert world.all_of(Invitation)[0].uses_left == 1
