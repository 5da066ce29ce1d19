"""Rosters as files: in with a preview and an error a row, hostile ones refused, out with text as text (handbook §6)."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlmodel import select

from handlers.roster import roster_reader
from handlers.roster.roster_files import REFUSED, look_into
from handlers.roster.roster_table import read_table
from handlers.roster.roster_workbook import WORKBOOK, compose_roster
from storage.outbox import OutboxMessage
from storage.people import Membership, Role
from storage.roster import Cohort, Hire, Stage
from tests.chat import Phone, World

HEADINGS = ("批次", "姓名", "状态", "培训开始", "上岗日期", "最后工作日", "原因")


def sheet(*rows: Sequence[object], headings: Sequence[str] = HEADINGS) -> bytes:
    """A workbook as somebody would fill it in."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate((headings, *rows)):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(number, column, datetime.combine(cell, datetime.min.time()), day)
                elif isinstance(cell, str) and cell.startswith("{"):
                    page.write_formula(number, column, cell.strip("{}"), None, "结果")
                elif isinstance(cell, str):
                    page.write_string(number, column, cell)
                else:
                    page.write(number, column, cell)
    return buffer.getvalue()


def packed(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries.items():
            package.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, now="2026-03-12 10:00")
    yield world
    world.close()


@pytest.fixture
def wang(world: World) -> Phone:
    wang = world.manager("王芳")
    wang.says("/roster new 一期").taps("确认")
    return wang


def document(world: World, phone: Phone) -> tuple[str, bytes]:
    """The newest file the bot sent."""
    message = next(s.message for s in reversed(phone.heard) if type(s.message.media).__name__ == "Document")
    stored = world.stand_in.world.files.get(message.media.file_id)  # type: ignore[union-attr]  # just looked
    assert stored is not None
    return stored.name, stored.content


def test_a_file_is_shown_and_saved_when_confirmed(world: World, wang: Phone) -> None:
    rows = (
        ("一期", "张伟", "", "", date(2026, 3, 2)),
        ("一期", "李娜", "离职", "", date(2026, 3, 2), "2026/3/11", "个人原因"),
        ("二期", "王强", "在训", date(2026, 3, 9)),
        ("二期", "赵敏", "淘汰"),
    )
    wang.sends("名册.xlsx", sheet(*rows))
    card = wang.last.text
    assert "一期" in card
    assert "二期（将新建）" in card
    assert "3/2 上岗，最后工作日 3/11 (1): 李娜" in card
    assert world.all_of(Hire) == []
    wang.taps("确认")
    assert "已从文件添加 4 人" in wang.last.text
    found = {h.name: (h.stage, h.on_post, h.last_day, h.left_reason) for h in world.all_of(Hire)}
    assert found["张伟"] == (Stage.on_post, date(2026, 3, 2), None, "")
    assert found["李娜"] == (Stage.left, date(2026, 3, 2), date(2026, 3, 11), "个人原因")
    assert found["王强"][0] is Stage.in_training
    assert found["赵敏"][0] is Stage.eliminated
    assert [(c.name, c.starts_on) for c in world.all_of(Cohort)][1] == ("二期", date(2026, 3, 9))


def test_every_wrong_row_is_named_with_its_number(world: World, wang: Phone) -> None:
    rows = (
        ("一期", "张伟", "", "", "2027-01-01"),
        ("一期", "李娜", "休假"),
        ("一期", "", "在训"),
        ("一期", "王强", "", "", "三月二号"),
        ("一期", "赵敏", "", "", "", "", ""),
        ("一期", "13800138000", ""),
    )
    wang.sends("名册.xlsx", sheet(*rows))
    said = wang.texts
    assert "有 5 行不能登记" in said
    assert "行 2 张伟：2027-01-01 还没到" in said
    assert "行 3 李娜：状态“休假”无法识别" in said
    assert "行 4：缺少姓名" in said
    assert "行 5 王强：“三月二号”不是能识别的日期" in said
    assert "行 7 13800138000：请不要写电话号码" in said
    assert world.all_of(Hire) == []
    wang.taps("确认")
    assert [h.name for h in world.all_of(Hire)] == ["赵敏"]


def test_names_already_there_are_asked_about(world: World, wang: Phone) -> None:
    wang.says("名册 一期\n张伟").taps("确认")
    wang.sends("名册.xlsx", sheet(("一期", "张伟"), ("一期", "李娜")))
    wang.taps("不添加这 1 个").taps("确认")
    assert [h.name for h in world.all_of(Hire)] == ["张伟", "李娜"]
    wang.sends("名册.xlsx", sheet(("一期", "张伟"), ("一期", "李娜")))
    wang.taps("不添加这 2 个").taps("确认")
    assert "文件里的人名册里都有了" in wang.last.text


