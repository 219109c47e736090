"""Screening by elementary effects: which assumptions have an effect at all (Morris 1991).

Beside each effect stands the size that chance alone would give.
"""

import numpy as np
import pandas as pd

from sim.analysis.resampling import CHEAP_RESAMPLES
from sim.chance import generator, stream_seed
from sim.levels import REACH
from sim.study.columns import (
    Column,
    Kind,
    TableSchema,
)
from sim.study.experiment import Evaluate, Responses, check_complete
from sim.study.factors import COMPONENT, JOINT, Factors, salib_problem
from sim.uncertainty import Floats

SCREENING = 8
"""The screening takes about one history in this many.

Its effects are absolute values, from which chance can only be averaged out.
"""
_GRID_LEVELS = 4
"""Levels of the screening's grid, the usual choice (Morris 1991)."""
_LEFT_OUT_TAIL = 0.05
"""Share of each tail that the screening leaves out: extremes would dominate its effects."""
_SHIFTED = {JOINT: "rows of joint draws", COMPONENT: "components of mixtures"}
"""Factors in no order, whose trajectories begin anywhere, and the streams that say where."""
EFFECTS = TableSchema(
    (
        Column("factor", Kind.TEXT, "-", "dotted key, or the joint draws"),
        Column("effect", Kind.NUMBER, "outcome", "mean size of the elementary effects"),
        Column("low", Kind.NUMBER, "outcome", "lower 95 % confidence limit"),
        Column("high", Kind.NUMBER, "outcome", "upper 95 % confidence limit"),
        Column("sigma", Kind.NUMBER, "outcome", "standard deviation of the effects"),
        Column("chance", Kind.NUMBER, "outcome", "size of the effects that chance alone gives"),
        Column("told", Kind.TRUTH, "-", "whether the effect is larger, beyond its error"),
    )
)


def screening(evaluate: Evaluate, varied: Factors, trajectories: int, seed: int) -> pd.DataFrame:
    """Mean size of the elementary effects of each factor (Morris 1991; Campolongo, Cariboni &
    Saltelli 2007): the table `screening` of `TABLES`.

    Factors move over two thirds of the way between their 5th and 95th percentiles; rows of joint
    draws have no order, so that each trajectory goes from one to another at random. Of points that
    are met twice, chance counts once.
    """
    from SALib.analyze import morris as analyze
    from SALib.sample import morris

    problem = salib_problem(varied)
    grid = morris.sample(
        problem,
        trajectories,
        num_levels=_GRID_LEVELS,
        seed=stream_seed(seed, "trajectories", bits=31),
    )
    responses = evaluate(_placed(grid, varied, trajectories, seed))
    check_complete(responses, len(grid))
    effects = analyze.analyze(
        problem,
        grid,
        responses.mean,
        num_levels=_GRID_LEVELS,
        num_resamples=CHEAP_RESAMPLES,
        seed=stream_seed(seed, "resampled effects", bits=31),
    )
    chance = _of_chance(grid, responses, trajectories)
    distinct = min(trajectories, len(np.unique(responses.row)) / (len(varied.names) + 1))
    reach = REACH * chance * np.sqrt((np.pi / 2 - 1) / distinct)
    size, error = np.asarray(effects["mu_star"]), np.asarray(effects["mu_star_conf"])
    return pd.DataFrame(
        {
            "factor": varied.names,
            "effect": size,
            "low": np.maximum(size - error, 0),
            "high": size + error,
            "sigma": np.asarray(effects["sigma"]),
            "chance": chance,
            "told": size > chance + reach,
        }
    )


def _placed(grid: Floats, varied: Factors, trajectories: int, seed: int) -> Floats:
    """Where the points of a grid lie in the unit cube (point, factor)."""
    unit = _LEFT_OUT_TAIL + (1 - 2 * _LEFT_OUT_TAIL) * grid
    for factor, stream in _SHIFTED.items():
        if factor not in varied.names:
            continue
        column = varied.names.index(factor)
        shift = generator(seed, stream).random(trajectories).repeat(len(grid) // trajectories)
        unit[:, column] = (grid[:, column] + shift) % 1
    return unit


def _of_chance(grid: Floats, responses: Responses, trajectories: int) -> Floats:
    """Mean size (factor,) of elementary effects that are chance alone.

    Normal, with the variance of a difference of two points.
    """
    points = np.arange(len(grid)).reshape(trajectories, -1)
    before, after = points[:, :-1], points[:, 1:]
    moved = np.abs(grid[after] - grid[before])
    noise = (
        (responses.noise[before] + responses.noise[after])[..., None]
        * (moved > 0)
        / np.where(moved > 0, moved, 1) ** 2
    )
    return np.asarray(np.sqrt(2 / np.pi * noise.sum(axis=(0, 1)) / trajectories))
