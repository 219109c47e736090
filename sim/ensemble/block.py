"""One block of worlds: simulated by one model, the unit of work that is sent to a worker and
written whole or not at all.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.ensemble.gate import check_outcomes
from sim.ensemble.timeline import Timeline, check_timeline
from sim.game.endings import CAUSES, REASONS, Cause
from sim.scenario.columns import described
from sim.scenario.columns import outcomes as declared
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.model.ceasefire import CeasefireModel

BLOCK = 32768
"""Worlds in a block: their arrays stay in the cache, and Python's share of the time is small."""


@dataclass(frozen=True)
class Block:
    """The results of the worlds from `first` on."""

    first: int
    outcomes: pd.DataFrame
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
    model.close()
    return block


def outcomes(model: "CeasefireModel") -> pd.DataFrame:
    """One row a world: what became of it, and the parameters that were drawn for it.

    Russia's chance of prevailing is missing unless war has resumed, and the reason unless Russia
    attacked.
    """
    from sim.model.costs import costs  # noqa: PLC0415
    from sim.model.signing import signing  # noqa: PLC0415

    wars, histories = model.wars, model.histories
    fought = np.stack(list(wars.fought.values()), axis=1)
    signs, gain = signing(model)
    values = {
        "world": model.worlds,
        "design": model.design,
        "replicate": model.worlds % model.specification.sampling.replicates,
        "years": model.years_held,
        "cause": pd.Categorical.from_codes(model.cause, [str(cause) for cause in CAUSES]),
        "reason": pd.Categorical.from_codes(
            np.maximum(wars.reasons, -1), [str(reason) for reason in REASONS]
        ),
        "held": model.cause == Cause.HELD.code,
        "europe_intervenes": wars.europe_intervenes,
        "us_backs": wars.us_backs,
        "members_fought": _named(fought, list(wars.fought)),
        "probes": model.probes,
        "firm_answers": histories.firm_answers,
        "terms_drift": model.terms_drift,
        "russia_prevails": np.where(histories.at_war, wars.russia_prevails, np.nan),
        "russia_signs": signs,
        "ukraine_gain": gain,
        **{f"hazard_{cause}": hazard for cause, hazard in histories.hazard.items()},
        **{f"hazard_until_{year}": hazard for year, hazard in histories.hazard_until.items()},
        **costs(model),
        **model.draws,
    }
    columns = declared(model.specification)
    table = pd.DataFrame(
        {
            column.name: values[column.name]
            if column.type in ("word", "string")
            else np.asarray(values[column.name], dtype=column.type)
            for column in columns
        },
        copy=False,
    )
    return described(table, {column.name: column.description for column in columns})


def _named(fought: np.ndarray, names: list[str]) -> pd.Categorical:
    """The members that fought in each world, their names joined."""
    codes, position = np.unique(fought @ (1 << np.arange(len(names))), return_inverse=True)
    texts = [
        ", ".join(name for place, name in enumerate(names) if code >> place & 1)
        for code in codes.tolist()
    ]
    return pd.Categorical.from_codes(position.ravel(), categories=texts)
