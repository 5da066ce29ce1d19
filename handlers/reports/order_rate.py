"""The order-rate submission 出单率报送: computed, never typed; the manager confirms with one tap (handbook §5.3)."""

from collections.abc import Sequence

from markupsafe import Markup

from handlers.forms import kinds
from handlers.forms.fields import Field
from handlers.forms.form import Form, FormTurn
from handlers.reports import filed
from handlers.reports.draft import Scope, Section, as_card_lines, as_text, cohort_line
from handlers.translations import N_, Translator
from schedules.order_rate import (
    Correction,
    Line,
    correction_since,
    corrections_of,
    lines_of,
    lock_snapshot,
    pooled,
    snapshot_of,
    submitted_lines,
)
from storage.cohort_figures import cohorts_in_progress
from storage.kinds import ReportKind
from storage.people import CompanyId
from storage.ratios import UNDEFINED, format_level, format_rate

NIL = N_("No cohort closed in this month: a nil return.")


def sections(scope: Scope) -> list[Section]:
    """The submission of one company: a line for each cohort, the pooled total, cohorts in progress, corrections."""
    t, session, today, period = scope.t, scope.session, scope.today, scope.period
    (company_id,) = scope.company_ids
    snapshot = snapshot_of(session, company_id, period.first)
    lines = submitted_lines(snapshot) if snapshot is not None else lines_of(session, company_id, period.first, today)
    written = [_line(t, line, line.name) for line in lines] or [t.plain(NIL)]
    if len(lines) > 1:
        written.append(_line(t, pooled(lines), t.plain("All closed, pooled")))
    running = cohorts_in_progress(session, [company_id], today)
    corrected = corrections_of(session, company_id, period.first, today)
    if snapshot is not None:
        corrected += correction_since(session, snapshot, today)
    return [
        Section(t.plain("Closed cohorts"), tuple(written)),
        Section(t.plain("For information: in progress"), tuple(cohort_line(t, c, c.name) for c in running)),
        Section(t.plain("Corrections"), tuple(correction_line(t, c) for c in corrected)),
    ]


def correction_line(t: Translator, correction: Correction) -> str:
    """`11月一期: 已提交 12/18, 现值 11/18 (更正: 退单1)` (handbook §5.2)."""
    was, now = correction.submitted, correction.now
    return t.plain(
        "{name}: submitted {was}, now {now} (correction: {why})",
        name=was.name,
        was=_short(was),
        now=_short(now),
        why=_reasons(t, correction),
    )


def _short(line: Line) -> str:
    return f"{line.ordered_and_stayed}/{line.on_post}" if line.on_post else UNDEFINED


def _reasons(t: Translator, correction: Correction) -> str:
    if not correction.submitted.on_post:
        return t.plain(N_("recorded after the submission"))
    counted = [
        (correction.refunded, N_("refund {count}")),
        (correction.moved, N_("moved {count}")),
        (correction.edited, N_("edited {count}")),
        (correction.roster_changes, N_("roster {count}")),
    ]
    said = [t.plain(text, count=count) for count, text in counted if count]
    return ", ".join(said) or t.plain(
        "orders {was} → {now}", was=correction.submitted.orders, now=correction.now.orders
    )


def _line(t: Translator, line: Line, name: str) -> str:
    rate = format_rate(line.ordered_and_stayed, line.on_post)
    return t.plain(
        "{name}: order rate {rate}, order level {level}",
        name=name,
        rate=rate,
        level=format_level(line.orders, line.on_post),
    )


def _notes(turn: FormTurn) -> Sequence[str | Markup]:
    shown = [section for section in sections(filed.scope_of(turn)) if section.lines]
    lines: list[str | Markup] = [*filed.heading(turn), "", *as_card_lines(shown)]
    company = filed.company_in(turn)
    snapshot = snapshot_of(turn.turn.session, _id(company.id if company else None), filed.period_in(turn).first)
    if snapshot is not None:
        t = turn.turn.t
        lines += ["", t("Locked on {moment}.", moment=t.moment(snapshot.locked_at, turn.turn.zone))]
    return lines


def _save(turn: FormTurn) -> None:
    period, company = filed.period_in(turn), filed.company_in(turn)
    written = sections(filed.scope_of(turn))
    lock_snapshot(
        turn.turn.session,
        _id(company.id if company else None),
        period.first,
        turn.turn.now,
        turn.today,
        turn.turn.person_id,
    )
    if turn.values.get("remarks"):
        written.append(Section(turn.turn.t.plain("Remarks"), tuple(str(turn.values["remarks"]).splitlines())))
    filed.file(turn, as_text(written))


def _id(company_id: CompanyId | None) -> CompanyId:
    assert company_id is not None
    return company_id


ORDER_RATE = Form(
    name=ReportKind.order_rate,
    title=N_("Order-rate submission"),
    words=("出单率报送", "出单率", "order rate"),
    fields=(
        Field(
            "remarks",
            N_("Remarks"),
            N_("What should be known about these figures?"),
            kinds.Text(2, 1500, "many"),
            required=False,
            asked=False,
            add_label=N_("+ Remarks"),
            words=("备注", "说明", "remarks"),
        ),
    ),
    save=_save,
    notes=_notes,
    confirm_label=N_("Confirm and send"),
    load=filed.load,
    composes=True,
)
