"""Everything people can say to the bot, on one page.

Routing, the command menus, /help and the permission test are all read from these lists: a command, a button or a form
that is not here does not exist. The order is the order of the menu.
"""

from handlers import help
from handlers.access import ADMINS, ANYWHERE, EVERY_ROLE, GROUP, VIEWERS, ButtonRule, Command
from handlers.administration import audit, exemptions, redating, settings, status, trial_policy
from handlers.check_ins import check_in
from handlers.figures import cohort, cohort_card, export, kpi, missing, rank, ratings, stats, summary, trend
from handlers.follow_up import (
    drill,
    forum,
    incident,
    open_items,
    problem,
    problem_card,
    ride_along,
    spot_check,
    training_session,
)
from handlers.forms import driver
from handlers.forms.form import Form
from handlers.forms.screens import BUTTON as FORM_BUTTON
from handlers.orders import order_list, orders, refunds
from handlers.people import admission, company, forget, invite, leave, link, me, my_data, people, person_card, start
from handlers.reminding import due
from handlers.reminding.owed_lines import GO
from handlers.reports import report
from handlers.roster import hire_history, roster
from handlers.translations import N_
from handlers.turn import Turn
from handlers.working_days import calendar_changes, holiday_file, working_calendar
from storage.kinds import ReportKind


def press_form(turn: Turn) -> None:
    """A button of any form; the driver looks up whose it is, and which form it belongs to."""
    driver.press(turn, FORM_BY_NAME)


