"""/stats in chat: a month, a week, a company, a person; what each role and the group may see; /rank and the posts."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from handlers.figures.standings import ranking_of
from schedules.filing import file_report
from schedules.periods import Period
from storage.people import Role
from storage.roster import Hire
from tests.chat import Phone, World
from tests.storage.channel_company import ChannelCompany, on


def cohort(session: Session, company: ChannelCompany, name: str, start: str, sellers: int, people: int) -> list[Hire]:
    """People who went on post on a day, some of whom sold one order the next day."""
    hires = company.on_post(company.cohort(name), start, people)
    for hire in hires[:sellers]:
        company.sells(hire, (on(start) + timedelta(days=1)).isoformat())
    return hires


def two_companies(world: World) -> None:
    """S7: 12/18 and 1/4 close in October 2026; one of 2/3 runs on."""
    with world.database.transaction() as session:
        first = ChannelCompany(session, "杭州甲")
        cohort(session, first, "9月批", "09-07", 12, 18)
        cohort(session, first, "11月批", "11-16", 2, 3)
        cohort(session, ChannelCompany(session, "温州乙"), "九期", "09-14", 1, 4)


def many_companies(world: World, number: int, people: int = 5) -> None:
    """Companies with one cohort each, closed in October."""
    with world.database.transaction() as session:
        for place in range(number):
            company = ChannelCompany(session, f"公司{place:03}")
            cohort(session, company, "一期", "09-07", place % (people + 1), people)


def november_of_dailies(world: World, phone: Phone) -> None:
    """S21: of 21 working days 19 on time, the 10th late, the 17th missing; and one on Sunday the 8th."""
    for number in range(1, 31):
        day = date(2026, 11, number)
        if day.day == 11:
            hand_in(world, phone, f"{day} 08:00:00", date(2026, 11, 10))
        if (day.weekday() < 5 and day.day not in (10, 17)) or day.day == 8:
            hand_in(world, phone, f"{day} 18:00", day)
    world.clock.to("2026-12-20 10:00")
    world.tick()


def ticks(world: World, *moments: str) -> None:
    """Let the clock work at these local moments, and not in between."""
    for moment in moments:
        world.clock.to(moment)
        world.tick()


def hand_in(world: World, phone: Phone, moment: str, day: date) -> None:
    """File a daily at a local moment, past the form."""
    world.clock.to(moment)
    stored = world.stored(phone)
    with world.database.transaction() as session:
        person = session.merge(stored)
        file_report(session, person, Period.daily(day), world.clock.now(), {})


def test_s7_cohorts_that_closed_in_the_month_are_pooled(world: World) -> None:
    two_companies(world)
    admin = world.admin()

    admin.says("/stats 2026-10")

    text = admin.last.text
    assert "2026-10 · 全部公司（2 家）" in text
    assert "已结束的批次（2）" in text
    assert "合计出单率 13/22 = 59.0%\n" in text
    assert "平均出单水平 13/22 = 0.59" in text
    assert "• 杭州甲 9月批: 12/18 = 66.6% (最终)" in text
    assert "• 温州乙 九期: 1/4 = 25.0% (最终)" in text
    assert "进行中" not in text


def test_this_month_shows_what_runs_and_orders_and_coverage(world: World) -> None:
    two_companies(world)
    with world.database.transaction() as session:
        company = ChannelCompany(session, "嘉兴丙")
        (hire, *_) = cohort(session, company, "11月批", "11-09", 1, 2)
        company.accompanied(hire, "11-10", company.manager(5))
    admin = world.admin()

    admin.says("统计")

    text = admin.last.text
    assert "2026-11 · 全部公司（3 家）" in text
    assert "这段时间没有满月的批次" in text
    assert "进行中的批次（2），截至 11/23 周一" in text
    assert "合计出单率 3/5 = 60.0% (进行中)" in text
    assert "• 杭州甲 11月批: 2/3 = 66.6% (进行中)" in text
    assert "出单 3 单" in text
    assert "当前新人的陪访覆盖率 1/5 = 20.0% (进行中)" in text
    assert "数据截至 11/23 周一" in text


def test_both_databases_say_the_same(database_url: str, tmp_path: Path) -> None:
    world = World(tmp_path, url=database_url)
    try:
        two_companies(world)
        wang, admin = world.manager("王芳", "杭州甲"), world.admin()
        admin.says("/stats 2026-10")
        assert "合计出单率 13/22 = 59.0%" in admin.last.text
        admin.says("/rank 2026-10")
        assert "1. 杭州甲: 12/18 = 66.6%" in admin.last.text
        wang.says("/cohort 11月批").taps("逐人查看")
        assert wang.last.text.count("1单") == 2
        world.tick()
        wang.says("/missing 计划")
        assert "待交 1/1" in wang.last.text
    finally:
        world.close()


@pytest.mark.parametrize("words", ["2026-10", "上月", "last month", "10月", "2026/10"])
def test_the_same_month_in_other_words(world: World, words: str) -> None:
    two_companies(world)
    admin = world.admin()
    admin.says(f"/stats {words}")
    assert "合计出单率 13/22 = 59.0%" in admin.last.text


def test_a_company_a_week_and_both(world: World) -> None:
    two_companies(world)
    admin = world.admin()
    admin.says("/stats 杭州甲 2026-10")
    assert "2026-10 · 杭州甲" in admin.last.text
    assert "合计出单率 12/18 = 66.6%" in admin.last.text
    assert "温州" not in admin.last.text
    world.clock.to("2026-10-12 10:00")
    admin.says("/stats 上周 杭州甲")
    assert "2026-10-04 – 2026-10-10 · 杭州甲" in admin.last.text
    assert "• 9月批: 12/18 = 66.6% (最终)" in admin.last.text
    admin.says("/stats 昨天")
    assert "10/11 周日" in admin.last.text


def test_buttons_turn_to_the_months_before_and_after(world: World) -> None:
    two_companies(world)
    admin = world.admin()
    admin.says("/stats").taps("‹ 2026-10")
    assert "合计出单率 13/22 = 59.0%" in admin.last.text
    admin.taps("2026-11 ›")
    assert "2026-11 · " in admin.last.text
    assert admin.last.buttons == ["‹ 2026-10"]


@pytest.mark.parametrize("words", ["火星", "日报", "杭州甲 火星 上周", "2026-13", "<b>=1+1&"])
def test_words_that_mean_nothing_get_one_sentence_with_examples(world: World, words: str) -> None:
    two_companies(world)
    admin = world.admin()
    admin.says(f"/stats {words}")
    assert "/stats 2026-10" in admin.last.text
    assert "%" not in admin.last.text


def test_a_manager_sees_the_own_company_and_is_politely_told_so(world: World) -> None:
    two_companies(world)
    wang = world.manager("王芳", "杭州甲")
    wang.says("/stats 2026-10")
    assert "2026-10 · 杭州甲" in wang.last.text
    assert "合计出单率 12/18 = 66.6%" in wang.last.text

    wang.says("/stats 温州乙 2026-10")
    assert wang.last.text == "我只能给您看自己公司的数据：杭州甲。"
    shown = wang.last.message.message_id
    wang.presses(shown, "stats:c2:monthly:2026-10")
    assert wang.toast == "这些数据不对您开放。"
    for data in (
        "stats:",
        "stats:x:monthly:2026-10",
        "stats:p99999999999:monthly:2026-10",
        "stats:all:monthly:0001-01",
    ):
        wang.presses(shown, data)
        assert wang.toast == "这些数据不对您开放。"


def test_viewers_see_one_company_or_all(world: World) -> None:
    two_companies(world)
    one, every = world.person("GM", Role.viewer, "温州乙"), world.person("HR", Role.viewer)
    one.says("/stats 2026-10")
    assert "1/4 = 25.0%" in one.last.text
    one.says("/stats 杭州甲")
    assert "只能" in one.last.text
    every.says("/stats 2026-10")
    assert "合计出单率 13/22 = 59.0%" in every.last.text


def test_the_group_gets_aggregates_and_nobodys_own_record(world: World) -> None:
    two_companies(world)
    admin, wang = world.admin(), world.manager("王芳", "杭州甲")
    group = world.group(admin, wang)
    in_group = world.group_phone(admin, group)

    in_group.says("/stats 2026-10")
    assert "合计出单率 13/22 = 59.0%" in in_group.last.text
    in_group.says("/stats 王芳")
    assert "私聊" in in_group.last.text
    assert "%" not in in_group.last.text
    in_group.presses(in_group.last.message.message_id, f"stats:p{world.stored(wang).id}:monthly:2026-10")
    assert in_group.toast == "这些数据不对您开放。"
    names = {hire.name for hire in world.all_of(Hire)}
    assert not any(name in in_group.texts for name in names)


def test_s21_on_time_and_submission_of_a_month_for_company_and_person(world: World) -> None:
    world.clock.to("2026-10-31 10:00")
    wang = world.manager("王芳", "杭州甲")
    other = world.manager("李强", "温州乙")
    world.tick()
    november_of_dailies(world, wang)
    admin = world.admin()

    for question in ("/stats 2026-11 杭州甲", "/stats 王芳 2026-11"):
        admin.says(question)
        assert "日报：按时 19/21 = 90.4% · 提交 20/21 = 95.2%\n" in admin.last.text
    wang.says("/stats 王芳 2026-11")
    assert "19/21 = 90.4%" in wang.last.text
    other.says("/stats 王芳 2026-11")
    assert "只能" in other.last.text
    other.says("/stats 2026-11")
    assert "日报：按时 0/21 = 0.0%" in other.last.text


def test_namesakes_are_told_apart_by_a_button(world: World) -> None:
    two_companies(world)
    world.manager("王芳", "杭州甲")
    world.manager("王芳", "温州乙")
    admin = world.admin()
    admin.says("/stats 王芳 2026-10")
    assert len(admin.last.buttons) == 2
    admin.presses(admin.last.message.message_id, f"stats:p{2}:monthly:2026-10")
    assert "2026-10 · 王芳" in admin.last.text


def test_a_hundred_companies_fit_into_one_message_each(world: World) -> None:
    many_companies(world, 100)
    admin = world.admin()
    admin.says("/stats 2026-10")
    assert len(admin.heard) == 1
    assert "另有 88 批，见 /cohort" in admin.last.text
    assert "合计出单率" in admin.last.text

    admin.forgets().says("/rank 2026-10")
    seen = 0
    while True:
        assert len(admin.last.text) <= 4096
        seen += admin.last.text.count("公司")  # one a line; the heading has another word for it
        onward = [label for label in admin.last.buttons if label.endswith("›") and "/" in label]
        if not onward:
            break
        admin.taps(onward[0])
    assert seen - 4 == 100, "four pages with one heading each"


def test_rank_pools_ranks_and_leaves_small_companies_unranked(world: World) -> None:
    with world.database.transaction() as session:
        for name, sellers, people in (("甲", 4, 6), ("乙", 2, 3), ("丙", 6, 9), ("丁", 1, 5), ("<b>戊&", 4, 4)):
            company = ChannelCompany(session, f"公司{name}")
            cohort(session, company, "一期", "09-07", sellers, people)
            if name == "丁":
                cohort(session, company, "二期", "09-08", 5, 5)
    wang = world.manager("王芳", "公司甲")

    wang.says("/rank 上月")

    lines = wang.last.text.splitlines()
    assert lines[1:7] == [
        "1. 公司丙: 6/9 = 66.6%",
        "1. 公司甲: 4/6 = 66.6%",
        "3. 公司丁: 6/10 = 60.0%",
        "– 公司<b>戊&: 4/4 = 100.0%（不足5人，不排名）",
        "– 公司乙: 2/3 = 66.6%（不足5人，不排名）",
        "合计 22/32 = 68.7% (最终)",
    ]
    wang.says("/rank")
    assert "这段时间没有满月的批次" in wang.last.text
    assert "本月未完" in wang.last.text
    wang.taps("‹ 2026-10")
    assert "1. 公司丙" in wang.last.text
    wang.says("/rank 昨天")
    assert "/rank 上月" in wang.last.text
    wang.presses(wang.last.message.message_id, "rank:weekly:2026-11-22")
    assert "已失效" in wang.toast


def test_nothing_closed_ranks_nobody() -> None:
    ranking = ranking_of([])
    assert ranking.places == ()
    assert ranking.pooled.order_rate is None


def test_on_the_6th_the_group_gets_last_months_companies_once(world: World) -> None:
    many_companies(world, 60)
    world.clock.to("2026-11-05 10:00")
    group = world.group(world.admin())
    ticks(world, "2026-11-06 08:59")
    assert "各公司出单率" not in "".join(said.text for said in world.heard_in(group))
    ticks(world, "2026-11-06 09:00", "2026-11-06 09:05", "2026-11-07 12:00")
    (post,) = [said for said in world.heard_in(group) if "2026-10 各公司出单率" in said.text]
    assert len(post.text) <= 4096
    assert "另有 30 家，见 /rank 2026-10" in post.text
    assert "合计 " in post.text


def test_the_state_of_the_week_is_posted_on_sunday_with_what_closed_and_what_runs(world: World) -> None:
    world.clock.to("2026-10-02 10:00")
    world.manager("王芳", "杭州甲")
    group = world.group(world.admin())
    with world.database.transaction() as session:
        company = ChannelCompany(session, "宁波丁")
        cohort(session, company, "九期", "09-10", 2, 3)
        cohort(session, company, "十期", "09-28", 1, 2)
        cohort(session, company, "早已结束", "08-01", 1, 2)
    ticks(world, "2026-10-02 10:05", "2026-10-10 12:00", "2026-10-11 08:59")
    assert "10/04–10/10" not in "".join(said.text for said in world.heard_in(group))

    ticks(world, "2026-10-11 09:00", "2026-10-11 09:05", "2026-10-11 12:00")

    (post,) = [said for said in world.heard_in(group) if "10/04–10/10" in said.text]
    assert post.text.splitlines()[:5] == [
        "📋 周报 10/04–10/10",
        "已交：0/1 = 0.0%",
        "按时：0/1 = 0.0%",
        "⏳ 待交 (1)：王芳",
        "",
    ]
    assert "\n\n🗓 一周情况 10/04–10/10\n" in post.text
    assert "• 九期: 2/3 = 66.6% (最终)" in post.text
    assert "• 十期: 1/2 = 50.0% (进行中)" in post.text
    assert "早已结束" not in post.text
    assert "日报：按时 0/3 = 0.0%" in post.text, "8, 9 and the make-up Saturday 10 October"
    assert not any(hire.name in post.text for hire in world.all_of(Hire))


def test_reports_count_in_the_month_in_which_they_fall_due(world: World) -> None:
    world.clock.to("2026-10-20 10:00")
    world.manager("王芳", "杭州甲")
    ticks(world, "2026-10-20 10:00", "2026-12-02 12:00")
    admin = world.admin()

    admin.says("/stats 2026-11")

    text = admin.last.text
    assert "周报：按时 0/4 = 0.0%" in text, "the Saturdays 7, 14, 21 and 28"
    assert "月报：按时 0/1 = 0.0%" in text
    assert "下月培训计划：按时 0/1 = 0.0%" in text
    assert "出单率报送：按时 0/1 = 0.0%" in text
    assert "销售技能总结：按时 0/1 = 0.0%" in text
