"""Who would win a war."""

import numpy as np

from sim.quantity import SMALLEST, Array, Parameters, Quantity, parameter
from sim.uncertainty import Uniform


class War(Parameters):
    """What holds for war on this front."""

    defence_advantage: Quantity = parameter(
        Uniform(1.15, 1.55),
        "factor on the strength of the defender",
        unit="factor",
        symbol="α",
        low=SMALLEST,
        source=(
            "judgement: neither the Ukrainian offensive of 2023 nor the Russian ones of 2024-25 "
            "broke through against fewer troops; at 1.55 an attack on the present balance pays "
            "only who values Ukraine half again above vital"
        ),
    )
    decisiveness: Quantity = parameter(
        2.0,
        "exponent of the contest success function",
        unit="exponent",
        symbol="m",
        low=0.1,
        high=10,
        source=(
            "fixed: contest success function of Tullock 1980 with exponent 2, so that twice the "
            "strength prevails four times in five; strengths and the defender's advantage are "
            "ranges instead"
        ),
    )
    incidents_per_year: Quantity = parameter(
        Uniform(0.2, 0.6),
        "serious unplanned clashes, without monitoring",
        unit="per year",
        symbol="ι",
        low=0,
        high=366,
        source=(
            "judgement: a clash that leaders must decide on every 20 months to five years; "
            "thousands of small violations (OSCE, 2015-21) never came to that"
        ),
    )
    surprise: Quantity = parameter(
        Uniform(0, 0.4),
        "share that an attack out of the blue adds to the attacker's strength",
        unit="share",
        symbol="χ",
        low=0,
        source=(
            "0 if satellites see every build-up, as in 2021-22; up to 0.4 where it is not "
            "believed, as in October 1973 and February 2022 (Betts 1982 on surprise attack)"
        ),
    )
    opening_days: Quantity = parameter(
        Uniform(20, 90),
        "days in which half of what help could still save is lost",
        unit="days",
        symbol="D½",
        low=SMALLEST,
        source=(
            "Russia's advance of 2022 stood still after about 35 days; a grab can be over in "
            "three (Hamburg war game, December 2025); a broad war stays open for a season"
        ),
    )
    contested_blame: Quantity = parameter(
        Uniform(0.1, 0.6),
        "share of a promise that lapses where it is disputed who broke the ceasefire",
        unit="share",
        symbol="j",
        low=0,
        high=1,
        source=(
            "judgement: it took the European Union a year to report who began the war of 2008 "
            "in Georgia; some of any promise is lost in such a dispute, but hardly more than 60 "
            "%"
        ),
    )
    ground_lost_to_probes: Quantity = parameter(
        Uniform(0, 0.04),
        "share of the defence lost with each probe met softly",
        unit="share",
        symbol="ε",
        low=0,
        high=1,
        source=(
            "faits accomplis take small pieces (Altman 2017); 0 if the line is restored each "
            "time; at 0.04, ten soft answers cost a third of the defence"
        ),
    )

    def attacker(self, strength: Array, unwarned: Array) -> Array:
        """R_χ = R (1 + χ(1 - ŵ)): what a deliberate attack brings, by surprise where nothing warned
        of it.
        """
        return strength * (1 + self.surprise * unwarned)

    def in_time(self, days: Array) -> Array:
        """β = 2^(-d/D½): the share of help that still counts after so many days.

        What comes late finds the ground taken: the fait accompli (Altman 2017; Reiter & Poast
        2021).
        """
        return np.exp2(-days / self.opening_days)

    def uncontested(self, disputed: Array) -> Array:
        """1 - j(1 - a): what is left of a promise after an incident of disputed author."""
        return 1 - self.contested_blame * disputed

    def prevails(self, attacker: Array, defence: Array) -> Array:
        """p(D) = R^m / (R^m + D^m): chance that the attacker prevails (Tullock 1980)."""
        with np.errstate(over="ignore"):  # where the odds are beyond all numbers the chance is 0
            odds_against = defence / attacker
            odds_against **= self.decisiveness
        odds_against += 1
        return 1 / odds_against

    def offensive_succeeds(self, ukraine: Array, russia: Array) -> Array:
        """p_U = U^m / (U^m + (αR)^m): chance that an offensive by Ukraine retakes territory."""
        return self.prevails(ukraine, self.defence_advantage * russia)
