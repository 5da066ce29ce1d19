"""Daily check-in: taps counted, the day it belongs to, wrong inputs, versions, crashes, leave (handbook §3, §6)."""

from datetime import date, timedelta

import pytest

from bot.demo.people import buttons
from storage.check_ins import record_problem
from storage.follow_up import RideAlong
from storage.kinds import ReportKind, ReportState
from storage.people import find_company
from storage.problems import Problem, Solution, SolutionCheck
from storage.reports import Leave, Report, ReportVersion
from storage.roster_events import add_hires, create_cohort, fail_trial, pass_trial, start_trial
from storage.roster_rules import Recording
from storage.trainings import TrainingSession
from tests.chat import Phone, World
from tests.seed import put_on_post

MON = date(2026, 11, 23)


def do(phone: Phone, *steps: str) -> int:
    """Say a text, or tap a button written with an arrow in front; how many messages and taps it took."""
    for step in steps:
        phone.taps(step[1:]) if step.startswith("→") else phone.says(step)
    return len(steps)


def dailies(world: World) -> dict[date, Report]:
    """The check-ins by day."""
    return {report.first_day: report for report in world.all_of(Report) if report.kind is ReportKind.daily}


def joined(world: World, since: str = "2026-11-23", name: str = "王芳") -> Phone:
    """A manager who owes dailies from a date on."""
    return world.manager(name, "杭州甲", since=since)


def check_in(phone: Phone, plan: str = "陪访两家") -> None:
    """The usual check-in."""
    do(phone, "/checkin", "→上班", plan, "→确认")


def test_the_usual_check_in_takes_four_messages_or_taps(world: World) -> None:
    wang = joined(world)

    taken = do(wang, "/checkin", "→上班", "陪访两家新客户", "→确认")

    assert taken == 4
    report = dailies(world)[MON]
    assert report.state is ReportState.on_time
    assert report.body["plan"] == "陪访两家新客户"
    assert report.body["trial"] == {"on_trial": 0, "passed": 0, "failed": 0}
    assert "11/23" in wang.last.text
    assert "按时" in wang.last.text


@pytest.mark.parametrize("word", ["日报", "签到", "daily", "Daily", "Check-in", "#日报", "【日报】", "/checkin"])
def test_it_starts_with_its_command_and_its_words(world: World, word: str) -> None:
    wang = joined(world).says(word)
    assert wang.last.buttons[:3] == ["上班", "休息", "请假"]


def test_typed_answers_do_for_every_button(world: World) -> None:
    wang = joined(world)
    do(wang, "日报", "上班", "陪访两家", "确认")
    assert dailies(world)[MON].body["status"] == "working"


def test_the_last_plans_are_offered_as_buttons(world: World) -> None:
    wang = joined(world)
    check_in(wang, "陪访两家新客户")
    world.clock.to("2026-11-24 18:00")

    assert do(wang, "/checkin", "→上班", "→陪访两家新客户", "→确认") == 4
    assert dailies(world)[date(2026, 11, 24)].body["plan"] == "陪访两家新客户"


def test_the_numbers_come_from_the_roster_of_the_day(world: World) -> None:
    wang = joined(world)
    with world.database.transaction() as session:
        company = find_company(session, "杭州甲")
        assert company is not None
        assert company.id is not None
        record = Recording(None, world.clock.now(), MON)
        cohort = create_cohort(session, company.id, "11月批", world.clock.now())
        hires = add_hires(session, cohort, ["张伟", "李娜", "王强", "钱七", "孙八"], MON - timedelta(7), record)
        for hire in hires[:3]:
            start_trial(session, hire, MON - timedelta(1), record)
        pass_trial(session, hires[0], MON, record)
        fail_trial(session, hires[1], MON, record)

    do(wang, "/checkin", "→上班", "明天继续培训")

    # The one who passed counts as in training again until on post.
    assert "在训：3" in wang.last.text
    assert "试岗中 3、今日通过 1、今日未通过 1" in wang.last.text
    assert "试岗通过 1 · 试岗未通过 1" in wang.last.text


