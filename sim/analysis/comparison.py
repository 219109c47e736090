"""Several runs side by side, each summarised once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from sim.analysis.differences import paired
from sim.analysis.labels import labels, labels_by_name
from sim.analysis.measures import Simulated
from sim.analysis.summary import Summary, summaries
from sim.errors import NotPairedError


@dataclass(frozen=True, eq=False)
class Comparison:
    """One run, or several beside each other, with differences from the run named `baseline`, by
    default the first.

    Raises ValueError for a baseline that is not among them.
    """

    runs: tuple[Summary, ...]
    baseline: str | None = None

    def __post_init__(self) -> None:
        """Check the baseline."""
        names = [run.name for run in self.runs]
        if self.baseline is not None and self.baseline not in names:
            raise ValueError(f"no run is called {self.baseline}; the runs are {', '.join(names)}")

    @cached_property
    def labels(self) -> list[str]:
        """What people call the runs, in their order."""
        return labels(self.runs)

    @cached_property
    def labels_by_name(self) -> dict[str, str]:
        """The same by name."""
        return labels_by_name(self.runs)

    def label(self, run: Simulated) -> str:
        """What people call one of them."""
        return self.labels_by_name[run.name]

    @property
    def labelled(self) -> list[tuple[str, Summary]]:
        """Each run with its label."""
        return list(zip(self.labels, self.runs, strict=True))

    @property
    def horizon(self) -> int:
        """The longest horizon among them."""
        return max(run.horizon_years for run in self.runs)

    @cached_property
    def base(self) -> Summary:
        """The run from which differences are taken."""
        return next((run for run in self.runs if run.name == self.baseline), self.runs[0])

    @cached_property
    def ranked(self) -> list[Summary]:
        """The runs, the most durable at their horizon first."""
        return sorted(self.runs, key=lambda run: -run.last()["estimate"])

    @cached_property
    def unpaired(self) -> str:
        """Why no differences can be taken; empty where they can."""
        try:
            for run in self.runs:
                paired(run.run, self.base.run)
        except NotPairedError as wrong:
            return str(wrong)
        return ""

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Paired differences as those of `sim.compare`; empty for one run or for unpaired ones."""
        if self.unpaired or len(self.runs) == 1:
            return pd.DataFrame(columns=["scenario", "baseline", "years"])
        return pd.concat(
            [run.difference(self.base) for run in self.runs if run is not self.base],
            ignore_index=True,
        )


def comparison(runs: Simulated | Sequence[Simulated], baseline: str | None = None) -> Comparison:
    """The summaries of one run or of several beside each other."""
    return Comparison(tuple(summaries(runs)), baseline)
