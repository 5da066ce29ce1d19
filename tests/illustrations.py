"""The sample office that the guides tell about, and their pictures, drawn by the bot in answer to its commands.

python -m tests.illustrations docs/pictures
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session, col, select

from bot.demo.chats import Photo
from schedules.filing import file_report
from schedules.obligations import open_obligations
from schedules.periods import Period
from storage.kinds import ReportKind
from storage.order_book import record_orders
from storage.order_rules import OrderEntry
from storage.people import Person, find_company
from storage.reports import Obligation
from storage.ride_alongs import RideAlongNote, record_ride_along
from storage.roster import Hire, HireId
from storage.roster_events import add_hires, create_cohort, eliminate, leave, pass_exam, put_on_post, record_drill
from storage.roster_rules import Recording
from tests.chat import Phone, World

GUIDE_NOW = "2026-11-23 18:30"
"""A Monday evening, local time: when the guides' conversations take place."""
_TRAINING = timedelta(days=12)
_DAY = timedelta(days=1)

_IN_ENGLISH = """
张伟 Zhang Wei, 李娜 Li Na, 王强 Wang Qiang, 周婷 Zhou Ting, 吴昊 Wu Hao, 徐佳 Xu Jia, 孙琪 Sun Qi, 马骏 Ma Jun,
朱琳 Zhu Lin, 何俊 He Jun, 罗倩 Luo Qian, 高翔 Gao Xiang, 林悦 Lin Yue, 郑涛 Zheng Tao, 谢颖 Xie Ying,
唐宁 Tang Ning, 韩琳 Han Lin, 陈浩 Chen Hao, 杨帆 Yang Fan, 黄蕾 Huang Lei, 周凯 Zhou Kai, 吴倩 Wu Qian,
徐明 Xu Ming, 朱颖 Zhu Ying, 胡健 Hu Jian, 郭鹏 Guo Peng, 林娜 Lin Na, 何涛 He Tao, 高洁 Gao Jie, 胡斌 Hu Bin,
郭倩 Guo Qian, 林枫 Lin Feng, 何欣 He Xin, 高远 Gao Yuan, 梁雨 Liang Yu, 宋晨 Song Chen, 唐磊 Tang Lei,
许诺 Xu Nuo, 邓敏 Deng Min, 冯凯 Feng Kai, 于航 Yu Hang, 罗毅 Luo Yi, 梁静 Liang Jing, 宋超 Song Chao,
唐欣 Tang Xin, 王芳 Wang Fang, 李强 Li Qiang, 周静 Zhou Jing, 杭州晨曦 Hangzhou Chenxi, 苏州远帆 Suzhou Yuanfan,
10月一期 October 1, 11月一期 November 1, 11月二期 November 2, 家里有事 Family matter
"""
_LATIN = dict(pair.strip().split(" ", 1) for pair in _IN_ENGLISH.split(","))

Orders = Mapping[str, tuple[tuple[int, int], ...]]
"""By hire: (day of the window, quantity)."""


@dataclass(frozen=True)
class _Class:
    """A cohort as it went."""

    company: str
    name: str
    day_1: date
    people: str
    orders: Orders = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    """Last day, as a day of the window."""
    eliminated: tuple[str, ...] = ()
    visited: str = ""
    """Who had a ride-along, on day 8."""


_CLASSES = (
    # 20 trained, 18 on post, 15 stay, 12 of them have an order; two of the leavers had one, too.
    _Class(
        "杭州晨曦",
        "10月一期",
        date(2026, 10, 12),
        "何俊 罗倩 高翔 林悦 郑涛 谢颖 唐宁 韩琳 陈浩 杨帆 黄蕾 周凯 吴倩 徐明 朱颖 胡健 郭鹏 林娜 何涛 高洁",
        {
            "何俊": ((4, 1), (20, 1)),
            "罗倩": ((9, 1),),
            "高翔": ((6, 1),),
            "林悦": ((18, 2),),
            "谢颖": ((12, 1),),
            "唐宁": ((5, 1),),
            "韩琳": ((11, 1), (24, 1), (29, 2)),
            "陈浩": ((15, 1),),
            "杨帆": ((22, 1),),
            "黄蕾": ((13, 1),),
            "周凯": ((27, 1),),
            "吴倩": ((30, 1),),
            "徐明": ((17, 1),),
            "胡健": ((8, 1),),
        },
        left={"唐宁": 10, "胡健": 14, "郭鹏": 21},
        eliminated=("何涛", "高洁"),
        visited="何俊 罗倩 高翔 林悦 郑涛 谢颖 韩琳 陈浩 杨帆 黄蕾 周凯 吴倩 徐明",
    ),
    _Class("苏州远帆", "10月一期", date(2026, 10, 9), "罗毅 梁静 宋超 唐欣", {"梁静": ((12, 1), (25, 1))}),
    _Class(
        "杭州晨曦",
        "11月一期",
        date(2026, 11, 4),
        "张伟 李娜 王强 周婷 吴昊 徐佳 孙琪 马骏 朱琳",
        {
            "张伟": ((6, 1),),
            "李娜": ((8, 1), (15, 1)),
            "周婷": ((8, 1),),
            "吴昊": ((11, 1),),
            "孙琪": ((13, 2),),
            "马骏": ((16, 1),),
        },
        left={"周婷": 12},
        visited="李娜 王强 吴昊 徐佳 孙琪",
    ),
    _Class("杭州晨曦", "11月二期", date(2026, 11, 30), "胡斌 郭倩 林枫 何欣 高远 梁雨 宋晨 唐磊 许诺 邓敏 冯凯 于航"),
)


