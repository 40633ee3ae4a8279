"""Conditions that decide nothing: whatever the manifest, they come out the same.

Three-valued logic (Kleene): a part is true, false, another literal, or not known.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from cmian_policy.lang.cel_ast import Constant, Node


class _Unknown:
    """What only a manifest can tell."""


UNKNOWN: Final = _Unknown()
Folded: TypeAlias = "Constant | _Unknown"


def is_constant(tree: Node) -> bool:
    """Whether a condition names no variable, or its parts cancel those that it names."""
    return not _has_variable(tree, frozenset()) or not isinstance(fold(tree), _Unknown)


def _has_variable(node: Node, bound: frozenset[str]) -> bool:
    if node.kind == "ident":
        return node.name not in bound
    inner = bound | {node.variable} if node.variable else bound
    return any(_has_variable(child, inner if place else bound) for place, child in enumerate(node.children))


def fold(node: Node) -> Folded:
    """The literal that a part always gives, or ``UNKNOWN``."""
    if node.kind == "const":
        return node.value
    fold_call = _CALLS.get(node.name)
    return fold_call(node) if node.kind == "call" and fold_call is not None else UNKNOWN


def _or(node: Node) -> Folded:
    values = [fold(child) for child in node.children]
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else UNKNOWN


def _and(node: Node) -> Folded:
    values = [fold(child) for child in node.children]
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else UNKNOWN


def _not(node: Node) -> Folded:
    value = fold(node.children[0])
    return not value if isinstance(value, bool) else UNKNOWN


def _choose(node: Node) -> Folded:
    condition, one, other = (fold(child) for child in node.children)
    if isinstance(condition, bool):
        return one if condition else other
    return one if type(one) is type(other) and one == other else UNKNOWN


def _equal(node: Node) -> Folded:
    one, other = node.children
    if _plain(one) == _plain(other):
        return True
    left, right = fold(one), fold(other)
    known = not isinstance(left, _Unknown) and not isinstance(right, _Unknown)
    return (type(left) is type(right) and left == right) if known else UNKNOWN


def _different(node: Node) -> Folded:
    value = _equal(node)
    return not value if isinstance(value, bool) else UNKNOWN


def _plain(node: Node) -> tuple[object, ...]:
    """A part without its place, to be compared with another."""
    return (node._replace(offset=0, children=()), *(_plain(child) for child in node.children))


def _order(compare: Callable[[float, float], bool]) -> Callable[[Node], Folded]:
    def fold_order(node: Node) -> Folded:
        one, other = (fold(child) for child in node.children)
        if isinstance(one, (int, float)) and isinstance(other, (int, float)):
            return compare(one, other)
        return UNKNOWN

    return fold_order


def _in(node: Node) -> Folded:
    value, held = fold(node.children[0]), node.children[1]
    if held.kind == "list" and not held.children:
        return False
    literals = [fold(child) for child in held.children]
    if held.kind != "list" or any(isinstance(each, _Unknown) for each in (value, *literals)):
        return UNKNOWN
    return any(type(value) is type(each) and value == each for each in literals)


_CALLS: Final[dict[str, Callable[[Node], Folded]]] = {
    "_||_": _or,
    "_&&_": _and,
    "!_": _not,
    "_?_:_": _choose,
    "_==_": _equal,
    "_!=_": _different,
    "_<_": _order(operator.lt),
    "_<=_": _order(operator.le),
    "_>_": _order(operator.gt),
    "_>=_": _order(operator.ge),
    "@in": _in,
}
