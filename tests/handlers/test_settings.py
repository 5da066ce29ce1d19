"""/settings and /audit: what can be switched, from when it holds, and who did it (handbook §3, §8, §10)."""

from datetime import date

import pytest

from handlers.administration.setting_words import EFFECTS, label_of, value_text
from handlers.translations import LANGUAGES, translator
from schedules.calendars import deadline_rules
from schedules.settings import SETTINGS, value_of
from storage.groups import AuditEntry, Group, Preference
from storage.kinds import ReportKind, ReportState
from storage.people import PersonId, Role
from storage.reports import Obligation, Report
from tests.chat import Phone, World


def setting(world: World, name: str) -> object:
    """What a setting is."""
    with world.session() as session:
        return value_of(session, name)


def sends_plan(person: Phone) -> None:
    """Hand in a training plan: nothing planned in any week."""
    person.says("下月计划")
    for _ in range(4):
        person.taps("＋")
    person.taps("＋ 5.").taps("就这些").says("无").taps("提交")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_has_its_name_its_default_and_its_effect_in_words(language: str) -> None:
    t = translator("zh" if language == "zh" else "en")
    for each in SETTINGS:
        assert label_of(t, each), each.name
        assert value_text(t, each, each.default), each.name
        assert each.effect in EFFECTS
        # The language of the group alone has no default of its own: the group has one when it is linked.
        assert each.fits(each.default) or each.name == "group_language"


def test_everything_is_listed_and_switched_with_buttons(world: World) -> None:
    admin = world.admin()
    admin.says("/settings")
    assert "“25日/5日前”从严：关" in admin.last.text
    assert "出单率目标：未设" in admin.last.text
    assert "满意度权重：15" in admin.last.text
    admin.taps("截止与期限").taps("从严").taps("开")
    assert "从下一期起生效" in admin.last.text
    assert setting(world, "before_is_strict") is True
    (entry,) = world.all_of(AuditEntry)
    assert entry.details == {"name": "before_is_strict", "before": False, "after": True}
    admin.taps("截止与期限")
    assert "从严：开" in admin.last.text


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("before_is_strict on", "before_is_strict", True),
        ("before_is_strict 开", "before_is_strict", True),
        ("subject_date sent", "subject_date", "sent"),
        ("subject_date 提交当天", "subject_date", "sent"),
        ("daily_due 8:30", "daily_due", "08:30"),
        ("kpi_target_order_rate 60%", "kpi_target_order_rate", "60"),
        ("出单率目标 ６２.５％", "kpi_target_order_rate", "62.5"),
        ("Target order level 1.2", "kpi_target_order_level", "1.2"),
        ("试岗通过率目标 不设", "kpi_target_trial_pass", None),
        ("每人计划抽查次数 2", "kpi_spot_checks_per_hire", 2),
        ("kpi_curve 达标满分", "kpi_curve", "all_or_nothing"),
        ("kpi_satisfaction on", "kpi_satisfaction", True),
        ("kpi_weight_induction 20", "kpi_weight_induction", 20),
        ("thank_you_list on", "thank_you_list", True),
        ("reminder_language English", "reminder_language", "en"),
        ("window_days 31", "window_days", 31),
        ("alternating_anchor 2026-01-17", "alternating_anchor", "2026-01-17"),
    ],
)
def test_settings_can_be_typed(world: World, typed: str, name: str, value: object) -> None:
    admin = world.admin()
    admin.says(f"/settings {typed}")
    assert setting(world, name) == value, admin.last.text
    assert [entry.details["name"] for entry in world.all_of(AuditEntry)] == [name]


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("before_is_strict maybe", "请发“开”或“关”"),
        ("kpi_target_order_rate 0", "大于 0"),
        ("kpi_target_order_rate 101%", "不超过 100"),
        ("kpi_target_order_level viel", "最多两位小数"),
        ("kpi_weight_trial 101", "0 到 100"),
        ("daily_due 25:00", "01:00 到 12:00"),
        ("subject_date tomorrow", "提交当天"),
        ("alternating_anchor 2026-01-18", "周六"),
        ("window_days 3", "7 到 90"),
        ("nonsense 3", "没有叫“nonsense 3”的设置"),
    ],
)
def test_a_value_that_does_not_fit_is_explained_and_not_stored(world: World, typed: str, complaint: str) -> None:
    admin = world.admin()
    admin.says(f"/settings {typed}")
    assert complaint in admin.texts
    assert [row for row in world.all_of(Preference) if not row.name.startswith("menu:")] == []


def test_a_number_is_entered_from_its_button(world: World) -> None:
    admin = world.admin()
    admin.says("/settings").taps("KPI 目标").taps("出单率目标")
    admin.says("abc")
    assert "如 60%" in admin.last.text
    admin.says("75%").taps("确认")
    assert setting(world, "kpi_target_order_rate") == "75"
    admin.says("/settings 出单率目标").taps("未设")
    assert setting(world, "kpi_target_order_rate") is None


def test_the_language_of_the_group_needs_a_group(world: World) -> None:
    admin = world.admin()
    admin.says("/settings group_language en")
    assert "/link" in admin.texts
    world.group(admin)
    admin.says("/settings group_language en")
    (group,) = world.all_of(Group)
    assert group.language == "en"
    assert "立即生效" in admin.last.text


