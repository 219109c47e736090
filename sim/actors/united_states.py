"""The United States, the backstop: it stays out or backs the defence."""

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.choice import drawn_again, logistic
from sim.guarantee.provisions import Terms
from sim.quantity import Array, Parameters, Quantity, parameter
from sim.uncertainty import Floats


class Backstop(Parameters):
    """What the United States has, wants and fears, and how it answers; its type is private, resolute or irresolute."""

    stake: Quantity = parameter(
        -0.75, "net utility of backing the defence, for a resolute type with no commitment", unit="utility", symbol="s_A",
        source="judgement: farther away than Europe, and less willing")
    audience_cost: Quantity = parameter(
        1.1, "weight of the legal commitment", unit="utility for a full treaty", symbol="h_A", low=0,
        source="judgement; tying hands: Fearon 1997")
    follow_europe: Quantity = parameter(
        0.3, "how much a fighting coalition draws it in", unit="utility", symbol="φ", source="judgement")
    resolve_gap: Quantity = parameter(
        0.5, "how much less an irresolute type wants to back the defence", unit="utility", symbol="γ_A", low=0, source="judgement")
    prior_resolute: Quantity = parameter(
        0.5, "chance that it is resolute", unit="probability", symbol="π_A", low=0, high=1,
        source="judgement: commitments were honoured in 50 % of cases 1816-2003, 22 % since 1945 (Berkemeier & Fuhrmann 2018)")
    election_swing: Quantity = parameter(
        0.5, "chance that an election draws the type again", unit="probability", symbol="e_A", low=0, high=1, source="judgement")
    first_election: Quantity = parameter(
        3.2, "first presidential election", unit="years after the ceasefire", symbol="-", low=0,
        source="November 2028, from a ceasefire in the late summer of 2025")
    election_interval: Quantity = parameter(
        4.0, "time between presidential elections", unit="years", symbol="-", low=1, source="Constitution of the United States, Art. II")
    brigades: Quantity = parameter(20.0, "force that it brings", unit="brigades", symbol="B_A", low=0, source="judgement")
    enabling: Quantity = parameter(
        0.3, "share that its intelligence, air power and logistics add to the defence", unit="share", symbol="μ", low=0,
        source="judgement")
    choice_noise: Quantity = parameter(0.2, "logit noise", unit="utility", symbol="λ_A", low=1e-6, source="judgement")

    def backs(self, terms: Terms, fights: int, resolute: Array) -> Array:
        """P_A(χ, τ): chance that it backs the defence, seeing whether Europe fights."""
        utility = (self.stake + self.audience_cost * terms.united_states_committed + self.follow_europe * (fights - 0.5)
                   - self.resolve_gap * (1 - resolute))
        return logistic(utility / self.choice_noise)

    def elections_by(self, years: float) -> Array:
        """Number of elections held up to and including a moment, `years` after the ceasefire."""
        return np.maximum(0, np.floor((years - self.first_election) / self.election_interval + 1))


class UnitedStates(mesa.Agent):
    """The backstop. Every attribute is an array with one entry a world."""

    def __init__(self, model: mesa.Model, drawn: Backstop, uniform: Floats) -> None:
        """Draw the type; the others believe in it as far as the prior goes."""
        super().__init__(model)
        self.part = drawn
        self.resolute: NDArray[np.bool_] = uniform < drawn.prior_resolute
        self.belief: Floats = np.full(len(uniform), drawn.prior_resolute)

    def hold_election(self, held: NDArray[np.bool_], uniform: Floats) -> None:
        """Draw the type again where an election is `held`, with the chance of a swing, and let the belief move with it."""
        swing = np.where(held, self.part.election_swing, 0.0)
        self.resolute = drawn_again(self.resolute, uniform, swing, self.part.prior_resolute)
        self.belief += (self.part.prior_resolute - self.belief) * swing
