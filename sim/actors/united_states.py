"""The United States, the backstop: it stays out or backs the defence, votes funds, and says at
elections what it means.
"""

from datetime import date

import numpy as np

from sim.actors.choice import (
    after_draws,
    expected,
    log_kept,
    logistic,
    signalled,
)
from sim.calendar import Calendar, Date, at_moments
from sim.quantity import Array, Brigades, Parameters, Quantity, derived, parameter
from sim.uncertainty import Uniform


class Backstop(Parameters):
    """What the United States has, wants and fears, and how it answers.

    Its type is private, resolute or irresolute.
    """

    stake: Quantity = parameter(
        Uniform(-0.95, -0.55),
        "net utility of backing the defence, for a resolute type with no commitment",
        unit="utility",
        symbol="s_A",
        source=(
            "judgement: 0.2 below Europe's: farther away, and 39 % of Ukrainians expect its "
            "full support against 59 % for Europe's (KIIS, January 2026)"
        ),
    )
    audience_cost: Quantity = parameter(
        Uniform(0.8, 1.4),
        "weight of the promise",
        unit="utility for a full treaty",
        symbol="h_A",
        low=0,
        source=(
            "judgement: a little below Europe's, as its voters are farther from the war; a "
            "treaty should still outweigh the stake; tying hands: Fearon 1997"
        ),
    )
    follow_europe: Quantity = parameter(
        Uniform(0.1, 0.5),
        "how much a fighting coalition draws it in",
        unit="utility",
        symbol="φ",
        source=(
            "judgement: an America that leads from behind follows a Europe that fights; below "
            "the worth of a treaty (0.8), and above 0, since fighting allies have drawn it in "
            "before (Libya 2011)"
        ),
    )
    resolve_gap: Quantity = parameter(
        Uniform(0.3, 0.7),
        "how much less an irresolute type wants to back the defence",
        unit="utility",
        symbol="γ_A",
        low=0,
        source=(
            "judgement: 1.5 to 3.5 times the noise: administrations of both kinds are "
            "conceivable, and a full treaty binds even the less willing"
        ),
    )
    prior_resolute: Quantity = parameter(
        Uniform(0.35, 0.65),
        "chance of a resolute type without a promise",
        unit="probability",
        symbol="π_A",
        low=0,
        high=1,
        source=(
            "alliance commitments were honoured in 41 % (defence pacts) to 50 % (all) of cases "
            "in 1816-2003 (Berkemeier & Fuhrmann 2018), two thirds in Chiba's reassessment"
        ),
    )
    promise_tells: Quantity = parameter(
        Uniform(0, 2),
        "log odds of a resolute type that a full treaty adds",
        unit="log odds",
        symbol="ζ_A",
        low=-100,
        high=100,
        source=(
            "a costly promise separates types (Morrow 1994; Fearon 1997); 0 is cheap talk, 2 "
            "takes even odds to 88 %: more would make a treaty proof of will"
        ),
    )
    next_election: Date = parameter(
        date(2028, 11, 7),
        "next presidential election",
        unit="date",
        symbol="-",
        source=(
            "presidential election of 7 November 2028: the Tuesday after the first Monday in "
            "November (2 U.S.C. § 7, 3 U.S.C. § 1)"
        ),
    )
    election_interval: Quantity = parameter(
        4.0,
        "time between presidential elections",
        unit="years",
        symbol="-",
        low=1,
        source="term of four years: Constitution of the United States, Article II",
    )
    election_swing: Quantity = parameter(
        Uniform(0.3, 0.7),
        "chance that an election draws the type again",
        unit="probability",
        symbol="e_A",
        low=0,
        high=1,
        source=(
            "the White House changed party at 11 of 19 elections of 1952-2024, which is 58 %; "
            "policy may change within a party, or survive a change"
        ),
    )
    signal_accuracy: Quantity = parameter(
        Uniform(0.6, 0.95),
        "chance that what an elected administration says of the guarantee is its type",
        unit="probability",
        symbol="ψ",
        low=0,
        high=1,
        source=(
            "judgement: 0.5 would be empty words, 1 an open book; new administrations have kept "
            "to their line on allies more often than not, and have turned in office as well"
        ),
    )
    funds_if_resolute: Quantity = parameter(
        0.97,
        "chance that a resolute type's funds for the year pass",
        unit="probability",
        symbol="m₁",
        low=0,
        high=1,
        source=(
            "fixed: Congress funds what an administration stands behind, as in 2022-24, when "
            "the slowest bill came six months late; 3 % a year for failure"
        ),
    )
    funds_if_irresolute: Quantity = parameter(
        Uniform(0.5, 0.9),
        "chance that an irresolute type's funds for the year pass",
        unit="probability",
        symbol="m₀",
        low=0,
        high=1,
        source=(
            "new military aid was given in 2022, 2023 and 2024 and not in 2025 (Kiel Institute, "
            "release 29): three years of four, with a wide margin"
        ),
    )
    brigades: Brigades = parameter(
        Uniform(10, 30),
        "force that it brings",
        unit="brigades",
        symbol="B_A",
        low=0,
        source=(
            "10 to 30 are 45,000 to 135,000 soldiers: below and above the 80,000 to 100,000 "
            "that it had in Europe from 2022"
        ),
    )
    enabling: Quantity = parameter(
        Uniform(0.15, 0.45),
        "share that its intelligence, air power and logistics add to the defence",
        unit="share",
        symbol="μ",
        low=0,
        source=(
            "judgement: intelligence, air power and logistics add a seventh to nearly half to a "
            "defence; Europe could supply some itself, so not more"
        ),
    )
    choice_noise: Quantity = parameter(
        0.2,
        "logit noise",
        unit="utility",
        symbol="λ_A",
        low=1e-6,
        source=(
            "fixed: only utilities divided by the noise matter, and all of those (stake, "
            "audience cost, gap) are ranges"
        ),
    )

    def backs(self, promised: Array, fights: Array, resolute: Array) -> Array:
        """P_A(χ, τ): chance that it backs the defence by its promise ℓ_A, seeing whether Europe
        fights.
        """
        utility = (
            self.stake
            + self.audience_cost * promised
            + self.follow_europe * (fights - 0.5)
            - self.resolve_gap * (1 - resolute)
        )
        return logistic(utility, self.choice_noise)

    def reputation_at_signature(self, promised: Array) -> Array:
        """b_A = σ(logit π_A + ζ_A L_A⁰): who promises is the likelier to mean it (Fearon 1997)."""
        return signalled(self.prior_resolute, self.promise_tells * promised)

    def elections_by(self, years: Array, calendar: Calendar) -> Array:
        """Number of elections held up to and including a moment, `years` after the signature."""
        return calendar.elections_by(years, self.next_election, self.election_interval)

    def reputation_ahead(
        self, reputation: Array, now: Array, ahead: Array, calendar: Calendar
    ) -> Array:
        """b_A(h) = π_A + (b_A - π_A)(1 - e_A)^N_A(t, t+h)."""
        held = at_moments(
            lambda years: np.asarray(
                self.elections_by(years + ahead, calendar) - self.elections_by(years, calendar)
            ),
            now,
            alike=np.ndim(self.election_interval) == 0,
        )
        return after_draws(
            self.prior_resolute,
            reputation,
            held * self.log_kept if np.any(held) else 0.0,
        )

    @derived
    def log_kept(self) -> Array:
        """log(1 - e_A): what an election leaves of a reputation."""
        return log_kept(self.election_swing)

    def funds_expected(self, reputation: Array) -> Array:
        """m̄ = b_A m₁ + (1 - b_A) m₀: chance that a year's funds pass, as the others see it."""
        return expected(reputation, self.funds_if_resolute, self.funds_if_irresolute)
