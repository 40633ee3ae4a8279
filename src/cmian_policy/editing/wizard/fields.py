"""Which fields a manifest still lacks, and which ones lead to a place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.editing.wizard.places import get
from cmian_policy.model.location import child, parent, to_pointer, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.editing.wizard.places import Data
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain


def missing(data: Plain, shape: Shape, pointer: str = "") -> Iterator[str]:
    """The fields that are required and absent, in the order of the schema."""
    match data:
        case dict():
            required = shape.rule.get("required", ())
            for key, inner in shape.keys.items():
                if key in data:
                    yield from missing(data[key], inner, child(pointer, key))
                elif key in required:
                    yield from required_in(inner, child(pointer, key)) or (child(pointer, key),)
        case list() if shape.items is not None:
            for index, item in enumerate(data):
                yield from missing(item, shape.items, child(pointer, index))


def required_in(shape: Shape, pointer: str) -> tuple[str, ...]:
    """The fields that a mapping cannot do without, or the first mapping of a list; none for a field."""
    if shape.items is not None:
        return required_in(shape.items, child(pointer, 0))
    found: list[str] = []
    for key in shape.rule.get("required", ()):
        place = child(pointer, key)
        found += required_in(shape.keys[key], place) or (place,)
    return tuple(found)


def leading_to(pointer: str, data: Data, schema: Shape) -> tuple[str, ...]:
    """The fields to fill in, one after the other, so that something stands at a pointer.

    First what an absent mapping on the way cannot do without; then the field itself, or those that a mapping may hold.
    """
    path = tokens(pointer)
    for depth in range(1, len(path) + 1):
        place = to_pointer(path[:depth])
        shape = schema.at(place)
        if shape is not None and get(data, place) is None and (needed := required_in(shape, place)):
            return needed
    shape = schema.at(pointer)
    if shape is None:
        return ()
    return tuple(child(pointer, key) for key, inner in shape.keys.items() if not inner.keys) or (pointer,)


def holds_fields(shape: Shape | None) -> bool:
    """Whether it is a mapping of which nothing is required."""
    return shape is not None and bool(shape.keys) and not shape.rule.get("required")


def group_of(pointer: str, schema: Shape) -> str:
    """The outermost mapping that cannot stand without the field at a pointer, or the field; ``""``: the manifest cannot."""
    holder = parent(pointer)
    while pointer and _requires(schema.at(holder), tokens(pointer)[-1]):
        pointer, holder = holder, parent(holder)
    return pointer


def _requires(holder: Shape | None, key: str) -> bool:
    return holder is not None and key in holder.rule.get("required", ())


def order(pointer: str, schema: Shape) -> tuple[int, ...]:
    """What sorts pointers as the schema lays out the manifest."""
    place: list[int] = []
    shape: Shape | None = schema
    for token in tokens(pointer):
        names = tuple(shape.keys) if shape is not None else ()
        place.append(int(token) if token.isdigit() else names.index(token) if token in names else len(names))
        shape = shape.at(f"/{token}") if shape is not None else None
    return tuple(place)
