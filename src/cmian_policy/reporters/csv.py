r"""CSV, for spreadsheets (cli.md, "Formats"): a row for each observation, one for a finding without.

RFC 4180 (commas, quotes where needed, quotes doubled) but for two choices. Records end in a line feed, as in every format here:
all readers take it, and the report holds no other control character. No byte order mark, which would become part of the first
column's name for every reader but Excel; in Excel open the file with "Data, From Text/CSV", UTF-8 and comma.

``act`` and ``paragraph`` name the text that a rule encodes (``source``); the act of a waiver is in ``message``, with its expiry.
``message`` is the reason where nothing was observed. ``fingerprint`` is the finding's, the same on each of its rows. A row
without a rule, with verdict ``error``, says why the run itself is an error: a header alone would look like a clean run.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from cmian_policy.messages import render as say
from cmian_policy.messages.neutral import visible
from cmian_policy.model.verdict import Verdict
from cmian_policy.reporters._lines import waived_by
from cmian_policy.reporters._troubles import Trouble, by_path, troubles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cmian_policy.model.finding import Finding, Observation
    from cmian_policy.model.report import ManifestReport, Report
    from cmian_policy.model.text import Lang
    from cmian_policy.reporters import Style

Row = dict[str, str | int | None]

COLUMNS = (
    "path",
    "project",
    "rule",
    "version",
    "pack",
    "release",
    "basis",
    "verdict",
    "level",
    "pointer",
    "line",
    "column",
    "title",
    "message",
    "remediation",
    "act",
    "paragraph",
    "fingerprint",
)
# Where a spreadsheet may see a formula begin (https://owasp.org/www-community/attacks/CSV_Injection): full-width signs count, and
# spaces before them, which some readers strip; so does what follows a semicolon, where a French Excel that opens the file by
# a double click begins a cell.
_FORMULA = re.compile("(?:^|(?<=;))(?=\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")


def render(report: Report, _style: Style) -> Iterator[str]:
    """The whole report, whatever the style, in the order of the paths."""
    yield _records([dict(zip(COLUMNS, COLUMNS, strict=True))])
    for each in by_path(troubles(report), report):
        rows = [_trouble(each, report.lang)] if isinstance(each, Trouble) else _rows(each, report.lang)
        yield _records({column: _cell(value) for column, value in row.items()} for row in rows)


def _records(rows: Iterable[dict[str, str]]) -> str:
    stream = io.StringIO()
    csv.DictWriter(stream, COLUMNS, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _rows(manifest: ManifestReport, lang: Lang) -> Iterator[Row]:
    for finding in manifest.findings:
        shared = {"fingerprint": finding.fingerprint}
        yield from ({**_row(manifest, finding, each, lang), **shared} for each in finding.observations or (None,))


def _trouble(trouble: Trouble, lang: Lang) -> Row:
    note = trouble.note
    return {"path": trouble.path, "project": note.project, "verdict": Verdict.ERROR, "message": say(note.message, lang)}


def _row(manifest: ManifestReport, finding: Finding, observation: Observation | None, lang: Lang) -> Row:
    source = finding.source
    return {
        "path": manifest.path,
        "project": manifest.project,
        "rule": finding.rule,
        "version": finding.version,
        "pack": finding.pack,
        "release": finding.release,
        "basis": finding.basis,
        "verdict": finding.verdict,
        "level": finding.level,
        "pointer": observation and observation.pointer,
        "line": observation and observation.span.line,
        "column": observation and observation.span.column,
        "title": say(finding.title, lang),
        "message": _message(finding, observation, lang),
        "remediation": say(finding.remediation, lang),
        "act": source and source.act,
        "paragraph": source and source.paragraph,
    }


def _message(finding: Finding, observation: Observation | None, lang: Lang) -> str:
    what = observation.message if observation is not None else finding.reason
    waived = waived_by(finding.waiver, lang) if finding.waiver is not None else ""
    return " · ".join(part for part in (say(what, lang) if what is not None else "", waived) if part)


def _cell(value: str | int | None) -> str:
    """A value that shows and never acts, in a terminal or in a spreadsheet."""
    return "" if value is None else visible(_FORMULA.sub("'", str(value)))
