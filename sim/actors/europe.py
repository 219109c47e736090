"""The European coalition, the front-line defender: abstain or intervene, answer softly or firmly, renew the deployment or not."""

from typing import Annotated

import mesa
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from sim.actors.choice import bayes, drawn_again, logistic
from sim.guarantee.provisions import Terms
from sim.quantity import SMALLEST, Array, AsTuple, Parameters, Quantity, least, parameter
from sim.uncertainty import Floats

_FORCES = "judgement, from the size of its army (Correlates of War, NMC v6; figures of 2025)"
LOST_WILL = 0.7
"""What a failed renewal leaves of the coalition's will; a judgement of the model (docs/model.md, section 7)."""


class Member(Parameters):
    """A member state of the coalition."""

    name: str = parameter(..., "name of the member", unit="-", symbol="-", source="given by the scenario")
    brigades: Quantity = parameter(..., "brigades ready for Ukraine", unit="brigades", symbol="-", low=0, source=_FORCES)
    reliability: Quantity = parameter(
        ..., "chance that the pledge is honoured", unit="probability", symbol="-", low=0, high=1,
        source="judgement; alliance commitments were honoured 50 % of the time 1816-2003 (Berkemeier & Fuhrmann 2018), about 75 % "
               "1816-1944 (Leeds, Long & Mitchell 2000)")
    weight: Quantity = parameter(..., "political weight in the coalition", unit="share", symbol="-", low=0, source="judgement")
    resolve_offset: Quantity = parameter(
        ..., "how much readier than the average it is to intervene", unit="utility", symbol="-",
        source="judgement, from its distance to Russia and its declared policy")
    gdp_usd_tn: Quantity | None = parameter(
        None, "size of its economy, by which it shares the cost of arms; if no member has one, political weights take its place",
        unit="USD trillion", symbol="-", low=0, source="World Bank, gross domestic product of 2024 in current dollars")


class Without(Parameters):
    """Members that stay out."""

    names: Annotated[tuple[str, ...], AsTuple] = parameter(
        (), "members taken out of the coalition", unit="-", symbol="-", source="given by the scenario")


REFERENCE_MEMBERS = tuple(
    Member(name=name, brigades=brigades, reliability=reliability, weight=weight, resolve_offset=offset, gdp_usd_tn=gdp)
    for name, brigades, reliability, weight, offset, gdp in (
        ("United Kingdom", 8, 0.8, 0.22, 0.15, 3.6),
        ("France", 8, 0.8, 0.22, 0.10, 3.2),
        ("Germany", 7, 0.6, 0.20, -0.05, 4.7),
        ("Poland", 6, 0.7, 0.14, 0.15, 0.9),
        ("Italy", 5, 0.5, 0.12, -0.15, 2.4),
        ("Finland", 3, 0.8, 0.10, 0.20, 0.3),
    )
)


