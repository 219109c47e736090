"""How many histories of a scenario are simulated, over which years."""

from pydantic import (
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from sim.quantity import Parameters, parameter


def milestones(horizon_years: int) -> tuple[int, ...]:
    """Years at which durability is reported: 1, 2, 5, 10 and 20 as far as the horizon reaches, and
    the horizon.
    """
    return tuple(
        sorted({year for year in (1, 2, 5, 10, 20) if year <= horizon_years} | {horizon_years})
    )


MOST_HISTORIES = 1_000_000_000
"""Histories of a run: their outcomes take some 100 gigabytes, and the months of a fast machine."""


class Sampling(Parameters):
    """How many histories are simulated, and how."""

    designs: int = parameter(
        1000,
        "parameter sets: what we do not know, as points spread evenly over the uncertain numbers",
        unit="designs",
        symbol="D",
        low=2,
        high=1_000_000,
        source=(
            "judgement: with ten histories of each design, the sampling error of a durability "
            "is about one percentage point"
        ),
    )
    replicates: int = parameter(
        10,
        "histories of each design: what nobody can know",
        unit="histories a set",
        symbol="K",
        low=1,
        high=1_000_000,
        source=(
            "judgement: enough histories of a design to tell chance from parameters; more "
            "effort is better spent on more designs"
        ),
    )
    seed: int = parameter(
        2025,
        "seed of every random number",
        unit="-",
        symbol="-",
        low=0,
        high=2**63 - 1,
        source=(
            "any number serves: it names one set of random numbers, and no result should depend "
            "on it beyond its error"
        ),
    )
    horizon_years: int = parameter(
        20,
        "years after which a ceasefire that still holds is counted as held",
        unit="years",
        symbol="-",
        low=1,
        high=100,
        source=(
            "judgement: a generation; beyond it the wants and rates of the actors would hardly "
            "be those of the signature"
        ),
    )
    steps_per_year: int = parameter(
        12,
        "steps of the model in a year",
        unit="steps per year",
        symbol="1/Δ",
        low=1,
        high=366,
        source=(
            "a month: short beside the time between reviews or clashes (7 months and more), so "
            "that two in one step are rare"
        ),
    )

    @field_validator("replicates")
    @classmethod
    def _can_be_simulated(cls, replicates: int, info: ValidationInfo) -> int:
        worlds = info.data.get("designs", 1) * replicates
        if worlds > MOST_HISTORIES:
            raise PydanticCustomError(
                "histories",
                "times sampling.designs must be at most {most} histories; it is {worlds}",
                {"most": f"{MOST_HISTORIES:,}", "worlds": f"{worlds:,}"},
            )
        return replicates

    @property
    def steps(self) -> int:
        """Steps to the horizon."""
        return self.horizon_years * self.steps_per_year

    @property
    def worlds(self) -> int:
        """Histories in all, D K."""
        return self.designs * self.replicates
