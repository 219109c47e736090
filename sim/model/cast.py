"""Who plays the actors: the agents of the model, or subclasses of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sim.agents.europe import EuropeanCoalition
from sim.agents.russia import Russia
from sim.agents.ukraine import Ukraine
from sim.agents.united_states import UnitedStates
from sim.errors import ArgumentFault, Fault, ScenarioError

if TYPE_CHECKING:
    import mesa


@dataclass(frozen=True)
class Cast:
    """The class of each actor's agent."""

    russia: type[Russia] = Russia
    ukraine: type[Ukraine] = Ukraine
    europe: type[EuropeanCoalition] = EuropeanCoalition
    united_states: type[UnitedStates] = UnitedStates

    @classmethod
    def with_strategies(cls, agents: Mapping[str, Any] | None) -> Self:
        """The agents of the model, but for those of these actors.

        Raises ScenarioError for an actor that there is not, and for what is no subclass of the
        actor's own class.
        """
        own: dict[str, type[mesa.Agent]] = vars(cls())
        faults: list[Fault] = []
        for actor, agent in (agents or {}).items():
            if actor not in own:
                must = f"must name actors among {', '.join(own)}"
                faults.append(ArgumentFault("agents", repr(actor), must))
            elif not (isinstance(agent, type) and issubclass(agent, own[actor])):
                base = own[actor]
                must = f"must be a subclass of {base.__module__}.{base.__name__}"
                faults.append(ArgumentFault(f"agents[{actor!r}]", repr(agent), must))
        if faults:
            raise ScenarioError(faults)
        return cls(**(agents or {}))