def test_rows_without_a_cohort_ask_for_one(world: World, wang: Phone) -> None:
    wang.sends("x.csv", "姓名\n张伟\n李娜\n".encode())
    assert "有些行没有写批次" in wang.last.text
    wang.taps("新建一个批次").taps("确认")
    assert {c.name: c.id for c in world.all_of(Cohort)} == {"一期": 1, "2026年3月批次": 2}
    assert [h.cohort_id for h in world.all_of(Hire)] == [2, 2]


def rows_of(file_name: str, content: bytes) -> Sequence[tuple[int, list[str]]]:
    """The rows of a file that can be read."""
    file = look_into(file_name, content)
    assert not file.refused
    return file.rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_as_excel_saves_it_in_china(encoding: str, mark: str) -> None:
    text = mark.join(("批次", "姓名", "上岗日期")) + "\r\n" + mark.join(("一期", "张伟", "2026-03-02")) + "\r\n"
    lines, unfit = read_table(rows_of("x.csv", text.encode(encoding)), date(2026, 3, 12))
    assert unfit == []
    assert [(x.cohort, x.person.name, x.person.on_post) for x in lines] == [("一期", "张伟", date(2026, 3, 2))]


def test_a_quoted_cell_may_hold_commas_and_lines() -> None:
    lines, _ = read_table(rows_of("x.csv", '姓名,原因\n"张, 伟","一\n二"\n李娜,\n'.encode()), date(2026, 3, 12))
    assert [x.person.name for x in lines] == ["张, 伟", "李娜"]


def test_dates_in_whatever_form_a_sheet_has_them() -> None:
    rows = [
        ("一期", f"新人甲{n}", "", "", day)
        for n, day in enumerate((date(2026, 3, 2), "2026-3-2", "3/2", 46083, "2026年3月2日"))
    ]
    lines, unfit = read_table(rows_of("x.xlsx", sheet(*rows)), date(2026, 3, 12))
    assert unfit == []
    assert {x.person.on_post for x in lines} == {date(2026, 3, 2)}


def test_formulas_are_read_as_the_values_saved_with_them() -> None:
    lines, _ = read_table(rows_of("x.xlsx", sheet(("一期", "{=1+1}"))), date(2026, 3, 12))
    assert [x.person.name for x in lines] == ["结果"]


def test_a_name_that_looks_like_a_formula_stays_a_name(world: World, wang: Phone) -> None:
    name = "<b>=1+1&"
    wang.sends("名册.xlsx", sheet(("一期", name), ("一期", "=HYPERLINK(1)")))
    assert name in wang.last.text
    wang.taps("确认")
    wang.says("/roster 导出")
    file_name, content = document(world, wang)
    assert file_name.startswith("名册-杭州甲-260312")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        cells = package.read("xl/worksheets/sheet1.xml").decode()
        texts = package.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in cells
    assert "&lt;b&gt;=1+1&amp;" in texts
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == [name, "=HYPERLINK(1)"]


def test_what_was_exported_can_be_read_again(world: World, wang: Phone) -> None:
    wang.says("名册 一期\n张伟 3/2\n李娜 3/2 离职 3/11\n王强\n赵敏 淘汰\n孙丽 试岗").taps("确认")
    wang.says("/roster 一期").taps("‹ 全部批次").taps("导出")
    _, content = document(world, wang)
    lines, unfit = read_table(rows_of("x.xlsx", content), date(2026, 3, 12))
    assert unfit == []
    read = {x.person.name: (x.person.stage, x.person.on_post, x.person.last_day) for x in lines}
    stored = {h.name: (h.stage, h.on_post, h.last_day) for h in world.all_of(Hire)}
    assert read == stored
    sheet_rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert sheet_rows[1][4] == date(2026, 3, 2)


@pytest.mark.parametrize(("language", "button"), [("zh", "文件导入"), ("en", "From a file")])
def test_the_template_is_understood_once_filled_in(world: World, language: str, button: str) -> None:
    phone = world.manager("王芳", language=language)
    phone.says("/roster").taps(button)
    name, content = document(world, phone)
    assert name.endswith(".xlsx")
    headings = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[0]
    filled = sheet(("一期", "张伟"), headings=[str(cell) for cell in headings])
    lines, unfit = read_table(rows_of("x.xlsx", filled), date(2026, 3, 12))
    assert ([x.person.name for x in lines], unfit) == (["张伟"], [])