def test_without_a_roster_the_numbers_come_from_the_last_check_in(world: World) -> None:
    wang = joined(world)
    do(wang, "日报\n在训: 12\n试岗: 3/1/0\n计划: 陪访两家", "→确认")
    world.clock.to("2026-11-24 18:00")

    do(wang, "/checkin", "→上班", "陪访两家", "→确认")

    body = dailies(world)[date(2026, 11, 24)].body
    assert body["in_training"] == 12
    assert body["trial"] == {"on_trial": 2, "passed": 0, "failed": 0}


def test_one_pasted_block_fills_everything(world: World) -> None:
    wang = joined(world)

    do(
        wang,
        "日报\n在训: 约１２人\n试岗: 3/1/0\n培训: 入职, CRM操作, 9:00-11:00, 应到10, 实到9\n"
        "问题: 系统登录慢\n类别: 其他\n计划: 陪访两家",
        "→确认",
    )

    body = dailies(world)[MON].body
    assert (body["in_training"], body["trial"]["passed"], body["plan"]) == (12, 1, "陪访两家")
    (held,) = world.all_of(TrainingSession)
    assert (held.kind, held.topic, held.starts, held.ends) == ("induction", "CRM操作", "09:00", "11:00")
    assert (held.expected, held.present, held.day) == (10, 9, MON)
    (problem,) = world.all_of(Problem)
    assert (problem.text, problem.category, problem.reported_on) == ("系统登录慢", "other", MON)


@pytest.mark.parametrize(
    ("at", "typed", "sentence"),
    [
        ("→日期", "11/24", "未来"),
        ("→日期", "11/15", "7"),
        ("→日期", "哪天", "日期"),
        ("→在训", "301", "300"),
        ("→在训", "很多", "0"),
        ("→试岗", "3/3/1", "超过"),
        ("→试岗", "3", "3"),
        ("→明日计划", "无\n计划", "一行"),
        ("→明日计划", "忙", "短"),
        ("→明日计划", "联系13812345678", "电话"),
    ],
)
def test_a_wrong_answer_is_explained_and_nothing_is_lost(world: World, at: str, typed: str, sentence: str) -> None:
    wang = joined(world)
    do(wang, "/checkin", "→上班", "陪访两家", "→修改", at)

    wang.says(typed)

    assert sentence in wang.last.text
    do(wang, "返回")
    wang.taps("确认")
    assert dailies(world)[MON].body["plan"] == "陪访两家"


def test_more_present_than_expected_is_refused(world: World) -> None:
    wang = joined(world)
    do(wang, "/checkin", "→上班", "陪访两家", "→培训", "→入职", "CRM操作", "9:00-8:00")
    assert "8:00" in wang.last.text
    do(wang, "9:00-11:00", "10", "12")
    assert "实到 12 多于应到 10" in wang.last.text
    do(wang, "9", "→跳过", "→就这些", "→确认")
    (held,) = world.all_of(TrainingSession)
    assert held.summary == ""


def test_seven_sessions_are_one_too_many(world: World) -> None:
    wang = joined(world)
    rows = "\n".join(f"入职, 课程{n}, 9:00-10:00, 10, 9" for n in range(7))
    do(wang, f"日报\n在训: 1\n试岗: 0\n计划: 陪访\n培训:\n{rows}")
    assert "6" in wang.last.text
    do(wang, "→就这些", "→确认")
    assert len(world.all_of(TrainingSession)) == 6


def test_on_leave_there_are_no_numbers_and_no_plan(world: World) -> None:
    wang = joined(world)

    assert do(wang, "/checkin", "→请假", "→确认") == 3

    (leave,) = world.all_of(Leave)
    assert (leave.first_day, leave.last_day) == (MON, MON)
    report = dailies(world)[MON]
    assert report.state is ReportState.extra
    assert "in_training" not in report.body


def test_leave_told_in_a_check_in_goes_when_the_check_in_says_otherwise(world: World) -> None:
    wang = joined(world)
    do(wang, "/checkin", "→请假", "→确认")

    do(wang, "→✏️", "→修改", "→状态", "→上班", "陪访两家", "→确认")

    (leave,) = world.all_of(Leave)
    assert leave.cancelled_at is not None
    assert dailies(world)[MON].version == 2


def test_on_a_rest_day_nothing_is_due_and_an_extra_is_kept(world: World) -> None:
    world.clock.to("2026-11-22 10:00")
    wang = joined(world, since="2026-11-22")

    wang.says("/checkin")
    assert "休息日" in wang.texts
    do(wang, "→上班", "陪访两家", "→确认")

    report = dailies(world)[date(2026, 11, 22)]
    assert report.state is ReportState.extra
    assert "额外" in wang.last.text


