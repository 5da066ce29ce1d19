"""/exempt, /redate, /backfill: what an admin decides about single reports (handbook §3)."""

from datetime import date

import pytest

from schedules.deadlines import WaivedReason
from schedules.standing import Standing, on_time_of, states_between
from storage.exemptions import EXEMPTED, Exemption
from storage.groups import AuditEntry
from storage.kinds import ReportKind, ReportState
from storage.people import PersonId, Role
from storage.reports import Obligation, Report, ReportVersion
from storage.trainings import TrainingSession
from tests.chat import Phone, World


def checks_in(person: Phone, plan: str = "继续陪访") -> None:
    """Hand in today's daily."""
    person.says("日报").taps("上班").says(plan).taps("确认")


def standings(world: World, person: Phone, kind: ReportKind, first: date, last: date) -> list[Standing]:
    """How somebody's reports stand now."""
    number = world.stored(person).id
    assert number is not None
    with world.session() as session:
        return states_between(session, kind, first, last, world.clock.now(), [PersonId(number)])


def daily(world: World, person: Phone, day: date) -> Standing:
    """How one daily stands."""
    (found,) = standings(world, person, ReportKind.daily, day, day)
    return found


def test_an_admin_exempts_somebody_from_one_daily_and_takes_it_back(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    world.clock.to("2026-11-20 10:00")
    world.tick()
    world.clock.to("2026-11-23 10:00")
    world.tick()
    assert daily(world, wang, date(2026, 11, 20)).overdue

    admin.says("/exempt 王芳 日报 11/20 外出培训")
    assert "王芳" in admin.last.text
    assert "外出培训" in admin.last.text
    admin.taps("确认")
    assert "王芳 免交日报 11/20" in admin.last.text
    assert "您的日报 11/20 免交：外出培训" in wang.last.text
    assert daily(world, wang, date(2026, 11, 20)).state is ReportState.exempt
    (exemption,) = world.all_of(Exemption)
    assert exemption.reason == "外出培训"
    wang.says("/due")
    assert "11/20" not in wang.last.text

    admin.taps("撤销 11/20")
    assert daily(world, wang, date(2026, 11, 20)).overdue
    assert "需要照常提交" in wang.texts
    actions = [entry.action for entry in world.all_of(AuditEntry)]
    assert actions == ["report.exempted", "report.exemption_undone"]


def test_days_still_to_come_are_exempt_when_they_come_and_nobody_is_reminded(world: World) -> None:
    wang, li, admin = world.manager("王芳"), world.manager("李强"), world.admin()
    world.tick()
    admin.says("/exempt 王芳 日报 11/24-11/26 总部学习").taps("确认")
    wang.forgets()
    li.forgets()
    world.passes_to("2026-11-25 09:00", minutes=30)
    assert "• 日报 11/23" in wang.texts, "the 23rd is not exempt"
    assert "日报 11/24" not in wang.texts
    assert "• 日报 11/24" in li.texts
    found = standings(world, wang, ReportKind.daily, date(2026, 11, 24), date(2026, 11, 25))
    assert [each.state for each in found] == [ReportState.exempt, ReportState.exempt]
    assert on_time_of(found).required == 0


def test_a_report_of_somebody_exempt_is_extra(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    world.tick()
    admin.says("/exempt 王芳 日报 11/23 外出").taps("确认")
    checks_in(wang)
    assert daily(world, wang, date(2026, 11, 23)).state is ReportState.extra


@pytest.mark.parametrize(
    ("typed", "kind", "first", "last"),
    [
        ("王芳 周报 11/25 原因", ReportKind.weekly, date(2026, 11, 22), date(2026, 11, 22)),
        ("王芳 月报 2026-11 原因", ReportKind.monthly, date(2026, 11, 1), date(2026, 11, 1)),
        ("王芳 计划 12月 原因", ReportKind.plan, date(2026, 12, 1), date(2026, 12, 1)),
        ("王芳 出单率 10月 原因", ReportKind.order_rate, date(2026, 10, 1), date(2026, 10, 1)),
        ("王芳 日报 11/23-25 两天培训 一天路上", ReportKind.daily, date(2026, 11, 23), date(2026, 11, 25)),
    ],
)
def test_what_is_typed_is_understood(world: World, typed: str, kind: ReportKind, first: date, last: date) -> None:
    world.manager("王芳", "杭州甲")
    admin = world.admin()
    admin.says(f"/exempt {typed}").taps("确认")
    (exemption,) = world.all_of(Exemption)
    assert (exemption.kind, exemption.first_day, exemption.last_day) == (kind, first, last)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("赵六 日报 11/20 原因", "没有叫 赵六 的经理"),
        ("王芳 午报 11/20 原因", "哪种报告"),
        ("王芳 日报 很久以前", "没看懂日期"),
        ("王芳 日报 2026-01-01-2026-11-01 原因", "最多三个月"),
    ],
)
def test_what_is_not_understood_is_explained(world: World, typed: str, complaint: str) -> None:
    world.manager("王芳")
    admin = world.admin()
    admin.says(f"/exempt {typed}")
    assert complaint in admin.last.text
    assert world.all_of(Exemption) == []


