"""How figures are written: fraction first, cut and never rounded, interim said to be so, nobody on post no figure."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.figures.figures_text import (
    elimination_text,
    on_time_text,
    order_level_text,
    order_rate_text,
    retention_text,
    ride_along_text,
    state_text,
    submission_text,
    training_pass_text,
    trial_pass_text,
    window_text,
)
from handlers.translations import Translator, translator
from schedules.standing import OnTime
from storage.cohort_figures import CohortFigures, pool
from storage.coverage import Coverage
from storage.people import CompanyId
from storage.roster import CohortId

ZH, EN = translator("zh"), translator("en")

FINAL = CohortFigures(
    cohort_id=CohortId(1),
    name="3月批",
    company_id=CompanyId(1),
    company_name="杭州甲",
    on_post=18,
    ordered_and_stayed=12,
    orders=19,
    stayed=15,
    started=20,
    eliminated=2,
    trial_passed=19,
    trial_failed=3,
    trial_undecided=3,
    first_on_post=date(2026, 3, 2),
    closes_on=date(2026, 3, 31),
    as_of=date(2026, 4, 1),
)
INTERIM = replace(FINAL, as_of=date(2026, 3, 31))
EMPTY = replace(
    FINAL, on_post=0, ordered_and_stayed=0, orders=0, stayed=0, started=0, first_on_post=None, closes_on=None
)


def test_every_figure_of_a_final_cohort_has_its_fraction() -> None:
    assert order_rate_text(ZH, FINAL) == "12/18 = 66.6%"
    assert order_level_text(ZH, FINAL) == "19/18 = 1.05"
    assert retention_text(ZH, FINAL) == "15/18 = 83.3%"
    assert training_pass_text(FINAL) == "18/20 = 90.0%"
    assert elimination_text(FINAL) == "2/20 = 10.0%"
    assert trial_pass_text(ZH, FINAL) == "19/22 = 86.3% (3人待定)"
    assert state_text(ZH, FINAL) == "最终"
    assert window_text(FINAL) == "2026-03-02 – 2026-03-31"


@pytest.mark.parametrize(("t", "label"), [(ZH, "进行中"), (EN, "Interim")])
def test_interim_is_always_said(t: Translator, label: str) -> None:
    assert order_rate_text(t, INTERIM) == f"12/18 = 66.6% ({label})"
    assert order_level_text(t, INTERIM) == f"19/18 = 1.05 ({label})"
    assert state_text(t, INTERIM).startswith(label)
    assert "2026-03-31" in state_text(t, INTERIM)


def test_final_is_said_where_both_stand_side_by_side() -> None:
    assert order_rate_text(ZH, FINAL, labelled=True) == "12/18 = 66.6% (最终)"
    assert order_rate_text(ZH, INTERIM, labelled=True) == "12/18 = 66.6% (进行中)"


def test_nothing_is_said_twice_where_the_state_stands_beside_it() -> None:
    assert order_rate_text(ZH, INTERIM, labelled=False) == "12/18 = 66.6%"
    assert ride_along_text(ZH, Coverage(15, 8, 0, interim=True), labelled=False) == "8/15 = 53.3%"


def test_nobody_on_post_is_no_figure_in_either_state() -> None:
    for figures in (EMPTY, pool([])):
        assert order_rate_text(ZH, figures) == "— (无人上岗)"
        assert order_level_text(ZH, figures) == "— (无人上岗)"
        assert retention_text(ZH, figures, labelled=True) == "— (无人上岗)"
    assert training_pass_text(EMPTY) == "—"
    assert window_text(EMPTY) == "—"


def test_pooled_cohorts_are_sums_over_sums() -> None:
    small = replace(FINAL, cohort_id=CohortId(2), on_post=4, ordered_and_stayed=1, orders=1, stayed=4)
    assert order_rate_text(ZH, pool([FINAL, small])) == "13/22 = 59.0%"


def test_on_time_and_submission() -> None:
    november = OnTime(required=21, on_time=19, late=1, missing=1, exempt=0, extra=1)
    assert on_time_text(november) == "19/21 = 90.4%"
    assert submission_text(november) == "20/21 = 95.2%"
    assert on_time_text(OnTime(0, 0, 0, 0, 0, 0)) == "—"


def test_coverage() -> None:
    assert ride_along_text(ZH, Coverage(15, 8, 0, interim=False)) == "8/15 = 53.3%"
    assert ride_along_text(ZH, Coverage(15, 8, 0, interim=True)) == "8/15 = 53.3% (进行中)"
    assert ride_along_text(ZH, Coverage(0, 0, 0, interim=True)) == "—"
