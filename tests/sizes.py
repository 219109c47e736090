"""Sizes under which a study takes a moment: what no option of a command sets."""

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

STUDY_SIZES = {
    "sim.analysis.resampling.bags:resamples": 20,
    "sim.study.cheapest.ROUNDS": 1,
    "sim.study.clauses.explanation:designs": 40,
    "sim.study.clauses.explanation:replicates": 2,
    "sim.study.reversal.BELIEFS": 1,
    "sim.study.reversal.FINALISTS": 2,
    "sim.study.scoring.CHEAP_RESAMPLES": 20,
    "sim.study.side_payments.frontier:designs": 8,
    "sim.study.side_payments.frontier:replicates": 2,
    "sim.study.side_payments.frontier:samples": 8,
}
"""Constants by their names, and defaults by `module.function:keyword`."""


def places(sizes: Mapping[str, int]) -> Iterator[tuple[dict[str, Any], str, int]]:
    """Where each size stands: a mapping, the name in it, and the size."""
    for name, size in sizes.items():
        path, _, keyword = name.partition(":")
        module, _, inner = path.rpartition(".")
        names = vars(importlib.import_module(module))
        yield (names[inner].__kwdefaults__, keyword, size) if keyword else (names, inner, size)
