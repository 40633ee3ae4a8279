"""Places: JSON Pointers (RFC 6901) and spans of text."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Final

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST: Final = 1000  # lines that a span goes on for: the longest snippet of any format (SARIF) has that many characters


class Span(NamedTuple):
    """A stretch of text: 1-based lines and columns, the end column exclusive, columns in Unicode characters."""

    line: int
    column: int
    end_line: int
    end_column: int


START = Span(1, 1, 1, 1)  # where the whole file is meant


def lines_at(text: str, spans: Iterable[Span]) -> dict[int, str]:
    """The lines of a text that spans touch, by number, each with its line end, as YAML has them: CR LF, LF or CR.

    A span of more lines than any excerpt shows whole has its first ones only, one that means the whole file none.
    """
    wanted = {n for span in spans if span != START for n in range(span.line, min(span.end_line, span.line + _LONGEST) + 1)}
    if not wanted:
        return {}
    lines = _lines(text)
    return {number: lines[number - 1] for number in sorted(wanted) if number <= len(lines)}


def _lines(text: str) -> list[str]:
    """Every line with its end; YAML counts the one that the last line end begins."""
    if "\r" not in text:
        *whole, last = text.split("\n")
        return [*(f"{line}\n" for line in whole), last]
    lines = [*StringIO(text, newline="")]
    return lines if text[-1] not in "\r\n" else [*lines, ""]


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
