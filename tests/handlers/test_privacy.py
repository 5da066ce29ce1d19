"""What the bot keeps about people: shown to them on request, and taken out while the figures stay (handbook §10)."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select as select_columns
from sqlmodel import Session, select

from bot.demo.chats import Document
from handlers.menus import _name_of
from schedules.kpi_figures import card_of
from schedules.standing import states_between
from storage.cohort_figures import figures_of_companies
from storage.coverage import coverage
from storage.exemptions import Exemption
from storage.follow_up import RideAlong, SpotCheck
from storage.forgetting import SURROGATE, codes_listed, texts_of
from storage.groups import AuditEntry, Preference
from storage.inbox import InboxUpdate
from storage.kinds import ReportKind
from storage.outbox import OutboxMessage, OutboxState
from storage.people import CompanyId, Person, PersonState, Role
from storage.personal_data import PERSON_COLUMNS, menu_name, person_columns
from storage.ratings import rate
from storage.reports import Leave, Report
from storage.roster import CohortId, Hire, HireEvent
from storage.schema import metadata
from tests.chat import Phone, World
from tests.seed import put_on_post

KINDS = ["sqlite", "postgres"]


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The bot on each database."""
    made = World(tmp_path, url=request.getfixturevalue(f"{request.param}_url"))
    yield made
    made.close()


