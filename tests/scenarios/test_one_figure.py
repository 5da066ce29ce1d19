"""One figure, one place: after each of 25 changes a cohort's rate is the same wherever it is shown.

Read are /cohort, its picture, /stats, the card in the group, the monthly draft, the submission and the workbook. The
numbers each change must lead to stand beside it, worked out by hand.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.chat import Phone, World
from tests.scenarios.classroom import begins_class, enters_on_post, leave, refund, sell
from tests.scenarios.readers import (
    Shown,
    in_picture,
    in_report,
    in_stats,
    in_workbook,
    newest_document,
    on_card,
    watching_pictures,
)

COHORT = "3月一期"


class Office:
    """A company with one cohort, and everybody who asks for its figures."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wang, self.admin = world.manager("王芳", "杭州甲"), world.admin()
        self.group = world.group(self.wang, self.admin)
        begins_class(self.wang, COHORT)
        enters_on_post(self.wang, COHORT, "3/2", ["张伟", "李娜", "王强", "赵敏", "孙静", "周磊"])
        world.tick()

    def shown(self) -> dict[str, Shown]:
        """What every place shows now."""
        with watching_pictures() as drawn:
            private = on_card(self.wang.says(f"/cohort {COHORT}").last.text)
        found = {"/cohort": private, "the picture": in_picture(drawn[-1])}
        in_group = self.world.group_phone(self.admin, self.group).says(f"/cohort {COHORT}")
        found["the group's card"] = on_card(in_group.last.text)
        found["/stats"] = in_stats(self.admin.says("/stats 2026-03").last.text, COHORT)
        self.wang.forgets().says("月报")
        assert "月报-王芳-260331" in self.wang.texts
        found["the monthly draft"] = in_report(self.wang.texts, COHORT)
        self.wang.says("取消")
        found["the submission"] = in_report(self.wang.says("出单率报送").last.text, COHORT)
        self.wang.says("取消")
        found["the workbook"] = in_workbook(newest_document(self.wang.says("/export 2026-03")), COHORT)
        return found


def undo_order(wang: Phone) -> None:
    wang.says("出单 李娜 2").taps("撤销")


def move_order(wang: Phone) -> None:
    wang.says("最近出单") if False else wang.says("出单 赵敏 1").taps("最近出单").taps("赵敏").taps("转移").taps("孙静")
    wang.says("记错人了").taps("确认")
