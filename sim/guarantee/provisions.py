"""Provisions of a guarantee: one class each, what a file may say and what it changes in the crisis
game.

A provision says only what it contributes; each of the `Terms` says how contributions to it combine,
by a sum, a product or a minimum, so that the order of provisions cannot matter. To add one, write
its class and give it a field of `Regime`; schema, messages and tables follow.
"""

from abc import ABC, abstractmethod
from typing import final

import numpy as np

from sim.guarantee.terms import Contributions, Moment, Standing, Terms, combined
from sim.quantity import SMALLEST, Array, Parameters, Quantity, parameter
from sim.uncertainty import Uniform

TOLERANCE = 1e-9
"""Years within which a month counts as the moment on which a promise or a delivery ends."""


class Provision(Parameters, ABC):
    """One provision of a guarantee."""

    @abstractmethod
    def contributes(self, at: Standing) -> Contributions:
        """What it adds to the terms at the moments t + h.

        Arrays that broadcast over (node, world).
        """


@final
class Commitment(Provision):
    """A promise to defend Ukraine: how binding it is, how long it lasts, and how it is lost."""

    europe: Quantity = parameter(
        0.0,
        "promise of the European coalition: 0 none, 1 an Article 5 treaty",
        unit="share of a treaty",
        symbol="L_E",
        low=0,
        high=1,
        source=(
            "0 because nobody has promised anything unless a scenario says so; 1 is the North "
            "Atlantic Treaty"
        ),
    )
    united_states: Quantity = parameter(
        0.0,
        "promise of the United States: 0 none, 1 an Article 5 treaty",
        unit="share of a treaty",
        symbol="L_A",
        low=0,
        high=1,
        source=(
            "0 because nobody has promised anything unless a scenario says so; 1 is the North "
            "Atlantic Treaty"
        ),
    )
    resupply: Quantity = parameter(
        0.0,
        "arms rushed in if war resumes",
        unit="brigade-equivalents",
        symbol="S",
        low=0,
        source="0 because no stock is set aside for Ukraine unless a scenario says so",
    )
    conditional: Quantity = parameter(
        0.5,
        "weight that Ukraine gives to losing the promise",
        unit="utility for a full treaty",
        symbol="ν",
        low=0,
        source=(
            "promises void for an aggressor restrain the protégé (Benson 2012), and the texts "
            "of 2025 have the clause; fixed so that losing a full treaty weighs about as much "
            "as a war (0.45 to 0.65)"
        ),
    )
    term_years: Quantity | None = parameter(
        None,
        "years after which the promise ends unless it is renewed; leave it out for a promise "
        "without a term",
        unit="years",
        symbol="Y",
        low=SMALLEST,
        source=(
            "none: a promise has no end unless a scenario gives it a term, as the American text "
            "of December 2025 does (15 years)"
        ),
    )
    renewal: Quantity = parameter(
        0.5,
        "chance that the promise is renewed for good at the end of its term",
        unit="probability",
        symbol="y",
        low=0,
        high=1,
        source=(
            "even odds, as nobody can know the politics of the year in which the term ends; "
            "used only where a term is given"
        ),
    )
    ratified: Quantity = parameter(
        1.0,
        "share of the American promise that is law",
        unit="share",
        symbol="r_A",
        low=0,
        high=1,
        source=(
            "1: promises are law unless a scenario says otherwise; the texts of 2025-26 are to "
            "be voted in Congress and the Rada"
        ),
    )
    inherited: Quantity = parameter(
        Uniform(0.3, 0.8),
        "share of an American promise that is no law by which a successor feels bound",
        unit="share",
        symbol="ι_A",
        low=0,
        high=1,
        source=(
            "breach is likelier after a change of leader (Leeds, Mattes & Vogel 2009); "
            "executive agreements such as that with Iran (2015) fell to a successor, many "
            "others did not"
        ),
    )
    voidable: Quantity = parameter(
        0.0,
        "chance that a retaliation by Ukraine whose cause stays disputed voids the promise",
        unit="probability",
        symbol="ς",
        low=0,
        high=1,
        source=(
            "0 because a promise lapses only if its text says so, as the 28 points (November "
            "2025) and the 20 points (December 2025) do"
        ),
    )

    def holds(self, at: Standing) -> Array:
        """n_Y n_V: whether the promise stands, or the chance of it while its renewal lies ahead."""
        kept: Array = np.where(at.voided, 0.0, 1.0) if np.any(at.voided) else 1.0
        if self.term_years is None:
            return kept
        ends = self.term_years - TOLERANCE
        return kept * np.where(
            at.years < ends, 1.0, np.where(at.now >= ends, at.renewed, self.renewal)
        )

    def binds_successors(self, at: Standing) -> Array:
        """1 under the administration that promised, r_A + (1 - r_A) ι_A after an election."""
        if np.all(np.equal(self.ratified, 1)):
            return 1.0
        return np.where(at.successor, self.ratified + (1 - self.ratified) * self.inherited, 1.0)

    def contributes(self, at: Standing) -> Contributions:
        """ℓ_E and ℓ_A, what Ukraine would forfeit ν ℓ_E, resupply S f, and how readily the promise
        is voided ς.
        """
        holds = self.holds(at)
        europe = at.promised(self.europe, at.interim_europe) * holds
        united_states = at.promised(self.united_states, at.interim_united_states) * holds
        return {
            "europe_promised": europe,
            "united_states_promised": united_states * self.binds_successors(at),
            "forfeited": self.conditional * europe,
            "resupply": self.resupply * at.in_force,
            "voidable": self.voidable,
        }


