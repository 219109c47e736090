"""All that a reader sees of a run, and of several beside each other: each estimate is made once,
when it is first needed, and then serves every table, figure, title and sentence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from sim.analysis import differences, durability, measures, spread
from sim.analysis.costs import ITEMS, costs
from sim.analysis.estimate import Estimate, estimate
from sim.analysis.estimate_table import columns_of, estimate_of
from sim.analysis.hazard import danger, hazard
from sim.analysis.integrated import gains, integrated
from sim.analysis.measures import RUSSIA_SIGNS, Columns, Measure, Simulated
from sim.analysis.signing import DURABLE_YEARS, differs, survival_if_signed
from sim.analysis.threshold import (
    Threshold,
    drawn_values,
    durability_by_value,
    thresholds,
)
from sim.game.endings import Cause, Reason
from sim.scenario.sampling import milestones
from sim.uncertainty import Floats

T = TypeVar("T")
ITEMS_SHOWN = ("peace", "war", "all")
"""Costs that tables show; the JSON document has all of `ITEMS`."""
SHOWN = 0.0005
"""The share of histories from which a way of ending, a reason or a change is shown: less prints as
0.0 %.
"""


@dataclass(frozen=True, eq=False)
class Summary:
    """The estimates of one run, by integrated hazards where `integrated`.

    Tables have the columns of the function of the same name in `sim.analysis.durability`,
    `sim.analysis.costs` or `sim.analysis.threshold`.
    """

    run: Simulated
    integrated: bool = False
    _made: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Short name of the scenario."""
        return self.run.name

    @property
    def label(self) -> str:
        """A few words for people; empty if the scenario has none."""
        return self.run.label

    @property
    def worlds(self) -> Columns:
        """The columns of its outcomes, one row a history."""
        return self.run.worlds

    @property
    def horizon_years(self) -> int:
        """Years after which a ceasefire counts as held."""
        return self.run.horizon_years

    @property
    def milestones(self) -> tuple[int, ...]:
        """Years at which tables report durability."""
        return milestones(self.horizon_years)

    @property
    def replicates(self) -> int:
        """Histories of each parameter set."""
        design = self.worlds["design"].to_numpy()
        return len(design) // int(1 + np.count_nonzero(np.diff(design)))

    def survival(self, years: Sequence[float] | None = None) -> pd.DataFrame:
        """Durability by year, by default at the milestones."""
        return self._by_year(
            "survival",
            years,
            lambda at: durability.survival(self.run, at, integrated=self.integrated),
        )

    def survival_if_signed(self, years: Sequence[float] | None = None) -> pd.DataFrame:
        """Durability after a signature by year; empty for a run that did not count who signs."""
        at = self.milestones if years is None else years
        if RUSSIA_SIGNS.name not in list(self.worlds):
            return pd.DataFrame(columns=["years"])
        return self._by_year("if signed", at, self._if_signed)

    def _if_signed(self, years: Sequence[float]) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {"years": year}
                | columns_of(survival_if_signed(self.run, year, integrated=self.integrated))
                for year in years
            ]
        )

    @cached_property
    def is_selected(self) -> bool:
        """Whether durability if imposed and if signed differ beyond the error."""
        at = [min(DURABLE_YEARS, self.horizon_years)]
        signed = self.survival_if_signed(at)
        if signed.empty:
            return False
        imposed = self.survival(at)
        return differs(*(estimate_of(table.iloc[0]) for table in (imposed, signed)))

    def difference(self, base: "Summary", years: Sequence[float] | None = None) -> pd.DataFrame:
        """Paired difference in durability from a base, by year. Raises NotPairedError."""
        return self._by_year(
            ("difference", base),
            base.milestones if years is None else years,
            lambda at: differences.compare(
                [base.run, self.run], None, at, integrated=self.integrated
            ),
        )

    def last(self) -> Any:
        """Durability at the horizon, a row of `survival`."""
        return self.survival([self.horizon_years]).iloc[0]

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Shares by way of ending, indexed by cause."""
        return durability.causes(self.run, integrated=self.integrated).set_index("cause")

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Shares by main reason of attack, indexed by reason."""
        return durability.reasons(self.run, integrated=self.integrated).set_index("reason")

    @cached_property
    def hazard(self) -> pd.DataFrame:
        """Rate of ends by year of age."""
        return hazard(self.run)

    @cached_property
    def danger(self) -> tuple[Any, list[int]]:
        """The year of the highest hazard, and the years indistinguishable from it, itself among
        them.
        """
        return danger(self.hazard)

    @cached_property
    def terms_drift(self) -> Estimate:
        """How far the terms of peace are bent towards Russia."""
        return durability.terms_drift(self.run)

    @cached_property
    def probes_per_year(self) -> Estimate:
        """Probes a year of peace."""
        return durability.probes_per_year(self.run)

    @cached_property
    def drawn_values(self) -> Floats | None:
        """What the first Russian leader gains by prevailing, in each parameter set."""
        return drawn_values(self.run)

    def thresholds(self, years: Sequence[float] | None = None) -> list[Threshold]:
        """The deterrence threshold by year, by default at the milestones."""
        at = self.milestones if years is None else years
        kept = self._made.setdefault("thresholds", {})
        if missing := [year for year in at if year not in kept]:
            kept |= zip(missing, thresholds(self.run, missing), strict=True)
        return [kept[year] for year in at]

    def durability_by_value(self, years: float) -> pd.DataFrame:
        """Durability as a function of the value of prevailing."""
        return self._once(("by value", years), lambda: durability_by_value(self.run, years))

    def sure(self, years: float) -> Estimate:
        """The share of parameter sets in which the ceasefire is likelier than not to hold."""
        return self._once(("sure", years), lambda: spread.sure(self.run, years))

    def spread(self, years: float) -> pd.DataFrame:
        """Durability by parameter set."""
        return self._once(("spread", years), lambda: spread.spread(self.run, years))

    @cached_property
    def costs(self) -> pd.DataFrame:
        """Expected costs in peace, by war and in all, indexed by bearer and item."""
        return costs(self.run, items=ITEMS_SHOWN, integrated=self.integrated).set_index(
            ["bearer", "item"]
        )

    @cached_property
    def itemised_costs(self) -> pd.DataFrame:
        """The same with every item, in the order of `ITEMS`."""
        others = [item for item in ITEMS if item not in ITEMS_SHOWN]
        rest = costs(self.run, items=others, integrated=self.integrated)
        table = pd.concat([self.costs, rest.set_index(["bearer", "item"])])
        bearers = self.costs.index.unique("bearer")
        return table.loc[[(bearer, item) for bearer in bearers for item in ITEMS]]

    def war_cost_difference(self, base: "Summary") -> Estimate:
        """How much more a resumed war is expected to cost than under a base, paired."""
        return self.estimate(measures.COST_OF_WAR, base)

    def estimate(self, measure: Measure, base: "Summary | None" = None) -> Estimate:
        """The mean of a measure, or its paired difference from a base."""
        estimated = integrated(measure) if self.integrated else measure
        return self._once(
            (measure.name, base),
            lambda: estimate(estimated, self.worlds, None if base is None else base.worlds),
        )

    @cached_property
    def gains(self) -> pd.DataFrame:
        """What integrating the hazard is worth."""
        return gains(self.run)

    def _once(self, key: Any, make: Callable[[], T]) -> T:
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    def _by_year(
        self,
        key: Any,
        years: Sequence[float] | None,
        make: Callable[[Sequence[float]], pd.DataFrame],
    ) -> pd.DataFrame:
        """The rows of some years, of which those are made that no one has asked for yet."""
        at = [float(year) for year in (self.milestones if years is None else years)]
        kept: pd.DataFrame = self._made.get(key, pd.DataFrame())
        if missing := [year for year in at if year not in kept.index]:
            made = make(missing).set_index("years", drop=False)
            kept = self._made[key] = made if kept.empty else pd.concat([kept, made])
        return kept.loc[at].reset_index(drop=True)


def causes_seen(runs: Sequence[Summary]) -> list[Cause]:
    """The ways of ending that any of these runs shows, and holding, which is none."""
    tables = [run.causes["estimate"] for run in runs]
    return [
        cause
        for cause in Cause
        if cause is Cause.HELD or any(table[str(cause)] >= SHOWN for table in tables)
    ]


def reasons_seen(runs: Sequence[Summary]) -> list[Reason]:
    """The main reasons that any of these runs shows."""
    tables = [run.reasons["estimate"] for run in runs]
    return [reason for reason in Reason if any(table[str(reason)] >= SHOWN for table in tables)]


def summary(run: Simulated) -> Summary:
    """The summary of a run; one that is a summary already stays itself."""
    return run if isinstance(run, Summary) else Summary(run)


def summaries(runs: Simulated | Sequence[Simulated]) -> list[Summary]:
    """Those of one run or of several."""
    return [summary(run) for run in (runs if isinstance(runs, Sequence) else [runs])]
