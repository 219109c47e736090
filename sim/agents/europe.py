"""The coalition's agent: its type and reputation, the will that sustains its force, its answers."""

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.choice import Falls, drawn_again, learned_from
from sim.actors.europe import FrontLineDefender
from sim.agents.actor import Actor
from sim.quantity import Array
from sim.uncertainty import Floats


class EuropeanCoalition(Actor):
    """The front-line defender.

    Every attribute is an array with one entry a world; `reputation` is what others believe of its
    type.
    """

    def __init__(
        self,
        model: mesa.Model,
        parameters: FrontLineDefender,
        promised: Array,
        force: Array,
        uniform: Floats,
    ) -> None:
        """Draw the type, with the chance that a promise L_E⁰ and a force sent at once signal."""
        super().__init__(model)
        self.parameters = parameters
        self.reputation: Floats = np.full(
            len(uniform), parameters.reputation_at_signature(promised, force)
        )
        self.resolute: NDArray[np.bool_] = uniform < self.reputation
        self.will: Floats = np.ones(len(uniform))

    def turn(self, share: Array, uniform: Floats) -> None:
        """A member with this share of the weight votes.

        Its policy may turn and with it the type, and the reputation moves with it.
        """
        swing, prior = self.parameters.election_swing * share, self.parameters.prior_resolute
        self.resolute = drawn_again(self.resolute, uniform, swing, prior)
        self.reputation = self.reputation + (prior - self.reputation) * swing

    def face_renewal(
        self, stationed: NDArray[np.bool_], uniform: Floats, falls: Falls = np.less
    ) -> None:
        """Renew the deployment where a force is `stationed`, or let it shrink.

        The others learn from the outcome.
        """
        if_resolute, if_irresolute = (
            self.parameters.renewal_if_resolute,
            self.parameters.renewal_if_irresolute,
        )
        passed = falls(uniform, np.where(self.resolute, if_resolute, if_irresolute))
        learned = learned_from(passed, self.reputation, if_resolute, if_irresolute)
        self.reputation = np.where(stationed, learned, self.reputation)
        self.will = np.where(
            stationed & ~passed, self.will * self.parameters.will_after_failure, self.will
        )

    def answer_probe(
        self,
        worlds: NDArray[np.intp],
        if_resolute: Floats,
        if_irresolute: Floats,
        uniform: Floats,
        falls: Falls = np.less,
    ) -> NDArray[np.bool_]:
        """Where it answers firmly, which restores its will; the others learn from the answer."""
        firm = falls(uniform, np.where(self.resolute[worlds], if_resolute, if_irresolute))
        self.reputation[worlds] = learned_from(
            firm, self.reputation[worlds], if_resolute, if_irresolute
        )
        self.will[worlds[firm]] = 1.0
        return np.asarray(firm)
