"""The promise of defence: how binding it is, how long it lasts, and how it is lost."""

from typing import ClassVar, final

import numpy as np

from sim.guarantee.provisions.provision import TOLERANCE, Provision
from sim.guarantee.terms import Contributions, Standing
from sim.quantity import SMALLEST, Array, Brigades, Quantity, parameter
from sim.uncertainty import Uniform


@final
class Commitment(Provision):
    """A promise to defend Ukraine: how binding it is, how long it lasts, and how it is lost."""

    guide: ClassVar[str] = (
        "Promises run from 0 (no promise) over 0.15 (a memorandum: Budapest, 1994) and 0.8 (a "
        "bilateral pact: the United States and South Korea, 1953) to 1 (Article 5 of the North "
        "Atlantic Treaty)."
    )
    """The middle of what the scenarios of these texts have."""

    contributes_to: ClassVar = frozenset(
        {"europe_promised", "united_states_promised", "forfeited", "resupply", "voidable"}
    )

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
    resupply: Brigades = parameter(
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
        if isinstance(self.ratified, float) and self.ratified == 1:
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
