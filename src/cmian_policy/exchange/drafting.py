"""``import``: the bytes of a record → the text of a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.exchange.draft import Draft, make_draft
from cmian_policy.exchange.draft_text import DraftText
from cmian_policy.exchange.mapping import load
from cmian_policy.exchange.source import read_record
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.policy import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from cmian_policy.exchange.mapping import Standard
    from cmian_policy.exchange.source import SourceRecord
    from cmian_policy.model.text import Lang, Message

IMPORTED = ("atrs", "etalab", "eurocities", "nl")
_MANIFEST_LANGUAGE = "fr"


class Drafted(NamedTuple):
    """The text of a draft, and what it was made from."""

    text: str
    draft: Draft
    standard: Standard


def draft_manifest(raw: bytes, shown: str, form: str, lang: Lang, on: date, *, row: int | None = None) -> Drafted:
    """The draft of the record in ``raw``, a file shown as ``shown``, in one of the ``IMPORTED`` formats.

    ``row`` is its number among several; the comments are in ``lang``. Raises ``UsageError`` for what is no such record.
    """
    standard, shape = load(form), Shape.of(schema("ai-manifest"))
    record = read_record(raw, shown, standard, row)
    draft = make_draft(record, standard, shape, on)
    text = DraftText(draft, shape, lang, tuple(_head(standard, record, shown))).write(shown)
    return Drafted(text, draft, standard)


def _head(standard: Standard, record: SourceRecord, shown: str) -> Iterator[Message]:
    yield message("import.head", standard=standard.name, file=shown)
    yield message("import.head-questions")
    texts = standard.texts or record.fields.get("lang")
    if isinstance(texts, str) and texts != _MANIFEST_LANGUAGE:
        yield message("import.head-language", lang=texts)
