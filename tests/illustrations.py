"""The sample office that the guides tell about, and their pictures, drawn by the bot in answer to its commands.

python -m tests.illustrations docs/pictures
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session

from bot.demo.chats import Photo
from storage.order_book import record_orders
from storage.order_rules import OrderEntry
from storage.people import find_company
from storage.roster import Hire
from storage.roster_events import add_hires, create_cohort, eliminate, leave, pass_exam, put_on_post, record_drill
from storage.roster_rules import Recording
from tests.chat import Phone, Said, World

GUIDE_NOW = "2026-11-23 18:30"
"""A Monday evening, local time: when the guides' conversations take place."""
_TRAINING = timedelta(days=12)
_DAY = timedelta(days=1)

_LATIN = dict(
    pair.split(" ", 1)
    for pair in [
        "张伟 Zhang Wei",
        "李娜 Li Na",
        "王强 Wang Qiang",
        "周婷 Zhou Ting",
        "吴昊 Wu Hao",
        "徐佳 Xu Jia",
        "孙琪 Sun Qi",
        "马骏 Ma Jun",
        "朱琳 Zhu Lin",
        "何俊 He Jun",
        "罗倩 Luo Qian",
        "高翔 Gao Xiang",
        "林悦 Lin Yue",
        "郑涛 Zheng Tao",
        "谢颖 Xie Ying",
        "唐宁 Tang Ning",
        "韩琳 Han Lin",
        "陈浩 Chen Hao",
        "杨帆 Yang Fan",
        "黄蕾 Huang Lei",
        "周凯 Zhou Kai",
        "吴倩 Wu Qian",
        "徐明 Xu Ming",
        "朱颖 Zhu Ying",
        "胡健 Hu Jian",
        "郭鹏 Guo Peng",
        "林娜 Lin Na",
        "何涛 He Tao",
        "高洁 Gao Jie",
        "胡斌 Hu Bin",
        "郭倩 Guo Qian",
        "林枫 Lin Feng",
        "何欣 He Xin",
        "高远 Gao Yuan",
        "梁雨 Liang Yu",
        "宋晨 Song Chen",
        "唐磊 Tang Lei",
        "许诺 Xu Nuo",
        "邓敏 Deng Min",
        "冯凯 Feng Kai",
        "于航 Yu Hang",
        "罗毅 Luo Yi",
        "梁静 Liang Jing",
        "宋超 Song Chao",
        "唐欣 Tang Xin",
        "王芳 Wang Fang",
        "李强 Li Qiang",
        "周静 Zhou Jing",
        "杭州晨曦 Hangzhou Chenxi",
        "苏州远帆 Suzhou Yuanfan",
        "10月一期 October 1",
        "11月一期 November 1",
        "11月二期 November 2",
        "家里有事 Family matter",
    ]
)

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


def set_up(folder: Path, language: str, *, since: str = "2026-10-01") -> Office:
    """The sample office in one language ("zh", "en") at `GUIDE_NOW`; reports are asked for from `since` on."""

    def said(text: str) -> str:
        return text if language == "zh" else _LATIN[text]

    world = World(folder, now=GUIDE_NOW, language=language)
    admin = world.admin(said("周静"), language=language)
    wang = world.manager(said("王芳"), said("杭州晨曦"), language=language, since=since)
    li = world.manager(said("李强"), said("苏州远帆"), language=language, since=since)
    group_id = world.group(admin, wang, li)
    with world.database.transaction() as session:
        for each in _CLASSES:
            _record(session, world, each, said)
    world.tick()
    for phone in (admin, wang, li, Phone(world, 0, group_id)):
        phone.forgets()
    return Office(world, wang, li, admin, group_id)


def _record(session: Session, world: World, each: _Class, said: Callable[[str], str]) -> None:
    company = find_company(session, said(each.company))
    assert company is not None
    assert company.id is not None
    recording = Recording(by=None, now=world.clock.now(), today=world.clock.today)
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
    if name in each.left:
        leave(session, hire, each.day_1 + (each.left[name] - 1) * _DAY, recording, reason=reason)


def picture_in(office: Office, said: Said) -> bytes:
    """The photo of a message, as it was sent."""
    photo = said.message.media
    assert isinstance(photo, Photo), said.text
    return office.world.stand_in.world.files.get(photo.sizes[-1][0]).content


def draw_all(folder: Path) -> list[Path]:
    """Every picture in both languages; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for language in ("zh", "en"):
        with TemporaryDirectory() as place:
            office = set_up(Path(place), language)
            for name, command in COMMANDS[language].items():
                office.wang.says(command)
                path = folder / f"{name}-{language}.png"
                path.write_bytes(picture_in(office, office.wang.last))
                written.append(path)
            office.world.close()
    return written


COMMANDS = {
    "zh": {"cohort-final": "/cohort 10月一期", "cohort-interim": "/cohort 11月一期"},
    "en": {"cohort-final": "/cohort October 1", "cohort-interim": "/cohort November 1"},
}
"""The pictures, and what is said to the bot to get them."""


def main() -> None:
    """Write the pictures into the folder named on the command line."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    for path in draw_all(folder):
        print(f"{path} ({path.stat().st_size // 1024} KB)")


if __name__ == "__main__":
    main()
