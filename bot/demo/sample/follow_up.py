"""What is done for the hires after they went on post: ride-alongs, drills, spot checks; and a problem being solved."""

from dataclasses import dataclass

from bot.demo.cast import CHEN_CHEN, LI_QIANG, LIU_YANG, MANAGERS, WANG_FANG, ZHAO_MIN, ZHOU_JING, CastMember
from bot.demo.sample.people import CHENGDU, COMPANY_OF, SUZHOU
from bot.demo.sample.story import Story
from schedules.kpi import KpiLine
from schedules.working_days import ONE_DAY
from storage.check_ins import record_progress
from storage.drills import DrillNote, record_drill
from storage.problem_book import ProblemNote, add_solution, answer_problem, report_problem
from storage.ratings import rate
from storage.ride_alongs import RideAlongNote, record_ride_along
from storage.spot_checks import SpotCheckNote, record_spot_check

_DID_WELL = (
    "开场自然，能先问客户的行业情况",
    "准备充分，资料和样品带得齐",
    "演示流畅，会结合客户的产品举例",
    "回访及时，客户对他印象不错",
)
_TO_IMPROVE = (
    "需求问得太少，先把预算和决策人问清楚再演示",
    "客户说考虑一下就停住了，要练习处理异议的三种说法",
    "演示之后没有提出成交，下次要主动要单",
    "拜访记录当天没有写进系统，要养成当天录入的习惯",
)
_CRITERIA = ("preparation", "opening", "needs", "demo", "objections", "asking", "crm", "rules")
_RATINGS = {
    KpiLine.induction: (92, "按计划开班，小结基本齐全"),
    KpiLine.problems: (85, "每周都有来自一线的问题"),
    KpiLine.solutions: (88, "方案有人跟，进度清楚"),
}
"""What the admin thought of last month: points of the first manager, and why."""


@dataclass(frozen=True)
class _Visit:
    author: CastMember
    hire: str
    day_no: int
    mode: str = "you_do"
    next_step: str = ""
    in_days: int = 0
    """When the open next step is due, in days from today."""


_VISITS = (
    _Visit(WANG_FANG, "何俊", 8),
    _Visit(WANG_FANG, "罗倩", 10),
    _Visit(ZHAO_MIN, "高翔", 12),
    _Visit(ZHAO_MIN, "林悦", 15, "half"),
    _Visit(WANG_FANG, "谢颖", 21),
    _Visit(LI_QIANG, "罗毅", 5),
    _Visit(LI_QIANG, "梁静", 9),
    _Visit(LIU_YANG, "宋超", 13, "i_do"),
    _Visit(LIU_YANG, "唐欣", 17),
    _Visit(CHEN_CHEN, "姚远", 6),
    _Visit(CHEN_CHEN, "傅佳", 11),
    _Visit(CHEN_CHEN, "钟瑞", 18, "half"),
    _Visit(CHEN_CHEN, "姜楠", 7),
    _Visit(CHEN_CHEN, "冯雪", 7),
    _Visit(CHEN_CHEN, "曾毅", 13),
    _Visit(CHEN_CHEN, "程璐", 16, "half"),
    _Visit(CHEN_CHEN, "蔡宁", 20, "i_do"),
    _Visit(CHEN_CHEN, "彭飞", 24),
    _Visit(LI_QIANG, "陈浩", 6),
    _Visit(LI_QIANG, "杨帆", 9),
    _Visit(LI_QIANG, "黄蕾", 12, "half"),
    _Visit(LIU_YANG, "周凯", 16),
    _Visit(LIU_YANG, "吴倩", 19),
    _Visit(LI_QIANG, "林娜", 26, "i_do", "再去拜访那三家展会客户，由她主谈", 1),
    _Visit(WANG_FANG, "张伟", 5, next_step="和张伟一起演练“考虑一下”的应对", in_days=1),
    _Visit(WANG_FANG, "李娜", 9),
    _Visit(ZHAO_MIN, "吴昊", 12, "half"),
    _Visit(ZHAO_MIN, "徐佳", 14, "i_do", "Listen to two of her phone appointments", 2),
    _Visit(CHEN_CHEN, "蒋彤", 3, "half"),
)


def follow_up(story: Story) -> None:
    """Record the visits, two drills, four spot checks, problems, a solution, and the ratings of last month."""
    for number, visit in enumerate(_VISITS):
        _record_visit(story, number, visit)
    _drill(story, WANG_FANG, 3, ("张伟", "王强", "朱琳"), "three_steps", "演示时间太长，没有留出谈订单的时间")
    _drill(story, LI_QIANG, 6, ("徐明", "林娜"), "introduction", "开头的自我介绍超过三十秒")
    _check(story, WANG_FANG, "李娜", 4, "basics", "good", "两分钟介绍完整，语速可以再慢一点")
    _check(story, WANG_FANG, "王强", 4, "rules", "fair", "退款政策答对一半，回去再看一遍第三节")
    _check(story, LI_QIANG, "陈浩", 7, "promotion", "good", "本月促销政策讲得清楚，能举出例子")
    _check(story, CHEN_CHEN, "彭飞", 8, "basics", "fair", "产品参数不熟，明天早会再问一次")
    _solve_problem(story)
    _rate_last_month(story)
    story.session.flush()


