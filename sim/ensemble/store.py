"""The run folder as it is read: outcomes, timeline and the manifest, each held against its hash."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.ensemble.joined import ROWS, holds_table
from sim.ensemble.manifest import EDITION, Manifest, manifest_of, run_hash
from sim.ensemble.seal import damaged, parsed, shaped, unsealed
from sim.errors import DamagedError, RunError
from sim.guarantee.provisions.regime import Regime
from sim.scenario.columns import (
    Kind,
    described,
    described_by,
    descriptions,
    of_kind,
    outcomes,
    schema,
    timeline,
)
from sim.scenario.schema import OWN, Scenario

if TYPE_CHECKING:
    from sim.ensemble.block import Block

MANIFEST = "manifest.json"
RESULTS = ("outcomes.parquet", "timeline.parquet", "timeline.npz")
"""The files of a finished run."""
_MOST_COSTS = 25_000_000
"""Numbers of costs that are kept in memory: 100 megabytes."""
_WORDS = ["cause", "reason", "members_fought"]
_AGAIN = "run its scenario again, and it is computed again"
_EXTENSIONS = "extensions"


class Outcomes:
    """The outcomes in a file, column by column: each is read when it is first asked for, and kept.

    Costs are read together, since it is their sums that are used; those of a large run are too many
    to be kept, and are read one by one whenever they are asked for.
    """

    def __init__(self, path: Path) -> None:
        """Read the names of the columns."""
        self._path = path
        with pq.ParquetFile(path) as file:
            stored, rows = file.schema_arrow, file.metadata.num_rows
        self._names: list[str] = stored.names
        self._columns = descriptions(stored)
        self.attrs = described_by(self._columns)
        self._costs = of_kind(self, Kind.COST)
        self._keeps_costs = rows * len(self._costs) <= _MOST_COSTS
        self._read: dict[str, pd.Series] = {}
        self.made: dict[str, Any] = {}  # by an analysis, once for all who ask for it

    def __iter__(self) -> Iterator[str]:
        """The names of the columns."""
        return iter(self._names)

    def __getitem__(self, name: str) -> pd.Series:
        """One column. Raises KeyError if there is none of this name."""
        if name not in self._names:
            raise KeyError(name)
        if name in self._read:
            return self._read[name]
        is_cost = name in self._costs
        names = self._costs if is_cost and self._keeps_costs else [name]
        columns = _read(self._path, names)
        if not is_cost or self._keeps_costs:
            self._read |= {column: columns[column] for column in names}
        return columns[name]

    def rows(self, first: int, last: int) -> pd.DataFrame:
        """All columns of the worlds from `first` up to, not including, `last`.

        No other rows are decoded than those of their groups.
        """
        groups = range(first // ROWS, (last - 1) // ROWS + 1)
        with pq.ParquetFile(self._path, read_dictionary=_WORDS) as file:
            rows = file.read_row_groups(list(groups))
        return described(
            rows.slice(first - groups[0] * ROWS, last - first).to_pandas(), self._columns
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """All columns of all worlds."""
        return described(_read(self._path), self._columns)


@dataclass(frozen=True)
class Run:
    """The results of a scenario: `worlds` has one row a world, `timeline` one row a step,
    `manifest` says how they came about.

    Examples
    --------
    >>> run = sim.run(sim.load("none", {"sampling.designs": 32}), out=None)
    >>> run
    Run('none', 'No guarantee': 320 histories, in memory)
    >>> run.horizon_years
    20

    """

    worlds: pd.DataFrame | Outcomes
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

    @property
    def scenario(self) -> Scenario:
        """What was run, with who set its values and the sources that were stated beside them."""
        origins = {
            key: tuple((value, by) for value, by in history)
            for key, history in self.manifest["origins"].items()
        }
        return Scenario.model_validate(self.manifest["scenario"]).with_origins(
            origins, self.manifest["stated_sources"]
        )

    @property
    def horizon_years(self) -> int:
        """Years after which a ceasefire counts as held."""
        return int(self.manifest["scenario"]["sampling"]["horizon_years"])


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in a folder, which is that of a run of this edition, finished or not.

    Raises RunError if there is none, DamagedError if it was altered, or does not say what its own
    hash stands for.
    """
    path = folder / MANIFEST
    try:
        is_there = path.is_file()
    except OSError as wrong:
        raise RunError(
            f"{path}: cannot be read: {wrong.strerror}; change its permissions"
        ) from None
    if not is_there:
        raise RunError(
            f"{folder}: is not a run folder: it has no {MANIFEST}; name one that `ceasefire run` "
            "wrote, such as those in runs/"
        )
    document = parsed(path, _AGAIN)
    if {"name", "scenario"} <= set(document) and (edition := document.get("edition", 1)) != EDITION:
        raise RunError(
            f"{folder}: was made by edition {edition} of the model, and this is edition "
            f"{EDITION}: keys, outcome columns and results differ (CHANGELOG.md says how); run "
            "its scenario again, or read it with the program that made it"
        )
    manifest = unsealed(document, path, _AGAIN)
    shaped(Manifest, manifest, path, _AGAIN)
    _check_installed(folder, manifest)
    shaped(Scenario, manifest["scenario"], path, _AGAIN)
    sampling = Scenario.model_validate(manifest["scenario"]).sampling
    if (manifest["hash"], manifest["seed"], manifest["worlds"]) != (
        _own_hash(manifest),
        sampling.seed,
        sampling.worlds,
    ):
        raise DamagedError(path, _AGAIN)
    return manifest


