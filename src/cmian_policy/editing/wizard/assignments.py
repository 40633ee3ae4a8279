"""``--set path=value``: answers that a script gives, typed as the schema wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.editing.wizard import words
from cmian_policy.editing.wizard.places import dotted, get, pointer_of, put
from cmian_policy.editing.wizard.question import clean, scalar
from cmian_policy.errors import UsageError
from cmian_policy.messages.suggest import nearest, shorten
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cmian_policy.editing.wizard.places import Data
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain
    from cmian_policy.model.finding import Text
    from cmian_policy.model.text import Message


def read_assignments(given: Sequence[str], schema: Shape, known: Data) -> Data:
    """``known`` with what ``--set`` gives. A list takes several values: the option again or, where they are words, commas.

    Raises ``UsageError`` for a place that the manifest does not have, or one that is given twice; whether a value is a good one
    is for the schema to say.
    """
    data = known
    for text in given:
        path, sign, value = text.partition("=")
        if not sign:
            raise UsageError(message("init.set-shape", text=shorten(text)))
        data = _assign(data, pointer_of(path.strip()), value, schema)
    return data


def _assign(data: Data, pointer: str, value: str, schema: Shape) -> Data:
    shape = schema.at(pointer)
    if shape is None:
        raise UsageError(_unknown(dotted(pointer), schema))
    inside = shape.items or shape
    if inside.keys:
        first = next(iter(inside.keys))
        place = dotted(f"{pointer}/{first}" if shape.items is None else f"{pointer}/0/{first}")
        raise UsageError(message("init.set-section", path=dotted(pointer), example=place))
    held = get(data, pointer)
    if shape.items is None and held is not None:
        raise UsageError(message("init.set-twice", path=dotted(pointer)))
    try:
        return put(data, pointer, _value(shape, value, held))
    except ValueError:
        raise UsageError(message("init.set-gap", path=dotted(pointer))) from None


def _value(shape: Shape, text: str, held: Plain) -> Plain:
    if shape.items is None:
        return scalar(shape, clean(text))
    parts = text.split(",") if shape.items.literals else [text]
    before = held if isinstance(held, list) else []
    return [*before, *(scalar(shape.items, clean(part)) for part in parts)]


def _unknown(path: str, schema: Shape) -> Message:
    known = [dotted(place).replace("[]", "0") for place, _ in schema.walk() if place and not place.endswith("[]")]
    near = nearest(path, known)
    return message("init.set-unknown-near" if near else "init.set-unknown", path=shorten(path), near=near or "")


def admitted(shape: Shape) -> Text:
    """What a field may hold, for those who have to give it without being asked."""
    inside = shape.items or shape
    if inside.literals is not None:
        values = [str(value).lower() if isinstance(value, bool) else str(value) for value in inside.literals]
        return message("init.one-of" if shape.items is None else "init.some-of", values=", ".join(values))
    return message("init.such-as", about=words.about(shape), example=str(words.example(shape)))
