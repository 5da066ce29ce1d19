"""Where the trial post stands: a company's setting, shown to managers, changed by admins, audited (handbook §6)."""

from storage.groups import AuditEntry
from storage.people import Company
from tests.chat import World


def test_an_admin_changes_it_by_button_or_block(world: World) -> None:
    admin = world.admin()
    world.manager("王芳", ("杭州甲", "宁波乙"))
    admin.says("/trial")
    assert "宁波乙：培训后" in admin.last.text
    admin.taps("宁波乙").taps("修改").taps("安排").taps("培训前").taps("确认")
    assert {c.name: c.trial_when for c in world.all_of(Company)} == {
        "杭州甲": "after_training",
        "宁波乙": "before_training",
    }
    admin.says("试岗设置\n公司: 杭州甲\n安排: 培训前").taps("确认")
    assert {c.trial_when for c in world.all_of(Company)} == {"before_training"}
    changes = [entry.details["trial_when"] for entry in world.all_of(AuditEntry)]
    assert changes == [["after_training", "before_training"]] * 2


def test_an_unknown_company_or_answer_is_asked_again(world: World) -> None:
    admin = world.admin()
    world.manager("王芳", "杭州甲")
    admin.says("/trial 上海丙")
    assert "上海丙" in admin.last.text
    admin.says("杭州甲").says("随便")
    assert "随便" in admin.last.text
    assert world.all_of(Company)[0].trial_when == "after_training"


def test_a_manager_reads_it_and_cannot_change_it(world: World) -> None:
    wang = world.manager("王芳", "杭州甲")
    world.manager("李强", "宁波乙")
    wang.says("/trial")
    assert "杭州甲：培训后" in wang.last.text
    assert "宁波乙" not in wang.last.text
    assert wang.last.buttons == []
    wang.presses(wang.last.message.message_id, "trial:set:1")
    wang.says("试岗设置\n公司: 杭州甲\n安排: 培训前")
    assert {c.trial_when for c in world.all_of(Company)} == {"after_training"}