@dataclass
class Office:
    """The world of the guides: two companies with their managers, an admin, the group."""

    world: World
    wang: Phone
    li: Phone
    admin: Phone
    group_id: int


def _saying(language: str) -> Callable[[str], str]:
    """Names as they are written in a language."""
    return str if language == "zh" else _LATIN.__getitem__


def set_up(folder: Path, language: str, *, since: str = "2026-10-01") -> Office:
    """The sample office in one language ("zh", "en") at `GUIDE_NOW`; reports are asked for from `since` on."""

    said = _saying(language)
    world = World(folder, now=GUIDE_NOW, language=language)
    admin = world.admin(said("周静"), language=language)
    wang = world.manager(said("王芳"), said("杭州晨曦"), language=language, since=since)
    li = world.manager(said("李强"), said("苏州远帆"), language=language, since=since)
    group_id = world.group(admin, wang, li)
    with world.database.transaction() as session:
        authors = {person.real_name: person.id for person in session.exec(select(Person)).all()}
        for each in _CLASSES:
            author = "王芳" if each.company == "杭州晨曦" else "李强"
            _record(session, each, said, Recording(authors[said(author)], world.clock.now(), world.clock.today))
    world.tick()
    for phone in (admin, wang, li, Phone(world, 0, group_id)):
        phone.forgets()
    return Office(world, wang, li, admin, group_id)


def _record(session: Session, each: _Class, said: Callable[[str], str], recording: Recording) -> None:
    company = find_company(session, said(each.company))
    assert company is not None
    assert company.id is not None
    begins, people = each.day_1 - _TRAINING, each.people.split()
    cohort = create_cohort(
        session,
        company.id,
        said(each.name),
        recording.now,
        planned_size=len(people),
        starts_on=begins,
        ends_on=each.day_1 - 2 * _DAY,
    )
    hires = add_hires(session, cohort, [said(name) for name in people], begins, recording)
    for name, hire in zip(people, hires, strict=True):
        if name in each.eliminated:
            eliminate(session, hire, each.day_1 - 4 * _DAY, recording)
        elif each.day_1 <= recording.today:
            pass_exam(session, hire, each.day_1 - 4 * _DAY, recording)
            record_drill(session, hire, each.day_1 - 3 * _DAY, recording, passed=True)
            put_on_post(session, hire, each.day_1, recording)
            _sell(session, each, name, hire, recording, said("家里有事"))


def _sell(session: Session, each: _Class, name: str, hire: Hire, recording: Recording, reason: str) -> None:
    assert hire.id is not None
    for number, quantity in each.orders.get(name, ()):
        entry = OrderEntry(hire.id, quantity, each.day_1 + (number - 1) * _DAY, "")
        record_orders(session, [entry], recording, f"{hire.id}-{number}")
    if name in each.visited.split() and recording.by is not None:
        visit = _visit(hire.id, each.day_1 + 7 * _DAY)
        record_ride_along(session, visit, hire.company_id, recording.by, recording.now)
    if name in each.left:
        leave(session, hire, each.day_1 + (each.left[name] - 1) * _DAY, recording, reason=reason)


@dataclass(frozen=True)
class _Month:
    """One cohort a month of the year before, in figures."""

    day_1: date
    size: int
    with_order: int
    more_orders: int
    visited: int
    late_dailies: int


