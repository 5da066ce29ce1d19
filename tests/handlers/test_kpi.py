"""/kpi and /rate: the card of a month, what it is made of, and who may see it (handbook §8, §10)."""

from datetime import date, datetime

import pytest

from schedules.settings import change_setting
from storage.follow_up import RideAlong
from storage.groups import AuditEntry
from storage.order_book import record_orders
from storage.order_rules import OrderEntry
from storage.people import CompanyId, PersonId, Role, find_company
from storage.problems import Problem
from storage.ratings import Rating
from storage.roster import Hire
from storage.roster_rules import Recording
from storage.spot_checks import SpotCheckNote, record_spot_check
from tests.chat import Phone, World
from tests.seed import put_on_post

FEEDBACK = "开场太快，需要先问客户需求"


def follow(world: World, hire: Hire, day: date, *, checks: int = 0) -> None:
    """A noted ride-along with a hire, and some spot checks."""
    assert hire.id is not None
    by, now = PersonId(1), world.clock.now()
    with world.database.transaction() as session:
        ride = RideAlong(
            company_id=hire.company_id,
            hire_id=hire.id,
            person_id=by,
            day=day,
            part_of_day="morning",
            mode="you_do",
            visits=3,
            did_well="准备充分",
            to_improve=FEEDBACK,
            recorded_at=now,
        )
        session.add(ride)
        for _ in range(checks):
            note = SpotCheckNote(hire_id=hire.id, day=day, topic="basics", result="good", feedback=FEEDBACK)
            record_spot_check(session, note, hire.company_id, by, now)


def sell(world: World, hire: Hire, day: date, quantity: int) -> None:
    """Orders of a hire."""
    with world.database.transaction() as session:
        assert hire.id is not None
        recording = Recording(by=None, now=world.clock.now(), today=world.clock.today)
        record_orders(session, [OrderEntry(hire.id, quantity, day)], recording, batch=f"{hire.id}-{day}")


@pytest.fixture
def wang(world: World) -> Phone:
    """A manager with a cohort of three that closed on 2026-11-18: two of them sold, one was accompanied."""
    phone = world.manager("王芳", "杭州甲")
    hires = put_on_post(world, "杭州甲", "10月一期", ["张伟", "李娜", "王强"], date(2026, 10, 20))
    sell(world, hires[0], date(2026, 10, 25), 1)
    sell(world, hires[1], date(2026, 11, 18), 3)
    follow(world, hires[0], date(2026, 11, 2), checks=2)
    return phone


def switch(world: World, name: str, value: object, when: datetime | None = None) -> None:
    """An admin set something at an instant."""
    with world.database.transaction() as session:
        change_setting(session, name, value, PersonId(1), when or world.clock.now())


def test_a_manager_sees_the_own_card(world: World, wang: Phone) -> None:
    wang.says("/kpi")
    text = wang.last.text
    assert "KPI · 王芳 · 2026-11" in text
    assert "出单率 —/15：出单率 2/3 = 66.6% (未设目标)" in text
    assert "陪访覆盖率 1/3 = 33.3% → 1.6/5" in text
    assert "入职培训 —/15：评分 — (未评分)" in text
    assert "满意度 —/15" in text
    assert "合计：1.6 / 85 (另15分待确认)" in text
    assert "数据截至 11/23" in text


def test_targets_are_set_by_an_admin_and_scored(world: World, wang: Phone) -> None:
    admin = world.admin()
    admin.says("/settings kpi_target_order_rate 80%")
    admin.says("/settings kpi_target_order_level 1.6")
    admin.says("/settings kpi_spot_checks_per_hire 1")
    wang.says("绩效")
    text = wang.last.text
    # 15 × (2/3) / (4/5) = 12.5; 15 × (4/3) / (8/5) = 12.5; 5 × 1/3 + 5 × 2/3 = 5.
    assert "出单率 12.5/15：出单率 2/3 = 66.6%，目标 80%" in text
    assert "平均出单水平 12.5/15：平均出单水平 4/3 = 1.33，目标 1.6" in text
    assert "上岗后跟进 5.0/10：陪访覆盖率 1/3 = 33.3% → 1.6/5；抽查完成/计划 2/3 = 66.6% → 3.3/5" in text
    assert "合计：30.0 / 85 (另15分待确认)" in text
    assert "其中未计分：45 分" in text


