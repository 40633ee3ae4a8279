"""A file of a public register as records: field names and what they hold, nothing else believed of it.

Raises ``UsageError``, with the place in the file where there is one, for what is no such record.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from cmian_policy.errors import UsageError
from cmian_policy.exchange.record_text import unguarded
from cmian_policy.messages.suggest import shorten
from cmian_policy.model.location import Location, Span
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cmian_policy.exchange.mapping import Field, Standard
    from cmian_policy.model.text import Message

MOST_BYTES = 16 * 1024 * 1024  # a whole national register fits
_BOM = "\ufeff"
_DELIMITERS = (",", ";", "\t")
_NAMED = 10  # records that a message lists
_DEEPEST = 32  # lists and objects one in the other; a record needs four


class SourceRecord(NamedTuple):
    """One record: what each known field holds (a text, or JSON for fields that are lists), and the names of the other fields."""

    fields: dict[str, Any]
    unknown: tuple[str, ...]


def read_record(raw: bytes, shown: str, standard: Standard, row: int | None) -> SourceRecord:
    """The record of a file, or number ``row`` (from 1) of those that it holds."""
    text = _decode(raw, shown)
    records = _table(text, shown, standard) if standard.kind == "csv" else _documents(text, shown)
    known = [_known(record, standard) for record in _only(records, row, shown, standard)]
    return _checked(known[0], shown, standard)


@lru_cache  # the few names of a standard are compared with each of a file
def plain(word: str) -> str:
    """A word as it is compared: without case, accents or punctuation."""
    letters = (char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", " ", "".join(letters).casefold()).strip()


def _decode(raw: bytes, shown: str) -> str:
    if len(raw) > MOST_BYTES:
        raise UsageError(message("import.too-large", limit=MOST_BYTES // 1024**2), Location(shown))
    try:
        return raw.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        raise UsageError(message("import.not-utf8"), _at(shown, before.count("\n") + 1)) from error


def _at(shown: str, line: int, column: int = 1) -> Location:
    return Location(shown, Span(line, column, line, column))


# JSON


def _documents(text: str, shown: str) -> list[dict[str, Any]]:
    try:
        data = json.loads(text, object_pairs_hook=_pairs, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise UsageError(message("import.not-json"), _at(shown, error.lineno, error.colno)) from error
    except _RefusedJSONError as error:
        raise UsageError(error.what, Location(shown)) from error
    except (RecursionError, ValueError) as error:
        raise UsageError(message("import.not-json"), Location(shown)) from error
    if _depth(data) > _DEEPEST:
        raise UsageError(message("import.too-deep", limit=_DEEPEST), Location(shown))
    records = data if isinstance(data, list) else [data]
    if not records or not all(isinstance(record, dict) for record in records):
        raise UsageError(message("import.no-record"), Location(shown))
    return records


def _depth(data: Any) -> int:  # noqa: ANN401 - any JSON
    """How many lists and objects are one in the other; counted without recursion, which a hostile file would exhaust."""
    depth, level = 0, [data]
    while level := [held for held in level if isinstance(held, (dict, list))]:
        depth += 1
        level = [item for held in level for item in (held.values() if isinstance(held, dict) else held)]
    return depth


class _RefusedJSONError(Exception):
    """JSON that readers understand differently."""

    def __init__(self, what: Message) -> None:
        super().__init__(what)
        self.what = what


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise _RefusedJSONError(message("import.twice", field=shorten(twice)))
    return held


def _no_number(name: str) -> NoReturn:
    raise _RefusedJSONError(message("import.no-number", value=name))


# Tables


def _table(text: str, shown: str, standard: Standard) -> list[dict[str, Any]]:
    rows = list(_rows(text, shown, standard))
    if not rows:
        raise UsageError(message("import.no-record"), Location(shown))
    (_, names), *others = rows
    keys = [field.name for field in standard.fields if field.key]
    columns = _columns(names, standard)
    if not set(keys) <= set(columns):
        raise UsageError(message("import.no-column", column=", ".join(keys), standard=standard.name), _at(shown, 1))
    records = []
    for line, cells in others:
        if len(cells) > len(columns):
            raise UsageError(message("import.long-row", cells=len(cells), columns=len(columns)), _at(shown, line))
        if any(cell.strip() for cell in cells):
            records.append({name: unguarded(cell) for name, cell in zip(columns, cells, strict=False)})
    if not records:
        raise UsageError(message("import.no-record"), Location(shown))
    return records


def _rows(text: str, shown: str, standard: Standard) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table, each with the line that it ends on; the delimiter is the one that gives most known columns."""

    def known(delimiter: str) -> int:
        first = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
        return sum(_find(name, standard.fields) is not None for name in first)

    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=known), strict=True)
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise UsageError(message("import.not-csv"), Location(shown)) from error