def test_a_reason_is_needed_and_asked_for(world: World) -> None:
    world.manager("王芳")
    admin = world.admin()
    admin.says("/exempt 王芳 日报 11/20")
    assert "原因" in admin.last.text
    admin.says("家里有事").taps("确认")
    assert world.all_of(Exemption)[0].reason == "家里有事"


def test_the_calendar_keeps_what_it_waives_when_an_exemption_is_undone(world: World) -> None:
    """A week without a working day stays waived; a recomputed calendar leaves an exemption alone."""
    world.manager("王芳")
    admin = world.admin()
    world.clock.to("2026-10-04 12:00")
    admin.says("/calendar 10/8 休息").says("/calendar 10/9 休息").says("/calendar 10/10 休息")
    world.tick()
    admin.says("/exempt 王芳 周报 10/4 放假").taps("确认")
    admin.taps("撤销")
    weeks = [o for o in world.all_of(Obligation) if o.kind is ReportKind.weekly and o.first_day == date(2026, 10, 4)]
    assert [(o.waived, o.waived_reason) for o in weeks] == [(True, "no_workday")]
    admin.says("/exempt 王芳 月报 2026-10 放假").taps("确认")
    admin.says("/calendar 10/30 休息")
    months = [o for o in world.all_of(Obligation) if o.kind is ReportKind.monthly and o.first_day == date(2026, 10, 1)]
    assert [(o.waived, o.waived_reason) for o in months] == [(True, EXEMPTED)]
    assert WaivedReason.exempted.value == EXEMPTED


