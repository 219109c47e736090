"""Whatever is cited by author and year stands in docs/bibliography.md."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIBLIOGRAPHY = (ROOT / "docs" / "bibliography.md").read_text()
WHERE = {
    "sim": ("py", "md", "toml"),
    "scenarios": ("toml",),
    "docs": ("md",),
    "notebooks": ("py",),
    "benchmarks": ("md", "py"),
    "tests": ("py",),
}
NAME = r"(?:[A-ZÉŁØ]['’]?[a-zà-žA-Z'’]*[a-zà-ž'’](?:-[A-Z][a-zà-ž]+)?)"
CITED = re.compile(
    rf"({NAME})(?:(?:, {NAME})*,? (?:&|and) {NAME}| et al\.)?(?:'s|’s)?(?:, RAND)? \(?((?:18|19|20)\d\d)[ab]?\b"
)
NOT_AUTHORS = {
    "Author",
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December", "Since"),
    *("Afghanistan", "Budapest", "China", "Cyprus", "Donbas", "Eritrea", "Iran", "Istanbul"),
    *("Korea", "Kuwait", "Libya", "Lithuania", "Minsk", "Saigon", "Taiwan", "Ukraine"),
    *("Communiqué", "Declaration", "Geneva", "Kyiv", "Paris", "Press", "Service"),
}
"""What stands before a year without having written anything: months, places, events."""


def cited():
    """Every author with a year, and where it stands."""
    places = {}
    for folder, kinds in WHERE.items():
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix[1:] in kinds and "reference" not in path.parts:
                text = " ".join(path.read_text(encoding="utf-8").split())
                text = re.sub(r'" "', "", text)
                for author, year in CITED.findall(text):
                    if not NOT_AUTHORS & set(author.split("-")):
                        places.setdefault(
                            (re.sub(r"['’]s?$", "", author), year), path.relative_to(ROOT)
                        )
    return places


def listed(author, year):
    """Whether an entry of the bibliography begins with the author and has the year."""
    return re.search(
        rf"^- (?:{NAME}(?:,? [^(\n]*)?)?{author}\b[^)]*?\(?[^)]*?{year}",
        re.sub(r"\n  ", " ", BIBLIOGRAPHY),
        re.MULTILINE,
    )


def test_all_that_is_cited_is_listed():
    """In code, scenarios and pages.

    A name that is no author belongs into NOT_AUTHORS.
    """
    places = cited()
    assert len(places) > 80
    assert {
        f"{author} {year}": str(path)
        for (author, year), path in places.items()
        if not listed(re.escape(author), year)
    } == {}


def test_the_list_is_in_order():
    """By the first author, each entry once."""
    works = BIBLIOGRAPHY.partition("## Works")[2].partition("\n## ")[0]
    entries = re.findall(r"^- (.*)$", works, re.MULTILINE)
    assert len(entries) == len(set(entries))
    authors = [re.match(r"[\w'’-]+", entry)[0].casefold().replace("š", "s") for entry in entries]
    assert authors == sorted(authors)
