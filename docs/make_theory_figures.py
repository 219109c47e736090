# ruff: noqa: T201  a script, which prints what it measures
"""Draw the figures of docs/theory.md, and print every number that it quotes: python docs/make_theory_figures.py.

The functions that measure are those of tests/theory, so that figures, page and tests say the same. Every world comes from a named
stream of random numbers, so that the figures are the same each time.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from sim.plots.style import DASHES, PALETTE

HERE = Path(__file__).parent
TESTS = HERE.parent / "tests" / "theory"
sys.path.insert(0, str(TESTS))
TO_95 = 1.96


def two_panels(title: str) -> tuple[Figure, Axes, Axes]:
    """A figure of two panels under a title that says the finding."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontsize="large")
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
    return figure, left, right


def line(ax: Axes, x: Any, y: Any, number: int, label: str, **style: Any) -> None:
    """A line with the colour and the dashes of its number."""
    ax.plot(x, y, **{"color": PALETTE[number], "ls": DASHES[number], "lw": 1.8, "label": label} | style)


def measured(ax: Axes, x: Any, results: list[Any], number: int, label: str, **style: Any) -> None:
    """A line of results with a band of their 95 % sampling error."""
    value, error = (np.array(each) for each in zip(*results, strict=True))
    ax.fill_between(x, value - TO_95 * error, value + TO_95 * error, color=PALETTE[number], alpha=0.2, lw=0)
    line(ax, x, value, number, label, marker="o", ms=3.5, **style)


def percent(axis: Any) -> None:
    """A share as percent."""
    axis.set_major_formatter(PercentFormatter(1, decimals=0))


def say(ax: Axes, text: str, at: tuple[float, float], number: int = 0, **style: Any) -> None:
    """A word beside a line, in its colour."""
    ax.annotate(text, at, color=PALETTE[number], **{"va": "center", "fontsize": "small"} | style)


def shifting_power(tests: Any) -> Figure:
    """Powell 2006: the threshold on the shift, with and without a peace that loses its worth; and arms in whole histories."""
    figure, left, right = two_panels("A shift in power alone moves the date of war; with a peace that will be worth less, it makes war")
    value, years, most = 0.8, 8.0, 200
    for number, (changes, label) in enumerate(
        (({}, "peace will be worth less than war"), ({"regime.provocation.value": 0.0}, "peace keeps its worth"))
    ):
        for noise, style in (({}, {"lw": 1.8}), (tests.NO_NOISE, {"lw": 1.0, "alpha": 0.8})):
            range_of_targets = {"ukraine.strength_target": {"uniform": [80, most]}}
            given = tests.facing(value, years, 80, changes, noise, range_of_targets, designs=500)
            target = tests.model_at(given).draws["ukraine.strength_target"]
            order = np.argsort(target)
            line(left, target[order], tests.attacks(given)[order], number, label, **style)
    threshold = tests.critical_target(value, years)
    left.axvline(threshold, color="0.6", lw=1)
    left.set(
        xlabel="strength that Ukraine builds towards (brigade-equivalents; now 80)",
        ylabel="chance that Russia attacks at a review",
        xlim=(80, most),
        ylim=(-0.03, 1.08),
    )
    say(left, "threshold solved by hand", (threshold - 2, 0.78), 7, rotation=90, ha="center")
    say(left, "peace will be worth\nless than war", (most - 45, 0.55), 0)
    say(left, "peace keeps its worth", (most - 45, 0.1), 1)
    left.set_title("no third party; thin: no noise, thick: default noise", loc="left", fontsize="small")
    percent(left.yaxis)
    ages = ((0, 0.5), (0.5, 1), (1, 1.5), (1.5, 2), (2, 3), (3, 4), (4, 6), (6, 8), (8, 10))
    none, arms = tests.armed_or_not()
    for number, (ended, label) in enumerate(((none, "no guarantee"), (arms, "arms for 45 brigades, no promise"))):
        measured(
            right,
            [np.mean(each) for each in ages],
            [tests.rate(ended.design, *tests.attacks_in(ended, *each)) for each in ages],
            number,
            label,
        )
    say(right, "arms for 45 brigades, no promise", (0.6, 0.2), 1)
    say(right, "no guarantee", (4.0, 0.078), 0)
    right.set(xlabel="years since the ceasefire", ylabel="attacks per year at peace", xlim=(0, 10), ylim=(0, None))
    right.set_title("whole histories of the full model; band: 95 % sampling error", loc="left", fontsize="small")
    return figure