@pytest.mark.parametrize("at", ["00:00", "07:59"])
def test_before_eight_it_is_for_the_day_before(world: World, at: str) -> None:
    wang = joined(world)
    world.tick()
    world.clock.to(f"2026-11-24 {at}")

    wang.says("/checkin")
    assert "11/23" in wang.texts
    do(wang, "→上班", "陪访两家")
    assert "日期：11/23" in wang.last.text
    wang.taps("确认")

    assert dailies(world)[MON].state is ReportState.on_time


def test_on_monday_morning_a_missed_friday_is_meant(world: World) -> None:
    world.clock.to("2026-11-20 10:00")
    wang = joined(world, since="2026-11-20")
    world.tick()
    world.clock.to("2026-11-23 07:30")

    do(wang, "/checkin", "→上班", "陪访两家", "→确认")

    assert dailies(world)[date(2026, 11, 20)].state is ReportState.late


def test_from_eight_two_buttons_ask_for_the_day(world: World) -> None:
    wang = joined(world)
    world.tick()
    world.clock.to("2026-11-24 08:00")

    wang.says("/checkin")
    assert [b for b in wang.last.buttons if "11/" in b] == ["今天 11/24 周二", "11/23 周一（待交）"]
    do(wang, "→11/23", "→上班", "陪访两家", "→确认")

    assert dailies(world)[MON].state is ReportState.late
    assert "晚交" in wang.last.text


def test_the_day_can_be_typed_too(world: World) -> None:
    wang = joined(world)
    world.tick()
    world.clock.to("2026-11-25 09:00")
    do(wang, "/checkin", "周一", "上班", "陪访两家", "确认")
    assert set(dailies(world)) == {MON}


def test_the_same_day_again_is_an_edit_with_versions(world: World) -> None:
    wang = joined(world)
    do(wang, "日报\n计划: 陪访\n培训: 入职, CRM操作, 9:00-11:00, 10, 9", "→确认")

    wang.says("/checkin")
    assert "已经交了" in wang.texts
    do(wang, "→修改", "→培训场次", "→1. 入职", "→删除")
    do(wang, "回炉, 产品知识, 14:00-15:00, 5, 5", "→就这些", "→确认")

    (held,) = world.all_of(TrainingSession)
    assert (held.kind, held.topic) == ("refresher", "产品知识")
    versions = world.all_of(ReportVersion)
    assert [version.version for version in versions] == [1, 2]
    assert versions[0].body["sessions"][0]["topic"] == "CRM操作"
    assert dailies(world)[MON].state is ReportState.on_time


def test_an_edit_the_next_day_keeps_date_and_state(world: World) -> None:
    wang = joined(world)
    check_in(wang)
    world.clock.to("2026-11-24 12:00")

    do(wang, "→✏️", "→修改", "→日期", "11/24")
    assert "日期不能改" in wang.last.text
    do(wang, "返回", "→修改", "→明日计划", "改成抽查", "→确认")

    report = dailies(world)[MON]
    assert (report.version, report.state, report.body["plan"]) == (2, ReportState.on_time, "改成抽查")


def test_a_problem_keeps_its_number_when_the_check_in_is_edited_and_is_withdrawn_with_it(world: World) -> None:
    wang = joined(world)
    do(wang, "/checkin", "→上班", "陪访两家", "→问题", "系统登录慢", "→其他", "→确认")
    do(wang, "→✏️", "→修改", "→问题", "系统登录太慢了", "→确认")
    (problem,) = world.all_of(Problem)
    assert (problem.text, problem.closed_at) == ("系统登录太慢了", None)

    do(wang, "→✏️", "→修改", "→问题", "→跳过", "→确认")
    (problem,) = world.all_of(Problem)
    assert problem.closed_at is not None


