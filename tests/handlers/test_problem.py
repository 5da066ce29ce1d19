"""Problems 问题 and solutions 方案: numbered, answered, worked on in the check-in, open until they are closed."""

from datetime import date

from storage.groups import AuditEntry
from storage.people import Role
from storage.problems import Problem, Solution, SolutionCheck
from storage.reports import Report, ReportVersion
from tests.chat import Phone, World


def reported(world: World, wang: Phone, text: str = "早上CRM系统很慢") -> Problem:
    """A problem of 王芳, as the last one recorded."""
    wang.says(f"问题\n内容: {text}\n类别: 其他").says("确认")
    problem = world.all_of(Problem)[-1]
    assert isinstance(problem, Problem)
    return problem


def unanswered(admin: Phone) -> list[str]:
    """What an admin was told about problems nobody answered."""
    return [said.text for said in admin.heard if "两天以上未回复" in said.text or "Without an answer" in said.text]


def test_a_problem_by_buttons_gets_a_number_and_stays_listed(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("问题").says("早上CRM系统很慢").taps("产品知识").says("错开时间登录").taps("确认")
    assert "已登记为 #1" in wang.last.text
    (problem,) = world.all_of(Problem)
    assert (problem.category, problem.suggestion) == ("product", "错开时间登录")
    assert (problem.reported_on, problem.answered_at, problem.closed_at) == (date(2026, 11, 23), None, None)

    world.clock.to("2026-11-25 11:00")
    wang.says("/problem")
    assert "#1 · 产品知识 · 早上CRM系统很慢" in wang.last.text
    assert "2天 · 待回复" in wang.last.text
    wang.taps("#1")
    assert "建议：错开时间登录" in wang.last.text
    wang.says("/problem #1")
    assert "问题 #1" in wang.last.text


def test_words_behind_the_command_and_a_block_that_begins_with_them(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/problem 系统登录慢").taps("其他").taps("确认")
    wang.says("问题：新人不会写跟进\n类别：销售技能\n建议：每天抽一条点评").taps("确认")
    first, second = world.all_of(Problem)
    assert (first.text, first.category) == ("系统登录慢", "other")
    assert (second.text, second.category, second.suggestion) == ("新人不会写跟进", "skills", "每天抽一条点评")


def test_what_cannot_be_taken(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/problem 99")
    assert "没有这个问题" in wang.last.text
    wang.says("问题").says("系统慢").says("天气")
    assert "天气" in wang.last.text
    assert world.all_of(Problem) == []


def test_a_solution_has_an_owner_and_progress_in_the_daily_check_in(world: World) -> None:
    wang, li = world.manager("王芳"), world.manager("李强")
    reported(world, wang)
    wang.taps("＋ 方案").says("换一条宽带").taps("李强").taps("确认")
    assert "🔧 1. 换一条宽带 · 李强 · 0%" in wang.last.text
    assert "王芳请您负责问题 #1 的方案" in li.last.text

    wang.says("/checkin").taps("上班").says("两家陪访").taps("方案进展").taps("添加").taps("换一条宽带").taps("50%")
    wang.says("已报修").taps("就这些").taps("确认")
    (check,) = world.all_of(SolutionCheck)
    assert (check.progress, check.note) == (50, "已报修")
    wang.says("/problem 1")
    assert "换一条宽带 · 李强 · 50%" in wang.last.text
    assert "已报修" in wang.last.text

    world.clock.to("2026-11-24 18:00")
    wang.says("/checkin").taps("上班").says("抽查两人")
    assert "＋ 方案进展" in wang.last.buttons, "it comes back until the problem is closed"
    wang.says("取消").taps("放弃")
    li.taps("#1").taps("进度").taps("100%").taps("跳过").taps("确认")
    assert "请关闭" in li.last.text
    li.taps("✅ 关闭").says("宽带已更换").taps("确认")
    problem, solution = world.all_of(Problem)[0], world.all_of(Solution)[0]
    assert problem.closing_note == "宽带已更换"
    assert problem.closed_at == solution.closed_at is not None
    wang.says("/checkin").taps("上班").says("抽查两人")
    assert "＋ 方案进展" not in wang.last.buttons


def test_a_solution_is_changed_and_a_problem_opened_again(world: World) -> None:
    wang = world.manager("王芳")
    reported(world, wang)
    wang.taps("＋ 方案").says("换一条宽带").taps("王芳").taps("确认")
    wang.taps("✏️ 1.").taps("修改").taps("方案").says("先重启路由器").taps("确认")
    assert world.all_of(Solution)[0].text == "先重启路由器"
    wang.taps("✅ 关闭").says("好了").taps("确认").taps("重新打开")
    assert world.all_of(Problem)[0].closed_at is None
    assert world.all_of(Solution)[0].closed_at is None
    assert "＋ 方案" in wang.last.buttons


def test_an_admin_answers_and_the_reporter_reads_it(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin("周敏")
    reported(world, wang)
    assert "💬 回复" not in wang.last.buttons
    world.clock.to("2026-11-23 15:00")
    admin.says("/problem").taps("#1").taps("回复").says("已请技术部处理，周三前解决").taps("确认")
    assert "周敏回复了您的问题 #1：已请技术部处理，周三前解决" in wang.last.text
    assert world.all_of(Problem)[0].answered_at == world.clock.now()
    wang.taps("#1")
    assert "💬 周敏，11/23 周一：已请技术部处理，周三前解决" in wang.last.text
    assert [entry.action for entry in world.all_of(AuditEntry)] == ["problem.answered"]


def test_after_two_days_without_an_answer_admins_hear_of_it_once(world: World) -> None:
    wang = world.manager("王芳")
    admins = [world.admin("周敏"), world.admin("吴刚", language="en")]
    reported(world, wang)
    world.clock.forward(hours=1)
    reported(world, wang, "新人不会写跟进")
    reported(world, wang, "样品不够")
    world.clock.to("2026-11-25 09:55")
    world.tick()
    assert [unanswered(admin) for admin in admins] == [[], []]

    world.clock.to("2026-11-25 10:00")
    world.tick()
    for admin in admins:
        (told,) = unanswered(admin)
        assert "#1 · 杭州甲 · 王芳" in told
        assert "#2" not in told
    admins[0].taps("#1").taps("回复").says("在处理").taps("确认")
    wang.says("/problem 3").taps("✅ 关闭").says("已补货").taps("确认")
    for admin in admins:
        admin.forgets()
    world.passes_to("2026-11-25 18:00", minutes=60)
    for admin in admins:
        (told,) = unanswered(admin)
        assert "#2" in told
        assert "#1" not in told
        assert "#3" not in told
        admin.forgets()
    world.passes_to("2026-11-27 12:00", minutes=120)
    assert [unanswered(admin) for admin in admins] == [[], []]


def test_several_that_become_due_together_are_one_message(world: World) -> None:
    wang, admin = world.manager("王芳"), world.admin()
    for number in range(3):
        reported(world, wang, f"问题描述{number}")
    world.clock.to("2026-11-26 03:00")
    world.tick()
    assert unanswered(admin) == [], "nobody is written to at night"
    world.clock.to("2026-11-26 09:00")
    world.tick()
    (told,) = unanswered(admin)
    assert all(f"问题描述{number}" in told for number in range(3))
    assert ["#1", "#2", "#3"] in [said.buttons for said in admin.heard]
    world.clock.to("2026-11-26 09:05")
    world.tick()
    assert len(unanswered(admin)) == 1


def test_other_companies_problems_stay_closed(world: World) -> None:
    wang, li = world.manager("王芳", "杭州甲"), world.manager("李强", "宁波乙")
    viewer = world.person("总经理", Role.viewer, "杭州甲")
    reported(world, wang)
    wang.taps("＋ 方案").says("换一条宽带").taps("王芳").taps("确认")
    li.says("/problem 1")
    assert "没有这个问题" in li.last.text
    message = li.last.message.message_id
    for what in ("card:1", "edit:1", "solve:1", "close:1", "answer:1", "progress:1", "change:1", "reopen:1"):
        li.presses(message, f"problem:{what}")
        assert "CRM" not in li.texts
    wang.presses(wang.last.message.message_id, "problem:answer:1")
    assert "取消" not in wang.last.buttons, "no form was begun"
    viewer.says("问题")
    assert "CRM" not in viewer.texts
    assert world.all_of(SolutionCheck) == []
    assert world.all_of(Problem)[0].closed_at is None


def test_a_form_begun_before_the_problem_was_closed_records_nothing(world: World) -> None:
    wang, li = world.manager("王芳"), world.manager("李强")
    reported(world, wang)
    wang.taps("＋ 方案").says("换一条宽带").taps("王芳")
    li.says("/problem 1").taps("✅ 关闭").says("自己好了").taps("确认")
    wang.taps("确认")
    assert "已经关闭" in wang.last.text
    assert world.all_of(Solution) == []


def test_other_words_for_a_problem_of_a_check_in_are_a_version_of_it(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("日报\n计划: 陪访\n问题: 登录慢\n类别: 其他").taps("确认")
    wang.says("/problem 1").taps("✏️ 修改").taps("修改").taps("内容").says("早上登录很慢").taps("确认")
    (report,) = world.all_of(Report)
    assert (report.version, report.body["problem"], report.state) == (2, "早上登录很慢", "on_time")
    assert [version.body["problem"] for version in world.all_of(ReportVersion)] == ["登录慢", "早上登录很慢"]
    assert "早上登录很慢" in report.text
    wang.says("/checkin").taps("修改").taps("明日计划").says("抽查两人").taps("确认")
    assert [problem.text for problem in world.all_of(Problem)] == ["早上登录很慢"]


def test_a_long_list_is_paged(world: World) -> None:
    wang = world.manager("王芳")
    for number in range(10):
        reported(world, wang, f"第{number}个<b>问题</b>")
    wang.says("问题")
    assert "未解决的问题（10）" in wang.last.text
    assert wang.last.buttons[:8] == [f"#{number}" for number in range(1, 9)]
    wang.taps("较新")
    assert wang.last.buttons[:2] == ["#9", "#10"]
    assert "第9个<b>问题</b>" in wang.last.text
