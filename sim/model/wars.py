"""Wars that resumed: who fought in them, and why Russia attacked.

Noted when they begin, and settled when somebody looks.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.actors.foresight import PRESENT
from sim.game.attack import IRRESOLUTE, RESOLUTE, Attack
from sim.game.endings import Reason
from sim.model.protocol import Ceasefire
from sim.model.reason import main_reasons
from sim.model.situation import Situation, crisis_of
from sim.quantity import Worlds
from sim.uncertainty import Floats

NO_REASON = -1
TOGETHER = 4096
"""Wars that are settled together."""


@dataclass(frozen=True)
class _Begun:
    """Wars that began in some worlds, as things stood then; arrays (war,)."""

    worlds: Worlds
    situation: Situation
    deliberate: NDArray[np.bool_]  # an attack by Russia out of the blue
    escalated: NDArray[np.bool_]  # by Russia, out of an incident or a probe
    chance: Floats  # of attacking at a review
    first_leader: NDArray[np.bool_]  # he who signed is in office
    disposition: Floats
    europe_resolute: NDArray[np.bool_]
    united_states_resolute: NDArray[np.bool_]
    intervention: NDArray[np.str_]  # what a course has Europe choose; empty where it is free
    backing: NDArray[np.str_]

    @classmethod
    def joined(cls, months: list[Self]) -> Self:
        """The wars of several months."""
        columns: dict[str, Any] = {
            field.name: [getattr(month, field.name) for month in months] for field in fields(cls)
        }
        situation = Situation.joined(columns.pop("situation"))
        return cls(
            situation=situation,
            **{name: np.concatenate(values) for name, values in columns.items()},
        )

    def at(self, wars: Worlds) -> Self:
        """Some of the wars, by their positions."""
        columns: dict[str, Any] = {
            name: value.at(wars) if isinstance(value, Situation) else value[wars]
            for name, value in vars(self).items()
        }
        return type(self)(**columns)


class Wars:
    """What became of the wars in a model's worlds.

    Every array has one entry a world, neutral where no war has resumed.

    The coalition and the United States decide by their true types, and each member honours its
    pledge or does not.
    """

    def __init__(self, model: Ceasefire) -> None:
        """No war has resumed."""
        size = len(model.worlds)
        self._model = model
        self._begun: list[_Begun] = []
        self._fights: NDArray[np.bool_] = np.zeros(size, dtype=bool)
        self._backs: NDArray[np.bool_] = np.zeros(size, dtype=bool)
        self._fought = {
            member.name: np.zeros(size, dtype=bool) for member in model.parameters.europe.standing
        }
        self._prevails: Floats = np.full(size, np.nan)
        self._force: Floats = np.zeros(size)
        self._drift: Floats = np.zeros(size)
        self._reasons: NDArray[np.int8] = np.full(size, NO_REASON, dtype=np.int8)

    def begin(self, worlds: Worlds, deliberate: NDArray[np.bool_], chance: Floats) -> None:
        """Russia goes to war in these worlds, by an attack out of the blue where it is
        `deliberate`, elsewhere by escalating; a review would have had it attack with this `chance`.
        """
        self._note(worlds, deliberate, ~deliberate, chance)

    def begin_offensive(self, worlds: Worlds, winning: Floats) -> None:
        """Ukraine starts an offensive in these worlds, `winning` with some chance.

        Nobody intervenes.
        """
        self._prevails[worlds] = 1 - winning
        nowhere = np.zeros(len(worlds), dtype=bool)
        self._note(worlds, nowhere, nowhere, np.zeros(len(worlds)))

    def _note(
        self,
        worlds: Worlds,
        deliberate: NDArray[np.bool_],
        escalated: NDArray[np.bool_],
        chance: Floats,
    ) -> None:
        model, russia = self._model, self._model.russia
        self._begun.append(
            _Begun(
                worlds,
                model.situation(worlds),
                deliberate,
                escalated,
                chance,
                russia.successions[worlds] == 0,
                russia.disposition[worlds],
                model.europe.resolute[worlds],
                model.united_states.resolute[worlds],
                _fixed(model.fate.choice("Europe", "intervention"), len(worlds)),
                _fixed(model.fate.choice("United States", "backing"), len(worlds)),
            )
        )

    @property
    def europe_intervenes(self) -> NDArray[np.bool_]:
        """Where the coalition fought."""
        return self._settled()._fights  # noqa: SLF001  its own class

    @property
    def us_backs(self) -> NDArray[np.bool_]:
        """Where the United States backed the defence."""
        return self._settled()._backs  # noqa: SLF001  its own class

    @property
    def fought(self) -> dict[str, NDArray[np.bool_]]:
        """For each member, where it honoured its pledge."""
        return self._settled()._fought  # noqa: SLF001  its own class

    @property
    def russia_prevails(self) -> Floats:
        """Russia's chance of prevailing against those who came; NaN where no war has resumed."""
        return self._settled()._prevails  # noqa: SLF001  its own class

    @property
    def force_that_fought(self) -> Floats:
        """Brigades of the stationed force that fought."""
        return self._settled()._force  # noqa: SLF001  its own class

    @property
    def terms_drift(self) -> Floats:
        """p̄(0) - p̄₀ when the war began."""
        return self._settled()._drift  # noqa: SLF001  its own class

    @property
    def reasons(self) -> NDArray[np.int8]:
        """Position of the main reason of each attack among `Reason`, -1 where there was none."""
        return self._settled()._reasons  # noqa: SLF001  its own class

    def settle(self) -> None:
        """Settle the wars that have begun, with the chances as they are now."""
        self._settled()

    def _settled(self) -> Self:
        """Settle the wars that have begun since somebody looked, many together.

        One by one they would cost more than the months of peace, and all at once more memory.
        """
        if self._begun:
            begun, self._begun = _Begun.joined(self._begun), []
            for first in range(0, len(begun.worlds), TOGETHER):
                self._settle(begun.at(np.arange(first, min(first + TOGETHER, len(begun.worlds)))))
        return self

    def _settle(self, begun: _Begun) -> None:
        """Who fought in these wars, and why Russia attacked."""
        model = self._model
        parameters, balance = (
            model.parameters_of(begun.worlds),
            model.balance_at_signature[begun.worlds],
        )
        crisis = crisis_of(parameters, begun.situation, PRESENT, model.step_years, balance)
        self._drift[begun.worlds] = crisis.now(crisis.terms_drift)
        for attack, chosen in (
            (crisis.attack_at_once, begun.deliberate),
            (crisis.escalation, begun.escalated),
        ):
            self._fight(attack, begun, chosen)
        if begun.deliberate.any():
            self._explain(begun.at(np.flatnonzero(begun.deliberate)))

    def _explain(self, begun: _Begun) -> None:
        """Why Russia attacked in these wars."""
        model, worlds = self._model, begun.worlds
        at_signature = model.crisis_at_signature.response[0].take(model.sample.place[worlds])
        never_meant = begun.first_leader & (begun.disposition < at_signature)
        self._reasons[worlds[never_meant]] = Reason.NEVER_MEANT.code
        if never_meant.all():
            return
        others = begun.at(np.flatnonzero(~never_meant))
        self._reasons[others.worlds] = main_reasons(
            model.parameters_of(others.worlds),
            others.situation,
            model.signature.at(others.worlds),
            others.chance,
            model.balance_at_signature[others.worlds],
            model.ahead,
            model.step_years,
        )

    def _fight(self, attack: Attack, begun: _Begun, chosen: NDArray[np.bool_]) -> None:
        """Who comes to the wars that were `chosen` among those begun, all of which the attack
        describes.
        """
        chance, worlds = self._model.chance, begun.worlds
        fights = self._decides(
            begun.intervention,
            "intervene",
            (worlds, chosen),
            chance.once("intervention")[worlds],
            _by_type(attack.intervenes_by_type, begun.europe_resolute),
        )
        abstaining, fighting = (
            _by_type(backs, begun.united_states_resolute) for backs in attack.backs_by_type
        )
        backs = self._decides(
            begun.backing,
            "back",
            (worlds, chosen),
            chance.once("backing")[worlds],
            np.where(fights, fighting, abstaining),
        )
        pledges, there = np.zeros(len(worlds)), worlds[chosen]
        for member in attack.europe.standing:
            honours = fights & (
                chance.once(f"pledge of {member.name}")[worlds] < member.reliability
            )
            self._fought[member.name][there] = honours[chosen]
            pledges += honours * member.brigades
        self._fights[there], self._backs[there] = fights[chosen], backs[chosen]
        self._force[there] = np.broadcast_to(fights * attack.deployed_force, worlds.shape)[chosen]
        self._prevails[there] = np.asarray(attack.prevails(fights, backs, pledges))[chosen]

    def _decides(
        self,
        fixed: NDArray[np.str_],
        yes: str,
        at: tuple[Worlds, NDArray[np.bool_]],
        uniform: Floats,
        chance: Floats,
    ) -> Any:
        """Where an actor chooses `yes` in the wars of some worlds, as a course has it or else by
        chance; those `chosen` among them weigh what is fixed.
        """
        (worlds, chosen), known = at, fixed != ""
        decides = np.where(known, fixed == yes, uniform < chance)
        if (weighs := known & chosen).any():
            own = np.where(decides, chance, 1 - chance)
            self._model.fate.weigh(worlds[weighs], own[weighs])
        return decides


def _fixed(choice: str | None, wars: int) -> NDArray[np.str_]:
    """What a course has an actor choose in each of the wars of a month."""
    return np.zeros(wars, dtype=np.str_) if choice is None else np.full(wars, choice)


def _by_type(chance: Any, resolute: NDArray[np.bool_]) -> Any:
    return np.where(resolute, chance[RESOLUTE], chance[IRRESOLUTE])
