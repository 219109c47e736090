"""The whole calibration: candidates simulated and weighed by the record, the method tried on
records of known truth, as one finding.
"""

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np
import pandas as pd
from scipy.special import logsumexp
from threadpoolctl import threadpool_limits

from sim.analysis.levels import TAILS
from sim.analysis.resampling import bags, halves
from sim.record.lifetimes import YEARS, kaplan_meier
from sim.record.record import record
from sim.record.stands_for import STANDS
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario, digest
from sim.study.calibration import self_check
from sim.study.calibration.emulator import Emulator
from sim.study.calibration.histories import Histories, Progress, simulate, standing_for
from sim.study.calibration.posterior import Posterior, Prior
from sim.study.calibration.prior import hypercube, independent
from sim.study.finding import Finding
from sim.study.validation import Predictor, by_pair, scores
from sim.uncertainty import Floats

CANDIDATES, HISTORIES, CHECKS, FRESH = 400, 600, 200, 40
"""Judgements: some four minutes on two idle cores, four candidates for each coefficient of a
regression (docs/calibration.md).
"""
_SETS, _TRUE_HISTORIES, _FRESH_HISTORIES = 40, 100, 1000
_APART = 100_000
"""Between the seeds of the candidates, of those that give synthetic records, and of those that the
emulator has not seen.
"""
DRAWS = 500
_COARSER, _REFITS = 12, 100
BEFORE, AFTER = "model before", "model calibrated"


