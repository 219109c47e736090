"""Two histories on the same chance: what they share, where they part and why, and what became of
each.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from sim.presentation.deeds import Deed
from sim.presentation.phrases import percent
from sim.presentation.story import History, Paragraph, chapters, end, signature, when

_MAX_CIRCUMSTANCES = 3
"""The most circumstances that a sentence states: a judgement."""
_CIRCUMSTANCES = {
    "reputation_europe": ("the belief in a resolute coalition", 0.02),
    "reputation_united_states": ("the belief in a resolute United States", 0.02),
    "chance_europe_intervenes": ("the chance that Europe would fight, as Russia saw it,", 0.02),
    "chance_us_backs": ("the chance that the United States would back it", 0.02),
    "ground": ("the ground not yet lost to probes", 0.02),
}
"""Shares that two histories may differ in: their words, and the least difference worth a word."""
_STRENGTHS = {"russia_strength": "Russia's army", "ukraine_strength": "Ukraine's army"}
_CHANCES = {
    "attack": "a review would end in an attack",
    "war": "a review would end in an attack",
    "probe": "a review would end in a probe",
    "incident": "a month would bring an incident to which Ukraine retaliates",
}
"""The chance behind a deed of each kind, in words."""


def _chance(kind: str, state: Mapping[str, float]) -> float:
    """The same in numbers."""
    if kind == "incident":
        return state["chance_of_incident"] * state["chance_ukraine_retaliates"]
    return state["chance_of_probe" if kind == "probe" else "chance_of_attack"]


def parted(own: Mapping[str, Any], other: Mapping[str, Any]) -> list[Paragraph]:
    """The paragraphs of two histories of one number, each a journal with the label of its
    scenario.
    """
    histories = History(own), History(other)
    first = histories[0]
    step = _parting(*histories)
    if step is None:
        return [
            *_alongside(histories, [[signature(it), *chapters(it)] for it in histories]),
            Paragraph("The two histories never part", _never(*histories)),
            *_alongside(histories, [[end(it)] for it in histories]),
        ]
    shared = [[signature(it), *chapters(it, 1, step - 1)] if step else [] for it in histories]
    return [
        *_alongside(histories, shared),
        Paragraph(_heading(first, step), _why(*histories, step)),
        *(
            paragraph
            for history in histories
            for paragraph in _labelled(
                history,
                [
                    *(() if step else (signature(history),)),
                    *chapters(history, max(1, step)),
                    end(history),
                ],
            )
        ),
    ]


def _alongside(
    histories: Sequence[History], both: Sequence[Sequence[Paragraph]]
) -> Iterator[Paragraph]:
    """The paragraphs of two histories in the order of time: once where both have the same, and
    under the name of each scenario where they differ, be it by a number.
    """
    ours, theirs = both
    here, there = ([paragraph.heading for paragraph in paragraphs] for paragraphs in both)
    for kind, a, b, c, d in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from _labelled(histories[0], ours[a:b])
            yield from _labelled(histories[1], theirs[c:d])
            continue
        for pair in zip(ours[a:b], theirs[c:d], strict=True):
            if pair[0] == pair[1]:
                yield pair[0]
            else:
                for history, paragraph in zip(histories, pair, strict=True):
                    yield from _labelled(history, [paragraph])


def _labelled(history: History, paragraphs: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """The same under the name of its scenario."""
    return (
        Paragraph(f"{history.label} · {paragraph.heading}", paragraph.text)
        for paragraph in paragraphs
    )


def _heading(history: History, step: int) -> str:
    return f"Here the two histories part, {when(history, history.states[step])}"


def _parting(own: History, other: History) -> int | None:
    """The first month in which something else is done in one history than in the other, 0 for the
    signature; None where there is none.
    """
    types = [
        [history.journal["events"][0]["details"][who] for who in ("europe", "united_states")]
        for history in (own, other)
    ]
    if types[0] != types[1]:
        return 0
    ours, theirs = (_done(history) for history in (own, other))
    steps = sorted({*ours, *theirs})
    return next((step for step in steps if ours.get(step) != theirs.get(step)), None)


def _done(history: History) -> dict[int, list[tuple[str, str]]]:
    """What was done in each month, apart from what is routine."""
    done: dict[int, list[tuple[str, str]]] = {}
    for deed in _deeds(history):
        done.setdefault(deed.step, []).append(deed.what)
    return done


def _deeds(history: History) -> Iterator[Deed]:
    return (deed for deed in history.deeds if deed.clause and deed.is_lasting)


def _why(own: History, other: History, step: int) -> str:
    """What was done in each in the month in which they part, and what differed before."""
    if step == 0:
        return _types(own, other)
    both = [(own, other), (other, own)]
    clauses = [
        f"Under {history.label} {_only(history, counterpart, step)}"
        for history, counterpart in both
    ]
    kind = next(
        deed.kind
        for history, counterpart in both
        for deed in _deeds(history)
        if deed.step == step and deed.what not in _done(counterpart).get(step, [])
    )
    before = own.states[step - 1], other.states[step - 1]
    return " ".join((f"{'; '.join(clauses)}.".replace("; Under", "; under"), _met(kind, *before)))


def _only(history: History, counterpart: History, step: int) -> str:
    """What was done in one history alone."""
    there = _done(counterpart).get(step, [])
    clauses = [
        deed.what[1] for deed in _deeds(history) if deed.step == step and deed.what not in there
    ]
    return ", and ".join(clauses) if clauses else "nothing of the kind happened"


def _met(kind: str, own: Mapping[str, float], other: Mapping[str, float]) -> str:
    """What the same random events met: chances, and the circumstances that differed most."""
    chances = [percent(_chance(kind, state)) for state in (own, other)] if kind in _CHANCES else []
    met = (
        f"Both met the same random events, but the chance that {_CHANCES[kind]} was {chances[0]} "
        f"in the one and {chances[1]} in the other. "
        if len(set(chances)) > 1
        else "Both met the same random events. "
    )
    differ = [
        (abs(own[name] - other[name]), f"{text} {percent(own[name])} and {percent(other[name])}")
        for name, (text, least) in _CIRCUMSTANCES.items()
        if abs(own[name] - other[name]) >= least
    ]
    differ += [
        (
            abs(own[name] / other[name] - 1),
            f"{text} {own[name]:.0f} and {other[name]:.0f} brigades",
        )
        for name, text in _STRENGTHS.items()
        if round(own[name]) != round(other[name])
    ]
    stated = [text for _, text in sorted(differ, reverse=True)[:_MAX_CIRCUMSTANCES]]
    if not stated:
        return f"{met}Strengths and beliefs were nearly the same in both.".strip()
    return f"{met}What differed most by then, in the one and in the other: {'; '.join(stated)}."


def _types(own: History, other: History) -> str:
    """Why the types of the guarantors differ from the start."""
    texts = [
        f"under {history.label} the others put {percent(history.states[0]['reputation_europe'])} "
        "on a resolute coalition and "
        f"{percent(history.states[0]['reputation_united_states'])} on a resolute United States"
        for history in (own, other)
    ]
    return (
        "The guarantors are not the same from the start, since a promise given and a force sent "
        f"at once are signs of resolve: {', and '.join(texts)}. The same random events met these "
        "beliefs."
    )


def _never(own: History, other: History) -> str:
    worst = [
        f"{percent(max(state['chance_of_attack'] for state in history.states))} under "
        f"{history.label}"
        for history in (own, other)
    ]
    return (
        "Whatever mattered was done alike in both. The chance that a review would end in an "
        f"attack was at most {' and '.join(worst)}."
    )
