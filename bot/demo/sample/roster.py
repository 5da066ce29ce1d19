"""The cohorts of the three companies, from training to month complete, with the orders of their hires."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.demo.cast import CHEN_CHEN, LI_QIANG, WANG_FANG, CastMember
from bot.demo.sample.people import CHENGDU, HANGZHOU, SUZHOU
from bot.demo.sample.story import Story
from schedules.working_days import ONE_DAY
from storage.order_book import record_orders
from storage.order_rules import OrderEntry
from storage.roster import Hire
from storage.roster_events import (
    add_hires,
    create_cohort,
    eliminate,
    fail_trial,
    leave,
    pass_exam,
    pass_trial,
    put_on_post,
    record_drill,
    start_trial,
)

_TRAINING_DAYS = 9
_TAGS = ("老客户", "展会", "转介绍", "电话约访", "")
_NUMERALS = "零一二三四五六"

Orders = Mapping[str, tuple[tuple[int, int], ...]]
"""By hire: (day of the window, quantity)."""


@dataclass(frozen=True)
class Class:
    """One cohort as it went. `on_post` is its first day 1; who comes later says by how many days."""

    company: str
    author: CastMember
    on_post: date
    names: tuple[str, ...]
    orders: Orders = field(default_factory=dict)
    later: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """Last day, as a day of the window, and the reason."""
    eliminated: tuple[str, ...] = ()
    failed_trial: tuple[str, ...] = ()
    on_trial: tuple[str, ...] = ()
    """Of a class still in training: those on trial post now."""


def fill_roster(story: Story) -> None:
    """Record every cohort, oldest first."""
    numbers: Counter[tuple[str, int]] = Counter()
    for each in sorted(_classes(story), key=lambda c: (c.on_post, c.company)):
        month = (each.on_post - _TRAINING_DAYS * ONE_DAY).month
        numbers[each.company, month] += 1
        _record(story, each, f"{month}月{_NUMERALS[numbers[each.company, month]]}期")


def _classes(story: Story) -> list[Class]:
    month = story.today.replace(day=1)
    return [
        # Closed last month.
        Class(
            HANGZHOU,
            WANG_FANG,
            month - 36 * ONE_DAY,
            ("何俊", "罗倩", "高翔", "林悦", "郑涛", "谢颖", "唐宁", "韩琳"),
            {
                "何俊": ((7, 1), (21, 1)),
                "罗倩": ((11, 1),),
                "高翔": ((9, 2),),
                "林悦": ((18, 1),),
                "谢颖": ((26, 1),),
                "唐宁": ((5, 1),),
            },
            left={"唐宁": (16, "个人发展"), "郑涛": (20, "家庭原因")},
        ),
        Class(
            SUZHOU,
            LI_QIANG,
            month - 40 * ONE_DAY,
            ("罗毅", "梁静", "宋超", "唐欣", "许然", "邓阳"),
            {"罗毅": ((6, 1),), "梁静": ((12, 1), (25, 2)), "唐欣": ((20, 1),), "许然": ((28, 1),)},
        ),
        Class(
            CHENGDU,
            CHEN_CHEN,
            month - 44 * ONE_DAY,
            ("姚远", "卢翔", "傅佳", "钟瑞", "姜楠", "崔浩", "谭静"),
            {"姚远": ((10, 1),), "傅佳": ((14, 1),), "姜楠": ((8, 1), (22, 1)), "谭静": ((30, 1),)},
            left={"崔浩": (9, "不适应外勤")},
        ),
        # Closed yesterday: its final card goes to the group.
        Class(
            CHENGDU,
            CHEN_CHEN,
            story.ago(30),
            ("冯雪", "曾毅", "程璐", "蔡宁", "彭飞", "潘悦"),
            {"冯雪": ((8, 1), (19, 1)), "曾毅": ((23, 1),), "程璐": ((12, 2),), "彭飞": ((27, 1),)},
        ),
        # Closes tomorrow.
        Class(
            SUZHOU,
            LI_QIANG,
            story.ago(28),
            ("陈浩", "杨帆", "黄蕾", "周凯", "吴倩", "徐明", "朱颖", "胡健", "郭鹏", "林娜", "何涛", "高洁"),
            {
                "陈浩": ((9, 1), (20, 1)),
                "杨帆": ((15, 1),),
                "黄蕾": ((6, 1), (24, 1)),
                "周凯": ((18, 2),),
                "吴倩": ((22, 1),),
                "徐明": ((27, 1),),
                "胡健": ((10, 1),),
            },
            left={"胡健": (14, "另有工作"), "郭鹏": (21, "搬家")},
            eliminated=("何涛",),
            failed_trial=("高洁",),
        ),
        # On day 20; one of them sold and left, two came two days later.
        Class(
            HANGZHOU,
            WANG_FANG,
            story.ago(19),
            ("张伟", "李娜", "王强", "周婷", "吴昊", "徐佳", "孙琪", "马骏", "朱琳"),
            {
                "张伟": ((6, 1),),
                "李娜": ((8, 1), (15, 1)),
                "周婷": ((8, 1),),
                "吴昊": ((11, 1),),
                "孙琪": ((13, 2),),
                "马骏": ((16, 1),),
            },
            later={"马骏": 2, "朱琳": 2},
            left={"周婷": (12, "回老家工作")},
        ),
        Class(
            CHENGDU,
            CHEN_CHEN,
            story.ago(5),
            ("袁野", "蒋彤", "杜薇", "丁原", "魏然"),
            {"蒋彤": ((4, 1),)},
        ),
        # Still in training.
        Class(
            HANGZHOU,
            WANG_FANG,
            story.today + 3 * ONE_DAY,
            ("胡斌", "郭倩", "林枫", "何欣", "高远", "梁雨", "宋晨", "唐磊", "许诺", "邓敏", "冯凯", "于航"),
            eliminated=("于航",),
            on_trial=("胡斌", "郭倩", "林枫"),
        ),
    ]


def _record(story: Story, each: Class, name: str) -> None:
    session, first = story.session, each.on_post - _TRAINING_DAYS * ONE_DAY
    recording = story.recording(each.author, first, 9)
    cohort = create_cohort(
        session,
        story.company_id(each.company),
        name,
        recording.now,
        region=story.companies[each.company].region,
        class_teacher=each.author.real_name,
        planned_size=len(each.names),
        starts_on=first,
        ends_on=each.on_post - ONE_DAY,
    )
    for hire in add_hires(session, cohort, each.names, first, recording):
        story.hires[each.company, hire.name] = hire
        _train(story, each, hire)


def _train(story: Story, each: Class, hire: Hire) -> None:
    session, author = story.session, each.author
    exam, drill = each.on_post - 5 * ONE_DAY, each.on_post - 4 * ONE_DAY
    if hire.name in each.eliminated:
        eliminate(session, hire, exam, story.recording(author, exam), reason="考试未通过")
        return
    pass_exam(
        session, hire, exam, story.recording(author, exam), score=str(78 + len(hire.name) + ord(hire.name[0]) % 17)
    )
    record_drill(session, hire, drill, story.recording(author, drill), passed=True)
    if each.on_post > story.today:
        if hire.name in each.on_trial:
            start_trial(session, hire, story.ago(1), story.recording(author, story.ago(1)))
        return
    trial = each.on_post - 3 * ONE_DAY
    start_trial(session, hire, trial, story.recording(author, trial))
    decided = each.on_post - ONE_DAY
    if hire.name in each.failed_trial:
        fail_trial(session, hire, decided, story.recording(author, decided), reason="拜访量不足")
        return
    pass_trial(session, hire, decided, story.recording(author, decided))
    _sell(story, each, hire, each.on_post + each.later.get(hire.name, 0) * ONE_DAY)


def _sell(story: Story, each: Class, hire: Hire, day_1: date) -> None:
    session = story.session
    put_on_post(session, hire, day_1, story.recording(each.author, day_1, 9))
    assert hire.id is not None
    for number, quantity in each.orders.get(hire.name, ()):
        day = day_1 + (number - 1) * ONE_DAY
        if day < story.today:
            entry = OrderEntry(hire.id, quantity, day, _TAGS[(number + len(each.names)) % len(_TAGS)])
            recording = story.recording(each.author, day, 17, 5 + number)
            record_orders(session, [entry], recording, f"sample-{hire.id}-{number}")
    if hire.name in each.left:
        number, reason = each.left[hire.name]
        last_day = day_1 + (number - 1) * ONE_DAY
        leave(session, hire, last_day, story.recording(each.author, last_day), reason=reason)
