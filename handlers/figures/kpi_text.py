"""The KPI card in words: every figure with its fraction, every line with its points (handbook §8).

Used by /kpi and by the monthly report. Points are cut to one decimal only here; the card itself is exact.
"""

from collections.abc import Mapping
from fractions import Fraction

from markupsafe import Markup

from handlers.administration.setting_words import LINE_NAMES
from handlers.translations import N_, Translator
from schedules.kpi import KpiCard, KpiLine, KpiLineScore, KpiPart, Measure, Unscored
from schedules.kpi_figures import PersonCard
from storage.ratios import UNDEFINED, format_level, format_rate, percent

MEASURES: Mapping[Measure, str] = {
    Measure.order_rate: N_("order rate"),
    Measure.order_level: N_("order level"),
    Measure.trial_pass: N_("trial pass rate"),
    Measure.ride_alongs: N_("ride-along coverage"),
    Measure.spot_checks: N_("spot checks done of planned"),
    Measure.rating: N_("rating"),
}
WHY: Mapping[Unscored, str] = {
    Unscored.no_target: N_("target not set"),
    Unscored.no_figure: N_("no figure this month"),
    Unscored.not_rated: N_("not rated yet"),
    Unscored.not_counted: N_("to be confirmed, not counted"),
}


def points(score: Fraction) -> str:
    """Points cut to one decimal: 12.5."""
    return percent(score / 100)


def total_text(t: Translator, card: KpiCard) -> str:
    """`45.3 / 85 (另15分待确认)`, or out of 100 when the weights that are switched on make 100. Never scaled."""
    whole = f"{points(card.total)} / {card.out_of}"
    if card.to_be_confirmed:
        return t.plain(N_("{total} (another {count} points to be confirmed)"), total=whole, count=card.to_be_confirmed)
    return whole


def card_lines(t: Translator, card: KpiCard) -> list[str]:
    """One plain line for each line of the card, then the total."""
    lines = [line_text(t, line) for line in card.lines]
    lines.append(t.plain(N_("Total: {total}"), total=total_text(t, card)))
    if card.unscored:
        lines.append(t.plain(N_("Not scored yet: {count} of these points"), count=_whole(card.unscored)))
    return lines


def line_text(t: Translator, line: KpiLineScore) -> str:
    """A line with its figures and points."""
    name = t.plain(LINE_NAMES[line.line])
    parts = t.plain(N_("; ")).join(part_text(t, line, part) for part in line.parts)
    score = points(line.score) if line.score is not None else UNDEFINED
    return t.plain(N_("{name} {score}/{weight}: {figures}"), name=name, score=score, weight=line.weight, figures=parts)


def part_text(t: Translator, line: KpiLineScore, part: KpiPart) -> str:
    """A figure with its fraction, its target, and why it has no points when it has none."""
    shown = figure_text(t, part)
    if part.target is not None and part.measure is not Measure.spot_checks:
        shown = t.plain(N_("{figure}, target {target}"), figure=shown, target=target_text(part))
    if part.why is not None:
        shown = t.plain(N_("{figure} ({note})"), figure=shown, note=t.plain(WHY[part.why]))
    elif len(line.parts) > 1 and part.score is not None:
        shown = f"{shown} → {points(part.score)}/{_whole(part.weight)}"
    return shown


def figure_text(t: Translator, part: KpiPart) -> str:
    """`order rate 12/18 = 66.6%`, `rating 176/200 = 88.0%`."""
    name = t.plain(MEASURES[part.measure])
    if part.measure is Measure.spot_checks and part.why is Unscored.no_target:
        return f"{name} {part.counted.part}"
    write = format_level if part.measure is Measure.order_level else format_rate
    return f"{name} {write(part.counted.part, part.counted.whole)}"


def target_text(part: KpiPart) -> str:
    """`60%`, `62.5%`, `1.2`: as it was set."""
    target = part.target if part.target is not None else Fraction(0)
    return _decimal(target) if part.measure is Measure.order_level else f"{_decimal(target * 100)}%"


def card_text(t: Translator, person: PersonCard, name: str, *, with_names: Mapping[int, str] | None = None) -> Markup:
    """The whole message. `with_names`: who rated, by id, for admins; the manager reads comments without names."""
    companies = ", ".join(company.name for company in person.companies[:3])
    lines = [Markup("<b>🎯 KPI · {} · {}</b>").format(name, person.month.label)]
    if companies:
        lines.append(Markup.escape(companies))
    lines += [Markup.escape(line) for line in card_lines(t, person.card)]
    lines += [Markup.escape(line) for line in count_lines(t, person)]
    comments = [
        t(
            "{line} {value}: {comment}{who}",
            line=t.plain(LINE_NAMES[KpiLine(rating.line)]),
            value=rating.value,
            comment=rating.comment,
            who=f" ({with_names.get(rating.rated_by, UNDEFINED)})" if with_names is not None else "",
        )
        for rating in person.ratings
    ]
    if comments:
        lines += [t("<b>Comments</b>"), *(Markup("• {}").format(line) for line in comments)]
    if not person.is_over:
        lines.append(t("Data as of {day}.", day=t.day(person.as_of)))
    return Markup("\n").join(lines)


def count_lines(t: Translator, person: PersonCard) -> list[str]:
    """The counts that stand beside the rated lines."""
    records = person.records
    moved = [check.progress for _, check in records.progress]
    return [
        t.plain(
            N_("Cohorts closed: {cohorts}; sessions: {sessions}, without summary: {missing}"),
            cohorts=person.card.figures.cohorts,
            sessions=len(records.sessions),
            missing=len(records.missing_summaries),
        ),
        t.plain(
            N_("Problems reported: {new}; solutions moved on: {moved}, finished: {finished}"),
            new=len(records.new_problems),
            moved=len(moved),
            finished=sum(progress >= 100 for progress in moved),
        ),
    ]


def _whole(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else points(value)


def _decimal(value: Fraction) -> str:
    """A number of at most two decimals as it was typed."""
    hundredths = value * 100
    whole, rest = divmod(hundredths.numerator // hundredths.denominator, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
