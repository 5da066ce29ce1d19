"""Another company's data: no button, no typed name and no deep link of anybody else's opens it (handbook §1, §10).

One company has one of everything that can be recorded. Then people who are not of it press every button there is, with
the numbers of its records in every place that a number can stand, and type every command with its names behind it.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import select as sql_select

from handlers.commands import BUTTON_BY_NAME, COMMANDS, FORM_BY_NAME
from handlers.forms.screens import BUTTON as FORM_BUTTON
from storage.people import Membership, Role
from storage.problems import Solution
from storage.schema import metadata
from tests.chat import Phone, World
from tests.seed import put_on_post

SECRET = "机密"
"""Stands in every name and every text of the company."""
PEOPLE = ("manager", "viewer")
MOVING = {"inbox", "outbox", "post", "heartbeat", "preference", "conversation"}
"""Tables that change by the mere fact that somebody said something."""
HIGHEST = 2
"""No record of the company has a higher number."""
PERIODS = (
    "daily:2026-11-23",
    "weekly:2026-11-22",
    "monthly:2026-11",
    "plan:2026-12",
    "order_rate:2026-10",
    "skills_mail:2026-11",
)
LISTS = ("", ":0", ":#")
EDITS = (":#",)

ARGUMENTS: dict[str, tuple[str, ...]] = {
    FORM_BUTTON: (
        *(f":#:{step}:{move}" for step in (1, 2, 3) for move in ("confirm", "cancel-yes", "edit", "skip", "back")),
        ":#:1:resume",
    ),
    "checkin": ("", ":2026-11-23", ":2026-11-20"),
    "checkin_edit": EDITS,
    "orders": ("", ":#"),
    "orders_undo": EDITS,
    "orders_edit": EDITS,
    "orders_list": LISTS,
    "order": EDITS,
    "refund": EDITS,
    "order_move": EDITS,
    "ridealong": ("", ":#"),
    "ride_edit": EDITS,
    "ride_list": LISTS,
    "ride_close": EDITS,
    "drill": ("", ":#"),
    "drill_edit": EDITS,
    "drill_list": LISTS,
    "spotcheck": ("", ":#"),
    "spot_edit": EDITS,
    "spot_list": LISTS,
    "session": ("", ":#"),
    "session_edit": EDITS,
    "session_list": LISTS,
    "session_sum": EDITS,
    "problem": (
        ":list",
        ":list:#",
        *(f":{what}:#" for what in ("card", "progress", "change", "reopen", "solve", "close", "answer", "edit")),
    ),
    "incident_edit": EDITS,
    "incident_list": LISTS,
    "todo": (":page:0", ":card:#", ":done:#:0", ":later:#"),
    "trial": (":page:0", ":set:#"),
    "forum": ("",),
    "forum_edit": EDITS,
    "ro": (
        ":companies:0",
        *(f":{what}:#" for what in ("company", "new", "template", "export", "cohort", "edit", "add", "post", "left")),
        *(f":{what}:#" for what in ("step", "hire", "post1", "left1", "step1", "move", "rejoin", "date", "rename")),
        *(":undo:#:2026-11-10", ":history:#:0", ":company:#:0", ":cohort:#:0"),
    ),
    "leave": ("",),
    "leave_edit": EDITS,
    "leave_cancel": EDITS,
    "go": tuple(f":{period}{company}" for period in PERIODS for company in ("", ":#")),
    "report": (
        ":earlier",
        *(f":start:{period}{company}" for period in PERIODS for company in ("", ":#")),
        *(":read:#", ":read:#:1", ":change:#"),
    ),
    "cohort": EDITS,
    "cohorts": (":#:0", ":#"),
    "cohort_hires": (":#:0", ":#"),
    "stats": tuple(f":{scope}:{period}" for scope in ("c#", "p#", "all") for period in PERIODS[:3]),
    "missing": (*(f":{period}:0" for period in PERIODS), ":today:0"),
    "missing_remind": (*(f":{period}" for period in PERIODS), ":today"),
    "rank": (":monthly:2026-11:0", ":monthly:2026-10:0"),
    "summary_send": ("", ":#"),
    "kpi": (":all:monthly:2026-11:0", ":one:monthly:2026-11:#"),
    "calendar": (":monthly:2026-11", ":monthly:2026-11:#"),
    "calendarday": (":set:#", ":rest:#", ":forget:2026-11-23:#", ":work:2026-11-23:#"),
    "setting": (":all", ":group:deadlines", ":show:before_is_strict", ":set:before_is_strict:1"),
    "audit": (":0:0", ":#:0"),
    "exempt": (":person:#", ":new:#", ":undo:#", ":one:daily:2026-11-23:#", ":list:daily:2026-11-23"),
    "redate": EDITS,
    "backfill": EDITS,
    "join": ("",),
    "approve": (":#:manager:#", ":#:viewer:all", ":#:manager:new"),
    "reject": EDITS,
    "person": (
        ":page:0",
        *(f":{what}:#" for what in ("card", "rename", "role", "companies", "add", "remove", "off", "off-yes", "on")),
        *(":role:#:admin", ":role:#:viewer", ":add:#:#", ":remove:#:#", ":companies:#:0"),
    ),
    "forget": (":person:#", ":hire:#", ":person-yes:#", ":hire-yes:#", ":no"),
    "company": (":page:0", ":new", *(f":{what}:#" for what in ("card", "edit", "off", "off-yes", "on"))),
    "revoke": EDITS,
    "language": ("",),
}
"""What stands behind the name in each button's data; # is a number of somebody else's record."""

TYPED = ("机密新人甲", "机密公司", "机密一期", "机密经理", "1", "离职 机密新人甲", "\n新人: 机密新人甲\n公司: 机密公司")
"""What is typed behind a command, on the same line or the next."""


@dataclass
class Scene:
    """A company with one of everything, and people who are not of it."""

    world: World
    people: dict[str, Phone]

    def records(self) -> dict[str, Any]:
        """Everything that is stored, but for what moves by itself."""
        with self.world.session() as session:
            tables = [table for table in metadata.sorted_tables if table.name not in MOVING]
            return {table.name: session.execute(select(table)).all() for table in tables}

    def conversations_of_others(self, phone: Phone) -> list[Any]:
        """The half-filled forms of everybody else."""
        table = metadata.tables["conversation"]
        own = self.world.stored(phone).id
        with self.world.session() as session:
            return list(session.execute(select(table).where(table.c.person_id != own)).all())


WORK = (
    "出单 机密新人甲 1",
    "陪访\n新人: 机密新人甲\n时段: 上午\n方式: 你干我看\n家数: 3\n客户: 陌拜\n优点: 机密开场自然亲切"
    "\n改进: 机密先问清需求，再做产品演示\n下一步: 机密再陪一次\n下一步日期: 11/25",
    "陪练\n开始时间: 9:00\n人员: 机密新人甲, 机密新人乙\n内容: CRM操作\n方法: 演练, 点评, 纠正示范"
    "\n共性问题: 机密介绍超过两分钟\n结果: 机密都会了",
    "抽查\n新人: 机密新人甲\n抽查内容: 基本功\n结果: 一般\n反馈: 机密流程熟悉，还要多问客户需求",
    "培训记录\n类型: 回炉\n主题: 机密促单技巧\n时间: 8:00-9:00\n应到: 2\n实到: 2",
    "问题\n内容: 机密系统早上很慢\n类别: 其他\n建议: 机密错开时间登录",
    "投诉\n经过: 机密拜访没有去\n处理: 机密当天道歉并上门",
    "请假 11/26-11/27",
    "技能总结 机密本月先问需求再演示产品，成交更快，客户也更放心。",
    "日报\n在训: 2\n试岗: 0/0/0\n计划: 机密陪访两位新人",
)
"""A manager's work, as people paste it."""
OF_A_COMPANY = WORK[1:7]
"""What is recorded for a company; a leave, a daily and a summary are a person's own."""
CONFIRMING = ("✅ 确认", "提交")


