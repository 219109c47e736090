"""The order of the commands in `--help`: by use, under headings."""

import re
from typing import Any

from typer.core import TyperGroup

from sim.cli.messages import plain_errors

PANELS = {
    "Start here": ("run", "compare", "list", "show", "check", "new"),
    "Look inside": ("replay", "game", "outlook", "play", "sign", "clauses"),
    "Question the assumptions": ("sensitivity", "robust", "discover", "require", "sweep", "elicit"),
    "Hold it against the past": ("history", "calibrate"),
    "Share and reproduce": ("report", "app", "export", "verify", "schema"),
}
"""The commands under each heading."""
_LINE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
"""One inside a paragraph, where a docstring is broken and a help text need not be."""
_PANEL_OF = {name: panel for panel, names in PANELS.items() for name in names}


class Panels(TyperGroup):
    """The commands in the order of the panels."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names in their order."""
        order = list(_PANEL_OF)
        return sorted(super().list_commands(ctx), key=order.index)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name, which knows its panel."""
        command: Any = super().get_command(ctx, cmd_name)
        if command is not None:
            command.rich_help_panel = _PANEL_OF[cmd_name]
            command.help = _LINE_BREAK.sub(" ", command.help or "")
        return command

    def invoke(self, ctx: Any) -> Any:
        """Carry out a command; what goes wrong before it begins is said in the same
        words.
        """
        with plain_errors("stopped"):
            return super().invoke(ctx)
