"""Values in plain data by JSON Pointer, where ``*`` stands for each item of a list."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cmian_policy.model.document import lookup
from cmian_policy.model.location import child, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.document import Plain

EACH = "*"


def get(data: Plain, pointer: str) -> Plain:
    """The value at a pointer without ``*``; None where there is none."""
    return lookup(data, pointer)[1]


def each(data: Plain, pointer: str) -> list[tuple[str, Plain]]:
    """Every value that a pointer with at most one ``*`` leads to, with its own pointer, in order."""
    before, star, after = pointer.partition(f"/{EACH}")
    if not star:
        held = get(data, pointer)
        return [] if held is None else [(pointer, held)]
    items = get(data, before)
    places = [f"{before}/{index}{after}" for index in range(len(items))] if isinstance(items, list) else []
    return [(place, held) for place in places if (held := get(data, place)) is not None]


def put(data: dict[str, Plain], pointer: str, value: Plain) -> None:
    """Sets the value at a pointer; what is missing on the way is made: a list before a number, else a mapping."""
    path = tokens(pointer)
    holder: Any = data
    for token, following in pairwise(path):
        holder = _inside(holder, token, [] if following.isdigit() else {})
    _set(holder, path[-1], value)


def _inside(holder: Any, token: str, empty: Plain) -> Any:  # noqa: ANN401 - a list or a mapping
    key: Any = int(token) if isinstance(holder, list) else token
    present = key < len(holder) if isinstance(holder, list) else key in holder
    if not present:
        _set(holder, token, empty)
    return holder[key]


def _set(holder: Any, token: str, value: Plain) -> None:  # noqa: ANN401 - a list or a mapping
    if isinstance(holder, list):
        holder += [{} for _ in range(int(token) + 1 - len(holder))]
        holder[int(token)] = value
    else:
        holder[token] = value


def drop(data: dict[str, Plain], pointer: str) -> None:
    """Removes a key that is there."""
    path = tokens(pointer)
    holder: Any = data
    for token in path[:-1]:
        holder = holder[int(token) if isinstance(holder, list) else token]
    del holder[path[-1]]


def leaves(data: Plain, pointer: str = "") -> Iterator[str]:
    """The pointers of what is no mapping; a list is followed into its items where they are mappings. ``x-`` keys are left out."""
    match data:
        case dict():
            for key, held in data.items():
                if not key.startswith("x-"):
                    yield from leaves(held, child(pointer, key))
        case list() if data and all(isinstance(item, dict) for item in data):
            for index, item in enumerate(data):
                yield from leaves(item, child(pointer, index))
        case _:
            yield pointer


def dotted(pointer: str) -> str:
    """A pointer as people write a place: ``/data/sources/0/name`` gives ``data.sources[0].name``."""
    shown = ""
    for token in tokens(pointer):
        shown += f"[{token}]" if token.isdigit() else f".{token}"
    return shown.removeprefix(".")