def bomb() -> bytes:
    return packed({"[Content_Types].xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * 60_000_000})


def lying_bomb() -> bytes:
    """A package whose directory says that its sheet is small, and which unpacks to 300 MB."""
    honest = sheet(("一期", "张伟"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(honest)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/sharedStrings.xml":
                content = content.replace(b"<si>", b"<si><t>" + b"x" * 300_000_000 + b"</t></si><si>", 1)
            new.writestr(entry.filename, content)
        for entry in new.infolist():
            entry.file_size = min(entry.file_size, 1000)
    return buffer.getvalue()


def far_cell() -> bytes:
    """One cell at the very end of the largest sheet there can be."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_string(0, 0, "姓名")
        page.write_string(1_048_575, 16_383, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("xlsx", bomb(), "too large"),
        ("xlsx", lying_bomb(), "cannot read"),
        ("xlsx", far_cell(), "too"),
        ("xlsx", b"not a workbook", "cannot read"),
        ("xlsx", packed({"evil.txt": b"x"}), "cannot read"),
        ("xlsx", packed({f"{n}": b"" for n in range(2000)}), "too large"),
        ("xlsx", sheet(("一期", *["x"] * 60)), "too many columns"),
        ("xlsx", sheet(*[("一期", f"甲{n}") for n in range(6000)]), "too many rows"),
        ("csv", b"\xff\xfa\x00\x81\xff", "characters"),
        ("csv", b"name\n\x00\x00", "cannot read"),
        ("csv", b"", "nothing in this file"),
        ("csv", b"\n\n ,,,\n", "nothing in this file"),
        ("csv", b"name\n" + b"x\n" * 1_000_000, "too many rows"),
        ("csv", b'name\n"' + b"x" * 2_000_000, "cannot read"),
        ("csv", ("a," * 80).encode(), "too many columns"),
    ],
    # Packed files differ by a byte or two from run to run: their sizes make no names.
    ids=[f"file {number}" for number in range(15)],
)
def test_hostile_files_are_refused_with_a_sentence(kind: str, content: bytes, said: str) -> None:
    file = look_into(f"x.{kind}", content)
    assert said in REFUSED[file.refused]
    assert file.rows == ()


def test_a_million_empty_formatted_rows_are_no_rows() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page, bold = book.add_worksheet(), book.add_format({"bold": True})
        page.write_string(0, 0, "姓名")
        page.write_string(1, 0, "张伟")
        for number in range(2, 20_000):
            page.write_blank(number, 0, None, bold)
    assert [cells for _, cells in rows_of("x.xlsx", buffer.getvalue())] == [["姓名"], ["张伟"]]


def test_the_reader_sees_nothing_of_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "123:secret")
    seen: list[dict[str, str]] = []
    real = __import__("subprocess").run

    def run(*arguments: object, **options: object) -> object:
        environment = options["env"]
        assert isinstance(environment, dict)
        seen.append(environment)
        return real(*arguments, **options)

    monkeypatch.setattr("handlers.roster.roster_files.subprocess.run", run)
    look_into("x.csv", b"name\nLi Na\n")
    assert seen
    assert not [name for name in seen[0] if name.startswith("BOT_")]


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.roster.roster_files.READ_SECONDS", 0.001)
    assert look_into("x.csv", b"name\nLi Na\n").refused == "too_large"


def test_cells_as_text() -> None:
    cells = (1.0, 1.5, datetime(2026, 3, 2, 8), date(2026, 3, 2), " a \n b ", None, True)  # noqa: DTZ001  a cell has no zone
    assert [roster_reader.as_text(cell) for cell in cells] == [
        "1",
        "1.5",
        "2026-03-02",
        "2026-03-02",
        "a b",
        "",
        "True",
    ]


def test_a_viewers_file_is_left_alone(world: World, wang: Phone) -> None:
    viewer = world.person("赵总", Role.viewer, "杭州甲")
    viewer.sends("名册.xlsx", sheet(("一期", "张伟")))
    assert "未作处理" in viewer.last.text
    assert world.all_of(Hire) == []


def test_the_old_format_is_named(world: World, wang: Phone) -> None:
    wang.sends("名册.xls", b"\xd0\xcf\x11\xe0")
    assert "另存为 XLSX" in wang.last.text


def test_a_roster_is_not_sent_to_whoever_lost_the_company_meanwhile(world: World, wang: Phone) -> None:
    with world.database.transaction() as session:
        person = world.stored(wang)
        message = OutboxMessage(
            chat_id=wang.chat_id,
            kind=WORKBOOK,
            content={"company": 1, "person": person.id, "language": "zh"},
            created_at=world.clock.now(),
        )
        assert compose_roster(session, message, world.clock.now(), world.surroundings) is not None
        for membership in session.exec(select(Membership)).all():
            membership.until = world.clock.today
        session.flush()
        assert compose_roster(session, message, world.clock.now(), world.surroundings) is None
