"""The page of a game: its story, what each decision was worth, and its log, in one HTML file that
needs nothing else.
"""

from collections.abc import Mapping
from typing import Any

from sim import plots
from sim.page.page import picture, template
from sim.presentation.section import Section
from sim.presentation.worlds import paragraphs, title


def game_page(history: Mapping[str, Any], section: Section, log: str) -> str:
    """The page of a history with its label, as `replay` has it, what its decisions were worth, and
    the text of the course that it was played from.
    """
    return template("story.html").render(
        title=title(history),
        story=paragraphs(history),
        figure=picture(lambda: plots.world(history)),
        section=section,
        log=log,
    )
