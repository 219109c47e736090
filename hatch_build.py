"""The project's description in built files: the README, whose links lead somewhere there as well.

Hatchling calls this while it builds. A link of the README is relative to the repository, which
a reader of a package index does not have.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE = r"\[([^\]]+)\]\((?!\w+:|#)([^)\s]+)\)"
PICTURE = re.compile(rf"!{RELATIVE}\n*")
IN_BRACKETS = re.compile(rf"\({RELATIVE}")
LINK = re.compile(RELATIVE)
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def description(readme: str, base_url: str) -> str:
    """The README with links under an address; without one, each names its file and no picture is
    shown. Blocks of code stay as they are.
    """
    parts = FENCED.split(readme)
    parts[::2] = [_linked(prose, base_url) for prose in parts[::2]]
    return "".join(parts)


def _linked(prose: str, base_url: str) -> str:
    if base_url:
        return LINK.sub(rf"[\1]({base_url.rstrip('/')}/\2)", prose)
    prose = IN_BRACKETS.sub(r"(\1: `\2`", PICTURE.sub("", prose))
    return LINK.sub(lambda link: f"{link[1]} (`{link[2]}`)", prose)


class Description(MetadataHookInterface):
    """Gives the built files their description."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Take the README, with links under `base-url`."""
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": description(readme, self.config["base-url"]),
        }
