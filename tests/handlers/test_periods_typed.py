"""Words behind /stats, /missing and /rank: periods, companies, people, kinds of report, in any order."""

from datetime import UTC, date, datetime

import pytest

from handlers.figures.periods_typed import period_of_key, read_period, read_question, take_year
from schedules.periods import Year
from storage.kinds import ReportKind
from storage.people import Company, CompanyId, Person, PersonId

TODAY = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
COMPANIES = [
    Company(id=CompanyId(1), name="杭州甲", created_at=NOW),
    Company(id=CompanyId(2), name="温州 East Gate", created_at=NOW),
    Company(id=CompanyId(3), name="上周贸易", created_at=NOW),
]
PEOPLE = [
    Person(id=PersonId(1), telegram_id=1, real_name="王芳", created_at=NOW),
    Person(id=PersonId(2), telegram_id=2, real_name="Jane Wang", created_at=NOW),
    Person(id=PersonId(3), telegram_id=3, real_name="王芳", created_at=NOW),
]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("今天", "daily:2026-11-23"),
        ("today", "daily:2026-11-23"),
        ("昨天", "daily:2026-11-22"),
        ("Yesterday", "daily:2026-11-22"),
        ("11/23", "daily:2026-11-23"),
        ("11月20日", "daily:2026-11-20"),
        ("2026-11-02", "daily:2026-11-02"),
        ("周五", "daily:2026-11-20"),
        ("本周", "weekly:2026-11-22"),
        ("this week", "weekly:2026-11-22"),
        ("上周", "weekly:2026-11-15"),
        ("上个星期", "weekly:2026-11-15"),
        ("last week", "weekly:2026-11-15"),
        ("本月", "monthly:2026-11"),
        ("this month", "monthly:2026-11"),
        ("上月", "monthly:2026-10"),
        ("上个月", "monthly:2026-10"),
        ("Last  Month", "monthly:2026-10"),
        ("2026-10", "monthly:2026-10"),
        ("2026/10", "monthly:2026-10"),
        ("２０２６／１０", "monthly:2026-10"),
        ("2026年10月", "monthly:2026-10"),
        ("202610", "monthly:2026-10"),
        ("10月", "monthly:2026-10"),
        ("十月", "monthly:2026-10"),
        ("十一月份", "monthly:2026-11"),
        ("12月", "monthly:2025-12"),
        ("Oct", "monthly:2026-10"),
        ("december 2025", "monthly:2025-12"),
        ("Sept", "monthly:2026-09"),
    ],
)
def test_periods(words: str, key: str) -> None:
    period = read_period(words, TODAY)
    assert period is not None
    assert period.key == key


@pytest.mark.parametrize("words", ["", "哈哈", "2026-13", "13月", "0001-01", "9999-12", "11/32", "octopus", "nonsense"])
def test_words_that_are_no_period(words: str) -> None:
    assert read_period(words, TODAY) is None


@pytest.mark.parametrize("words", ["上周 杭州甲", "杭州甲 上周", "杭州甲，last week", " 杭州甲\n上周 "])
def test_words_come_in_any_order(words: str) -> None:
    question = read_question(words, TODAY, COMPANIES, PEOPLE)
    assert question.company is COMPANIES[0]
    assert question.period is not None
    assert question.period.key == "weekly:2026-11-15"
    assert question.unknown == []


def test_names_of_several_words_and_names_that_look_like_periods() -> None:
    assert read_question("温州 east gate 2026-10", TODAY, COMPANIES, PEOPLE).company is COMPANIES[1]
    assert read_question("jane wang 10月", TODAY, COMPANIES, PEOPLE).people == [PEOPLE[1]]
    assert read_question("上周贸易", TODAY, COMPANIES, PEOPLE).company is COMPANIES[2]


def test_a_shared_name_means_everybody_who_has_it() -> None:
    assert read_question("王芳", TODAY, COMPANIES, PEOPLE).people == [PEOPLE[0], PEOPLE[2]]


def test_part_of_a_companys_name_is_enough_when_only_one_has_it() -> None:
    assert read_question("East", TODAY, COMPANIES, PEOPLE).company is COMPANIES[1]
    assert read_question("州", TODAY, COMPANIES, PEOPLE).unknown == ["州"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("日报", ReportKind.daily),
        ("Weekly", ReportKind.weekly),
        ("月报", ReportKind.monthly),
        ("下月培训计划", ReportKind.plan),
        ("training plan", ReportKind.plan),
        ("出单率", ReportKind.order_rate),
        ("技能总结", ReportKind.skills_mail),
    ],
)
def test_kinds_of_report(words: str, kind: ReportKind) -> None:
    assert read_question(f"{words} 昨天", TODAY, COMPANIES, PEOPLE).kind is kind


def test_what_is_not_understood_is_named() -> None:
    question = read_question("杭州甲 火星 上周 金星", TODAY, COMPANIES, PEOPLE)
    assert question.unknown == ["火星", "金星"]


@pytest.mark.parametrize(
    "key", ["", "daily", "daily:x", "weekly:2026-11-23", "monthly:0001-01", "daily:9999-12-31", "x:1"]
)
def test_a_tampered_button_names_no_period(key: str) -> None:
    assert period_of_key(key) is None


@pytest.mark.parametrize(
    ("words", "year", "rest"),
    [
        ("2025", 2025, ""),
        ("２０２５年", 2025, ""),
        ("去年 杭州甲", 2025, "杭州甲"),
        ("杭州甲,last  year", 2025, "杭州甲,"),
        ("2026-10", None, "2026-10"),
        ("202610", None, "202610"),
        ("9999", None, "9999"),
        ("杭州2025", None, "杭州2025"),
        ("", None, ""),
    ],
)
def test_a_year_is_taken_out_of_the_words(words: str, year: int | None, rest: str) -> None:
    assert take_year(words, TODAY) == (Year(year) if year is not None else None, rest)
