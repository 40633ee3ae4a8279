"""A manifest as a public record or a notice. The first line of an input names the format, the rest is the manifest."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING

from cmian_policy.exchange.recording import NOTICES, RECORDS, write_notice, write_record
from cmian_policy.loading.manifest import read_bytes
from cmian_policy.model.text import LANGS
from tests.fuzz.oracles import quiet, said
from tests.fuzz.targets import manifest
from tests.packs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.document import Plain

WORDS = manifest.WORDS
ON = date(2026, 11, 23)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def seeds() -> Iterator[bytes]:
    """Manifests of the examples in each format."""
    for file in sorted((ROOT / "examples").glob("*/ai-manifest.yaml"))[::4]:
        for form in (*RECORDS, *NOTICES):
            yield form.encode() + b"\n" + file.read_bytes()


def one(raw: bytes) -> None:
    """Write the record or the notice of a manifest that can be judged."""
    head, _, content = raw.partition(b"\n")
    form = head.decode("ascii", errors="replace")
    if form not in {*RECORDS, *NOTICES}:
        return
    read = read_bytes(content, "f", lambda: manifest.SCHEMA)
    if read.readable and form in NOTICES:
        for lang in LANGS:
            quiet(write_notice(read.data, form, lang, ON), "\n")
    elif read.readable:
        _record(read.data, form)


def _record(data: dict[str, Plain], form: str) -> None:
    written = write_record(data, form, ON)
    for missing in written.record.open:
        said(missing.why)
    assert bool(written.text) != bool(written.record.open)
    if written.text and written.standard.kind == "csv":
        rows = list(csv.reader(io.StringIO(written.text.removeprefix("\ufeff"), newline=""), strict=True))
        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell.startswith(_FORMULAS)]
    elif written.text:
        json.loads(written.text)
