"""What a field of a record says as values of a manifest: taken only where the place takes it exactly as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cmian_policy.exchange.places import EACH
from cmian_policy.exchange.source import plain
from cmian_policy.model.location import child
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.exchange.mapping import Field, Items
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain

_INTEGER = re.compile(r"[0-9]{1,3}(?:[  \u202f.,]?[0-9]{3})*")
_SEVERAL = re.compile(r"[;,\n]")


class Taken(NamedTuple):
    """A value, and the place in the manifest that it goes to."""

    place: str
    value: Plain


def take(field: Field, value: Any, schema: Shape, *, aligned: bool) -> tuple[Taken, ...]:  # noqa: ANN401 - a text or JSON
    """The values of one field, none where they cannot be taken as they are.

    ``aligned``: the lines of a text belong to those of its neighbours, line by line, so that a blank one counts.
    """
    if field.items is not None:
        return tuple(_items(field.items, value, schema))
    if field.target is None or not isinstance(value, str):
        return ()
    if EACH not in field.target:
        found = _leaf(field, value, schema.at(field.target))
        return () if found is None else (Taken(field.target, found),)
    lines = [line.strip() for line in value.split("\n")]
    counted = enumerate(lines if aligned else [line for line in lines if line])
    places = [(field.target.replace(EACH, str(index)), line) for index, line in counted if line]
    values = [(place, _leaf(field, line, schema.at(place))) for place, line in places]
    return () if any(held is None for _, held in values) else tuple(Taken(place, held) for place, held in values)


def _items(items: Items, value: Any, schema: Shape) -> Iterator[Taken]:  # noqa: ANN401 - JSON
    """A list of mappings, one mapping, or the name of one."""
    held = value if isinstance(value, list) else [value]
    wanted = {plain(key): name for key, name in items.keys.items()}
    for index, item in enumerate(held):
        given = item if isinstance(item, dict) else {next(iter(items.keys)): item}
        for key, text in given.items():
            name = wanted.get(plain(key))
            place = f"{items.at}/{index}/{name}"
            if name is not None and isinstance(text, (str, int, float)) and _fits(str(text).strip(), schema.at(place)):
                yield Taken(place, str(text).strip())


def left_over(field: Field, value: Any, found: tuple[Taken, ...]) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    """What the items of a field hold beyond what was taken of them, as ``field.key``."""
    if field.items is None:
        return ()
    names, places = {plain(key): name for key, name in field.items.keys.items()}, {each.place for each in found}
    held = enumerate(value if isinstance(value, list) else [value])
    keys = [
        (f"{field.items.at}/{index}/{names.get(plain(key))}", key)
        for index, item in held
        if isinstance(item, dict)
        for key in item
    ]
    return tuple(dict.fromkeys(f"{field.name}.{key}" for place, key in keys if place not in places))


def _leaf(field: Field, text: str, shape: Shape | None) -> Plain:
    """A text as the value of a place, None where it is none."""
    if shape is None:
        return None
    if shape.items is not None:
        found = [_coded(field, part.strip(), shape.items) for part in _SEVERAL.split(text) if part.strip()]
        return None if None in found or not found else list(dict.fromkeys(str(code) for code in found))
    if "enum" in shape.rule:
        return _coded(field, text, shape)
    if shape.type == "integer":
        return int(re.sub(r"\D", "", text)) if _INTEGER.fullmatch(text) else None
    return text if _fits(text, shape) else None


def _coded(field: Field, text: str, shape: Shape) -> str | None:
    """The code that some words stand for; None where they stand for several, or for none."""
    labels = shape.rule.get("x-labels", {})
    meant: dict[str, set[str]] = {}
    for code in shape.literals or ():
        for word in (field.values.get(str(code)), *(labels.get(code, {}).values() if not field.values else ())):
            if word is not None:
                meant.setdefault(plain(word), set()).add(str(code))
    meant |= {plain(word): {code} for word, code in field.reads.items()}
    codes = meant.get(plain(text), set())
    return next(iter(codes)) if len(codes) == 1 else None


def _fits(text: str, shape: Shape | None) -> bool:
    """Whether a place for texts takes this one: its length, its form (patterns end at the end of the text)."""
    if shape is None or not text:
        return False
    pattern = re.sub(r"(?<!\\)\$", r"\\Z", str(shape.rule.get("pattern", "")))
    allowed = shape.literals is None or text in shape.literals
    return allowed and len(text) <= shape.rule.get("maxLength", len(text)) and re.search(pattern, text) is not None


def whole(field: Field) -> str | None:
    """The place that a field fills, as reports name it."""
    target = field.items.at if field.items is not None else field.target
    return None if target is None else target.partition(child("", EACH))[0]
