"""One world in words: its story, and the game that is played in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sim.game.attack import INTERVENES
from sim.game.crisis import Crisis
from sim.game.equilibrium import Behaviour, action_values, behaviour, logit_gap, regret
from sim.game.extensive_form import Chance, Move, Node
from sim.game.tree import crisis_tree
from sim.presentation.parting import parted
from sim.presentation.story import Paragraph, story


def title(history: Mapping[str, Any]) -> str:
    """Which history it is, of which scenario, and what it is typical of."""
    kind = f", the typical one of its kind ({history['typical']})" if history["typical"] else ""
    both = f" and of {history['under']['label']}" if "under" in history else ""
    return f"History {history['world']} of {history['label']}{both}{kind}"


def paragraphs(history: Mapping[str, Any]) -> list[Paragraph]:
    """The story of a history, or of two on the same chance."""
    return parted(history, history["under"]) if "under" in history else story(history)


def ledger(history: Mapping[str, Any]) -> Iterator[str]:
    """Everything that happened in a history, a line an event.

    Under two regimes, side by side in the order of time.

    Then "=" marks what both histories share to the letter, "~" what was done in both for other
    reasons, "<" and ">" what only one of them has; a line says where they part.
    """
    if "under" not in history:
        yield from map(_line, history["events"])
        return
    yield (
        f"= both; ~ done in both, for other reasons; < {history['label']} only; > "
        f"{history['under']['label']} only"
    )
    parted = False
    for own, other in _aligned(history["events"], history["under"]["events"]):
        if not parted and (own is None or other is None):
            parted = True
            yield "--- here they part ---"
        if own and other and own["words"] == other["words"]:
            yield f"=  {_line(own)}"
            continue
        both = "~" if own and other else " "
        yield from (
            f"{mark}{both} {_line(event)}" for mark, event in (("<", own), (">", other)) if event
        )


def _line(event: Mapping[str, Any]) -> str:
    return f"year {event['years']:5.2f}  {event['words']}"


def _deed(event: Mapping[str, Any]) -> tuple[Any, ...]:
    """What was done and when, without its reasons."""
    return (
        event["step"],
        event["kind"],
        *(value for value in event["details"].values() if isinstance(value, str)),
    )


def _aligned(
    own: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Any, Any]]:
    """Events of both histories in the order of time, in pairs where the same was done."""
    there = {_deed(event): event for event in other}
    here = {_deed(event): event for event in own}
    pairs: list[tuple[Any, Any]] = [(event, there.get(deed)) for deed, event in here.items()]
    pairs += [(None, event) for deed, event in there.items() if deed not in here]
    yield from sorted(pairs, key=lambda pair: (pair[0] or pair[1])["step"])


def game(crisis: Crisis) -> dict[str, Any]:
    """The crisis game of a month in the first world of a crisis, as plain data.

    Reputations, foresight, information sets, equilibrium.
    """
    tree, strategy = crisis_tree(crisis), behaviour(crisis)
    values = action_values(tree, strategy)
    return {
        "reputations": {
            "europe": float(crisis.now(crisis.reputation_europe)[0]),
            "united_states": float(crisis.now(crisis.reputation_united_states)[0]),
        },
        "escalating": {
            "value": float(np.asarray(crisis.value_of_escalating)[0]),
            "probability": float(np.asarray(crisis.escalates)[0]),
        },
        "foresight": _foresight(crisis),
        "information_sets": [
            {
                "player": str(known.player),
                "information_set": str(known),
                "actions": {
                    str(action): {"value": values[known][action], "probability": chance}
                    for action, chance in chances.items()
                },
            }
            for known, chances in strategy.items()
        ],
        "tree": _branching(tree.root, strategy),
        "noise": {str(player): noise for player, noise in tree.noise.items()},
        "largest_gap_to_logit_response": logit_gap(tree, strategy),
        "largest_regret": regret(tree, strategy),
    }


def _branching(node: Node, strategy: Behaviour) -> dict[str, Any]:
    """A node and all that may follow it: who moves or is drawn, the chance of each branch, and the
    payoffs at its ends.
    """
    match node:
        case Chance(name, branches):
            return {
                "draws": name,
                "branches": {
                    branch: {"chance": chance, "then": _branching(child, strategy)}
                    for branch, (chance, child) in branches.items()
                },
            }
        case Move(known, actions):
            return {
                "moves": str(known),
                "branches": {
                    str(action): {
                        "chance": strategy[known][action],
                        "then": _branching(child, strategy),
                    }
                    for action, child in actions.items()
                },
            }
    return {
        "ends": node.name,
        "payoffs": {str(player): payoff for player, payoff in node.payoffs.items()},
    }


def _foresight(crisis: Crisis) -> list[dict[str, float]]:
    """What Russia expects at each of the years at which it imagines reconsidering, the first row
    being now.
    """
    columns = {
        "russia_strength": crisis.russia_strength,
        "ukraine_strength": crisis.ukraine_strength,
        "deployed_force": crisis.deployed_force,
        "chance_europe_intervenes": crisis.attack.intervenes,
        "chance_us_backs": crisis.attack.backs[INTERVENES],
        "reputation_europe": crisis.reputation_europe,
        "reputation_united_states": crisis.reputation_united_states,
        "terms_drift": crisis.terms_drift,
        "value_of_attacking": crisis.attack.value,
        "value_of_holding": crisis.values_of_waiting,
    }
    shape = crisis.values_of_waiting.shape
    table = {
        name: np.broadcast_to(values, shape)[:, 0].tolist() for name, values in columns.items()
    }
    return [
        {"years_ahead": ahead} | {name: values[node] for name, values in table.items()}
        for node, ahead in enumerate((0.0, *crisis.russia.foresight))
    ]


def game_lines(history: Mapping[str, Any]) -> Iterator[str]:
    """The crisis game in words and columns."""
    reputations = history["reputations"]
    yield (
        f"The crisis game of {history['label']}, history {history['world']}, "
        f"year {history['year']:.2f}"
    )
    yield (
        f"Reputations: others put {100 * reputations['europe']:.1f} % on a resolute coalition\n"
        f"and {100 * reputations['united_states']:.1f} % on a resolute United States."
    )
    yield "\nWhat Russia expects now, and in the years in which it might reconsider"
    yield (
        f"{'ahead':>6}{'Russia':>9}{'Ukraine':>9}{'force':>7}{'Europe fights':>15}"
        f"{'US backs it':>13}{'attacking':>11}{'holding':>9}"
    )
    for row in history["foresight"]:
        yield (
            f"{row['years_ahead']:5.0f}y{row['russia_strength']:9.1f}{row['ukraine_strength']:9.1f}{row['deployed_force']:7.1f}"
            f"{100 * row['chance_europe_intervenes']:13.1f} "
            f"%{100 * row['chance_us_backs']:11.1f} %"
            f"{row['value_of_attacking']:+11.3f}{row['value_of_holding']:+9.3f}"
        )
    yield (
        "\nThe equilibrium: what each action is worth at each information set, and how\n"
        "likely it is"
    )
    for known in history["information_sets"]:
        actions = "   ".join(
            f"{name} {action['value']:+.3f} ({100 * action['probability']:.1f} %)"
            for name, action in known["actions"].items()
        )
        yield f"  {known['information_set']}\n      {actions}"
    yield (
        "\nThe tree: the chance of each branch, and at its ends the payoffs to Russia,\n"
        "Ukraine, the coalition and the United States"
    )
    yield from _tree_lines(history["tree"], "  ")
    yield (
        "\nEvery probability is the logit response to these values, to "
        f"{history['largest_gap_to_logit_response']:.0e};\n"
        "through noise an actor forgoes at most "
        f"{history['largest_regret']:.3f} at one set."
    )


def _tree_lines(node: Mapping[str, Any], indent: str) -> Iterator[str]:
    """A line a node, indented by what came before it."""
    if "ends" in node:
        yield (
            f"{indent}= {node['ends']}: "
            f"{'  '.join(f'{payoff:+.3f}' for payoff in node['payoffs'].values())}"
        )
        return
    yield f"{indent}{node.get('moves') or node['draws']}"
    for name, branch in node["branches"].items():
        yield f"{indent}- {name} ({100 * branch['chance']:.1f} %)"
        yield from _tree_lines(branch["then"], f"{indent}    ")
