"""The members of the European coalition: their forces, pledges, weights and elections."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from sim.calendar import Calendar, Date
from sim.quantity import Array, AsTuple, Parameters, Quantity, parameter

_WITH_ARTICLE = ("United Kingdom", "Netherlands", "Czech Republic", "United States")
"""States whose names take an article in a sentence."""
FORCES = "judgement, from the size of its army (Correlates of War, NMC v6; figures of 2025)"


class Member(Parameters):
    """A member state of the coalition."""

    name: str = parameter(
        ..., "name of the member", unit="-", symbol="-", source="given by the scenario"
    )
    brigades: Quantity = parameter(
        ..., "brigades ready for Ukraine", unit="brigades", symbol="-", low=0, source=FORCES
    )
    reliability: Quantity = parameter(
        ...,
        "chance that the pledge is honoured",
        unit="probability",
        symbol="-",
        low=0,
        high=1,
        source=(
            "commitments were honoured in 50 % of cases 1816-2003 (Berkemeier & Fuhrmann 2018), "
            "75 % 1816-1944 (Leeds, Long & Mitchell 2000); higher where the public is in favour"
        ),
    )
    weight: Quantity = parameter(
        ...,
        "political weight in the coalition",
        unit="share",
        symbol="-",
        low=0,
        source=(
            "judgement: nuclear powers first, then population and army; only shares count, and "
            "no member has a quarter"
        ),
    )
    resolve_offset: Quantity = parameter(
        ...,
        "how much readier than the average it is to intervene",
        unit="utility",
        symbol="-",
        source=(
            "judgement, from its distance to Russia and declared policy: neighbours and the two "
            "that would lead the force are above 0, Germany and Italy below (Public First, "
            "February 2026)"
        ),
    )
    gdp_usd_tn: Quantity | None = parameter(
        None,
        "size of its economy, by which it shares the cost of arms; if no member has one, "
        "political weights take its place",
        unit="USD trillion",
        symbol="-",
        low=0,
        source="World Bank, gross domestic product of 2024 in current dollars",
    )
    next_election: Date = parameter(
        ...,
        "next national election",
        unit="date",
        symbol="-",
        source=(
            "electoral calendars: France April 2027, Finland April 2027, Poland and Italy "
            "autumn 2027, Germany March 2029, United Kingdom by August 2029 (latest dates)"
        ),
    )
    election_interval: Quantity = parameter(
        ...,
        "time between national elections",
        unit="years",
        symbol="-",
        low=0.25,
        source=(
            "constitutions and electoral laws: full terms of 4 or 5 years; early elections are "
            "left out, as nobody can date them"
        ),
    )

    def elections_by(self, years: Array, calendar: Calendar) -> Array:
        """Number of its elections held by a moment, `years` after the signature."""
        return calendar.elections_by(years, self.next_election, self.election_interval)


class Without(Parameters):
    """Members that stay out."""

    names: Annotated[tuple[str, ...], AsTuple] = parameter(
        (),
        "members taken out of the coalition",
        unit="-",
        symbol="-",
        source="given by the scenario",
    )


REFERENCE_MEMBERS = tuple(
    Member(
        name=name,
        brigades=brigades,
        reliability=reliability,
        weight=weight,
        resolve_offset=offset,
        gdp_usd_tn=gdp,
        next_election=election,
        election_interval=interval,
    )
    for name, brigades, reliability, weight, offset, gdp, election, interval in (
        ("United Kingdom", 8, 0.8, 0.22, 0.15, 3.6, date(2029, 8, 15), 5),
        ("France", 8, 0.8, 0.22, 0.10, 3.2, date(2027, 4, 25), 5),
        ("Germany", 7, 0.6, 0.20, -0.05, 4.7, date(2029, 3, 25), 4),
        ("Poland", 6, 0.7, 0.14, 0.15, 0.9, date(2027, 10, 17), 4),
        ("Italy", 5, 0.5, 0.12, -0.15, 2.4, date(2027, 10, 15), 5),
        ("Finland", 3, 0.8, 0.10, 0.20, 0.3, date(2027, 4, 18), 4),
    )
)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "France", "France and Italy", "France, Italy and the United Kingdom"."""
    *first, last = [f"the {name}" if name in _WITH_ARTICLE else name for name in names]
    return f"{', '.join(first)} and {last}" if first else last
