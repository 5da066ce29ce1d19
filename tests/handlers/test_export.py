"""/export in chat: what the workbook holds, what each role may have, what people typed, whose figures it shows."""

import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select

from bot.demo.chats import Document
from handlers.figures import export
from handlers.workbooks.sheets import Column, Sheet
from handlers.workbooks.writing import sheet_titles, write_workbook
from schedules.filing import file_report
from schedules.periods import Period
from schedules.standing import on_time_of, states_between
from storage.check_ins import record_problem, record_progress
from storage.cohort_figures import figures_of_companies, pool
from storage.follow_up import Drill, RideAlong, SpotCheck
from storage.groups import AuditEntry
from storage.incidents import IncidentNote, record_incident
from storage.kinds import ReportKind
from storage.leaves import record_leave
from storage.order_book import move, refund
from storage.people import CompanyId, Person, PersonState, Role, display_name, find_company, person_by_telegram_id
from storage.problem_book import add_solution
from storage.ratios import format_level, format_rate
from storage.roster_lists import find_hires
from storage.trainings import TrainingSession
from tests.chat import Phone, World
from tests.handlers.recalculation import SOFFICE, by_hand, formulas, recalculate
from tests.storage.channel_company import ChannelCompany

P6 = "<b>=1+1&"
NOTE, FEEDBACK = "开场白要更自然一些，多问客户", "产品价格要背熟，别翻手册"
PLAN = "=HYPERLINK(1)"


def workbook(phone: Phone) -> tuple[str, bytes]:
    """The name and the content of the document that was sent last."""
    sent = [said.message.media for said in phone.heard if isinstance(said.message.media, Document)]
    stored = phone.world.stand_in.world.files.get(sent[-1].file_id)
    return stored.name, stored.content


