"""Records as files: JSON, or the header and the row of a table.

What a manifest holds is hostile: characters that act are escaped, and no cell begins a formula (cli.md, "Formats").
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

from cmian_policy.messages.neutral import json_safe, visible

if TYPE_CHECKING:
    from cmian_policy.exchange.mapping import Standard
    from cmian_policy.exchange.record import Record

# Where a spreadsheet may see a formula begin: also after a semicolon and in a new line, where a French one that opens the file
# by a double click begins a cell. And where a build log sees a command begin (two colons).
_BEGINS = "(?='*[^\\S\n]*(?:[=+\\-@\uff1d\uff0b\uff0d\uff20]|::))"
_FORMULA = re.compile(f"(?:^|(?<=;)){_BEGINS}", re.MULTILINE)
_GUARD = re.compile(f"(?:^|(?<=;))'{_BEGINS}", re.MULTILINE)


def as_text(record: Record, standard: Standard) -> str:
    """The record in the format of its standard, ending in a line feed."""
    return _row(record, standard) if standard.kind == "csv" else _json(record, standard)


def _json(record: Record, standard: Standard) -> str:
    lists = {field.name for field in standard.fields if field.form == "list"}
    held = {name: _listed(value.text) if name in lists else value.text for name, value in record.values.items()}
    return json_safe(json.dumps(held, ensure_ascii=False, indent=2)) + "\n"


def _listed(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def _row(record: Record, standard: Standard) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = [field.name for field in standard.fields]
    writer.writerow(names)
    writer.writerow(_cell(record.values[name].text) if name in record.values else "" for name in names)
    return stream.getvalue()


def _cell(text: str) -> str:
    return _FORMULA.sub("'", "\n".join(visible(line) for line in text.split("\n")))


def unguarded(cell: str) -> str:
    """The text of a cell as it was before it was kept from being a formula."""
    return _GUARD.sub("", cell)