def _columns(names: Sequence[str], standard: Standard) -> list[str]:
    """The field of each column, or its own name; a name that stands for several fields means the next one each time."""
    columns: list[str] = []
    for name in names:
        found = _find(name, [field for field in standard.fields if field.name not in columns])
        columns.append(found.name if found is not None else name)
    return columns


# Both


def _find(name: str, fields: Sequence[Field]) -> Field | None:
    """The field that a name means: its own first, else one of the others it goes by."""
    wanted = plain(name)
    exact = (field for field in fields if plain(field.name) == wanted)
    return next(exact, None) or next((field for field in fields if wanted in map(plain, field.headers)), None)


def _only(records: list[dict[str, Any]], row: int | None, shown: str, standard: Standard) -> list[dict[str, Any]]:
    if row is not None and not 1 <= row <= len(records):
        raise UsageError(message("import.no-such-row", row=row, total=len(records)), Location(shown))
    if row is None and len(records) > 1:
        names = ", ".join(f"{number} = {_name(record, standard)}" for number, record in enumerate(records[:_NAMED], 1))
        more = ", …" if len(records) > _NAMED else ""
        raise UsageError(message("import.several", total=len(records), names=names + more), Location(shown))
    return [records[(row or 1) - 1]]


def _name(record: dict[str, Any], standard: Standard) -> str:
    called = [standard.field(each) for each in ("name", *(field.name for field in standard.fields if field.key))]
    fields = _known(record, standard).fields
    return next((shorten(str(fields[field.name])) for field in called if field is not None and field.name in fields), "?")


def _known(record: dict[str, Any], standard: Standard) -> SourceRecord:
    """A record by the names of the standard; a mapping that is no field is a section, and is looked into."""
    fields: dict[str, Any] = {}
    unknown: list[str] = []
    for name, value in record.items():
        field = _find(name, standard.fields)
        if field is None and isinstance(value, dict) and standard.keeps is None:
            inside = _known(value, standard)
            unknown += [f"{name}.{each}" for each in (*inside.unknown, *(inside.fields.keys() & fields.keys()))]
            fields = {**inside.fields, **fields}
        elif field is None or field.name in fields:
            unknown.append(name)
        elif value is not None:
            fields[field.name] = value
    return SourceRecord(fields, tuple(unknown))


def _checked(record: SourceRecord, shown: str, standard: Standard) -> SourceRecord:
    """The record, once its version and the types of its values are the standard's."""
    if not record.fields:
        raise UsageError(message("import.foreign", standard=standard.name), Location(shown))
    faults = [fault for field in standard.fields if (fault := _fault(field, record.fields.get(field.name), standard))]
    if faults:
        first, *others = (UsageError(fault, Location(shown)) for fault in faults)
        raise UsageError(first.message, first.location, tuple(others))
    return record


def _fault(field: Field, value: Any, standard: Standard) -> Message | None:  # noqa: ANN401 - any JSON
    """What is wrong with the value of a field; a template without a data format (one that is only read) is taken as it comes."""
    if value is None:
        return None
    if field.const is not None and value != field.const:
        return message("import.other-version", field=field.name, value=shorten(str(value)), expected=field.const)
    if not _is_text(value) and not _may_be_more(field, value, standard):
        return message("import.not-text", field=field.name)
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return message("import.broken-text", field=field.name)
    return None


def _is_text(value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _may_be_more(field: Field, value: Any, standard: Standard) -> bool:  # noqa: ANN401 - any JSON
    if field.form == "list":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return standard.keeps is None and (field.items is not None or field.at is None)
