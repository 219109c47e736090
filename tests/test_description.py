"""The description in built files is the README, and leads nowhere that is not there."""

import re
from pathlib import Path

import pytest
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RELATIVE = re.compile(r"(!?)\[([^\]]+)\]\((?!\w+:)([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
BASE_URL = "https://example.org/files/"


@pytest.fixture
def built():
    """What a build writes into the metadata, by the address of the repository's files."""

    def description(base_url):
        metadata = ProjectMetadata(str(ROOT), PluginManager())
        metadata.hatch.metadata.hook_config["custom"]["base-url"] = base_url
        assert metadata.core.readme_content_type == "text/markdown"
        return metadata.core.readme

    return description


def test_without_an_address_a_link_names_its_file(built):
    """No link or picture is relative; every file that was linked is named, and is there."""
    text = built("")
    assert RELATIVE.findall(text) == []
    assert FENCED.findall(text) == FENCED.findall(README)
    for picture, words, path in RELATIVE.findall(README):
        assert (ROOT / path).is_file()
        assert (f"`{path}`" in text) is (not picture), words
    assert "(method: `docs/costs.md`)" in text


def test_with_an_address_links_and_pictures_lead_there(built):
    """All of them, and nothing else changes."""
    text = built(BASE_URL)
    assert text.replace(BASE_URL, "") == README
    assert text.count(f"]({BASE_URL}") == len(RELATIVE.findall(README)) > 30
