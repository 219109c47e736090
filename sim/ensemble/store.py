"""The run folder as it is read: outcomes, timeline and the manifest, each held against its hash."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd
from pandas.api.types import union_categoricals

from sim.ensemble.manifest import AGAIN, MANIFEST, manifest_of, read_manifest, scenario_of
from sim.ensemble.seal import damaged, sha256
from sim.errors import DamagedError, RunError
from sim.scenario.columns import outcomes, schema, timeline
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.ensemble.block import Block
    from sim.ensemble.outcomes import Outcomes

RESULTS = ("outcomes.parquet", "timeline.parquet", "timeline.npz")
"""The files of a finished run."""


@dataclass(frozen=True)
class Run:
    """The results of a scenario: `worlds` has one row a world, `timeline` one row a step,
    `manifest` says how they came about, with its `origins` as `Scenario.origins` has them.

    Examples
    --------
    >>> run = sim.run(sim.load("none", {"sampling.designs": 32}), out=None)
    >>> run
    Run('none', 'No guarantee': 320 histories, in memory)
    >>> run.horizon_years
    20

    """

    worlds: "pd.DataFrame | Outcomes"
    timeline: pd.DataFrame
    manifest: dict[str, Any]
    folder: Path | None

    def __repr__(self) -> str:
        """One line: name, label, how many histories, and where they are kept."""
        kept = "in memory" if self.folder is None else f"in {str(self.folder)!r}"
        return f"Run({self.name!r}, {self.label!r}: {self.manifest['worlds']} histories, {kept})"

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        import sim  # noqa: PLC0415  the front door knows who shows it

        return sim.html(self)

    @property
    def outcomes(self) -> pd.DataFrame:
        """The same in memory whole, as a DataFrame."""
        return self.worlds if isinstance(self.worlds, pd.DataFrame) else self.worlds.table

    @property
    def name(self) -> str:
        """Short name of the scenario."""
        return str(self.manifest["name"])

    @property
    def label(self) -> str:
        """A few words for people; empty if the scenario has none."""
        return str(self.manifest.get("label", ""))

    def renamed(self, name: str) -> Self:
        """The same results by another name."""
        return replace(self, manifest=self.manifest | {"name": name})

    @cached_property
    def scenario(self) -> Scenario:
        """What was run, with who set its values and the sources that were stated beside them."""
        return scenario_of(self.manifest)

    @property
    def files(self) -> dict[Path, str]:
        """Its files, and the hash of each: of results the one that was recorded; none in memory."""
        if self.folder is None:
            return {}
        recorded = {self.folder / name: own for name, own in self.manifest["sha256"].items()}
        return {self.folder / MANIFEST: sha256(self.folder / MANIFEST)} | recorded

    @property
    def horizon_years(self) -> int:
        """Years after which a ceasefire counts as held."""
        return int(self.manifest["scenario"]["sampling"]["horizon_years"])


def read_run(folder: str | Path) -> Run:
    """The results in a run folder.

    Parameters
    ----------
    folder
        One that `sim.run` or `ceasefire run` wrote.

    Returns
    -------
    Run
        Its tables, and how they came about.

    Raises
    ------
    RunError
        If it is not a run folder, was made by another edition of the model, is not complete, or was
        changed since it was written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     run = sim.run(sim.load("scenarios/nato.toml", {"sampling.designs": 32}), out=folder)
    ...     sim.read_run(run.folder).name
    'nato'

    """
    from sim.ensemble.joined import holds_table  # noqa: PLC0415  a run in memory has no files
    from sim.ensemble.outcomes import Outcomes, read  # noqa: PLC0415

    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest["state"] != "complete":
        raise RunError(f"{folder}: this run was not finished; run its scenario again to go on")
    recorded = manifest["sha256"]
    if set(recorded) != set(RESULTS):
        raise DamagedError(folder / MANIFEST, AGAIN)
    for path in damaged(folder, recorded):
        raise DamagedError(path, AGAIN)
    scenario = Scenario.model_validate(manifest["scenario"])
    for name, columns, rows in (
        ("outcomes.parquet", outcomes(scenario), scenario.sampling.worlds),
        ("timeline.parquet", timeline(), scenario.sampling.steps),
    ):
        if not holds_table(folder / name, schema(columns), rows):
            raise DamagedError(folder / name, AGAIN)
    months = read(folder / "timeline.parquet")
    return Run(Outcomes(folder / "outcomes.parquet"), months, manifest, folder)


def gather(scenario: Scenario, blocks: "list[Block]", seconds: float) -> Run:
    """The results of blocks that were kept in memory."""
    ordered = sorted(blocks, key=lambda block: block.first)
    timeline = ordered[0].timeline
    for block in ordered[1:]:
        timeline = timeline + block.timeline
    tables = [block.outcomes for block in ordered]
    fought = union_categoricals([table["members_fought"] for table in tables])
    outcomes = pd.concat(tables, ignore_index=True).assign(members_fought=fought).copy()
    outcomes.attrs |= tables[0].attrs
    manifest = manifest_of(scenario) | {"state": "complete", "seconds": round(seconds, 3)}
    return Run(outcomes, timeline.table(scenario.sampling.steps_per_year), manifest, None)