def tying_hands(tests: Any) -> Figure:
    """Fearon 1997: the promise and the chance that Europe fights, by type; and attacks in whole histories."""
    figure, left, right = two_panels("A promise makes the threat credible from a threshold on, and the attacks fall with it")
    grid = np.linspace(0, 1, 401)
    for number, (resolute, label) in enumerate(((1, "a resolute coalition"), (0, "an irresolute one"))):
        for noise, style in ((True, {"lw": 1.8}), (False, {"lw": 1.0, "alpha": 0.8})):
            line(left, grid, [tests.chance_of_intervening(promise, resolute, noise=noise) for promise in grid], number, label, **style)
    say(left, "resolute coalition", (0.38, 0.8), 0, ha="right")
    say(left, "irresolute coalition", (0.74, 0.34), 1, ha="right")
    left.set(
        xlabel="legal commitment of Europe (1: an Article 5 treaty)",
        ylabel="chance that Europe intervenes",
        xlim=(0, 1),
        ylim=(-0.03, 1.03),
    )
    left.set_title("thin: no noise, thick: default noise", loc="left", fontsize="small")
    percent(left.yaxis)
    measured(right, tests.PROMISES, [tests.attacked_within_five_years(promise) for promise in tests.PROMISES], 0, "")
    right.set(
        xlabel="legal commitment of Europe (1: an Article 5 treaty)", ylabel="Russia attacks within five years", xlim=(0, 1), ylim=(0, None)
    )
    right.set_title("histories with a European promise and nothing else; band: 95 % sampling error", loc="left", fontsize="small")
    percent(right.yaxis)
    return figure


def tripwire(tests: Any) -> Figure:
    """Schelling 1966 and Reiter & Poast 2021: what a force adds in resolve, on the ground, and to durability."""
    figure, left, right = two_panels("A token adds resolve and holds no ground; what it deters hangs on whether the fallen bind")
    grid = np.linspace(0, tests.CORPS, 41)
    resolve, ground = (np.array([each(force) for force in grid]) for each in (tests.resolve, tests.ground))
    line(left, grid, resolve - resolve[0], 0, "")
    line(left, grid, ground[0] - ground, 1, "")
    say(left, "chance that Europe fights, gained", (12, 0.175), 0)
    say(left, "Russia's chance of prevailing over\nUkraine and Europe, taken from it", (11, 0.024), 1)
    left.axvline(tests.TOKEN, color="0.6", lw=1)
    say(left, "a token", (tests.TOKEN + 0.2, 0.215), 7)
    left.set(
        xlabel="allied force in place (brigades)",
        ylabel="difference from no force, percentage points",
        xlim=(0, tests.CORPS),
        ylim=(0, 0.23),
    )
    left.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
    left.set_title("the month's game under the coalition's guarantee", loc="left", fontsize="small")
    forces = [force for force in tests.FORCES if force > 0]
    for number, (binds, label, at) in enumerate(
        ((True, "own troops under fire\nbind the coalition", (11, 0.05)), (False, "the fallen bind nobody", (11, 0.017)))
    ):
        measured(right, [0.0, *forces], [(0.0, 0.0), *(tests.gained(force, binds=binds) for force in forces)], number, label)
        say(right, label, at, number)
    right.set(xlabel="allied force in place (brigades)", ylabel="added to the share that holds 20 years, points", xlim=(0, tests.CORPS))
    right.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
    right.axhline(0, color="0.6", lw=0.8)
    right.set_title("whole histories, in pairs; band: 95 % sampling error", loc="left", fontsize="small")
    return figure


def spiral(tests: Any) -> Figure:
    """Jervis 1978 and Kydd 2005: what two guarantees add to attacks by a greedy and by an insecure Russia."""
    figure, left, right = two_panels("A half-hearted guarantee deters the greedy and provokes the insecure; a firm one deters both")
    for ax, regime, title in (
        (left, "half-hearted", "two brigades, a faint promise, the provocation of a treaty"),
        (right, "article5_like", "the Article 5-like guarantee"),
    ):
        for number, insecurity in enumerate((0.0, 1.0)):
            measured(ax, tests.VALUES, [tests.difference(regime, value, insecurity) for value in tests.VALUES], number, "")
        ax.axhline(0, color="0.6", lw=0.8)
        ax.set(xlabel="value of prevailing (1: Ukraine is vital to the leadership)", xlim=(0.5, 2.5), ylim=(-1, 0.5))
        ax.set_title(f"{title}; band: 95 % sampling error", loc="left", fontsize="small")
        ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:+.0f}" if value else "0")
    left.set_ylabel("added to the share that Russia ends within\nfive years, percentage points")
    say(left, "insecure Russia (κ = 1)", (1.0, 0.33), 1)
    say(left, "greedy Russia (κ = 0)", (1.0, -0.22), 0)
    say(right, "insecure (κ = 1)", (2.05, -0.71), 1)
    say(right, "greedy (κ = 0), the same\nuntil prevailing is worth 2", (1.45, -0.42), 0)
    return figure


