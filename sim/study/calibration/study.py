"""The whole calibration: candidates simulated and weighed by the record, the method tried on
records of known truth, as one finding.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from sim.analysis.resampling import halves
from sim.errors import ArgumentFault, ScenarioError
from sim.levels import TAILS
from sim.record.record import record
from sim.scenario.schema import Sampling, Scenario
from sim.study.calibration import self_check
from sim.study.calibration.emulator import Emulator
from sim.study.calibration.forecasts import cases_digest, durability, left_out, predictors
from sim.study.calibration.histories import (
    Histories,
    Progress,
    representing,
    simulate_candidates,
)
from sim.study.calibration.posterior import POWER, Prior
from sim.study.calibration.prior import hypercube, independent
from sim.study.columns import Column, Kind, TableSchema, estimate_with_limits, with_limits
from sim.study.finding import Finding
from sim.study.scoring import SCORES, scores

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
    out: Path | None = None,
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
    out
        Where what is simulated is kept, and read if it was simulated before.

    """
    by_class, cases = representing(scenarios), record()
    cases = cases[cases["guarantee_class"].isin(by_class)].reset_index(drop=True)
    _check(candidates, histories, checks, seed)
    total, done = candidates + checks + FRESH, 0

    def advance(finished: int, _: int) -> None:
        if progress:
            progress(done + finished, total)

    bank = simulate_candidates(
        by_class, hypercube(candidates, seed), histories, seed, executor, advance, out=out
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
        out=out,
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
        out=out,
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
        "record": cases_digest(cases),
        "scenarios": {name: scenario.determinants() for name, scenario in by_class.items()},
    }
    return Finding("calibration", settings, tables)


def histories_of_calibration(
    scenarios: Sequence[Scenario],
    candidates: int = CANDIDATES,
    histories: int = HISTORIES,
    checks: int = CHECKS,
    **_: int,
) -> list[tuple[Scenario, int]]:
    """Histories that `fit_record` simulates of each scenario. Raises ScenarioError."""
    count = candidates * histories + checks * _TRUE_HISTORIES + FRESH * _FRESH_HISTORIES
    return [(scenario, count) for scenario in representing(scenarios).values()]


def _tables(
    bank: Histories, truths: Histories, fresh: Histories, cases: pd.DataFrame, seed: int
) -> dict[str, pd.DataFrame]:
    """The tables of `fit_record`, from the candidates, the truths of synthetic records,
    and the candidates that the emulator has not seen.
    """
    emulator = Emulator(bank)
    prior = Prior.from_emulator(emulator, POWER, seed)
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
