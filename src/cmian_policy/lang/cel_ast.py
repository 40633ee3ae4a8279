"""The parsed form of a condition, with the place of each part in its text.

The engine serializes a compiled condition as ``cel.expr.CheckedExpr``; the field numbers below are those of cel-spec's
``proto/cel/expr/syntax.proto`` and ``checked.proto``. It keeps no record of macros, so that they are recognised by what they
expand to and folded back: a :class:`Node` tree shows what the author wrote.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from cmian_policy.lang.cel import Environment
from cmian_policy.lang.protobuf_wire import Wire
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["const", "ident", "select", "call", "list", "struct", "comprehension"]
Constant: TypeAlias = "bool | int | float | str | bytes | None"

_EXPR = range(3, 10)  # fields of cel.expr.Expr: constant, name, select, call, list, struct, comprehension
_CONSTANT = range(2, 8)  # fields of cel.expr.Constant: bool, int64, uint64, double, string, bytes
_UNUSED = "#unused"  # the iteration variable of what cel.bind() expands to


class Node(NamedTuple):
    """One part of a condition.

    ``offset`` counts characters of the text, from 0, to where the engine places the part: a constant, a name, ``[`` and ``{``
    at their first character, an operator at its sign, a field at the ``.`` before it, a call and a macro at their ``(``.

    ========== =========================== ============================================= ==========================
    kind       name                        children                                      otherwise
    ========== =========================== ============================================= ==========================
    const                                                                                ``value``
    ident      the variable
    select     the field                   what it is a field of                         ``optional`` for ``x.?f``
    call       ``_==_``, ``@in``, ``has``… the target first where ``method``             ``method`` for ``x.f()``
    list                                   its items
    struct                                 keys and values in turn                       name: the message, or ""
    compre-    exists, all, exists_one,    the list, then the body (map may have a       ``variable``
    hension    filter, map, optMap,        condition between); for bind the value first,
               optFlatMap, bind            for optMap the optional
    ========== =========================== ============================================= ==========================
    """

    kind: Kind
    offset: int
    name: str = ""
    children: tuple[Node, ...] = ()
    value: Constant = None
    variable: str = ""
    method: bool = False
    optional: bool = False

    def walk(self) -> Iterator[Node]:
        """The node and all that it holds, each before its children."""
        yield self
        for child in self.children:
            yield from child.walk()


@cache
def _environment() -> Environment:
    return Environment()


@cache
def parse(text: str) -> Node:
    """The tree of a condition. Raises ``ExpressionError`` for what :meth:`Environment.compile` refuses."""
    return decode(_environment().compile(text).serialize())


def decode(serialized: bytes) -> Node:
    """The tree of a serialized condition: ``google.protobuf.Any`` of ``cel.expr.CheckedExpr``."""
    checked = Wire(Wire(serialized).raw(2))
    positions = {entry.signed(1): entry.integer(2) for entry in checked.message(5).messages(4)}
    return _Decoder(positions).node(checked.message(4))


class _Decoder:
    """``cel.expr.Expr`` to nodes; ``positions`` gives the offset of each expression id."""

    def __init__(self, positions: dict[int, int]) -> None:
        self._positions = positions

    def node(self, expr: Wire) -> Node:
        """One expression and all that it holds."""
        offset = self._positions.get(expr.signed(2), 0)
        match next((kind for kind in _EXPR if kind in expr), None):
            case 3:
                return Node("const", offset, value=_constant(expr.message(3)))
            case 4:
                return Node("ident", offset, expr.message(4).text(1))
            case 5:
                return self._select(expr.message(5), offset)
            case 6:
                return self._call(expr.message(6), offset)
            case 7:
                return Node("list", offset, children=self._nodes(expr.message(7), 1))
            case 8:
                return self._struct(expr.message(8), offset)
            case _:
                return self._comprehension(expr.message(9), offset)

    def _nodes(self, holder: Wire, number: int) -> tuple[Node, ...]:
        return tuple(self.node(each) for each in holder.messages(number))

    def _select(self, select: Wire, offset: int) -> Node:
        node = Node("select", offset, select.text(2), (self.node(select.message(1)),))
        # has(x.f) becomes a select that only tests: shown as the call that was written.
        return Node("call", offset, "has", (node,)) if select.integer(3) else node

    def _call(self, call: Wire, offset: int) -> Node:
        name, arguments = call.text(2), self._nodes(call, 3)
        if name == "_?._" and arguments[1].kind == "const":
            return Node("select", offset, str(arguments[1].value), arguments[:1], optional=True)
        if 1 in call:
            return Node("call", offset, name, (self.node(call.message(1)), *arguments), method=True)
        return _optional_macro(offset, name, arguments) or Node("call", offset, name, arguments)

    def _struct(self, struct: Wire, offset: int) -> Node:
        children: list[Node] = []
        for entry in struct.messages(2):
            key = self.node(entry.message(3)) if entry.raw(3) else Node("const", offset, value=entry.text(2))
            children += (key, self.node(entry.message(4)))
        return Node("struct", offset, struct.text(1), tuple(children))

    def _comprehension(self, loop: Wire, offset: int) -> Node:
        if loop.text(1) == _UNUSED:
            children = (self.node(loop.message(4)), self.node(loop.message(7)))
            return Node("comprehension", offset, "bind", children, variable=loop.text(3))
        name, parts = _macro(self.node(loop.message(4)), self.node(loop.message(6)), loop.text(1))
        return Node("comprehension", offset, name, (self.node(loop.message(2)), *parts), variable=loop.text(1))


def _constant(constant: Wire) -> Constant:
    match next((kind for kind in _CONSTANT if kind in constant), None):
        case 2:
            return bool(constant.integer(2))
        case 3:
            return constant.signed(3)
        case 4:
            return constant.integer(4)
        case 5:
            return constant.double(5)
        case 6:
            return constant.text(6)
        case 7:
            return constant.raw(7)
        case _:
            return None


def _macro(start: Node, step: Node, variable: str) -> tuple[str, tuple[Node, ...]]:
    """The macro that a loop expands, told by its accumulator's first value and step, and the bodies that were written."""
    if step.name == "_||_":
        return "exists", step.children[1:]
    if step.name == "_&&_":
        return "all", step.children[1:]
    if start.kind == "const":
        return "exists_one", step.children[:1]
    if step.name == "_+_":
        return "map", step.children[1].children
    condition, added = step.children[0], step.children[1].children[1].children[0]
    if added.kind == "ident" and added.name == variable:
        return "filter", (condition,)
    return "map", (condition, added)


def _optional_macro(offset: int, name: str, arguments: tuple[Node, ...]) -> Node | None:
    """``x.optMap(v, e)``, which becomes ``x.hasValue() ? optional.of(cel.bind(v, x.value(), e)) : optional.none()``.

    All parts of the expansion stand at the macro's place; what an author writes out does not. ``optFlatMap`` lacks the
    ``optional.of``.
    """
    if name != "_?_:_" or arguments[0].name != "hasValue" or arguments[0].offset != offset:
        return None
    whole = arguments[1]
    bound = whole.children[-1] if whole.name in {"of", "optional.of"} and whole.children else whole
    if bound.name != "bind" or bound.offset != offset:
        return None
    children = (arguments[0].children[0], bound.children[1])
    return Node("comprehension", offset, "optFlatMap" if bound is whole else "optMap", children, variable=bound.variable)
