"""/report: hand in a weekly, monthly, plan, order-rate or skills report, and read the earlier ones (handbook §7)."""

from collections.abc import Callable
from datetime import timedelta

from markupsafe import Markup
from sqlmodel import col, or_, select

from handlers.figures.periods_typed import nearest, read_period
from handlers.forms import driver
from handlers.forms.fields import Values
from handlers.forms.form import Form, FormTurn
from handlers.keyboards import Button, Keyboard, button_data, rows_of
from handlers.people.roles import number
from handlers.reminding.owed_lines import KIND_NAMES
from handlers.reports import filed
from handlers.reports.draft import as_card_lines, compose
from handlers.reports.order_rate import ORDER_RATE
from handlers.reports.periodic import MONTHLY, MONTHLY_SECTIONS, WEEKLY, WEEKLY_SECTIONS
from handlers.reports.plan import PLAN
from handlers.reports.skills_mail import SKILLS_MAIL
from handlers.translations import N_
from handlers.turn import Turn
from schedules.obligations import is_company_kind
from schedules.periods import Period
from schedules.working_days import ONE_DAY
from storage.kinds import ReportKind
from storage.own_reports import unfulfilled
from storage.people import CompanyId, Role, companies_of
from storage.reports import Report, ReportVersion

BUTTON = "report"
FORMS: tuple[Form, ...] = (WEEKLY, MONTHLY, PLAN, ORDER_RATE, SKILLS_MAIL)
FORM_OF_KIND: dict[ReportKind, Form] = {ReportKind(form.name): form for form in FORMS}
WORDS = {word: ReportKind(form.name) for form in FORMS for word in form.words}
EARLIER_SHOWN = 8
LOOKED_AT = 200
"""So many reports are looked through for those a person may read."""
DRAFTED = {ReportKind.weekly: WEEKLY_SECTIONS, ReportKind.monthly: MONTHLY_SECTIONS}
"""Reports whose draft is shown before anything is asked."""
STILL_MEANT = timedelta(days=3)
"""So long after its end a period whose report is owed is the one that is meant."""
LOOK_BACK = timedelta(days=62)


def command(turn: Turn) -> None:
    """Choose what to hand in; a word behind the command (周报, weekly …) chooses at once, a block fills it.

    Viewers hand nothing in: they read what came.
    """
    if turn.who.role is Role.viewer:
        _list_earlier(turn)
        return
    words = turn.arguments.split(maxsplit=1)
    kind = WORDS.get(words[0].casefold()) if words else None
    if kind is not None:
        _start_asked(turn, kind, words[1] if len(words) > 1 else "")
        return
    t = turn.t
    buttons = [
        Button(f"{t.plain(KIND_NAMES[kind])} {period.label}", button_data(BUTTON, "start", period.key))
        for kind in FORM_OF_KIND
        for period in [period_now(turn, kind)]
    ]
    keyboard = [*rows_of(buttons, 1), [Button(t.plain(N_("Earlier reports")), button_data(BUTTON, "earlier"))]]
    turn.redraw(t("Which report would you like to hand in? A draft is ready for each."), keyboard)


def start_kind(kind: ReportKind) -> Callable[[Turn], None]:
    """The command of one kind of report, for its plain word (周报, 月报)."""

    def handler(turn: Turn) -> None:
        _start_asked(turn, kind, turn.arguments)

    return handler


def _start_asked(turn: Turn, kind: ReportKind, written: str) -> None:
    """Start the report of the period that stands behind its word (上周, 2026-10), else the one of now with the text."""
    asked = read_period(written, turn.today)
    if asked is None or (kind is ReportKind.weekly and asked.kind is ReportKind.monthly):
        start(turn, kind, period_now(turn, kind), pasted=written)
    else:
        asked = nearest(asked, written, turn.today) if kind is ReportKind.plan else asked
        start(turn, kind, Period.of(kind, asked.first))


def start(
    turn: Turn, kind: ReportKind, period: Period, company_id: CompanyId | None = None, *, pasted: str = ""
) -> None:
    """Show the draft of a report with what is still to be added. A company's report asks which company first."""
    form = FORM_OF_KIND[kind]
    values: Values = {"period": period.key}
    own = companies_of(turn.session, turn.who)
    if is_company_kind(kind):
        if not own:
            turn.redraw(turn.t("You look after no company yet, so there is nothing to hand in. An admin can add one."))
            return
        if company_id is None and len(own) > 1:
            keyboard = [
                [Button(company.name[:30], button_data(BUTTON, "start", period.key, company.id))]
                for company in own[:90]
            ]
            turn.redraw(turn.t("Which company is it for?"), keyboard)
            return
        chosen = next((c for c in own if c.id == (company_id or own[0].id)), None)
        if chosen is None:
            turn.redraw(turn.t(filed.GONE))
            return
        values["company_id"] = chosen.id
    known = _handed_in(turn, period, values.get("company_id"))
    if known is not None:
        driver.start(turn, form, record_id=known.id, pasted=pasted)
        return
    if kind in DRAFTED and not pasted:
        turn.say(Markup("\n").join(draft_lines(turn, values)))
    driver.start(turn, form, values=values, pasted=pasted)


def draft_lines(turn: Turn, values: Values) -> list[str | Markup]:
    """The draft of a weekly or monthly report, as far as the records go."""
    form_turn = FormTurn(turn, values)
    sections = compose(filed.scope_of(form_turn), DRAFTED[filed.period_in(form_turn).kind])
    return [*filed.heading(form_turn), "", *as_card_lines(sections)]


