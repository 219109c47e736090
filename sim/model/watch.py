"""What whoever watches a ceasefire sees: in which worlds each kind of event happened in a month."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.game.crisis import Crisis
from sim.guarantee.provisions import TOLERANCE
from sim.model.observer import Observer
from sim.model.protocol import Ceasefire
from sim.quantity import Worlds

Seen = dict[str, NDArray[np.bool_]]
KINDS = (
    "incident",
    "incident, answered",
    "incident, not answered",
    "probe",
    "probe, met firmly",
    "probe, met softly",
    "probe, answered by Ukraine",
    "renewal passed",
    "renewal failed",
    "funds passed",
    "funds refused",
    "promise renewed",
    "promise lapsed",
    "committed administration",
    "sceptical administration",
    "new leader in Russia",
    "promise voided",
    "entry into force",
)
"""Kinds of events that are seen, in the order of tables."""


class Watch(Observer):
    """Keeps of each month where each kind of event happened: `months`, arrays (world,) by kind."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self.months: list[Seen] = []

    def open(self, model: Ceasefire) -> None:
        """Watch a model from now on."""
        model.observer = self
        self._begin(model)

    def note_politics(self, model: Ceasefire, began: float) -> None:
        """What parliaments, voters and leaders did."""
        full_year, years = model.is_full_year, model.years
        peace, says = model.at_peace, model.united_states.says_committed
        renewal = peace & model.stationed & full_year
        funds = peace & model.funds_due & full_year
        election = peace & model.us_voted
        ends = model.parameters.regime.commitment.term_years
        term = peace & (
            np.zeros_like(peace)
            if ends is None
            else (began < ends - TOLERANCE) & (ends - TOLERANCE <= years)
        )
        failed = model.europe.will < self._will
        passed = model.united_states.funds_passed
        self._seen |= {
            "renewal passed": renewal & ~failed,
            "renewal failed": renewal & failed,
            "funds passed": funds & passed,
            "funds refused": funds & ~passed,
            "promise renewed": term & model.renewed,
            "promise lapsed": term & ~model.renewed,
            "committed administration": election & says,
            "sceptical administration": election & ~says,
            "new leader in Russia": peace & (model.russia.successions > self._successions),
            "entry into force": peace & (began < model.entry) & (model.entry <= years),
        }

    def note_incident(
        self,
        model: Ceasefire,
        worlds: Worlds,
        crisis: Crisis,  # noqa: ARG002  it is not seen
        probes: Any,
        happens: Any,
        retaliates: Any,
        escalates: Any,  # noqa: ARG002  a war is seen in any case
        voids: Any,
    ) -> None:
        """Clashes, and what came of them."""
        firm = model.histories.firm_answers[worlds] > self._firm[worlds]
        incident = happens & ~probes
        for kind, there in {
            "incident": incident,
            "incident, answered": incident & retaliates,
            "incident, not answered": incident & ~retaliates,
            "probe": probes,
            "probe, met firmly": probes & firm,
            "probe, met softly": probes & ~firm,
            "probe, answered by Ukraine": probes & retaliates,
            "promise voided": voids & ~self._voided[worlds],
        }.items():
            self._seen[kind][worlds] = there

    def close(self, model: Ceasefire) -> None:
        """A month is over."""
        self.months.append(self._seen)
        self._begin(model)

    def _begin(self, model: Ceasefire) -> None:
        self._seen: Seen = {kind: np.zeros(len(model.worlds), dtype=bool) for kind in KINDS}
        self._will = model.europe.will.copy()
        self._successions = model.russia.successions.copy()
        self._firm = model.histories.firm_answers.copy()
        self._voided = model.voided.copy()

    def within(self, months: int) -> Seen:
        """Where each kind of event happened in the first so many months that were watched."""
        return {
            kind: np.any(
                [self._seen[kind], *(month[kind] for month in self.months[:months])], axis=0
            )
            for kind in KINDS
        }
