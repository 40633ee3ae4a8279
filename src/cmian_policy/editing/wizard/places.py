"""Values in a manifest's data by JSON Pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from cmian_policy.model.document import lookup
from cmian_policy.model.location import to_pointer, tokens

if TYPE_CHECKING:
    from cmian_policy.model.document import Plain

Data: TypeAlias = "dict[str, Plain]"


def get(data: Plain, pointer: str) -> Plain:
    """The value at a pointer; None where there is none."""
    return lookup(data, pointer)[1]


def put(data: Data, pointer: str, value: Plain) -> Data:
    """A copy with the value at a pointer; what is missing on the way is made: a list before a number, else a mapping.

    Raises ``ValueError`` for an item that is further than the one after the last.
    """
    changed: Data = _put(data, tokens(pointer), value)
    return changed


def _put(held: Any, path: tuple[str, ...], value: Plain) -> Any:  # noqa: ANN401 - a list, a mapping or the value itself
    if not path:
        return value
    token, *rest = path
    if not token.isdigit():
        mapping = held if isinstance(held, dict) else {}
        return {**mapping, token: _put(mapping.get(token), tuple(rest), value)}
    items, index = held if isinstance(held, list) else [], int(token)
    if index > len(items):
        msg = f"no item before {index}"
        raise ValueError(msg)
    return [*items[:index], _put(items[index] if index < len(items) else None, tuple(rest), value), *items[index + 1 :]]


def without(data: Data, pointer: str) -> Data:
    """A copy without what stands at a pointer, nor the mappings and lists that held nothing else."""
    changed = _without(data, tokens(pointer))
    return changed if isinstance(changed, dict) else {}


def _without(held: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - a list, a mapping or a value
    token, *rest = path
    match held:
        case dict() if token in held:
            inner = _without(held[token], tuple(rest)) if rest else None
            kept = {key: (inner if key == token else value) for key, value in held.items() if key != token or inner}
            return kept or None
        case list() if token.isdigit() and int(token) < len(held):
            place = int(token)
            inner = _without(held[place], tuple(rest)) if rest else None
            return [*held[:place], *([inner] if inner else []), *held[place + 1 :]] or None
        case _:
            return held


def within(pointer: str, holder: str) -> bool:
    """Whether a pointer is another one, or leads to something inside it."""
    return pointer == holder or pointer.startswith(f"{holder}/")


def dotted(pointer: str) -> str:
    """A pointer as people write a place: ``/data/sources/0/name`` gives ``data.sources.0.name``, as ``--set`` takes it."""
    return ".".join(tokens(pointer))


def pointer_of(path: str) -> str:
    """The pointer of a place as people write it."""
    return to_pointer(tuple(path.split(".")))
