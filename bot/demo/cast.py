"""The people of the demo and the group they share: who they are at Telegram.

The sample data speaks of the same people, by the same ids.
"""

from dataclasses import dataclass

from bot.demo.chats import BotStatus
from bot.demo.refusal import JsonObject
from bot.demo.telegram import Telegram

GROUP_ID = -1_001_700_000_001
GROUP_TITLE = "培训经理交流群"


@dataclass(frozen=True)
class CastMember:
    """A person with a phone in the demo. `role` is "manager", "admin" or "newcomer"."""

    id: int
    family_name: str
    given_name: str
    username: str
    role: str
    language_code: str = "zh-hans"

    @property
    def real_name(self) -> str:
        return f"{self.family_name}{self.given_name}"

    def as_json(self) -> JsonObject:
        return {"id": self.id, "name": self.real_name, "role": self.role, "language_code": self.language_code}


WANG_FANG = CastMember(5_200_000_001, "王", "芳", "wangfang", "manager")
LI_QIANG = CastMember(5_200_000_002, "李", "强", "liqiang", "manager")
CHEN_CHEN = CastMember(5_200_000_003, "陈", "晨", "chenchen", "manager")
LIU_YANG = CastMember(5_200_000_004, "刘", "洋", "liuyang", "manager")
ZHAO_MIN = CastMember(5_200_000_005, "赵", "敏", "zhaomin", "manager", "en")
ZHOU_JING = CastMember(5_200_000_006, "周", "静", "zhoujing", "admin")
SUN_LEI = CastMember(5_200_000_007, "孙", "磊", "sunlei", "newcomer")

MANAGERS = (WANG_FANG, LI_QIANG, CHEN_CHEN, LIU_YANG, ZHAO_MIN)
CAST = (*MANAGERS, ZHOU_JING, SUN_LEI)
ADMIN_IDS = (ZHOU_JING.id,)


def bring_in(telegram: Telegram) -> None:
    """Let the cast enter: everyone but the newcomer pressed Start long ago and is in the group."""
    for member in CAST:
        telegram.people.add(member.given_name, member.family_name, member.username, member.language_code, member.id)
    for member in (*MANAGERS, ZHOU_JING):
        telegram.people.open(member.id)
    telegram.people.add_group(
        GROUP_TITLE,
        members=tuple(member.id for member in MANAGERS),
        administrators=ADMIN_IDS,
        bot=BotStatus.ADMINISTRATOR,
        chat_id=GROUP_ID,
        silent=True,
    )
