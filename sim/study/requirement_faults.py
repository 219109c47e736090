"""What cannot be asked of a search for the cheapest guarantee."""

from collections.abc import Mapping

from sim.analysis.measures import COSTS
from sim.errors import ArgumentFault, Fault, ScenarioError
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario
from sim.study.factors import no_accession

MIN_SAMPLES, MIN_SAMPLES_PER_PROVISION = 8, 2
"""Points of the first sample: fewer do not fix the plane that a spline starts from."""
MAX_YEARS = 100
"""The longest horizon of a scenario."""
Ranges = Mapping[str, tuple[float, float]]
"""The limits of each provision that may vary, by dotted key."""


def check_requirement(
    scenario: Scenario, hold: float, years: float, vary: Ranges, cost: str, samples: int
) -> None:
    """Raise ScenarioError with every fault of the arguments."""
    faults = [
        *_faults_of_target(hold, years, cost),
        *_faults_of_sampling(scenario, len(vary), samples),
        *_faults_of_ranges(scenario, vary),
    ]
    if faults:
        raise ScenarioError(faults)


def _faults_of_target(hold: float, years: float, cost: str) -> list[Fault]:
    faults: list[Fault] = []
    if not 0 < hold < 1:
        faults.append(ArgumentFault("hold", f"{hold:g}", "must be between 0 and 1", "0.8"))
    if not (1 <= years <= MAX_YEARS and years == int(years)):
        must = f"must be a whole number of years from 1 to {MAX_YEARS}"
        faults.append(ArgumentFault("years", f"{years:g}", must, "10"))
    if cost not in (known := [measure.name for measure in COSTS]):
        faults.append(ArgumentFault("cost", cost, f"must be one of {', '.join(known)}"))
    return faults


def _faults_of_sampling(scenario: Scenario, provisions: int, samples: int) -> list[Fault]:
    faults: list[Fault] = []
    if (replicates := scenario.sampling.replicates) == 1:
        must = "must be 2 or more, to say in which parameter sets a guarantee is enough"
        faults.append(ArgumentFault("sampling.replicates", replicates, must))
    fewest = max(MIN_SAMPLES, MIN_SAMPLES_PER_PROVISION * provisions)
    if samples < fewest:
        must = f"must be {fewest} or more for {provisions} provisions"
        faults.append(ArgumentFault("samples", samples, must))
    return faults


def _faults_of_ranges(scenario: Scenario, vary: Ranges) -> list[Fault]:
    """Of the provisions that vary: keys first, then limits, then values that the schema refuses."""
    if not vary:
        must = "must name a provision that may vary"
        return [ArgumentFault("vary", "nothing", must, "regime.deployment.brigades=0:25")]
    faults: list[Fault] = []
    for key, (low, high) in vary.items():
        if not key.startswith(("regime.", "europe.")):
            must = "must be part of a guarantee: a key of regime. or europe."
            faults.append(ArgumentFault("vary", key, must))
        if key.startswith("regime.accession.") and scenario.regime.accession is None:
            faults.append(no_accession(key, scenario.name))
        if low >= high:
            must = "must have its first limit below the second"
            faults.append(ArgumentFault("vary", f"{key}={low:g}:{high:g}", must))
    for end in (0, 1):
        try:
            replaced(scenario, {key: limits[end] for key, limits in vary.items()})
        except ScenarioError as wrong:
            faults += wrong.faults
    return faults
