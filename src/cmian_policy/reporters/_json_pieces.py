"""JSON as ``json.dumps(indent=2)`` writes it, in pieces: of what there may be any number of, one at a time is in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cmian_policy.messages.neutral import json_safe

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEP = "  "


def document(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """A document that ends in a line feed. An iterator in it is an array: each member is one piece, made when its turn comes."""
    yield from _value(value, "\n")
    yield "\n"


def _value(value: Any, line: str) -> Iterator[str]:  # noqa: ANN401 - as above
    """A value on lines that begin with ``line``, a line feed and blanks."""
    inner = line + _STEP
    if isinstance(value, dict):
        yield from _held("{}", ((f"{_text(name, inner)}: ", held) for name, held in value.items()), line)
    elif isinstance(value, list):
        yield from _held("[]", (("", held) for held in value), line)
    elif isinstance(value, Iterator):
        opening = "["
        for held in value:
            yield f"{opening}{inner}{_text(held, inner)}"
            opening = ","
        yield "[]" if opening == "[" else f"{line}]"
    else:
        yield _text(value, line)


def _held(brackets: str, members: Iterable[tuple[str, Any]], line: str) -> Iterator[str]:
    """An object or an array, member by member."""
    inner, opening = line + _STEP, brackets[0]
    for name, held in members:
        yield f"{opening}{inner}{name}"
        yield from _value(held, inner)
        opening = ","
    yield f"{line}{brackets[1]}" if opening == "," else brackets


def _text(value: Any, line: str) -> str:  # noqa: ANN401 - as above
    """A value in one piece. No string of it holds a line feed that is not escaped."""
    return json_safe(json.dumps(value, ensure_ascii=False, indent=2)).replace("\n", line)
