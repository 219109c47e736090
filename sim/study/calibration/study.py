"""The whole calibration: candidates simulated and weighed by the record, the method tried on
records of known truth, as one finding.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import logsumexp
from threadpoolctl import threadpool_limits

from sim.analysis.resampling import bags, halves
from sim.errors import ArgumentFault, ScenarioError
from sim.levels import TAILS
from sim.record.class_scenarios import CLASS_SCENARIOS
from sim.record.lifetimes import YEARS, kaplan_meier
from sim.record.record import record
from sim.scenario.schema import Sampling, Scenario, digest
from sim.study.calibration import self_check
from sim.study.calibration.emulator import Emulator
from sim.study.calibration.histories import (
    Histories,
    Progress,
    representing,
    simulate_candidates,
)
from sim.study.calibration.posterior import Posterior, Prior
from sim.study.calibration.prior import hypercube, independent
from sim.study.columns import Column, Kind, TableSchema, estimate_with_limits, with_limits
from sim.study.finding import Finding
from sim.study.validation import SCORES, Predictor, by_pair, scores
from sim.uncertainty import Floats

CANDIDATES, HISTORIES, CHECKS = 400, 600, 200
"""Judgements: some four minutes on two idle cores, four candidates for each coefficient of a
regression (docs/calibration.md).
"""
MIN_CANDIDATES, MIN_HISTORIES, MIN_CHECKS = 100, 50, 20
"""Fewer candidates than coefficients fix no regression; with fewer histories hardly any ceasefire
ends in some intervals; fewer ranks cannot show that they are not uniform.
"""
FRESH = 40
"""Candidates that the emulator has not seen, enough to see errors that would move a posterior."""
SEED = Sampling().seed
_TRUE_HISTORIES, _FRESH_HISTORIES = 100, 1000
"""Of each truth, more than there are cases; of each fresh candidate, so many
that counting them errs less than the emulator.
"""
_TRUTHS, _FRESH = "truths of synthetic records", "candidates not fitted"
"""Streams of random numbers: of the candidates that give synthetic records, and of those that the
emulator has not seen.
"""
DRAWS = 500
"""Of the posterior: more would not make its scenario file more exact than the posterior is."""
_COARSER = 12
"""2 to this many candidates where a posterior is computed again and again."""
_SETS, _REFITS = 40, 100
"""Sets of histories, and random halves of them to which the emulator is fitted again."""
BEFORE, AFTER = "model before", "model calibrated"
_CANDIDATES = "limit of 90 % of candidates"
_REFIT_LIMIT = "95 % limit for the error of emulator and histories"
TABLES: Mapping[str, TableSchema] = {
    "parts": TableSchema(
        (
            Column("part", Kind.TEXT, "-", "parameter of a candidate"),
            *with_limits(Column("prior", Kind.NUMBER, "parameter", "median before"), _CANDIDATES),
            Column("posterior", Kind.NUMBER, "parameter", "median after"),
            Column("low", Kind.NUMBER, "parameter", f"lower {_CANDIDATES} after"),
            Column("high", Kind.NUMBER, "parameter", f"upper {_CANDIDATES} after"),
            *with_limits(
                Column(
                    "learned", Kind.NUMBER, "share", "variance of the normal score that is gone"
                ),
                _REFIT_LIMIT,
            ),
        )
    ),
    "entangled": TableSchema(
        (
            Column("part", Kind.TEXT, "-", "parameter of a candidate"),
            Column("other", Kind.TEXT, "-", "another that may compensate for it"),
            *with_limits(
                Column("correlation", Kind.NUMBER, "-", "of their normal scores, after"),
                _REFIT_LIMIT,
            ),
        )
    ),
    "durability": TableSchema(
        (
            Column("guarantee_class", Kind.TEXT, "-", "class of the record"),
            Column("source", Kind.TEXT, "-", "prior, posterior or record"),
            Column("years", Kind.NUMBER, "years", "since the ceasefire"),
            *estimate_with_limits(
                "share",
                "ceasefires that hold",
                "limit of 90 % of candidates, or 95 % of the record",
            ),
        )
    ),
    "scores": SCORES,
    "left_out": TableSchema(
        (
            Column("before", Kind.NUMBER, "nats", "mean log chance of a case left out, before"),
            Column("after", Kind.NUMBER, "nats", "mean log chance of a case left out, after"),
            *with_limits(
                Column("gain", Kind.NUMBER, "nats", "of knowing the other pairs"),
                "limit of 95 % of resamples of the pairs",
            ),
        )
    ),
    "ranks": self_check.RANKS,
    "uniformity": self_check.UNIFORMITY,
    "emulator": self_check.EMULATED,
    "effective": TableSchema(
        (
            Column("cases", Kind.COUNT, "cases", "cases of the record"),
            Column("ended", Kind.COUNT, "cases", "cases that ended"),
            Column("candidates", Kind.COUNT, "candidates", "candidates weighed"),
            Column("effective", Kind.NUMBER, "candidates", "equally weighted ones worth as much"),
            Column("log_evidence", Kind.NUMBER, "nats", "log chance of the record over the prior"),
        )
    ),
    "draws": TableSchema((), has_keys=True),
}
"""The tables of a finding of kind `calibration`."""


def calibrate(scenarios: Sequence[Scenario], **options: Any) -> pd.DataFrame:
    """What the historical record says about how pairs of adversaries differ.

    Parameters
    ----------
    scenarios
        They include those that represent the classes of the record.
    **options
        Those of `fit_record`.

    Returns
    -------
    DataFrame
        The table `parts` of `TABLES`: a row a parameter of a candidate, with its median and 90 %
        range before and after, and the share of its variance that the record takes away.

    Raises
    ------
    ScenarioError
        For a missing scenario, or for fewer candidates or histories than a fit takes.

    Examples
    --------
    >>> scenarios, _ = load_folder(Path("scenarios"))  # doctest: +SKIP
    >>> sim.calibrate(list(scenarios.values()))  # doctest: +SKIP
    # skipped: it takes minutes

    """
    return fit_record(scenarios, **options).table


def fit_record(
    scenarios: Sequence[Scenario],
    *,
    candidates: int = CANDIDATES,
    histories: int = HISTORIES,
    checks: int = CHECKS,
    seed: int = SEED,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Finding:
    """Fit what is uncertain of pairs of adversaries to the record of renewed war, and try the
    method on synthetic records: the finding of kind `calibration`, with the tables of `TABLES`.

    Parameters
    ----------
    scenarios
        As of `calibrate`.
    candidates
        Drawn from the prior, each simulated under every scenario.
    histories
        Of each candidate under each scenario.
    checks
        Synthetic records of known truth.
    seed
        Of every random number of the study.
    executor
        Where candidates are simulated; by default here.
    progress
        Called with the candidates done so far and those of all.

    """
    by_class, cases = representing(scenarios), record()
    cases = cases[cases["guarantee_class"].isin(by_class)].reset_index(drop=True)
    _check(candidates, histories, checks, seed)
    total, done = candidates + checks + FRESH, 0

    def advance(finished: int, _: int) -> None:
        if progress:
            progress(done + finished, total)

    bank = simulate_candidates(
        by_class, hypercube(candidates, seed), histories, seed, executor, advance
    )
    done = candidates
    truths = simulate_candidates(
        by_class,
        independent(checks, seed, _TRUTHS),
        _TRUE_HISTORIES,
        seed,
        executor,
        advance,
        stream=_TRUTHS,
    )
    done += checks
    fresh = simulate_candidates(
        by_class,
        hypercube(FRESH, seed, _FRESH),
        _FRESH_HISTORIES,
        seed,
        executor,
        advance,
        stream=_FRESH,
    )
    with threadpool_limits(
        1, user_api="blas"
    ):  # the matrices are small: threads that wait for each other took ten times as long
        tables = _tables(bank, truths, fresh, cases, seed)
    settings = {
        "candidates": candidates,
        "histories": histories,
        "checks": checks,
        "seed": seed,
        "record": _digest(cases),
        "scenarios": {name: scenario.determinants() for name, scenario in by_class.items()},
    }
    return Finding("calibration", settings, tables)


def _tables(
    bank: Histories, truths: Histories, fresh: Histories, cases: pd.DataFrame, seed: int
) -> dict[str, pd.DataFrame]:
    """The tables of `fit_record`, from the candidates, the truths of synthetic records,
    and the candidates that the emulator has not seen.
    """
    emulator = Emulator(bank)
    prior = Prior.from_emulator(emulator, seed=seed)
    posterior, ranked = prior.posterior(cases), self_check.ranks(prior, truths, cases)
    met = np.arange(len(bank.scores)) % _SETS
    again = [
        Prior.from_emulator(
            Emulator(bank.select(np.flatnonzero(np.isin(met, half)))), _COARSER, seed
        ).posterior(cases)
        for half in halves(_SETS, seed, _REFITS)
    ]
    return {
        "parts": _with_limits(
            "learned", posterior.parts(), [posterior.parts() for posterior in again], ["part"]
        ),
        "entangled": _with_limits(
            "correlation",
            posterior.entangled(),
            [posterior.entangled() for posterior in again],
            ["part", "other"],
        ),
        "durability": durability(posterior, cases),
        "scores": scores(cases, predictors(Prior.from_emulator(emulator, _COARSER, seed))),
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

    def holding(weights: Floats, new: pd.DataFrame, years: Sequence[float]) -> Floats:
        rows = {name: prior.chances.classes.index(name) for name in set(new["guarantee_class"])}
        shares = {
            name: [float(weights @ np.exp(prior.chances.log_holding(row, year))) for year in years]
            for name, row in rows.items()
        }
        return np.array([shares[name] for name in new["guarantee_class"]])

    even = np.full(len(prior.scores), 1 / len(prior.scores))
    return {
        BEFORE: lambda _, new, years: holding(even, new, years),
        AFTER: lambda known, new, years: holding(prior.posterior(known).weights, new, years),
    }


def left_out(prior: Prior, cases: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Whether the record improves forecasts of pairs of adversaries that it does not hold, in one
    row.

    Each case's fate (when it ended, or that it held while it was followed) is forecast by what the
    pairs other than its own teach. Columns: before, after (mean log chance of a case), gain,
    gain_low, gain_high (95 % limits over resamples of the pairs).
    """
    chances, pairs_left_out = prior.chances.log_chance(cases), by_pair(cases)
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
        own = cases[cases["guarantee_class"] == name]
        sources = {
            "prior": before.durability(name, YEARS),
            "posterior": posterior.durability(name, YEARS),
            "record": kaplan_meier(own, YEARS).drop(columns="at_risk"),
        }
        tables += [
            table.assign(guarantee_class=name, source=source) for source, table in sources.items()
        ]
    return pd.concat(tables, ignore_index=True)[
        ["guarantee_class", "source", "years", "estimate", "low", "high"]
    ]