_YEAR = (
    _Month(date(2025, 11, 17), 10, 4, 1, 5, 4),
    _Month(date(2025, 12, 15), 12, 5, 3, 6, 3),
    _Month(date(2026, 2, 2), 9, 4, 0, 5, 5),
    _Month(date(2026, 3, 2), 11, 6, 2, 7, 3),
    _Month(date(2026, 3, 30), 12, 6, 4, 8, 2),
    _Month(date(2026, 4, 20), 10, 6, 3, 6, 2),
    _Month(date(2026, 5, 18), 12, 6, 4, 8, 3),
    _Month(date(2026, 6, 8), 13, 7, 5, 10, 1),
    _Month(date(2026, 7, 6), 11, 7, 3, 8, 2),
    _Month(date(2026, 8, 3), 14, 8, 6, 12, 1),
    _Month(date(2026, 9, 7), 12, 8, 4, 11, 1),
)
"""What /trend shows before the classes above; in February nobody's window closed."""
_SURNAMES = "赵钱孙周吴郑冯陈褚卫蒋沈韩杨"


def _add_year(office: Office, said: Callable[[str], str]) -> None:
    """Cohorts, ride-alongs and dailies of the twelve months, for the company whose trend is drawn."""
    world = office.world
    wang = world.stored(office.wang)
    assert wang.id is not None
    with world.database.transaction() as session:
        company = find_company(session, said("杭州晨曦"))
        assert company is not None
        assert company.id is not None
        recording = Recording(by=wang.id, now=world.clock.now(), today=world.clock.today)
        for number, month in enumerate(_YEAR):
            cohort = create_cohort(session, company.id, month.day_1.isoformat(), recording.now)
            names = [f"{_SURNAMES[place]}{number + 1}" for place in range(month.size)]
            hires = add_hires(session, cohort, names, month.day_1 - _TRAINING, recording)
            for place, hire in enumerate(hires):
                assert hire.id is not None
                put_on_post(session, hire, month.day_1, recording, gate=False)
                if place < month.with_order:
                    quantity = 1 + (month.more_orders if place == 0 else 0)
                    entry = OrderEntry(hire.id, quantity, month.day_1 + (5 + place) * _DAY, "")
                    record_orders(session, [entry], recording, f"year-{hire.id}")
                if place < month.visited:
                    record_ride_along(
                        session, _visit(hire.id, month.day_1 + 7 * _DAY), company.id, wang.id, recording.now
                    )
        open_obligations(session, recording.now, since=datetime(2025, 12, 1, tzinfo=UTC))
        _hand_in_dailies(session, wang)


def _visit(hire_id: HireId, day: date) -> RideAlongNote:
    return RideAlongNote(
        hire_id=hire_id,
        day=day,
        part_of_day="morning",
        mode="you_do",
        visits=3,
        customer_kinds=("cold",),
        did_well="开场自然亲切",
        to_improve="先问清需求，再做产品演示",
    )


def _hand_in_dailies(session: Session, person: Person) -> None:
    """Every daily of the year on time, but for some in the middle of each month."""
    owed = select(Obligation).where(Obligation.kind == ReportKind.daily, Obligation.person_id == person.id)
    late = {month.day_1.replace(day=1): month.late_dailies for month in _YEAR}
    for obligation in session.exec(owed.order_by(col(Obligation.first_day))).all():
        day = obligation.first_day
        is_late = 10 <= day.day < 10 + late.get(day.replace(day=1), 1)
        if day < date(2026, 11, 23):
            sent_at = obligation.due_at + timedelta(hours=2 if is_late else -12)
            file_report(session, person, Period.daily(day), sent_at, {"day": day.isoformat(), "status": "working"})


def picture_in(office: Office) -> bytes:
    """The photo that the bot answered with, as it was sent."""
    (photo,) = [said.message.media for said in office.wang.heard if isinstance(said.message.media, Photo)]
    return office.world.stand_in.world.files.get(photo.sizes[-1][0]).content


def draw_all(folder: Path) -> list[Path]:
    """Every picture in both languages; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for language in ("zh", "en"):
        with TemporaryDirectory() as place:
            office = set_up(Path(place), language, since="2025-12-01")
            _add_year(office, _saying(language))
            for name, command in COMMANDS[language].items():
                office.wang.forgets().says(command)
                path = folder / f"{name}-{language}.png"
                path.write_bytes(picture_in(office))
                written.append(path)
            office.world.close()
    return written


COMMANDS = {
    "zh": {
        "cohort-final": "/cohort 10月一期",
        "cohort-interim": "/cohort 11月一期",
        "trend": "/trend",
        "calendar": "/calendar 2026-10",
    },
    "en": {
        "cohort-final": "/cohort October 1",
        "cohort-interim": "/cohort November 1",
        "trend": "/trend",
        "calendar": "/calendar 2026-10",
    },
}
"""The pictures, and what is said to the bot to get them."""


def main() -> None:
    """Write the pictures into the folder named on the command line."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    for path in draw_all(folder):
        print(f"{path} ({path.stat().st_size // 1024} KB)")


if __name__ == "__main__":
    main()
