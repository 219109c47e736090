"""The tables of a finding of kind `elicitation`."""

from collections.abc import Mapping

from sim.study.columns import (
    LABEL_TABLE,
    Column,
    Kind,
    TableSchema,
    estimate_with_limits,
    with_limits,
)
from sim.study.finding import LABELS

PRIOR, POOLED, EXPERT, DIFFERENCE = "prior", "pooled", "expert", "pooled less prior"
"""Whose beliefs a row is of."""


BETWEEN, WITHIN = "between experts", "within experts"


_WHOSE = (
    Column("source", Kind.TEXT, "-", f"{PRIOR}, {POOLED} or {EXPERT}"),
    Column("expert", Kind.TEXT, "-", "name of the expert; empty for all others"),
)


TABLES: Mapping[str, TableSchema] = {
    "answers": TableSchema(
        (
            Column(
                "source", Kind.TEXT, "-", f"{PRIOR}, {POOLED}, {EXPERT} or the difference of two"
            ),
            _WHOSE[1],
            *estimate_with_limits("outcome", "mean outcome"),
            Column("spread_low", Kind.NUMBER, "outcome", "5 % of parameter sets lie below"),
            Column("spread_high", Kind.NUMBER, "outcome", "95 % of parameter sets lie below"),
            Column("sets", Kind.COUNT, "parameter sets", "parameter sets of these beliefs"),
        )
    ),
    "variance": TableSchema(
        (
            Column("part", Kind.TEXT, "-", f"{BETWEEN} or {WITHIN}"),
            *estimate_with_limits("share", "share of the variance over parameter sets"),
            *with_limits(Column("variance", Kind.NUMBER, "outcome²", "variance of this part")),
        )
    ),
    "beliefs": TableSchema(
        (
            *_WHOSE,
            Column("key", Kind.TEXT, "-", "dotted key of the number"),
            Column("p5", Kind.NUMBER, "as the number", "5 % of its fitted distribution"),
            Column("p50", Kind.NUMBER, "as the number", "its median"),
            Column("p95", Kind.NUMBER, "as the number", "95 %"),
            Column("answered", Kind.TRUTH, "-", "whether an expert said it; else it is the prior"),
            Column("miss", Kind.NUMBER, "share", "error of the fit, of the width from 5 to 95 %"),
        )
    ),
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `elicitation`."""