def test_the_same_card_in_english(world: World, wang: Phone) -> None:
    admin = world.admin(language="en")
    admin.says("/settings kpi_target_order_rate 80%").says("/kpi 王芳 2026-11")
    assert "Order rate 12.5/15: order rate 2/3 = 66.6%, target 80%" in admin.last.text
    assert "Total: 14.1 / 85 (another 15 points to be confirmed)" in admin.last.text


def test_a_new_target_does_not_touch_the_cards_of_earlier_months(world: World, wang: Phone) -> None:
    switch(world, "kpi_target_order_rate", "80")
    world.clock.to("2026-12-10 10:00")
    switch(world, "kpi_target_order_rate", "100")
    switch(world, "kpi_weight_order_rate", 20)
    wang.says("/kpi 2026-11")
    assert "出单率 12.5/15：出单率 2/3 = 66.6%，目标 80%" in wang.last.text
    wang.says("/kpi")
    assert "出单率 —/20：出单率 —，目标 100% (本月无数据)" in wang.last.text


def test_with_satisfaction_the_total_is_out_of_100(world: World, wang: Phone) -> None:
    admin = world.admin()
    admin.says("/settings kpi_satisfaction on")
    wang.says("/kpi")
    assert "/ 100" in wang.last.text
    assert "待确认" not in wang.last.text


def test_an_admin_sees_all_others_nobody_elses(world: World, wang: Phone) -> None:
    li, admin = world.manager("李强", "宁波乙"), world.admin()
    viewer = world.person("总经理", Role.viewer, "杭州甲")
    admin.says("/kpi")
    assert "• 王芳: 1.6 / 85" in admin.last.text
    assert "• 李强: 0.0 / 85" in admin.last.text
    message = admin.taps("王芳").last.message.message_id
    assert "KPI · 王芳" in admin.last.text
    assert admin.presses(message, "kpi:one:monthly:2026-10:1").last.text.startswith("🎯 KPI · 王芳 · 2026-10")

    li.says("/kpi 王芳")
    assert "没听懂" in li.last.text
    for data in ("kpi:one:monthly:2026-11:1", "kpi:all:monthly:2026-11:0", "kpi:one:daily:2026-11-01:1"):
        li.presses(li.last.message.message_id, data)
        assert "只能查看您自己的 KPI" in li.toast
    assert "KPI · 王芳" not in li.texts
    viewer.says("/kpi")
    assert "您的角色不能使用 /kpi" in viewer.last.text
    assert "不能使用" not in world.stranger().says("/kpi").last.text


def test_the_group_is_sent_to_the_private_chat(world: World, wang: Phone) -> None:
    admin = world.admin()
    chat = world.group(wang, admin)
    for person in (wang, admin):
        phone = world.group_phone(person, chat).says("/kpi")
        assert phone.last.buttons == ["打开私聊"]
        assert "KPI ·" not in phone.texts


# Ratings


def test_a_viewer_rates_with_a_comment_and_the_manager_sees_it(world: World, wang: Phone) -> None:
    viewer, admin = world.person("主管甲", Role.viewer, "杭州甲"), world.admin()
    viewer.says("/rate").taps("王芳").taps("入职培训")
    viewer.says("88").says("讲解清楚，准备充分")
    assert "供参考：按时开班 0/0" in viewer.last.text
    viewer.taps("确认")
    assert "只有 王芳 和管理员能看到" in viewer.last.text
    assert "有新的评分" in wang.last.text
    wang.says("/kpi")
    assert "入职培训 13.2/15：评分 88/100 = 88.0%" in wang.last.text
    assert "• 入职培训 88：讲解清楚，准备充分" in wang.last.text
    assert "主管甲" not in wang.last.text
    admin.says("/kpi 王芳")
    assert "讲解清楚，准备充分 (主管甲)" in admin.last.text
    (entry,) = world.all_of(AuditEntry)
    assert (entry.action, "88" in str(entry.details)) == ("rating.given", False)


