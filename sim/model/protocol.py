"""What the rules of a month see of the model: the histories that it advances, whatever advances
them.

The model knows its rules; they know only this of it.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.agents.europe import EuropeanCoalition
from sim.agents.russia import Russia
from sim.agents.ukraine import Ukraine
from sim.agents.united_states import UnitedStates
from sim.game.crisis import Crisis
from sim.guarantee.terms import TERMS, Terms
from sim.model.chance import Chance
from sim.model.fate import Fate
from sim.model.histories import Histories
from sim.model.rates import Rates
from sim.model.sample import Sample
from sim.model.situation import Situation
from sim.quantity import Worlds
from sim.scenario.schema import Scenario
from sim.uncertainty import Floats


class Resumptions(Protocol):
    """The wars that resume; arrays (world,)."""

    @property
    def fought(self) -> dict[str, Any]:
        """Where each member of the coalition fought."""

    @property
    def reasons(self) -> Any:
        """Why Russia attacked, by the code of the reason."""

    @property
    def russia_prevails(self) -> Any:
        """Chance that Russia wins."""

    @property
    def europe_intervenes(self) -> Any:
        """Where Europe fights."""

    @property
    def us_backs(self) -> Any:
        """Where the United States backs the defence."""

    def begin(self, worlds: Worlds, deliberate: NDArray[np.bool_], chance: Floats) -> None:
        """Russia goes to war in these worlds."""

    def begin_offensive(self, worlds: Worlds, winning: Floats) -> None:
        """Ukraine starts an offensive in these worlds."""


class Ceasefire(Protocol):
    """A ceasefire in one month of its histories; arrays (world,)."""

    parameters: Scenario
    specification: Scenario
    sample: Sample
    histories: Histories
    worlds: Worlds
    month: int
    step_years: float
    years: float
    chance: Chance
    fate: Fate
    rates: Rates
    russia: Russia
    ukraine: Ukraine
    europe: EuropeanCoalition
    united_states: UnitedStates
    signature: Situation
    balance_at_signature: Floats
    ahead: Floats
    entry: Floats
    renewed: NDArray[np.bool_]
    voided: NDArray[np.bool_]
    ground: Floats
    stationed: NDArray[np.bool_]
    members_voted: list[str]
    us_voted: NDArray[np.bool_]
    funds_due: NDArray[np.bool_]
    observer: Any

    @property
    def at_peace(self) -> NDArray[np.bool_]:
        """Where the ceasefire holds."""

    @property
    def cause(self) -> NDArray[np.int8]:
        """The code of the ending."""

    @property
    def years_held(self) -> Floats:
        """How long the ceasefire has held."""

    @property
    def probes(self) -> NDArray[np.int32]:
        """How often Russia has probed."""

    @property
    def wars(self) -> Resumptions:
        """What became of wars."""

    @property
    def is_full_year(self) -> bool:
        """Whether the month ends a year."""

    @property
    def terms_drift(self) -> Floats:
        """How far the balance of power has shifted, on average."""

    def situation(self, worlds: Worlds | None = None) -> Situation:
        """The situation now of all worlds, or of some."""

    def parameters_of(self, worlds: Worlds) -> Scenario:
        """The scenario with what was drawn for some worlds."""

    def terms(self, wanted: frozenset[str] = TERMS) -> Terms:
        """What the regime comes to now."""

    @property
    def crisis_at_signature(self) -> Crisis:
        """The crisis game at the signature, (design,)."""

    def crisis(self, worlds: Worlds) -> Crisis:
        """The month's crisis game in some worlds."""
