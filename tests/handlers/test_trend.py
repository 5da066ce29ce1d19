"""/trend in chat: twelve months as a picture and as a message; figures as everywhere, gaps, interim, who sees what."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from handlers.figures import trend
from handlers.figures.export import reach_of
from handlers.outgoing import PICTURE_FAILED
from handlers.pictures.trend_picture import TrendPicture
from handlers.translations import translator
from schedules.filing import file_report
from schedules.periods import Period
from storage.outbox import OutboxMessage
from storage.people import Role, person_by_telegram_id
from tests.chat import Phone, World
from tests.storage.channel_company import ChannelCompany


@pytest.fixture
def offices(world: World) -> dict[str, Phone]:
    """S7 in October 2026 (12/18 of 杭州甲 and 1/4 of 宁波乙), 2/3 in September, one cohort closing on 28 November."""
    with world.database.transaction() as session:
        first, second = ChannelCompany(session, "杭州甲"), ChannelCompany(session, "宁波乙")
        manager = first.manager()
        for hire in first.on_post(first.cohort("8月批"), "08-10", 3)[:2]:
            first.sells(hire, "08-20")
            first.accompanied(hire, "08-20", manager)
        for hire in first.on_post(first.cohort("9月批"), "09-07", 18)[:12]:
            first.sells(hire, "09-20")
        second.sells(second.on_post(second.cohort("九期"), "09-14", 4)[0], "09-20")
        first.sells(first.on_post(first.cohort("10月批"), "10-30", 2)[0], "11-01")
    return {
        "wang": world.manager("王芳", "杭州甲"),
        "admin": world.admin(),
        "english": world.admin("Jane Wang", language="en"),
        "viewer": world.person("主管", Role.viewer, "宁波乙"),
    }


def table(phone: Phone) -> list[str]:
    """The message beneath the picture, line by line."""
    return phone.last.text.split("\n")


def picture(world: World, phone: Phone) -> TrendPicture:
    """What the picture shows."""
    with world.session() as session:
        person = person_by_telegram_id(session, phone.telegram_id)
        assert person is not None
        reach = reach_of(session, person, None)
        assert reach is not None
        months = trend.months_until(session, reach, world.clock.now(), world.surroundings)
    return trend.picture_of(translator("zh"), "杭州甲", months)


def test_a_picture_with_the_table_beneath(offices: dict[str, Phone]) -> None:
    admin = offices["admin"].says("趋势")
    before = admin.heard[-2]
    assert before.has_picture
    assert "2025-12 – 2026-11" in before.text
    assert "2 家公司合计" in before.text
    assert not admin.last.has_picture
    lines = table(admin)
    october = lines.index("2026-10")
    assert lines[october + 1 : october + 3] == ["出单率 13/22 = 59.0%", "平均出单水平 13/22 = 0.59"]
    assert lines[october + 4] == "陪访覆盖率 0/22 = 0.0%"
    september = lines.index("2026-09")
    assert lines[september + 1] == "出单率 2/3 = 66.6%"
    assert lines[september + 4] == "陪访覆盖率 2/3 = 66.6%"
    assert lines[-1].startswith("2025-12 – 2026-08：—")


def test_the_month_that_is_not_over_is_interim_and_one_without_a_figure_is_a_gap(
    offices: dict[str, Phone], world: World
) -> None:
    lines = table(offices["admin"].says("/trend"))
    assert lines[:2] == ["2026-11（进行中）", "出单率 1/2 = 50.0%"]
    drawn = picture(world, offices["admin"])
    rates = drawn.panels[0].points
    assert rates[:9] == (None,) * 9, "never 0"
    assert [(p.text, p.fraction_text, p.interim) for p in rates[9:] if p is not None] == [
        ("66.6%", "2/3", False),
        ("59.0%", "13/22", False),
        ("50.0%", "1/2", True),
    ]
    world.clock.to("2026-12-01 10:00")
    closed = picture(world, offices["admin"]).panels[0].points
    assert [p.interim for p in closed if p is not None] == [False, False, False]
    assert closed[-1] is None, "nothing closes in December"


def test_on_time_rate_of_dailies(offices: dict[str, Phone], world: World) -> None:
    """Four days owed from the 23rd on: the second on time, the third late, the others never."""
    wang = offices["wang"]
    for day in (24, 25, 26):
        world.clock.to(f"2026-11-{day} 00:05")
        world.tick()
    with world.database.transaction() as session:
        person = person_by_telegram_id(session, wang.telegram_id)
        assert person is not None
        for day, hours in ((24, 20), (25, 34)):
            said = Period.daily(date(2026, 11, day))
            file_report(session, person, said, world.clock.now().replace(day=day, hour=0) + timedelta(hours=hours), {})
    world.clock.to("2026-11-27 00:03")
    assert "日报按时率 1/3 = 33.3%" in table(wang.says("/trend"))
    world.clock.to("2026-11-27 09:00")
    assert "日报按时率 1/4 = 25.0%" in table(wang.says("/trend"))


def test_each_sees_the_own_companies(offices: dict[str, Phone], world: World) -> None:
    assert "出单率 12/18 = 66.6%" in table(offices["wang"].says("/trend"))
    assert "出单率 1/4 = 25.0%" in table(offices["viewer"].says("/trend"))
    assert "出单率 1/4 = 25.0%" in table(offices["admin"].says("/trend 宁波乙"))
    refused = offices["wang"].forgets().says("/trend 宁波乙")
    assert len(refused.heard) == 1
    assert "请写上您的一家公司" in refused.last.text
    group = world.group(offices["wang"])
    in_group = world.group_phone(offices["wang"], group).says("/trend")
    assert "出单率 12/18 = 66.6%" in table(in_group)


def test_in_english(offices: dict[str, Phone]) -> None:
    lines = table(offices["english"].says("/trend"))
    assert lines[:2] == ["2026-11 (Interim)", "Order rate 1/2 = 50.0%"]


def test_a_picture_that_cannot_be_drawn_is_said_without_it(offices: dict[str, Phone], world: World) -> None:
    offices["admin"].says("/trend")
    with world.session() as session:
        message = session.exec(select(OutboxMessage).where(OutboxMessage.kind == trend.PICTURE)).one()
        message.error = f"{PICTURE_FAILED}no such glyph"
        instead = trend.compose_picture(session, message, world.clock.now(), world.surroundings)
        assert instead is not None
        assert (instead.method, instead.make_file) == ("sendMessage", None)
        assert "十二个月趋势" in instead.params["text"]
        session.rollback()