class Month:
    """A company in the middle of its work: two managers, a cohort, reports, orders, notes, leave, ratings."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wang = world.manager("王芳", "杭州甲")
        self.other = world.manager("王芳芳", "杭州甲")
        self.admin = world.admin("管理员")
        world.group(self.wang, self.other, self.admin)
        self.hires = put_on_post(world, "杭州甲", "11月一期", ["张伟", "李娜", "赵强"], date(2026, 11, 16))
        self.wang.says("出单 张伟 2")
        if "确认" in "".join(self.wang.last.buttons):
            self.wang.taps("确认")
        self.wang.says("日报").taps("上班").says("和王芳芳一起陪访").taps("确认")
        self.other.says("日报").taps("上班").says("王芳请假，我代班").taps("确认")
        with world.database.transaction() as session:
            now, wang, hire = world.clock.now(), world.stored(self.wang), self.hires[0]
            assert wang.id is not None
            assert hire.id is not None
            company = CompanyId(1)
            session.add(
                RideAlong(
                    company_id=company,
                    hire_id=hire.id,
                    person_id=wang.id,
                    day=date(2026, 11, 20),
                    part_of_day="morning",
                    mode="half",
                    visits=3,
                    scores={"opening": 4},
                    did_well="张伟开场很自然",
                    to_improve="张伟需要多练习需求挖掘的提问方式",
                    next_step="带张伟再练一次",
                    next_step_on=date(2026, 11, 30),
                    recorded_at=now,
                )
            )
            session.add(
                SpotCheck(
                    company_id=company,
                    hire_id=hire.id,
                    person_id=wang.id,
                    day=date(2026, 11, 21),
                    topic="basics",
                    result="good",
                    feedback="张伟的基本功扎实，语速可以再慢一点",
                    recorded_at=now,
                )
            )
            session.add(
                Leave(
                    person_id=wang.id,
                    first_day=date(2026, 11, 19),
                    last_day=date(2026, 11, 19),
                    reason="看牙医",
                    recorded_at=now,
                )
            )
            session.add(
                Exemption(
                    person_id=wang.id,
                    kind=ReportKind.weekly,
                    first_day=date(2026, 11, 1),
                    last_day=date(2026, 11, 7),
                    reason="家里有事",
                    recorded_at=now,
                )
            )
            rate(session, wang.id, date(2026, 11, 1), "induction", 90, "王芳讲得清楚", wang.id, now)
        world.tick()
        world.passes_to("2026-11-24 09:00", minutes=180)

    def figures(self) -> list[object]:
        """Every figure of the past."""
        with self.world.session() as session:
            now, today = self.world.clock.now(), self.world.clock.today
            cohorts = [(f.cohort_id, f) for f in figures_of_companies(session, [CompanyId(1)], today)]
            standings = states_between(session, ReportKind.daily, date(2026, 11, 1), today, now)
            people = session.exec(select(Person).where(Person.role == Role.manager).order_by(Person.id)).all()  # type: ignore[arg-type]  # a column
            cards = [card_of(session, person, date(2026, 11, 1), now).card for person in people]
            noted = coverage(session, [CohortId(1)], today)
            return [cohorts, [(s.person_id, s.state, s.first_day) for s in standings], cards, noted]

    def dump(self) -> str:
        """The whole database as text."""
        with self.world.session() as session:
            rows = [
                str(dict(row))
                for table in metadata.sorted_tables
                for row in session.connection().execute(select_columns(table)).mappings()
            ]
        return "\n".join(rows)


def file_of(phone: Phone) -> dict[str, object]:
    """The newest document the bot sent, read."""
    sent = [said.message.media for said in phone.heard if isinstance(said.message.media, Document)]
    content = json.loads(phone.world.stand_in.world.files.get(sent[-1].file_id).content.decode())
    assert isinstance(content, dict)
    return content


# /mydata


def test_everybody_gets_what_is_kept_about_them_as_a_readable_file(world: World) -> None:
    month = Month(world)
    month.wang.says("/mydata")
    whole = file_of(month.wang)
    records = whole["records"]
    assert isinstance(records, dict)
    assert records["person"][0]["real_name"] == "王芳"
    assert records["leave"][0]["reason"] == "看牙医"
    assert records["report"][0]["body"]["plan"] == "和王芳芳一起陪访"
    assert records["rating"][0]["comment"] == "王芳讲得清楚"
    assert any(row["body"].get("message", {}).get("text") == "日报" for row in records["inbox"])
    assert records["outbox"]
    assert whole["companies"] == {"1": "杭州甲"}
    other = world.stored(month.other).id
    assert all(row["person_id"] != other for row in records["report"])
    assert len(records["person"]) == 1


def test_the_file_is_sent_once_an_hour_and_only_in_private(world: World) -> None:
    wang = world.manager("王芳")
    wang.says("/mydata")
    assert file_of(wang)["records"]
    wang.forgets().says("我的数据")
    assert "不到一小时" in wang.last.text
    world.clock.forward(minutes=61)
    wang.forgets().says("我的数据")
    assert file_of(wang)["records"]
    group = world.group(wang)
    in_group = world.group_phone(wang, group).says("/mydata")
    assert in_group.last.buttons == ["打开私聊"]


def test_an_invitation_s_code_is_not_in_the_file(world: World) -> None:
    admin = world.admin()
    world.manager("王芳", "杭州甲")
    admin.says("/invite")
    for label in ("杭州甲", "1", "确认"):
        if any(label in b for b in admin.last.buttons):
            admin.taps(label)
    world.clock.forward(minutes=1)
    admin.says("/mydata")
    with world.session() as session:
        codes = session.exec(select_columns(metadata.tables["invitation"].c.code)).all()  # type: ignore[call-overload]  # a column of Core
    records = file_of(admin)["records"]
    assert isinstance(records, dict)
    assert all(row["code"].endswith("…") and len(row["code"]) == 5 for row in records.get("invitation", []))
    assert len(records.get("invitation", [])) == len(codes)


# /forget


def test_a_person_is_forgotten_and_every_figure_of_the_past_stays(world: World) -> None:
    month = Month(world)
    number, account = world.stored(month.wang).id, month.wang.telegram_id
    month.admin.says("/people 王芳").taps("王芳").taps("停用").taps("停用")
    assert number is not None
    before = month.figures()
    month.admin.says("/forget 王芳")
    assert "王芳" in month.admin.last.text
    assert "无法撤销" in month.admin.last.text
    month.admin.taps("确认抹去")
    assert f"已删除 #{number}" in month.admin.last.text

    after = month.figures()
    assert after == before
    with world.session() as session:
        person = session.get_one(Person, number)
        assert (person.real_name, person.username, person.telegram_id) == (f"已删除 #{number}", "", SURROGATE - number)
        assert person.state is PersonState.deactivated
        assert session.exec(select(AuditEntry.action)).all()[-1] == "person.forgotten"
        daily = session.exec(select(Report).where(Report.person_id == number)).one()
        assert daily.subject == "" or "王芳" not in daily.subject
        mention = session.exec(select(Report).where(Report.person_id != number)).one()
        assert mention.body["plan"] == f"已删除 #{number}请假，我代班"
        assert daily.body["plan"] == "和王芳芳一起陪访", "another's longer name is left alone"
        assert session.exec(select(Leave)).one().reason == ""
        assert session.get(Preference, menu_name(account)) is None
    left = month.dump()
    for secret in (str(account), "看牙医", "家里有事", "讲得清楚"):
        assert secret not in left, secret
    assert "王芳" not in left.replace("王芳芳", "")


def test_forgetting_somebody_active_switches_their_access_off(world: World) -> None:
    admin, wang = world.admin(), world.manager("王芳")
    world.act(lambda people: people.say(wang.telegram_id, "/me"))
    world.settle()
    admin.says("/forget 王芳").taps("确认抹去")
    wang.forgets().says("/me")
    assert "王芳" not in wang.last.text
    with world.session() as session:
        rows = session.exec(select(OutboxMessage).where(OutboxMessage.state == OutboxState.open)).all()
        assert rows == []
        assert session.exec(select(Person).where(Person.telegram_id == wang.telegram_id)).first() is None
    menus = world.stand_in.world.menus
    assert (f"chat:{wang.telegram_id}", "") not in menus


def test_nothing_is_forgotten_without_the_button(world: World) -> None:
    admin, wang = world.admin(), world.manager("王芳")
    admin.says("/forget 王芳").taps("否" if "否" in admin.last.buttons else admin.last.buttons[-1])
    assert "没有做任何改动" in admin.last.text
    assert world.stored(wang).real_name == "王芳"
    wang.says("/forget 管理员")
    assert "管理员" in wang.last.text or wang.last.text
    wang.presses(wang.last.message.message_id, "forget:person-yes:1")
    assert world.stored(admin).real_name == "管理员"


def test_an_admin_has_to_stop_being_one_first(world: World) -> None:
    admin = world.admin()
    second = world.admin("副管理员")
    admin.says("/forget 副管理员")
    assert "是管理员" in admin.last.text
    assert admin.last.buttons == []
    admin.presses(admin.last.message.message_id, f"forget:person-yes:{world.stored(second).id}")
    assert world.stored(second).real_name == "副管理员"


def test_a_name_shared_by_two_is_replaced_only_in_the_own_rows(world: World) -> None:
    admin = world.admin()
    first = world.manager("李强", "杭州甲", state=PersonState.deactivated)
    second = world.manager("李强", "杭州乙")
    wang = world.manager("王芳", "杭州甲")
    wang.says("日报").taps("上班").says("和李强一起").taps("确认")
    number = world.stored(first).id
    admin.says("/forget 李强")
    assert len(admin.last.buttons) == 2
    admin.presses(admin.last.message.message_id, f"forget:person:{number}").taps("确认抹去")
    with world.session() as session:
        assert session.get_one(Person, number).real_name == f"已删除 #{number}"
        assert session.exec(select(Report)).one().body["plan"] == "和李强一起"
    assert world.stored(second).real_name == "李强"


def test_a_hire_is_forgotten_and_every_figure_stays(world: World) -> None:
    month = Month(world)
    before = month.figures()
    hire_id = month.hires[0].id
    month.admin.says("/forget 张伟").taps("确认抹去")
    assert month.figures() == before
    with world.session() as session:
        assert session.get_one(Hire, hire_id).name == f"已删除 #{hire_id}"
        ride = session.exec(select(RideAlong)).one()
        assert (ride.scores, ride.visits) == ({"opening": 4}, 3)
        assert ride.next_step_closed_at is not None
        assert {event.note for event in session.exec(select(HireEvent).where(HireEvent.hire_id == hire_id))} == {""}
    left = month.dump()
    for secret in ("张伟", "需求挖掘", "语速", "开场很自然"):
        assert secret not in left, secret


def test_what_passed_through_the_chat_is_emptied_but_its_ids_stay(world: World) -> None:
    month = Month(world)
    account = month.wang.telegram_id

    def ids(session: Session) -> tuple[set[int], set[str | None]]:
        return set(session.exec(select(InboxUpdate.update_id))), set(session.exec(select(OutboxMessage.key)))

    with world.session() as session:
        updates, keys = ids(session)
    month.admin.says("/forget 王芳")
    month.admin.presses(month.admin.last.message.message_id, f"forget:person-yes:{world.stored(month.wang).id}")
    with world.session() as session:
        updates_after, keys_after = ids(session)
        assert updates <= updates_after
        assert keys <= keys_after
        assert not session.exec(select(InboxUpdate).where(InboxUpdate.chat_id == account)).all()
        assert not session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == account)).all()


# Complete by construction


def test_every_column_that_holds_a_person_s_id_is_known() -> None:
    known = set(person_columns())
    pointing = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys) or column.name.endswith("_by")
    }
    assert pointing <= known, "add the column's name to PERSON_COLUMNS"
    assert {column for _, column in known} == PERSON_COLUMNS


def test_the_exceptions_exist_and_texts_are_found() -> None:
    for table, column in codes_listed():
        assert column in metadata.tables[table].columns, (table, column)
    assert {c.name for c in texts_of(metadata.tables["report"])} == {"subject", "body", "text"}
    assert "real_name" in {c.name for c in texts_of(metadata.tables["person"])}


def test_the_menu_s_name_is_the_one_menus_are_kept_under() -> None:
    person = Person(telegram_id=4711, created_at=None)  # type: ignore[arg-type]  # never stored
    assert _name_of(person) == menu_name(4711)
