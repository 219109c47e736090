"""One block of worlds: simulated by one model, the unit of work that is sent to a worker and
written whole or not at all.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.ensemble.gate import check_outcomes
from sim.ensemble.timeline import Timeline, check_timeline
from sim.game.endings import CAUSES, REASONS, Cause
from sim.scenario.columns import outcomes as declared
from sim.scenario.columns import schema
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.model.ceasefire import CeasefireModel

BLOCK = 32768
"""Worlds in a block: their arrays stay in the cache, and Python's share of the time is small."""


@dataclass(frozen=True)
class Block:
    """The results of the worlds from `first` on."""

    first: int
    outcomes: pa.Table
    timeline: Timeline


def simulate(scenario: Scenario, first: int, last: int) -> Block:
    """Simulate the worlds from `first` up to, not including, `last`.

    Raises ImpossibleError for a result that cannot be.
    """
    from sim.model.ceasefire import CeasefireModel  # noqa: PLC0415  results are read without it

    model = CeasefireModel(scenario, range(first, last), collect=False)
    timeline = Timeline.counted(model)
    block = Block(first, outcomes(model), timeline)
    check_outcomes(block.outcomes, scenario.sampling.horizon_years)
    check_timeline(timeline)
    vars(
        model
    ).clear()  # Mesa 3.3 holds on to every model for ever, to number its agents: its arrays must go
    return block


def outcomes(model: "CeasefireModel") -> pa.Table:
    """One row a world: what became of it, and the parameters that were drawn for it.

    Russia's chance of prevailing is null unless war has resumed, and the reason unless Russia
    attacked.
    """
    from sim.model.costs import costs  # noqa: PLC0415
    from sim.model.signing import signing  # noqa: PLC0415

    held = model.cause == Cause.HELD.code
    fought = np.stack(list(model.wars.fought.values()), axis=1)
    columns = {
        "world": pa.array(model.worlds, pa.int64()),
        "design": pa.array(model.design, pa.int64()),
        "replicate": pa.array(model.worlds % model.specification.sampling.replicates, pa.int64()),
        "years": pa.array(model.years_held),
        "cause": pa.DictionaryArray.from_arrays(
            pa.array(model.cause), pa.array([str(cause) for cause in CAUSES])
        ),
        "reason": pa.DictionaryArray.from_arrays(
            pa.array(model.wars.reasons, mask=model.wars.reasons < 0),
            pa.array([str(reason) for reason in REASONS]),
        ),
        "held": pa.array(held),
        "europe_intervenes": pa.array(model.wars.europe_intervenes),
        "us_backs": pa.array(model.wars.us_backs),
        "members_fought": _named(fought, list(model.wars.fought)),
        "probes": pa.array(model.probes),
        "firm_answers": pa.array(model.histories.firm_answers),
        "terms_drift": pa.array(model.terms_drift),
        "russia_prevails": pa.array(model.wars.russia_prevails, mask=~model.histories.at_war),
    }
    signs, gain = signing(model)
    columns |= {"russia_signs": pa.array(signs), "ukraine_gain": pa.array(gain)}
    columns |= {
        f"hazard_{cause}": pa.array(hazard.astype(np.float32))
        for cause, hazard in model.histories.hazard.items()
    }
    columns |= {
        f"hazard_until_{year}": pa.array(hazard.astype(np.float32))
        for year, hazard in model.histories.hazard_until.items()
    }
    columns |= {name: pa.array(cost.astype(np.float32)) for name, cost in costs(model).items()}
    columns |= {name: pa.array(values) for name, values in model.draws.items()}
    return pa.table(columns, schema=schema(declared(model.specification)))


def _named(fought: np.ndarray, names: list[str]) -> pa.Array:
    """The members that fought in each world, their names joined."""
    codes, position = np.unique(fought @ (1 << np.arange(len(names))), return_inverse=True)
    texts = [
        ", ".join(name for place, name in enumerate(names) if code >> place & 1)
        for code in codes.tolist()
    ]
    return pa.array(
        pd.Categorical.from_codes(position.ravel(), categories=texts).astype(str), pa.string()
    )
