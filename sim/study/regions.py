"""Boxes in the space of assumptions that hold many failures, found again in resamples.

The resamples say how sure each limit is, and how good each box.
"""

from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.resampling import bags
from sim.levels import TAILS
from sim.study import prim
from sim.study.assumptions import meaning
from sim.study.columns import (
    RESAMPLE_LIMIT,
    Column,
    Kind,
    TableSchema,
    with_limits,
)
from sim.study.prim import Cases, Limits
from sim.uncertainty import Floats

MIN_CASES = 20
"""Parameter sets that fail, and that do not, from which a region may be found.

A judgement: one of each twentieth, the least share that a box may hold.
"""
MAX_BOXES = 3
"""More rules than this nobody reads: a judgement."""
TARGET_COVERAGE = 0.8
"""Share of the failures in the boxes so far above which no further one is looked for: a judgement.
"""
_SIDES = ("low", "high")
Rows = list[dict[str, Any]]
RULES = TableSchema(
    (
        Column("box", Kind.COUNT, "-", "number of the box, from 1"),
        Column("parameter", Kind.TEXT, "-", "dotted key"),
        Column("meaning", Kind.TEXT, "-", "what the parameter means"),
        Column("unit", Kind.TEXT, "-", "unit of the parameter"),
        Column("chosen", Kind.NUMBER, "share", "resamples that restrict the parameter at all"),
        *(
            column
            for side, bound in zip(_SIDES, ("lower", "upper"), strict=True)
            for column in (
                *with_limits(
                    Column(side, Kind.NUMBER, "parameter", f"{bound} limit; NaN for none"),
                    RESAMPLE_LIMIT,
                ),
                Column(f"{side}_chosen", Kind.NUMBER, "share", f"resamples with a {bound} limit"),
            )
        ),
    )
)
BOXES = TableSchema(
    (
        Column("box", Kind.COUNT, "-", "number of the box, from 1"),
        Column("cases", Kind.COUNT, "parameter sets", "parameter sets in the box"),
        *(
            column
            for name, meaning_ in (
                ("coverage", "share of all failures that lie in the box"),
                ("density", "share of the parameter sets in the box that fail"),
                ("mass", "share of all parameter sets that lie in the box"),
                ("without", "density where the box was looked for"),
            )
            for column in with_limits(Column(name, Kind.NUMBER, "share", meaning_), RESAMPLE_LIMIT)
        ),
    )
)
TRAJECTORY = TableSchema(
    (
        Column("box", Kind.COUNT, "-", "number of the box, from 1"),
        Column("step", Kind.COUNT, "-", "position on the way to the box"),
        Column("coverage", Kind.NUMBER, "share", "share of all failures that lie in it"),
        Column("density", Kind.NUMBER, "share", "share of its parameter sets that fail"),
        Column("mass", Kind.NUMBER, "share", "share of all parameter sets that lie in it"),
        Column("parameters", Kind.COUNT, "-", "parameters that it restricts"),
        Column("taken", Kind.TRUTH, "-", "whether it is the box taken"),
    )
)


def regions(x: pd.DataFrame, fails: Cases, seed: int = 0) -> tuple[Rows, Rows, Rows]:
    """Rows of the tables `rules`, `boxes` and `trajectory` from the cases (design, parameter) and
    whether each fails.

    A further box is looked for in what the boxes before it left. A box is kept if failures are
    denser in it than among the designs that it was found in, by those that resamples left out, in
    97.5 % of resamples.
    """
    values, left, resamples = (
        x.to_numpy(np.float64),
        np.ones(len(x), dtype=np.bool_),
        list(bags(len(x), seed)),
    )
    least = prim.MIN_MASS * len(x)
    rules: Rows = []
    boxes: Rows = []
    steps: Rows = []
    while (
        len(boxes) < MAX_BOXES
        and (fails & left).sum() >= MIN_CASES
        and (fails & left).sum() > (1 - TARGET_COVERAGE) * fails.sum()
    ):
        box, trajectory = prim.find_box(values[left], fails[left], least)
        again = [_resampled_box(values, fails, left, bag, least) for bag in resamples]
        scores = pd.DataFrame([score for _, score in again])
        stands_out = np.quantile(scores["density"] - scores["without"], TAILS[0]) > 0
        if not prim.restricted(box).any() or not stands_out:
            break
        number, inside = len(boxes) + 1, prim.within(values, box) & left
        boxes.append({"box": number, "cases": int(inside.sum())} | _summary(scores))
        rules += _rules(number, box, np.stack([limits for limits, _ in again]), list(x))
        steps += _steps(
            number, box, trajectory, values[left], fails[left], int(fails.sum()), len(x)
        )
        left &= ~inside
    return rules, boxes, steps


def _resampled_box(
    x: Floats, fails: Cases, left: Cases, bag: np.ndarray, least: float
) -> tuple[Limits, dict[str, float]]:
    """The box that a resample of the designs leads to, and how good it is on those that the
    resample left out.
    """
    inside_bag = bag[left[bag]]
    box, _ = prim.find_box(x[inside_bag], fails[inside_bag], least)
    out = np.ones(len(x), dtype=np.bool_)
    out[bag] = False
    inside = prim.within(x, box) & left & out
    whole = fails[out & left].mean()
    return box, {
        "coverage": fails[inside].sum() / max(1, fails[out].sum()),
        "density": fails[inside].mean() if inside.any() else whole,
        "mass": inside.sum() / out.sum(),
        "without": whole,
    }


def _summary(scores: pd.DataFrame) -> dict[str, float]:
    return {
        column + suffix: value
        for column in scores
        for suffix, value in zip(
            ("", "_low", "_high"),
            (scores[column].mean(), *np.quantile(scores[column], TAILS)),
            strict=True,
        )
    }


def _rules(number: int, box: Limits, again: Floats, names: list[str]) -> Rows:
    """A row a parameter, those that the box restricts first, then those that resamples restrict
    most often.
    """
    rows = []
    for column, name in enumerate(names):
        text, unit = meaning(name)
        row: dict[str, Any] = {
            "box": number,
            "parameter": name,
            "meaning": text,
            "unit": unit,
            "chosen": np.isfinite(again[:, :, column]).any(axis=1).mean(),
        }
        for side, limit in enumerate(_SIDES):
            limits = again[:, side, column][np.isfinite(again[:, side, column])]
            has = bool(np.isfinite(box[side, column]))
            low, high = np.quantile(limits, TAILS) if has and len(limits) else (np.nan, np.nan)
            row |= {
                limit: box[side, column] if has else np.nan,
                f"{limit}_low": low,
                f"{limit}_high": high,
                f"{limit}_chosen": len(limits) / len(again),
            }
        rows.append(row)
    return sorted(
        rows, key=lambda row: (np.isnan(row["low"]) and np.isnan(row["high"]), -row["chosen"])
    )


def _steps(
    number: int,
    box: Limits,
    trajectory: list[Limits],
    x: Floats,
    fails: Cases,
    failing: int,
    count: int,
) -> Rows:
    """Coverage and density of the boxes on the way, and of the one taken, on the very designs that
    they were found in.
    """
    rows = []
    for step, on_the_way in enumerate([*trajectory, box]):
        inside = prim.within(x, on_the_way)
        rows.append(
            {
                "box": number,
                "step": step,
                "coverage": fails[inside].sum() / failing,
                "density": fails[inside].mean(),
                "mass": inside.sum() / count,
                "parameters": int(prim.restricted(on_the_way).sum()),
                "taken": step == len(trajectory),
            }
        )
    return rows
