"""A manifest as commented YAML: the order of the schema, its words as comments, and texts that no reader takes for anything else.

Texts may come from a repository that nobody vouches for: what is not a word of the schema stands in double quotes, or in a folded
block where it is long.
"""

from __future__ import annotations

import json
import re
from textwrap import wrap
from typing import TYPE_CHECKING

from cmian_policy.editing.wizard import words
from cmian_policy.editing.wizard.places import within
from cmian_policy.messages import render
from cmian_policy.messages.neutral import visible
from cmian_policy.model.location import child, tokens
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cmian_policy.editing.wizard.places import Data
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain
    from cmian_policy.model.finding import Text
    from cmian_policy.model.text import Lang

_WIDTH = 100
_LONG = 72  # characters from which a text is folded over several lines
_BARE = re.compile(r"[a-z][a-z0-9_-]*")
_OTHERWISE = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})  # to readers of any YAML
_INDENT = "  "


class Todo(NamedTuple):
    """Something absent that a rule asks for: where, and what is written there."""

    pointer: str
    text: Text


class Layout(NamedTuple):
    """How a manifest is written. ``schema`` is the shape of manifests, ``plain`` holds the pointers that need no comment."""

    schema: Shape
    lang: Lang
    plain: Collection[str] = ()

    def write(self, data: Data, todos: Sequence[Todo] = ()) -> str:
        """The file. What ``data`` lacks and ``todos`` name stands in comments, where it would be."""
        header = [
            f"# yaml-language-server: $schema={self.schema.rule['$id']}",
            *self._comment(message("init.file.manifest"), ""),
        ]
        lines = [*header, *self._mapping(data, self.schema, "", "", todos)]
        return "\n".join(lines) + "\n"

    def _mapping(self, data: Data, shape: Shape, pointer: str, indent: str, todos: Sequence[Todo]) -> Iterator[str]:
        for key, inner in shape.keys.items():
            place = child(pointer, key)
            missing = [] if key in data else [todo for todo in todos if within(todo.pointer, place)]
            if not pointer and (key in data or missing):
                yield ""
            if key in data:
                yield from self._above(inner, place, indent)
                yield from self._entry(key, data[key], inner, place, indent, todos)
            for todo in missing:
                yield from self._comment(todo.text, indent)

    def _above(self, shape: Shape, place: str, indent: str) -> Iterator[str]:
        """The schema's description; the items of a list would repeat it."""
        described = words.about(shape)
        if described.fr and place not in self.plain and not any(token.isdigit() for token in tokens(place)):
            yield from self._comment(described, indent)

    def _entry(self, key: str, value: Plain, shape: Shape, place: str, indent: str, todos: Sequence[Todo]) -> Iterator[str]:
        match value:
            case dict() if value:
                yield f"{indent}{key}:"
                yield from self._mapping(value, shape, place, indent + _INDENT, todos)
            case list() if value and shape.items is not None:
                yield f"{indent}{key}:"
                for index, item in enumerate(value):
                    yield from self._item(item, shape.items, child(place, index), indent + _INDENT)
            case _:
                yield from self._scalar(f"{indent}{key}: ", value, shape, indent)

    def _item(self, item: Plain, shape: Shape, place: str, indent: str) -> Iterator[str]:
        if not isinstance(item, dict):
            yield from self._scalar(f"{indent}- ", item, shape, indent)
            return
        lines = list(self._mapping(item, shape, place, indent + _INDENT, ()))
        yield f"{indent}- {lines[0].lstrip()}"
        yield from lines[1:]

    def _scalar(self, start: str, value: Plain, shape: Shape, indent: str) -> Iterator[str]:
        if isinstance(value, str) and len(value) > _LONG and _folds(value):
            yield f"{start}>-"
            yield from (f"{indent}{_INDENT}{line}" for line in _fold(value, _WIDTH - len(indent) - len(_INDENT)))
            return
        named = words.label(shape, value) if isinstance(value, str) else None
        comment = f" # {visible(render(named, self.lang))}" if named is not None else ""
        yield f"{start}{_written(value, shape)}{comment}"

    def _comment(self, text: Text, indent: str) -> Iterator[str]:
        said = visible(render(text, self.lang))
        yield from (f"{indent}# {line}" for line in _fold(said, _WIDTH - len(indent) - 2))


def _written(value: Plain, shape: Shape) -> str:
    """A scalar, or an empty collection. Words of the schema and identifiers are bare, every other text is in double quotes."""
    bare = (shape.rule.get("enum") or shape.rule.get("x-kind") == "slug") and "const" not in shape.rule
    if isinstance(value, str) and bare and _BARE.fullmatch(value) and value not in _OTHERWISE:
        return value
    return json.dumps(value, ensure_ascii=False)


def _folds(text: str) -> bool:
    """Whether a reader that joins the lines of a block with one space gets the very same text."""
    return visible(text) == text == text.strip() and "  " not in text


def _fold(text: str, width: int) -> list[str]:
    """Lines broken at plain spaces: a no-break space stays inside its line."""
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)