def scenario_text(finding: Finding) -> str:
    """The posterior as a scenario file to put over others, with how it was made."""
    draws, settings = finding.tables["draws"], finding.asked
    command = " ".join(
        f"--{name} {settings[name]}" for name in ("candidates", "histories", "checks", "seed")
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
        must = "must be a calibration: a folder that `ceasefire calibrate` wrote"
        raise ScenarioError(ArgumentFault("calibration", finding.name, must))
    if finding.asked["record"] != _digest(cases):
        scored = ", ".join(
            entry.scenario
            for entry in CLASS_SCENARIOS
            if entry.guarantee_class in finding.asked["scenarios"]
        )
        must = f"must be scored on the same cases; use the scenarios of all its classes: {scored}"
        raise ScenarioError(ArgumentFault("calibration", finding.name, must))
    table = finding.tables["scores"]
    return table[table["predictor"] == AFTER]


def _digest(cases: pd.DataFrame) -> str:
    return digest(
        {"cases": cases[["case", "pair", "guarantee_class", "years", "ended"]].to_dict("list")}
    )


def _check(candidates: int, histories: int, checks: int, seed: int) -> None:
    """Raise ScenarioError for sizes that no fit can use."""
    sizes = {
        "candidates": (candidates, MIN_CANDIDATES),
        "histories": (histories, MIN_HISTORIES),
        "checks": (checks, MIN_CHECKS),
        "seed": (seed, 0),
    }
    faults = [
        ArgumentFault(name, size, f"must be {least} or more")
        for name, (size, least) in sizes.items()
        if size < least
    ]
    if faults:
        raise ScenarioError(faults)
