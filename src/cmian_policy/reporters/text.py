"""The report for people at a terminal (cli.md, "Text"): what, where, why, and what to write instead."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from cmian_policy.messages import render as say
from cmian_policy.messages.neutral import visible
from cmian_policy.messages.suggest import shorten
from cmian_policy.model.location import START
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.reporters._excerpt import excerpt
from cmian_policy.reporters._lines import action, basis, label, waived_by
from cmian_policy.reporters._tally import closing, not_evaluated, outcome, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.finding import Finding, Observation, Text
    from cmian_policy.model.location import Span
    from cmian_policy.model.report import ManifestReport, Report
    from cmian_policy.model.text import Lang, Value
    from cmian_policy.reporters import Style

_WIDTH = 100  # the basis stands at the right of this column
_BOLD, _RED, _YELLOW, _BLUE, _CYAN, _GREEN = "1", "1;31", "1;33", "1;34", "36", "32"
_COLOURS = {
    Verdict.PASS: _GREEN,
    Verdict.WAIVED: _CYAN,
    Verdict.NOT_APPLICABLE: _CYAN,
    Verdict.REVIEW: _YELLOW,
    Verdict.ERROR: _RED,
}
_LEVEL_COLOURS = {Level.BLOCKING: _RED, Level.ADVISORY: _YELLOW, Level.NOTE: _CYAN}


class _Writer(NamedTuple):
    """A language and a palette."""

    lang: Lang
    style: Style

    def say(self, text: Text) -> str:
        """A text, neutralised."""
        return visible(say(text, self.lang))

    def line(self, key: str, **values: Value) -> str:
        """A message of the catalogue, neutralised."""
        return self.say(message(key, **values))

    def paint(self, colour: str, text: str) -> str:
        """Text in a colour, where colour is wanted."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self.style.colour else text


def render(report: Report, style: Style) -> Iterator[str]:
    """The findings that need attention and the last line; every rule when verbose, the last line alone when quiet."""
    writer = _Writer(report.lang, style)
    if style.verbosity >= 0:
        yield from (f"{_manifest(manifest, report, writer)}\n" for manifest in report.manifests)
        yield from (f"{line}\n\n" for line in _notes(report, writer))
    yield f"{_last_line(report, writer)}\n"


def _notes(report: Report, writer: _Writer) -> list[str]:
    verbosity = writer.style.verbosity
    notes = [writer.line("text.note", note=note.message) for note in report.notes]
    # What git ignores or the configuration leaves out holds a manifest: that is said even to those who did not ask.
    excluded = [each for each in report.excluded if verbosity > 0 or each.reason != "builtin"]
    notes += [writer.line("text.excluded", path=each.path, reason=message(f"excluded.{each.reason}")) for each in excluded]
    if verbosity > 0:
        notes += [writer.line("text.disclaimer", disclaimer=used.disclaimer) for used in report.policy]
    return notes


def _manifest(manifest: ManifestReport, report: Report, writer: _Writer) -> str:
    lines = [*_header(manifest, writer), ""]
    told, unread = shown(manifest.findings)
    full = {id(finding) for finding in told}
    for finding in manifest.findings if writer.style.verbosity > 0 else told:
        if id(finding) in full:
            lines += [*_finding(finding, manifest, writer), ""]
        else:
            lines += [*_quiet_finding(finding, writer), ""]
    if unread and writer.style.verbosity == 0:
        lines += [f"{writer.paint(_RED, writer.line('text.verdict.error'))} {writer.say(not_evaluated(unread))}", ""]
    if writer.style.verbosity > 0:
        lines += [*_facts(manifest, writer)]
    if len(report.manifests) > 1:
        lines += [writer.line(f"text.manifest.{manifest.verdict}"), ""]
    return "\n".join(lines)


def _header(manifest: ManifestReport, writer: _Writer) -> Iterator[str]:
    status = writer.line(f"status.{manifest.status}") if _known_status(manifest) else None
    parts = (visible(manifest.path), visible(shorten(manifest.project)) if manifest.project else None, status)
    yield writer.paint(_BOLD, " · ".join(part for part in parts if part))


def _known_status(manifest: ManifestReport) -> bool:
    return manifest.status in {"planned", "design", "development", "pilot", "evaluation", "operational", "retired"}


