"""What keeps a document from being used, where, and what would mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from cmian_policy.model.location import Span
    from cmian_policy.model.text import Message


class Correction(NamedTuple):
    """What to write instead of the characters of a span: ``old`` becomes ``new``, both as YAML writes them.

    Afterwards the value at ``pointer`` is ``value``; with ``on_key``, the key there is. ``safe``: it cannot change what the
    document means (docs/adr/0015-fix.md).
    """

    span: Span
    old: str
    new: str
    pointer: str
    value: str | bool
    on_key: bool
    safe: bool


class Problem(NamedTuple):
    """What is wrong and where in its document; ``pointer`` is the JSON Pointer of the culprit where one is known.

    ``correction`` is there for what the tool can mend by itself.
    """

    message: Message
    span: Span
    pointer: str = ""
    correction: Correction | None = None
