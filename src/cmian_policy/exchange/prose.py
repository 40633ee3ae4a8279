"""What a manifest says as the text of a record: in words, never as codes, and nothing that it does not say."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cmian_policy.exchange.places import each
from cmian_policy.messages import render
from cmian_policy.model.location import child, parent, tokens
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain
    from cmian_policy.model.text import Lang


class Words(NamedTuple):
    """The manifest's schema as a dictionary: titles of places and labels of values in one language."""

    schema: Shape
    lang: Lang

    def title(self, pointer: str) -> str:
        """What a place is called."""
        rule = self._shape(pointer).rule
        return str(rule["title"] if self.lang == "fr" else rule["x-en"]["title"])

    def description(self, pointer: str) -> str:
        """What a place asks for."""
        rule = self._shape(pointer).rule
        return str(rule["description"] if self.lang == "fr" else rule["x-en"]["description"])

    def value(self, pointer: str, value: Plain) -> str:
        """A value in words: the label of a coded one, yes or no, several separated by commas."""
        shape = self._shape(pointer)
        items = value if isinstance(value, list) else [value]
        return ", ".join(_said(item, shape.items or shape, self.lang) for item in items)

    def is_text(self, pointer: str) -> bool:
        """Whether a place holds words of its own, which need no title to be understood."""
        return holds_text(self._shape(pointer))

    def keys(self, pointer: str) -> tuple[str, ...]:
        """The keys of a mapping, in the schema's order."""
        return tuple(self._shape(pointer).keys)

    def _shape(self, pointer: str) -> Shape:
        shape = self.schema.at(pointer.replace("/*", "/0"))
        if shape is None:
            msg = f"no place in a manifest: {pointer}"
            raise ValueError(msg)
        return shape


def _said(value: Plain, shape: Shape, lang: Lang) -> str:
    if isinstance(value, bool):
        return render(message("exchange.yes" if value else "exchange.no"), lang)
    labels = shape.rule.get("x-labels", {})
    if isinstance(value, str) and value in labels:
        return str(labels[value][lang])
    if value == "unknown":
        return render(message("exchange.unknown"), lang)
    return str(value).replace(".", ",") if isinstance(value, float) and lang == "fr" else str(value)


def holds_text(shape: Shape) -> bool:
    """Whether a place holds free words: neither a code, nor a number, nor yes or no."""
    return shape.type == "string" and "enum" not in shape.rule


class Said(NamedTuple):
    """A text and the places that it says everything of."""

    text: str
    places: tuple[str, ...]


def prose(data: Plain, pointers: Sequence[str], words: Words) -> Said | None:
    """What stands at some places as one text, a line each; None where nothing does.

    A text that stands alone is taken as it is; with others, or where it is no text, each follows the title of its place.
    """
    found = [part for pointer in pointers for part in _parts(data, pointer, words)]
    if not found:
        return None
    places = tuple(place for place, _ in found)
    if len(found) == 1 and words.is_text(places[0]):
        return Said(str(found[0][1]), places)
    return Said("\n".join(_lines(found, words)), places)


def _lines(found: Sequence[tuple[str, Plain]], words: Words) -> Iterator[str]:
    """A line for each value, and for each item of a list; a list among other values stands below its title."""
    lists = [(holder, list(parts)) for holder, parts in groupby(found, key=_holder)]
    alone = len({parent(holder) if _is_item(holder) else holder for holder, _ in lists}) == 1
    bare = alone and all(len(parts) == 1 for _, parts in lists)
    above = ""
    for holder, parts in lists:
        if _is_item(holder) and parent(holder) != above and not alone:
            yield _titled(parent(holder), "", words).rstrip()
        above = parent(holder)
        yield _item(parts, words, mark="" if bare else "• ") if _is_item(holder) else _titled(*parts[0], words)


def _parts(data: Plain, piece: str, words: Words) -> Iterator[tuple[str, Plain]]:
    """The values that a piece stands for, those inside a mapping or a list of mappings one by one, in the schema's order.

    A piece is a pointer, and behind it the only keys that are told of the mappings it leads to, where not all are.
    """
    pointer, *only = piece.split(" ")
    for place, value in each(data, pointer):
        match value:
            case dict():
                inside = [child(place, key) for key in words.keys(place) if key in value and key in (only or value)]
            case list() if any(isinstance(item, dict) for item in value):
                inside = [child(place, index) for index in range(len(value))]
            case _:
                inside = []
                yield place, value
        for pointer_inside in inside:
            yield from _parts(data, " ".join((pointer_inside, *only)), words)


def _holder(part: tuple[str, Plain]) -> str:
    """The item of a list that a value belongs to, else its own place."""
    place, _ = part
    return parent(place) if _is_item(parent(place)) else place


def _is_item(place: str) -> bool:
    return bool(place) and tokens(place)[-1].isdigit()


def _item(parts: Sequence[tuple[str, Plain]], words: Words, mark: str) -> str:
    """An item of a list as its name, followed by the rest."""
    (place, value), *others = parts
    rest = render(message("exchange.and"), words.lang).join(_titled(*part, words) for part in others)
    return f"{mark}{words.value(place, value)}{render(message('exchange.aside', what=rest), words.lang) if rest else ''}"


def _titled(place: str, value: Plain, words: Words) -> str:
    text = words.value(place, value) if value != "" else ""
    return render(message("exchange.titled", title=words.title(place), text=text), words.lang)
