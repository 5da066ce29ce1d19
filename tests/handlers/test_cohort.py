"""/cohort and the card, asked in chat: the figures of the scenarios, who sees which, what the group never sees."""

import re
from datetime import date, timedelta

import pytest
from sqlmodel import select

from bot.demo.people import buttons as buttons_of
from handlers.figures import cohort_card
from handlers.pictures.cohort_picture import CohortPicture, draw_cohort
from schedules.order_rate import lock_snapshot
from storage.order_book import refund
from storage.orders import Order
from storage.people import Company, Role
from storage.roster import Hire
from storage.roster_events import add_hires, eliminate, fail_trial, pass_trial, start_trial
from storage.roster_rules import Recording
from tests.chat import Phone, World
from tests.storage.channel_company import ChannelCompany, on

ODD = "<b>=1+1&"


def spring(world: World, *, leavers_sold: bool = False) -> None:
    """S1 and S2: 20 trained, 18 on post on 03-02, 3 left, 12 of the other 15 sold."""
    with world.database.transaction() as session:
        company = ChannelCompany(session, today=on("12-31"))
        first = company.cohort("3月一期")
        people = company.trainees(first, 20)
        for hire in people[18:]:
            eliminate(session, hire, on("02-20"), company.recording)
        company.post(people[:18], "03-02")
        for hire in people[:2] if leavers_sold else ():
            company.sells(hire, "03-05")
        for hire in people[:3]:
            company.leaves(hire, "03-11")
        for hire, quantity in zip(people[3:15], (1,) * 9 + (2, 2, 4), strict=True):
            company.sells(hire, "03-20", quantity)


def one_hire_each(world: World, companies: int, per_company: int = 1) -> None:
    """Many companies with cohorts of one hire."""
    with world.database.transaction() as session:
        for number in range(companies):
            company = ChannelCompany(session, f"公司{number:03}")
            for place in range(per_company):
                company.on_post(company.cohort(f"{place + 1}期"), "11-02")


def pictures(world: World, monkeypatch: pytest.MonkeyPatch) -> list[CohortPicture]:
    """What is drawn from now on."""
    drawn: list[CohortPicture] = []

    def draw(picture: CohortPicture) -> bytes:
        drawn.append(picture)
        return draw_cohort(picture)

    monkeypatch.setattr(cohort_card, "draw_cohort", draw)
    return drawn


def test_s1_the_card_shows_every_figure_with_its_fraction_and_a_picture(world: World) -> None:
    spring(world)
    wang = world.manager("王芳", "杭州甲")
    world.clock.to("2026-04-01 10:00")

    wang.says("/cohort")

    card = wang.last
    assert card.has_picture
    assert "3月一期 · 杭州甲" in card.text
    assert "出单率 12/18 = 66.6%\n" in card.text
    assert "平均出单水平 17/18 = 0.94\n" in card.text
    assert "留存率 15/18 = 83.3%" in card.text
    assert "培训通过率 18/20 = 90.0%" in card.text
    assert "淘汰率 2/20 = 10.0%" in card.text
    assert "2026-03-02 – 2026-03-31" in card.text
    assert "状态 最终" in card.text


def test_s2_the_orders_of_leavers_count_for_the_level_only(world: World) -> None:
    spring(world, leavers_sold=True)
    wang = world.manager("王芳", "杭州甲")
    world.clock.to("2026-04-01 10:00")

    wang.says("批次")

    assert "出单率 12/18 = 66.6%\n" in wang.last.text
    assert "平均出单水平 19/18 = 1.05\n" in wang.last.text