def stability_instability(tests: Any) -> Figure:
    """Snyder 1965: wars and probes per year at peace, by guarantee."""
    figure, left, right = two_panels("Every guarantee makes for fewer wars; probes fall only where Europe grows firmer")
    names = {
        "none": "no guarantee",
        "snapback": "sanctions that cost 0.3",
        "American promise": "American treaty alone",
        "European promise": "European treaty alone",
        "coalition": "coalition",
        "article5_like": "Article 5-like",
        "nato": "NATO",
    }
    rows = np.arange(len(names))[::-1]
    for ax, what in ((left, "wars"), (right, "probes")):
        for row, name in zip(rows, names, strict=True):
            value, error = tests.per_year(name, what)
            firm = name in tests.BELOW
            ax.errorbar(
                value,
                row,
                xerr=TO_95 * error,
                fmt="s" if firm else "o",
                color=PALETTE[2 if firm else 1 if name != "none" else 0],
                ms=6,
                capsize=3,
            )
            ax.annotate(
                f"{value:.3f} ±{TO_95 * error:.3f}",
                (value, row),
                xytext=(0, 8),
                textcoords="offset points",
                ha="center",
                fontsize="x-small",
            )
        ax.axvline(tests.per_year("none", what).value, color="0.7", lw=0.8)
        ax.set(xlabel=f"{what} per year at peace (bars: 95 % sampling error)", xlim=(0, None), ylim=(-0.5, len(names) - 0.3))
        ax.set_yticks(rows, names.values() if what == "wars" else [""] * len(names))
    left.margins(x=0.15)
    left.set_xlim(0, 0.068)
    right.set_xlim(0, 0.7)
    right.set_title("squares: Europe answers probes more firmly; circles: as before", loc="left", fontsize="small")
    return figure


def window(tests: Any) -> Figure:
    """Levy 1987: attacks per year at peace before and after entry, and by age of the ceasefire under three prospects."""
    figure, left, right = two_panels("Russia attacks before membership is in force, and more if it is on the way than if it is vetoed")
    ages, labels = (
        np.arange(0, 5, 0.5),
        {"to come": "on the way", "vetoed": "vetoed for good, and known to be", "at once": "in force at once"},
    )
    for number, (name, label) in enumerate(labels.items()):
        worlds = tests.ended(name)
        results = []
        for age in ages:
            events = worlds.ended_by(tests.Cause.ATTACK) * (worlds.years > age) * (worlds.years <= age + 0.5)
            results.append(tests.rate(worlds.design, events, np.clip(worlds.years - age, 0, 0.5)))
        measured(left, ages + 0.25, results, number, label)
    say(left, "vetoed for good, and known to be", (1.75, 0.052), 1)
    say(left, "on the way", (0.42, 0.165), 0)
    say(left, "in force at once", (0.12, 0.03), 2)
    left.set(xlabel="years since the ceasefire", ylabel="attacks per year at peace", xlim=(0, 5), ylim=(0, None))
    left.set_title("NATO membership, by its prospect; band: 95 % sampling error", loc="left", fontsize="small")
    found = tests.results()
    rows = (
        ("on the way", "in the window, to come", 0),
        ("vetoed", "in the window, vetoed", 1),
        ("in force at once", "in the window, at once", 2),
    )
    for row, (label, key, number) in enumerate(reversed(rows)):
        value, error = found[key]
        right.errorbar(value, row, xerr=TO_95 * error, fmt="o", color=PALETTE[number], ms=7, capsize=4)
        right.annotate(
            f"{label}: {found[key]}",
            (value, row),
            xytext=(0, 11),
            textcoords="offset points",
            ha="center" if value > error * 10 else "left",
            fontsize="small",
            color=PALETTE[number],
        )
    right.set_yticks([])
    right.spines["left"].set_visible(False)
    difference, relaxed = found["to come against vetoed"], found["to come against vetoed, nobody provoked"]
    right.set(xlabel="attacks per year at peace until entry, at most three years", xlim=(0, 0.125), ylim=(-1.1, 2.6))
    right.text(
        0.004,
        -0.72,
        f"on the way less vetoed, in pairs: {difference}\nthe same, if membership provokes nobody: {relaxed}",
        fontsize="small",
        va="center",
    )
    right.set_title("in the same worlds and the same time; bars: 95 % sampling error", loc="left", fontsize="small")
    return figure


FIGURES = {
    "test_mckelvey_palfrey1998_subgame_perfection": None,
    "test_powell2006_shifting_power": shifting_power,
    "test_fearon1997_tying_hands": tying_hands,
    "test_schelling1966_tripwire": tripwire,
    "test_zagare_kilgour2000_credible_threats": None,
    "test_jervis1978_kydd2005_spiral": spiral,
    "test_benson2012_moral_hazard": None,
    "test_snyder1965_stability_instability": stability_instability,
    "test_levy1987_window_of_vulnerability": window,
}
"""A figure for each test module that has one."""


def main() -> None:
    """Print the results of every proposition, and draw its figure."""
    mpl.use("Agg")
    for name, draw in FIGURES.items():
        tests = import_module(name)
        print(name)
        for what, result in tests.results().items():
            print(f"    {what}: {result}")
        if draw is not None:
            figure = draw(tests)
            figure.savefig(HERE / "figures" / f"theory_{draw.__name__}.png", dpi=130, metadata={"Software": None})
            plt.close(figure)


if __name__ == "__main__":
    main()
