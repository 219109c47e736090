"""Results in words and numbers."""

from sim.report.durability import (
    HOW_TO_READ,
    burden_table,
    causes_table,
    costs_table,
    differences_table,
    document,
    durability_table,
    gain,
    reasons_table,
)
from sim.report.peace import bent, broken, deterred, peace_table, threshold_table
from sim.report.record import lifetimes_table, scores_table
from sim.report.worlds import game, game_lines, story

__all__ = [
    "HOW_TO_READ",
    "bent",
    "broken",
    "burden_table",
    "causes_table",
    "costs_table",
    "deterred",
    "differences_table",
    "document",
    "durability_table",
    "gain",
    "game",
    "game_lines",
    "lifetimes_table",
    "peace_table",
    "reasons_table",
    "scores_table",
    "story",
    "threshold_table",
]