class FrontLineDefender(Parameters):
    """What the coalition has, wants and fears, and how it answers; its type is private, resolute or irresolute."""

    stake: Quantity = parameter(
        -0.55, "net utility of intervening, for a resolute coalition with no commitment", unit="utility", symbol="s_E",
        source="judgement: without a promise it would rather not fight")
    audience_cost: Quantity = parameter(
        1.2, "weight of the legal commitment", unit="utility for a full treaty", symbol="h_E", low=0,
        source="judgement; tying hands: Fearon 1997; 74 % of voters would defend a NATO member, 45 % a non-member "
               "(Tomz, Weeks & Bansak 2023)")
    tripwire: Quantity = parameter(
        0.35, "utility added by own troops under fire", unit="utility", symbol="w", low=0,
        source="judgement; Schelling 1966, with the doubt of Reiter & Poast 2021 that a token force deters")
    tripwire_half_force: Quantity = parameter(
        4.0, "force at which half of the tripwire is reached", unit="brigades", symbol="F½", low=SMALLEST, source="judgement")
    backing: Quantity = parameter(
        0.4, "weight of the expected backing by the United States", unit="utility", symbol="k", low=0, source="judgement")
    resolve_gap: Quantity = parameter(
        0.6, "how much less an irresolute coalition wants to intervene", unit="utility", symbol="γ_E", low=0, source="judgement")
    prior_resolute: Quantity = parameter(
        0.5, "chance that the coalition is resolute", unit="probability", symbol="π_E", low=0, high=1,
        source="judgement: commitments were honoured in 50 % of cases 1816-2003, 22 % since 1945 (Berkemeier & Fuhrmann 2018)")
    resolve_drift: Quantity = parameter(
        0.10, "rate at which the type is drawn again", unit="per year", symbol="d_E", low=0, high=366,
        source="judgement: governments change")
    firmness: Quantity = parameter(
        -0.2, "net utility of a firm answer to a probe", unit="utility", symbol="s_F", source="judgement")
    choice_noise: Quantity = parameter(0.2, "logit noise", unit="utility", symbol="λ_E", low=1e-6, source="judgement")
    renewal_if_resolute: Quantity = parameter(
        0.98, "chance that a resolute coalition renews its deployment in a year", unit="probability", symbol="n₁", low=0, high=1,
        source="judgement")
    renewal_if_irresolute: Quantity = parameter(
        0.8, "chance that an irresolute coalition renews its deployment in a year", unit="probability", symbol="n₀", low=0, high=1,
        source="judgement")
    members: Annotated[tuple[Member, ...], AsTuple] = parameter(
        REFERENCE_MEMBERS, "member states; a list in a file replaces this one", unit="-", symbol="-", source=_FORCES)
    without: Without = Field(Without(), validate_default=True)

    @field_validator("members")
    @classmethod
    def _differ(cls, members: tuple[Member, ...]) -> tuple[Member, ...]:
        names = [member.name for member in members]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise PydanticCustomError("members", "has {names} more than once", {"names": ", ".join(twice)})
        if (without := [member.name for member in members if member.gdp_usd_tn is None]) and len(without) < len(members):
            raise PydanticCustomError("members", "has gdp_usd_tn for some members and none for {names}; give it to all or to none",
                                      {"names": ", ".join(without)})
        return members

    @field_validator("without")
    @classmethod
    def _leaves_a_coalition(cls, without: Without, info: ValidationInfo) -> Without:
        members: tuple[Member, ...] = info.data.get("members", ())
        names = [member.name for member in members]
        if members and (unknown := [name for name in without.names if name not in names]):
            raise PydanticCustomError("members", "no member {unknown}; the members are {names}",
                                      {"unknown": ", ".join(unknown), "names": ", ".join(names)})
        if "members" in info.data and all(member.name in without.names or least(member.weight) == 0 for member in members):
            raise PydanticCustomError("members", "leaves no member with a weight above 0", {})
        return without

    @property
    def standing(self) -> tuple[Member, ...]:
        """The members less those that stay out."""
        return tuple(member for member in self.members if member.name not in self.without.names)

    @property
    def pledged_force(self) -> Array:
        """B = Σ brigades × reliability, brigades."""
        return sum(member.brigades * member.reliability for member in self.standing)

    @property
    def offset(self) -> Array:
        """o = Σ weight × offset / Σ weight."""
        return sum(m.weight * m.resolve_offset for m in self.standing) / sum(m.weight for m in self.standing)

    @property
    def shares_of_force(self) -> tuple[Array, ...]:
        """Of each standing member, the share of the stationed force that it sends: by brigades, equal where none has any."""
        return _shares([member.brigades for member in self.standing])

    @property
    def shares_of_arms(self) -> tuple[Array, ...]:
        """Of each standing member, the share of the coalition's arms that it pays: by its economy, or else by its weight."""
        return _shares([member.weight if member.gdp_usd_tn is None else member.gdp_usd_tn for member in self.standing])

    def tripwire_value(self, force: Array) -> Array:
        """w F / (F + F½)."""
        return self.tripwire * force / (force + self.tripwire_half_force)

    def intervenes(self, terms: Terms, force: Array, backs: Array, resolute: Array) -> Array:
        """P_E(τ): chance that it fights, given its force F in place and the chance P_A(1) that the United States backs it."""
        utility = (self.stake + self.offset + self.audience_cost * terms.europe_committed + self.tripwire_value(force)
                   + self.backing * backs - self.resolve_gap * (1 - resolute))
        return logistic(utility / self.choice_noise)

    def answers_firmly(self, committed: Array, force: Array, resolute: Array) -> Array:
        """P_F(τ): chance of a firm answer to a probe, given the commitment L_E f and the force F in place."""
        utility = (self.firmness + self.offset + committed + self.tripwire_value(force)
                   - self.resolve_gap * (1 - resolute))
        return logistic(utility / self.choice_noise)


def _shares(weights: list[Array]) -> tuple[Array, ...]:
    """Each weight's part of their sum, equal parts where all are 0."""
    total = np.asarray(sum(weights))
    return tuple(np.where(total > 0, weight / np.where(total > 0, total, 1.0), 1 / len(weights)) for weight in weights)


class EuropeanCoalition(mesa.Agent):
    """The front-line defender. Every attribute is an array with one entry a world."""

    def __init__(self, model: mesa.Model, drawn: FrontLineDefender, uniform: Floats) -> None:
        """Draw the type; the others believe in it as far as the prior goes."""
        super().__init__(model)
        self.part = drawn
        self.resolute: NDArray[np.bool_] = uniform < drawn.prior_resolute
        self.belief: Floats = np.full(len(uniform), drawn.prior_resolute)
        self.will: Floats = np.ones(len(uniform))

    def drift(self, uniform: Floats, chance: Array) -> None:
        """Draw the type again with `chance`, and let the belief move with it."""
        self.resolute = drawn_again(self.resolute, uniform, chance, self.part.prior_resolute)
        self.belief += (self.part.prior_resolute - self.belief) * chance

    def face_renewal(self, stationed: NDArray[np.bool_], uniform: Floats) -> None:
        """Renew the deployment where a force is `stationed`, or let it shrink; the others learn from the outcome."""
        if_resolute, if_irresolute = self.part.renewal_if_resolute, self.part.renewal_if_irresolute
        passed = uniform < np.where(self.resolute, if_resolute, if_irresolute)
        learned = np.where(passed, bayes(self.belief, if_resolute, if_irresolute),
                           bayes(self.belief, 1 - if_resolute, 1 - if_irresolute))
        self.belief = np.where(stationed, learned, self.belief)
        self.will = np.where(stationed & ~passed, self.will * LOST_WILL, self.will)

    def answer_probe(self, worlds: NDArray[np.intp], if_resolute: Floats, if_irresolute: Floats, uniform: Floats) -> NDArray[np.bool_]:
        """Where it answers firmly, which restores its will; the others learn from the answer."""
        firm = uniform < np.where(self.resolute[worlds], if_resolute, if_irresolute)
        self.belief[worlds] = np.where(firm, bayes(self.belief[worlds], if_resolute, if_irresolute),
                                       bayes(self.belief[worlds], 1 - if_resolute, 1 - if_irresolute))
        self.will[worlds[firm]] = 1.0
        return np.asarray(firm)
