"""Mends a manifest: what ``check`` calls fixable, and, when it is asked for, guesses and the order of keys.

Each pass makes the corrections of one reading, which may bring others to light: what stands under a mistyped key is only judged
once the key is right. It ends: a corrected key is known and a corrected value is admitted, and neither changes again.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any

from cmian_policy.editing.order import in_order
from cmian_policy.lang.rewrite import holds, rewrite
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.loading.manifest import read_bytes, unreadable
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cmian_policy.model.document import LocatedDocument
    from cmian_policy.model.location import Span
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.problem import Correction
    from cmian_policy.model.text import Message


class Edit(NamedTuple):
    """What was changed and where; the place is that of the text as the edit found it."""

    span: Span
    message: Message


class Mended(NamedTuple):
    """A manifest as it was read and as it can be written; ``manifest`` is what is read from the latter, with what is left to do.

    ``unsorted`` says why its keys stay in their order, where they were to be sorted and could not be.
    """

    before: bytes
    after: bytes
    edits: tuple[Edit, ...]
    manifest: Manifest
    unsorted: Message | None = None


def mend(raw: bytes, name: str, schema: Callable[[], dict[str, Any]], *, unsafe: bool = False, sort: bool = False) -> Mended:
    """What becomes of a manifest's bytes. Nothing is changed but what the edits say; what cannot be read stays as it is.

    ``unsafe`` also makes the corrections that could change its meaning; ``sort`` puts its keys in the order of the schema.
    """
    mark = BOM_UTF8 if raw.startswith(BOM_UTF8) else b""
    edits: list[Edit] = []
    manifest, after, unsorted = read_bytes(raw, name, schema), raw, None
    while corrected := _correct(manifest, unsafe=unsafe):
        text, made = corrected
        after = mark + text.encode()
        edits += made
        manifest = read_bytes(after, name, schema)
    if sort and manifest.document is not None:
        sorted_, unsorted = _sort(manifest.document, schema())
        if sorted_:
            text, made = sorted_
            after = mark + text.encode()
            edits += made
            manifest = read_bytes(after, name, schema)
    return Mended(raw, after, tuple(sorted(edits)), manifest, unsorted)


def untouched(name: str, reason: Message) -> Mended:
    """A manifest that cannot be read at all."""
    return Mended(b"", b"", (), unreadable(name, reason))


def _correct(manifest: Manifest, *, unsafe: bool) -> tuple[str, list[Edit]] | None:
    """One pass of corrections; None when there is none to make."""
    wanted = [each.correction for each in manifest.schema if each.correction is not None]
    corrections = sorted({each for each in wanted if each.safe or unsafe})
    if not corrections or manifest.document is None:
        return None
    text = rewrite(manifest.document, corrections)
    return None if text is None else (text, [Edit(each.span, edit_message(each)) for each in corrections])


def edit_message(correction: Correction) -> Message:
    """What a correction writes instead of what."""
    return message("fix.edit", old=correction.old, new=correction.new)


def _sort(document: LocatedDocument, schema: dict[str, Any]) -> tuple[tuple[str, list[Edit]] | None, Message | None]:
    """The text with its keys in order, if they were not; or why they stay: an anchor must stand before its aliases, say."""
    text, places = in_order(document, Shape.of(schema))
    if not places:
        return None, None
    if not holds(text, document.data, document.path):
        return None, message("fix.unsorted")
    return (text, [Edit(span, message("fix.sorted")) for span in places]), None
