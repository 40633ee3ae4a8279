"""Places: JSON Pointers (RFC 6901) and spans of text."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of text: 1-based lines and columns, the end column exclusive, columns in Unicode characters."""

    line: int
    column: int
    end_line: int
    end_column: int


START = Span(1, 1, 1, 1)


class Location(NamedTuple):
    """A place in a file; ``span`` is None where the whole file is meant."""

    path: str
    span: Span | None = None

    def __str__(self) -> str:
        return self.path if self.span is None else f"{self.path}:{self.span.line}:{self.span.column}"


def tokens(pointer: str) -> tuple[str, ...]:
    """The reference tokens of a JSON Pointer, unescaped (``"/a~1b/0"`` gives ``("a/b", "0")``).

    Raises ``ValueError`` for text that is not a JSON Pointer.
    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        msg = f"not a JSON Pointer: {pointer!r}"
        raise ValueError(msg)
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def child(pointer: str, token: str | int) -> str:
    """``pointer`` extended by one key or index."""
    return f"{pointer}/{str(token).replace('~', '~0').replace('/', '~1')}"


def parent(pointer: str) -> str:
    """``pointer`` without its last token; the parent of the root is the root."""
    return pointer.rpartition("/")[0]


def to_pointer(path: tuple[str | int, ...] | list[str | int]) -> str:
    """The JSON Pointer of a path of keys and indexes."""
    pointer = ""
    for token in path:
        pointer = child(pointer, token)
    return pointer
