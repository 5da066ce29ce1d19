"""Who takes part: the cast, their companies, the shared group, what admins set, and a leave."""

from datetime import timedelta

from bot.demo.cast import (
    CHEN_CHEN,
    GROUP_ID,
    GROUP_TITLE,
    LI_QIANG,
    LIU_YANG,
    MANAGERS,
    WANG_FANG,
    ZHAO_MIN,
    ZHOU_JING,
    CastMember,
)
from bot.demo.sample.story import Story
from schedules.settings import CHECKS_PLANNED, ORDER_LEVEL_TARGET, ORDER_RATE_TARGET, change_setting
from schedules.working_days import ONE_DAY
from storage.company_changes import change_company, create_company
from storage.groups import Group, record_audit
from storage.leaves import record_leave
from storage.people import Person, PersonState, Role
from storage.people_changes import Decision, admit

HANGZHOU, SUZHOU, CHENGDU = "杭州晨曦", "苏州远帆", "成都锦程"
REGIONS = {HANGZHOU: "浙江", SUZHOU: "江苏", CHENGDU: "四川"}
COMPANY_OF = {
    WANG_FANG.id: HANGZHOU,
    ZHAO_MIN.id: HANGZHOU,
    LI_QIANG.id: SUZHOU,
    LIU_YANG.id: SUZHOU,
    CHEN_CHEN.id: CHENGDU,
}
"""Whose company is whose."""
_TARGETS = {ORDER_RATE_TARGET: "65", ORDER_LEVEL_TARGET: "0.9", CHECKS_PLANNED: 1}
_JOINED = 40
"""Days before the first day the reports are about."""


def settle_in(story: Story) -> None:
    """Let everybody have joined long ago, the group be linked, targets be set, and one manager be on leave."""
    joined = story.begins - _JOINED * ONE_DAY
    moment = story.at(joined, 9)
    admin = _enter(story, ZHOU_JING)
    admin.role, admin.state, admin.active_from = Role.admin, PersonState.active, joined
    story.session.flush()
    decision = Decision(by=admin.id, now=moment, today=joined)
    for name, region in REGIONS.items():
        company = create_company(story.session, name, decision)
        change_company(story.session, company, name=name, region=region, work_week=company.work_week, decision=decision)
        story.companies[name] = company
    for member in MANAGERS:
        person = _enter(story, member)
        story.session.flush()
        admit(story.session, person, Role.manager, story.companies[COMPANY_OF[member.id]], decision)
    story.session.add(Group(chat_id=GROUP_ID, title=GROUP_TITLE, language="zh", linked_by=admin.id, linked_at=moment))
    record_audit(story.session, moment, admin.id, "group.linked", {"chat": GROUP_ID})
    for name, value in _TARGETS.items():
        change_setting(story.session, name, value, story.person_id(ZHOU_JING), moment)
    away = story.workday_ago(1)
    record_leave(
        story.session,
        story.person_id(LIU_YANG),
        away,
        max(story.today + 2 * ONE_DAY, away),
        "家里有事",
        story.person_id(LIU_YANG),
        story.at(away - 2 * ONE_DAY, 15, 20),
    )
    story.session.flush()


def _enter(story: Story, member: CastMember) -> Person:
    person = Person(
        telegram_id=member.id,
        real_name=member.real_name,
        username=member.username,
        language="en" if member.language_code == "en" else "zh",
        reachable=True,
        created_at=story.at(story.begins - _JOINED * ONE_DAY, 9) - timedelta(hours=1),
    )
    story.session.add(person)
    story.people[member.id] = person
    return person
