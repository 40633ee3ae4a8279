"""A parser's events to plain data and the tree of their spans, in one pass and without recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from yaml import events

from cmian_policy.lang.scalars import CORE, SCALAR_TAGS, SUSPECT, resolve, resolve_as, shorten
from cmian_policy.lang.yaml_collections import Anchored, Mapping, Sequence, property_count
from cmian_policy.model.document import Node
from cmian_policy.model.location import START, Span, to_pointer
from cmian_policy.model.problem import Problem
from cmian_policy.model.text import Message, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from cmian_policy.lang.yaml_source import Source
    from cmian_policy.model.document import Plain

# manifest.md, "How it is read". Nodes are values: mappings, sequences, scalars and all that an alias stands for; not keys.
MAX_DEPTH: Final = 64
MAX_NODES: Final = 50_000
MAX_ITEMS: Final = 1_000
MAX_KEY: Final = 1_024  # characters: what YAML allows for a key without its question mark, here for every key
MAX_PROBLEMS: Final = 100

# PyYAML's types say that a mark may be None, which no parser gives, and know nothing of libyaml's marks.
Event: TypeAlias = Any

_MAP: Final = CORE + "map"
_SEQ: Final = CORE + "seq"
_CORE_TAGS: Final = SCALAR_TAGS | {_MAP, _SEQ}
# Half the time of calling Span itself.
_new_span: Final = tuple.__new__
_IN_ANCHOR: Final = ("?", ":", "%", "@", "`")
_BLOCK_STYLES: Final = frozenset("|>")


class Refused(Exception):  # noqa: N818 - not an error by itself: the problems are the builder's
    """Reading stops; the builder's problems say why."""


