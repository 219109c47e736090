# ruff: noqa: T201  a script, which prints what it measures
"""Draw the figures of docs/theory.md, and print every number that it quotes.

    python docs/make_theory_figures.py.

The functions that measure are those of tests/theory, so that figures, page and tests say the same.
Every world comes from a named stream of random numbers, so that the figures are the same each time.
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
from matplotlib.ticker import MaxNLocator

from sim.plots.style import DASHES, PALETTE, in_percent, in_points

HERE = Path(__file__).parent
TESTS = HERE.parent / "tests" / "theory"
sys.path[:0] = [str(TESTS), str(TESTS.parent)]
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
    ax.plot(
        x, y, **{"color": PALETTE[number], "ls": DASHES[number], "lw": 1.8, "label": label} | style
    )


def measured(ax: Axes, x: Any, results: list[Any], number: int, label: str, **style: Any) -> None:
    """A line of results with a band of their 95 % sampling error."""
    value, error = (np.array(each) for each in zip(*results, strict=True))
    ax.fill_between(
        x, value - TO_95 * error, value + TO_95 * error, color=PALETTE[number], alpha=0.2, lw=0
    )
    line(ax, x, value, number, label, marker="o", ms=3.5, **style)


def say(ax: Axes, text: str, at: tuple[float, float], number: int = 0, **style: Any) -> None:
    """A word beside a line, in its colour."""
    ax.annotate(text, at, color=PALETTE[number], **{"va": "center", "fontsize": "small"} | style)


def shifting_power(tests: Any) -> Figure:
    """Powell 2006: the threshold on the shift in arms, by how far the terms follow power.

    And arms in whole histories.
    """
    figure, left, right = two_panels(
        "Where the terms of peace follow power, an army that grows is a reason to attack"
    )
    value, years, most = 1.0, 3.0, 200
    for number, following in enumerate((0.8, 0.4, 0.0)):
        for noise, style in (({}, {"lw": 1.8}), (tests.NO_NOISE, {"lw": 1.0, "alpha": 0.8})):
            targets = {"ukraine.strength_target": tests.uniform(80, most)}
            given = tests.arming(value, years, 80, following, noise, targets, designs=500)
            target = tests.model_at(given).draws["ukraine.strength_target"]
            order = np.argsort(target)
            line(left, target[order], tests.attacks(given)[order], number, "", **style)
        if following:
            threshold = tests.critical_target_of_arms(value, years, following)
            left.axvline(threshold, color="0.7", lw=1)
            say(left, "solved by hand", (threshold + 2, 1.04), 7)
    left.set(
        xlabel="strength that Ukraine builds towards (brigade-equivalents; now 80)",
        ylabel="chance that Russia attacks at a review",
        xlim=(80, most),
        ylim=(-0.03, 1.1),
    )
    say(left, "terms follow power closely (η = 0.8)", (108, 0.95), 0)
    say(left, "half as much (η = 0.4)", (150, 0.51), 1)
    say(left, "not at all (η = 0)", (150, 0.17), 2)
    left.set_title(
        "no third party; thin: no noise, thick: default noise", loc="left", fontsize="small"
    )
    in_percent(left.yaxis)
    ages = ((0, 0.5), (0.5, 1), (1, 1.5), (1.5, 2), (2, 3), (3, 4), (4, 6), (6, 8), (8, 10))
    for number, name in enumerate(("none", "arms_only")):
        ended = tests.ended(name)
        rates = [
            tests.rate(ended.design, *ended.between(*each, tests.Cause.ATTACK)) for each in ages
        ]
        measured(right, [np.mean(each) for each in ages], rates, number, "")
    say(right, "arms for 45 brigades, no promise", (0.6, 0.15), 1)
    say(right, "no guarantee", (5.2, 0.062), 0)
    right.set(
        xlabel="years since the ceasefire",
        ylabel="attacks per year at peace",
        xlim=(0, 10),
        ylim=(0, None),
    )
    right.set_title(
        "whole histories of the full model; band: 95 % sampling error", loc="left", fontsize="small"
    )
    return figure


def tying_hands(tests: Any) -> Figure:
    """Fearon 1997: the promise and the chance that Europe fights, by type.

    And attacks in whole histories.
    """
    figure, left, right = two_panels(
        "A promise deters by what it costs to break it; what it tells about its giver adds little"
    )
    grid = np.linspace(0, 1, 401)
    for number, (resolute, label) in enumerate(
        ((1, "a resolute coalition"), (0, "an irresolute one"))
    ):
        for noise, style in ((True, {"lw": 1.8}), (False, {"lw": 1.0, "alpha": 0.8})):
            line(
                left,
                grid,
                [tests.chance_of_intervening(promise, resolute, noise=noise) for promise in grid],
                number,
                label,
                **style,
            )
    say(left, "resolute coalition", (0.38, 0.8), 0, ha="right")
    say(left, "irresolute coalition", (0.74, 0.34), 1, ha="right")
    left.set(
        xlabel="legal commitment of Europe (1: an Article 5 treaty)",
        ylabel="chance that Europe intervenes",
        xlim=(0, 1),
        ylim=(-0.03, 1.03),
    )
    left.set_title("thin: no noise, thick: default noise", loc="left", fontsize="small")
    in_percent(left.yaxis)
    for number, means in enumerate(("binds and tells", "binds, tells nothing", "does neither")):
        shares = [tests.attacked_within_five_years(promise, means) for promise in tests.PROMISES]
        measured(right, tests.PROMISES, shares, number, "")
    say(right, "it costs nothing to break it,\nand it tells nothing", (0.52, 0.235), 2)
    say(right, "it binds, and tells nothing", (0.62, 0.19), 1)
    say(right, "it binds and tells", (0.3, 0.15), 0)
    right.set(
        xlabel="legal commitment of Europe (1: an Article 5 treaty)",
        ylabel="Russia attacks within five years",
        xlim=(0, 1),
        ylim=(0, None),
    )
    right.set_title(
        "a European promise and nothing else; band: 95 % sampling error",
        loc="left",
        fontsize="small",
    )
    in_percent(right.yaxis)
    return figure


def tripwire(tests: Any) -> Figure:
    """Schelling 1966 and Reiter & Poast 2021: what a force adds in resolve, on the ground, and to
    durability.
    """
    figure, left, right = two_panels(
        "A token adds resolve and holds no ground; what it deters hangs on whether the fallen bind"
    )
    grid = np.linspace(0, tests.CORPS, 41)
    resolve, ground = (
        np.array([each(force) for force in grid]) for each in (tests.resolve, tests.ground)
    )
    line(left, grid, resolve - resolve[0], 0, "")
    line(left, grid, ground[0] - ground, 1, "")
    say(left, "chance that Europe fights, gained", (7.5, 0.34), 0)
    say(
        left, "Russia's chance of prevailing over\nUkraine and Europe, taken from it", (9, 0.115), 1
    )
    left.axvline(tests.TOKEN, color="0.6", lw=1)
    say(left, "a token", (tests.TOKEN + 0.2, 0.48), 7)
    left.set(
        xlabel="allied force on the line (brigades)",
        ylabel="difference from no force, percentage points",
        xlim=(0, tests.CORPS),
        ylim=(0, None),
    )
    in_percent(left.yaxis, sign="")
    left.set_title(
        "the month's game under the coalition's guarantee, medians", loc="left", fontsize="small"
    )
    forces = [force for force in tests.FORCES if force > 0]
    for number, (means, label, at) in enumerate(
        (
            ("binds and tells", "own troops under fire\nbind the coalition", (6.5, 0.13)),
            ("tells", "the fallen bind nobody", (11, 0.037)),
            ("neither", "nor does the force tell anything", (9, -0.004)),
        )
    ):
        measured(
            right,
            [0.0, *forces],
            [(0.0, 0.0), *(tests.gained(force, means) for force in forces)],
            number,
            "",
        )
        say(right, label, at, number)
    right.set(
        xlabel="allied force on the line (brigades)",
        ylabel="added to the share that holds 20 years,\npercentage points",
        xlim=(0, tests.CORPS),
    )
    in_percent(right.yaxis, sign="")
    right.axhline(0, color="0.6", lw=0.8)
    for ax in (left, right):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.set_title(
        "whole histories, in pairs; band: 95 % sampling error", loc="left", fontsize="small"
    )
    return figure


def spiral(tests: Any) -> Figure:
    """Jervis 1978 and Kydd 2005: what two guarantees add to attacks by a greedy and by an insecure
    Russia.
    """
    figure, left, right = two_panels(
        "A half-hearted guarantee deters the greedy and provokes the insecure; a firm one "
        "deters both"
    )
    for ax, regime, title in (
        (left, "half-hearted", "two brigades, a faint promise, the provocation of a treaty"),
        (right, "article5_like", "the Article 5-like guarantee"),
    ):
        for number, insecurity in enumerate((0.0, 1.0)):
            measured(
                ax,
                tests.VALUES,
                [tests.difference(regime, value, insecurity) for value in tests.VALUES],
                number,
                "",
            )
        ax.axhline(0, color="0.6", lw=0.8)
        ax.set(
            xlabel="value of prevailing (1: Ukraine is vital to the leadership)",
            xlim=(0.5, 2.5),
            ylim=(-0.8, 0.4),
        )
        ax.set_title(f"{title}; band: 95 % sampling error", loc="left", fontsize="small")
        in_points(ax.yaxis)
    left.set_ylabel("added to the share that Russia ends within\nfive years, percentage points")
    say(left, "insecure Russia (κ = 1)", (1.0, 0.24), 1)
    say(left, "greedy Russia (κ = 0)", (1.0, -0.15), 0)
    say(right, "insecure (κ = 1)", (1.6, -0.46), 1)
    say(right, "greedy (κ = 0)", (2.05, -0.64), 0)
    return figure


def stability_instability(tests: Any) -> Figure:
    """Snyder 1965: wars and probes per year at peace, by guarantee."""
    figure, left, right = two_panels(
        "Every guarantee makes for fewer wars; probes fall only where Europe grows firmer"
    )
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
        ax.set(
            xlabel=f"{what} per year at peace (bars: 95 % sampling error)",
            xlim=(0, None),
            ylim=(-0.5, len(names) - 0.3),
        )
        ax.set_yticks(rows, names.values() if what == "wars" else [""] * len(names))
    left.margins(x=0.15)
    left.set_xlim(0, 0.068)
    right.set_xlim(0, 0.7)
    right.set_title(
        "squares: Europe answers probes more firmly; circles: as firmly as without",
        loc="left",
        fontsize="small",
    )
    return figure


def window(tests: Any) -> Figure:
    """Levy 1987: attacks per year at peace before and after entry, and by age of the ceasefire
    under three prospects.
    """
    figure, left, right = two_panels(
        "Russia attacks before membership is in force, and more if it is on the way than if it "
        "is vetoed"
    )
    ages, labels = (
        np.arange(0, 5, 0.5),
        {
            "to come": "on the way",
            "vetoed": "vetoed for good, and known to be",
            "at once": "in force at once",
        },
    )
    for number, (name, label) in enumerate(labels.items()):
        worlds = tests.ended(name)
        results = []
        for age in ages:
            events = (
                worlds.ended_by(tests.Cause.ATTACK)
                * (worlds.years > age)
                * (worlds.years <= age + 0.5)
            )
            results.append(tests.rate(worlds.design, events, np.clip(worlds.years - age, 0, 0.5)))
        measured(left, ages + 0.25, results, number, label)
    say(left, "vetoed for good, and known to be", (1.75, 0.052), 1)
    say(left, "on the way", (0.6, 0.105), 0)
    say(left, "in force at once", (0.12, 0.03), 2)
    left.set(
        xlabel="years since the ceasefire",
        ylabel="attacks per year at peace",
        xlim=(0, 5),
        ylim=(0, None),
    )
    left.set_title(
        "NATO membership, by its prospect; band: 95 % sampling error", loc="left", fontsize="small"
    )
    found = tests.results()
    rows = (
        ("on the way", "in the window, to come", 0),
        ("vetoed", "in the window, vetoed", 1),
        ("in force at once", "in the window, at once", 2),
    )
    for row, (label, key, number) in enumerate(reversed(rows)):
        value, error = found[key]
        right.errorbar(
            value, row, xerr=TO_95 * error, fmt="o", color=PALETTE[number], ms=7, capsize=4
        )
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
    difference, relaxed = (
        found["to come against vetoed"],
        found["to come against vetoed, nobody provoked"],
    )
    right.set(
        xlabel="attacks per year at peace until entry, at most three years",
        xlim=(0, 0.125),
        ylim=(-1.1, 2.6),
    )
    right.text(
        0.004,
        -0.72,
        f"on the way less vetoed, in pairs: {difference}\nthe same, if membership provokes "
        f"nobody: {relaxed}",
        fontsize="small",
        va="center",
    )
    right.set_title(
        "in the same worlds and the same time; bars: 95 % sampling error",
        loc="left",
        fontsize="small",
    )
    return figure


def late_help(tests: Any) -> Figure:
    """Altman 2017: days until help comes, in one game and in whole histories."""
    figure, left, right = two_panels(
        "What comes late finds the ground taken: five brigades on the line are worth more than "
        "a fast answer"
    )
    days, value = np.linspace(0, 120, 121), 2.0
    for noise, style in (
        ({"russia.choice_noise": 0.045}, {"lw": 1.8}),
        ({}, {"lw": 1.0, "alpha": 0.8}),
    ):
        chances = [tests.game(tests.facing(value, each, noise)).response[0][0] for each in days]
        line(left, days, chances, 0, "", **style)
    left.axvline(tests.critical_days(value), color="0.7", lw=1)
    say(left, "solved by hand", (tests.critical_days(value) + 2, 0.1), 7)
    left.set(
        xlabel="days from the attack until the coalition's force comes",
        ylabel="chance that Russia attacks at a review",
        xlim=(0, days[-1]),
        ylim=(-0.03, 1.03),
    )
    left.set_title(
        "a coalition that is sure to fight; thin: no noise, thick: default noise",
        loc="left",
        fontsize="small",
    )
    in_percent(left.yaxis)
    for number, exposure in enumerate((1.0, 0.3, 0.0)):
        held = [tests.ended(each, exposure) for each in tests.DAYS]
        measured(
            right,
            tests.DAYS,
            [tests.mean(1 - each.ended_by(), each.design) for each in held],
            number,
            "",
        )
    say(right, "five brigades on the line", (62, 0.7045), 0)
    say(right, "a third of them there", (62, 0.6705), 1)
    say(right, "all far behind it", (62, 0.6145), 2)
    right.set(
        xlabel="days from the attack until the coalition's force comes",
        ylabel="share of ceasefires that hold 20 years",
        xlim=(0, 125),
    )
    right.set_title(
        "the coalition's guarantee; band: 95 % sampling error", loc="left", fontsize="small"
    )
    in_percent(right.yaxis)
    return figure


def foreseen_end(tests: Any) -> Figure:
    """Selten 1978 and Leeds, Mattes & Vogel 2009.

    Attacks by age of the ceasefire under promises that end, and that bind no successor.
    """
    figure, left, right = two_panels(
        "Russia waits for the end of a promise: attacks are fewer before it and come in the "
        "years after"
    )
    for ax, ages, names in (
        (left, np.array([0, *(np.arange(1, 20) - 1 / 24)]), ("no term", "may end", "ends")),
        (right, np.array([0, 0.62, 1.24, 1.86, 2.5, 3, 4, 5, 6, 7]), ("law", "inherited", "word")),
    ):
        for number, name in enumerate(names):
            spans = list(zip(ages, [*ages[1:], 2 * ages[-1] - ages[-2]], strict=True))
            measured(
                ax,
                [np.mean(span) for span in spans],
                [tests.attacks(name, span) for span in spans],
                number,
                "",
            )
        ax.set(
            xlabel="years since the ceasefire", ylabel="attacks per year at peace", ylim=(0, None)
        )
    left.axvline(tests.TERM, color="0.7", lw=1)
    left.set_xlim(0, 20)
    left.set_title(
        "the Article 5-like guarantee with a term of ten years", loc="left", fontsize="small"
    )
    say(left, "ends for certain", (11.6, 0.062), 2)
    say(left, "renewed with\nan even chance", (5.2, 0.036), 1)
    say(left, "no term", (15, 0.003), 0)
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.axvline(tests.ELECTION, color="0.7", lw=1)
    right.set_xlim(0, 8)
    right.set_title(
        "the American promise, first election marked; bands: 95 % sampling error",
        loc="left",
        fontsize="small",
    )
    say(right, "a word that binds no successor", (3.2, 0.042), 2)
    say(
        right,
        "half inherited",
        (3.5, 0.0218),
        1,
        xytext=(5.2, 0.03),
        arrowprops={"arrowstyle": "-", "color": PALETTE[1], "lw": 0.6},
    )
    say(right, "law", (5.2, 0.006), 0)
    return figure


FIGURES = {
    "test_mckelvey_palfrey1998_subgame_perfection": None,
    "test_powell2006_shifting_power": shifting_power,
    "test_fearon1997_tying_hands": tying_hands,
    "test_schelling1966_tripwire": tripwire,
    "test_altman2017_fait_accompli": late_help,
    "test_zagare_kilgour2000_credible_threats": None,
    "test_jervis1978_kydd2005_spiral": spiral,
    "test_benson2012_moral_hazard": None,
    "test_snyder1965_stability_instability": stability_instability,
    "test_levy1987_window_of_vulnerability": window,
    "test_selten1978_leeds2009_foreseen_end": foreseen_end,
}
"""A figure for each test module that has one."""


def main() -> None:
    """Print the results of every proposition, and draw its figure."""
    mpl.use("Agg")
    for name, draw in FIGURES.items():
        tests = import_module(name)
        print(name, flush=True)
        for what, result in tests.results().items():
            print(f"    {what}: {result}")
        if draw is not None:
            figure = draw(tests)
            figure.savefig(
                HERE / "figures" / f"theory_{draw.__name__}.png",
                dpi=130,
                metadata={"Software": None},
            )
            plt.close(figure)


if __name__ == "__main__":
    main()