def _own_hash(manifest: dict[str, Any]) -> str:
    """The hash of what a manifest says determines its run."""
    determinants = {key: value for key, value in manifest["scenario"].items() if key not in OWN}
    if _EXTENSIONS in manifest:
        determinants[_EXTENSIONS] = manifest[_EXTENSIONS]
    return run_hash(determinants, manifest["model"])


def _check_installed(folder: Path, manifest: dict[str, Any]) -> None:
    """Raise RunError for a run with a provision of a package that is not here."""
    for name, own in manifest.get(_EXTENSIONS, {}).items():
        if name not in Regime.joined:
            raise RunError(
                f"{folder}: was made with the provision {name!r} of {own['distribution']} "
                f"{own['version']}, which is not installed; install it"
            )


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
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest["state"] != "complete":
        raise RunError(f"{folder}: this run was not finished; run its scenario again to go on")
    recorded = manifest.get("sha256", {})
    if set(recorded) != set(RESULTS):
        raise DamagedError(folder / MANIFEST, _AGAIN)
    for path in damaged(folder, recorded):
        raise DamagedError(path, _AGAIN)
    scenario = Scenario.model_validate(manifest["scenario"])
    for name, columns, rows in (
        ("outcomes.parquet", outcomes(scenario), scenario.sampling.worlds),
        ("timeline.parquet", timeline(), scenario.sampling.steps),
    ):
        if not holds_table(folder / name, schema(columns), rows):
            raise DamagedError(folder / name, _AGAIN)
    months = _read(folder / "timeline.parquet")
    return Run(Outcomes(folder / "outcomes.parquet"), months, manifest, folder)


def _read(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Columns of a file, or all of them. Raises DamagedError for values that cannot be read."""
    try:
        return pq.read_table(path, columns=columns, read_dictionary=_WORDS).to_pandas()
    except (pa.ArrowException, OSError):
        raise DamagedError(path, _AGAIN) from None


def gather(scenario: Scenario, blocks: "list[Block]", seconds: float) -> Run:
    """The results of blocks that were kept in memory."""
    ordered = sorted(blocks, key=lambda block: block.first)
    timeline = ordered[0].timeline
    for block in ordered[1:]:
        timeline = timeline + block.timeline
    table = pa.concat_tables([block.outcomes for block in ordered])
    outcomes = described(table.to_pandas(categories=["members_fought"]), descriptions(table.schema))
    manifest = manifest_of(scenario) | {"state": "complete", "seconds": round(seconds, 3)}
    return Run(outcomes, timeline.table(scenario.sampling.steps_per_year), manifest, None)
