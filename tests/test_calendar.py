"""The calendar: years are counted from the signature, and elections fall on their dates."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import sim
from sim.calendar import Calendar

DATES = st.dates(date(1990, 1, 1), date(2080, 12, 31))
INTERVALS = st.integers(1, 40).map(lambda quarters: quarters / 4)
SIGNED = date(2026, 12, 31)


def held(calendar, day, interval, years):
    """Elections in (0, years], one by one: from the dated one on, moved by whole intervals until it
    is after the signature.
    """
    when = (day - calendar.signed).days / 365.25
    while when <= 0:
        when += interval
    count = 0
    while when + count * interval <= years:
        count += 1
    return count


@given(DATES, DATES, INTERVALS, st.integers(0, 1200))
def test_elections_are_counted_as_one_by_one(signed, day, interval, months):
    """Dated on, before or after the signature; a month counts what falls in (t - Δ, t]."""
    calendar = Calendar(signed=signed)
    counts = [
        int(calendar.elections_by(month / 12, day, interval)) for month in (months, months + 1)
    ]
    assert counts == [held(calendar, day, interval, month / 12) for month in (months, months + 1)]
    assert counts[0] <= counts[1]


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (SIGNED, 4.0),
        (SIGNED + timedelta(days=1), 1 / 365.25),
        (SIGNED - timedelta(days=1461), 4.0),
        (SIGNED - timedelta(days=1460), 1 / 365.25),
        (SIGNED - timedelta(days=1), 4 - 1 / 365.25),
        (SIGNED - timedelta(days=1462), 4 - 1 / 365.25),
    ],
)
def test_an_election_on_or_before_the_signature_is_moved_on_by_whole_intervals(day, first):
    """Four years from then, or as many times four as it takes.

    One on the day of the signature was held under the old order.
    """
    calendar = Calendar(signed=SIGNED)
    assert calendar.elections_by(first - 1e-9, day, 4.0) == 0
    assert calendar.elections_by(first + 1e-9, day, 4.0) == 1
    assert calendar.elections_by(first + 4 + 1e-9, day, 4.0) == 2


@pytest.mark.parametrize(
    ("signed", "months"),
    [
        (date(2026, 12, 31), [23, 71, 119]),
        (date(2027, 12, 31), [11, 59, 107]),
        (date(2028, 11, 7), [48, 96, 144]),
    ],
)
def test_americans_vote_in_the_months_in_which_their_elections_fall(signed, months, scenarios):
    """In every world of them, counted from whatever day the ceasefire is signed on."""
    model = sim.CeasefireModel(
        sim.load(scenarios / "article5_like.toml", {"calendar.signed": signed}), 20
    )
    voted = []
    for month in range(1, 145):
        model.step()
        assert model.us_voted.all() or not model.us_voted.any()
        voted += [month] * bool(model.us_voted.any())
    assert voted == months


def test_members_vote_in_their_own_months(scenarios):
    """France and Finland in April 2027 and every five and four years, and so on, as a table of
    dates has it.
    """
    model, voted = sim.CeasefireModel(sim.load(scenarios / "none.toml"), [3]), {}
    for _ in range(120):
        model.step()
        for member in model.members_voted:
            voted.setdefault(member, []).append(model.steps)
    for member in model.parameters.europe.members:
        start = (member.next_election - SIGNED).days / 365.25
        dates = np.arange(start, 10, member.election_interval)
        assert voted[member.name] == np.ceil(dates * 12).astype(int).tolist()


@pytest.mark.long
def test_a_later_signature_brings_elections_nearer(scenarios):
    """The same history, but for what depends on dates: nothing else reads the calendar."""
    far = {
        "united_states.next_election": date(2900, 1, 1),
        "united_states.election_interval": 1000,
        "europe.election_swing": 0,
        "sampling.designs": 100,
        "sampling.replicates": 2,
    }
    runs = [
        sim.run(
            sim.load(scenarios / "none.toml", far | {"calendar.signed": signed}), out=None
        ).outcomes
        for signed in (SIGNED, date(2027, 6, 30))
    ]
    np.testing.assert_array_equal(runs[0]["years"], runs[1]["years"])
    far.pop("united_states.next_election")
    other = sim.run(
        sim.load(
            scenarios / "article5_like.toml",
            {"sampling.designs": 100, "calendar.signed": date(2028, 6, 30)},
        ),
        out=None,
    ).outcomes
    plain = sim.run(
        sim.load(scenarios / "article5_like.toml", {"sampling.designs": 100}), out=None
    ).outcomes
    assert not np.array_equal(other["years"], plain["years"])


@pytest.mark.parametrize(
    "wrong",
    ["7 November 2028", "2028-13-01", 2028, datetime(2028, 11, 7, 12, 0)],  # noqa: DTZ001
)
def test_what_is_no_date_is_refused(wrong):
    """One message with an example; a text in ISO form, as JSON has it, is a date."""
    with pytest.raises(ValidationError, match="must be a date such as 2028-11-07"):
        Calendar(signed=wrong)
    assert Calendar(signed="2028-11-07").signed == date(2028, 11, 7)