def _record_visit(story: Story, number: int, visit: _Visit) -> None:
    company = COMPANY_OF[visit.author.id]
    hire = story.hires[company, visit.hire]
    assert hire.on_post is not None
    day = hire.on_post + (visit.day_no - 1) * ONE_DAY
    if not story.calendar.is_workday(day):
        day = max(story.calendar.previous_workday(day), hire.on_post)
    if day >= story.today:
        return
    note = RideAlongNote(
        hire_id=story.hire_id(company, visit.hire),
        day=day,
        part_of_day=("morning", "afternoon", "full_day")[number % 3],
        mode=visit.mode,
        visits=3 + number % 4,
        customer_kinds=(("cold",), ("appointment", "return"), ("cold", "appointment"))[number % 3],
        did_well=_DID_WELL[number % len(_DID_WELL)],
        to_improve=_TO_IMPROVE[(number + number // 4) % len(_TO_IMPROVE)],
        scores={key: 3 + (number + at * 2) % 3 for at, key in enumerate(_CRITERIA) if (number + at) % 4},
        next_step=visit.next_step,
        next_step_on=story.today + visit.in_days * ONE_DAY if visit.next_step else None,
    )
    record_ride_along(
        story.session, note, story.company_id(company), story.person_id(visit.author), story.at(day, 17, number)
    )


def _drill(story: Story, author: CastMember, ago: int, names: tuple[str, ...], content: str, common: str) -> None:
    company, day = COMPANY_OF[author.id], story.workday_ago(ago)
    note = DrillNote(
        day=day,
        starts="16:30",
        hires=tuple(story.hire_id(company, name) for name in names),
        content=(content,),
        acted_out=True,
        commented=True,
        corrected=True,
        common_problems=common,
        result="partly",
    )
    record_drill(story.session, note, story.company_id(company), story.person_id(author), story.at(day, 17, 40))


def _check(story: Story, author: CastMember, name: str, ago: int, topic: str, result: str, feedback: str) -> None:
    company, day = COMPANY_OF[author.id], story.workday_ago(ago)
    note = SpotCheckNote(hire_id=story.hire_id(company, name), day=day, topic=topic, result=result, feedback=feedback)
    record_spot_check(story.session, note, story.company_id(company), story.person_id(author), story.at(day, 17, 50))


def _solve_problem(story: Story) -> None:
    """A problem of twelve working days ago whose solution is at 60 %, and one of yesterday that nobody answered."""
    session, owner = story.session, story.person_id(LI_QIANG)
    day, answered = story.workday_ago(12), story.at(story.workday_ago(11), 10)
    note = ProblemNote(
        company_id=story.company_id(SUZHOU),
        category="skills",
        text="新人被问到“和同行比贵在哪里”时答法不一，容易讲成压价",
        suggestion="统一一张问答卡，早会轮流演练",
    )
    problem = report_problem(session, note, owner, day, story.at(day, 18))
    answer = "同意，先在苏州试行两周，好用就推广到各公司"
    answer_problem(session, problem, answer, story.person_id(ZHOU_JING), answered)
    solution = add_solution(session, problem, "编写价格问答卡，每天早会抽两个人演练", owner, answered)
    for ago, percent, progress in ((8, 30, "问答卡初稿写好，共十二条"), (3, 60, "早会已练三次，还差异议部分")):
        day = story.workday_ago(ago)
        record_progress(session, solution, owner, day, percent, progress, story.at(day, 18, 10))
    day = story.workday_ago(1)
    note = ProblemNote(
        company_id=story.company_id(CHENGDU),
        category="product",
        text="新版后台的报价入口和培训资料里的截图不一样，新人找不到",
    )
    report_problem(session, note, story.person_id(CHEN_CHEN), day, story.at(day, 18, 5))


def _rate_last_month(story: Story) -> None:
    rated_at = story.at(story.today.replace(day=1) + ONE_DAY, 10)
    for at, member in enumerate(MANAGERS):
        for line, (value, comment) in _RATINGS.items():
            rate(
                story.session,
                story.person_id(member),
                story.begins,
                line.value,
                value - 3 * at,
                comment,
                story.person_id(ZHOU_JING),
                rated_at,
            )