class Builder:
    """Reads the events of one document; afterwards ``data`` and ``node`` hold it, unless there are ``problems``."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._root = Sequence(None, START, 0, bracketed=False)
        self._open: Mapping | Sequence = self._root
        # The collections around the open one, whose number is its depth; the first is the root, which holds the document.
        self._around: list[Mapping | Sequence] = []
        self._anchors: dict[str, Anchored | Mapping | Sequence] = {}
        self._nodes = 0
        self._documents = 0
        self.empty_lists = False

    @property
    def data(self) -> Plain:
        """The document's data."""
        return self._root.data[0]

    @property
    def node(self) -> Node:
        """The spans of the document's data."""
        return self._root.children[0]

    def build(self, get_event: Callable[[], Event]) -> None:
        """Read all events. Raises :class:`Refused` where reading cannot go on, and whatever ``get_event`` raises."""
        handlers: dict[type, Callable[[Event], None]] = {
            events.ScalarEvent: self._scalar,
            events.MappingStartEvent: self._start_mapping,
            events.SequenceStartEvent: self._start_sequence,
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
            events.AliasEvent: self._alias,
            events.DocumentStartEvent: self._document,
        }
        while (event := get_event()) is not None:
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)
        if not self._documents or (self.data is None and self.node.span[:2] == self.node.span[2:]):
            self._stop(message("yaml.empty"), START)

    # One method a kind of event

    def _document(self, event: Event) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(message("yaml.several-documents"), _span(event))

    def _scalar(self, event: Event) -> None:
        text: str = event.value
        style: str | None = event.style
        if event.anchor is not None or event.tag is not None or style in _BLOCK_STYLES or not (text or style):
            self._rare_scalar(event, text)
            return
        # Most of a document comes through here: written out rather than called.
        start, end = event.start_mark, event.end_mark
        span = _new_span(Span, (start.line + 1, start.column + 1, end.line + 1, end.column + 1))
        value = text if style or text[0] not in SUSPECT else resolve(text)
        holder = self._open
        if holder.key is None:
            self._key(value, span, start.index, merge=text == "<<" and not style)
        elif value is text and self._nodes < MAX_NODES and isinstance(holder, Mapping):
            self._nodes += 1
            holder.add(text, Node(span))
        else:
            self._add(self._accepted(value, span), Node(span), 1)

    def _rare_scalar(self, event: Event, text: str) -> None:
        """Read a scalar with an anchor or a tag, a block scalar, an empty one: its marks do not say all."""
        span = self._scalar_span(event)
        known = len(self.problems)
        value = self._tagged(event, span) if event.tag is not None else text if event.style else resolve(text)
        node = Node(span)
        if self._open.key is not None:
            value = self._accepted(value, span)
            self._add(value, node, 1)
        elif len(self.problems) == known:
            merge = text == "<<" and not event.style and event.tag is None
            self._key(value, span, event.start_mark.index, merge=merge)
        else:
            self._open.key, self._open.key_span = "", span
        if event.anchor is not None:
            self._check_anchor(event)
            self._anchors[event.anchor] = Anchored(None if isinstance(value, Message) else value, node, 1, 0)

    def _start_mapping(self, event: Event) -> None:
        start, bracketed = self._begin(event, _MAP)
        self._enter(Mapping(event.anchor, start, self._nodes, bracketed=bracketed))

    def _start_sequence(self, event: Event) -> None:
        start, bracketed = self._begin(event, _SEQ)
        self._enter(Sequence(event.anchor, start, self._nodes, bracketed=bracketed))

    def _end(self, event: Event) -> None:
        closed = self._open
        around = self._open = self._around.pop()
        if not closed.data and isinstance(closed, Sequence):
            self.empty_lists = True
        # A block, or a pair without braces in a sequence, has no bracket of its own: it ends where its last child does.
        end = _span(event) if closed.bracketed else closed.last
        node = closed.node(Span(closed.start.line, closed.start.column, end.end_line, end.end_column))
        around.height = max(around.height, closed.height + 1)
        if around.key is None:
            around.key, around.key_span = "", node.span
        else:
            self._add(closed.data, node, 0)
        if closed.anchor is not None and self._anchors[closed.anchor] is closed:
            nodes = self._nodes - closed.nodes_before
            self._anchors[closed.anchor] = Anchored(closed.data, node, nodes, closed.height)

    def _alias(self, event: Event) -> None:
        span = _span(event)
        target = self._anchors.get(event.anchor)
        if target is None:
            self._stop(message("yaml.unknown-alias", name=shorten(event.anchor)), span)
        if not isinstance(target, Anchored):
            self._stop(message("yaml.cyclic-alias", name=shorten(event.anchor), line=target.start.line), span)
        if len(self._around) + target.height > MAX_DEPTH:
            self._stop(message("yaml.limit-depth", limit=MAX_DEPTH), span)
        if self._open.key is None:
            self._key(target.value, span, event.start_mark.index)
            return
        self._open.height = max(self._open.height, target.height + 1)
        self._add(target.value, Node(span, target.node.children, target.node.keys), target.nodes)

    # Keys, values and collections

    def _key(self, value: Plain | Message, span: Span, index: int, *, merge: bool = False) -> None:
        """Note the key that begins at ``index``; a refused one becomes empty text, since the document is refused with it."""
        mapping = self._open
        mapping.key_span = span
        if merge:
            self._report(message("yaml.merge-key"), span)
        elif not isinstance(value, str):
            name = shorten(self.source.cut(span))
            self._report(message("yaml.key-not-text", name=name) if name else message("yaml.key-empty"), span)
        elif self.source.text[index - 1 : index] == "?":
            # In braces or brackets the library takes ``?x`` for ``? x``; in YAML 1.2 it is text.
            self._report(message("yaml.syntax-question-mark"), span)
        elif isinstance(mapping, Mapping):
            if len(value) > MAX_KEY:  # each problem beneath it would repeat it in its pointer
                self._stop(message("yaml.limit-key", size=len(value), limit=MAX_KEY), span)
            mapping.key = value
            if mapping.keys.setdefault(value, span) is not span:
                self._report(message("yaml.duplicate-key", name=shorten(value), line=mapping.keys[value].line), span)
            return
        mapping.key = ""

    def _add(self, value: Plain, node: Node, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._stop(message("yaml.limit-nodes", limit=MAX_NODES), node.span)
        holder = self._open
        holder.add(value, node)
        if len(holder.data) > MAX_ITEMS and isinstance(holder, Sequence):
            self._stop(message("yaml.limit-items", limit=MAX_ITEMS), node.span)

    def _begin(self, event: Event, tag: str) -> tuple[Span, bool]:
        """Where a collection begins, and whether with a bracket."""
        index: int = event.start_mark.index
        start = _span(event)
        properties = property_count(event)
        if properties:
            index = self.source.after_properties(index, properties)
            start = self.source.span(index, index)
        if event.anchor is not None:
            self._check_anchor(event)
        if self._open.key is None:
            self._report(message("yaml.key-collection"), start)
        if event.tag not in (None, "!", tag):
            self._report_tag(event, "yaml.tag-on-collection" if event.tag in _CORE_TAGS else "yaml.tag")
        return start, bool(event.flow_style) and self.source.text[index] in "[{"

    def _enter(self, collection: Mapping | Sequence) -> None:
        self._around.append(self._open)
        self._open = collection
        self._nodes += 1
        if len(self._around) > MAX_DEPTH:
            self._stop(message("yaml.limit-depth", limit=MAX_DEPTH), collection.start)
        if self._nodes > MAX_NODES:
            self._stop(message("yaml.limit-nodes", limit=MAX_NODES), collection.start)
        if collection.anchor is not None:
            self._anchors[collection.anchor] = collection

    def _check_anchor(self, event: Event) -> None:
        """Refuse ``&a:b text``, which the library reads as the anchor ``a`` before ``:b text``, YAML 1.2 as ``a:b``."""
        name, index = self.source.anchor(event.start_mark.index, property_count(event))
        if name[1 + len(event.anchor) :].startswith(_IN_ANCHOR):
            self._report(message("yaml.syntax-anchor"), self.source.span(index, index))

    def _tagged(self, event: Event, span: Span) -> Plain:
        """Resolve a tagged scalar and report what is wrong with it."""
        if event.tag in SCALAR_TAGS:
            return self._accepted(resolve_as(event.tag, event.value), span)
        self._report_tag(event, "yaml.tag-on-scalar" if event.tag in (_MAP, _SEQ) else "yaml.tag")
        return None

    def _accepted(self, value: Plain | Message, span: Span) -> Plain:
        """``value``, or None for one that is refused, which is reported."""
        if isinstance(value, Message):
            self._report(value, span)
            return None
        return value

    # Places

    def _scalar_span(self, event: Event) -> Span:
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        properties = property_count(event)
        if not event.value and not event.style:
            return self.source.span(end, end) if properties else self._empty_span(event)
        if properties:
            start = self.source.after_properties(start, properties)
        if event.style in _BLOCK_STYLES:
            end = self.source.block_end(start, end)
        return self.source.span(start, end)

    def _empty_span(self, event: Event) -> Span:
        """Where an empty value would be: in a mapping after the key's colon, which the two parsers mark differently."""
        if not isinstance(self._open, Mapping) or self._open.key is None:
            return _span(event)
        index = self.source.end_index(self._open.key_span)
        colon = self.source.skip(index)
        if self.source.text[colon : colon + 1] == ":":
            index = colon + 1
        return self.source.span(index, index)

    # Problems

    def _report_tag(self, event: Event, key: str) -> None:
        name, span = self.source.tag(event.start_mark.index, property_count(event))
        self._report(message(key, tag=shorten(name)), span)

    def _report(self, what: Message, span: Span) -> None:
        self.problems.append(Problem(what, span, self._pointer()))
        if len(self.problems) >= MAX_PROBLEMS:
            raise Refused

    def _stop(self, what: Message, span: Span) -> NoReturn:
        self.problems.append(Problem(what, span, self._pointer()))
        raise Refused

    def _pointer(self) -> str:
        tokens = [holder.token() for holder in (*self._around, self._open)][1:]
        return to_pointer([token for token in tokens if token is not None])


def _span(event: Event) -> Span:
    start, end = event.start_mark, event.end_mark
    return _new_span(Span, (start.line + 1, start.column + 1, end.line + 1, end.column + 1))
