"""What managers type about their hires, as one line each: everything goes through chat, nothing past it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, product

from tests.chat import Phone

SURNAMES = "张李王赵孙周吴郑冯陈蒋沈韩杨朱秦许何吕施"
GIVEN = ("伟", "娜", "强", "敏", "静", "磊", "洋", "艳", "勇", "军", "杰", "涛", "超", "霞", "平", "刚", "桂英", "建国")


def names_of(count: int, skip: int = 0) -> list[str]:
    """Different names of hires, always the same ones."""
    return ["".join(parts) for parts in islice(product(SURNAMES, GIVEN), skip, skip + count)]


def begins_class(manager: Phone, cohort: str, hires: Sequence[str] = ()) -> None:
    """A new cohort, and those who are in training with it."""
    manager.says(f"/roster new {cohort}").taps("确认")
    if hires:
        manager.says("\n".join([f"名册 {cohort}", *hires])).taps("确认")


def puts_on_post(manager: Phone, hires: Iterable[str], day: str = "") -> None:
    """Exam and drill passed, and on post: today, or on a day."""
    manager.says(f"名册 上岗 {' '.join(hires)} {day}".strip())
    manager.taps("考试和陪练都通过").taps("确认")


def enters_on_post(manager: Phone, cohort: str, day: str, hires: Iterable[str]) -> None:
    """Add people who are on post already to a cohort, in one message."""
    manager.says("\n".join([f"名册 {cohort}", *(f"{name} {day}" for name in hires)])).taps("确认")


def leave(manager: Phone, hires: Iterable[str], last_day: str) -> None:
    """Hires who leave, with their last day."""
    manager.says(f"名册 离职 {' '.join(hires)} {last_day}").taps("个人原因").taps("确认")


def sell(manager: Phone, orders: Mapping[str, int], day: str = "") -> None:
    """Orders of several hires as one pasted block; the card before saving is confirmed when it asks."""
    heard = len(manager.heard)
    manager.says("\n".join(["出单", *([day] if day else []), *(f"{name} {count}" for name, count in orders.items())]))
    if "确认" in manager.last.buttons:
        manager.taps("确认")
    assert len(manager.heard) > heard, "the bot has answered"


def refund(manager: Phone, hire: str, count: int = 1, reason: str = "客户反悔") -> None:
    """Orders of a hire's newest order given back, today."""
    manager.says("退单").says(hire)
    if str(count) in manager.last.buttons:
        manager.taps(str(count))
    manager.says(reason).taps("确认")


def check_in(manager: Phone, plan: str = "陪访两位新人") -> None:
    """The usual daily check-in, for today when the bot asks for which day."""
    manager.says("日报")
    if "上班" not in manager.last.buttons:
        manager.taps("今天")
    manager.taps("上班").says(plan).taps("确认")


def drop(manager: Phone) -> None:
    """Give the open form up, with what was filled in."""
    manager.says("取消")
    if "放弃" in manager.last.buttons:
        manager.taps("放弃")