def press(turn: Turn) -> None:
    """The buttons of /report: start, read, change, earlier. Data is checked like anything typed."""
    arguments = turn.press.arguments if turn.press is not None else ()
    action, rest = (arguments[0], arguments[1:]) if arguments else ("", ())
    reads_only = turn.who.role is Role.viewer
    if action == "start" and len(rest) >= 2 and not reads_only:
        _press_start(turn, ":".join(rest[:2]), rest[2] if len(rest) > 2 else "")
    elif action == "earlier":
        _list_earlier(turn)
    elif action in ({"read"} if reads_only else {"read", "change"}) and rest and number(rest[0]) is not None:
        _press_known(turn, action, int(rest[0]), rest[1] if len(rest) > 1 else "")
    else:
        turn.toast(turn.t.plain(filed.GONE), alert=True)


def period_now(turn: Turn, kind: ReportKind) -> Period:
    """The period one would hand in today: one just past whose report is still owed, else the present one.

    The plan is next month's; the order-rate submission is last month's.
    """
    today = turn.today
    if kind is ReportKind.plan:
        return Period.plan_for(Period.monthly_of(today).last + ONE_DAY)
    if kind is ReportKind.order_rate:
        return Period.order_rate_for(today.replace(day=1) - ONE_DAY)
    present = Period.of(kind, today)
    owed = [o for o in unfulfilled(turn.session, turn.person_id, turn.now - LOOK_BACK) if o.kind is kind]
    past = [o.first_day for o in owed if o.last_day < today <= o.last_day + STILL_MEANT]
    return Period.of(kind, max(past)) if past else present


def _press_start(turn: Turn, key: str, company: str) -> None:
    try:
        period = Period.from_key(key)
    except ValueError:
        period = None
    if period is None or period.kind not in FORM_OF_KIND:
        turn.toast(turn.t.plain(filed.GONE), alert=True)
        return
    company_id = CompanyId(int(company)) if company.isdecimal() and len(company) <= 9 else None
    start(turn, period.kind, period, company_id)


def _press_known(turn: Turn, action: str, report_id: int, version: str) -> None:
    report = turn.session.get(Report, report_id)
    may = filed.is_own if action == "change" else filed.may_read
    if report is None or not may(turn, report) or ReportKind(report.kind) not in FORM_OF_KIND:
        turn.toast(turn.t.plain(filed.GONE), alert=True)
        return
    if action == "change":
        driver.start(turn, FORM_OF_KIND[ReportKind(report.kind)], record_id=report.id)
        return
    _read(turn, report, int(version) if version.isdecimal() and len(version) < 5 else report.version)


def _read(turn: Turn, report: Report, version: int) -> None:
    """One version of a report, as it was sent."""
    t = turn.t
    found = turn.session.exec(
        select(ReportVersion).where(ReportVersion.report_id == report.id, ReportVersion.version == version)
    ).first()
    if found is None:
        turn.toast(t.plain(filed.GONE), alert=True)
        return
    state = t.plain(filed.STATE_WORDS[report.state])
    sent = t("Version {version}, sent {moment}", version=version, moment=t.moment(found.sent_at, turn.zone))
    lines = [
        Markup("<b>{}</b> ({})").format(report.subject, state),
        Markup("<i>{}</i>").format(sent),
        "",
        *(Markup.escape(line) for line in found.text.splitlines()),
    ]
    others = [
        Button(t.plain(N_("Version {version}"), version=n), button_data(BUTTON, "read", report.id, n))
        for n in range(1, report.version + 1)
        if n != version
    ]
    may_change = filed.is_own(turn, report) and turn.who.role is not Role.viewer
    change = [[Button(t.plain(N_("Change")), button_data(BUTTON, "change", report.id))]] if may_change else []
    turn.say(Markup("\n").join(lines), [*rows_of(others[-8:], 4), *change])


def _list_earlier(turn: Turn) -> None:
    """The newest reports one may read: of managers their own and their companies', of all others every one."""
    t, query = turn.t, select(Report).where(Report.kind != ReportKind.daily)
    if turn.who.role is Role.manager:
        own = [company.id for company in companies_of(turn.session, turn.who)]
        query = query.where(
            or_(col(Report.person_id) == turn.person_id, col(Report.company_key).in_([i for i in own if i]))
        )
    newest = turn.session.exec(query.order_by(col(Report.sent_at).desc(), col(Report.id).desc()).limit(LOOKED_AT))
    found = [report for report in newest if filed.may_read(turn, report)][:EARLIER_SHOWN]
    if not found:
        turn.redraw(t("Nothing was handed in yet."))
        return
    keyboard: Keyboard = [
        [Button(f"{r.subject} · {t.plain(filed.STATE_WORDS[r.state])}"[:60], button_data(BUTTON, "read", r.id))]
        for r in found
    ]
    turn.redraw(t("The latest reports:"), keyboard)


def _handed_in(turn: Turn, period: Period, company_id: CompanyId | None) -> Report | None:
    """The report of the period if it is in already: it is changed then, not written twice."""
    condition = Report.company_key == company_id if company_id is not None else Report.person_id == turn.person_id
    return turn.session.exec(
        select(Report).where(Report.kind == period.kind, Report.first_day == period.first, condition)
    ).first()
