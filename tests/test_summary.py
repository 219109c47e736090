"""One summary of runs: each estimate is made once, whoever shows it, and is that of the public
functions.
"""

from collections import Counter

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import sim
from sim.analysis import durability, estimate_table, spread, summary
from sim.analysis.comparison import Comparison, comparison
from sim.analysis.summary import Summary
from sim.presentation import sentences
from sim.presentation.answer import HOW_TO_READ, answer
from sim.presentation.document import document
from sim.presentation.run_tables import hazard_table, sets_table
from sim.presentation.runs import SECTIONS, sections

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def runs(scenarios):
    """Three small runs of the same histories."""
    changes = {"sampling.designs": 60, "sampling.steps_per_year": 4}
    return [
        sim.run(sim.load(scenarios / f"{name}.toml", changes), out=None)
        for name in ("none", "coalition", "nato")
    ]


def test_each_estimate_is_made_once(runs, monkeypatch):
    """Sections, their tables and figures, the answer and the JSON document: no measure of a run is
    estimated twice, and no table of a run is made twice.
    """
    made = Counter()
    estimates = estimate_table.estimates

    def counted(measures, worlds, against=None):
        made.update((measure.name, id(worlds), id(against)) for measure in measures)
        return estimates(measures, worlds, against)

    for module in ("estimate_table", "costs"):
        monkeypatch.setattr(f"sim.analysis.{module}.estimates", counted)
    homes = {
        "hazard": summary,
        "terms_drift": durability,
        "probes_per_year": durability,
        "sure": spread,
        "spread": spread,
    }
    for name, home in homes.items():
        whole = getattr(home, name)

        def once(run, *rest, name=name, whole=whole):
            made[name, run.name, *rest] += 1
            return whole(run, *rest)

        monkeypatch.setattr(home, name, once)
    shown = comparison(runs)
    answer(shown)
    for section in sections(shown):
        for draw in section.figures.values():
            plt.close(draw().get_figure())
    document(shown)
    assert len(made) > 100
    assert set(made.values()) == {1}


def test_a_summary_says_what_the_functions_say(runs):
    """To the last bit, in whichever order years are asked for."""
    for run in runs:
        shown = Summary(run)
        pd.testing.assert_frame_equal(shown.survival([3, 1]), sim.survival(run, [3.0, 1.0]))
        pd.testing.assert_frame_equal(shown.survival([1, 2]), sim.survival(run, [1.0, 2.0]))
        pd.testing.assert_frame_equal(shown.itemised_costs.reset_index(), sim.costs(run))
        assert shown.sure(10) == sim.sure(run, 10)
        thresholds = [at.estimate for at in shown.thresholds([5, 10]) if not at.beyond]
        assert thresholds == sim.threshold(run, [5, 10])["estimate"].dropna().tolist()
    pd.testing.assert_frame_equal(
        comparison(runs, "nato").differences, sim.compare(runs, "nato"), check_dtype=False
    )


def test_the_years_that_a_sentence_calls_alike_are_those_of_the_hazard(monkeypatch, runs):
    """Neither the peak itself nor years between whose rates differ."""
    limits = [
        (0.1, 0.5),
        (0.4, 0.9),
        (0, 0.1),
        (0.2, 0.4),
        (0.2, 0.5),
        (0.1, 0.4),
        (0, 0.3),
        (0.3, 0.6),
    ]
    table = pd.DataFrame(limits, columns=["low", "high"]).assign(year=range(1, 9))
    table["estimate"] = (table["low"] + table["high"]) / 2
    run = Summary(runs[0])
    monkeypatch.setitem(vars(run), "hazard", table)
    (sentence,) = sentences.danger(Comparison((run,)))
    assert "peaks in year 2, " in sentence
    assert sentence.endswith("; years 1, 4 to 6 and 8 are statistically indistinguishable from it.")


def test_the_footer_says_what_stands_below_a_number(runs):
    """95 % sampling limits in the two tables that have no range over parameter sets."""
    shown = comparison(runs[1:2])
    likely = Summary(runs[1]).sure(20)
    first = sim.hazard(runs[1]).set_index("year").loc[1]
    for table, column, limits in (
        (hazard_table(shown), "ends per year", first[["low", "high"]]),
        (sets_table(shown, 20), "sets above half", (likely.low, likely.high)),
    ):
        assert column in f"{table.title} {' '.join(table.headings)}".lower()
        assert column in HOW_TO_READ
        low, high = limits
        assert f"\n{100 * low:.1f} to {100 * high:.1f}" in " ".join(table.rows[0])
    assert "95 % sampling limits" in HOW_TO_READ


def test_a_baseline_must_be_among_the_runs(runs):
    with pytest.raises(ValueError, match="no run is called eu"):
        Comparison(tuple(map(Summary, runs)), "eu")


def test_a_new_section_is_one_function_and_one_line(runs, monkeypatch):
    """What stands in the list is shown with what belongs to it."""
    names = [section.name for section in sections(comparison(runs))]
    assert len(names) == len(set(names)) == len(SECTIONS)
    monkeypatch.setattr("sim.presentation.runs.SECTIONS", SECTIONS[:1])
    assert [section.name for section in sections(comparison(runs))] == names[:1]
