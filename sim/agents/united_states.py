"""The agent of the United States: its type and reputation, its word and its funds."""

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.choice import Falls, drawn_again, learned_from
from sim.actors.united_states import Backstop
from sim.agents.actor import Actor
from sim.quantity import Array
from sim.uncertainty import Floats


class UnitedStates(Actor):
    """The backstop.

    Every attribute is an array with one entry a world; `reputation` is what others believe of its
    type.
    """

    def __init__(
        self, model: mesa.Model, parameters: Backstop, promised: Array, uniform: Floats
    ) -> None:
        """Draw the type, with the chance that a promise L_A⁰ signals."""
        super().__init__(model)
        self.parameters = parameters
        self.reputation: Floats = np.full(
            len(uniform), parameters.reputation_at_signature(promised)
        )
        self.resolute: NDArray[np.bool_] = uniform < self.reputation
        self.says_committed: NDArray[np.bool_] = np.zeros(len(uniform), dtype=bool)
        self.funds_passed: NDArray[np.bool_] = np.ones(len(uniform), dtype=bool)

    def hold_election(
        self,
        held: NDArray[np.bool_],
        uniform: Floats,
        statement: Floats,
        falls: Falls = np.less,
    ) -> None:
        """Where an election is `held` the type may be drawn again.

        Then the administration speaks, and the others learn from it.
        """
        parameters = self.parameters
        swing = np.where(held, parameters.election_swing, 0.0)
        self.resolute = drawn_again(self.resolute, uniform, swing, parameters.prior_resolute)
        reputation = self.reputation + (parameters.prior_resolute - self.reputation) * swing
        accuracy = parameters.signal_accuracy
        self.says_committed = np.where(
            held,
            falls(statement, np.where(self.resolute, accuracy, 1 - accuracy)),
            self.says_committed,
        )
        learned = learned_from(self.says_committed, reputation, accuracy, 1 - accuracy)
        self.reputation = np.where(held, learned, reputation)

    def vote_funds(self, due: NDArray[np.bool_], uniform: Floats, falls: Falls = np.less) -> None:
        """Where they are `due` the funds of the year that begins pass or fail, and the others learn
        from it; elsewhere none are short.
        """
        if_resolute, if_irresolute = (
            self.parameters.funds_if_resolute,
            self.parameters.funds_if_irresolute,
        )
        self.funds_passed = ~due | falls(
            uniform, np.where(self.resolute, if_resolute, if_irresolute)
        )
        learned = learned_from(self.funds_passed, self.reputation, if_resolute, if_irresolute)
        self.reputation = np.where(due, learned, self.reputation)
