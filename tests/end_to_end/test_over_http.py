"""The whole bot as a process, killed and started again, over real HTTP (scenarios P1, P2, P3)."""

import socket
from datetime import date
from pathlib import Path

from bot.demo.people import buttons
from storage.kinds import ReportKind, ReportState
from storage.orders import Order
from storage.outbox import OutboxMessage, OutboxState
from storage.reports import Report
from tests.live import LiveWorld
from tests.seed import put_on_post


def test_killed_after_each_answer_of_a_check_in_it_goes_on_from_exactly_there(live: LiveWorld) -> None:
    """P2."""
    wang = live.manager("王芳")
    live.start()
    wang.says("日报")
    live.restart()
    wang.taps("上班")
    live.restart()
    wang.says("明天陪访两位新人")
    live.restart()
    wang.taps("确认")
    live.restart()
    live.settle()

    (report,) = live.all_of(Report)
    assert report.first_day == date(2026, 12, 1)
    assert report.body["plan"] == "明天陪访两位新人"
    assert wang.texts.count("明天的计划") <= 2, "nothing is asked twice"


def test_pasted_orders_are_recorded_once_with_one_confirmation(live: LiveWorld) -> None:
    """P1."""
    wang = live.manager("王芳", "杭州甲")
    put_on_post(live, "杭州甲", "11月一期", ["张伟", "李娜", "王强"], date(2026, 11, 16))
    live.start()
    live.settle()
    wang.forgets()
    wang.says("出单\n张伟 2\n李娜 1\n王强 0")
    assert sorted(order.quantity for order in live.all_of(Order)) == [1, 2]
    naming = [said for said in wang.heard if all(name in said.text for name in ("张伟", "李娜", "王强"))]
    assert len(naming) == 1


def test_an_outage_over_the_deadline_makes_nobody_late_and_sends_nothing_stale(live: LiveWorld) -> None:
    """P3: down from 07:00 to 09:30; a button pressed at 07:58 counts as pressed in time."""
    wang, li = live.manager("王芳"), live.manager("李强")
    group = live.group(wang, li)
    live.clock.to("2026-12-01 23:00")
    live.start()
    wang.says("日报").taps("上班").says("明天培训")
    card = wang.last.message.message_id
    confirm = next(str(b["callback_data"]) for b in buttons(wang.last.message) if "确认" in str(b["text"]))
    live.clock.to("2026-12-02 06:55")
    live.settle()
    live.kill()
    live.clock.to("2026-12-02 07:58")
    wang.presses(card, confirm, settle=False)
    live.clock.to("2026-12-02 09:30")
    live.start()
    live.await_text(group, "日报")
    live.settle()

    daily = [r for r in live.all_of(Report) if r.kind is ReportKind.daily and r.first_day == date(2026, 12, 1)]
    assert [r.state for r in daily] == [ReportState.on_time]
    last_calls = [m for m in live.all_of(OutboxMessage) if "last-call" in (m.key or "") and m.state is OutboxState.sent]
    assert last_calls == [], "no stale last call"
    boards = [said for said in live.heard_in(group) if "日报" in said.text]
    assert len(boards) == 1, "one group message for the period"
    assert "王芳" not in boards[0].text.partition("未交")[2]


def test_updates_delivered_to_the_webhook_are_answered(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    world = LiveWorld(tmp_path, webhook_port=port)
    try:
        wang = world.manager("王芳")
        world.start()
        world.settle()
        wang.says("/me")
        # A reminder may come right behind it.
        assert "王芳" in wang.texts
        assert world.stop() == 0
    finally:
        world.close()


def test_a_stop_is_clean(live: LiveWorld) -> None:
    live.start()
    live.settle()
    assert live.stop() == 0
    assert "Traceback" not in live.log.read_text()
