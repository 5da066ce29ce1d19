"""What is done for the hires after they went on post: ride-alongs, drills, spot checks; and a problem being solved."""

from dataclasses import dataclass

from bot.demo.cast import CHEN_CHEN, LI_QIANG, LIU_YANG, WANG_FANG, ZHAO_MIN, CastMember
from bot.demo.sample.people import CHENGDU, COMPANY_OF, SUZHOU
from bot.demo.sample.story import Story
from schedules.working_days import ONE_DAY
from storage.check_ins import record_problem, record_progress
from storage.follow_up import Drill, SpotCheck
from storage.problems import Solution
from storage.ride_alongs import RideAlongNote, record_ride_along
from storage.roster import Hire

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
    """Record the visits, two drills, four spot checks, and a problem with its solution."""
    for number, visit in enumerate(_VISITS):
        _record_visit(story, number, visit)
    _record_drill(
        story, WANG_FANG, 3, ("张伟", "王强", "朱琳"), "一坐二演示三订单", "演示时间太长，没有留出谈订单的时间"
    )
    _record_drill(story, LI_QIANG, 6, ("徐明", "林娜"), "诚信通两分钟介绍", "开头的自我介绍超过三十秒")
    _check(story, WANG_FANG, "李娜", 4, "basics", "good", "两分钟介绍完整，语速可以再慢一点")
    _check(story, WANG_FANG, "王强", 4, "rules", "fair", "退款政策答对一半，回去再看一遍第三节")
    _check(story, LI_QIANG, "陈浩", 7, "promotion", "good", "本月促销政策讲得清楚，能举出例子")
    _check(story, CHEN_CHEN, "彭飞", 8, "basics", "fair", "产品参数不熟，明天早会再问一次")
    _solve_problem(story)
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


def _record_drill(
    story: Story, author: CastMember, ago: int, names: tuple[str, ...], content: str, common: str
) -> None:
    company, day = COMPANY_OF[author.id], story.workday_ago(ago)
    story.session.add(
        Drill(
            company_id=story.company_id(company),
            person_id=story.person_id(author),
            day=day,
            starts="16:30",
            hires=[story.hire_id(company, name) for name in names],
            content=content,
            acted_out=True,
            commented=True,
            corrected=True,
            common_problems=common,
            result="第二轮都有进步",
            recorded_at=story.at(day, 17, 40),
        )
    )


def _check(story: Story, author: CastMember, name: str, ago: int, topic: str, result: str, feedback: str) -> None:
    company, day = COMPANY_OF[author.id], story.workday_ago(ago)
    hire: Hire = story.hires[company, name]
    story.session.add(
        SpotCheck(
            company_id=story.company_id(company),
            hire_id=story.hire_id(company, hire.name),
            person_id=story.person_id(author),
            day=day,
            topic=topic,
            result=result,
            feedback=feedback,
            recorded_at=story.at(day, 17, 50),
        )
    )


def _solve_problem(story: Story) -> None:
    """A problem of twelve working days ago whose solution is at 60 %, and one of yesterday that nobody answered."""
    author, session = LI_QIANG, story.session
    day = story.workday_ago(12)
    problem = record_problem(
        session,
        story.company_id(SUZHOU),
        story.person_id(author),
        "skills",
        "新人被问到“和同行比贵在哪里”时答法不一，容易讲成压价",
        day,
        story.at(day, 18),
    )
    problem.suggestion = "统一一张问答卡，早会轮流演练"
    problem.answered_at = story.at(story.workday_ago(11), 10)
    solution = Solution(
        problem_id=problem.id or 0,
        text="编写价格问答卡，每天早会抽两个人演练",
        owner_id=story.person_id(author),
        recorded_at=story.at(story.workday_ago(11), 10),
    )
    session.add(solution)
    session.flush()
    for ago, percent, note in ((8, 30, "问答卡初稿写好，共十二条"), (3, 60, "早会已练三次，还差异议部分")):
        day = story.workday_ago(ago)
        record_progress(session, solution, story.person_id(author), day, percent, note, story.at(day, 18, 10))
    day = story.workday_ago(1)
    record_problem(
        session,
        story.company_id(CHENGDU),
        story.person_id(CHEN_CHEN),
        "product",
        "新版后台的报价入口和培训资料里的截图不一样，新人找不到",
        day,
        story.at(day, 18, 5),
    )
