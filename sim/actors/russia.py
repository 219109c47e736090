"""Russia, the challenger: it holds, probes or attacks, and after an incident de-escalates or
escalates.
"""

import numpy as np

from sim.actors.choice import logistic, logit_response
from sim.actors.foresight import Foresight, discounts
from sim.guarantee.terms import Terms
from sim.quantity import SMALLEST, Array, Brigades, Parameters, Quantity, derived, parameter
from sim.uncertainty import Floats, LogNormal, Uniform


class Challenger(Parameters):
    """What Russia has, wants and fears, and how it answers."""

    strength: Brigades = parameter(
        100.0,
        "combat-effective strength at the ceasefire",
        unit="brigade-equivalents",
        symbol="R₀",
        low=SMALLEST,
        source=(
            "some 450,000 soldiers at 4,500 a brigade-equivalent, of 1.2-1.3 million active "
            "(Correlates of War, NMC v6); fixed as the yardstick: other strengths are read "
            "against it"
        ),
    )
    strength_target: Brigades = parameter(
        Uniform(130, 210),
        "strength that it rebuilds towards",
        unit="brigade-equivalents",
        symbol="R*",
        low=SMALLEST,
        source=(
            "judgement: below 130 it would hardly rebuild what it lost since 2022; above 210, "
            "twice the force at the ceasefire, it would need a lasting mobilisation"
        ),
    )
    reconstitution_half_life: Quantity = parameter(
        Uniform(2.5, 6),
        "time to close half the gap to the strength target",
        unit="years",
        symbol="T_R",
        low=SMALLEST,
        source=(
            "published times after the fighting stops: regional war 2 years, large war 5 "
            "(Danish Defence Intelligence Service, February 2025), 'six to ten years' (DGAP, "
            "November 2023)"
        ),
    )
    value_of_prevailing: Quantity = parameter(
        LogNormal(0.65, 1.0),
        "value of prevailing in Ukraine, private; drawn again when the leader changes",
        unit="utility: 1 is a leadership for which Ukraine is vital",
        symbol="V",
        low=0,
        source=(
            "judgement: the middle is below vital, as most leaders left Ukraine alone; 6 % "
            "value it at three times vital or more. One dyad's spread: less than the 1.5 of the "
            "record of many"
        ),
    )
    insecurity: Quantity = parameter(
        Uniform(0, 1),
        "weight on provocation and reassurance, private; drawn again with the leader",
        unit="share",
        symbol="κ",
        low=0,
        high=1,
        source=(
            "from greedy (0) to security-seeking (1), the types of Kydd 2005; all equally "
            "likely, since scholars disagree on which Russia is (Mearsheimer 2014 against "
            "McFaul 2014)"
        ),
    )
    status_quo_value: Quantity = parameter(
        Uniform(0.2, 0.4),
        "value of the ceasefire held for ever",
        unit="utility",
        symbol="Q",
        source=(
            "judgement: the peace leaves it about a fifth of Ukraine, so a fifth to two fifths "
            "of a vital aim: less would ignore what it holds, more would leave little to fight "
            "for"
        ),
    )
    cost_of_war: Quantity = parameter(
        Uniform(0.25, 0.45),
        "cost of resuming major war",
        unit="utility",
        symbol="c_W",
        low=0,
        source=(
            "judgement: below a quarter of a vital aim, the losses since 2022 would have been "
            "cheap; above 0.45, only a leader who values Ukraine above vital would have gone on "
            "paying them"
        ),
    )
    cost_of_fighting_europe: Quantity = parameter(
        Uniform(0.3, 0.6),
        "added cost if the coalition intervenes",
        unit="utility",
        symbol="c_E",
        low=0,
        source=(
            "judgement: as dear as the war itself or dearer by half; Europe spends on defence "
            "what Russia does in purchasing power (IISS: 457 against 462 USD billion, 2024)"
        ),
    )
    cost_of_fighting_us: Quantity = parameter(
        Uniform(0.35, 0.75),
        "added cost if the United States backs the defence",
        unit="utility",
        symbol="c_A",
        low=0,
        source=(
            "judgement: above that of fighting Europe, since a nuclear-armed ally deters most "
            "(Fuhrmann & Sechser 2014); the ranges overlap, as Europe has nuclear arms too"
        ),
    )
    terms_follow_power: Quantity = parameter(
        Uniform(0, 0.8),
        "how far the terms of peace follow a shift in the balance of power",
        unit="utility",
        symbol="η",
        low=0,
        source=(
            "terms follow a shift in power (Powell 2006): 0 is terms fixed by the treaty; a "
            "full 1 is left out, for a bargain cannot be struck again at each shift without "
            "friction"
        ),
    )
    choice_noise: Quantity = parameter(
        LogNormal(0.045, 0.4),
        "logit noise",
        unit="utility",
        symbol="λ_R",
        low=1e-6,
        source=(
            "judgement: at the median, a course better by 0.1 is taken nine times in ten; the "
            "spread, 0.023 to 0.087 in 90 %, runs from nearly always to three times in four"
        ),
    )
    disposition_changes: Quantity = parameter(
        Uniform(0.2, 1),
        "rate at which what the model does not know of its choices is drawn again",
        unit="per year",
        symbol="ξ",
        low=0,
        high=1e6,
        source=(
            "judgement: what outsiders cannot see (health, advisers, mood of the elite) lasts "
            "one to five years: mostly longer than the time between reviews, and shorter than a "
            "leadership"
        ),
    )
    threat_of_force: Quantity = parameter(
        Uniform(0.002, 0.018),
        "provocation of allied force in Ukraine",
        unit="utility a brigade",
        symbol="θ_F",
        low=0,
        source=(
            "judgement: ten brigades cost an insecure Russia 0.02 to 0.18, beside the 0.2 to "
            "0.4 that peace is worth; light forces inside a partner go with more disputes "
            "(Frederick et al., RAND 2020)"
        ),
    )
    threat_of_arms: Quantity = parameter(
        Uniform(0, 0.1),
        "provocation of a Ukrainian army that is twice what it would build alone",
        unit="utility",
        symbol="θ_U",
        low=0,
        source=(
            "judgement: the security dilemma (Jervis 1978); 0 if an army made for defence "
            "threatens nobody, 0.1 is a third of what the peace is worth, for an army twice its "
            "size"
        ),
    )
    reviews_per_year: Quantity = parameter(
        Uniform(0.6, 1.8),
        "rate at which the leadership reconsiders",
        unit="per year",
        symbol="ρ_R",
        low=0,
        high=366,
        source=(
            "judgement: between 7 and 20 months from one review to the next, as between the "
            "build-up of spring 2021, its withdrawal and the decision of winter 2021-22"
        ),
    )
    discount_factor: Quantity = parameter(
        Uniform(0.88, 0.96),
        "discount factor",
        unit="per year",
        symbol="δ",
        low=SMALLEST,
        high=1,
        source=(
            "judgement: a year counts for 4 to 12 % less, so that half the weight lies within 5 "
            "to 17 years: from a leader near the end of his time to a patient state"
        ),
    )
    leader_turnover: Quantity = parameter(
        Uniform(0.03, 0.08),
        "rate at which the leader changes",
        unit="per year",
        symbol="-",
        low=0,
        high=366,
        source=(
            "judgement: some nine changes of the man at the top in Moscow in 1945-2025 are 11 % "
            "a year, and two since 2000 (2008, 2012) 8 %; a change counts here only if aims "
            "change with it, so less"
        ),
    )
    probe_gain: Quantity = parameter(
        Uniform(0.01, 0.03),
        "payoff of a probe that is met softly",
        unit="utility",
        symbol="g",
        source=(
            "judgement: small beside the value of peace (0.2 to 0.4), since a probe moves a few "
            "positions; if it gained more, every review would end in one"
        ),
    )
    probe_cost: Quantity = parameter(
        Uniform(0.03, 0.08),
        "loss from a probe that is met firmly",
        unit="utility",
        symbol="l",
        source=(
            "judgement: a clear rebuff costs more than a soft answer gains, or probing would "
            "pay whatever the answer; less than a tenth of a vital aim, since nothing is lost "
            "but face and a unit"
        ),
    )
    foresight: Foresight = parameter(
        (1.0, 2.0, 3.0, 5.0, 8.0, 12.0),
        "years ahead at which it imagines reconsidering",
        unit="years",
        symbol="H",
        source=(
            "limited foresight (Jehiel 1995); fixed, as it is a grid and no fact: its years are "
            "close where strengths change fastest, and reach past two American elections and "
            "most accessions"
        ),
    )

    @derived
    def patience(self) -> Floats:
        """δ^(H_k - H_(k-1)): what a unit at each foresight year is worth at the one before it."""
        return discounts(self.discount_factor, self.foresight)

    def gap_left(self, years: Array) -> Array:
        """2^(-h/T_R): what is left of the gap to the strength target after `years`."""
        return np.exp2(-years / self.reconstitution_half_life)

    def strength_after(self, strength: Array, gap_left: Array) -> Array:
        """R(h) = R* + (R - R*) 2^(-h/T_R)."""
        later = (strength - self.strength_target) * gap_left
        later += self.strength_target
        return later

    def provoked(self, provocation: Array, force: Array, outgrown: Array) -> Array:
        """v f + θ_F F + θ_U max(0, U(h) - U_b)/U_b: what provokes it by the regime, its force and
        Ukraine's army.
        """
        return provocation + self.threat_of_force * force + self.threat_of_arms * outgrown

    def value_of_peace(self, terms: Terms, provoked: Array, drift: Array) -> Array:
        """Q̃(h) = Q + Q_S + (r - provoked) κ + η (p̄(h) - p̄₀), per unit of discounted time.

        The terms of peace are bent towards the balance of power as it shifts (Powell 2006).
        """
        return (
            self.status_quo_value
            + terms.relief
            + (terms.reassurance - provoked) * self.insecurity
            + self.terms_follow_power * drift
        )

    def prefers(self, attacking: Array, otherwise: Array) -> Array:
        """σ((A - X) / λ_R): chance of attacking, or of escalating, rather than taking the value X
        of the other course.
        """
        return logistic(attacking - otherwise, self.choice_noise)

    def reconsidered(self, attacking: Array, otherwise: Array) -> Array:
        """X + σ((A - X) / λ_R) (A - X): what it expects from choosing between the two."""
        gain = attacking - otherwise
        value = logistic(gain, self.choice_noise)
        value *= gain
        value += otherwise
        return value

    def response(self, attacking: Array, holding: Array, probing: Array) -> Floats:
        """Chances of attacking, holding and probing at a review, (3, world)."""
        return logit_response(np.array([attacking, holding, probing]), self.choice_noise)
