"""The uncertain numbers of a scenario as SALib states a problem, for its other methods."""

import math
from typing import Any

from sim.errors import ScenarioError
from sim.scenario.schema import Scenario
from sim.study.assumptions import nothing_uncertain
from sim.uncertainty import Distribution, LogNormal, Normal, Triangular, Uniform


def problem(scenario: Scenario) -> dict[str, Any]:
    """What `sensitivity` samples of a scenario, as SALib states a problem.

    Samples of SALib for this problem have the distributions of the scenario: what `sensitivity`
    does with points of the unit cube and the quantiles of each number.

    Parameters
    ----------
    scenario
        At least one of its numbers is uncertain.

    Returns
    -------
    dict
        `num_vars`; `names`, the dotted keys; `bounds`, the parameters of each distribution;
        `dists`, their names in SALib: unif, lognorm, norm, truncnorm or triang.

    Raises
    ------
    ScenarioError
        If nothing is uncertain, or a number has a distribution that SALib does not have.

    Examples
    --------
    >>> stated = sim.problem(sim.load("none"))
    >>> place = stated["names"].index("russia.strength_target")
    >>> stated["dists"][place], stated["bounds"][place]
    ('unif', [130.0, 210.0])

    """
    uncertain = scenario.uncertain()
    if not uncertain:
        raise ScenarioError(nothing_uncertain(scenario.name))
    stated = {key: _stated(value) for key, value in uncertain.items()}
    if unknown := [key for key, entry in stated.items() if entry is None]:
        raise ScenarioError(
            [
                f"{scenario.name}: {key}: SALib has no distribution {uncertain[key]}; give it a "
                "uniform, lognormal, normal or triangular one, or a number"
                for key in unknown
            ]
        )
    known = {key: entry for key, entry in stated.items() if entry is not None}
    return {
        "num_vars": len(known),
        "names": list(known),
        "bounds": [bounds for _, bounds in known.values()],
        "dists": [name for name, _ in known.values()],
    }


def _stated(uncertain: Distribution) -> tuple[str, list[float]] | None:
    """The name and the parameters of a distribution in SALib; None for one that it lacks."""
    match uncertain:
        case Uniform(low=low, high=high):
            return "unif", [float(low), float(high)]
        case LogNormal(median=median, sigma=sigma):
            return "lognorm", [math.log(median), float(sigma)]
        case Normal(mean=mean, sd=sd, low=None, high=None):
            return "norm", [float(mean), float(sd)]
        case Normal(mean=mean, sd=sd):
            return "truncnorm", [*map(float, uncertain.limits()), float(mean), float(sd)]
        case Triangular(low=low, mode=mode, high=high) if mode < high and high >= 0:
            return "triang", [float(low), float(high), (mode - low) / (high - low)]
    return None
