"""The keys of a manifest in the order of its schema; comments go with what they are about (docs/adr/0015-fix.md).

Whole lines are moved, within their block, and none is written anew but the one that holds the dash of a list item. A comment goes
with the key below it, or, indented deeper, with the one above; blank lines stay where they are, and so does what opens the file.
Keys that the schema does not know come last. What stands in braces is not moved.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from cmian_policy.lang.yaml_source import Source

if TYPE_CHECKING:
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import LocatedDocument, Node
    from cmian_policy.model.location import Span

_EDITOR = "$schema"  # first of all, and no part of a shape
_DASHES = re.compile(r"[ \t]*(?:-[ \t]+)*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_INDENT = re.compile(r"[ \t]*")


def in_order(document: LocatedDocument, shape: Shape) -> tuple[str, tuple[Span, ...]]:
    """The text of a document with its keys in order, and where the blocks that changed began: their first keys, as they were."""
    sorter = _Sorter(document)
    sorter.visit(document.root, shape, len(sorter.lines))
    return sorter.text(), tuple(sorted(sorter.moved))


class _Sorter:
    """The lines of a document while its blocks are put in order, innermost first: the lines of each stay where it was."""

    def __init__(self, document: LocatedDocument) -> None:
        self._document = document
        self._source = Source(document.text)
        places = [*self._source.starts(), len(document.text)]
        self.lines = [document.text[start:end] for start, end in pairwise(places) if start < end]
        self.moved: list[Span] = []
        self._added = ""
        if not _LINE_END.search(self.lines[-1]):
            found = _LINE_END.search(document.text)
            self._added = found[0] if found else "\n"
            self.lines[-1] += self._added

    def text(self) -> str:
        """All lines; the last one is left without a line end where it had none."""
        return "".join(self.lines).removesuffix(self._added)

    def visit(self, node: Node, shape: Shape | None, limit: int) -> None:
        """Put in order what a node holds; ``limit`` is the first line, counted from 0, that may no longer be its own."""
        if shape is None or node.children is None or self._at(node.span) in "{[*":
            return
        if isinstance(node.children, list):
            starts = [item.span.line - 1 for item in node.children]
            held = [(item, shape.items) for item in node.children]
        else:
            starts = [span.line - 1 for span in (node.keys or {}).values()]
            held = [(value, shape.keys.get(key)) for key, value in node.children.items()]
        limits = [*starts[1:], limit]
        for (child, inside), end in zip(held, limits, strict=True):
            self.visit(child, inside, end)
        if isinstance(node.children, dict):
            self._arrange(node, node.children, shape, limits)

    def _at(self, span: Span) -> str:
        start = self._source.starts()[span.line - 1] + span.column - 1
        return self._document.text[start : start + 1]

    def _arrange(self, node: Node, values: dict[str, Node], shape: Shape, limits: list[int]) -> None:
        """Put the keys of one block in order, where each begins a line."""
        keys = [(node.keys or {})[key] for key in values]
        ranks = {key: rank for rank, key in enumerate((_EDITOR, *shape.keys))}
        order = sorted(range(len(keys)), key=lambda place: ranks.get(list(values)[place], len(ranks)))
        if order == sorted(order) or not self._begin_lines(keys):
            return
        column = keys[0].column - 1
        ends = [self._end(value, column, limit) for value, limit in zip(values.values(), limits, strict=True)]
        dashes = self._take_dashes(keys[0])
        first = keys[0].line - 1 if dashes.strip() else self._first(keys[0], top=node is self._document.root)
        starts = [first, *(self._after_blanks(end, key.line - 1) for end, key in zip(ends, keys[1:], strict=False))]
        blanks = [[], *(self.lines[end:start] for end, start in zip(ends, starts[1:], strict=False))]
        entries = [self.lines[start:end] for start, end in zip(starts, ends, strict=True)]
        arranged = [line for gap, place in zip(blanks, order, strict=True) for line in (*gap, *entries[place])]
        self.lines[first : ends[-1]] = [_behind(dashes, arranged[0]), *arranged[1:]]
        self.moved.append(keys[0])

    def _begin_lines(self, keys: list[Span]) -> bool:
        """Whether nothing but indentation stands before each key, dashes before the first one aside."""
        before = [self.lines[key.line - 1][: key.column - 1] for key in keys]
        return _DASHES.fullmatch(before[0]) is not None and not any(each.strip() for each in before[1:])

    def _take_dashes(self, key: Span) -> str:
        """What stands before the first key of a block, spaces in its place where it is more than that."""
        line, column = self.lines[key.line - 1], key.column - 1
        if line[:column].strip():
            self.lines[key.line - 1] = " " * column + line[column:]
        return line[:column]

    def _end(self, value: Node, column: int, limit: int) -> int:
        """The line behind a value and behind the comments below it that are indented deeper than its key."""
        end = value.span.end_line
        for place in range(end, limit):
            line = self.lines[place]
            if not _is_comment(line) or _indent(line) <= column:
                if line.strip():
                    break
                continue
            end = place + 1
        return end

    def _first(self, key: Span, *, top: bool) -> int:
        """Where the comments above the first key of a block begin; those that open the file are not about that key alone.

        Nor are those indented deeper: behind a block of text, they would become a part of it.
        """
        line = start = key.line - 1
        while start and _is_comment(self.lines[start - 1]):
            start -= 1
        if top and (start == 0 or self.lines[start - 1].strip()):
            return line
        return next(place for place in range(start, line + 1) if _indent(self.lines[place]) < key.column)

    def _after_blanks(self, start: int, end: int) -> int:
        """The first of some lines that is not blank."""
        return next((place for place in range(start, end) if self.lines[place].strip()), end)


def _is_comment(line: str) -> bool:
    return line.lstrip(" \t").startswith("#")


def _indent(line: str) -> int:
    found = _INDENT.match(line)
    return found.end() if found else 0


def _behind(dashes: str, line: str) -> str:
    """A line behind the dash of its item, in the place of its indentation."""
    if not dashes.strip():
        return line
    return dashes + (line[len(dashes) :] if not line[: len(dashes)].strip() else line.lstrip(" \t"))