def test_several_ratings_are_their_mean_and_a_second_one_replaces_the_first(world: World, wang: Phone) -> None:
    first, second = world.person("主管甲", Role.viewer, "杭州甲"), world.admin("管理员")
    first.says("/rate 王芳 问题 70 一般").taps("确认")
    second.says("/rate 王芳 问题收集 85 不错").taps("确认")
    wang.says("/kpi")
    assert "问题收集 7.7/10：评分 155/200 = 77.5%" in wang.last.text
    first.says("/rate 王芳 问题 90 进步很大")
    assert "您之前评了 70" in first.last.text
    first.taps("确认")
    wang.says("/kpi")
    assert "评分 175/200 = 87.5%" in wang.last.text
    kept = [rating.versions for rating in world.all_of(Rating)]
    assert [len(versions) for versions in kept] == [1, 0]
    assert kept[0][0]["value"] == 70


def test_satisfaction_is_given_in_a_position_and_kept_while_it_is_off(world: World, wang: Phone) -> None:
    viewer = world.person("总经理", Role.viewer, "杭州甲")
    viewer.says("/rate 王芳 满意度 90 配合很好").taps("总经理")
    assert "目前不计分" in viewer.last.text
    viewer.taps("确认")
    (rating,) = world.all_of(Rating)
    assert (rating.line, rating.position, rating.value, rating.month) == ("satisfaction", "gm", 90, date(2026, 11, 1))
    wang.says("/kpi")
    assert "满意度 —/15：评分 90/100 = 90.0% (待确认，未计分)" in wang.last.text
    world.admin().says("/settings kpi_satisfaction on")
    wang.says("/kpi")
    assert "满意度 13.5/15：评分 90/100 = 90.0%" in wang.last.text


@pytest.mark.parametrize("typed", ["101", "-1", "很好"])
def test_a_rating_is_a_whole_number_up_to_100(world: World, wang: Phone, typed: str) -> None:
    viewer = world.person("主管甲", Role.viewer, "杭州甲")
    viewer.says("/rate 王芳 方案").says(typed)
    assert "0" in viewer.last.text
    assert "100" in viewer.last.text
    assert world.all_of(Rating) == []


def test_a_rating_needs_a_comment(world: World, wang: Phone) -> None:
    viewer = world.person("主管甲", Role.viewer, "杭州甲")
    viewer.says("/rate 王芳 方案 80")
    assert "评语" in viewer.last.text
    assert "确认" not in "".join(viewer.last.buttons)


def test_a_viewer_rates_the_managers_of_their_companies_only(world: World, wang: Phone) -> None:
    viewer = world.person("主管乙", Role.viewer, "宁波乙")
    world.manager("李强", "宁波乙")
    viewer.says("/rate 王芳 入职培训 10 不好")
    assert "没有叫 王芳 的经理" in viewer.last.text
    viewer.says("/rate")
    assert [label for label in viewer.last.buttons if label in ("王芳", "李强")] == ["李强"]
    wang.says("/rate")
    assert "您的角色不能使用" in wang.last.text
    assert world.all_of(Rating) == []


def test_the_hints_come_from_the_records(world: World, wang: Phone) -> None:
    admin = world.admin()
    with world.database.transaction() as session:
        company = find_company(session, "杭州甲")
        assert company is not None
        session.add(
            Problem(
                company_id=CompanyId(company.id or 0),
                person_id=PersonId(1),
                category="product",
                text="价格表太旧",
                reported_on=date(2026, 11, 10),
                recorded_at=world.clock.now(),
            )
        )
    admin.says("/rate 王芳 问题 80 有质量")
    assert "供参考：本月新问题 1 个" in admin.last.text


def test_a_month_is_rated_by_its_name(world: World) -> None:
    world.manager("王芳", "杭州甲")
    admin = world.admin()
    admin.says("/rate 王芳 2026-10 入职培训 88 讲解清楚，准备充分")
    assert "月份：2026-10" in admin.last.text
    admin.taps("取消").taps("放弃").says("/rate 王芳 10月")
    assert "评哪一项" in admin.last.text
