"""Where a key stands in a TOML file: `tomllib` reads the values without their lines, which
`tree-sitter` knows.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

Key = tuple[str | int, ...]


def lines_of(text: str) -> dict[Key, int]:
    """Line of every table and key of a valid TOML text, inline tables, dotted keys and arrays of
    tables included.
    """
    lines: dict[Key, int] = {}
    elements: dict[Key, int] = {}
    root = _parser().parse(text.encode()).root_node
    lines.update(_pairs(root, ()))
    for node in root.named_children:
        if node.type not in ("table", "table_array_element"):
            continue
        table = _inside(_names(node.named_children[0]), elements)
        if node.type == "table_array_element":
            elements[table] = elements.get(table, -1) + 1
            table += (elements[table],)
        for end in range(1, len(table) + 1):
            lines.setdefault(table[:end], node.start_point[0] + 1)
        lines.update(_pairs(node, table))
    return lines


@cache
def _parser() -> "Parser":
    """The parser of TOML, which is there where lines are wanted."""
    import tree_sitter
    import tree_sitter_toml

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))


def _inside(names: Key, elements: dict[Key, int]) -> Key:
    """A table's path with the positions of the array elements that it stands in."""
    path: Key = ()
    for name in names[:-1]:
        path += (name,)
        if path in elements:
            path += (elements[path],)
    return path + names[-1:]


def _names(node: "Node") -> Key:
    if node.type == "dotted_key":
        return tuple(name for child in node.named_children for name in _names(child))
    return ((node.text or b"").decode().strip("\"'"),)


def _pairs(node: "Node", table: Key) -> Iterator[tuple[Key, int]]:
    for pair in (child for child in node.named_children if child.type == "pair"):
        key, value = pair.named_children[:2]
        path = table + _names(key)
        yield path, key.start_point[0] + 1
        yield from _nested(value, path)


def _nested(value: "Node", path: Key) -> Iterator[tuple[Key, int]]:
    if value.type == "inline_table":
        yield from _pairs(value, path)
    elif value.type == "array":
        for position, element in enumerate(
            child for child in value.named_children if child.type != "comment"
        ):
            yield (*path, position), element.start_point[0] + 1
            yield from _nested(element, (*path, position))
