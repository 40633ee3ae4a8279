"""What keeps a document from being used, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cmian_policy.model.location import Span
    from cmian_policy.model.text import Message


class Problem(NamedTuple):
    """What is wrong and where in its document; ``pointer`` is the JSON Pointer of the culprit where one is known."""

    message: Message
    span: Span
    pointer: str = ""
