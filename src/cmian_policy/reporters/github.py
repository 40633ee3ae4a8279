"""Workflow commands for a GitHub job (cli.md, "Formats"): annotations on the lines that they are about, and the verdict.

The runner keeps ten annotations of a sort for a step and drops the others without a word: at most ten are written, the worst
first, and where there is more to say the tenth says how much. A command and its escapes are as the runner's ``ActionCommand.cs``
reads them.
"""

from __future__ import annotations

from bisect import insort
from enum import IntEnum
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from cmian_policy.messages.neutral import visible
from cmian_policy.model.location import START
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.reporters._lines import action, basis, label, said, why
from cmian_policy.reporters._tally import closing, not_evaluated, shown
from cmian_policy.reporters._troubles import troubles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.location import Span
    from cmian_policy.model.report import ManifestReport, Note, Report
    from cmian_policy.model.text import Lang
    from cmian_policy.reporters import Style

Kind = Literal["error", "warning", "notice"]

_ANNOTATIONS = 10  # of a step
_PLACES = 5  # of a finding: an annotation is a bubble beside a line, and the runner cuts its text at 4,096 characters


class _Rank(IntEnum):
    """What an annotation is about, the worst first."""

    RUN = 0
    BLOCKING = 1
    ERROR = 2
    REVIEW = 3
    ADVISORY = 4
    DOUBT = 5
    NOTE = 6
    WAIVED = 7
    REMARK = 8


_FAILS = {Level.BLOCKING: _Rank.BLOCKING, Level.ADVISORY: _Rank.ADVISORY, Level.NOTE: _Rank.NOTE}
_DOUBTS = {"draft-release", "no-release"}


class _Annotation(NamedTuple):
    """What a command says."""

    title: str
    lines: tuple[str, ...]
    path: str | None = None
    span: Span = START


class _Waiting(NamedTuple):
    """An annotation that is made if it is among the first; ``told`` is how many findings or notes it stands for."""

    rank: _Rank
    make: Callable[[], _Annotation]
    told: int = 1


def render(report: Report, _style: Style) -> Iterator[str]:
    """The commands, and a last line that is none: the verdict, for those who read the log. The same whatever the style."""
    yield from (f"{_command(each.rank, each.make())}\n" for each in _first(_waiting(report), report.lang))
    yield f"{visible(closing(report))}\n"


def _first(waiting: Iterable[_Waiting], lang: Lang) -> list[_Waiting]:
    """The worst, in the order in which they come; where not all of them fit, the last says how many more there are."""
    first: list[_Waiting] = []
    told, left_out = 0, False
    for each in waiting:
        told += each.told
        insort(first, each, key=attrgetter("rank"))  # behind its equals
        left_out = left_out or len(first) > _ANNOTATIONS
        del first[_ANNOTATIONS:]
    if left_out:
        more = told - sum(each.told for each in first[:-1])
        first[-1] = _Waiting(first[-1].rank, partial(_more, more, lang))
    return first


def command(kind: Kind, text: str, **properties: str | int) -> str:
    """One workflow command. What the text and the properties hold is words and nothing else; a line feed of the text is kept."""
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{kind}{' ' if given else ''}{given}::{_data(text)}"


def _command(rank: _Rank, annotation: _Annotation) -> str:
    kind: Kind = "error" if rank < _Rank.REVIEW else "warning" if rank < _Rank.NOTE else "notice"
    text = "\n".join(annotation.lines)
    if annotation.path is None:
        return command(kind, text, title=annotation.title)
    return command(kind, text, file=annotation.path, **_place(annotation.span), title=annotation.title)


def _place(span: Span) -> dict[str, int]:
    """GitHub takes columns only where both are on one line."""
    if span.line != span.end_line:
        return {"line": span.line, "endLine": span.end_line}
    return {"line": span.line, "col": span.column, "endLine": span.end_line, "endColumn": span.end_column}


def _waiting(report: Report) -> Iterator[_Waiting]:
    for trouble in troubles(report):
        yield _Waiting(_Rank.RUN, partial(_note, trouble.note, report.lang))
    for manifest in report.manifests:
        yield from _manifest(manifest, report.lang)
    for note in report.notes:
        if note.kind in _DOUBTS or note.kind.startswith("waiver-"):
            yield _Waiting(_Rank.DOUBT if note.kind in _DOUBTS else _Rank.REMARK, partial(_note, note, report.lang))


def _note(note: Note, lang: Lang) -> _Annotation:
    return _Annotation("cmian-policy", (said(note.message, lang),))


def _manifest(manifest: ManifestReport, lang: Lang) -> Iterator[_Waiting]:
    findings, unread = shown(manifest.findings)
    for finding in findings:
        yield _Waiting(_rank(finding), partial(_finding, finding, manifest.path, lang))
    if unread:
        yield _Waiting(_Rank.ERROR, partial(_unread, unread, manifest.path, lang), len(unread))


def _unread(findings: list[Finding], path: str, lang: Lang) -> _Annotation:
    return _Annotation(label(findings[0], lang), (said(not_evaluated(findings), lang),), path)


def _finding(finding: Finding, path: str, lang: Lang) -> _Annotation:
    title = f"{label(finding, lang)} {finding.rule} · {said(finding.title, lang)} {basis(finding, lang)}".rstrip()
    lines = (*_observations(finding, lang), *why(finding, lang), *action(finding, lang))
    span = finding.observations[0].span if finding.observations else START
    return _Annotation(title, lines, path, span)


def _rank(finding: Finding) -> _Rank:
    if finding.verdict is Verdict.FAIL:
        return _FAILS[finding.level]
    if finding.verdict is Verdict.REVIEW:
        return _Rank.REVIEW if finding.level is Level.BLOCKING else _Rank.DOUBT
    return _Rank.ERROR if finding.verdict is Verdict.ERROR else _Rank.WAIVED


def _observations(finding: Finding, lang: Lang) -> Iterator[str]:
    """What is wrong at the place of the annotation, then elsewhere, with the line."""
    for observation in finding.observations[:_PLACES]:
        what, span = said(observation.message, lang), observation.span
        here = span == finding.observations[0].span
        yield what if here else said(message("github.elsewhere", line=span.line, what=what), lang)
    if more := len(finding.observations[_PLACES:]):
        yield said(message("tally.more-places", count=more), lang)


def _more(count: int, lang: Lang) -> _Annotation:
    """What is said of those that do not fit; it weighs as much as the worst of them."""
    return _Annotation("cmian-policy", (said(message("github.more", count=count), lang),))


def _data(text: str) -> str:
    return "%0A".join(visible(line).replace("%", "%25") for line in text.split("\n"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