def record_one_of_everything(owner: Phone) -> None:
    """All of a manager's work, confirmed; and one form that is half filled."""
    for text in WORK:
        owner.says(text)
        confirm(owner)
    owner.says("出单")


def confirm(phone: Phone) -> None:
    """Press what saves a form, if there is such a button."""
    for label in CONFIRMING:
        if label in phone.last.buttons:
            phone.taps(label)
            break


ONE_OF_EVERYTHING = (
    *("orders", "ride_along", "drill", "spot_check", "training_session", "problem", "solution", "incident", "leave"),
    *("report", "conversation", "hire", "cohort"),
)
"""Tables that hold something of the company."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Made once: nothing in these tests may change it."""
    world = World(tmp_path_factory.mktemp("companies"))
    owner = world.manager("机密经理", "机密公司")
    put_on_post(world, "机密公司", "机密一期", ["机密新人甲", "机密新人乙"], date(2026, 11, 10))
    people = {
        "manager": world.manager("王芳", "杭州甲"),
        "viewer": world.person("总经理", Role.viewer, "杭州甲"),
    }
    record_one_of_everything(owner)
    with world.database.transaction() as session:
        recorded_at = world.clock.now()
        session.add(Solution(problem_id=1, text="机密方案", owner_id=world.stored(owner).id, recorded_at=recorded_at))
    yield Scene(world, people)
    world.close()


