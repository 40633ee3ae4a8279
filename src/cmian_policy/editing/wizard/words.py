"""What the schema says of its fields, in both languages: titles, descriptions, examples, the words for each value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.lang.schema_shape import Shape
from cmian_policy.model.location import to_pointer, tokens
from cmian_policy.model.text import Bilingual, message

if TYPE_CHECKING:
    from cmian_policy.lang.schema_shape import Literal
    from cmian_policy.model.document import Plain
    from cmian_policy.model.finding import Text

_ANSWERS = {True: message("init.true"), False: message("init.false"), "unknown": message("init.unknown")}


def title(shape: Shape) -> Bilingual:
    """The short name of a field."""
    return _said(shape, "title")


def trail(shape: Shape, pointer: str) -> tuple[Bilingual, ...]:
    """The names that lead to a field, from inside its section on: some fields only have a meaning where they stand."""
    schema, path = Shape.of(shape.root), tokens(pointer)
    found = (schema.at(to_pointer(path[:depth])) for depth in range(2, len(path) + 1))
    return tuple(title(each) for each in found if each is not None and "title" in each.rule)


def about(shape: Shape) -> Bilingual:
    """What a field holds, in a sentence or two."""
    return _said(shape, "description")


def example(shape: Shape) -> Plain:
    """A value that the schema shows; None where it shows none."""
    found: Plain = next(iter(shape.rule.get("examples", ())), None)
    return found


def label(shape: Shape, value: Literal) -> Text | None:
    """A value in words; None where the value is its own word, such as the code of a country."""
    labels = shape.rule.get("x-labels")
    if labels is not None:
        found = labels.get(value)
        return None if found is None else Bilingual(found["fr"], found["en"])
    return _ANSWERS.get(value) if _is_yes_or_no(shape) and isinstance(value, (bool, str)) else None


def _is_yes_or_no(shape: Shape) -> bool:
    return shape.rule.get("type") == "boolean" or shape.rule.get("x-kind") == "boolean_or_unknown"


def _said(shape: Shape, part: str) -> Bilingual:
    french = str(shape.rule.get(part, ""))
    return Bilingual(french, str(shape.rule.get("x-en", {}).get(part, french)))
