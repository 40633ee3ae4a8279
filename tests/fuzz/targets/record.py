"""A file of a public register: what ``import`` makes of it. The first line of an input names the format, the rest is the file."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from cmian_policy.errors import UsageError
from cmian_policy.exchange.drafting import IMPORTED, draft_manifest
from cmian_policy.exchange.mapping import load
from cmian_policy.lang import yaml
from cmian_policy.loading.manifest import read_bytes
from cmian_policy.model.text import LANGS
from cmian_policy.pipeline.policy import schema
from tests.fuzz.oracles import explained, quiet, told
from tests.fuzz.vocabulary import manifest_words, words
from tests.packs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = schema("ai-manifest")
ON = date(2026, 11, 23)
_FIELDS = tuple(dict.fromkeys(field.name for form in IMPORTED for field in load(form).fields))
WORDS = (*_FIELDS * 3, *manifest_words(), *words("record", "hostile") * 10)


def seeds() -> Iterator[bytes]:
    """The sample of each standard, and the least that one takes for a record."""
    for file in sorted((ROOT / "tests/exchange/samples").iterdir()):
        yield file.stem.encode() + b"\n" + file.read_bytes()
    for form in IMPORTED:
        yield f"{form}\n{json.dumps({'name': 'Essai'})}\n".encode()


def one(raw: bytes) -> None:
    """Draft a manifest from a record, its only one or its first."""
    head, _, content = raw.partition(b"\n")
    form = head.decode("ascii", errors="replace")
    if form in IMPORTED:
        for row in (None, 1):
            _draft(content, form, row)


def _draft(content: bytes, form: str, row: int | None) -> None:
    for lang in LANGS:
        try:
            drafted = draft_manifest(content, "f", form, lang, ON, row=row)
        except UsageError as error:
            explained(error, content, "f")
            return
        quiet(drafted.text, "\n")
        draft = drafted.text.encode()
        assert isinstance(yaml.read(draft, "draft").data, dict)
        told(read_bytes(draft, "draft", lambda: SCHEMA).schema, drafted.text)