def test_who_chose_no_language_is_reminded_in_the_one_that_was_set(world: World) -> None:
    wang, admin = world.manager("王芳", language=""), world.admin()
    admin.says("/settings reminder_language en")
    world.tick()
    world.clock.to("2026-11-23 20:00")
    world.tick()
    assert "A friendly reminder" in wang.last.text


@pytest.mark.parametrize("role", [Role.manager, Role.viewer])
def test_only_admins_see_or_change_settings_and_the_trail(world: World, role: Role) -> None:
    person = world.person("王芳", role, "杭州甲")
    for command in ("/settings", "/settings before_is_strict on", "/audit", "/exempt", "/redate", "/backfill"):
        person.says(command)
        assert "您的角色不能使用" in person.last.text
    message = person.last.message.message_id
    for data in ("setting:set:before_is_strict:on", "setting:all", "audit:0:0", "setting:type:window_days"):
        person.presses(message, data)
    assert setting(world, "before_is_strict") is False
    assert world.all_of(AuditEntry) == []


def test_forged_setting_buttons_change_nothing(world: World) -> None:
    admin = world.admin()
    message = admin.says("/settings").last.message.message_id
    for data in (
        "setting:set:before_is_strict:maybe",
        "setting:set:kpi_weight_trial:5000",
        "setting:set:nothing:on",
        "setting:set:daily_due:unset",
        "setting:group:nothing",
        "setting",
    ):
        admin.presses(message, data)
    assert world.all_of(AuditEntry) == []


def test_strict_takes_effect_from_the_next_period(world: World) -> None:
    """S24 and handbook §3: what is open keeps the due time it began with."""
    wang, admin = world.manager("王芳", "杭州甲"), world.admin()
    world.clock.to("2026-11-24 10:00")
    admin.says("/settings before_is_strict on")
    world.clock.to("2026-11-25 10:00")
    sends_plan(wang)
    (report,) = world.all_of(Report)
    assert report.state is ReportState.on_time
    # The plan for January opens on the 20th of December, and is strict.
    world.clock.to("2026-12-20 10:00")
    world.tick()
    plans = {o.first_day: o for o in world.all_of(Obligation) if o.kind is ReportKind.plan}
    assert plans[date(2026, 12, 1)].late_from > plans[date(2026, 12, 1)].due_at
    assert plans[date(2027, 1, 1)].late_from == plans[date(2027, 1, 1)].due_at


def test_the_plan_of_the_25th_is_late_under_the_strict_reading(world: World) -> None:
    """S24."""
    wang, admin = world.manager("王芳", "杭州甲"), world.admin()
    world.clock.to("2026-11-19 10:00")
    admin.says("/settings before_is_strict on")
    world.clock.to("2026-11-20 10:00")
    world.tick()
    world.clock.to("2026-11-25 10:00")
    sends_plan(wang)
    (report,) = world.all_of(Report)
    assert report.state is ReportState.late


def test_a_change_of_the_calendar_does_not_make_open_deadlines_strict(world: World) -> None:
    world.manager("王芳", "杭州甲")
    admin = world.admin()
    world.clock.to("2026-11-24 10:00")
    admin.says("/settings before_is_strict on")
    admin.says("/settings daily_due 9:00")
    admin.says("/calendar 11/27 休息")
    for each in world.all_of(Obligation):
        if each.kind is ReportKind.plan:
            assert each.late_from > each.due_at
        if each.kind is ReportKind.daily:
            assert each.due_at.astimezone(world.surroundings.zone).hour == 8
    with world.session() as session:
        assert deadline_rules(session).before_is_strict


def test_the_trail_is_in_words_paged_and_by_person(world: World) -> None:
    wang, admin = world.manager("王芳", "杭州甲"), world.admin("管理员")
    admin.says("/settings before_is_strict on")
    admin.says("/calendar 12/31 休息 年会")
    admin.says("/exempt 王芳 日报 11/24 外出").taps("确认")
    admin.says("/audit")
    text = admin.last.text
    assert "管理员 设置““25日/5日前”从严”：关 → 开" in text
    assert "管理员 把 2026-12-31 设为休息日（所有公司） (年会)" in text
    assert "管理员 王芳 免交日报 2026-11-24 – 2026-11-24：外出" in text
    admin.says("/audit 王芳")
    assert "变更记录（1）" in admin.last.text
    assert "免交" in admin.last.text
    assert "从严" not in admin.last.text
    for value in range(20):
        admin.says(f"/settings kpi_weight_trial {value}")
    admin.says("/audit").taps("2/2 ›")
    assert "从严" in admin.last.text
    assert wang.heard


def test_the_trail_shows_an_action_it_does_not_know_by_its_name(world: World) -> None:
    admin = world.admin(language="en")
    with world.database.transaction() as session:
        session.add(AuditEntry(at=world.clock.now(), person_id=None, action="future.thing", details={"a": "<b>"}))
        session.add(AuditEntry(at=world.clock.now(), person_id=PersonId(1), action="person.renamed", details={}))
    admin.says("/audit")
    assert "the bot future.thing: a <b>" in admin.last.text
    assert "person.renamed" in admin.last.text


def test_what_is_exported_reads_as_words_in_the_trail(world: World) -> None:
    world.manager("王芳", "杭州甲")
    admin = world.admin()
    admin.says("/export 2026-10")
    assert "导出了 2026-10 的记录：杭州甲" in admin.says("/audit").last.text
