"""Estimates in the cells of tables."""

import math

import pytest

from sim.presentation.cells import both, share_of_burden


def cell(value, low, high, **options):
    spread = {"spread_low": math.nan, "spread_high": math.nan}
    return both({"estimate": value, "low": low, "high": high} | spread, **options)


@pytest.mark.parametrize(
    ("estimate", "printed"),
    [
        ((0.972, 0.828, 0.996), "97.2 (82.8 to 99.6)"),
        ((0.0, 0.0, 0.0041), "0.0 (0.0 to 0.4)"),
        ((1.0, 0.9962, 1.0), "100.0 (99.6 to 100.0)"),
        ((0.5, 0.49, 0.51), "50.0 (±1.0)"),
        ((0.004, 0.0, 0.008), "0.4 (±0.4)"),
        ((0.0, 0.0, 0.0), "0.0 (±0.0)"),
        ((1.0, 1.0, 1.0), "100.0 (±0.0)"),
    ],
)
def test_no_error_of_a_share_reaches_beyond_what_can_be(estimate, printed):
    """Its limits stand in its place, which say the same and stay within 0 and 100 %."""
    assert cell(*estimate) == printed
    value, low, high = estimate
    burden = {"share": value, "share_low": low, "share_high": high}
    assert share_of_burden(burden) == printed


def test_a_difference_and_an_amount_have_their_errors():
    """They may be less than nothing, and more than one."""
    assert cell(0.01, -0.04, 0.06, signed=True) == "+1.0 (±5.0)"
    assert cell(-0.01, -0.04, 0.02) == "-1.0 (±3.0)"
    assert cell(120.0, 80.0, 160.0, scale=1) == "120.0 (±40.0)"
    assert cell(3.7, 0.0, 12.0, scale=1) == "3.7 (0.0 to 12.0)"
