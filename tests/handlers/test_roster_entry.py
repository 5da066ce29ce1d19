"""Names, dates and words of the roster as people type them (handbook §6)."""

from datetime import date

import pytest

from handlers.roster.roster_entry import STAGE_WORDS, read_hires, read_people, read_verb, split_day, stage_of_word
from handlers.roster.roster_workbook import EXPORTED_STAGES
from handlers.translations import both_languages
from storage.roster import Stage

TODAY = date(2026, 11, 23)
NOV_2, NOV_12 = date(2026, 11, 2), date(2026, 11, 12)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张伟\n李娜\n王强", ["张伟", "李娜", "王强"]),
        ("1. 张伟\n2、李娜\n3）王强\n(4) 赵敏\n5 孙丽", ["张伟", "李娜", "王强", "赵敏", "孙丽"]),
        ("张伟、李娜，王强 赵六;钱七", ["张伟", "李娜", "王强", "赵六", "钱七"]),
        ("张伟 / 李娜 / 王强", ["张伟", "李娜", "王强"]),
        ("张伟和李娜", ["张伟和李娜"]),
        ("张伟 和 李娜", ["张伟", "李娜"]),
        ("张 伟", ["张伟"]),
        ("Zhang Wei, Li Na", ["Zhang Wei", "Li Na"]),
        ("　张伟\u200b　\r\n\r\n", ["张伟"]),
        ("- 张伟\n• 李娜", ["张伟", "李娜"]),
        ("<b>=1+1&", ["<b>=1+1&"]),
        ("周一", ["周一"]),
        ("王小2", ["王小2"]),
        ("买买提·艾力", ["买买提·艾力"]),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    people, unfit = read_hires(text, TODAY)
    assert ([p.name for p in people], unfit) == (names, [])


@pytest.mark.parametrize(
    ("text", "stage", "on_post", "last_day"),
    [
        ("张伟", None, None, None),
        ("张伟 2026-11-02", Stage.on_post, NOV_2, None),
        ("张伟 11/2", Stage.on_post, NOV_2, None),
        ("张伟11月2日", Stage.on_post, NOV_2, None),
        ("张伟，2026年11月2日", Stage.on_post, NOV_2, None),
        ("张伟, 11/2", Stage.on_post, NOV_2, None),
        ("张伟 ２０２６－１１－０２", Stage.on_post, NOV_2, None),
        ("张伟 上岗：11/2", Stage.on_post, NOV_2, None),
        ("张伟 11/2 离职 11/12", Stage.left, NOV_2, NOV_12),
        ("张伟 离职 11/12", Stage.left, None, NOV_12),
        ("张伟，11/2，离职 11/12", Stage.left, NOV_2, NOV_12),
        ("张伟 在训", Stage.in_training, None, None),
        ("张伟 未开训", Stage.hired, None, None),
        ("张伟 试岗", Stage.on_trial, None, None),
        ("张伟 淘汰", Stage.eliminated, None, None),
        ("Zhang Wei on trial", Stage.on_trial, None, None),
        ("Zhang Wei left 11/12", Stage.left, None, NOV_12),
        ("张伟 3/2", Stage.on_post, date(2026, 3, 2), None),
    ],
)
def test_what_is_said_of_somebody(text: str, stage: Stage | None, on_post: date | None, last_day: date | None) -> None:
    ((person,), unfit) = read_hires(text, TODAY)
    assert (person.stage, person.on_post, person.last_day, unfit) == (stage, on_post, last_day, [])


def test_several_names_share_the_date_behind_them() -> None:
    people, _ = read_hires("张伟 李娜 11/2\n王强 赵敏", TODAY)
    assert [(p.name, p.on_post) for p in people] == [("张伟", NOV_2), ("李娜", NOV_2), ("王强", None), ("赵敏", None)]


@pytest.mark.parametrize(
    ("text", "everybody", "names", "day"),
    [
        ("张伟 李娜", False, ("张伟", "李娜"), None),
        ("张伟、李娜 11/2", False, ("张伟", "李娜"), NOV_2),
        ("全部", True, (), None),
        ("All", True, (), None),
        ("除了王强", True, ("王强",), None),
        ("除了王强、赵敏以外", True, ("王强", "赵敏"), None),
        ("all but Zhang Wei", True, ("Zhang Wei",), None),
        ("", False, (), None),
    ],
)
def test_people_for_whom(text: str, everybody: bool, names: tuple[str, ...], day: date | None) -> None:
    said = read_people(text, TODAY)
    assert (said.everybody, said.names, said.days) == (everybody, names, (day,) if day else ())


def test_words_behind_the_command() -> None:
    assert read_verb("上岗 张伟") == ("post", "张伟")
    assert read_verb("Left: Li Na") == ("left", "Li Na")
    assert read_verb("11月一期") is None


def test_every_exported_stage_is_read_again() -> None:
    assert EXPORTED_STAGES.keys() == STAGE_WORDS.keys() == set(Stage)
    for stage, words in EXPORTED_STAGES.items():
        assert {stage_of_word(word) for word in both_languages(words)} == {stage}


@pytest.mark.parametrize(
    ("text", "names", "days", "behind"),
    [
        ("张伟 李娜 11/12 个人原因", ("张伟", "李娜"), (NOV_12,), "个人原因"),
        ("11/12 张伟 李娜", ("张伟", "李娜"), (NOV_12,), ""),
        ("张伟2026年11月2日", ("张伟",), (NOV_2,), ""),
        ("全部 2026年11月2日", (), (NOV_2,), ""),
        ("张伟 11/2\n李娜 11/12", ("张伟", "李娜"), (NOV_2, NOV_12), ""),
        ("Zhang Wei\nLi Na 11/12", ("Zhang Wei", "Li Na"), (NOV_12,), ""),
    ],
)
def test_dates_and_reasons_among_the_people(
    text: str, names: tuple[str, ...], days: tuple[date, ...], behind: str
) -> None:
    said = read_people(text, TODAY)
    assert (said.names, said.days, said.behind) == (names, days, behind)


def test_a_date_behind_a_cohorts_name() -> None:
    assert split_day("11月一期 2026年11月2日", TODAY) == ("11月一期", NOV_2)
    assert split_day("11月一期", TODAY) == ("11月一期", None)
