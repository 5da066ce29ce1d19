"""Everything people can say to the bot, on one page.

Routing, the command menus, /help and the permission test are all read from these lists: a command, a button or a form
that is not here does not exist. The order is the order of the menu.
"""

from handlers import admission, check_in, company, help, invite, link, me, people, person_card, report, start, status
from handlers.access import ADMINS, ANYWHERE, EVERY_ROLE, GROUP, ButtonRule, Command
from handlers.forms import driver
from handlers.forms.form import Form
from handlers.forms.screens import BUTTON as FORM_BUTTON
from handlers.translations import N_
from handlers.turn import Turn
from storage.kinds import ReportKind


def press_form(turn: Turn) -> None:
    """A button of any form; the driver looks up whose it is, and which form it belongs to."""
    driver.press(turn, FORM_BY_NAME)


COMMANDS: tuple[Command, ...] = (
    Command("checkin", check_in.start, N_("Daily check-in"), words=("日报", "签到", "daily")),
    Command("report", report.command, N_("Weekly, monthly, plan and order-rate reports"), words=("报告", "report")),
    Command(
        "weekly", report.start_kind(ReportKind.weekly), N_("Weekly report"), words=("周报", "weekly"), in_menu=False
    ),
    Command(
        "monthly", report.start_kind(ReportKind.monthly), N_("Monthly report"), words=("月报", "monthly"), in_menu=False
    ),
    Command("plan", report.start_kind(ReportKind.plan), N_("Training plan"), words=("下月计划", "培训计划"), in_menu=False),
    Command(
        "orderrate",
        report.start_kind(ReportKind.order_rate),
        N_("Order-rate submission"),
        words=("出单率报送", "出单率"),
        in_menu=False,
    ),
    Command(
        "skills",
        report.start_kind(ReportKind.skills_mail),
        N_("Sales-skills summary"),
        words=("销售技能总结", "技能总结"),
        in_menu=False,
    ),
    Command("me", me.me, N_("Who I am here, my language, my last records"), EVERY_ROLE, words=("我的",)),
    Command("people", people.people, N_("Everyone who takes part: approve, change, deactivate"), ADMINS),
    Command("invite", invite.invite, N_("A link for managers to join by"), ADMINS, words=("邀请",)),
    Command("company", company.company, N_("The companies: create, rename, work week"), ADMINS),
    Command("link", link.link, N_("Make this group the shared group"), ADMINS, ANYWHERE),
    Command("unlink", link.unlink, N_("Post nothing in this group any more"), ADMINS, GROUP),
    Command("status", status.status, N_("Whether I am well, and what waits"), ADMINS),
    Command("language", link.language, N_("中文 or English"), EVERY_ROLE, ANYWHERE, words=("语言",)),
    Command("start", start.start, N_("Join, or begin anew"), EVERY_ROLE, open_to_strangers=True),
    Command(
        "help",
        help.help,
        N_("What I can do for you, with forms to copy"),
        EVERY_ROLE,
        ANYWHERE,
        words=("帮助", "help"),
        open_to_strangers=True,
    ),
)

BUTTONS: tuple[ButtonRule, ...] = (
    # Open to those who are joining; the driver asks role and state of the person at every step.
    ButtonRule(FORM_BUTTON, press_form, roles=EVERY_ROLE, open_to_strangers=True),
    ButtonRule(check_in.START, check_in.pressed_start),
    ButtonRule(check_in.EDIT, check_in.pressed_edit),
    ButtonRule(report.BUTTON, report.press),
    ButtonRule("join", start.join, roles=EVERY_ROLE, open_to_strangers=True),
    ButtonRule("approve", admission.approve, roles=ADMINS),
    ButtonRule("reject", admission.turn_down, roles=ADMINS),
    ButtonRule("person", people.pressed, roles=ADMINS),
    ButtonRule("company", company.pressed, roles=ADMINS),
    ButtonRule("revoke", invite.take_back, roles=ADMINS),
    ButtonRule("language", link.language_pressed, roles=EVERY_ROLE),
)

FORMS: tuple[Form, ...] = (
    check_in.CHECK_IN,
    *report.FORMS,
    start.JOIN,
    invite.INVITE,
    company.COMPANY,
    person_card.RENAME,
)

COMMAND_BY_NAME = {command.name: command for command in COMMANDS}
COMMAND_BY_WORD = {word: command for command in COMMANDS for word in command.words}
BUTTON_BY_NAME = {button.name: button for button in BUTTONS}
FORM_BY_NAME = {form.name: form for form in FORMS}
