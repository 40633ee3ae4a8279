"""The collections of a YAML document while they are being read, and what has an anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmian_policy.model.document import Node
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from cmian_policy.model.document import Plain
    from cmian_policy.model.location import Span


class Anchored(NamedTuple):
    """What an alias stands for: ``nodes`` values, with ``height`` collections nested in it, itself included."""

    value: Plain
    node: Node
    nodes: int
    height: int


class Collection:
    """What a mapping and a sequence have in common.

    ``start`` begins the collection and ``last`` is the span of its last child so far; ``nodes_before`` values were counted
    before it; ``height`` collections are nested in it, itself included. ``key`` is the key whose value comes next: None
    where a key is due, never None in a sequence.
    """

    __slots__ = ("anchor", "bracketed", "height", "key", "key_span", "last", "nodes_before", "start")
    key: str | None

    def __init__(self, anchor: str | None, start: Span, nodes_before: int, *, bracketed: bool) -> None:
        self.anchor = anchor
        self.bracketed = bracketed
        self.start = self.last = self.key_span = start
        self.nodes_before = nodes_before
        self.height = 1


class Mapping(Collection):
    """A mapping being read."""

    __slots__ = ("children", "data", "keys")

    def __init__(self, anchor: str | None, start: Span, nodes_before: int, *, bracketed: bool) -> None:
        super().__init__(anchor, start, nodes_before, bracketed=bracketed)
        self.key = None
        self.data: dict[str, Plain] = {}
        self.children: dict[str, Node] = {}
        self.keys: dict[str, Span] = {}

    def add(self, value: Plain, node: Node) -> None:
        """Give the pending key its value."""
        key = self.key or ""
        self.data[key] = value
        self.children[key] = node
        self.key = None
        self.last = node.span

    def node(self, span: Span) -> Node:
        """The finished node."""
        return Node(span, self.children, self.keys)

    def token(self) -> str | None:
        """The JSON Pointer token of the value that comes next."""
        return self.key


class Sequence(Collection):
    """A sequence being read."""

    __slots__ = ("children", "data")

    def __init__(self, anchor: str | None, start: Span, nodes_before: int, *, bracketed: bool) -> None:
        super().__init__(anchor, start, nodes_before, bracketed=bracketed)
        self.key = ""
        self.data: list[Plain] = []
        self.children: list[Node] = []

    def add(self, value: Plain, node: Node) -> None:
        """Append an item."""
        self.data.append(value)
        self.children.append(node)
        self.last = node.span

    def node(self, span: Span) -> Node:
        """The finished node."""
        return Node(span, self.children)

    def token(self) -> str | None:
        """The JSON Pointer token of the item that comes next."""
        return str(len(self.data))


def property_count(event: Any) -> int:  # noqa: ANN401 - one of PyYAML's events
    """How many properties (an anchor, a tag) stand before a node."""
    return (event.anchor is not None) + (event.tag is not None)
