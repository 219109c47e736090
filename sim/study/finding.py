"""Result of a study: its tables and the settings that produced them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.analysis.labels import Named, labels
from sim.scenario.schema import digest

LABELS = "labels"
"""The name of the table of what people call the scenarios of a study."""


def label_table(scenarios: Sequence[Named]) -> dict[str, pd.DataFrame]:
    """The table of labels of scenarios or runs, by its name: columns scenario and label."""
    return {
        LABELS: pd.DataFrame(
            {"scenario": [scenario.name for scenario in scenarios], "label": labels(scenarios)}
        )
    }


@dataclass(frozen=True)
class Finding:
    """Tables of a study by their names, the first the one that answers its question.

    `settings` holds the settings of the study: plain data that determines the tables. `question` is
    the hash of the question by which it was kept; empty for one that was not.
    """

    kind: str
    settings: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    question: str = ""

    def __repr__(self) -> str:
        """One line: kind and tables."""
        return f"Finding({self.name!r}: {', '.join(self.tables)})"

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        import sim  # noqa: PLC0415  the front door knows who shows it

        return sim.html(self)

    @property
    def table(self) -> pd.DataFrame:
        """The table that answers the question of the study."""
        return next(iter(self.tables.values()))

    @property
    def name(self) -> str:
        """The name of its folder: its kind, and the hash of its question or of its settings."""
        settings = {"kind": self.kind, "asked": dict(self.settings)}
        return f"{self.kind}-{(self.question or digest(settings))[:8]}"

    def label(self, scenario: str) -> str:
        """What people call a scenario of the study; its name where the study kept no label."""
        if LABELS not in self.tables:
            return scenario
        labelled: dict[str, str] = dict(self.tables[LABELS][["scenario", "label"]].to_numpy())
        return labelled.get(scenario, scenario)

    def labelled(self, table: str, *columns: str) -> pd.DataFrame:
        """A table with labels in place of the names of scenarios in some of its columns."""
        named = self.tables[table]
        return named.assign(**{column: named[column].map(self.label) for column in columns})

    def document(self) -> dict[str, Any]:
        """As plain data; numbers that are not known are null."""
        tables = {
            name: json.loads(table.to_json(orient="records", double_precision=15))
            for name, table in self.tables.items()
        }
        return {"kind": self.kind, "asked": dict(self.settings), **tables}
