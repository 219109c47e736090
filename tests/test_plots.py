"""Figures: they show the numbers of the tables, say their finding with its uncertainty, and draw where they are told."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import sim
from sim.game.war import Cause


@pytest.fixture(scope="module")
def runs(scenarios):
    return [sim.run(sim.load(scenarios / f"{name}.toml", {"sampling.designs": 100}), out=None) for name in ("none", "coalition", "nato")]


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


@pytest.mark.parametrize("figure", ["survival", "causes", "hazard"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_figure_takes_and_returns_axes_and_says_its_finding(figure, count, runs, ax):
    """On one run and on several: units on the axes, and an uncertainty in the title."""
    drawn = getattr(sim.plots, figure)(runs[:count] if count > 1 else runs[0], ax=ax)
    assert drawn is ax
    assert "year" in ax.get_xlabel()
    assert ax.get_ylabel() or count > 1
    title = ax.get_title(loc="left")
    assert "±" in title or "regimes" in title or "most often" in title
    if count == 1:
        assert runs[0].name in title


def test_the_durability_curve_is_the_table(runs, ax):
    """The line is the estimate at every quarter, and the band of one run is its spread over designs."""
    sim.plots.survival(runs[1], ax=ax)
    years = np.linspace(0, 20, 81)
    table = sim.survival(runs[1], years)
    np.testing.assert_allclose(ax.lines[0].get_xydata(), np.column_stack([years, table["estimate"]]))
    spread, error = (band.get_paths()[0].vertices for band in ax.collections)
    assert spread[:, 1].min() == pytest.approx(table["spread_low"].min())
    assert error[:, 1].max() == pytest.approx(1)


def test_several_runs_show_their_spread_beside_the_curves(runs, ax):
    """For each run a thin bar from spread to spread and a thick one for the error, named, the best first."""
    sim.plots.survival(runs, ax=ax)
    beside, = ax.child_axes
    names = [label.get_text() for label in beside.get_xticklabels()]
    last = {run.name: sim.survival(run).iloc[-1] for run in runs}
    assert names == sorted(last, key=lambda name: -last[name]["estimate"])
    bars = [bar.get_segments()[0][:, 1] for bar in beside.collections]
    for place, name in enumerate(names):
        np.testing.assert_allclose(bars[2 * place], last[name][["spread_low", "spread_high"]].astype(float))
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
    held = np.array([sim.causes(run).set_index("cause").loc["held", ["high", "low"]].astype(float) for run in runs])
    np.testing.assert_allclose(whiskers, 1 - held)
    assert "95 % sampling error" in ax.get_xlabel()


def test_ways_of_ending_over_time_are_the_table(runs, ax):
    """One run: the bands lie on each other in the order of the legend, from 0 to 1, each as wide as its cumulative incidence."""
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
    """Line, band and the year that the title names are those of the hazard table, a point in the middle of each year."""
    sim.plots.hazard(runs[0], ax=ax)
    table = sim.hazard(runs[0])
    np.testing.assert_allclose(ax.lines[0].get_xydata(), table.assign(middle=table["year"] - 0.5)[["middle", "estimate"]])
    corners = {*map(tuple, ax.collections[0].get_paths()[0].vertices.round(9))}
    for limit in ("low", "high"):
        assert {*zip((table["year"] - 0.5).round(9), table[limit].round(9), strict=True)} <= corners
    worst = table.loc[table["estimate"].idxmax()]
    assert f"is year {worst['year']:.0f}, at a rate of {100 * worst['estimate']:.1f} (±" in ax.get_title(loc="left")


def test_a_difference_needs_two_runs(runs, ax):
    """The message says so."""
    with pytest.raises(ValueError, match="two runs"):
        sim.plots.differences(runs[:1], ax=ax)


def test_differences_are_drawn_from_the_baseline(runs, ax):
    """Every other run has its paired difference, in order, with both intervals."""
    sim.plots.differences(runs, "none", ax=ax)
    table = sim.compare(runs, "none", [20]).sort_values("estimate")
    np.testing.assert_allclose(ax.lines[0].get_xdata(), table["estimate"])
    assert [label.get_text() for label in ax.get_yticklabels()] == table["scenario"].tolist()
    assert "points" in ax.get_title(loc="left")


def test_a_figure_makes_its_own_axes(runs, tmp_path):
    """Without `ax` a new figure is made, which can be saved."""
    path = tmp_path / "survival.png"
    sim.plots.save(sim.plots.survival(runs), path)
    assert path.read_bytes().startswith(b"\x89PNG")
