"""Provisions of a guarantee: one class each, what a file may say and what it changes in the crisis game.

A provision says only what it contributes; each of the `Terms` says how contributions to it combine, by a sum, a product or a
minimum, so that the order of provisions cannot matter. To add one, write its class and give it a field of `Regime`; schema,
messages and tables follow.
"""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from sim.quantity import SMALLEST, Array, Parameters, Quantity, parameter

Contributions = dict[str, Array]


@dataclass(frozen=True)
class Terms:
    """What a regime changes in the crisis game; arrays that broadcast over (node, world). The defaults change nothing."""

    europe_committed: Array = 0.0           # L_E f
    united_states_committed: Array = 0.0    # L_A f
    forfeited: Array = 0.0                  # ν L_E f, lost by Ukraine if it attacks first
    resupply: Array = 0.0                   # S f, brigade-equivalents
    deployed_force: Array = 0.0             # F / ω, brigades
    arms: Array = 0.0                       # package, USD billion
    strength_cap: Array = np.inf            # C, brigade-equivalents
    incidents: Array = 1.0                  # 1 - M, factor on the rate of incidents
    reassurance: Array = 0.0                # r
    provocation: Array = 0.0                # v f
    added_cost_of_war: Array = 0.0          # z f


NOT_ADDED: dict[str, Callable[[Any, Any], Any]] = {"strength_cap": np.minimum, "incidents": operator.mul}
"""How contributions to a term combine where it is not by their sum."""


class Provision(Parameters, ABC):
    """One provision of a guarantee."""

    @abstractmethod
    def contributes(self, years: Array, in_force: Array) -> Contributions:
        """What it adds to the terms `years` after the ceasefire, t + h of shape (node, 1), `in_force` f being (node, world)."""


@final
class Commitment(Provision):
    """A promise to defend Ukraine: how binding it is in law, and what it loses by attacking first."""

    europe: Quantity = parameter(
        0.0, "legal commitment of the European coalition: 0 no promise, 1 an Article 5 treaty", unit="share of a treaty",
        symbol="L_E", low=0, high=1, source="judgement: no promise unless a scenario makes one")
    united_states: Quantity = parameter(
        0.0, "legal commitment of the United States: 0 no promise, 1 an Article 5 treaty", unit="share of a treaty",
        symbol="L_A", low=0, high=1, source="judgement: no promise unless a scenario makes one")
    resupply: Quantity = parameter(
        0.0, "arms rushed in if war resumes", unit="brigade-equivalents", symbol="S", low=0,
        source="judgement: none unless a scenario says so")
    conditional: Quantity = parameter(
        0.5, "weight that Ukraine gives to losing the promise by attacking first", unit="utility for a full treaty", symbol="ν",
        low=0, source="judgement; that a promise contingent on being attacked restrains the protégé: Benson 2012")

    def contributes(self, years: Array, in_force: Array) -> Contributions:
        """Commitments and resupply hold as far as the regime is in force."""
        return {
            "europe_committed": self.europe * in_force,
            "united_states_committed": self.united_states * in_force,
            "forfeited": self.conditional * self.europe * in_force,
            "resupply": self.resupply * in_force,
        }


@final
class Deployment(Provision):
    """Allied force stationed in Ukraine."""

    brigades: Quantity = parameter(
        0.0, "allied force stationed in Ukraine", unit="brigades", symbol="n_F", low=0,
        source="judgement: no force unless a scenario says so")
    half_life: Quantity = parameter(
        0.75, "time to deploy half of the force", unit="years", symbol="T_F", low=SMALLEST,
        source="judgement: a brigade-sized force is in place within a year, a division within two")

    def contributes(self, years: Array, in_force: Array) -> Contributions:
        """F = n_F y (1 - 2^(-(t+h)/T_F)) ω; the coalition's will ω is its own, and y = f."""
        arrived = 1 - np.exp2(-years / self.half_life)
        return {"deployed_force": self.brigades * in_force * arrived}


@final
class Arms(Provision):
    """Foreign arms delivered to Ukraine during the ceasefire."""

    package_usd_bn: Quantity = parameter(
        0.0, "arms package", unit="USD billion", symbol="package", low=0, source="judgement: none unless a scenario says so")

    def contributes(self, years: Array, in_force: Array) -> Contributions:
        """Arms raise the strength that Ukraine builds towards."""
        return {"arms": self.package_usd_bn}


@final
class ForceLimit(Provision):
    """A cap on Ukraine's strength."""

    brigades: Quantity | None = parameter(
        None, "cap on Ukraine's strength; leave it out for no limit", unit="brigade-equivalents", symbol="C", low=SMALLEST,
        source="judgement: no limit unless a scenario says so")

    def contributes(self, years: Array, in_force: Array) -> Contributions:
        """The lowest cap holds."""
        return {} if self.brigades is None else {"strength_cap": self.brigades}


