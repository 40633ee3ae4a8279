"""Literals that can never be what they are compared with: values that the schema does not list, dates that are none.

The engine's type check sees texts only; here each comparison is followed to the schema (rules.md, "enum literals").
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from cmian_policy.lang.cel_faults import Fault
from cmian_policy.lang.jsonschema import show
from cmian_policy.messages.suggest import nearest, shorten
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cmian_policy.lang.cel_ast import Node
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.text import Message

_SAME = {"orValue", "value", "_[?_]", "_[_]"}
_MOST_SHOWN = 200  # characters of a list of choices
_MONTH, _DAY = len("2026-11"), len("2026-11-23")


class _Meaning(NamedTuple):
    """What a part of a condition may be: data of a shape, or one of some literals; ``others`` are allowed beside the shape's."""

    shape: Shape | None = None
    literals: tuple[Node, ...] = ()
    others: tuple[Node, ...] = ()
    items: tuple[Node, ...] | None = None  # of a list that is written out

    def item(self) -> _Meaning:
        """What an item of it may be."""
        return _Meaning(self.shape.items if self.shape is not None else None, self.items or ())


def literal_faults(tree: Node, shapes: Mapping[str, Shape]) -> tuple[Fault, ...]:
    """The literals of a condition that its data can never hold; ``shapes`` gives that of each variable."""
    return tuple(_visit(tree, {name: _Meaning(shape) for name, shape in shapes.items()}))


def _visit(node: Node, names: Mapping[str, _Meaning]) -> Iterator[Fault]:
    if node.name in {"_==_", "_!=_"}:
        yield from _compare(_meaning(node.children[0], names), _meaning(node.children[1], names))
    elif node.name == "@in":
        yield from _compare(_meaning(node.children[0], names), _meaning(node.children[1], names).item())
    elif node.name == "date" and node.children[0].kind == "const":
        yield from _date(node.children[0])
    for place, child in enumerate(node.children):
        inner = {**names, node.variable: _bound(node, names)} if node.variable and place else names
        yield from _visit(child, inner)


def _bound(node: Node, names: Mapping[str, _Meaning]) -> _Meaning:
    """What the variable of a macro may be."""
    held = _meaning(node.children[0], names)
    return held if node.name in {"bind", "optMap", "optFlatMap"} else held.item()


def _meaning(node: Node, names: Mapping[str, _Meaning]) -> _Meaning:
    match node.kind:
        case "const":
            return _Meaning(literals=(node,))
        case "ident":
            return names.get(node.name, _Meaning())
        case "select":
            shape = _meaning(node.children[0], names).shape
            return _Meaning(shape.keys.get(node.name) if shape is not None else None)
        case "list":
            return _list(node, names)
        case "comprehension":
            return _comprehension(node, names)
        case "call":
            return _call(node, names)
        case _:
            return _Meaning()


def _list(node: Node, names: Mapping[str, _Meaning]) -> _Meaning:
    return _Meaning(items=tuple(each for child in node.children for each in _meaning(child, names).literals))


def _comprehension(node: Node, names: Mapping[str, _Meaning]) -> _Meaning:
    if node.name == "filter":
        return _meaning(node.children[0], names)
    if node.name in {"bind", "optMap", "optFlatMap"}:
        return _meaning(node.children[1], {**names, node.variable: _bound(node, names)})
    return _Meaning()


def _call(node: Node, names: Mapping[str, _Meaning]) -> _Meaning:
    if node.name == "optional.of":
        return _meaning(node.children[0], names)
    if node.name == "_?_:_":
        one, other = (_meaning(child, names) for child in node.children[1:])
        return _Meaning(one.shape or other.shape, (*one.literals, *other.literals), (*one.literals, *other.literals))
    if node.name not in _SAME:
        return _Meaning()
    held = _meaning(node.children[0], names)
    if node.name == "orValue":
        default = _meaning(node.children[1], names)
        return held._replace(others=(*held.others, *default.literals, *(default.items or ())))
    return held.item() if node.name in {"_[_]", "_[?_]"} and held.shape is not None and held.shape.items else held


def _compare(one: _Meaning, other: _Meaning) -> Iterator[Fault]:
    for data, written in ((one, other), (other, one)):
        if data.shape is None:
            continue
        yield from _impossible(data.shape, data.others, written.literals)
        if data.shape.items is not None and written.items is not None:
            yield from _impossible(data.shape.items, data.others, written.items)


def _impossible(shape: Shape, others: tuple[Node, ...], written: tuple[Node, ...]) -> Iterator[Fault]:
    allowed = shape.literals
    if allowed is None:
        return
    known = [*allowed, *(other.value for other in others)]
    kinds = {type(value) for value in known}
    for literal in written:
        if len(kinds) == 1 and type(literal.value) not in kinds:  # the engine's type check says so
            continue
        # In Python True == 1; in a manifest it is not.
        if not any(type(literal.value) is type(value) and literal.value == value for value in known):
            yield Fault(literal.offset, _no_such_value(literal, allowed))


def _no_such_value(literal: Node, allowed: tuple[object, ...]) -> Message:
    choices = [show(value) for value in allowed]  # type: ignore[arg-type] # the values of an enum are plain scalars
    value = show(literal.value) if not isinstance(literal.value, bytes) else "bytes"
    near = nearest(value, choices)
    if near:
        return message("lint.impossible-value-near", value=value, near=near)
    listed = ", ".join(choices)
    return message(
        "lint.impossible-value", value=value, choices=listed if len(listed) <= _MOST_SHOWN else f"{listed[:_MOST_SHOWN]}…"
    )


def _date(literal: Node) -> Iterator[Fault]:
    """``date()`` reads ``YYYY-MM-DD`` or ``YYYY-MM`` and errs on anything else."""
    text = str(literal.value)
    if isinstance(literal.value, str) and not _is_date(text):
        yield Fault(literal.offset, message("lint.no-date", value=shorten(text)))


def _is_date(text: str) -> bool:
    whole = f"{text}-01" if len(text) == _MONTH else text
    try:
        return len(whole) == _DAY and date.fromisoformat(whole).isoformat() == whole
    except ValueError:
        return False
