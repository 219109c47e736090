"""The crisis game of one month as a tree."""

from dataclasses import dataclass

from matplotlib.axes import Axes

from sim.game.equilibrium import Behaviour
from sim.game.extensive_form import Action, Chance, End, InformationSet, Move, Node, Player, Tree
from sim.plots.style import PALETTE, axes_or_new, in_own_style

__all__ = ["game_tree"]

COLOURS = dict(zip(Player, PALETTE[2:3] + PALETTE[1:2] + PALETTE[3:5], strict=True))
"""A colour for each player; the name stands beside each of its moves as well."""
_ALONG = 0.62
"""Where on a branch its action stands: clear of the name of the player that chooses."""
_BEHIND_WORDS = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}


@dataclass
class _Drawing:
    """Where the next end goes, and where the nodes of each information set were drawn."""

    ax: Axes
    strategy: Behaviour
    next_row: float = 0.0

    def __post_init__(self) -> None:
        self.places: dict[InformationSet, list[tuple[float, float]]] = {}

    def draw(self, node: Node, depth: int, reached: float, *, is_lowest: bool = False) -> float:
        """Draw a node and all that follows; returns its row.

        Lines are as thick as they are likely. The name of who moves stands above the node, or below
        that of the lowest branch, so that it is clear of the line that leads there.
        """
        if isinstance(node, End):
            self.next_row -= 1
            payoffs = "  ".join(f"{node.payoffs[player]:+.2f}" for player in Player)
            self.ax.annotate(
                f"{payoffs}   {node.name}",
                (depth, self.next_row),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
                annotation_clip=False,
            )
            return self.next_row
        if isinstance(node, Chance):
            raise TypeError("Nature has drawn before the moves begin")
        (*_, lowest), chances = node.actions, self.strategy[node.information_set]
        rows = {
            action: self.draw(
                child, depth + 1, reached * chances[action], is_lowest=action is lowest
            )
            for action, child in node.actions.items()
        }
        row = sum(rows.values()) / len(rows)
        for action, below in rows.items():
            self._branch(node, action, (depth, row), below, reached)
        self.ax.plot(depth, row, "o", color=COLOURS[node.player], ms=5, zorder=3)
        self.ax.annotate(
            node.player,
            (depth, row),
            xytext=(0, -5 if is_lowest else 5),
            textcoords="offset points",
            ha="center",
            va="top" if is_lowest else "bottom",
            fontsize=6.5,
            color=COLOURS[node.player],
            bbox=_BEHIND_WORDS,
            zorder=5,
        )
        self.places.setdefault(node.information_set, []).append((depth, row))
        return row

    def _branch(
        self, node: Move, action: Action, start: tuple[float, float], below: float, reached: float
    ) -> None:
        depth, row = start
        chance = self.strategy[node.information_set][action]
        self.ax.plot(
            [depth, depth + 1],
            [row, below],
            color=COLOURS[node.player],
            lw=0.5 + 4 * reached * chance,
            solid_capstyle="round",
            alpha=0.8,
        )
        self.ax.text(
            depth + _ALONG,
            row + _ALONG * (below - row),
            f"{action} {100 * chance:.1f} %",
            fontsize=6.5,
            ha="center",
            va="center",
            bbox=_BEHIND_WORDS,
        )


@in_own_style
def game_tree(
    tree: Tree,
    strategy: Behaviour,
    types: tuple[str, str] = ("resolute", "resolute"),
    ax: Axes | None = None,
) -> Axes:
    """Draw the game after Nature has drawn the `types` of the coalition and of the United States.

    Lines are as thick as they are likely under the strategy; nodes that their player cannot tell
    apart are joined by dots; at the ends stand the payoffs in the order of the players, in units of
    utility.
    """
    ax = axes_or_new(ax, (11, 7))
    ax.set_axis_off()
    root: Node = tree.root
    belief = 1.0
    for drawn in types:
        if not isinstance(root, Chance):
            raise TypeError("the game begins with Nature's draws of the two types")
        share, root = root.branches[drawn]
        belief *= share
    drawing = _Drawing(ax, strategy)
    drawing.draw(root, 0, 1.0)
    for places in drawing.places.values():
        if len(places) > 1:
            depths, rows = zip(*sorted(places), strict=True)
            ax.plot(depths, rows, ":", color="0.4", lw=1.2)
    review = strategy[InformationSet(Player.RUSSIA)]
    ax.set_title(
        f"Russia attacks with a chance of {100 * review[Action.ATTACK]:.1f} %, holds with "
        f"{100 * review[Action.HOLD]:.1f} % and probes with {100 * review[Action.PROBE]:.1f} %.\n"
        f"The game if the coalition is {types[0]} and the United States {types[1]}, which the "
        f"others believe with {100 * belief:.0f} %; payoffs: {', '.join(Player)}",
        loc="left",
        fontsize=9,
    )
    ax.margins(y=0.04)
    return ax
