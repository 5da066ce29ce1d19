"""/calendar: a month with its deadlines, days set by admins, a year's holidays from a file (handbook §4)."""

import json
from datetime import date

import pytest

from handlers.pictures.calendar_picture import DayKind
from handlers.working_days.month_view import kind_of
from schedules.calendars import load_calendars
from schedules.standing import states_between
from schedules.working_days import Certainty, Override, WorkCalendar
from storage.calendar_days import CalendarDay, CalendarYear
from storage.groups import AuditEntry
from storage.kinds import ReportKind, ReportState
from storage.people import PersonId, Role
from storage.reports import Obligation, Report
from tests.chat import Phone, World

DAYS_2027: list[dict[str, object]] = [
    {"name": "元旦", "date": "2026-12-31", "isOffDay": True},
    {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
    {"name": "元旦", "date": "2027-01-02", "isOffDay": True},
    {"name": "元旦", "date": "2026-12-27", "isOffDay": False},
]


def notice(**changes: object) -> bytes:
    """The file of a year in the public form."""
    return json.dumps({"year": 2027, "papers": [], "days": DAYS_2027} | changes, ensure_ascii=False).encode()


def dailies(world: World, person: Phone) -> dict[date, tuple[bool, str]]:
    """A person's written daily obligations: waived, certainty."""
    number = world.stored(person).id
    rows = [o for o in world.all_of(Obligation) if o.person_id == number and o.kind is ReportKind.daily]
    return {row.first_day: (row.waived, row.certainty) for row in rows}


def test_a_month_is_a_picture_and_a_table_with_its_deadlines(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/calendar 2026-12")
    assert wang.heard[-2].has_picture
    text = wang.last.text
    assert "12/5 周六 24:00：出单率报送 2026-11（最好在 12/4 周五 24:00 前）" in text
    assert "12/5 周六 24:00：周报 11/29–12/05" in text
    assert "12/25 周五 24:00：下月培训计划 2027-01" in text
    assert "12/31 周四 24:00：月报 2026-12、销售技能总结（暂估）" in text
    assert "放假安排未公布，暂估：12/29 周二 – 12/31 周四" in text
    assert "日报：每个工作日，次日 08:00 前" in text


def test_february_2026_has_its_make_up_days_and_two_deadlines_on_one(world: World) -> None:
    """S12: the last Saturday of February is worked, and the weekly and the monthly report end with it."""
    world.clock.to("2026-02-10 10:00")
    wang = world.manager("王芳")
    wang.says("日历")
    assert "2/14 周六 春节" in wang.last.text
    assert "2/28 周六 24:00：月报 2026-02" in wang.last.text
    assert "2/28 周六 24:00：周报 02/22–02/28" in wang.last.text


def test_the_same_month_in_english_for_a_viewer(world: World) -> None:
    viewer = world.person("Jane Wang", Role.viewer, "杭州甲", language="en")
    viewer.says("/calendar October")
    assert "Off: Sat 9/26" not in viewer.last.text
    assert "Thu 10/1 – Wed 10/7 National Day" in viewer.last.text
    assert "Worked: Sat 10/10 National Day" in viewer.last.text
    assert "Set a day" not in viewer.last.buttons


def test_months_are_turned_with_buttons_and_nonsense_is_answered(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/calendar").taps("2026-12 ›")
    assert "2026-12" in wang.last.text
    wang.says("/calendar foo")
    assert "没听懂“foo”" in wang.last.text
    wang.says("/calendar 12月")
    assert "📅 2026-12" in wang.last.text


def test_an_admin_sets_a_day_for_all_and_takes_it_back(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    world.clock.to("2026-11-23 10:00")
    world.tick()
    admin.says("/calendar 11/27 休息 公司年会")
    assert "11/27 周五 设为休息日（所有公司）" in admin.last.text
    (row,) = world.all_of(CalendarDay)
    assert (row.day, row.is_workday, row.company_key, row.note) == (date(2026, 11, 27), False, 0, "公司年会")
    wang.says("/calendar")
    assert "放假：11/27 周五 公司年会" in wang.last.text

    world.passes_to("2026-11-27 09:00", minutes=60)
    assert date(2026, 11, 27) not in dailies(world, wang)

    admin.says("/calendar 11/30 休息").taps("撤销")
    assert "恢复按公布的" in admin.last.text
    assert [row.day for row in world.all_of(CalendarDay)] == [date(2026, 11, 27)]
    actions = [entry.action for entry in world.all_of(AuditEntry)]
    assert actions == ["calendar.day_set", "calendar.day_set", "calendar.day_deleted"]


def test_the_company_may_stand_before_the_day(world: World) -> None:
    world.manager("王芳", "杭州甲")
    admin = world.admin()
    admin.says("/calendar 杭州甲 11/27 休息 公司年会")
    assert "11/27 周五 设为休息日（杭州甲）" in admin.last.text


def test_a_day_of_one_company_concerns_that_company_only(world: World) -> None:
    wang, li, admin = world.manager("王芳", "杭州甲"), world.manager("李强", "宁波乙"), world.admin()
    admin.says("/calendar 2026-11-28 杭州甲 上班 盘点")
    assert "设为工作日（杭州甲）" in admin.last.text
    world.passes_to("2026-11-28 12:00", minutes=60)
    assert date(2026, 11, 28) in dailies(world, wang)
    assert date(2026, 11, 28) not in dailies(world, li)


def test_today_can_become_a_rest_day_and_the_past_cannot(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    world.tick()
    admin.says("/calendar 11/23 休息 台风")
    assert "已重算 1 项" in admin.last.text
    assert dailies(world, wang)[date(2026, 11, 23)][0]
    admin.says("/calendar 11/20 休息")
    assert "过去的不再改动" in admin.last.text
    assert len(world.all_of(CalendarDay)) == 1


def test_a_day_is_set_with_buttons_too(world: World) -> None:
    world.manager("王芳", "杭州甲")
    admin = world.admin()
    admin.says("/calendar").taps("设置某一天")
    admin.says("12/31").taps("休息").taps("杭州甲").taps("确认")
    (row,) = world.all_of(CalendarDay)
    assert (row.day, row.is_workday, row.company_key) == (date(2026, 12, 31), False, 1)


def test_a_companys_weekly_rest_days(world: World) -> None:
    world.manager("王芳", "杭州甲")
    admin = world.admin()
    admin.says("/calendar").taps("公司每周休息日").taps("杭州甲")
    admin.taps("周五").taps("周日")
    admin.taps("完成").taps("确认")
    assert "杭州甲 每周休息：周五, 周日" in admin.last.text.replace("、", ", ")
    with world.session() as session:
        (settings,) = load_calendars(session).by_company.values()
    assert not settings.calendar.is_workday(date(2026, 11, 27))
    assert settings.calendar.is_workday(date(2026, 11, 28))


@pytest.mark.parametrize("role", [Role.manager, Role.viewer])
def test_only_admins_set_days_and_load_years(world: World, role: Role) -> None:
    person = world.person("王芳", role, "杭州甲")
    person.says("/calendar 2026-12-31 休息")
    assert "工作日由管理员设置" in person.last.text
    person.sends("2027.json", notice())
    assert "没有处理" in person.last.text
    message = person.last.message.message_id
    for data in ("calendarday:set:0", "calendarday:rest:1", "calendarday:forget:2026-12-31:0"):
        person.presses(message, data)
    assert world.all_of(CalendarDay) == []
    assert world.all_of(CalendarYear) == []


def test_a_years_file_is_shown_first_and_kept_when_confirmed(world: World) -> None:
    world.manager("王芳")
    admin = world.admin()
    admin.sends("2027.json", notice())
    assert "2027 年：放假 3 天，补班 1 天" in admin.last.text
    assert "元旦：放假 12/31 周四 – 1/2 周六（3 天）；补班 12/27 周日" in admin.last.text
    assert world.all_of(CalendarDay) == []
    admin.taps("确认")
    assert "已导入 2027 年放假安排：4 天" in admin.last.text
    assert {row.notice_year for row in world.all_of(CalendarDay)} == {2027}
    with world.session() as session:
        calendar = load_calendars(session).general.calendar
    assert calendar.known_through() == date(2027, 12, 31)
    assert [calendar.is_workday(date(2026, 12, day)) for day in (27, 30, 31)] == [True, True, False]
    assert calendar.certainty_of(date(2026, 12, 29), date(2027, 1, 31)) is Certainty.official

    corrected = [day for day in DAYS_2027 if day["date"] != "2027-01-02"]
    admin.sends("2027.json", notice(days=corrected))
    assert "以前导入过" in admin.last.text
    assert "不再列出的天数：1" in admin.last.text
    admin.taps("确认")
    assert date(2027, 1, 2) not in {row.day for row in world.all_of(CalendarDay)}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\xff\xfe\x00", "不是 JSON 文件"),
        (b"[]", "应是一整年的安排"),
        (notice(days=[]), "还没有公布"),
        (notice(year=2020, days=[{"name": "元旦", "date": "2020-01-01", "isOffDay": True}]), "2020 年不能导入"),
        (b" " * 500_000, "文件太大了"),
        (b'{"year": 2027, "days": ' + b"[" * 5000, "不是 JSON 文件"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(world: World, content: bytes, complaint: str) -> None:
    admin = world.admin()
    admin.sends("2027.json", content)
    assert complaint in admin.last.text
    assert world.all_of(CalendarYear) == []


def test_provisional_december_makes_nobody_late_and_loading_2027_relabels_nothing(world: World) -> None:
    """Handbook §4: on a provisional day no 晚交 or 缺交 is ever recorded; data that arrives changes the future only."""
    wang, li, admin = world.manager("王芳"), world.manager("李强"), world.admin()
    world.clock.to("2026-12-28 12:00")
    world.tick()
    world.passes_to("2026-12-30 09:30", minutes=30)
    # The daily of the 29th, at 09:30 of the 30th: past its deadline, and the 29th is provisional.
    wang.presses(wang.says("/due").last.message.message_id, "go:daily:2026-12-29")
    wang.taps("上班").says("0").says("0").says("继续陪访").taps("确认")
    (report,) = world.all_of(Report)
    assert report.first_day == date(2026, 12, 29)
    assert report.state is ReportState.unannounced

    admin.sends("2027.json", notice()).taps("确认")
    assert dailies(world, li)[date(2026, 12, 29)] == (False, "provisional")
    assert dailies(world, li)[date(2026, 12, 30)] == (False, "official")
    (report,) = world.all_of(Report)
    assert report.state is ReportState.unannounced
    world.passes_to("2027-01-15 12:00", minutes=240)
    assert date(2026, 12, 31) not in dailies(world, li)
    with world.session() as session:
        (standing,) = states_between(
            session,
            ReportKind.daily,
            date(2026, 12, 29),
            date(2026, 12, 29),
            world.clock.now(),
            [PersonId(world.stored(li).id or 0)],
        )
    assert (standing.state, standing.counts) == (ReportState.unannounced, False)


def test_the_kind_of_a_day_is_told_from_its_status() -> None:
    calendar = WorkCalendar(
        overrides={date(2026, 11, 28): Override(date(2026, 11, 28), True, "")},
        company_overrides={date(2026, 11, 27): Override(date(2026, 11, 27), False, "")},
    )
    assert kind_of(calendar, date(2026, 11, 26)) is DayKind.WORKDAY
    assert kind_of(calendar, date(2026, 11, 27)) is DayKind.HOLIDAY
    assert kind_of(calendar, date(2026, 11, 28)) is DayKind.MAKE_UP
    assert kind_of(calendar, date(2026, 11, 29)) is DayKind.REST
    assert kind_of(calendar, date(2026, 10, 1)) is DayKind.HOLIDAY
