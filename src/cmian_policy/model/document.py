"""A YAML document as plain data whose every key and value knows where it stands."""

from __future__ import annotations

from typing import TypeAlias

from cmian_policy.model.location import START, Span, parent, tokens
from cmian_policy.model.tuples import NamedTuple

# What a manifest or a policy file can hold once read (YAML 1.2 core schema).
Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


class Node:
    """The span of one value and of what it holds.

    ``children`` follows the data: a dict for a mapping, a list for a sequence, None for a scalar or an alias to one;
    ``keys`` holds the spans of a mapping's keys. A value reached through an alias has the span of the alias itself, its
    children have theirs where the anchor stands.
    """

    __slots__ = ("children", "keys", "span")

    def __init__(
        self,
        span: Span,
        children: dict[str, Node] | list[Node] | None = None,
        keys: dict[str, Span] | None = None,
    ) -> None:
        self.span = span
        self.children = children
        self.keys = keys

    def step(self, token: str) -> Node | None:
        """The node one token further, or None where there is none."""
        match self.children:
            case dict():
                return self.children.get(token)
            case list() if token.isascii() and token.isdigit() and int(token) < len(self.children):
                return self.children[int(token)]
            case _:
                return None


class LocatedDocument(NamedTuple):
    """A document that was read: its text, its data and the spans of both its keys and values; whether a list in it is empty."""

    path: str
    text: str
    data: Plain
    root: Node
    empty_lists: bool = True

    def node(self, pointer: str) -> Node | None:
        """The node at ``pointer``, or None when the document holds nothing there."""
        node: Node | None = self.root
        for token in tokens(pointer):
            if node is None:
                return None
            node = node.step(token)
        return node

    def value_span(self, pointer: str) -> Span | None:
        """The span of the value at ``pointer``."""
        node = self.node(pointer)
        return None if node is None else node.span

    def key_span(self, pointer: str) -> Span | None:
        """The span of the key whose value is at ``pointer``; None for the root, for an item of a list and for what is absent."""
        path = tokens(pointer)
        holder = self.node(parent(pointer)) if path else None
        return None if holder is None or holder.keys is None else holder.keys.get(path[-1])

    def locate(self, pointer: str) -> Span:
        """Where a finding about ``pointer`` is shown.

        On the value when there is one; what is absent on the key of its nearest present parent (on the item itself in a
        list), and at 1:1 when it has none (manifest.md, "How it is read").
        """
        span = self.value_span(pointer)
        if span is not None:
            return span if pointer else START
        holder = parent(pointer)
        while holder and self.node(holder) is None:
            holder = parent(holder)
        if not holder:
            return START
        return self.key_span(holder) or self.value_span(holder) or START


def lookup(holder: Plain, pointer: str) -> tuple[bool, Plain]:
    """Whether ``holder`` has a value at a pointer, and that value."""
    value = holder
    for token in tokens(pointer):
        match value:
            case dict() if token in value:
                value = value[token]
            case list() if token.isascii() and token.isdigit() and int(token) < len(value):
                value = value[int(token)]
            case _:
                return False, None
    return True, value
