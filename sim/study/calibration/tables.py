"""The tables of a finding of kind `calibration`."""

from collections.abc import Mapping

from sim.study.calibration import self_check
from sim.study.columns import Column, Kind, TableSchema, estimate_with_limits, with_limits
from sim.study.scoring import SCORES

_CANDIDATES = "limit of 90 % of candidates"


_REFIT_LIMIT = "95 % limit for the error of emulator and histories"


TABLES: Mapping[str, TableSchema] = {
    "parts": TableSchema(
        (
            Column("part", Kind.TEXT, "-", "parameter of a candidate"),
            *with_limits(Column("prior", Kind.NUMBER, "parameter", "median before"), _CANDIDATES),
            Column("posterior", Kind.NUMBER, "parameter", "median after"),
            Column("low", Kind.NUMBER, "parameter", f"lower {_CANDIDATES} after"),
            Column("high", Kind.NUMBER, "parameter", f"upper {_CANDIDATES} after"),
            *with_limits(
                Column(
                    "learned", Kind.NUMBER, "share", "variance of the normal score that is gone"
                ),
                _REFIT_LIMIT,
            ),
        )
    ),
    "entangled": TableSchema(
        (
            Column("part", Kind.TEXT, "-", "parameter of a candidate"),
            Column("other", Kind.TEXT, "-", "another that may compensate for it"),
            *with_limits(
                Column("correlation", Kind.NUMBER, "-", "of their normal scores, after"),
                _REFIT_LIMIT,
            ),
        )
    ),
    "durability": TableSchema(
        (
            Column("guarantee_class", Kind.TEXT, "-", "class of the record"),
            Column("source", Kind.TEXT, "-", "prior, posterior or record"),
            Column("years", Kind.NUMBER, "years", "since the ceasefire"),
            *estimate_with_limits(
                "share",
                "ceasefires that hold",
                "limit of 90 % of candidates, or 95 % of the record",
            ),
        )
    ),
    "scores": SCORES,
    "left_out": TableSchema(
        (
            Column("before", Kind.NUMBER, "nats", "mean log chance of a case left out, before"),
            Column("after", Kind.NUMBER, "nats", "mean log chance of a case left out, after"),
            *with_limits(
                Column("gain", Kind.NUMBER, "nats", "of knowing the other pairs"),
                "limit of 95 % of resamples of the pairs",
            ),
        )
    ),
    "ranks": self_check.RANKS,
    "uniformity": self_check.UNIFORMITY,
    "emulator": self_check.EMULATED,
    "effective": TableSchema(
        (
            Column("cases", Kind.COUNT, "cases", "cases of the record"),
            Column("ended", Kind.COUNT, "cases", "cases that ended"),
            Column("candidates", Kind.COUNT, "candidates", "candidates weighed"),
            Column("effective", Kind.NUMBER, "candidates", "equally weighted ones worth as much"),
            Column("log_evidence", Kind.NUMBER, "nats", "log chance of the record over the prior"),
        )
    ),
    "draws": TableSchema((), has_keys=True),
}
"""The tables of a finding of kind `calibration`."""
