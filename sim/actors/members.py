"""The members of the European coalition: their forces, pledges, weights and elections."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import numpy as np
from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from sim.calendar import Calendar, Date
from sim.characters import in_column
from sim.quantity import Array, AsTuple, Brigades, Parameters, Quantity, least, parameter
from sim.uncertainty import Floats

_WITH_ARTICLE = ("United Kingdom", "Netherlands", "Czech Republic", "United States")
"""States whose names take an article in a sentence."""
FORCES = "judgement, from the size of its army (Correlates of War, NMC v6; figures of 2025)"

MOST_MEMBERS = 100
"""Members of a coalition: twice as many as Europe has states, each with its own outcomes."""
_LONGEST_NAME = 60
_TAKEN = {"all", "europe", "united states", "united_states", "ukraine"}
"""What tables of costs call those who bear them."""


def _tells_apart(name: str) -> str:
    if name.casefold() in _TAKEN:
        raise PydanticCustomError(
            "member_name", "is what tables call others who bear costs; give the member another name"
        )
    if not name[:1].isalnum() or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise PydanticCustomError(
            "member_name",
            "must start with a letter or digit, and have at most {most} characters in one line",
            {"most": _LONGEST_NAME},
        )
    return name


class Member(Parameters):
    """A member state of the coalition."""

    name: Annotated[str, AfterValidator(_tells_apart)] = parameter(
        ..., "name of the member", unit="-", symbol="-", source="given by the scenario"
    )
    brigades: Brigades = parameter(
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


def _differ(members: tuple[Member, ...]) -> tuple[Member, ...]:
    """Refuse two of one name, too many, and economies given for some only.

    Outcomes go by the names in small letters, as they stand in columns.
    """
    if len(members) > MOST_MEMBERS:
        raise PydanticCustomError("members", "has more than {most} members", {"most": MOST_MEMBERS})
    columns = [in_column(member.name.casefold()) for member in members]
    if twice := sorted(
        {
            member.name
            for member, own in zip(members, columns, strict=True)
            if columns.count(own) > 1
        }
    ):
        raise PydanticCustomError(
            "members", "has {names} more than once", {"names": ", ".join(twice)}
        )
    if (without := [member.name for member in members if member.gdp_usd_tn is None]) and len(
        without
    ) < len(members):
        raise PydanticCustomError(
            "members",
            "has gdp_usd_tn for some members and none for {names}; give it to all or to none",
            {"names": ", ".join(without)},
        )
    return members


def _leave_a_coalition(without: Without, info: ValidationInfo) -> Without:
    """Refuse names that no member has, and a coalition without weight."""
    members: tuple[Member, ...] = info.data.get("members", ())
    names = [member.name for member in members]
    if members and (unknown := [name for name in without.names if name not in names]):
        raise PydanticCustomError(
            "members",
            "no member {unknown}; the members are {names}",
            {"unknown": ", ".join(unknown), "names": ", ".join(names)},
        )
    if "members" in info.data and all(
        member.name in without.names or least(member.weight) == 0 for member in members
    ):
        raise PydanticCustomError("members", "leaves no member with a weight above 0", {})
    return without


Members = Annotated[tuple[Member, ...], AsTuple, AfterValidator(_differ)]
"""The member states of a coalition, each by its own name."""
Outsiders = Annotated[Without, AfterValidator(_leave_a_coalition)]
"""Those of the members read before that stay out."""


Ballots = tuple[Floats, Floats]
"""The ordinal of each member's next election, and the years between its elections; (member, world)
or (member, 1) where worlds do not differ.
"""


def ballots(members: Sequence[Member]) -> Ballots:
    """When each member votes."""
    return (
        by_member([float(member.next_election.toordinal()) for member in members]),
        by_member([member.election_interval for member in members]),
    )


def elections_by(ballots: Ballots, years: Array, calendar: Calendar) -> Floats:
    """Number of elections that each member has held by a moment, as the first axis before
    (node, world).
    """
    days, interval = ballots
    first = np.asarray(calendar.first_election(calendar.years_to(days), interval))
    return np.asarray(calendar.elections_since(first[:, None], interval[:, None], years))


def by_member(values: Sequence[Array]) -> Floats:
    """One value a member as the first axis, before that of the worlds."""
    if all(isinstance(value, float) for value in values):
        return np.array(values)[:, None]
    stacked: Floats = np.stack(np.broadcast_arrays(*map(np.atleast_1d, values)))
    return stacked


def shares(weights: Sequence[Array]) -> tuple[Array, ...]:
    """Each weight's part of their sum, equal parts where all are 0."""
    total = np.asarray(sum(weights))
    return tuple(
        np.where(total > 0, weight / np.where(total > 0, total, 1.0), 1 / len(weights))
        for weight in weights
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