def calibrate(
    scenarios: Sequence[Scenario],
    *,
    candidates: int = CANDIDATES,
    histories: int = HISTORIES,
    checks: int = CHECKS,
    seed: int = 2025,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """What the historical record says about each part of a candidate: the first table of `find`."""
    return find(
        scenarios,
        candidates=candidates,
        histories=histories,
        checks=checks,
        seed=seed,
        executor=executor,
        progress=progress,
    ).table


def find(
    scenarios: Sequence[Scenario],
    *,
    candidates: int = CANDIDATES,
    histories: int = HISTORIES,
    checks: int = CHECKS,
    seed: int = 2025,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Finding:
    """Fit what is uncertain of pairs of adversaries to the record of renewed war, and try the
    method on synthetic records.

    `scenarios` hold those that stand for the classes of the record; `candidates` of the prior are
    simulated for `histories` each under every one of them, and `checks` more provide the synthetic
    records. Tables: parts, entangled, durability, scores, left_out, ranks, uniformity, emulator,
    effective, draws. Raises ScenarioError for a missing scenario, or for fewer candidates or
    histories than a fit takes.
    """
    by_class, cases = standing_for(scenarios), record()
    cases = cases[cases["guarantee_class"].isin(by_class)].reset_index(drop=True)
    _enough(candidates, histories, checks, seed)
    total, done = candidates + checks + FRESH, 0

    def advance(part: int, _: int) -> None:
        if progress:
            progress(done + part, total)

    bank = simulate(by_class, hypercube(candidates, seed), histories, seed, executor, advance)
    done = candidates
    truths = simulate(
        by_class, independent(checks, seed + 1), _TRUE_HISTORIES, seed + _APART, executor, advance
    )
    done += checks
    fresh = simulate(
        by_class, hypercube(FRESH, seed + 2), _FRESH_HISTORIES, seed + 2 * _APART, executor, advance
    )
    with threadpool_limits(
        1, user_api="blas"
    ):  # the matrices are small: threads that wait for each other took ten times as long
        tables = _tables(bank, truths, fresh, cases, seed)
    asked = {
        "candidates": candidates,
        "histories": histories,
        "checks": checks,
        "seed": seed,
        "record": _digest(cases),
        "scenarios": {name: scenario.determinants() for name, scenario in by_class.items()},
    }
    return Finding("calibration", asked, tables)


def _tables(
    bank: Histories, truths: Histories, fresh: Histories, cases: pd.DataFrame, seed: int
) -> dict[str, pd.DataFrame]:
    """The tables of `find`, from the simulated candidates, those that give synthetic records, and
    those that the emulator has not seen.
    """
    emulator = Emulator(bank)
    prior = Prior.of(emulator, seed=seed)
    posterior, ranked = prior.posterior(cases), self_check.ranks(prior, truths, cases)
    met = np.arange(len(bank.scores)) % _SETS
    again = [
        Prior.of(Emulator(bank.of(np.flatnonzero(np.isin(met, some)))), _COARSER, seed).posterior(
            cases
        )
        for some in halves(_SETS, seed, _REFITS)
    ]
    return {
        "parts": _with_limits(
            "learned", posterior.parts(), [each.parts() for each in again], ["part"]
        ),
        "entangled": _with_limits(
            "correlation",
            posterior.entangled(),
            [each.entangled() for each in again],
            ["part", "other"],
        ),
        "durability": durability(posterior, cases),
        "scores": scores(cases, predictors(Prior.of(emulator, _COARSER, seed))),
        "left_out": left_out(prior, cases, seed),
        "ranks": ranked,
        "uniformity": self_check.uniformity(ranked),
        "emulator": self_check.emulated(emulator, fresh, cases),
        "effective": pd.DataFrame(
            [
                {
                    "cases": len(cases),
                    "ended": int(cases["ended"].sum()),
                    "candidates": len(posterior.weights),
                    "effective": posterior.effective,
                    "log_evidence": posterior.log_evidence,
                }
            ]
        ),
        "draws": posterior.sampled(DRAWS, seed),
    }


def _with_limits(
    name: str, table: pd.DataFrame, again: Sequence[pd.DataFrame], keys: list[str]
) -> pd.DataFrame:
    """The table with 95 % limits of one column for the error of emulator and histories.

    As far as refits to halves vary about their mean.

    A half is of the sets of histories, with the candidates that met them.
    """
    several = pd.concat(again).groupby(keys)[name]
    limits = pd.DataFrame(
        {
            f"{name}_{side}": several.quantile(tail) - several.mean()
            for side, tail in zip(("low", "high"), TAILS, strict=True)
        }
    )
    joined = table.join(limits, on=keys)
    return joined.assign(**{column: joined[name] + joined[column] for column in limits})


def predictors(prior: Prior) -> dict[str, Predictor]:
    """What the model says before it knows any case, and once it knows some.

    Averages over candidates.
    """

    def of(weights: Floats, asked: pd.DataFrame, years: Sequence[float]) -> Floats:
        rows = {name: prior.chances.classes.index(name) for name in set(asked["guarantee_class"])}
        shares = {
            name: [float(weights @ np.exp(prior.chances.log_holding(row, year))) for year in years]
            for name, row in rows.items()
        }
        return np.array([shares[name] for name in asked["guarantee_class"]])

    even = np.full(len(prior.scores), 1 / len(prior.scores))
    return {
        BEFORE: lambda _, asked, years: of(even, asked, years),
        AFTER: lambda known, asked, years: of(prior.posterior(known).weights, asked, years),
    }


def left_out(prior: Prior, cases: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Whether the record improves forecasts of pairs of adversaries that it does not hold, in one
    row.

    Each case's fate (when it ended, or that it held while it was followed) is forecast by what the
    pairs other than its own teach. Columns: before, after (mean log chance of a case), gain,
    gain_low, gain_high (95 % limits over resamples of the pairs).
    """
    chances, pairs_left_out = prior.chances.of(cases), by_pair(cases)
    before = logsumexp(chances, axis=0) - np.log(len(chances))
    after = np.empty(len(cases))
    for own in pairs_left_out:
        weights = chances[:, ~own].sum(axis=1)
        after[own] = logsumexp(chances[:, own] + weights[:, None], axis=0) - logsumexp(weights)
    gain = np.array([(after - before)[own].sum() for own in pairs_left_out])
    many = np.array([own.sum() for own in pairs_left_out])
    resampled = [gain[bag].sum() / many[bag].sum() for bag in bags(len(gain), seed)]
    low, high = np.quantile(resampled, TAILS)
    return pd.DataFrame(
        [
            {
                "before": before.mean(),
                "after": after.mean(),
                "gain": gain.sum() / many.sum(),
                "gain_low": low,
                "gain_high": high,
            }
        ]
    )


def durability(posterior: Posterior, cases: pd.DataFrame) -> pd.DataFrame:
    """Durability of each class: guarantee_class, source (prior, posterior or record), years,
    estimate, low, high.

    Limits are nine of ten candidates, and for the record 95 % limits.
    """
    before = Posterior(posterior.prior, np.zeros(len(posterior.weights)))
    tables = []
    for name in posterior.prior.chances.classes:
        some = cases[cases["guarantee_class"] == name]
        sources = {
            "prior": before.durability(name, YEARS),
            "posterior": posterior.durability(name, YEARS),
            "record": kaplan_meier(some, YEARS).drop(columns="at_risk"),
        }
        tables += [
            table.assign(guarantee_class=name, source=source) for source, table in sources.items()
        ]
    return pd.concat(tables, ignore_index=True)[
        ["guarantee_class", "source", "years", "estimate", "low", "high"]
    ]


def scenario_text(finding: Finding) -> str:
    """The posterior as a scenario file to put over others, with how it was made."""
    draws, asked = finding.tables["draws"], finding.asked
    command = " ".join(
        f"--{name} {asked[name]}" for name in ("candidates", "histories", "checks", "seed")
    )
    source = f"posterior of {finding.name}, docs/calibration.md"
    description = (
        f"{len(draws)} pairs of adversaries drawn from the posterior: how much prevailing is "
        "worth to the challenger, what\nwar costs it, how insecure it is, how far and how fast "
        "it rebuilds, and the rates and noise of its choices. Apply\nit on top of any other "
        "scenario: nato.toml+calibrated.toml."
    )
    lines = [
        (
            f"# Made by `ceasefire calibrate {command}`, finding {finding.name}; do not edit it, "
            f"run "
            "the command again."
        ),
        'title = "What the historical record says about pairs of adversaries, and nothing else"',
        'label = "Fitted to past ceasefires"',
        f'description = """\n{description}\n"""',
        (
            'sources = ["the record of ceasefires since 1946 in the package '
            '(sim/record/codebook.md), renewed war, censoring included"]'
        ),
    ]
    for block in dict.fromkeys(key.partition(".")[0] for key in draws):
        lines += ["", f"[{block}]"]
        lines += [
            f'{key.partition(".")[2]} = {{ draws = {draws[key].tolist()}, source = "{source}" }}'
            for key in draws
            if key.startswith(f"{block}.")
        ]
    return "\n".join(lines) + "\n"


def left_out_scores(finding: Finding, cases: pd.DataFrame) -> pd.DataFrame:
    """The scores of the calibrated model, each pair left out in its turn.

    Raises ScenarioError unless they are of these very cases.
    """
    if finding.kind != "calibration":
        raise ScenarioError(
            [
                (
                    f"--calibration {finding.name}: is no calibration; name a folder that "
                    f"`ceasefire "
                    "calibrate` wrote"
                )
            ]
        )
    if finding.asked["record"] != _digest(cases):
        raise ScenarioError(
            [
                f"--calibration {finding.name}: was scored on other cases; give the scenarios of "
                "all its classes: "
                + ", ".join(
                    stand.scenario
                    for stand in STANDS
                    if stand.guarantee_class in finding.asked["scenarios"]
                )
            ]
        )
    table = finding.tables["scores"]
    return table[table["predictor"] == AFTER]


def _digest(cases: pd.DataFrame) -> str:
    return digest(
        {"cases": cases[["case", "pair", "guarantee_class", "years", "ended"]].to_dict("list")}
    )


def _enough(candidates: int, histories: int, checks: int, seed: int) -> None:
    least = {"candidates": (candidates, 100), "histories": (histories, 50), "checks": (checks, 20)}
    problems = [
        f"--{name} {given}: a fit takes {fewest} or more"
        for name, (given, fewest) in least.items()
        if given < fewest
    ]
    problems += [f"--seed {seed}: must be 0 or more"] * (seed < 0)
    if problems:
        raise ScenarioError(problems)
