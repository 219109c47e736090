"""What Mesa's own tools gather of a model: a row a month, for `DataCollector` and `batch_run`."""

from typing import Any

import numpy as np
from mesa.datacollection import DataCollector

from sim.game.endings import Cause


def data_collector() -> DataCollector:
    """A collector of the state at the end of a month: of one history its values, of several their
    means; strengths, and reputations of actors that have one.
    """
    return DataCollector(
        model_reporters={
            "years": lambda model: model.years,
            "at_peace": lambda model: _mean(model.at_peace),
            "years_held": lambda model: _mean(np.minimum(model.years_held, model.years)),
            "cause": _cause,
            "probes": lambda model: _mean(model.probes),
        },
        agent_reporters={
            "actor": lambda agent: type(agent).__name__,
            "strength": lambda agent: _mean_of(agent, "strength"),
            "reputation": lambda agent: _mean_of(agent, "reputation"),
        },
    )


def _mean(values: Any) -> Any:
    """The value of one history as it is, the mean of several."""
    return values[0].item() if len(values) == 1 else float(np.mean(values))


def _mean_of(agent: Any, name: str) -> Any:
    """The same of an attribute; NaN for an actor that has none."""
    values = getattr(agent, name, None)
    return float("nan") if values is None else _mean(values)


def _cause(model: Any) -> str:
    """How the one history ended, `held` while it has not; empty for several."""
    return str(list(Cause)[model.cause[0]]) if len(model.cause) == 1 else ""
