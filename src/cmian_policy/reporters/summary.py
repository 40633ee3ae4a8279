"""GitHub-flavoured Markdown for the summary of a job or a comment (cli.md, "Formats"): the verdict, then what must be done.

GitHub refuses a summary of more than 1 MiB, whole: what does not fit is left out by whole findings, and counted.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import chain
from typing import TYPE_CHECKING

from cmian_policy.messages.suggest import shorten
from cmian_policy.model.text import message
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.reporters._fitting import Piece, Section, fitted, size
from cmian_policy.reporters._lines import action, basis, label, said, why
from cmian_policy.reporters._markdown import link, words
from cmian_policy.reporters._tally import circumstances, counts, not_evaluated, outcome, shown
from cmian_policy.reporters._troubles import troubles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cmian_policy.model.finding import Finding, Observation
    from cmian_policy.model.report import ManifestReport, Note, PolicyUsed, RegisterUsed, Report
    from cmian_policy.model.rule import Reference
    from cmian_policy.model.text import Lang, Value
    from cmian_policy.model.waiver import Waiver
    from cmian_policy.reporters import Style
    from cmian_policy.reporters._fitting import Fitted

_BYTES = 1_000_000
_LEFT_OUT = 1_000  # bytes kept free for the line that says what is left out
_PLACES = 20  # of a finding
_SHORT = 12  # digits of a digest


class _Rank(IntEnum):
    """What is kept first where not everything fits."""

    RUN = 0
    BLOCKING = 1
    ERROR = 2
    REVIEW = 3
    ADVISORY = 4
    NOTE = 5
    WAIVED = 6
    REMARK = 7
    CALM = 8


_FAILS = {Level.BLOCKING: _Rank.BLOCKING, Level.ADVISORY: _Rank.ADVISORY, Level.NOTE: _Rank.NOTE}


def render(report: Report, _style: Style) -> Iterator[str]:
    """The page, of at most a million bytes. The same whatever the style."""
    head, tail = _head(report), _tail(report)
    wrong = [trouble.note for trouble in troubles(report)]
    rest = (_calm(report), _notes(report, wrong), _excluded(report))
    parts = chain((_troubles(wrong, report.lang),), _manifests(report), rest)
    body = fitted(parts, _BYTES - _LEFT_OUT - size(head + tail))
    yield from (head, _left_out(body, report.lang), body.text, tail)


def _say(lang: Lang, key: str, /, **values: Value) -> str:
    return words(said(message(key, **values), lang))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _table(lang: Lang, *columns: str) -> str:
    """The head of a table."""
    return _row(*(_say(lang, f"summary.column.{name}") for name in columns)) + _row(*("---" for _ in columns))


def _items(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _head(report: Report) -> str:
    """The verdict and the counts."""
    counted = words(", ".join(said(count, report.lang) for count in counts(report)))
    facts = " · ".join([counted, *(words(each) for each in circumstances(report))])
    return f"## cmian-policy · {_say(report.lang, f'summary.outcome.{outcome(report)}')}\n\n{facts}\n\n"


def _left_out(body: Fitted, lang: Lang) -> str:
    if not (body.findings or body.others):
        return ""
    counted = (("findings", body.findings), ("others", body.others))
    what = ", ".join(_say(lang, f"summary.left-out.{name}", count=count) for name, count in counted if count)
    return f"**{_say(lang, 'summary.left-out')} {what}**\n\n"


def _troubles(wrong: Iterable[Note], lang: Lang) -> Section:
    """What makes the run an error though no finding says so."""
    pieces = [Piece(_Rank.RUN, _items([_say(lang, "text.note", note=note.message)])) for note in wrong]
    return Section(f"### {_say(lang, 'summary.troubles')}\n\n", pieces)


def _notes(report: Report, wrong: Iterable[Note]) -> Section:
    told = {id(note) for note in wrong}
    pieces = [
        Piece(_Rank.REMARK, _items([_say(report.lang, "text.note", note=note.message)]))
        for note in report.notes
        if id(note) not in told
    ]
    return Section(f"### {_say(report.lang, 'summary.notes')}\n\n", pieces)


def _manifests(report: Report) -> Iterator[Section]:
    for manifest in report.manifests:
        findings, unread = shown(manifest.findings)
        waived = [finding for finding in findings if finding.verdict is Verdict.WAIVED]
        todo = [_finding(finding, report.lang) for finding in findings if finding.verdict is not Verdict.WAIVED]
        if unread:
            todo.append(_unread(unread, report.lang))
        name, verdict = _name(manifest), _say(report.lang, f"text.manifest.{manifest.verdict}")
        columns = _table(report.lang, "level", "rule", "place", "what")
        yield Section(f"### {name}\n\n{verdict}\n\n{columns}", todo)
        title, columns = _say(report.lang, "summary.waived"), _table(report.lang, "rule", "place", "act", "until", "reason")
        yield Section(f"### {title} {name}\n\n{verdict}\n\n{columns}", [_waived(finding, report.lang) for finding in waived])


def _name(manifest: ManifestReport) -> str:
    project = shorten(manifest.project) if manifest.project else ""
    return " · ".join(words(part) for part in (manifest.path, project) if part)


def _rank(finding: Finding) -> _Rank:
    if finding.verdict is Verdict.FAIL:
        return _FAILS[finding.level]
    return _Rank.REVIEW if finding.verdict is Verdict.REVIEW else _Rank.ERROR


def _rule(finding: Finding, lang: Lang) -> str:
    return " ".join(words(part) for part in (finding.rule, said(finding.title, lang), basis(finding, lang)) if part)


def _finding(finding: Finding, lang: Lang) -> Piece:
    """A row for each place, the first with the title of the rule, and what stands behind the rule in a fold."""
    level, full, rule = words(label(finding, lang)), _rule(finding, lang), words(finding.rule)
    places = list(_places(finding, lang)) or [("", "" if finding.reason is None else words(said(finding.reason, lang)))]
    rows = (_row(level, rule if number else full, *place) for number, place in enumerate(places))
    summary = f"<summary>{full}</summary>"
    details = f"<details>\n{summary}\n\n{_items(_details(finding, lang))}\n</details>\n\n"
    return Piece(_rank(finding), "".join(rows), details, 1)


def _places(finding: Finding, lang: Lang) -> Iterator[tuple[str, str]]:
    for observation in finding.observations[:_PLACES]:
        yield _place(observation), words(said(observation.message, lang))
    if more := len(finding.observations[_PLACES:]):
        yield "", _say(lang, "tally.more-places", count=more)


def _place(observation: Observation) -> str:
    return f"{observation.span.line}:{observation.span.column}"


def _details(finding: Finding, lang: Lang) -> Iterator[str]:
    yield from map(words, action(finding, lang))
    yield from map(words, why(finding, lang))
    if finding.source is not None:
        yield _say(lang, "text.source", quote=finding.source.quote)
    for reference in finding.references:
        yield _reference(reference, lang)


def _reference(reference: Reference, lang: Lang) -> str:
    certainty = message(f"certainty.{reference.certainty}")
    where = {"title": reference.title, "article": reference.article}
    return link(said(message("text.reference", **where, certainty=certainty, date=reference.checked_on), lang), reference.url)


def _unread(findings: list[Finding], lang: Lang) -> Piece:
    """One row for all the rules that were not evaluated."""
    row = _row(words(label(findings[0], lang)), "", "", words(said(not_evaluated(findings), lang)))
    return Piece(_Rank.ERROR, row, findings=len(findings))


def _waived(finding: Finding, lang: Lang) -> Piece:
    places = ", ".join(_place(observation) for observation in finding.observations[:_PLACES])
    cells = ("", "", "") if finding.waiver is None else _waiver(finding.waiver, lang)
    return Piece(_Rank.WAIVED, _row(_rule(finding, lang), places, *cells), findings=1)


def _waiver(waiver: Waiver, lang: Lang) -> tuple[str, str, str]:
    """The act and who took it, the last day, the reason."""
    act = f"{waiver.ref}, {waiver.act} ({said(message(f'authority.{waiver.authority}'), lang)})"
    if waiver.exception is not None:
        act += said(message("text.waiver.exception", exception=waiver.exception), lang)
    return words(act), waiver.expires.isoformat(), words(waiver.reason)


def _calm(report: Report) -> Section:
    """The manifests of which there is nothing to tell but their verdict."""
    pieces = (
        Piece(_Rank.CALM, f"- {_name(manifest)} · {_say(report.lang, f'text.manifest.{manifest.verdict}')}\n")
        for manifest in report.manifests
        if not any(shown(manifest.findings))
    )
    return Section(f"### {_say(report.lang, 'summary.calm')}\n\n", pieces)


def _excluded(report: Report) -> Section:
    pieces = [
        Piece(_Rank.CALM, _items([_say(report.lang, "text.excluded", path=each.path, reason=message(f"excluded.{each.reason}"))]))
        for each in report.excluded
    ]
    opening = f"<details>\n<summary>{_say(report.lang, 'summary.excluded', count=len(pieces))}</summary>\n\n"
    return Section(opening, pieces, "\n</details>\n\n")


def _tail(report: Report) -> str:
    """What judged: releases, register, tool, and what the encoding is not."""
    rows = "".join(_release(used, report.lang) for used in report.policy)
    table = f"{_table(report.lang, 'pack', 'release', 'from', 'source', 'sha256')}{rows}\n" if rows else ""
    disclaimers = dict.fromkeys(_say(report.lang, "text.disclaimer", disclaimer=used.disclaimer) for used in report.policy)
    lines = (
        *_register(report.register, report.lang),
        _say(report.lang, "summary.tool", version=report.tool_version),
        *disclaimers,
    )
    return f"### {_say(report.lang, 'summary.policy')}\n\n{table}{_items(lines)}"


def _release(used: PolicyUsed, lang: Lang) -> str:
    """Where a release comes from is said with its name: a repository may bring rules of its own under the name of others."""
    source = _say(lang, "summary.bundled") if used.source == "bundled" else words(used.source)
    if used.release is None:
        return _row(words(used.pack), _say(lang, "summary.no-release"), "", source, "")
    release = _say(lang, "summary.draft", release=used.release) if used.draft else words(used.release)
    since = used.in_force_from.isoformat() if used.in_force_from else ""
    return _row(words(used.pack), release, since, source, words((used.sha256 or "")[:_SHORT]))


def _register(register: RegisterUsed, lang: Lang) -> Iterator[str]:
    if register.configured:
        digest = (register.commit or register.sha256 or "")[:_SHORT]
        named = register.id or register.source or ""
        yield (
            _say(lang, "summary.register", id=named, digest=digest) if digest else _say(lang, "summary.register-unread", id=named)
        )
