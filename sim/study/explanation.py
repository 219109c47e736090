"""What makes one outcome of another, clause by clause: the result of `sim.study.clauses`."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.analysis.estimate import Estimate
from sim.analysis.estimate_table import columns_of, estimate_of
from sim.analysis.signing import plain
from sim.analysis.summary import SHOWN
from sim.study.columns import LABEL_TABLE, Column, Kind, TableSchema
from sim.study.finding import LABELS, Finding

NOT_MODELLED, NO_BEARING = "not_modelled", "no_bearing"
VALUES = ("value", "first", "last")
MIN_SETS = 100
"""Parameter sets from which their range is shown: with fewer, less than five lie beyond each of its
limits. A judgement.
"""
_LIMITS = ("low", "high", "spread_low", "spread_high")
_PLAIN = (
    *("settings", "scenario", "label", "outcome", "outcome_label", "unit"),
    *("less_is_better", "against", "against_label", "subsets"),
)
"""Fields that are plain data, and not estimates."""
_LEVELS = ("none", "full", "difference")


@dataclass(frozen=True)
class Worth:
    """What a clause adds to an outcome, as it counts in what is explained."""

    number: str
    text: str
    value: Estimate  # Shapley value
    first: Estimate  # added to the base alone
    last: Estimate  # added to all others: what its loss would cost
    side: str  # name of the scenario whose clause it is


@dataclass(frozen=True)
class LeftOut:
    """A clause that sets nothing, and why."""

    number: str
    text: str
    why: str


@dataclass(frozen=True)
class Explanation:
    """What makes the outcome of a text out of that of `base`, or of `against`.

    The values of all clauses add up to `full` less `none`, or with `against` to the `difference`,
    in which clauses of the other text count with the opposite sign.
    """

    settings: Mapping[str, Any]  # what determines it: texts, outcome, size and seed
    scenario: str
    label: str
    outcome: str
    outcome_label: str
    unit: str
    none: Estimate  # on `base`
    full: Estimate
    clauses: tuple[Worth, ...]
    not_modelled: tuple[LeftOut, ...]
    no_bearing: tuple[LeftOut, ...]
    less_is_better: bool
    against: str | None
    against_label: str | None
    difference: Estimate | None  # full less the outcome of `against`
    subsets: int  # regimes simulated

    @property
    def what(self) -> str:
        """The outcome in a sentence."""
        if self.unit != "share":
            return self.outcome_label
        if self.outcome_label.endswith(("sign", "signs")):
            return f"the chance that {self.outcome_label}"
        return f"the share that {self.outcome_label}"

    @property
    def worst_to_lose(self) -> Worth | None:
        """The clause of the text whose loss alone would cost most; None where no clause makes the
        outcome better, on average or as the last, by more than its sampling error.
        """
        changes = [change for worth in self._own for change in (worth.value, worth.last)]
        if not any(self._is_beyond_error(change, 1) for change in changes):
            return None
        return max(self._own, key=lambda clause: self._sign * clause.last.value)

    @property
    def none_improves(self) -> str:
        """What is said where no clause makes the outcome better."""
        of_text = f" of {self.label}" if self.is_two_sided else ""
        raises = "lowers" if self.less_is_better else "raises"
        return f"No clause{of_text} {raises} {self.what} beyond the sampling error"

    @property
    def does_harm(self) -> list[Worth]:
        """The clauses of the text that make the outcome worse on average, by more than their
        sampling error, the worst first.
        """
        harmful = [clause for clause in self._own if self._is_beyond_error(clause.value, -1)]
        return sorted(harmful, key=lambda clause: self._sign * clause.value.value)

    @property
    def _own(self) -> list[Worth]:
        """The clauses of the text."""
        return [clause for clause in self.clauses if clause.side == self.scenario]

    @property
    def _sign(self) -> int:
        return -1 if self.less_is_better else 1

    def _is_beyond_error(self, change: Estimate, better: int) -> bool:
        """Whether a change is for the better (1) or the worse (-1) by more than its sampling error,
        and of shares by as much as is shown.
        """
        sign, least = better * self._sign, SHOWN if self.unit == "share" else 0.0
        return min(sign * change.low, sign * change.high) > 0 and sign * change.value >= least

    @property
    def sets(self) -> int:
        """Parameter sets of each regime."""
        return int(self.settings["sampling"]["designs"])

    @property
    def has_range(self) -> bool:
        """Whether a range over parameter sets is shown: it exists, and they are enough."""
        return self.sets >= MIN_SETS and self.knows_range

    @property
    def knows_range(self) -> bool:
        """Whether values have a range over parameter sets: not where the outcome is one number over
        all of them, nor from one history of each.
        """
        return not all(math.isnan(clause.value.spread_low) for clause in self.clauses)

    @property
    def is_two_sided(self) -> bool:
        """Whether the clauses of two texts are laid against each other."""
        return len({clause.side for clause in self.clauses}) > 1

    def document(self) -> dict[str, Any]:
        """As plain data."""
        worst = self.worst_to_lose
        return {
            "scenario": self.scenario,
            "outcome": self.outcome,
            "none": plain(self.none),
            "full": plain(self.full),
            "clauses": [
                {name: plain(value) for name, value in vars(clause).items()}
                for clause in self.clauses
            ],
            "worst_to_lose": None if worst is None else worst.number,
            "not_modelled": [vars(clause) for clause in self.not_modelled],
            "no_bearing": [vars(clause) for clause in self.no_bearing],
            "against": self.against,
            "difference": None if self.difference is None else plain(self.difference),
        }

    @property
    def table(self) -> pd.DataFrame:
        """The table `clauses` of `TABLES`: a row a clause."""
        return TABLES["clauses"].table(map(_row, self.clauses))

    def finding(self) -> Finding:
        """The finding of kind `clauses`, with the tables of `TABLES`."""
        fields = {name: getattr(self, name) for name in _PLAIN}
        labels = [(self.scenario, self.label)]
        if self.against is not None:
            labels.append((self.against, self.against_label or self.against))
        return Finding(
            "clauses",
            fields,
            {
                "clauses": self.table,
                "levels": TABLES["levels"].table(self._levels()),
                "left_out": TABLES["left_out"].table(self._left_out()),
                LABELS: pd.DataFrame(labels, columns=LABEL_TABLE.names),
            },
        )

    def _levels(self) -> Iterator[dict[str, Any]]:
        for name in _LEVELS:
            if (level := getattr(self, name)) is not None:
                yield {"level": name} | columns_of(level)

    def _left_out(self) -> Iterator[dict[str, Any]]:
        for kind in (NOT_MODELLED, NO_BEARING):
            for clause in getattr(self, kind):
                yield {"kind": kind, "clause": clause.number} | {
                    "text": clause.text,
                    "why": clause.why,
                }


def explanation_of(finding: Finding) -> Explanation:
    """The explanation that a finding of kind `clauses` keeps."""
    tables = finding.tables
    levels = {row["level"]: estimate_of(row) for _, row in tables["levels"].iterrows()}
    return Explanation(
        **finding.settings,
        none=levels["none"],
        full=levels["full"],
        difference=levels.get("difference"),
        clauses=tuple(_worth(row) for _, row in tables["clauses"].iterrows()),
        not_modelled=_left_out(tables["left_out"], NOT_MODELLED),
        no_bearing=_left_out(tables["left_out"], NO_BEARING),
    )


def _row(worth: Worth) -> dict[str, Any]:
    row: dict[str, Any] = {"clause": worth.number, "text": worth.text, "side": worth.side}
    for name in VALUES:
        number: Estimate = getattr(worth, name)
        row |= {name: number.value} | {
            f"{name}_{limit}": getattr(number, limit) for limit in _LIMITS
        }
    return row


def _worth(row: Any) -> Worth:
    value, first, last = (_estimate(row, name) for name in VALUES)
    return Worth(row["clause"], row["text"], value, first, last, row["side"])


def _estimate(row: Any, name: str) -> Estimate:
    """The estimate of this name in a row."""
    return estimate_of(
        {"estimate": row[name]} | {limit: row[f"{name}_{limit}"] for limit in _LIMITS}
    )


def _left_out(table: pd.DataFrame, kind: str) -> tuple[LeftOut, ...]:
    rows = table[table["kind"] == kind]
    columns: Sequence[Any] = rows[["clause", "text", "why"]].to_numpy().tolist()
    return tuple(LeftOut(*row) for row in columns)


def _valued(name: str, meaning: str) -> tuple[Column, ...]:
    """A value with its limits, and its range over parameter sets."""
    spread = "of 90 % of parameter sets; unknown for one number over all of them"
    return (
        Column(name, Kind.NUMBER, "outcome", meaning),
        Column(f"{name}_low", Kind.NUMBER, "outcome", f"lower 95 % confidence limit of {name}"),
        Column(f"{name}_high", Kind.NUMBER, "outcome", f"upper 95 % confidence limit of {name}"),
        Column(f"{name}_spread_low", Kind.NUMBER, "outcome", f"lower limit of {name} {spread}"),
        Column(f"{name}_spread_high", Kind.NUMBER, "outcome", f"upper limit of {name} {spread}"),
    )


_CLAUSE = (
    Column("clause", Kind.TEXT, "-", "its number in the text, or the name of a provision"),
    Column("text", Kind.TEXT, "-", "what it says"),
)
TABLES: Mapping[str, TableSchema] = {
    "clauses": TableSchema(
        (
            *_CLAUSE,
            Column("side", Kind.TEXT, "-", "name of the scenario whose clause it is"),
            *_valued("value", "what it adds on average over all orders (Shapley value)"),
            *_valued("first", "what it adds alone"),
            *_valued("last", "what it adds to all others"),
        )
    ),
    "levels": TableSchema(
        (
            Column("level", Kind.TEXT, "-", "none (no clause), full (all), or difference"),
            Column("estimate", Kind.NUMBER, "outcome", "the outcome there"),
            Column("low", Kind.NUMBER, "outcome", "lower 95 % confidence limit"),
            Column("high", Kind.NUMBER, "outcome", "upper 95 % confidence limit"),
            Column("spread_low", Kind.NUMBER, "outcome", "lower limit of 90 % of parameter sets"),
            Column("spread_high", Kind.NUMBER, "outcome", "upper limit of 90 % of parameter sets"),
        )
    ),
    "left_out": TableSchema(
        (
            Column("kind", Kind.TEXT, "-", f"{NOT_MODELLED} or {NO_BEARING}"),
            *_CLAUSE,
            Column("why", Kind.TEXT, "-", "why it sets nothing"),
        )
    ),
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `clauses`."""