def sheet(content: bytes, title: str) -> list[dict[str, Any]]:
    """The records of a sheet, each by its headings."""
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name(title).to_python()
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def everything(content: bytes) -> str:
    """All that is written in a workbook."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return "\n".join(str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def two_companies(world: World) -> None:
    """S1 and S7 in one month: 12/18 and 1/4 closed in October 2026, 11月一期 goes on; records of every kind."""
    with world.database.transaction() as session:
        first, second = ChannelCompany(session, "杭州甲"), ChannelCompany(session, "宁波乙")
        october = first.cohort("9月批")
        hires = first.trainees(october, 20)
        first.post(hires[:18], "09-07")
        for hire in hires[:12]:
            first.sells(hire, "10-01")
        for hire in hires[15:18]:
            first.leaves(hire, "09-16")
        small = second.on_post(second.cohort("九期"), "09-14", 4)
        second.sells(small[0], "09-20")
        running = first.on_post(first.cohort("11月一期"), "11-09", 3)
        running[0].name = P6
        sold = first.sells(running[0], "11-10", 3, tag="=1+1")
        refund(session, sold, 1, date(2026, 11, 12), "客户取消", first.recording)
        other = first.sells(running[1], "11-11")
        move(session, other, running[2], "记错人", first.recording)


def at_work(world: World, phone: Phone, company_name: str, hire_name: str) -> None:
    """What a manager records of 10 November 2026, a daily included, and a leave."""
    day, now = date(2026, 11, 10), world.clock.now()
    with world.database.transaction() as session:
        person, company = person_by_telegram_id(session, phone.telegram_id), find_company(session, company_name)
        assert person is not None
        assert person.id is not None
        assert company is not None
        assert company.id is not None
        (hire, *_) = find_hires(session, [company.id], hire_name, day)
        assert hire.id is not None
        own: dict[str, Any] = {"company_id": company.id, "person_id": person.id, "day": day, "recorded_at": now}
        of_hire = own | {"hire_id": hire.id}
        session.add(
            RideAlong(
                **of_hire,
                part_of_day="morning",
                mode="half",
                visits=3,
                customer_kinds="cold,return",
                scores={"opening": 2},
                did_well="准备充分",
                to_improve=NOTE,
            )
        )
        session.add(SpotCheck(**of_hire, topic="basics", result="poor", feedback=FEEDBACK))
        session.add(Drill(**own, starts="14:00", hires=[hire.id], content="crm", common_problems="报价不熟"))
        session.add(
            TrainingSession(
                **own, kind="refresher", topic="异议处理", starts="09:00", ends="11:00", expected=12, present=9
            )
        )
        problem = record_problem(session, company.id, person.id, "product", "=cmd|' /C calc'!A0", day, now)
        solution = add_solution(session, problem, "做一页对比表", person.id, now)
        record_progress(session, solution, person.id, day, 40, "已有初稿", now)
        record_incident(
            session, IncidentNote(company_id=company.id, kind="complaint", day=day, text="迟到了"), person.id, now
        )
        record_leave(session, person.id, date(2026, 11, 12), date(2026, 11, 13), "家里有事", None, now)
        body = {"status": "working", "in_training": 5, "trial": {"on_trial": 3, "passed": 1, "failed": 0}, "plan": PLAN}
        late = now.replace(month=11, day=11, hour=1)
        file_report(session, person, Period.daily(day), late, body)
        file_report(session, person, Period.daily(day), late, body | {"in_training": 6})


@pytest.fixture
def offices(world: World) -> dict[str, Phone]:
    """Two companies, their managers (one looks after both), an admin, a viewer of each sort; 23 November 2026."""
    two_companies(world)
    people = {
        "wang": world.manager("王芳", "杭州甲"),
        "li": world.manager("李强", "宁波乙"),
        "both": world.manager("陈晨", ("杭州甲", "宁波乙")),
        "admin": world.admin(),
        "english": world.admin("Jane Wang", language="en"),
        "viewer": world.person("主管", Role.viewer, "杭州甲"),
        "gm": world.person("总经理", Role.viewer),
    }
    for day in range(9, 14):
        world.clock.to(f"2026-11-{day:02} 12:00")
        world.tick()
    world.clock.to("2026-11-23 10:00")
    at_work(world, people["wang"], "杭州甲", P6)
    at_work(world, people["both"], "宁波乙", "九期2")
    return people


def test_a_sheet_for_every_kind_of_record(offices: dict[str, Phone]) -> None:
    name, content = workbook(offices["admin"].says("导出"))
    assert name == "导出-2026-11.xlsx"
    titles = CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names
    assert titles[:3] == ["说明", "批次指标", "按时情况"]
    assert titles[3:16] == [
        *("日报", "培训场次", "陪访", "陪练", "抽查", "出单", "退单与转移", "名册", "名册变动"),
        *("问题与方案", "投诉与违规", "请假", "报告"),
    ]
    assert titles[16:] == ["11月一期"], "cohorts that closed in November or are in progress"
    assert "记录" in offices["admin"].last.text


def test_dates_are_dates_and_late_edited_and_leave_have_columns(offices: dict[str, Phone]) -> None:
    _, content = workbook(offices["wang"].says("/export 2026-11"))
    (tenth,) = [r for r in sheet(content, "日报") if r["培训经理"] == "王芳" and r["日期"] == date(2026, 11, 10)]
    assert (tenth["状态"], tenth["晚交"], tenth["修改次数"]) == ("晚交", "是", 1.0)
    assert (tenth["在训"], tenth["试岗人数"], tenth["试岗通过"], tenth["明日计划"]) == (6.0, 3.0, 1.0, PLAN)
    assert tenth["提交时间"] == datetime.fromisoformat("2026-11-11 09:00"), "local time"
    away = [r["日期"] for r in sheet(content, "日报") if r["培训经理"] == "王芳" and r["请假"] == "是"]
    assert away == [date(2026, 11, 12), date(2026, 11, 13)]
    (leave,) = [r for r in sheet(content, "请假") if r["培训经理"] == "王芳"]
    assert (leave["起始日"], leave["截止日"], leave["天数"]) == (date(2026, 11, 12), date(2026, 11, 13), 2.0)
    assert leave["原因"] == "家里有事"


def test_orders_with_refunds_and_moves(offices: dict[str, Phone]) -> None:
    _, content = workbook(offices["wang"].says("/export"))
    first, second = sheet(content, "出单")
    assert (first["新人"], first["出单"], first["退单"], first["有效"]) == (P6, 3.0, 1.0, 2.0)
    assert (first["窗口第几天"], first["计入"], first["客户标签"]) == (2.0, "是", "=1+1")
    assert (second["新人"], second["转移次数"]) == ("11月一期3", 1.0)
    refunded, moved = sorted(sheet(content, "退单与转移"), key=lambda r: str(r["操作"]))[::-1]
    assert (moved["操作"], moved["新人"], moved["原新人"]) == ("转给其他新人", "11月一期3", "11月一期2")
    assert (refunded["操作"], refunded["日期"], refunded["原因"]) == ("退单", date(2026, 11, 12), "客户取消")


def test_what_people_typed_stays_text(offices: dict[str, Phone]) -> None:
    """P6, a formula as tag and as problem: no cell of theirs is a formula, and the names are shown literally."""
    _, content = workbook(offices["wang"].says("/export"))
    for formula, _ in formulas(content).values():
        assert set(formula) <= set('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()+-*/$:,="—>')
    assert "1+1" not in " ".join(formula for formula, _ in formulas(content).values())
    assert P6 in {r["新人"] for r in sheet(content, "名册")}
    assert sheet(content, "问题与方案")[0]["问题或建议"] == "=cmd|' /C calc'!A0"
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if "externalLink" in name or "hyperlink" in name.lower()]


def test_problems_with_their_solutions_and_the_last_check(offices: dict[str, Phone]) -> None:
    _, content = workbook(offices["wang"].says("/export"))
    (problem,) = sheet(content, "问题与方案")
    assert (problem["方案"], problem["负责人"], problem["进度（%）"]) == ("做一页对比表", "王芳", 40.0)
    assert (problem["最近检查"], problem["检查说明"]) == (date(2026, 11, 10), "已有初稿")


def test_figures_are_ours_with_their_formula_beside(offices: dict[str, Phone], world: World) -> None:
    """12/18 = 66.6% (not 66.7%), 1/4, and 13/22 = 59.0% pooled; levels; leavers in the denominator."""
    _, content = workbook(offices["admin"].says("/export 2026-10"))
    rows = sheet(content, "批次指标")
    by_name = {r["批次"] or r["公司"]: r for r in rows}
    assert (by_name["9月批"]["出单率"], by_name["9月批"]["平均出单水平"]) == (0.666, 0.66)
    assert (by_name["9月批"]["上岗"], by_name["9月批"]["在岗"], by_name["9月批"]["参训人数"]) == (18.0, 15.0, 20.0)
    assert by_name["九期"]["出单率"] == 0.25
    assert by_name["已结束合计"]["出单率"] == 0.59
    text, value = formulas(content)["批次指标", "Q2"]
    assert (text, value) == ('IF(K2=0,"—",INT(M2*1000/K2)/1000)', 0.666)
    with world.session() as session:
        every = figures_of_companies(session, [CompanyId(1), CompanyId(2)], world.clock.today)
    closed = [each for each in every if not each.interim]
    assert format_rate(pool(closed).ordered_and_stayed, pool(closed).on_post) == "13/22 = 59.0%"
    assert format_level(pool(closed).orders, pool(closed).on_post) == "13/22 = 0.59"


@pytest.mark.parametrize("words", ["/export 2026-10", "/export", "/export 2026-09"])
def test_whoever_computes_the_formulas_anew_gets_our_figures(
    offices: dict[str, Phone], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, content = workbook(offices["admin"].says(words))
    ours = {cell: value for cell, (_, value) in formulas(content).items()}
    assert len(ours) > 20
    assert by_hand(content) == pytest.approx(ours)
    if SOFFICE is None:
        with capsys.disabled():
            print("\nLibreOffice (soffice) is not installed here: the formulas were computed by the test alone.")
    assert recalculate(content, tmp_path) == pytest.approx(ours)


def test_a_manager_gets_the_own_companies_only(offices: dict[str, Phone]) -> None:
    """The colleague of both companies: that there is a daily, but not what it says of the other company."""
    _, content = workbook(offices["wang"].says("/export"))
    said = everything(content)
    assert "宁波乙" not in said
    assert "九期" not in said
    colleague = [r for r in sheet(content, "日报") if r["培训经理"] == "陈晨" and r["日期"] == date(2026, 11, 10)]
    assert [(r["状态"], r["明日计划"], r["在训"]) for r in colleague] == [("晚交", "", "")]
    assert [r["原因"] for r in sheet(content, "请假") if r["培训经理"] == "陈晨"] == [""]
    assert "李强" not in said
    _, content = workbook(offices["both"].says("/export"))
    assert {r["公司"] for r in sheet(content, "陪访")} == {"杭州甲", "宁波乙"}


def test_another_company_by_name_is_not_found(offices: dict[str, Phone]) -> None:
    phone = offices["wang"].forgets().says("/export 宁波乙")
    assert "没有看懂" in phone.last.text
    assert not any(isinstance(said.message.media, Document) for said in phone.heard)


def test_an_admin_may_ask_for_one_company(offices: dict[str, Phone]) -> None:
    _, content = workbook(offices["admin"].says("/export 上月 宁波乙"))
    assert {r["公司"] for r in sheet(content, "名册")} == {"宁波乙"}
    assert [r["批次"] for r in sheet(content, "批次指标")][:1] == ["九期"]


@pytest.mark.parametrize("who", ["viewer", "gm"])
def test_viewers_get_no_notes_on_people(offices: dict[str, Phone], who: str) -> None:
    """Handbook §10: notes, scores and results of a person are not theirs; a viewer of one company sees that one."""
    _, content = workbook(offices[who].says("/export"))
    said = everything(content)
    assert sheet(content, "陪访")[0]["拜访家数"] == 3.0
    for private in (NOTE, FEEDBACK, "准备充分", "报价不熟", "开场", "家里有事", "需重查"):
        assert private not in said, private
    assert ("宁波乙" in said) is (who == "gm")


def test_rights_are_asked_again_when_the_workbook_is_made(offices: dict[str, Phone], world: World) -> None:
    phone = offices["wang"].forgets()
    world.act(lambda people: people.say(phone.telegram_id, "/export"))
    world.receive_only()
    world.loop.run_until_complete(world.worker.step())
    with world.database.transaction() as session:
        person = person_by_telegram_id(session, phone.telegram_id)
        assert person is not None
        person.state = PersonState.deactivated
    world.settle()
    assert not any(isinstance(said.message.media, Document) for said in phone.heard)


def test_every_export_is_audited(offices: dict[str, Phone], world: World) -> None:
    offices["wang"].says("/export 2026-10")
    (entry,) = [e for e in world.all_of(AuditEntry) if e.action == "export.made"]
    assert entry.person_id == world.stored(offices["wang"]).id
    assert entry.details["period"] == "monthly:2026-10"
    assert len(entry.details["companies"]) == 1


def test_in_english(offices: dict[str, Phone]) -> None:
    name, content = workbook(offices["english"].says("/export 2026-10"))
    assert name == "export-2026-10.xlsx"
    titles = CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names
    assert titles[:4] == ["About", "Figures by cohort", "Punctuality", "Dailies"]
    assert "杭州甲 9月批" in titles, "Chinese stays as it was typed"
    assert sheet(content, "Figures by cohort")[0]["Order rate"] == 0.666


@pytest.mark.parametrize("words", ["/export 2026", "/export 2026年", "/export 今年", "/export this year"])
def test_a_year(offices: dict[str, Phone], words: str) -> None:
    name, content = workbook(offices["admin"].says(words))
    assert name == "导出-2026.xlsx"
    assert "导出 2026" in offices["admin"].last.text
    assert [row["批次"] for row in sheet(content, "批次指标")[:3]] == ["9月批", "九期", "11月一期"]
    assert {row["日期"] for row in sheet(content, "日报")} == {date(2026, 11, day) for day in range(9, 14)}


def test_a_year_of_one_company(offices: dict[str, Phone]) -> None:
    _, content = workbook(offices["admin"].says("/export 杭州甲，2026"))
    assert "宁波乙" not in everything(content)
    _, other = workbook(offices["admin"].says("/export 2025"))
    assert sheet(other, "日报") == []


@pytest.mark.parametrize("most", [10_000, 12])
def test_on_time_figures_of_a_year_are_those_of_all_its_reports(
    offices: dict[str, Phone], world: World, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    world.clock.to("2026-12-02 10:00")
    world.tick()
    monkeypatch.setattr(export, "MOST_ROWS", most)
    _, content = workbook(offices["admin"].says("/export 2026"))
    with world.database.transaction() as session:
        names = {person.id: display_name(person) for person in session.exec(select(Person))}
        every = states_between(
            session, ReportKind.daily, date(2026, 1, 1), date(2026, 12, 31), world.clock.now(), None, None
        )
    rows = {row["经理或公司"]: row for row in sheet(content, "按时情况") if row["类型"] == "日报"}
    for person_id in {each.person_id for each in every}:
        own = on_time_of(each for each in every if each.person_id == person_id)
        row = rows[names[person_id]]
        assert [row[name] for name in ("应交", "按时", "晚交", "未交")] == [
            own.required,
            own.on_time,
            own.late,
            own.missing,
        ]
        assert own.required


@pytest.mark.parametrize(
    "words",
    ["/export 明年某天", "/export 2027", "/export 2026 上月", "/export 9999", "/export 周报", "/export 2027-03"],
)
def test_words_that_name_no_period_are_answered_with_a_sentence(offices: dict[str, Phone], words: str) -> None:
    phone = offices["wang"].forgets().says(words)
    assert len(phone.heard) == 1
    assert "/export" in phone.last.text or "还没有开始" in phone.last.text


def test_too_many_rows_are_cut_and_it_is_said(offices: dict[str, Phone], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 5)
    _, content = workbook(offices["admin"].says("/export 2026-10"))
    assert len(sheet(content, "名册")) == 5
    assert "“名册”只含前 5 行" in offices["admin"].last.text
    assert "“名册”只含前 5 行" in everything(content)
    assert sheet(content, "批次指标")[0]["上岗"] == 18.0, "figures are never cut"


def test_titles_of_sheets_are_what_a_workbook_takes() -> None:
    wanted = ["a/b:c", "History", "批" * 40, "批" * 41, "'x'", "", "A/B:C", "😀" * 20]
    titles = sheet_titles(wanted)
    assert len({title.casefold() for title in titles}) == len(wanted)
    assert all(0 < len(title.encode("utf-16-le")) // 2 <= 31 for title in titles)
    assert not any(set(title) & set("[]:*?/\\") or title.startswith("'") for title in titles)
    assert titles[1].casefold() != "history"


@pytest.mark.parametrize(
    "text", ["<r>&</r>", "_x0041_", "\x07bell", "a" * 40_000, " leading", "line\nline", "@SUM(A1)"]
)
def test_odd_texts_come_back_as_text(text: str) -> None:
    content = write_workbook([Sheet("x", (Column("x"),), ((text,),))])
    (row,) = sheet(content, "x")
    assert str(row["x"]).rstrip()[:30_000] == text.rstrip()[:30_000]
    assert formulas(content) == {}