def test_progress_on_open_solutions_is_noted_once(world: World) -> None:
    wang = joined(world)
    person_id = world.stored(wang).id
    assert person_id is not None
    with world.database.transaction() as session:
        company = find_company(session, "杭州甲")
        assert company is not None
        assert company.id is not None
        problem = record_problem(session, company.id, person_id, "other", "登录慢", MON, world.clock.now())
        assert problem.id is not None
        session.add(Solution(problem_id=problem.id, text="换网络", recorded_at=world.clock.now()))

    do(wang, "/checkin", "→上班", "陪访两家", "→方案进展", "→添加", "→换网络", "→50%", "已联系", "→就这些", "→确认")
    do(wang, "→✏️", "→修改", "→明日计划", "抽查两人", "→确认")

    (noted,) = world.all_of(SolutionCheck)
    assert (noted.progress, noted.note, noted.day) == (50, "已联系", MON)
    assert world.all_of(Solution)[0].progress == 50


def test_with_several_companies_a_session_asks_which(world: World) -> None:
    wang = world.manager("王芳", ("杭州甲", "宁波乙"), since="2026-11-23")
    do(wang, "日报\n计划: 陪访\n培训: 入职, CRM操作, 9:00-11:00, 10, 9, 宁波乙", "→确认")
    (held,) = world.all_of(TrainingSession)
    with world.database.transaction() as session:
        company = find_company(session, "宁波乙")
        assert company is not None
        assert held.company_id == company.id


def test_what_was_recorded_that_day_stands_on_the_card(world: World) -> None:
    wang = joined(world)
    (zhang,) = put_on_post(world, "杭州甲", "11月批", ["张伟"], date(2026, 11, 20))
    wang.says("/orders 张伟 2")
    with world.database.transaction() as session:
        person_id = world.stored(wang).id
        assert person_id is not None
        assert zhang.id is not None
        session.add(
            RideAlong(
                company_id=zhang.company_id,
                hire_id=zhang.id,
                person_id=person_id,
                day=MON,
                part_of_day="morning",
                mode="half",
                visits=1,
                did_well="很好很好",
                to_improve="多问需求再演示产品吧",
                recorded_at=world.clock.now(),
            )
        )

    do(wang, "/checkin", "→上班", "陪访两家")

    assert "出单 2 · 陪访 1 · 陪练 0 · 抽查 0" in wang.last.text


@pytest.mark.parametrize("answered", range(4))
def test_p2_a_crash_after_any_answer_loses_nothing_and_asks_nothing_twice(world: World, answered: int) -> None:
    wang = joined(world)
    steps = ["/checkin", "→上班", "陪访两家新客户", "→确认"]

    do(wang, *steps[:answered])
    asked_before = [said.text for said in wang.heard]
    world.restart()
    world.settle()
    assert [said.text for said in wang.heard] == asked_before
    do(wang, *steps[answered:])

    assert dailies(world)[MON].body["plan"] == "陪访两家新客户"
    assert len(world.all_of(ReportVersion)) == 1


def test_p2_an_answer_received_before_the_crash_counts_after_it(world: World) -> None:
    wang = joined(world)
    do(wang, "/checkin", "→上班")
    world.act(lambda people: people.say(wang.telegram_id, "陪访两家新客户", wang.chat_id))
    world.receive_only()
    world.restart()
    world.settle()

    wang.taps("确认")

    assert dailies(world)[MON].body["plan"] == "陪访两家新客户"


def test_p5_whoever_handed_in_at_half_past_seven_is_left_alone(world: World) -> None:
    wang, li = joined(world), joined(world, name="李静")
    group = world.group(wang, li)
    world.tick()
    world.passes_to("2026-11-24 07:20")
    check_in(wang)
    wang.forgets()

    world.passes_to("2026-11-24 09:00")

    assert wang.heard == []
    board = world.heard_in(group)[-1].text
    missing = next(line for line in board.splitlines() if "待交" in line or "缺" in line or "李静" in line)
    assert "李静" in missing
    assert "王芳" not in missing


def test_confirming_twice_records_once(world: World) -> None:
    wang = joined(world)
    do(wang, "/checkin", "→上班", "陪访两家")
    card = wang.last.message
    (confirm,) = [str(b["callback_data"]) for b in buttons(card) if "确认" in str(b["text"])]

    wang.presses(card.message_id, confirm)
    wang.presses(card.message_id, confirm)

    assert [version.version for version in world.all_of(ReportVersion)] == [1]