@final
class Monitoring(Provision):
    """Observers and verification on the line of contact."""

    quality: Quantity = parameter(
        0.2, "share of serious incidents prevented", unit="share", symbol="M", low=0, high=1,
        source="judgement: the OSCE mission of 2014-22 reported violations and could prevent few")

    def contributes(self, years: Array, in_force: Array) -> Contributions:
        """Each monitoring regime prevents its share of what the others let through."""
        return {"incidents": (1 - self.quality)}


@final
class Reassurance(Provision):
    """Assurances given to Russia: neutrality, limits, reciprocity."""

    value: Quantity = parameter(
        0.0, "value of the assurances to an insecure Russia", unit="utility", symbol="r", low=0,
        source="judgement: none unless a scenario gives them; that reassurance matters to the insecure: Kydd 2005")

    def contributes(self, years: Array, in_force: Array) -> Contributions:
        """Assurances add up."""
        return {"reassurance": self.value}


@final
class Provocation(Provision):
    """What an insecure Russia loses by the regime: foreign troops, membership."""

    value: Quantity = parameter(
        0.0, "what an insecure Russia loses by the regime", unit="utility", symbol="v", low=0,
        source="judgement: none unless a scenario says so; the security dilemma: Jervis 1978")

    def contributes(self, years: Array, in_force: Array) -> Contributions:
        """Provocation is felt as far as the regime is in force."""
        return {"provocation": self.value * in_force}


@final
class Sanctions(Provision):
    """Sanctions that snap back if Russia resumes the war."""

    snapback: Quantity = parameter(
        0.0, "added cost to Russia of resuming the war", unit="utility", symbol="z", low=0,
        source="judgement: none unless a scenario says so")

    def contributes(self, years: Array, in_force: Array) -> Contributions:
        """Costs add up, as far as the regime is in force."""
        return {"added_cost_of_war": self.snapback * in_force}


class Accession(Parameters):
    """A regime that enters into force later, or never."""

    start: Quantity = parameter(
        ..., "earliest entry into force", unit="years after the ceasefire", symbol="start", low=0,
        source="given by the scenario that has an accession")
    mean_years: Quantity = parameter(
        ..., "mean wait for entry after the earliest moment", unit="years", symbol="mean", low=SMALLEST,
        source="given by the scenario that has an accession")
    veto: Quantity = parameter(
        ..., "chance that it never enters into force", unit="probability", symbol="veto", low=0, high=1,
        source="given by the scenario that has an accession")
    interim: Quantity = parameter(
        0.0, "share of the regime that holds meanwhile", unit="share", symbol="i", low=0, high=1,
        source="judgement: nothing holds before entry unless a scenario says so")

    def entry(self, wait: Array, vetoed: Array) -> Array:
        """Year of entry into force, from a uniform number each for the exponential wait and the veto; never is infinite."""
        return np.where(vetoed < self.veto, np.inf, self.start - self.mean_years * np.log1p(-wait))

    def in_force(self, now: Array, ahead: Array, entered: NDArray[np.bool_]) -> Array:
        """f = i + (1 - i) x: as it is now, and as it is expected `ahead` years from now while it has not entered."""
        waiting = np.maximum(0.0, now + ahead - np.maximum(self.start, now))
        expected = (1 - self.veto) * (1 - np.exp(-waiting / self.mean_years))
        return self.interim + (1 - self.interim) * np.where(entered, 1.0, expected)


class Regime(Parameters):
    """A guarantee regime: its provisions, each of which may be left out."""

    commitment: Commitment = Commitment()
    deployment: Deployment = Deployment()
    arms: Arms = Arms()
    force_limit: ForceLimit = ForceLimit()
    monitoring: Monitoring = Monitoring()
    reassurance: Reassurance = Reassurance()
    provocation: Provocation = Provocation()
    sanctions: Sanctions = Sanctions()
    accession: Accession | None = None

    def in_force(self, now: Array, ahead: Array, entered: NDArray[np.bool_]) -> Array:
        """f: the share of the regime that is in force, 1 for one without an accession."""
        return 1.0 if self.accession is None else self.accession.in_force(now, ahead, entered)

    def stationed(self, now: float, entered: NDArray[np.bool_]) -> Array:
        """F / ω: the brigades in place `now`, as `terms` has them."""
        return self.deployment.contributes(now, self.in_force(now, 0.0, entered))["deployed_force"]

    def terms(self, now: Array, ahead: Array, entered: NDArray[np.bool_]) -> Terms:
        """All that the regime changes, for crises imagined `ahead` (node, 1) years after `now`, `entered` being of shape (world,)."""
        in_force = self.in_force(now, ahead, entered)
        terms: dict[str, Any] = {}
        for name in type(self).model_fields:
            provision = getattr(self, name)
            if isinstance(provision, Provision):
                for term, contribution in provision.contributes(now + ahead, in_force).items():
                    terms[term] = NOT_ADDED.get(term, operator.add)(terms[term], contribution) if term in terms else contribution
        return Terms(**terms)
