"""The comparer of printed texts: a last digit may be one off, and nothing else may."""

import pytest
from printed import apart


@pytest.mark.parametrize(
    ("kept", "fresh"),
    [
        ("0.851", "0.852"),
        ("spread 0.999 to 1.000", "spread 1.000 to 0.999"),
        ("81.5 % (±0.8)", "81.4 % (±0.9)"),
        ("7,999 of 10,000", "8,000 of 10,000"),
        ("+0.0 points", "-0.1 points"),
        ("1e-05", "9.9e-06"),
        ("0.95 and 7", "0.951 and 7"),
        ("| 9.99 |\n-------", "|10.00 |\n--------"),
        ("nato\n  9", "nato\n 10"),
        ("no numbers", "no numbers"),
    ],
)
def test_one_unit_of_the_last_digit_is_no_difference(kept, fresh):
    """Whatever the form of the number, and wherever its width moves what stands around it."""
    assert apart(kept, fresh) == []
    assert apart(fresh, kept) == []


@pytest.mark.parametrize(
    ("kept", "fresh"),
    [
        ("0.851", "0.853"),
        ("0.85", "0.861"),
        ("7", "7.9"),
        ("7,999", "8,001"),
        ("1.2e-05", "1.2e-06"),
        ("+0.3", "-0.3"),
        ("nato 5", "eu 5"),
        ("1 2", "1 2 3"),
        ("1 2", "12"),
        ("nan", "1"),
        ("coalition-3f1a", "coalition-3f2a"),
        ("#0072b2", "#0072b3"),
        ("5 %", "5"),
    ],
)
def test_anything_else_is_a_difference(kept, fresh):
    """Two units, another word, a number more, another name."""
    assert len(apart(kept, fresh)) == 1
    assert len(apart(fresh, kept)) == 1


def test_every_number_that_differs_is_named():
    assert apart("1 of 20, 0.31", "1 of 30, 0.35") == ["20 is now 30", "0.31 is now 0.35"]
