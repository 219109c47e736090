"""Figures: they show the numbers of the tables, say their finding with its uncertainty, and draw
where they are told.
"""

import importlib
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

import sim
from sim.analysis.comparison import Comparison
from sim.analysis.summary import SHOWN, Summary
from sim.analysis.threshold import durability_by_value
from sim.game.endings import Cause, Reason
from sim.presentation import run_tables, sentences
from sim.presentation.document import document
from sim.scenario.library import REFERENCE

ROOT = Path(__file__).parents[1]
ERROR = r"\((±[\d.]+|[\d.]+ to [\d.]+)\)"


@pytest.fixture(scope="module")
def runs(scenarios):
    return [
        sim.run(
            sim.load(
                scenarios / f"{name}.toml", {"sampling.designs": 100, "sampling.steps_per_year": 4}
            ),
            out=None,
        )
        for name in ("none", "coalition", "nato")
    ]


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


@pytest.mark.parametrize("figure", ["survival", "causes", "hazard", "reasons"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_figure_takes_and_returns_axes_and_says_its_finding(figure, count, runs, ax):
    """On one run and on several: units on the axes, and an uncertainty in the title."""
    drawn = getattr(sim.plots, figure)(runs[:count] if count > 1 else runs[0], ax=ax)
    assert drawn is ax
    assert "year" in ax.get_xlabel()
    assert ax.get_ylabel() or count > 1 or figure == "reasons"
    title = ax.get_title(loc="left")
    assert re.search(ERROR, title)
    if count == 1:
        assert runs[0].label in title.replace("\n", " ")


def test_the_durability_curve_is_the_table(runs, ax):
    """The line is the estimate at every quarter, and the band of one run is its spread over
    designs.
    """
    sim.plots.survival(runs[1], ax=ax)
    years = np.linspace(0, 20, 81)
    table = sim.survival(runs[1], years)
    np.testing.assert_allclose(
        ax.lines[0].get_xydata(), np.column_stack([years, table["estimate"]])
    )
    spread, error = (band.get_paths()[0].vertices for band in ax.collections)
    assert spread[:, 1].min() == pytest.approx(table["spread_low"].min())
    assert error[:, 1].max() == pytest.approx(1)


def test_several_runs_show_their_spread_beside_the_curves(runs, ax):
    """For each run a thin bar from spread to spread and a thick one for the error, the best first;
    its name stands upright beyond them, at the height of its end or in that order.
    """
    sim.plots.survival(runs, ax=ax)
    (beside,) = ax.child_axes
    last = {run.label: sim.survival(run).iloc[-1] for run in runs}
    names = sorted(last, key=lambda name: -last[name]["estimate"])
    ends = sorted(beside.texts, key=lambda end: -end.get_position()[1])
    assert [end.get_text() for end in ends] == names
    assert {end.get_rotation() for end in ends} == {0.0}
    assert [end.xy[1] for end in ends] == [last[name]["estimate"] for name in names]
    bars = [bar.get_segments()[0][:, 1] for bar in beside.collections]
    for place, name in enumerate(names):
        np.testing.assert_allclose(
            bars[2 * place], last[name][["spread_low", "spread_high"]].astype(float)
        )
        np.testing.assert_allclose(bars[2 * place + 1], last[name][["low", "high"]].astype(float))


def test_ways_of_ending_are_stacked_to_one(runs, ax):
    """The bars of each regime add up to 1."""
    sim.plots.causes(runs, ax=ax)
    widths = np.array([bar.get_width() for bar in ax.patches]).reshape(len(Cause), len(runs))
    np.testing.assert_allclose(widths.sum(axis=0), 1)


def test_the_error_of_all_ends_is_the_whisker(runs, ax):
    """Each bar carries the confidence limits of the share that ended, which the axis explains."""
    sim.plots.causes(runs, ax=ax)
    whiskers = np.array([whisker.get_segments()[0][:, 0] for whisker in ax.collections])
    held = np.array(
        [
            sim.causes(run).set_index("cause").loc["held", ["high", "low"]].astype(float)
            for run in runs
        ]
    )
    np.testing.assert_allclose(whiskers, 1 - held)
    assert "95 % sampling error" in ax.get_xlabel()


def test_reasons_are_stacked_to_the_share_of_attacks(runs, ax):
    """The bars of each regime add up to it; a reason of no history has no bar, and every other one
    is in the legend.
    """
    sim.plots.reasons(runs, ax=ax)
    tables = [sim.reasons(run).set_index("reason")["estimate"] for run in runs]
    shown = [reason for reason in Reason if any(table[str(reason)] >= SHOWN for table in tables)]
    widths = np.array([bar.get_width() for bar in ax.patches]).reshape(len(shown), len(runs))
    np.testing.assert_allclose(widths.sum(axis=0), [table.sum() for table in tables])
    assert {text.get_text().lower() for text in ax.get_legend().get_texts()} == {
        reason.words.lower() for reason in shown
    }
    assert len({(reason.colour, reason.hatch) for reason in shown}) == len(shown)


@pytest.fixture
def with_rare(runs):
    """Summaries of the runs in which offensives, and new leaders as a reason, print as 0.0 %, and
    an incident does in all but the last.
    """
    changed = [Summary(run) for run in runs]
    for run in changed:
        run.causes.loc[Cause.OFFENSIVE, "estimate"] = 0.9 * SHOWN
        run.causes.loc[Cause.INCIDENT, "estimate"] = (1 if run is changed[-1] else 0.9) * SHOWN
        run.reasons.loc[Reason.NEW_LEADER, "estimate"] = 0.9 * SHOWN
        run.reasons.loc[Reason.REARMED, "estimate"] = (1 if run is changed[-1] else 0.9) * SHOWN
    return changed


def test_what_prints_as_nothing_is_in_no_table_and_no_sentence(with_rare):
    """It stays in the JSON; what a single run shows stays for all, but not in the sentences of the
    others.
    """
    shown = Comparison(tuple(with_rare))
    ways, why = run_tables.causes_table(shown).headings, list(sentences.why(shown))
    because, whys = run_tables.reasons_table(shown).headings, list(sentences.reasons(shown))
    assert Cause.OFFENSIVE not in ways
    assert {Cause.INCIDENT, Cause.HELD} <= set(ways)
    assert Reason.NEW_LEADER.words not in because
    assert Reason.REARMED.words in because
    assert not any(Cause.OFFENSIVE.clause in said for said in why)
    assert [Cause.INCIDENT.clause in said for said in why] == [False, False, True]
    assert not any(Reason.NEW_LEADER.words in said for said in whys)
    assert not any(Reason.REARMED.words in said for said in whys[:-1])
    (kept,) = document(Comparison((with_rare[0],)))["runs"]
    assert list(kept["causes"]) == list(Cause)
    assert list(kept["reasons"]) == list(Reason)
    assert kept["causes"]["offensive"]["estimate"] == 0.9 * SHOWN
    assert kept["reasons"]["new_leader"]["estimate"] == 0.9 * SHOWN


@pytest.mark.parametrize("count", [1, 3])
def test_what_prints_as_nothing_is_in_no_figure(count, with_rare, ax):
    """Neither in the legend nor on the axis, of one run or of several."""
    runs = with_rare[-count:]
    sim.plots.causes(runs, ax=ax)
    legend = [text.get_text().split(":")[0] for text in ax.get_legend().get_texts()]
    assert Cause.OFFENSIVE.label not in legend
    assert Cause.INCIDENT.label in legend
    ax.clear()
    sim.plots.reasons(runs, ax=ax)
    named = ax.get_yticklabels() if count == 1 else ax.get_legend().get_texts()
    words = [text.get_text() for text in named]
    assert Reason.NEW_LEADER.words not in words
    assert Reason.REARMED.words in words


def test_the_threshold_is_marked_on_the_curve_and_said(runs, ax):
    """A curve a run, which is the monotone fit; a dot where half are attacked, as far as that was
    drawn; the best in the title.
    """
    sim.plots.threshold(runs, ax=ax)
    table = [sim.threshold(run, [10]).iloc[0] for run in runs]
    curves = [line for line in ax.lines if line.get_marker() == "None"]
    dots = [line.get_xydata()[0, 0] for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(dots, [row["estimate"] for row in table if not row["beyond"]])
    for run, curve in zip(runs, curves, strict=True):
        np.testing.assert_allclose(
            curve.get_xydata(), durability_by_value(run, 10)[["value", "estimate"]]
        )
    assert ax.get_xscale() == "log"
    assert "as much as a leadership for which Ukraine is vital" in ax.get_title(loc="left").replace(
        "\n", " "
    )
    (below,) = ax.child_axes
    assert below.patches


def test_ways_of_ending_over_time_are_the_table(runs, ax):
    """One run: the bands lie on each other in the order of the legend, from 0 to 1, each as wide as
    its cumulative incidence.
    """
    sim.plots.causes(runs[0], ax=ax)
    years = np.linspace(0, 20, 241)
    below = np.zeros(len(years))
    for cause, band in zip(reversed(Cause), ax.collections, strict=True):
        top = below + sim.cumulative_incidence(runs[0], years)[str(cause)]
        corners = band.get_paths()[0].vertices
        assert {*zip(years.round(9), top.round(9), strict=True)} <= {*map(tuple, corners.round(9))}
        below = top
    np.testing.assert_allclose(below, 1)


def test_the_hazard_is_the_table(runs, ax):
    """Line, band and the year that the title names are those of the hazard table, a point in the
    middle of each year.
    """
    sim.plots.hazard(runs[0], ax=ax)
    table = sim.hazard(runs[0])
    np.testing.assert_allclose(
        ax.lines[0].get_xydata(), table.assign(middle=table["year"] - 0.5)[["middle", "estimate"]]
    )
    corners = {*map(tuple, ax.collections[0].get_paths()[0].vertices.round(9))}
    for limit in ("low", "high"):
        assert {*zip((table["year"] - 0.5).round(9), table[limit].round(9), strict=True)} <= corners
    worst = table.loc[table["estimate"].idxmax()]
    title = ax.get_title(loc="left").replace("\n", " ")
    when = re.search(r" peaks in years? ([^:]+):", title)[1]
    ranges = [span.split(" to ") for span in re.split(", | and ", when)]
    named = {year for span in ranges for year in range(int(span[0]), int(span[-1]) + 1)}
    assert named == {*table.loc[table["high"] >= worst["low"], "year"]}
    assert f"at up to {100 * worst['estimate']:.1f} % (" in title


def test_a_difference_needs_two_runs(runs, ax):
    """The message says so."""
    with pytest.raises(ValueError, match="two runs"):
        sim.plots.differences(runs[:1], ax=ax)


def test_differences_are_drawn_from_the_baseline(runs, ax):
    """Every other run has its paired difference, in order, with both intervals."""
    sim.plots.differences(runs, "none", ax=ax)
    table = sim.compare(runs, "none", [20]).sort_values("estimate")
    np.testing.assert_allclose(ax.lines[0].get_xdata(), table["estimate"])
    assert [label.get_text() for label in ax.get_yticklabels()] == table["scenario"].map(
        {run.name: run.label for run in runs}
    ).tolist()
    assert "points" in ax.get_title(loc="left")


def test_a_figure_makes_its_own_axes(runs, tmp_path):
    """Without `ax` a new figure is made, which can be saved."""
    path = tmp_path / "survival.png"
    sim.plots.save(sim.plots.survival(runs), path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_the_peak_of_the_risk_is_ringed(runs, ax):
    """On each line the year with the highest hazard, and the legend says what the ring is."""
    sim.plots.hazard(runs, ax=ax)
    rings = [line.get_xydata()[0] for line in ax.lines if line.get_markerfacecolor() == "none"]
    tables = [sim.hazard(run) for run in runs]
    worst = [table.loc[table["estimate"].idxmax()] for table in tables]
    np.testing.assert_allclose(rings, [(row["year"] - 0.5, row["estimate"]) for row in worst])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "95 % sampling error",
        "peak of the risk",
    ]


def test_the_spread_shows_twenty_designs_and_says_how_sure_each_is(runs, ax):
    """A dot is within a bin of its quantile of the designs.

    The surest is on top, with the share of designs and its error.
    """
    sim.plots.spread(runs, years=10, ax=ax)
    ranked = sorted(runs, key=lambda run: sim.sure(run, 10).value)
    assert [label.get_text() for label in ax.get_yticklabels()] == [run.label for run in ranked]
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    for run, row in zip(ranked, dots, strict=True):
        quantiles = np.quantile(sim.spread(run, 10)["estimate"], (np.arange(20) + 0.5) / 20)
        assert (abs(row.get_xdata() - quantiles) <= 0.0201).all()
        assert len({*map(tuple, row.get_xydata())}) == 20
    best = sim.sure(ranked[-1], 10)
    assert (
        f"Under {ranked[-1].label}, a ceasefire is more likely than not to hold 10 years\nin "
        f"{100 * best.value:.1f} % (" in ax.get_title(loc="left")
    )


def test_how_sure_is_a_share_of_designs(runs):
    """Of designs whose durability, freed of chance, is at least so much.

    All of them hold at least 0, none more than 1.
    """
    for run in runs:
        designs = sim.spread(run, 10)
        assert len(designs) == 100
        assert designs["estimate"].mean() == pytest.approx(
            sim.survival(run, [10])["estimate"][0], abs=0.005
        )
        share = sim.sure(run, 10, at_least=0.7)
        assert share.value == (designs["estimate"] >= 0.7).mean()
        assert share.low <= share.value <= share.high
        assert sim.sure(run, 10, at_least=-1).value == 1
        assert sim.sure(run, 10, at_least=2).value == 0


def test_one_history_a_design_has_no_spread(scenarios):
    """The message says why, and what to do."""
    run = sim.run(
        sim.load(scenarios / "none.toml", {"sampling.replicates": 1, "sampling.designs": 50}),
        out=None,
    )
    with pytest.raises(ValueError, match=r"sampling.replicates"):
        sim.spread(run)


@pytest.fixture(scope="module")
def swept(scenarios):
    scenario = sim.load(
        scenarios / "coalition.toml", {"sampling.designs": 60, "sampling.horizon_years": 5}
    )
    return sim.sweep(
        scenario,
        sim.grid({"regime.commitment.europe": [0, 0.5, 1], "regime.deployment.brigades": [0, 20]}),
        out=None,
    )


@pytest.mark.long
def test_a_deterrence_map_shows_what_was_run(swept, ax):
    """A dot each combination, labelled contours at round shares, axes with meaning and unit, the
    error beside them, the finding above.
    """
    sim.plots.deterrence_map(
        swept, "regime.commitment.europe", "regime.deployment.brigades", years=5, ax=ax
    )
    (dots,) = (line.get_xydata() for line in ax.lines)
    assert {*map(tuple, dots)} == {(x, y) for x in (0, 0.5, 1) for y in (0, 20)}
    labels = [float(text.get_text().removesuffix(" %")) for text in ax.texts]
    rows = swept[swept["years"] == 5]
    assert labels
    assert all(
        100 * rows["estimate"].min() <= label <= 100 * rows["estimate"].max() for label in labels
    )
    best = rows.loc[rows["estimate"].idxmax()]
    assert ax.get_title(loc="left").endswith(
        f"highest at promise of the European coalition: {best['regime.commitment.europe']:g} "
        "(share of a treaty)\nand allied force stationed in Ukraine: "
        f"{best['regime.deployment.brigades']:g} (brigades)"
    )
    assert ax.get_xlabel().startswith(
        "promise of the European coalition (share of a treaty)\n(dots: combinations that were run, "
        "with a 95 % sampling error of at most ±"
    )
    assert ax.get_ylabel() == "allied force stationed in Ukraine (brigades)"
    assert f"rises from {100 * rows['estimate'].min():.1f} % (" in ax.get_title(loc="left")


def test_a_map_needs_two_values_of_each_and_nothing_else(swept, ax):
    """What else varies is named; a single value makes no map."""
    x, y = "regime.commitment.europe", "regime.deployment.brigades"
    with pytest.raises(ValueError, match=r"russia.insecurity"):
        sim.plots.deterrence_map(
            swept.assign(extra=0)
            .rename(columns={"extra": "unused"})
            .pipe(
                lambda table: table.assign(**{"russia.insecurity": np.arange(len(table)) % 2})[
                    ["russia.insecurity", *swept.columns]
                ]
            ),
            x,
            y,
            ax=ax,
        )
    with pytest.raises(ValueError, match="two or more values"):
        sim.plots.deterrence_map(swept[swept[y] == 0], x, y, ax=ax)


def test_burden_and_durability_are_those_of_the_tables(runs, ax):
    """Each point is what all pay in peace and the share that holds, with both limits of both as
    bars; titles say the most durable.
    """
    sim.plots.burden(runs, years=10, ax=ax)
    bars = iter(ax.collections)
    for run, point in zip(runs, ax.lines, strict=False):
        paid = sim.costs(run).set_index(["bearer", "item"]).loc[("all", "peace")]
        held = sim.survival(run, [10]).iloc[0]
        np.testing.assert_allclose(point.get_xydata(), [[paid["estimate"], held["estimate"]]])
        for limits in (["spread_low", "spread_high"], ["low", "high"]):
            np.testing.assert_allclose(
                next(bars).get_segments()[0][:, 0], paid[limits].astype(float)
            )
            np.testing.assert_allclose(
                next(bars).get_segments()[0][:, 1], held[limits].astype(float)
            )
    best = max(runs, key=lambda run: sim.survival(run, [10])["estimate"].item())
    assert re.fullmatch(
        rf"After 10 years, [\d.]+ % {ERROR} of ceasefires still hold under {best.label},\nwhich "
        r"costs USD [\d.]+ billion \(±[\d.]+\) in peace",
        ax.get_title(loc="left"),
    )


@pytest.mark.long
def test_no_name_in_the_burden_figure_covers_another():
    """Eight regimes, of which two cost nothing and hold alike."""
    size = {"sampling.designs": 40, "sampling.steps_per_year": 1}
    several = [sim.run(sim.load(name, size), out=None) for name in REFERENCE]
    ax = sim.plots.burden(several)
    ax.get_figure().draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in ax.texts]
    assert {text.get_text() for text in ax.texts} == {run.label for run in several}
    assert not [
        1 for number, box in enumerate(boxes) for other in boxes[:number] if box.overlaps(other)
    ]
    plt.close(ax.get_figure())


def test_a_burden_without_replicates_has_no_spread(scenarios, ax):
    """One history a design cannot tell chance from parameters.

    The sampling error is there all the same.
    """
    one = sim.run(
        sim.load(scenarios / "coalition.toml", {"sampling.designs": 60, "sampling.replicates": 1}),
        out=None,
    )
    sim.plots.burden(one, ax=ax)
    assert np.isfinite(ax.get_xlim()).all()
    assert len(ax.collections) == 2


def test_the_gallery_shows_every_public_figure():
    """Each has its lines, and each picture that is kept stands below lines."""
    page = (ROOT / "docs" / "gallery.md").read_text()
    assert {path.name for path in (ROOT / "docs" / "figures").glob("gallery_*.png")} == set(
        re.findall(r"figures/(gallery_\w+\.png)", page)
    )
    assert set(sim.plots.FIGURES) == set(re.findall(r"sim\.plots\.(\w+)\(", page))


@pytest.mark.exhaustive
def test_the_gallery_is_made_by_the_lines_that_stand_there(tmp_path, monkeypatch):
    """Every picture of the page comes from the lines above it, afresh, in the size of the one that
    is kept.
    """
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    made = importlib.import_module("make_gallery").make(tmp_path)
    page = (ROOT / "docs" / "gallery.md").read_text()
    assert [path.name for path in made] == re.findall(r"figures/(gallery_\w+\.png)", page)
    for path in made:
        old, new = (
            plt.imread(one)[..., :3] for one in (ROOT / "docs" / "figures" / path.name, path)
        )
        assert old.shape == new.shape or abs(np.subtract(old.shape[:2], new.shape[:2])).max() < 30