def test_nobody_opens_somebody_elses_check_in(world: World) -> None:
    wang, li = joined(world), joined(world, name="李静")
    check_in(wang, "机密计划")
    report = dailies(world)[MON]
    message = li.says("/help").last.message

    for forged in (f"checkin_edit:{report.id}", "checkin_edit:99999", "checkin_edit:x", "checkin_edit"):
        li.presses(message.message_id, forged)

    assert "机密计划" not in li.texts
    assert dailies(world)[MON].version == 1


@pytest.mark.parametrize("day", ["2026-11-24", "2026-11-15", "nonsense", ""])
def test_a_forged_day_opens_no_other_day(world: World, day: str) -> None:
    wang = joined(world)
    message = wang.says("/help").last.message
    wang.presses(message.message_id, f"checkin:{day}")
    if "上班" in wang.last.buttons:
        do(wang, "→上班", "陪访两家", "→确认")
    assert set(dailies(world)) <= {MON}


def test_a_button_can_open_one_day(world: World) -> None:
    wang = joined(world)
    world.tick()
    world.clock.to("2026-11-25 09:00")
    message = wang.says("/help").last.message

    wang.presses(message.message_id, "checkin:2026-11-23")
    do(wang, "→上班", "陪访两家", "→确认")

    assert set(dailies(world)) == {MON}


def test_a_manager_without_a_company_can_hand_in(world: World) -> None:
    wang = world.person("王芳", since="2026-11-23")
    do(wang, "/checkin", "→上班", "陪访两家", "→确认")
    assert MON in dailies(world)


@pytest.mark.parametrize(
    "block",
    [
        "在训人数：１２人\n试岗：3/1/0\n明日计划：陪访",
        "王芳日报\n在训：12\n试岗人数：3\n通过：1\n淘汰：0\n计划：陪访",
        "日报 在训：12 试岗：3/1/0 计划：陪访",
        "Check-in\nPlan for tomorrow: 陪访\nTrial post: 3/1/0\nIn training: about 12",
    ],
)
def test_a_pasted_check_in_in_whatever_shape(world: World, block: str) -> None:
    wang = joined(world)
    do(wang, block, "确认")
    report = dailies(world)[MON]
    assert report.body["in_training"] == 12
    assert report.body["trial"] == {"on_trial": 3, "passed": 1, "failed": 0}
    assert report.body["plan"] == "陪访"


def test_the_day_is_shown_with_every_question_and_changed_by_a_bare_date(world: World) -> None:
    wang = joined(world, since="2026-11-01")
    wang.says("/checkin")
    assert "日报 · 11/23 周一" in wang.last.text

    wang.says("11/30")
    assert "不能填写未来日期" in wang.last.text
    wang.says("11/10")
    assert "只能补交最近7天的日报" in wang.last.text
    do(wang, "11/20", "上班", "陪访两家")
    assert "日期：11/20 周五" in wang.last.text

    do(wang, "昨天", "确认")
    assert list(dailies(world)) == [date(2026, 11, 22)]


def test_a_figure_typed_where_the_plan_is_asked_is_no_plan(world: World) -> None:
    wang = joined(world)
    do(wang, "/checkin", "→上班", "在训: 301")
    assert "301 超出范围" in wang.last.text
    do(wang, "在训：１２人", "试岗 3/1/0")
    assert "明天的计划" in wang.last.text
    do(wang, "试岗新人面试", "确认")
    body = dailies(world)[MON].body
    assert (body["in_training"], body["trial"]["on_trial"], body["plan"]) == (12, 3, "试岗新人面试")


def test_cancel_as_a_command_leaves_the_form(world: World) -> None:
    wang = joined(world)
    do(wang, "/checkin", "/cancel")
    assert "已取消" in wang.last.text
    wang.says("/cancel")
    assert "没有正在填写" in wang.last.text
    do(wang, "/checkin", "→上班", "/back", "/cancel")
    assert "放弃" in wang.last.text


def test_a_session_typed_answer_by_answer_instead_of_tapped(world: World) -> None:
    wang = joined(world)
    do(wang, "/checkin", "上班", "陪访两家", "＋ 培训", "入职", "产品知识", "9-11", "10", "9", "跳过", "就这些", "确认")
    (session,) = dailies(world)[MON].body["sessions"]
    assert (session["kind"], session["topic"], session["expected"], session["present"]) == (
        "induction",
        "产品知识",
        10,
        9,
    )