COMMANDS: tuple[Command, ...] = (
    Command("checkin", check_in.start, N_("Daily check-in"), words=("日报", "签到", "daily", "check-in", "checkin")),
    Command("orders", orders.start, N_("Orders: Zhang Wei 2, or a list"), words=("出单", "订单", "orders", "order")),
    Command(
        "ridealong",
        ride_along.start,
        N_("Ride-along with a hire"),
        words=("陪访", "ride-along", "ridealong", "ride along"),
    ),
    Command("drill", drill.start, N_("Practice drill with hires"), words=("陪练", "drill", "practice drill")),
    Command("spotcheck", spot_check.start, N_("Spot check of a hire"), words=("抽查", "spot check", "spotcheck")),
    Command(
        "session",
        training_session.start,
        N_("Training session held; add a missing summary"),
        words=("培训记录", "training session", "session"),
    ),
    Command(
        "problem",
        problem.start,
        N_("Problem or suggestion; the open ones and their solutions"),
        words=("问题", "problem"),
    ),
    Command(
        "incident",
        incident.start,
        N_("Complaint, or breach of the rules"),
        words=("投诉", "违规", "complaint", "incident"),
        in_menu=False,
    ),
    Command("refund", refunds.start, N_("Refund an order"), words=("退单", "refund"), in_menu=False),
    Command(
        "roster",
        roster.show,
        N_("Roster: cohorts and hires; with a name: that cohort or hire"),
        words=("名册", "新人", "roster"),
        verbs=roster.OPENING_VERBS,
    ),
    Command(
        "history", hire_history.show, N_("All that is recorded about a hire"), words=("履历", "history"), in_menu=False
    ),
    Command(
        "todo",
        open_items.todo,
        N_("What I began and have not closed: next steps, problems, summaries"),
        words=("待办", "todo"),
    ),
    Command("due", due.due, N_("What I still owe, and until when"), words=("待交", "due")),
    Command("leave", leave.start, N_("Leave: away from–to"), words=("请假", "leave")),
    Command(
        "report",
        report.command,
        N_("Weekly, monthly, plan and order-rate reports"),
        EVERY_ROLE,
        words=("报告", "report"),
    ),
    Command(
        "weekly",
        report.start_kind(ReportKind.weekly),
        N_("Weekly report"),
        words=("周报", "weekly", "weekly report"),
        in_menu=False,
    ),
    Command(
        "monthly",
        report.start_kind(ReportKind.monthly),
        N_("Monthly report"),
        words=("月报", "monthly", "monthly report"),
        in_menu=False,
    ),
    Command(
        "plan",
        report.start_kind(ReportKind.plan),
        N_("Training plan"),
        words=("下月计划", "培训计划", "下月培训计划", "training plan"),
        in_menu=False,
    ),
    Command(
        "orderrate",
        report.start_kind(ReportKind.order_rate),
        N_("Order-rate submission"),
        words=("出单率报送", "出单率", "order rate"),
        in_menu=False,
    ),
    Command(
        "skills",
        report.start_kind(ReportKind.skills_mail),
        N_("Sales-skills summary"),
        words=("销售技能总结", "技能总结", "sales skills", "sales-skills summary"),
        in_menu=False,
    ),
    Command(
        "cohort",
        cohort.cohort,
        N_("A cohort's card: order rate, level, retention, picture"),
        EVERY_ROLE,
        ANYWHERE,
        words=("批次", "cohort"),
    ),
    Command(
        "stats",
        stats.stats,
        N_("Figures at a glance: /stats, /stats 2026-10, /stats last week, a company, a person"),
        EVERY_ROLE,
        ANYWHERE,
        words=("统计", "stats"),
    ),
    Command(
        "missing",
        missing.missing,
        N_("What is not in yet: /missing, /missing weekly, /missing 11/23"),
        EVERY_ROLE,
        ANYWHERE,
        words=("未交", "missing"),
    ),
    Command(
        "trend",
        trend.trend,
        N_("Twelve months as a picture; with a company: that one"),
        EVERY_ROLE,
        ANYWHERE,
        words=("趋势", "trend"),
    ),
    Command(
        "export",
        export.export,
        N_("All records of a period as a workbook: /export, /export last month, a company"),
        EVERY_ROLE,
        words=("导出", "export"),
    ),
    Command("rank", rank.rank, N_("Companies by order rate of a month"), EVERY_ROLE, ANYWHERE, words=("排名", "rank")),
    Command("summary", summary.summary, N_("Post the current cohort cards to the group"), ADMINS, ANYWHERE),
    Command("kpi", kpi.kpi, N_("KPI card of a month; only you and the admins see it"), words=("绩效", "kpi")),
    Command(
        "rate",
        ratings.command,
        N_("Rate a manager's month, with a comment; private"),
        VIEWERS,
        words=("评分", "rating"),
    ),
    Command(
        "calendar",
        working_calendar.calendar,
        N_("Working days and deadlines of a month: /calendar 2026-12"),
        EVERY_ROLE,
        words=("日历", "calendar"),
    ),
    Command("me", me.me, N_("Who I am here, my language, my last records"), EVERY_ROLE, words=("我的", "me")),
    Command("people", people.people, N_("Everyone who takes part: approve, change, deactivate"), ADMINS),
    Command("invite", invite.invite, N_("A link for managers to join by"), ADMINS, words=("邀请",)),
    Command("company", company.company, N_("The companies: create, rename, work week"), ADMINS),
    Command(
        "trial",
        trial_policy.start,
        N_("Trial post: before or after the training"),
        words=("试岗设置", "trial"),
        in_menu=False,
    ),
    Command("forum", forum.start, N_("Forum: when it was held"), ADMINS, words=("论坛", "forum")),
    Command("settings", settings.settings, N_("Everything that can be switched"), ADMINS, words=("设置", "settings")),
    Command("exempt", exemptions.command, N_("Exempt somebody from a report: name, report, days, reason"), ADMINS),
    Command(
        "redate",
        redating.redate,
        N_("Move a daily to the right day: name, day, right day"),
        ADMINS,
        in_menu=False,
    ),
    Command("backfill", redating.backfill, N_("File an old daily for a manager: name, day"), ADMINS, in_menu=False),
    Command("audit", audit.audit, N_("Who changed what; with a name: that person"), ADMINS),
    Command("link", link.link, N_("Make this group the shared group"), ADMINS, ANYWHERE),
    Command("unlink", link.unlink, N_("Post nothing in this group any more"), ADMINS, GROUP),
    Command("status", status.status, N_("Whether I am well, and what waits"), ADMINS),
    Command("language", link.language, N_("中文 or English"), EVERY_ROLE, ANYWHERE, words=("语言",)),
    Command(
        "mydata",
        my_data.my_data,
        N_("Everything kept about me, as a file"),
        EVERY_ROLE,
        words=("我的数据", "mydata"),
        in_menu=False,
    ),
    Command(
        "forget",
        forget.forget,
        N_("Take a person or a hire out of the records; figures stay"),
        ADMINS,
        in_menu=False,
    ),
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
    ButtonRule(orders.START, orders.start),
    ButtonRule(orders.UNDO, orders.pressed_undo),
    ButtonRule(order_list.EDIT, orders.pressed_edit),
    ButtonRule(order_list.LIST, order_list.show_recent),
    ButtonRule(order_list.MENU, order_list.open_order),
    ButtonRule(order_list.REFUND, refunds.pressed_refund),
    ButtonRule(order_list.MOVE, refunds.pressed_move),
    ButtonRule(ride_along.START, ride_along.start),
    ButtonRule(ride_along.EDIT, ride_along.pressed_edit),
    ButtonRule(ride_along.LIST, ride_along.show_list),
    ButtonRule(ride_along.CLOSE, ride_along.pressed_close),
    ButtonRule(drill.START, drill.start),
    ButtonRule(drill.EDIT, drill.pressed_edit),
    ButtonRule(drill.LIST, drill.show_list),
    ButtonRule(spot_check.START, spot_check.start),
    ButtonRule(spot_check.EDIT, spot_check.pressed_edit),
    ButtonRule(spot_check.LIST, spot_check.show_list),
    ButtonRule(training_session.START, training_session.start),
    ButtonRule(training_session.EDIT, training_session.pressed_edit),
    ButtonRule(training_session.LIST, training_session.show_list),
    ButtonRule(training_session.SUMMARIZE, training_session.pressed_summarize),
    ButtonRule(problem_card.BUTTON, problem.pressed),
    ButtonRule(incident.EDIT, incident.pressed_edit),
    ButtonRule(incident.LIST, incident.show_list),
    ButtonRule(open_items.BUTTON, open_items.pressed),
    ButtonRule(trial_policy.BUTTON, trial_policy.pressed),
    ButtonRule(forum.START, forum.start, ADMINS),
    ButtonRule(forum.EDIT, forum.pressed_edit, ADMINS),
    ButtonRule(roster.BUTTON, roster.pressed),
    ButtonRule(leave.START, leave.start),
    ButtonRule(leave.EDIT, leave.pressed_edit),
    ButtonRule(leave.CANCEL, leave.pressed_cancel),
    ButtonRule(GO, due.pressed_go),
    ButtonRule(report.BUTTON, report.press, EVERY_ROLE),
    ButtonRule(cohort.CARD, cohort.pressed_card, EVERY_ROLE, ANYWHERE),
    ButtonRule(cohort.LIST, cohort.pressed_list, EVERY_ROLE, ANYWHERE),
    ButtonRule(cohort_card.HIRES, cohort.pressed_hires, EVERY_ROLE),
    ButtonRule(stats.STATS, stats.pressed_stats, EVERY_ROLE, ANYWHERE),
    ButtonRule(missing.LIST, missing.pressed_list, EVERY_ROLE, ANYWHERE),
    ButtonRule(missing.REMIND, missing.pressed_remind, ADMINS, ANYWHERE),
    ButtonRule(rank.RANK, rank.pressed_rank, EVERY_ROLE, ANYWHERE),
    ButtonRule(summary.SEND, summary.pressed_send, ADMINS, ANYWHERE),
    ButtonRule(kpi.BUTTON, kpi.pressed),
    ButtonRule(working_calendar.BUTTON, working_calendar.pressed, EVERY_ROLE),
    ButtonRule(calendar_changes.DAY_BUTTON, calendar_changes.pressed, ADMINS),
    ButtonRule(settings.BUTTON, settings.pressed, ADMINS),
    ButtonRule(audit.BUTTON, audit.pressed, ADMINS),
    ButtonRule(missing.EXEMPT, exemptions.pressed, ADMINS),
    ButtonRule(redating.REDATE, redating.pressed_redate, ADMINS),
    ButtonRule(redating.BACKFILL, redating.pressed_backfill, ADMINS),
    ButtonRule("join", start.join, roles=EVERY_ROLE, open_to_strangers=True),
    ButtonRule("approve", admission.approve, roles=ADMINS),
    ButtonRule("reject", admission.turn_down, roles=ADMINS),
    ButtonRule("person", people.pressed, roles=ADMINS),
    ButtonRule(forget.BUTTON, forget.pressed, ADMINS),
    ButtonRule("company", company.pressed, roles=ADMINS),
    ButtonRule("revoke", invite.take_back, roles=ADMINS),
    ButtonRule("language", link.language_pressed, roles=EVERY_ROLE),
)

FORMS: tuple[Form, ...] = (
    check_in.CHECK_IN,
    orders.ORDERS,
    ride_along.RIDE_ALONG,
    drill.DRILL,
    spot_check.SPOT_CHECK,
    *training_session.FORMS,
    *problem.FORMS,
    incident.INCIDENT,
    open_items.NEXT_STEP,
    refunds.REFUND_FORM,
    refunds.MOVE_FORM,
    *roster.FORMS,
    leave.LEAVE,
    *report.FORMS,
    start.JOIN,
    invite.INVITE,
    company.COMPANY,
    trial_policy.TRIAL,
    forum.FORUM,
    person_card.RENAME,
    ratings.RATING,
    settings.SETTING,
    exemptions.EXEMPT_FORM,
    redating.MOVE_FORM,
    redating.OLD_FORM,
    calendar_changes.DAY,
    calendar_changes.REST_DAYS,
    holiday_file.YEAR,
)

COMMAND_BY_NAME = {command.name: command for command in COMMANDS}
COMMAND_BY_WORD = {word: command for command in COMMANDS for word in (*command.verbs, *command.words)}
BUTTON_BY_NAME = {button.name: button for button in BUTTONS}
FORM_BY_NAME = {form.name: form for form in FORMS}