def test_missing_leads_to_the_exemption(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    world.clock.to("2026-11-20 10:00")
    world.tick()
    world.clock.to("2026-11-23 10:00")
    admin.says("/missing 日报 11/20").taps("免交").taps("王芳 · 日报")
    admin.says("外出").taps("确认")
    assert daily(world, wang, date(2026, 11, 20)).state is ReportState.exempt


def test_a_persons_card_leads_to_all_three(world: World) -> None:
    world.manager("王芳")
    admin = world.admin()
    admin.says("/people 王芳").taps("报告：免交")
    assert "目前没有免交" in admin.last.text
    assert admin.last.buttons == ["免交某份报告", "日报改日期", "补录旧日报", "‹ 返回"]
    admin.taps("免交某份报告")
    assert "免交哪种报告" in admin.last.text


@pytest.mark.parametrize("role", [Role.manager, Role.viewer])
def test_forged_buttons_of_others_do_nothing(world: World, role: Role) -> None:
    world.manager("王芳", "杭州甲")
    admin, person = world.admin(), world.person("李强", role, "宁波乙")
    admin.says("/exempt 王芳 日报 11/24 外出").taps("确认")
    message = person.says("/me").last.message.message_id
    for data in ("exempt:undo:1", "exempt:new:1", "exempt:one:daily:2026-11-23:1", "redate:1", "backfill:1"):
        person.presses(message, data)
    assert [each.cancelled_at for each in world.all_of(Exemption)] == [None]
    assert "免交" not in person.texts


# Moving a daily to the right day


def test_a_daily_is_moved_and_its_state_follows_the_new_day(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    world.clock.to("2026-11-19 09:00")
    world.tick()
    # Meant for the 19th, and sent in the morning of the 20th as that day's.
    world.clock.to("2026-11-20 09:00")
    world.tick()
    wang.says("日报").taps("今天").taps("上班").says("继续陪访").taps("确认")
    assert daily(world, wang, date(2026, 11, 20)).state is ReportState.on_time

    world.clock.to("2026-11-23 11:00")
    admin.says("/redate 王芳 11/20 11/19")
    assert "提交于 11/20 周五 09:00" in admin.last.text
    admin.taps("确认")
    assert "已改为 11/19 周四（原 11/20 周五）：晚交" in admin.last.text
    assert "改到了 11/19 周四，状态：晚交" in wang.last.text
    (report,) = world.all_of(Report)
    assert (report.first_day, report.state, report.subject) == (
        date(2026, 11, 19),
        ReportState.late,
        "日报-王芳-261119",
    )
    assert (report.filed_by, report.version) == (world.stored(admin).id, 2)
    assert len(world.all_of(ReportVersion)) == 2
    assert daily(world, wang, date(2026, 11, 19)).state is ReportState.late
    assert daily(world, wang, date(2026, 11, 20)).overdue
    assert [entry.action for entry in world.all_of(AuditEntry)] == ["report.redated"]
    # Back again: the moment of sending has not changed.
    admin.says("/redate 王芳 11/19 11/20").taps("确认")
    assert daily(world, wang, date(2026, 11, 20)).state is ReportState.on_time


def test_sessions_told_in_a_daily_move_with_it(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    wang.says("日报\n状态: 上班\n在训: 3\n试岗: 0\n计划: 陪访\n课程: 入职, CRM操作, 9:00-11:00, 10, 9").taps("确认")
    (held,) = world.all_of(TrainingSession)
    assert held.day == date(2026, 11, 23)
    admin.says("/redate 王芳 11/23 11/20").taps("确认")
    (held,) = world.all_of(TrainingSession)
    assert held.day == date(2026, 11, 20)


def test_a_daily_cannot_be_moved_where_it_does_not_fit(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    checks_in(wang)
    world.clock.to("2026-11-24 18:00")
    checks_in(wang)
    admin.says("/redate 王芳 11/18 11/17")
    assert "没有 11/18 周三 的日报" in admin.texts
    admin.says("/redate 王芳 11/23 11/24").taps("确认")
    assert "已有 11/24 周二 的日报" in admin.last.text
    assert sorted(r.first_day for r in world.all_of(Report)) == [date(2026, 11, 23), date(2026, 11, 24)]
    world.clock.to("2026-11-26 10:00")
    admin.says("/redate 王芳 11/24 11/26").taps("确认")
    assert "在 11/26 周四 之前就提交了" in admin.last.text


# Filing an old daily for somebody


def test_an_admin_files_an_old_daily_for_a_manager(world: World) -> None:
    """Handbook §3: back-filling is possible for 7 days; older ones through an admin."""
    wang, admin = world.manager("王芳"), world.admin()
    world.clock.to("2026-11-10 10:00")
    world.tick()
    world.clock.to("2026-11-23 10:00")
    world.tick()
    assert daily(world, wang, date(2026, 11, 10)).state is ReportState.missing
    wang.says("/checkin").says("11/10")
    assert "管理员" in wang.last.text

    admin.says("/backfill 王芳 11/10").says("3").says("0").says("继续陪访").taps("确认")
    assert "已代 王芳 补录：11/10 周二 日报，晚交" in admin.last.text
    assert "管理员代您补录了 11/10 周二 的日报" in wang.last.text
    (report,) = world.all_of(Report)
    assert (report.state, report.filed_by) == (ReportState.late, world.stored(admin).id)
    assert report.person_id == world.stored(wang).id
    assert daily(world, wang, date(2026, 11, 10)).state is ReportState.late
    wang.says("/me").taps("✏️ 日报 11/10")
    assert "继续陪访" in wang.last.text
    admin.says("/backfill 王芳 11/10")
    assert "已有 11/10 周二 的日报" in admin.texts


def test_in_english(world: World) -> None:
    world.manager("Jane Wang", language="en")
    admin = world.admin(language="en")
    admin.says("/exempt Jane Wang weekly last week training trip").taps("Confirm")
    assert "Jane Wang is exempt from Weekly report 11/15–11/21" in admin.last.text
