"""``export``: a valid manifest → the text of a public record or of the citizen's notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.exchange.mapping import load
from cmian_policy.exchange.record import Record, make_record
from cmian_policy.exchange.record_text import as_text
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.policy import schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from cmian_policy.exchange.mapping import Standard
    from cmian_policy.model.document import Plain
    from cmian_policy.model.text import Lang

RECORDS = ("etalab", "eurocities", "nl")
NOTICES = ("notice", "notice-html")


class Recorded(NamedTuple):
    """The text of a record, empty where a required field is open, and what it was made from."""

    text: str
    record: Record
    standard: Standard


def write_record(data: Mapping[str, Plain], form: str, on: date) -> Recorded:
    """The record of a valid manifest's data in one of the ``RECORDS`` formats, dated ``on``."""
    standard = load(form)
    record = make_record(data, standard, Shape.of(schema("ai-manifest")), on)
    return Recorded("" if record.open else as_text(record, standard), record, standard)


def write_notice(data: Mapping[str, Plain], form: str, lang: Lang, on: date) -> str:
    """The notice for citizens in one of the ``NOTICES`` formats."""
    from cmian_policy.exchange.notice import make_notice  # noqa: PLC0415 - a record does without
    from cmian_policy.exchange.notice_text import as_html, as_markdown  # noqa: PLC0415

    notice = make_notice(data, Shape.of(schema("ai-manifest")), lang, on)
    return as_html(notice) if form == "notice-html" else as_markdown(notice)
