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
CALIBRATION_SIZES = {
    "sim.study.calibration.study.MIN_CANDIDATES": 12,
    "sim.study.calibration.study.MIN_HISTORIES": 6,
    "sim.study.calibration.study.MIN_CHECKS": 3,
    "sim.study.calibration.study.FRESH_CANDIDATES": 2,
    "sim.study.calibration.study._FRESH_HISTORIES": 5,
    "sim.study.calibration.study._TRUE_HISTORIES": 90,
    "sim.study.calibration.study._REFITS": 1,
    "sim.study.calibration.emulator.DEGREE": 1,
    "sim.study.calibration.emulator._TOLERANCE": 0.1,
}
"""Those of a calibration that is only to begin, go on and end."""


def places(sizes: Mapping[str, int]) -> Iterator[tuple[dict[str, Any], str, int]]:
    """Where each size stands: a mapping, the name in it, and the size."""
    for name, size in sizes.items():
        path, _, keyword = name.partition(":")
        module, _, inner = path.rpartition(".")
        names = vars(importlib.import_module(module))
        yield (names[inner].__kwdefaults__, keyword, size) if keyword else (names, inner, size)
