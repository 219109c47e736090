"""Make the games of this folder and have Gambit solve them, or, with --compare, do so again and
compare with what is here.

Needs pygambit, the extra `gambit`. See README.md in this folder.
"""

# ruff: noqa: T201     what it finds goes to the terminal

import argparse
import csv
import io
import itertools
import multiprocessing
import re
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

import sim
from sim.game.crisis import Crisis
from sim.game.equilibrium import behaviour, logit_gap, regret
from sim.game.extensive_form import Action, InformationSet
from sim.game.tree import crisis_tree
from sim.uncertainty import Distribution, is_number

HERE = Path(__file__).parent
GAMES, ANSWERS, FILES, EXAMPLES, README = (
    HERE / name for name in ("games.csv", "answers.csv", "games.tar.xz", "examples", "README.md")
)
TOLERANCE = 1e-6
SEED = 2025
REGIMES = (
    "none",
    "budapest",
    "neutrality",
    "armed_neutrality",
    "coalition",
    "article5_like",
    "nato",
    "eu",
)
RICH = (
    "fifteen_years",
    "article5_until_nato",
    "demilitarised_zone",
    "donbas_withdrawal",
    "korea_1953",
    "paris_declaration",
)
"""Scenarios with provisions that no reference regime has.

A term, a clause that voids, promises until entry, a zone, land that is granted.
"""
ANY = "any"
"""A regime, and all else, with any numbers."""
GAMES_OF = {**dict.fromkeys(REGIMES, 24), **dict.fromkeys(RICH, 18), "fifteen_years": 36, ANY: 84}
SHOWN = ("none-00", "nato-00", "nato-01", "fifteen_years-04", "any-00")
EVERY = 6
"""One game in so many is solved a second time, along a path of smaller steps."""
MULTIPLES = (1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
PARTS = ("calendar", "russia", "ukraine", "europe", "united_states", "war", "regime")
DATES = ("signed", "next_election")
EXTREME = (1e-9, 1e-6, 0.001, 0.999, 1 - 1e-6, 1 - 1e-9)
"""Reputations near either end.

At the very end one type is never drawn, and Gambit leaves open what it would do.
"""
RANGES = {
    "russia.status_quo_value": (-0.2, 0.8),
    "russia.cost_of_war": (0, 0.8),
    "russia.cost_of_fighting_europe": (0, 1),
    "russia.cost_of_fighting_us": (0, 1),
    "russia.choice_noise": (0.02, 0.3),
    "russia.discount_factor": (0.7, 0.99),
    "russia.probe_gain": (0, 0.2),
    "russia.probe_cost": (0, 0.2),
    "russia.value_of_prevailing": (0, 4),
    "russia.insecurity": (0, 1),
    "russia.strength_target": (60, 250),
    "russia.reconstitution_half_life": (0.5, 10),
    "russia.terms_follow_power": (0, 1.5),
    "russia.threat_of_force": (0, 0.05),
    "russia.threat_of_arms": (0, 0.3),
    "ukraine.strength_target": (30, 150),
    "ukraine.cost_of_war": (0, 1.5),
    "ukraine.retaliation_value": (-0.2, 0.6),
    "ukraine.choice_noise": (0.03, 0.3),
    "europe.stake": (-1.5, 0.5),
    "europe.audience_cost": (0, 2),
    "europe.tripwire": (0, 1),
    "europe.tripwire_half_force": (1, 10),
    "europe.backing": (0, 1),
    "europe.resolve_gap": (0, 1.2),
    "europe.firmness": (-0.8, 0.5),
    "europe.choice_noise": (0.05, 0.5),
    "europe.firmness_by_commitment": (0, 1),
    "europe.prior_resolute": (0, 1),
    "europe.election_swing": (0, 1),
    "united_states.stake": (-1.5, 0.5),
    "united_states.audience_cost": (0, 2),
    "united_states.follow_europe": (-0.3, 1),
    "united_states.resolve_gap": (0, 1.2),
    "united_states.brigades": (0, 50),
    "united_states.enabling": (0, 1),
    "united_states.choice_noise": (0.05, 0.5),
    "united_states.prior_resolute": (0, 1),
    "united_states.election_swing": (0, 1),
    "united_states.funds_if_resolute": (0.5, 1),
    "united_states.funds_if_irresolute": (0, 1),
    "war.defence_advantage": (0.8, 2.5),
    "war.decisiveness": (0.5, 4),
    "war.surprise": (0, 1),
    "war.opening_days": (5, 120),
    "war.contested_blame": (0, 1),
    "regime.commitment.europe": (0, 1),
    "regime.commitment.united_states": (0, 1),
    "regime.commitment.resupply": (0, 20),
    "regime.commitment.conditional": (0, 1),
    "regime.commitment.renewal": (0, 1),
    "regime.commitment.ratified": (0, 1),
    "regime.commitment.inherited": (0, 1),
    "regime.commitment.voidable": (0, 1),
    "regime.response.europe_days": (0, 120),
    "regime.response.united_states_days": (0, 120),
    "regime.deployment.brigades": (0, 20),
    "regime.deployment.half_life": (0.25, 3),
    "regime.deployment.exposure": (0, 1),
    "regime.arms.package_usd_bn": (0, 150),
    "regime.arms.delivery_years": (0, 8),
    "regime.arms.united_states_share": (0, 1),
    "regime.monitoring.attribution": (0, 1),
    "regime.separation.warning": (0, 1),
    "regime.territory.granted": (0, 0.5),
    "regime.territory.fortifications_lost": (0, 0.5),
    "regime.sanctions.relief": (0, 0.2),
    "regime.reassurance.value": (0, 0.2),
    "regime.provocation.value": (0, 0.3),
    "regime.sanctions.snapback": (0, 0.3),
    "regime.accession.start": (0, 6),
    "regime.accession.mean_years": (0.5, 8),
    "regime.accession.veto": (0, 1),
    "regime.accession.interim": (0, 0.9),
}
"""What the numbers of games of any kind are drawn from.

Those that are not here do not move a crisis, or keep their defaults.
"""
OPTIONS = {
    "regime.commitment.term_years": (1, 15),
    "regime.force_limit.brigades": (30, 120),
    "regime.accession.interim_europe": (0, 1),
    "regime.accession.interim_united_states": (0, 1),
}
"""What every other game of any kind leaves out."""

Game = dict[str, str | float]
"""A state and all numbers of its scenario, by dotted key: a row of games.csv."""


def draw(scenarios: Path) -> Iterator[Game]:
    """States of the scenarios, and of anything: in force and not, lapsed, voided, early and late,
    reputations from 0 to 1.
    """
    random = np.random.default_rng(SEED)

    def between(low: float, high: float) -> float:
        return rounded(random.uniform(low, high))

    def reputation() -> float:
        return float(random.choice(EXTREME)) if random.random() < 0.4 else between(0, 1)

    for regime, games in GAMES_OF.items():
        scenario = sim.load(
            next(scenarios.rglob("nato.toml" if regime == ANY else f"{regime}.toml"))
        )
        for number in range(games):
            numbers = numbers_of(scenario, lambda: np.array(random.random()))
            if regime == ANY:
                numbers |= {
                    key: between(*limits)
                    for key, limits in (RANGES | (OPTIONS if number // 2 % 2 else {})).items()
                }
            term = numbers.get("regime.commitment.term_years", 8)
            years = between(*((0, 1), (1, term), (term, 20))[number // 2 % 3])
            yield {
                "game": f"{regime}-{number:02}",
                "regime": regime,
                "entered": number % 2,
                "renewed": number // 12 % 2,
                "voided": int(number % 5 == 0 and numbers["regime.commitment.voidable"] > 0),
                "years": years,
                "russia": between(60, 220),
                "ukraine": min(
                    between(30, 140), numbers.get("regime.force_limit.brigades", np.inf)
                ),
                "arms": rounded(
                    numbers["regime.arms.package_usd_bn"]
                    * min(1, years / max(1, numbers["regime.arms.delivery_years"]))
                    * random.uniform(0.5, 1)
                ),
                "will": 0.7 ** (number % 4),
                "ground": between(0.7, 1) if number % 2 else 1.0,
                "reputation_europe": reputation(),
                "reputation_united_states": reputation(),
                **numbers,
            }


def rounded(number: float) -> float:
    """To four figures, so that a state is what its row says."""
    return float(f"{number:.4g}")


def numbers_of(scenario: sim.Scenario, uniform: Callable[[], np.ndarray]) -> Game:
    """All that a crisis may depend on in a scenario, by dotted key.

    Numbers, dates, and `uniform` quantiles of distributions.
    """
    numbers: Game = {}
    for key, value in scenario.leaves():
        if key.split(".")[0] not in PARTS:
            continue
        if is_number(value):
            numbers[key] = float(value)
        elif isinstance(value, Distribution):
            numbers[key] = rounded(float(value.quantile(uniform())))
        elif isinstance(value, date):
            numbers[key] = value.isoformat()
    return numbers


def crisis(game: Game) -> Crisis:
    """The crisis of a game: that of a model which is put in the state."""
    values: dict = {}
    for key, value in game.items():
        *blocks, name = key.split(".")
        if blocks:
            block = values
            for inner in blocks:
                block = block.setdefault(inner, {})
            block[name] = value
    values["europe"]["members"] = [
        {"name": name, **numbers} for name, numbers in values["europe"]["members"].items()
    ]
    model = sim.CeasefireModel(sim.Scenario.model_validate(values))
    model.years = game["years"]
    model.entry[:] = 0 if game["entered"] else np.inf
    model.renewed[:], model.voided[:], model.ground[:] = (
        game["renewed"],
        game["voided"],
        game["ground"],
    )
    model.russia.strength[:], model.ukraine.strength[:], model.ukraine.arms[:] = (
        game["russia"],
        game["ukraine"],
        game["arms"],
    )
    model.europe.will[:], model.europe.reputation[:] = game["will"], game["reputation_europe"]
    model.united_states.reputation[:] = game["reputation_united_states"]
    return model.crisis(np.array([0]))


def sharpened(crisis: Crisis, multiple: float) -> Crisis:
    """The same crisis with every noise multiplied."""
    return replace(
        crisis,
        **{
            name: player.model_copy(update={"choice_noise": player.choice_noise * multiple})
            for name, player in (
                ("russia", crisis.russia),
                ("ukraine", crisis.ukraine),
                ("europe", crisis.europe),
                ("united_states", crisis.united_states),
            )
        },
    )


def text(game: Game) -> str:
    """The game as Gambit reads it."""
    return crisis_tree(crisis(game)).efg(
        f"Month's crisis {game['game']}",
        f"Regime {game['regime']}, {standing(game)}, {game['years']:g} years after the "
        "ceasefire. All numbers: games.csv.",
    )


def standing(game: Game) -> str:
    """What stands of the promise, in words."""
    if game["voided"]:
        return "voided"
    if game["years"] >= game.get("regime.commitment.term_years", np.inf):
        return "renewed" if game["renewed"] else "lapsed"
    return (
        "in force"
        if game["entered"] or "regime.accession.start" not in game
        else "not yet in force"
    )


def ours(game: Game) -> list[float]:
    """Our probabilities, in the order of an answer."""
    strategy = behaviour(crisis(game))
    return [strategy[known][action] for known, action in labels(game)]


def labels(game: Game) -> list[tuple[InformationSet, Action]]:
    """Information sets and actions, in Gambit's order.

    By player, and then as they come in the tree.
    """
    tree = crisis_tree(crisis(game))
    sets = sorted(
        tree.information_sets.items(), key=lambda known: list(tree.noise).index(known[0].player)
    )
    return [(known, action) for known, moves in sets for action in moves[0].actions]


def column(known: InformationSet, action: Action) -> str:
    """Head of a column of answers.csv."""
    return f"{known} | {action}"


def read_games() -> list[Game]:
    """The games of this folder."""
    words = ("game", "regime", *DATES)
    with GAMES.open(newline="") as file:
        return [
            {
                key: value if key.rpartition(".")[2] in words else float(value)
                for key, value in row.items()
                if value
            }
            for row in csv.DictReader(file)
        ]


def read_answers() -> dict[str, dict[str, float]]:
    """Gambit's probabilities, by game and column."""
    with ANSWERS.open(newline="") as file:
        return {
            row.pop("game"): {key: float(value) for key, value in row.items()}
            for row in csv.DictReader(file)
        }


def read_files() -> dict[str, str]:
    """The text of every game as it was when Gambit read it."""
    with tarfile.open(FILES) as archive:
        return {
            Path(member.name).stem: archive.extractfile(member).read().decode()
            for member in archive
        }


_NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+")


def differ(one: str, other: str) -> float:
    """Largest difference between the numbers of two texts.

    Infinite if the texts differ in anything else.

    Processors differ in the last digit of a logarithm, so two texts of the same game need not be
    the same to the last digit.
    """
    if _NUMBER.sub("#", one) != _NUMBER.sub("#", other):
        return np.inf
    return max(
        (
            abs(float(a) - float(b))
            for a, b in zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
        ),
        default=0.0,
    )


def solve(file: str, first_step: float = 0.03, max_accel: float = 1.1) -> dict[str, float]:
    """Gambit's agent logit equilibrium at precision 1, as probabilities by column."""
    import pygambit

    game = pygambit.read_efg(io.BytesIO(file.encode()))
    if not game.is_perfect_recall:
        raise ValueError(f"{game.title}: Gambit finds that a player forgets")
    (solved,) = pygambit.qre.logit_solve_lambda(
        game, [1.0], use_strategic=False, first_step=first_step, max_accel=max_accel
    )
    if abs(solved.lam - 1) > 1e-9:
        raise ValueError(f"{game.title}: Gambit stopped at precision {solved.lam}")
    heads = [
        f"{known.label} | {action.label}" for known in game.infosets for action in known.actions
    ]
    return {
        head: solved[place] for place, head in enumerate(heads)
    }  # in 16.7, found.profile raises


def solve_finely(file: str) -> dict[str, float]:
    """The same along a path of smaller steps."""
    return solve(file, first_step=0.003, max_accel=1.02)


def most(one: dict[str, float], other: dict[str, float]) -> tuple[float, str]:
    """The largest difference between two answers, and where it is."""
    if one.keys() != other.keys():
        return np.inf, "the information sets"
    return max((abs(one[head] - other[head]), head) for head in one)


def regrets(games: list[Game]) -> dict[float, tuple[float, float, float]]:
    """Median and largest regret, and largest gap to the logit response, over the games at each
    multiple of every noise.
    """
    table = {}
    for multiple in MULTIPLES:
        trees = [
            (crisis_tree(month), behaviour(month))
            for month in (sharpened(crisis(game), multiple) for game in games)
        ]
        regrets_of = [regret(*pair) for pair in trees]
        table[multiple] = (
            float(np.median(regrets_of)),
            max(regrets_of),
            max(logit_gap(*pair) for pair in trees),
        )
    return table


def make(scenarios: Path, jobs: int) -> None:
    """Write games, answers, files and figures."""
    import pygambit

    games = list(draw(scenarios))
    heads = list(dict.fromkeys(itertools.chain.from_iterable(games)))
    with GAMES.open("w", newline="") as file:
        rows = csv.DictWriter(file, heads, lineterminator="\n")
        rows.writeheader()
        rows.writerows(
            {
                key: value if isinstance(value, str) else f"{value:.12g}"
                for key, value in game.items()
            }
            for game in games
        )
    games = read_games()
    files = {game["game"]: text(game) for game in games}
    with tarfile.open(FILES, "w:xz", preset=9) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{name}.efg")
            member.size = len(content.encode())
            archive.addfile(member, io.BytesIO(content.encode()))
    EXAMPLES.mkdir(exist_ok=True)
    for name in SHOWN:
        (EXAMPLES / f"{name}.efg").write_text(files[name])
    with multiprocessing.Pool(jobs) as pool:
        answers = dict(zip(files, pool.imap(solve, files.values()), strict=True))
        names = list(files)[::EVERY]
        finer = dict(
            zip(names, pool.imap(solve_finely, (files[name] for name in names)), strict=True)
        )
    with ANSWERS.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["game", *answers[games[0]["game"]]])
        rows.writerows(
            [name, *(f"{chance:.12f}" for chance in answer.values())]
            for name, answer in answers.items()
        )
    stable = max(most(answers[name], finer[name])[0] for name in finer)
    mine = {
        game["game"]: dict(zip(answers[game["game"]], ours(game), strict=True)) for game in games
    }
    largest = max(most(answers[name], mine[name])[0] for name in files)
    lines = [
        f"Made with pygambit {pygambit.__version__}, {len(games)} games.",
        "",
        f"- Largest difference between our probabilities and Gambit's: {largest:.1e}.",
        (
            "- Largest difference between Gambit's answers along paths of large and of small steps, "
            f"in {len(finer)} of them: {stable:.1e}."
        ),
        "",
        (
            "| every noise times | median regret, at least 1e-16 | largest regret | largest gap to "
            "the logit response |"
        ),
        "| ---: | ---: | ---: | ---: |",
        *(
            f"| {multiple:g} | {max(median, 1e-16):.1e} | {worst:.1e} | {gap:.0e} |"
            for multiple, (median, worst, gap) in regrets(games).items()
        ),
    ]
    said = README.read_text()
    README.write_text(
        re.sub(
            r"(?s)(<!-- figures -->\n).*(<!-- end -->)",
            lambda marks: "\n".join((marks[1], *lines, "", marks[2])),
            said,
        )
    )
    print("\n".join(lines))


def compare(jobs: int) -> int:
    """Make the files again from their states, have Gambit solve them again, and compare everything;
    1 if anything differs.
    """
    games, stored, answers = read_games(), read_files(), read_answers()
    files = {game["game"]: text(game) for game in games}
    with multiprocessing.Pool(jobs) as pool:
        fresh = dict(zip(files, pool.imap(solve, files.values()), strict=True))
    rows = []
    for game in games:
        name = game["game"]
        mine = dict(zip(fresh[name], ours(game), strict=True))
        rows.append(
            (
                most(mine, fresh[name]),
                most(answers[name], fresh[name]),
                differ(stored.get(name, ""), files[name]),
                name,
            )
        )
    print(f"{len(rows)} games, each read by Gambit. The largest differences:\n")
    print(f"{'game':<22}{'ours, Gambit':>14}{'before, Gambit':>16}{'files':>10}   where")
    for (gap, where), (change, _), moved, name in sorted(
        rows, key=lambda row: max(row[0][0], row[1][0], row[2]), reverse=True
    )[:10]:
        print(f"{name:<22}{gap:>14.1e}{change:>16.1e}{moved:>10.1e}   {where}")
    wrong = [
        name
        for (gap, _), (change, _), moved, name in rows
        if max(gap, change) > TOLERANCE or moved > TOLERANCE
    ]
    print(
        f"\n{'Different by more than' if wrong else 'None differs by more than'} "
        f"{TOLERANCE:g}{': ' if wrong else ''}{', '.join(wrong)}"
    )
    return bool(wrong) or len(rows) != len(stored)


def main() -> int:
    """Make or compare."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--compare",
        action="store_true",
        help="make everything afresh and compare; ends with 1 if anything differs",
    )
    arguments.add_argument(
        "--jobs", type=int, default=None, help="processes; all processors unless told"
    )
    options = arguments.parse_args()
    if options.compare:
        return compare(options.jobs)
    make(HERE.parents[1] / "scenarios", options.jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