def test_the_picture_has_the_same_figures_as_the_caption(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = pictures(world, monkeypatch)
    spring(world, leavers_sold=True)
    wang = world.manager("王芳", "杭州甲")
    world.clock.to("2026-04-01 10:00")

    wang.says("/cohort 3月一期")

    (picture,) = drawn
    assert (picture.rate_text, picture.level_text) == ("12/18 = 66.6%", "19/18 = 1.05")
    assert (picture.numerator, picture.on_post, picture.window_days) == (12, 18, 30)
    assert sum(picture.daily_orders) == 19
    assert picture.hires_with_orders[-1] == 14
    assert picture.daily_orders[3] == 2, "03-05 is day 4"
    assert picture.leavers_text == "离职 3 人"
    assert not picture.interim


def test_s3_an_order_on_day_31_is_kept_and_does_not_count(world: World) -> None:
    with world.database.transaction() as session:
        company = ChannelCompany(session)
        first, second = company.on_post(company.cohort("两人"), "03-01", 2)
        company.sells(first, "03-30")
        company.sells(second, "03-31")
    wang = world.manager("王芳", "杭州甲")
    world.clock.to("2026-04-01 10:00")

    wang.says("/cohort")

    assert "出单率 1/2 = 50.0%\n" in wang.last.text
    assert "平均出单水平 1/2 = 0.50\n" in wang.last.text


def test_s5_staggered_starts_are_interim_until_the_last_window_has_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = pictures(world, monkeypatch)
    with world.database.transaction() as session:
        company = ChannelCompany(session)
        cohort = company.cohort("4月批")
        groups = [company.on_post(cohort, *each) for each in (("04-06", 10), ("04-09", 5), ("04-13", 3))]
        for group, sellers in zip(groups, (7, 3, 1), strict=True):
            for hire in group[:sellers]:
                company.sells(hire, "04-20")
    wang = world.manager("王芳", "杭州甲")

    world.clock.to("2026-05-06 18:00")
    wang.says("/cohort")
    assert "出单率 11/18 = 61.1% (进行中)" in wang.last.text
    assert "2026-04-06 – 2026-05-12" in wang.last.text
    assert "状态 进行中，数据截至 2026-05-06" in wang.last.text
    assert (drawn[-1].today_no, drawn[-1].reached_by_all) == (30, 24)

    with world.database.transaction() as session:
        company.session = session
        company.sells(session.merge(groups[1][3]), "05-08")
        company.sells(session.merge(groups[2][1]), "05-13")
    world.clock.to("2026-05-12 23:59")
    wang.says("/cohort")
    assert "出单率 12/18 = 66.6% (进行中)" in wang.last.text
    world.clock.to("2026-05-13 00:00")
    wang.says("/cohort")
    assert "出单率 12/18 = 66.6%\n" in wang.last.text
    assert "状态 最终" in wang.last.text


def test_s18_undecided_trials_are_named_and_not_counted(world: World) -> None:
    with world.database.transaction() as session:
        company = ChannelCompany(session)
        people = company.trainees(company.cohort("试岗批"), 25)
        for hire in people:
            start_trial(session, hire, on("11-02"), company.recording)
        for hire in people[:19]:
            pass_trial(session, hire, on("11-09"), company.recording)
        for hire in people[19:22]:
            fail_trial(session, hire, on("11-09"), company.recording)
    wang = world.manager("王芳", "杭州甲")

    wang.says("/cohort")

    assert "试岗通过率 19/22 = 86.3% (3人待定)" in wang.last.text
    assert "出单率 — (无人上岗)" in wang.last.text
    assert "0.0%" not in wang.last.text.replace("淘汰率 0/25 = 0.0%", "").replace("培训通过率 0/25 = 0.0%", "")


def test_p6_odd_names_are_shown_as_they_are_everywhere(world: World) -> None:
    with world.database.transaction() as session:
        company = ChannelCompany(session, ODD)
        (hire,) = company.trainees(company.cohort(f"{ODD} 1"))
        company.post([hire], "11-02")
        hire.name = ODD
        company.on_post(company.cohort(f"{ODD} 2"), "11-02")
    wang = world.manager("王芳", ODD)

    wang.says("/cohort")
    assert f"{ODD}：请选择批次" in wang.last.text
    assert f"• {ODD} 1: 0/1 = 0.0% (进行中)" in wang.last.text
    wang.taps(f"{ODD} 1")
    assert wang.last.has_picture
    assert f"{ODD} 1 · {ODD}" in wang.last.text
    wang.taps("逐人查看")
    assert re.search(rf"^• {re.escape(ODD)} · .*22/30.* · 还没有出单$", wang.last.text, re.MULTILINE)
    wang.says(f"/cohort {ODD} 3")
    assert f"没有“{ODD} 3”" in wang.texts


def test_a_caption_with_the_longest_names_fits_and_both_languages_are_spoken(world: World) -> None:
    with world.database.transaction() as session:
        company = ChannelCompany(session, "&" * 60)
        people = add_hires(session, company.cohort("<" * 60), ["甲", "乙", "丙"], on("11-02"), company.recording)
        company.post(people, "11-02")
    for language in ("zh", "en"):
        manager = world.manager(f"M {language}", "&" * 60, language=language)
        manager.says("/cohort")
        assert manager.last.has_picture
        assert len(manager.last.text.encode("utf-16-le")) // 2 <= 1024
        assert "<" * 60 in manager.last.text
    assert "Order rate 0/3 = 0.0% (Interim)" in manager.last.text


def test_the_hires_are_listed_in_private_for_their_own_companies_only(world: World) -> None:
    spring(world, leavers_sold=True)
    wang, other = world.manager("王芳", "杭州甲"), world.manager("李强", "温州乙")
    world.clock.to("2026-03-25 10:00")
    wang.says("/cohort").taps("逐人查看")

    lines = [re.sub(r" · .* · ", " ", line) for line in wang.last.text.splitlines()]
    assert "• 3月一期6 1单" in lines
    assert "• 3月一期16 还没有出单" in lines
    assert "• 3月一期1 1单" in lines, "who left is listed too"
    assert "24/30" in wang.last.text

    card = wang.heard[-2].message.message_id
    other.says("/cohort")
    assert "还没有批次" in other.last.text
    (message,) = [said.message for said in wang.heard if said.message.message_id == card]
    data = str(buttons_of(message)[0]["callback_data"])
    forged = other.last.message.message_id
    other.presses(forged, data)
    assert "不属于您" in other.toast
    other.presses(forged, data.replace("cohort_hires", "cohort").removesuffix(":0"))
    assert "不属于您" in other.toast
    assert not other.last.has_picture


def test_the_group_sees_aggregates_and_no_names_of_hires(world: World) -> None:
    spring(world)
    wang = world.manager("王芳", "杭州甲")
    group = world.group(wang)
    world.clock.to("2026-03-25 10:00")
    in_group = world.group_phone(wang, group)

    in_group.says("/cohort")

    assert in_group.last.has_picture
    assert "出单率 12/18 = 66.6% (进行中)" in in_group.last.text
    assert in_group.last.buttons == []
    names = [hire.name for hire in world.all_of(Hire)]
    assert not any(name in in_group.texts for name in names if name != "3月一期")

    wang.says("/cohort")
    data = str(buttons_of(wang.last.message)[0]["callback_data"])
    in_group.presses(in_group.last.message.message_id, data)
    assert "这个按钮" in in_group.toast
    assert not any(name in in_group.texts for name in names)


def test_a_name_finds_a_cohort_a_company_lists_its_own_and_nonsense_gets_the_list(world: World) -> None:
    with world.database.transaction() as session:
        for name in ("杭州甲", "温州乙"):
            company = ChannelCompany(session, name)
            for month in ("10月批", "11月批"):
                company.on_post(company.cohort(month), "11-02")
    admin = world.admin()

    admin.says("/cohort")
    assert admin.last.buttons == ["杭州甲 10月批", "杭州甲 11月批", "温州乙 10月批", "温州乙 11月批"]
    admin.says("/cohort 温州乙")
    assert admin.last.buttons == ["10月批", "11月批"]
    admin.taps("11月批")
    assert "11月批 · 温州乙" in admin.last.text
    admin.says("/cohort 11月批")
    assert admin.last.buttons == ["杭州甲 11月批", "温州乙 11月批"]
    admin.says("/cohort 温州乙 10月批")
    assert "10月批 · 温州乙" in admin.last.text
    admin.says("/cohort 火星")
    assert "没有“火星”" in admin.texts
    assert len(admin.last.buttons) == 4


def test_with_a_hundred_companies_an_admin_turns_pages(world: World) -> None:
    one_hire_each(world, 100)
    admin = world.admin()
    admin.says("/cohort")
    seen: list[str] = []
    while True:
        assert len(admin.last.text) <= 4096
        assert len(admin.last.buttons) <= 100
        seen += [label for label in admin.last.buttons if label.startswith("公司")]
        onward = [label for label in admin.last.buttons if label.endswith("›")]
        if not onward:
            break
        admin.taps(onward[0])
    assert seen == [f"公司{number:03}" for number in range(100)]
    admin.taps("公司099")
    assert "公司099：请选择批次" in admin.last.text


def test_a_company_with_many_cohorts_is_paged(world: World) -> None:
    one_hire_each(world, 1, per_company=30)
    wang = world.manager("王芳", "公司000")
    wang.says("/cohort")
    assert wang.last.buttons[-1] == "2/3 ›"
    wang.taps("2/3 ›").taps("3/3 ›")
    assert [label for label in wang.last.buttons if label.endswith("期")] == [f"{n}期" for n in range(25, 31)]


def test_names_that_fill_a_page_lose_no_cohort_and_no_rate(world: World) -> None:
    names = [f"{number:02}{'&' * 58}" for number in range(14)]
    with world.database.transaction() as session:
        company = ChannelCompany(session, "&" * 60)
        for name in names:
            people = add_hires(session, company.cohort(name), ["甲"], on("11-02"), company.recording)
            company.post(people, "11-02")
            company.sells(people[0], "11-03")
    wang = world.manager("王芳", "&" * 60)
    wang.says("/cohort")
    seen: list[str] = []
    while True:
        assert len(wang.last.text.encode("utf-16-le")) // 2 <= 4096
        seen += [line for line in wang.last.text.splitlines() if line.startswith("•")]
        onward = [label for label in wang.last.buttons if label.endswith("›")]
        if not onward:
            break
        wang.taps(onward[0])
    assert seen == [f"• {name}: 1/1 = 100.0% (进行中)" for name in names]


def test_a_search_counts_and_lists_what_it_found_alone(world: World) -> None:
    one_hire_each(world, 3, per_company=30)
    admin = world.admin()
    admin.says("/cohort 公司001 1")
    found = {label for label in admin.last.buttons if label.endswith("期")}
    assert found == {"1期", *(f"{n}期" for n in range(10, 20))}
    admin.says("/cohort 2")
    assert "公司000：12 批，进行中 12 批" in admin.last.text
    admin.says("/cohort ２９ 期")
    assert admin.last.buttons == ["公司000 29期", "公司001 29期", "公司002 29期"]


def test_a_viewer_of_one_company_sees_that_one_and_a_viewer_of_none_all(world: World) -> None:
    one_hire_each(world, 2)
    one, every = world.person("GM", Role.viewer, "公司001"), world.person("HR", Role.viewer)
    one.says("/cohort")
    assert "1期 · 公司001" in one.last.text
    every.says("/cohort")
    assert len(every.last.buttons) == 2


def test_the_card_goes_out_as_a_text_when_it_cannot_be_drawn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(picture: CohortPicture) -> bytes:
        raise MemoryError

    monkeypatch.setattr(cohort_card, "draw_cohort", fail)
    spring(world)
    wang = world.manager("王芳", "杭州甲")
    world.clock.to("2026-04-01 10:00")
    wang.says("/cohort")
    assert wang.heard == []

    world.clock.forward(seconds=5)
    world.settle()

    assert not wang.last.has_picture
    assert "出单率 12/18 = 66.6%" in wang.last.text


def test_the_morning_after_a_cohort_closed_the_group_gets_its_final_card_once(world: World) -> None:
    spring(world)
    world.clock.to("2026-03-31 08:00")
    wang = world.manager("王芳", "杭州甲")
    group = world.group(wang)
    for moment in ("2026-03-31 08:05", "2026-04-01 08:59"):
        world.clock.to(moment)
        world.tick()
    assert not [said for said in world.heard_in(group) if said.has_picture]

    for moment in ("2026-04-01 09:00", "2026-04-01 09:05", "2026-04-02 09:00"):
        world.clock.to(moment)
        world.tick()

    (card,) = [said for said in world.heard_in(group) if said.has_picture]
    assert "出单率 12/18 = 66.6%\n" in card.text
    assert "状态 最终" in card.text
    assert card.buttons == []


def test_a_refund_after_the_submission_shows_both_values(world: World) -> None:
    """The submitted snapshot stays, and the card says what it is now (handbook §5.2)."""
    spring(world)
    wang = world.manager("王芳", "杭州甲")
    world.clock.to("2026-04-05 10:00")
    with world.database.transaction() as session:
        company = session.exec(select(Company)).one()
        assert company.id is not None
        lock_snapshot(session, company.id, date(2026, 3, 1), world.clock.now(), world.clock.today, None)
    world.clock.to("2026-04-10 10:00")
    with world.database.transaction() as session:
        order = session.exec(select(Order).where(Order.quantity == 1)).first()
        assert order is not None
        refund(session, order, 1, date(2026, 4, 9), "客户取消", Recording(None, world.clock.now(), world.clock.today))

    wang.says("/cohort")

    assert "出单率 11/18 = 61.1%\n" in wang.last.text
    assert wang.last.text.splitlines()[-1].startswith("✏️ 3月一期")
    assert "12/18" in wang.last.text.splitlines()[-1]
    assert "11/18" in wang.last.text.splitlines()[-1]


def test_summary_posts_each_current_card_at_most_once_an_hour(world: World) -> None:
    with world.database.transaction() as session:
        company = ChannelCompany(session)
        company.on_post(company.cohort("11月批"), "11-02", 2)
        company.on_post(company.cohort("9月批"), "09-01", 2)
    admin, wang = world.admin(), world.manager("王芳", "杭州甲")
    admin.says("/summary")
    assert "/link" in admin.last.text
    group = world.group(admin, wang)

    def cards() -> list[str]:
        return [said.text for said in world.heard_in(group) if said.has_picture]

    admin.says("/summary")
    assert "已发到群里：1 张卡片" in admin.last.text
    assert len(cards()) == 1
    assert "11月批" in cards()[0]
    world.clock.to("2026-11-23 10:59")
    admin.says("/summary")
    assert "一小时内已经发过：1 张" in admin.last.text
    world.clock.to("2026-11-23 11:00")
    admin.says("/summary")
    assert len(cards()) == 2

    wang.says("/summary")
    assert "您的角色不能使用 /summary" in wang.last.text
    assert len(cards()) == 2


def test_many_cards_are_posted_after_a_second_look_only(world: World) -> None:
    one_hire_each(world, 11)
    admin = world.admin()
    group = world.group(admin)
    admin.says("/summary")
    assert world.heard_in(group) == []
    admin.taps("发送 11 张卡片")
    assert len([said for said in world.heard_in(group) if said.has_picture]) == 11
    admin.says("/summary 公司003")
    assert "一小时内已经发过：1 张" in admin.last.text


def test_a_hire_who_left_late_is_there_at_the_close(world: World) -> None:
    with world.database.transaction() as session:
        company = ChannelCompany(session)
        early, late = company.on_post(company.cohort("两人"), "03-02", 2)
        for hire, last_day in ((early, date(2026, 3, 31)), (late, date(2026, 3, 31) + timedelta(days=1))):
            company.sells(hire, "03-10")
            company.leaves(hire, last_day.isoformat())
    wang = world.manager("王芳", "杭州甲")
    world.clock.to("2026-04-10 10:00")
    wang.says("/cohort")
    assert "出单率 1/2 = 50.0%\n" in wang.last.text


def phone_of(world: World, role: Role) -> Phone:
    return world.person(role.value, role, () if role is Role.admin else "杭州甲")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("command", ["/cohort", "/stats", "/missing", "/rank"])
def test_every_role_may_ask_in_private(world: World, role: Role, command: str) -> None:
    spring(world)
    phone = phone_of(world, role)
    phone.says(command)
    assert "您的角色" not in phone.last.text


@pytest.mark.parametrize("command", ["/cohort", "/stats", "/missing", "/rank", "/summary"])
def test_a_stranger_learns_nothing(world: World, command: str) -> None:
    spring(world)
    stranger = world.stranger()
    stranger.says(command)
    assert "3月一期" not in stranger.texts
    assert "%" not in stranger.texts
    for data in ("cohort:1", "cohorts:1:0", "cohort_hires:1:0", "stats:all:monthly:2026-03", "rank:monthly:2026-03:0"):
        stranger.presses(stranger.last.message.message_id, data)
        assert "%" not in stranger.texts
