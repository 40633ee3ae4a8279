"""A JSON Schema as the shape of data: what stands at a key, in a list, at a JSON Pointer, and which literals it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmian_policy.model.location import tokens
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema = dict[str, Any]
Literal = bool | int | float | str | None


class Shape(NamedTuple):
    """A subschema with the schema whose ``$defs`` its references name."""

    rule: Schema
    root: Schema

    @classmethod
    def of(cls, schema: Schema) -> Shape:
        """The shape of whole documents."""
        return cls(schema, schema)

    def _enter(self, rule: Schema) -> Shape:
        name = str(rule.get("$ref", "")).removeprefix("#/$defs/")
        return Shape({**self.root.get("$defs", {}).get(name, {}), **rule}, self.root)

    @property
    def keys(self) -> Mapping[str, Shape]:
        """The keys of a mapping, in the order of the schema."""
        return {name: self._enter(rule) for name, rule in self.rule.get("properties", {}).items() if not name.startswith("$")}

    @property
    def items(self) -> Shape | None:
        """What a list holds; None for anything but a list."""
        return self._enter(self.rule["items"]) if "items" in self.rule else None

    def at(self, pointer: str) -> Shape | None:
        """The shape of what stands at a pointer; None where no valid document holds anything."""
        shape: Shape | None = self
        for token in tokens(pointer):
            if shape is None:
                return None
            index = token.isascii() and token.isdigit()
            shape = shape.items if index and shape.items is not None else shape.keys.get(token)
        return shape

    @property
    def type(self) -> str | None:
        """The one JSON type of its values; None where there are several or any."""
        declared = self.rule.get("type")
        if isinstance(declared, str):
            return declared
        found = {_type(value) for value in self.literals or ()}
        return found.pop() if len(found) == 1 else None

    @property
    def literals(self) -> tuple[Literal, ...] | None:
        """Every value that it may have; None where they are not counted."""
        if "enum" in self.rule:
            return tuple(self.rule["enum"])
        if "const" in self.rule:
            return (self.rule["const"],)
        if "anyOf" in self.rule:
            options = [self._enter(rule).literals for rule in self.rule["anyOf"]]
            return None if None in options else tuple(value for option in options for value in option or ())
        return (True, False) if self.rule.get("type") == "boolean" else None

    def walk(self, pointer: str = "") -> Iterator[tuple[str, Shape]]:
        """Every shape that it holds with its pointer, lists as ``[]``: ``("/suppliers/[]/name", …)``."""
        yield pointer, self
        inner = [*self.keys.items(), *([("[]", self.items)] if self.items is not None else [])]
        for token, shape in inner:
            yield from shape.walk(f"{pointer}/{token}")


def _type(value: Literal) -> str | None:
    match value:
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case _:
            return None
