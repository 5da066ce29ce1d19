"""Training sessions apart from the check-in, and summaries that are added later (handbook §6)."""

from datetime import date

from storage.reports import Report, ReportVersion
from storage.trainings import TrainingSession
from tests.chat import World

BLOCK = "培训记录\n类型: 回炉\n主题: 促单技巧\n时间: 9:00-11:00\n应到: 12\n实到: 11"


def test_a_session_by_buttons_then_its_summary(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/session").taps("回炉").says("促单技巧").says("9点到11点").says("１２人").says("11").taps("跳过").taps(
        "确认"
    )
    assert "缺小结" in wang.last.text
    (held,) = world.all_of(TrainingSession)
    assert (held.kind, held.topic, held.starts, held.ends) == ("refresher", "促单技巧", "09:00", "11:00")
    assert (held.expected, held.present, held.day, held.report_id) == (12, 11, date(2026, 11, 23), None)

    wang.says("/session")
    assert "待补小结（1）" in wang.last.text
    wang.taps("✍️ 11/23").says("太短")
    assert "10" in wang.last.text
    wang.says("每人演练了两次促单，效果不错").taps("确认")
    assert "小结已补上" in wang.last.text
    assert world.all_of(TrainingSession)[0].summary == "每人演练了两次促单，效果不错"
    wang.says("/session")
    assert "是哪一类培训" in wang.last.text
    assert "待补" not in wang.last.text


def test_as_one_block_changed_afterwards_and_in_the_weekly_report(world: World) -> None:
    wang = world.manager("王芳")
    wang.says(f"{BLOCK}\n小结: 每人演练了两次促单，效果不错").taps("确认")
    wang.taps("✏️").taps("修改").taps("实到").says("13")
    assert "13" in wang.last.text
    assert world.all_of(TrainingSession)[0].present == 11
    wang.says("10").taps("确认")
    assert world.all_of(TrainingSession)[0].present == 10
    world.clock.to("2026-11-28 17:00")
    wang.says("周报")
    assert "促单技巧" in wang.texts
    assert "10/12 = 83.3%" in wang.texts


def test_a_summary_added_to_a_session_of_a_check_in_stays_when_that_is_edited(world: World) -> None:
    wang = world.manager("王芳")
    rows = "培训: 入职, CRM操作, 9:00-11:00, 10, 9\n回炉, 促单技巧, 14:00-15:00, 8, 8"
    wang.says(f"日报\n计划: 陪访\n{rows}").taps("确认")
    assert len(world.all_of(TrainingSession)) == 2
    wang.says("/session").taps("促单技巧").says("每人演练了两次促单，效果不错").taps("确认")

    (report,) = world.all_of(Report)
    assert (report.version, report.state) == (2, "on_time")
    assert [row["summary"] for row in report.body["sessions"]] == [None, "每人演练了两次促单，效果不错"]
    assert "每人演练了两次" in report.text
    assert len(world.all_of(ReportVersion)) == 2

    wang.says("/checkin").taps("修改").taps("明日计划").says("抽查两人").taps("确认")
    summaries = {held.topic: held.summary for held in world.all_of(TrainingSession)}
    assert summaries == {"CRM操作": "", "促单技巧": "每人演练了两次促单，效果不错"}


def test_the_day_of_a_check_ins_session_stays(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("日报\n计划: 陪访\n培训: 入职, CRM操作, 9:00-11:00, 10, 9").taps("确认")
    wang.says("/session 列表").taps("✏️").says("日期: 昨天")
    assert "日期不能改" in wang.last.text
    assert world.all_of(TrainingSession)[0].day == date(2026, 11, 23)


def test_the_same_time_twice_is_asked_about(world: World) -> None:
    wang = world.manager("王芳")
    wang.says(BLOCK).taps("确认")
    wang.says(BLOCK)
    assert "是同一场吗" in wang.last.text


def test_sessions_of_others_stay_closed(world: World) -> None:
    wang, li = world.manager("王芳", "杭州甲"), world.manager("李强", "宁波乙")
    wang.says(BLOCK).taps("确认")
    li.says("/me")
    message = li.last.message.message_id
    li.presses(message, "session_edit:1").presses(message, "session_sum:1")
    assert "不是您可以修改的" in li.toast
    assert "促单技巧" not in li.texts


def test_an_admin_can_add_a_summary_and_the_author_keeps_the_check_in(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin("周敏")
    wang.says("日报\n计划: 陪访\n培训: 入职, CRM操作, 9:00-11:00, 10, 9").taps("确认")
    admin.says("/me")
    admin.presses(admin.last.message.message_id, "session_sum:1")
    admin.says("由管理员代补的小结，内容齐全").taps("确认")
    (report,) = world.all_of(Report)
    assert report.person_id == world.stored(wang).id
    assert report.filed_by == world.stored(admin).id
    assert report.body["sessions"][0]["summary"] == "由管理员代补的小结，内容齐全"


def test_without_a_company_nothing_is_asked(world: World) -> None:
    wang = world.manager("王芳", ())
    for command in ("/session", "/problem", "/incident", "/trial"):
        wang.says(command)
        assert "还没有负责的公司" in wang.last.text
