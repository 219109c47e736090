"""What the tests of this folder share: they and the figures of docs/theory.md measure with the same
functions.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
PAGE = Path(__file__).parents[2] / "docs" / "theory.md"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The propositions are measured on thousands of histories, which the tests of a file share: they
    come first, since a process without work takes over the last tests of another, and would
    simulate the histories anew.
    """
    folder = Path(__file__).parent
    items.sort(key=lambda item: folder not in item.path.parents)
    for item in items:
        if folder in item.path.parents:
            item.add_marker("long")


@pytest.fixture
def quoted() -> Callable[[Mapping[str, object]], None]:
    """Check that docs/theory.md quotes these results as they are measured now."""
    page = " ".join(PAGE.read_text(encoding="utf-8").split())

    def check(results: Mapping[str, object]) -> None:
        missing = {name: str(result) for name, result in results.items() if str(result) not in page}
        assert not missing, (
            f"{PAGE.name} does not quote {missing}; docs/make_theory_figures.py prints every "
            "number of the page"
        )

    return check
