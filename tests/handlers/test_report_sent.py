"""What admins hear of reports that were handed in, and who may read them."""

import pytest

from storage.people import Role, person_by_telegram_id
from tests.chat import Phone, World


@pytest.fixture
def people(world: World) -> dict[str, Phone]:
    """王芳 has handed in her weekly; she looks after one company, 陈晨 after both."""
    found = {
        "admin": world.admin(),
        "english": world.admin("Jane Wang", language="en"),
        "wang": world.manager("王芳", "杭州甲"),
        "both": world.manager("陈晨", ("杭州甲", "宁波乙")),
        "other": world.manager("李强", "宁波乙"),
        "viewer": world.person("主管", Role.viewer, "杭州甲"),
        "gm": world.person("总经理", Role.viewer),
    }
    world.clock.to("2026-11-28 17:00")
    found["wang"].says("周报").says("下周两场回炉").taps("提交")
    return found


def reads(phone: Phone, data: str = "report:read:1:1") -> Phone:
    """Press Read under whatever was said last, as a message that was passed on would let them."""
    return phone.says("/me").presses(phone.last.message.message_id, data)


def test_every_admin_gets_one_short_message_with_a_button(people: dict[str, Phone]) -> None:
    (said,) = people["admin"].heard
    assert said.text == "📨 周报-王芳-261128\n王芳 · 杭州甲\n按时"
    assert said.buttons == ["查看"]
    (in_english,) = people["english"].heard
    assert in_english.text.splitlines()[-1] == "on time"
    assert people["viewer"].heard == []
    assert "📨" not in people["wang"].texts


def test_an_admin_reads_it_and_cannot_change_it(people: dict[str, Phone]) -> None:
    admin = people["admin"].taps("查看")
    assert "下周两场回炉" in admin.last.text
    assert "修改" not in admin.last.buttons
    refused = reads(admin, "report:change:1")
    assert "/report" in refused.toast


def test_a_change_is_told_as_a_version_with_its_own_text(people: dict[str, Phone]) -> None:
    wang, admin = people["wang"], people["admin"]
    wang.taps("修改")
    wang.says("下一步计划: 另有安排")
    wang.taps("提交")
    assert admin.last.text.splitlines()[-1] == "按时，有修改：第 2 版"
    assert "另有安排" in admin.taps("查看").last.text
    assert "下周两场回炉" in admin.taps("第 1 版").last.text


def test_a_report_handed_in_late_says_so(people: dict[str, Phone], world: World) -> None:
    world.clock.to("2026-11-30 09:00")
    people["both"].says("周报").says("照计划").taps("提交")
    assert people["admin"].last.text.splitlines()[-1] == "晚交"


def test_an_admin_who_hands_in_is_not_told_of_it(people: dict[str, Phone]) -> None:
    admin = people["admin"].forgets()
    admin.says("周报").says("照计划").taps("提交")
    assert "📨" not in admin.texts
    assert people["english"].last.text.startswith("📨")


def test_who_may_read_it(people: dict[str, Phone]) -> None:
    for who in ("viewer", "gm"):
        assert "下周两场回炉" in reads(people[who]).last.text, who
        assert "修改" not in people[who].last.buttons
    for who in ("other", "both"):
        assert "下周两场回炉" not in reads(people[who]).texts, who
        assert "/report" in people[who].toast


def test_a_viewer_of_one_company_does_not_read_what_also_speaks_of_another(
    people: dict[str, Phone], world: World
) -> None:
    people["both"].says("周报").says("两家公司都有安排").taps("提交")
    assert "两家公司" not in reads(people["viewer"], "report:read:2:1").texts
    assert "两家公司" in reads(people["gm"], "report:read:2:1").last.text
    listed = people["viewer"].says("/report")
    assert [label[:16] for label in listed.last.buttons] == ["周报-王芳-261128 · 按时"[:16]]
    assert len(people["gm"].says("/report").last.buttons) == 2


@pytest.mark.parametrize("data", ["report:start:weekly:2026-11-22", "report:change:1", "report:read:99999999999999999"])
def test_a_viewer_hands_nothing_in(people: dict[str, Phone], data: str) -> None:
    viewer = reads(people["viewer"], data)
    assert "/report" in viewer.toast


def test_nobody_who_is_not_there_is_written_to(world: World) -> None:
    world.admin("走了", telegram_id=77)
    with world.database.transaction() as session:
        away = person_by_telegram_id(session, 77)
        assert away is not None
        away.reachable = False
    world.clock.to("2026-11-28 17:00")
    world.manager("王芳", "杭州甲").says("周报").says("下周两场回炉").taps("提交")
    assert Phone(world, 77).heard == []
