"""The European coalition, the front-line defender.

Abstain or intervene, answer softly or firmly, renew the deployment or not.
"""

import numpy as np
from pydantic import Field

from sim.actors.choice import after_draws, log_kept, logistic, signalled, summed
from sim.actors.foresight import PRESENT
from sim.actors.members import (
    FORCES,
    REFERENCE_MEMBERS,
    Ballots,
    Member,
    Members,
    Outsiders,
    Without,
    ballots,
    by_member,
    elections_by,
    shares,
)
from sim.calendar import Calendar, at_moments
from sim.quantity import SMALLEST, Array, Brigades, Parameters, Quantity, derived, parameter
from sim.uncertainty import Floats, Uniform


class FrontLineDefender(Parameters):
    """What the coalition has, wants and fears, and how it answers.

    Its type is private, resolute or irresolute.
    """

    stake: Quantity = parameter(
        Uniform(-0.75, -0.35),
        "net utility of intervening, for a resolute coalition with no commitment",
        unit="utility",
        symbol="s_E",
        source=(
            "judgement: negative, since nobody fought for Ukraine in 2022 without a promise; "
            "not below -0.75, since 45 % of voters would defend a non-member attacked by Russia "
            "(Tomz, Weeks & Bansak 2023)"
        ),
    )
    audience_cost: Quantity = parameter(
        Uniform(0.9, 1.5),
        "weight of the promise",
        unit="utility for a full treaty",
        symbol="h_E",
        low=0,
        source=(
            "judgement: a full treaty should outweigh the stake: 74 % of voters would defend a "
            "NATO member, 45 % others (Tomz, Weeks & Bansak 2023); tying hands: Fearon 1997"
        ),
    )
    tripwire: Quantity = parameter(
        Uniform(0.2, 1),
        "utility added by own troops under fire",
        unit="utility",
        symbol="w",
        low=0,
        source=(
            "from little (Reiter & Poast 2021; Musgrave & Ward: 'far weaker than commonly "
            "assumed') to nearly what a treaty does (Schelling 1966): the literature is divided"
        ),
    )
    tripwire_half_force: Brigades = parameter(
        Uniform(1, 4),
        "exposed force at which half of the tripwire is reached",
        unit="brigades",
        symbol="F½",
        low=SMALLEST,
        source=(
            "10,000 soldiers, two brigades, are called symbolic and 25,000, five, a fighting "
            "division (IISS 2025): half of a tripwire's effect is put between one brigade and "
            "four"
        ),
    )
    backing: Quantity = parameter(
        Uniform(0.2, 0.6),
        "weight of the expected backing by the United States",
        unit="utility",
        symbol="k",
        low=0,
        source=(
            "judgement: European governments asked for an American backstop in 2025-26, so more "
            "than nothing; less than a treaty of their own is worth (0.9 and more)"
        ),
    )
    resolve_gap: Quantity = parameter(
        Uniform(0.4, 0.8),
        "how much less an irresolute coalition wants to intervene",
        unit="utility",
        symbol="γ_E",
        low=0,
        source=(
            "judgement: two to four times the noise of its choice, so that types differ "
            "visibly, but a full treaty can move even an irresolute coalition"
        ),
    )
    prior_resolute: Quantity = parameter(
        Uniform(0.35, 0.65),
        "chance of a resolute coalition without a promise",
        unit="probability",
        symbol="π_E",
        low=0,
        high=1,
        source=(
            "alliance commitments were honoured in 41 % (defence pacts) to 50 % (all) of cases "
            "in 1816-2003 (Berkemeier & Fuhrmann 2018), two thirds in Chiba's reassessment"
        ),
    )
    promise_tells: Quantity = parameter(
        Uniform(0, 2),
        "log odds of a resolute coalition that a full treaty adds",
        unit="log odds",
        symbol="ζ_E",
        low=-100,
        high=100,
        source=(
            "a costly promise separates types (Morrow 1994; Fearon 1997); 0 is cheap talk, 2 "
            "takes even odds to 88 %: more would make a treaty proof of will"
        ),
    )
    election_swing: Quantity = parameter(
        Uniform(0.3, 0.7),
        "chance that a member's election turns its policy",
        unit="probability",
        symbol="e_E",
        low=0,
        high=1,
        source=(
            "the governing party changed at 8 of 21 British elections of 1950-2024, which is 38 "
            "%; other members change coalitions more often, but not always their policy"
        ),
    )
    firmness: Quantity = parameter(
        Uniform(-0.35, -0.05),
        "net utility of a firm answer to a probe",
        unit="utility",
        symbol="s_F",
        source=(
            "judgement: somewhat negative: drones and sabotage of 2024-26 were met mildly, and "
            "53 % of Germans would send no troops (Public First, February 2026); near 0 it "
            "would answer half of the time"
        ),
    )
    firmness_by_commitment: Quantity = parameter(
        Uniform(0, 0.6),
        "what a full treaty adds to the utility of a firm answer",
        unit="utility for a full treaty",
        symbol="h_F",
        low=0,
        source=(
            "against states with an American pact Moscow had 0.1 times the fatal disputes, but "
            "1.3 times all disputes (own count, 1946-2010): a promise hardens small answers in "
            "part"
        ),
    )
    choice_noise: Quantity = parameter(
        0.2,
        "logit noise",
        unit="utility",
        symbol="λ_E",
        low=1e-6,
        source=(
            "fixed: only utilities divided by the noise matter, and all of those (stake, "
            "audience cost, gap, tripwire) are ranges"
        ),
    )
    renewal_if_resolute: Quantity = parameter(
        0.98,
        "chance that a resolute coalition renews its deployment in a year",
        unit="probability",
        symbol="n₁",
        low=0,
        high=1,
        source=(
            "fixed: forces under treaties in Germany, Japan and Korea were kept year after "
            "year; 2 % a year is left for accidents of parliament"
        ),
    )
    renewal_if_irresolute: Quantity = parameter(
        Uniform(0.7, 0.9),
        "chance that an irresolute coalition renews its deployment in a year",
        unit="probability",
        symbol="n₀",
        low=0,
        high=1,
        source=(
            "of 50 American deployments of 5,000 and more, 72 % outlast one year; of those, 90 "
            "% a year last on to five (own count in troopdata, 1950-2024)"
        ),
    )
    will_after_failure: Quantity = parameter(
        0.7,
        "what a failed renewal leaves of the coalition's will",
        unit="share",
        symbol="-",
        low=0,
        high=1,
        source=(
            "fixed judgement: a failed renewal withdraws a third of the force and not all; a "
            "second leaves half. How often it happens is a range and matters more"
        ),
    )
    members: Members = parameter(
        REFERENCE_MEMBERS,
        "member states; a list in a file replaces this one",
        unit="-",
        symbol="-",
        source=FORCES,
    )
    without: Outsiders = Field(Without(), validate_default=True)

    @derived
    def standing(self) -> tuple[Member, ...]:
        """The members less those that stay out."""
        return tuple(member for member in self.members if member.name not in self.without.names)

    @derived
    def pledged_force(self) -> Array:
        """B = Σ brigades × reliability, brigades."""
        return sum(member.brigades * member.reliability for member in self.standing)

    @derived
    def offset(self) -> Array:
        """o = Σ weight × offset / Σ weight."""
        return sum(m.weight * m.resolve_offset for m in self.standing) / sum(
            m.weight for m in self.standing
        )

    @derived
    def shares_of_force(self) -> tuple[Array, ...]:
        """Of each standing member, the share of the stationed force that it sends.

        By brigades, equal where none has any.
        """
        return shares([member.brigades for member in self.standing])

    @derived
    def shares_of_arms(self) -> tuple[Array, ...]:
        """Of each standing member, the share of the coalition's arms that it pays.

        By its economy, or else by its weight.
        """
        return shares(
            [
                member.weight if member.gdp_usd_tn is None else member.gdp_usd_tn
                for member in self.standing
            ]
        )

    @derived
    def shares_of_weight(self) -> tuple[Array, ...]:
        """share_i of each standing member: weight / Σ weight."""
        total = sum(member.weight for member in self.standing)
        return tuple(member.weight / total for member in self.standing)

    @derived
    def ballots(self) -> Ballots:
        """When each member votes."""
        return ballots(self.standing)

    @derived
    def log_kept(self) -> Floats:
        """log(1 - e_E share_i): what an election of each standing member, as the first axis, leaves
        of a reputation.
        """
        return by_member([log_kept(self.election_swing * share) for share in self.shares_of_weight])

    def reputation_at_signature(self, promised: Array, force: Array) -> Array:
        """b_E = σ(logit π_E + ζ_E (L_E⁰ + n/(n + F½))).

        Who promises or sends a force is the likelier to mean it.

        Fearon 1997; Morrow 1994.
        """
        sent = force / (force + self.tripwire_half_force)
        return signalled(self.prior_resolute, self.promise_tells * (promised + sent))

    def reputation_ahead(
        self, reputation: Array, now: Array, ahead: Array, calendar: Calendar
    ) -> Array:
        """b_E(h) = π_E + (b_E - π_E) Π (1 - e_E share_i) over members' elections in (t, t + h]."""
        nodes = np.concatenate([PRESENT, ahead])
        counts = at_moments(
            lambda years: self.elections_by(years + nodes, calendar),
            now,
            alike=self.ballots[1].shape[-1] == 1,
        )
        held = counts[:, 1:] - counts[:, :1]
        return after_draws(self.prior_resolute, reputation, summed(held, self.log_kept))

    def elections_by(self, years: Array, calendar: Calendar) -> Floats:
        """Number of elections that each standing member has held by a moment, as the first axis."""
        return elections_by(self.ballots, years, calendar)

    def tripwire_value(self, exposed: Array) -> Array:
        """w F_X / (F_X + F½)."""
        return self.tripwire * exposed / (exposed + self.tripwire_half_force)

    def intervenes(self, promised: Array, exposed: Array, backs: Array, resolute: Array) -> Array:
        """P_E(τ): chance that it fights, given its promise ℓ_E, its exposed force F_X and the
        chance P_A(1) of backing.
        """
        utility = (
            self.stake
            + self.offset
            + self.audience_cost * promised
            + self.tripwire_value(exposed)
            + self.backing * backs
            - self.resolve_gap * (1 - resolute)
        )
        return logistic(utility, self.choice_noise)

    def answers_firmly(self, promised: Array, exposed: Array, resolute: Array) -> Array:
        """P_F(τ): chance of a firm answer to a probe, given the promise ℓ_E⁻ and the exposed force
        F_X.
        """
        utility = (
            self.firmness
            + self.offset
            + self.firmness_by_commitment * promised
            + self.tripwire_value(exposed)
            - self.resolve_gap * (1 - resolute)
        )
        return logistic(utility, self.choice_noise)