def test_the_company_has_one_of_everything_and_low_numbers(scene: Scene) -> None:
    with scene.world.session() as session:
        for name in ONE_OF_EVERYTHING:
            rows = session.execute(select(metadata.tables[name])).all()
            assert rows, f"{name} is empty: the attacks below would prove nothing"
            assert len(rows) <= HIGHEST


def test_every_button_is_tried() -> None:
    assert set(ARGUMENTS) == set(BUTTON_BY_NAME), "a new button needs its arguments in this table"


def presses_of(name: str) -> list[str]:
    """A button's data with each number in each place."""
    data = []
    for shape in ARGUMENTS[name]:
        places = shape.count("#")
        for numbers in itertools.product(range(1, HIGHEST + 1), repeat=places):
            filled = iter(numbers)
            data.append(name + "".join(str(next(filled)) if c == "#" else c for c in shape))
    return data


def learned(phone: Phone) -> list[str]:
    """Lines of the bot that tell more than the names that were typed here: texts, or how long a hire is on post."""
    lines = [line for said in phone.heard for line in (*said.text.splitlines(), *said.buttons)]
    return [line for line in lines if SECRET in re.sub("机密(新人[甲乙]|公司|一期|经理)", "", line) or "/30天" in line]


@pytest.mark.parametrize("who", PEOPLE)
def test_no_button_shows_or_changes_anything_of_another_company(scene: Scene, who: str) -> None:
    phone = scene.people[who].forgets().says("/me")
    before, conversations = scene.records(), scene.conversations_of_others(phone)
    queries, message_id = scene.world.stand_in.world.queries, phone.last.message.message_id
    found = []
    for name in ARGUMENTS:
        known = set(queries)
        for data in presses_of(name):
            phone.presses(message_id, data, settle=False)
        scene.world.settle()
        toasts = [query.text or "" for number, query in queries.items() if number not in known]
        shown = [line for said in phone.heard for line in (said.text, *said.buttons)]
        found += [(name, line) for line in (*shown, *toasts) if SECRET in line]
        phone.forgets().says("/me")
        message_id = phone.last.message.message_id
    assert found == []
    assert scene.records() == before
    assert scene.conversations_of_others(phone) == conversations


@pytest.mark.parametrize("who", PEOPLE)
def test_no_typed_name_shows_or_changes_anything_of_another_company(scene: Scene, who: str) -> None:
    phone = scene.people[who]
    before = scene.records()
    found = []
    for command in COMMANDS:
        if command.name not in {"link", "unlink"}:
            phone.forgets()
            for typed in TYPED:
                scene.world.stand_in.people.say(phone.telegram_id, f"/{command.name} {typed}")
            scene.world.settle()
            found += [(command.name, line) for line in learned(phone)]
    assert found == []
    assert scene.records() == before


@pytest.mark.parametrize(
    "payload", ["go_roster", "go_cohort_1", "go_stats_机密公司", "go_people", "1", "inv_1", "x" * 64]
)
def test_no_deep_link_opens_anything(scene: Scene, payload: str) -> None:
    phone = scene.people["manager"].forgets().starts(payload)
    assert learned(phone) == []
    assert all(form.roles for form in FORM_BY_NAME.values())


@pytest.mark.parametrize("text", OF_A_COMPANY, ids=lambda text: text.split()[0])
def test_who_loses_the_company_inside_a_form_records_nothing_for_it(world: World, text: str) -> None:
    wang = world.manager("王芳", "机密公司")
    put_on_post(world, "机密公司", "机密一期", ["机密新人甲", "机密新人乙"], date(2026, 11, 10))
    wang.says(text)
    with world.database.transaction() as session:
        for membership in session.exec(sql_select(Membership)).all():
            membership.until = world.clock.today
    scene = Scene(world, {})
    before = scene.records()
    confirm(wang)

    assert scene.records() == before
    assert "✅ 已" not in wang.last.text