@final
class Response(Provision):
    """How soon the pledged force is there."""

    europe_days: Quantity = parameter(
        60.0,
        "from an attack to the arrival of the coalition's pledged force",
        unit="days",
        symbol="d_E",
        low=0,
        source=(
            "judgement: without a plan or forces set aside, two months to bring what is "
            "pledged: the build-up in the Gulf of 1990 took five, NATO's first reinforcements "
            "of 2022 weeks"
        ),
    )
    united_states_days: Quantity = parameter(
        60.0,
        "from an attack to the arrival of the American force",
        unit="days",
        symbol="d_A",
        low=0,
        source=(
            "judgement: without a plan or forces set aside, two months: the build-up in the "
            "Gulf of 1990 took five, the first reinforcements of Europe in 2022 weeks"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """Delays add up."""
        return {"europe_days": self.europe_days, "united_states_days": self.united_states_days}


@final
class Deployment(Provision):
    """Allied force stationed in Ukraine."""

    brigades: Quantity = parameter(
        0.0,
        "allied force stationed in Ukraine",
        unit="brigades",
        symbol="n_F",
        low=0,
        source="0 because no allied force is stationed unless a scenario says so",
    )
    half_life: Quantity = parameter(
        0.75,
        "time to deploy half of the force",
        unit="years",
        symbol="T_F",
        low=SMALLEST,
        source=(
            "fixed judgement: a brigade within a year and a division within two, as NATO's "
            "battlegroups (2017) and Germany's brigade in Lithuania (2023-27) suggest; minor "
            "beside exposure"
        ),
    )
    exposure: Quantity = parameter(
        0.5,
        "share of the force that stands where an attack would come",
        unit="share",
        symbol="X",
        low=0,
        high=1,
        source=(
            "half: a force whose place nobody has named is taken to stand partly behind and "
            "partly near the line; scenarios with hubs far from it or a force on it say so"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """F = n_F f (1 - 2^(-(t+h)/T_F)) ω and F_X = X F.

        The coalition's will ω is its own, and left out here.
        """
        if not np.any(self.brigades):
            return {}
        force = self.brigades * at.in_force * (1 - np.exp2(-at.years_stationed / self.half_life))
        return {"deployed_force": force, "exposed_force": self.exposure * force}


@final
class Arms(Provision):
    """Foreign arms delivered to Ukraine during the ceasefire, evenly over some years."""

    package_usd_bn: Quantity = parameter(
        0.0,
        "arms package",
        unit="USD billion",
        symbol="package",
        low=0,
        source=(
            "0 because no arms come unless a scenario says so; what has been on the table is 90 "
            "USD billion (Kyiv, August 2025)"
        ),
    )
    delivery_years: Quantity = parameter(
        4.0,
        "years over which the package is delivered",
        unit="years",
        symbol="T_P",
        low=0,
        source=(
            "90 USD billion over four years are 22 a year, about what the United States alone "
            "gave in each of 2022-24 (20 to 23 EUR billion, Kiel Institute)"
        ),
    )
    united_states_share: Quantity = parameter(
        0.5,
        "share of arms that the United States gives, by a vote each year",
        unit="share",
        symbol="a_A",
        low=0,
        high=1,
        source=(
            "51 % of military allocations of 2022-24 were American, next to none since (Kiel "
            "Institute, release 29): half is what it did while it took part"
        ),
    )

    def due(self, now: Array, ahead: Array, step: float) -> Array:
        """package (min(t+h, T_P) - min(t, T_P)) / T_P: what is due in (t, t + h], USD billion."""
        duration = np.maximum(self.delivery_years, step)
        return (
            self.package_usd_bn
            * (np.minimum(now + ahead, duration) - np.minimum(now, duration))
            / duration
        )

    def contributes(self, at: Standing) -> Contributions:
        """What is due from now on, and the American part of it."""
        if not np.any(self.package_usd_bn):
            return {}
        due = self.due(at.now, at.ahead, at.step)
        return {"arms_due": due, "american_arms_due": self.united_states_share * due}


@final
class ForceLimit(Provision):
    """A cap on Ukraine's strength."""

    brigades: Quantity | None = parameter(
        None,
        "cap on Ukraine's strength; leave it out for no limit",
        unit="brigade-equivalents",
        symbol="C",
        low=SMALLEST,
        source=(
            "none: no limit unless a scenario has one; texts of 2025 name 600,000 and 800,000 "
            "soldiers"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """The lowest cap holds."""
        return {} if self.brigades is None else {"strength_cap": self.brigades}


@final
class Monitoring(Provision):
    """Observers and verification on the line of contact."""

    quality: Quantity = parameter(
        0.2,
        "share of serious incidents prevented",
        unit="share",
        symbol="M",
        low=0,
        high=1,
        source=(
            "judgement: the OSCE mission of 2014-22 counted hundreds of thousands of violations "
            "a year and could prevent few"
        ),
    )
    attribution: Quantity = parameter(
        0.3,
        "chance that who broke the ceasefire is established",
        unit="probability",
        symbol="a",
        low=0,
        high=1,
        source=(
            "judgement: below an even chance: the OSCE mission reported violations without "
            "saying whose they were; satellites and open sources still settle some cases"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """It prevents its share of incidents, and leaves disputed what it does not attribute."""
        return {"incidents": 1 - self.quality, "disputed": 1 - self.attribution}


@final
class Separation(Provision):
    """A zone between the armies."""

    warning: Quantity = parameter(
        0.0,
        "share of an attacker's surprise that the zone takes away",
        unit="share",
        symbol="ŵ",
        low=0,
        high=1,
        source=(
            "0 because the armies stand face to face unless a scenario draws a zone between them"
        ),
    )
    prevented: Quantity = parameter(
        0.0,
        "share of serious incidents prevented",
        unit="share",
        symbol="M_S",
        low=0,
        high=1,
        source=(
            "0 because the armies stand face to face unless a scenario draws a zone between them"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """It prevents its share of what others let through, and warns."""
        return {"incidents": 1 - self.prevented, "surprise": 1 - self.warning}


@final
class Reassurance(Provision):
    """Assurances given to Russia: neutrality, limits, reciprocity."""

    value: Quantity = parameter(
        0.0,
        "value of the assurances to an insecure Russia",
        unit="utility",
        symbol="r",
        low=0,
        source=(
            "0 because no assurances are given unless a scenario gives them; that they matter "
            "to an insecure adversary: Kydd 2005"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """Assurances add up."""
        return {"reassurance": self.value}


@final
class Provocation(Provision):
    """What an insecure Russia loses by the regime beside its troops and arms: membership."""

    value: Quantity = parameter(
        0.0,
        "what the regime provokes beside its troops and arms",
        unit="utility",
        symbol="v",
        low=0,
        source=(
            "0 because troops and arms provoke by themselves; this is for membership and the "
            "like, where a scenario has it (Jervis 1978)"
        ),
    )

    def contributes(self, at: Standing) -> Contributions:
        """Provocation is felt as far as the regime is in force."""
        return {"provocation": self.value * at.in_force}


@final
class Sanctions(Provision):
    """Sanctions that snap back if Russia resumes the war, and relief while it does not."""

    snapback: Quantity = parameter(
        0.0,
        "added cost to Russia of resuming the war",
        unit="utility",
        symbol="z",
        low=0,
        source="0 because no penalty is agreed in advance unless a scenario says so",
    )
    relief: Quantity = parameter(
        0.0,
        "what relief is worth to Russia while the peace lasts",
        unit="utility per unit of discounted time",
        symbol="Q_S",
        low=0,
        source="0 because sanctions stay as they are unless a scenario eases them",
    )

    def contributes(self, at: Standing) -> Contributions:
        """Costs add up, as far as the regime is in force; relief is given from the first day."""
        return {"added_cost_of_war": self.snapback * at.in_force, "relief": self.relief}


@final
class Territory(Provision):
    """Land that the agreement gives to Russia."""

    granted: Quantity = parameter(
        0.0,
        "share of the prize that the agreement gives to Russia",
        unit="share",
        symbol="G",
        low=0,
        high=1,
        source="0 because the line stays where it is unless a scenario moves it",
    )
    fortifications_lost: Quantity = parameter(
        0.0,
        "share of the defender's advantage given up with it",
        unit="share",
        symbol="ĝ",
        low=0,
        high=1,
        source="0 because the line stays where it is unless a scenario moves it",
    )

    ceded: Quantity = parameter(
        0.0,
        "what Ukraine loses by giving it up",
        unit="utility",
        symbol="-",
        low=0,
        source="0 because the line stays where it is unless a scenario moves it",
    )

    def contributes(self, at: Standing) -> Contributions:
        """What has been granted need not be won; what fortifications remain multiply."""
        return {"prize": 1 - self.granted, "fortifications": 1 - self.fortifications_lost}


class Accession(Parameters):
    """A regime that enters into force later, or never."""

    start: Quantity = parameter(
        ...,
        "earliest entry into force",
        unit="years after the ceasefire",
        symbol="start",
        low=0,
        source="given by the scenario that has an accession",
    )
    mean_years: Quantity = parameter(
        ...,
        "mean wait for entry after the earliest moment",
        unit="years",
        symbol="mean",
        low=SMALLEST,
        source="given by the scenario that has an accession",
    )
    veto: Quantity = parameter(
        ...,
        "chance that it never enters into force",
        unit="probability",
        symbol="veto",
        low=0,
        high=1,
        source="given by the scenario that has an accession",
    )
    interim: Quantity = parameter(
        0.0,
        "share of the force, of resupply and of sanctions that holds meanwhile",
        unit="share",
        symbol="i",
        low=0,
        high=1,
        source="0 because nothing holds before entry unless the text says so",
    )
    interim_europe: Quantity | None = parameter(
        None,
        "promise of the coalition until entry; without one, that share of its full promise",
        unit="share of a treaty",
        symbol="I_E",
        low=0,
        high=1,
        source=(
            "without a promise of its own for the interim, the share that holds of the force "
            "holds of the promise as well"
        ),
    )
    interim_united_states: Quantity | None = parameter(
        None,
        "promise of the United States until entry; without one, that share of its full promise",
        unit="share of a treaty",
        symbol="I_A",
        low=0,
        high=1,
        source=(
            "without a promise of its own for the interim, the share that holds of the force "
            "holds of the promise as well"
        ),
    )

    def entry(self, wait: Array, vetoed: Array) -> Array:
        """Year of entry into force, from a uniform number each for the exponential wait and the
        veto; never is infinite.
        """
        return np.where(vetoed < self.veto, np.inf, self.start - self.mean_years * np.log1p(-wait))

    def entered_by(self, at: Moment) -> Array:
        """x: 1 once it has entered, before that the chance that it will have by t + h."""
        waiting = np.maximum(0.0, at.now + at.ahead - np.maximum(self.start, at.now))
        return np.where(at.entered, 1.0, (1 - self.veto) * (1 - np.exp(-waiting / self.mean_years)))

    def standing(self, at: Moment) -> Standing:
        """What is in force by t + h, f = i + (1 - i) x, and what is promised until then."""
        entered_by = self.entered_by(at)
        return Standing.of(
            at,
            entered_by,
            self.interim + (1 - self.interim) * entered_by,
            self.interim_europe,
            self.interim_united_states,
        )


class Regime(Parameters):
    """A guarantee regime: its provisions, which may be left out."""

    commitment: Commitment = Commitment()
    response: Response = Response()
    deployment: Deployment = Deployment()
    arms: Arms = Arms()
    force_limit: ForceLimit = ForceLimit()
    monitoring: Monitoring = Monitoring()
    separation: Separation = Separation()
    reassurance: Reassurance = Reassurance()
    provocation: Provocation = Provocation()
    sanctions: Sanctions = Sanctions()
    territory: Territory = Territory()
    accession: Accession | None = None

    def standing(self, at: Moment) -> Standing:
        """How far the regime is in force at t + h: wholly, for one without an accession."""
        return Standing.of(at) if self.accession is None else self.accession.standing(at)

    def terms(self, at: Moment) -> Terms:
        """All that the regime changes in crises imagined at t + h."""
        standing = self.standing(at)
        provisions = [getattr(self, name) for name in type(self).model_fields]
        return combined(
            provision.contributes(standing)
            for provision in provisions
            if isinstance(provision, Provision)
        )