def _facts(manifest: ManifestReport, writer: _Writer) -> Iterator[str]:
    for pack, facts in manifest.facts.items():
        names = ", ".join(f"{name} = {str(value).lower()}" for name, value in facts.items())
        yield writer.line("text.facts", pack=pack, facts=names)
        yield ""


def _title(finding: Finding, writer: _Writer) -> str:
    colour = _LEVEL_COLOURS[finding.level] if finding.verdict is Verdict.FAIL else _COLOURS[finding.verdict]
    named, stands_on = label(finding, writer.lang), basis(finding, writer.lang)
    plain = f"{finding.rule}  {writer.say(finding.title)}"
    gap = " " * max(2, _WIDTH - len(named) - 1 - len(plain) - len(stands_on)) if stands_on else ""
    return f"{writer.paint(colour, named)} {writer.paint(_BOLD, plain)}{gap}{stands_on}"


def _quiet_finding(finding: Finding, writer: _Writer) -> Iterator[str]:
    yield _title(finding, writer)
    if finding.reason is not None:
        yield f"   = {writer.line('text.reason', reason=finding.reason)}"
    if finding.level_reason is not None and finding.verdict is not Verdict.NOT_APPLICABLE:
        yield f"   = {_level_reason(finding, finding.level_reason, writer)}"


def _finding(finding: Finding, manifest: ManifestReport, writer: _Writer) -> Iterator[str]:
    yield _title(finding, writer)
    width = max([1, *(len(str(observation.span.line)) for observation in finding.observations)])
    previous = None
    for observation in finding.observations:
        yield from _observation(observation, previous, manifest, width, writer)
        previous = observation.span
    yield from (f"{' ' * width} = {detail}" for detail in _details(finding, writer))


def _observation(
    observation: Observation, previous: Span | None, manifest: ManifestReport, width: int, writer: _Writer
) -> Iterator[str]:
    """Place, excerpt and message; what stands at the same place as the previous one adds its message only."""
    span, what = observation.span, writer.say(observation.message)
    margin, bar = " " * width, writer.paint(_BLUE, "|")
    if span != previous:
        yield f"{margin}{writer.paint(_BLUE, '-->')} {visible(manifest.path)}:{span.line}:{span.column}"
    cut = excerpt(manifest.lines, span) if span != START else None
    if cut is None:
        yield f"{margin} = {what}"
        return
    before, marked, _ = cut
    if span != previous:
        yield f"{margin} {bar}"
        yield f"{span.line:>{width}} {bar} {''.join(cut)}".rstrip()
    carets = writer.paint(_RED, "^" * max(1, _columns(marked)))
    yield f"{margin} {bar} {' ' * _columns(before)}{carets} {what}"


def _columns(text: str) -> int:
    """Terminal columns: wide characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _details(finding: Finding, writer: _Writer) -> Iterator[str]:
    if finding.reason is not None:
        yield writer.line("text.reason", reason=finding.reason)
    if finding.source is not None:
        yield writer.line("text.source", quote=finding.source.quote)
    if finding.level_reason is not None:
        yield _level_reason(finding, finding.level_reason, writer)
    if finding.waiver is not None:
        yield waived_by(finding.waiver, writer.lang)
    for change in finding.level_changes:
        yield writer.line("text.level-change", level=message(f"text.level.{change.level}"), date=change.start.isoformat())
    yield from _references(finding, writer)
    yield from action(finding, writer.lang)


def _level_reason(finding: Finding, reason: Text, writer: _Writer) -> str:
    return writer.line("text.level-reason", level=message(f"text.level.{finding.level}"), reason=reason)


def _references(finding: Finding, writer: _Writer) -> Iterator[str]:
    if writer.style.verbosity > 0 or finding.basis == "law":
        for reference in finding.references:
            certainty = message(f"certainty.{reference.certainty}")
            yield writer.line(
                "text.reference", title=reference.title, article=reference.article, certainty=certainty, date=reference.checked_on
            )


def _last_line(report: Report, writer: _Writer) -> str:
    colour = _GREEN if report.verdict in {"compliant", "not_applicable"} else _YELLOW if report.verdict == "review" else _RED
    verdict = writer.line(f"text.outcome.{outcome(report)}" if report.manifests else "text.no-verdict.unchecked")
    return closing(report).replace(verdict, writer.paint(colour, verdict), 1)
