"""Findings for the page, grouped by what must be done about them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cmian_policy.model.location import START, Span, tokens
from cmian_policy.model.text import Message, message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.reporters._excerpt import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cmian_policy.model.finding import Finding, Observation
    from cmian_policy.model.report import Kind
    from cmian_policy.model.waiver import Waiver
    from cmian_policy.reporters._html_rule import Grounds, Rulebook
    from cmian_policy.reporters._html_voice import Day, Voice

# What must be done, the most urgent first; the names are also those of the style sheet and of the filter.
GROUPS = ("fix", "review", "error", "advice", "note", "waived", "pass", "not_applicable")
_ACTION = ("fix", "review", "error", "advice")
_FAILING = {Level.BLOCKING: "fix", Level.ADVISORY: "advice", Level.NOTE: "note"}
_LINES = 4  # lines of a manifest that one excerpt shows at most


class Line(NamedTuple):
    """A line of the manifest around what is marked in it."""

    number: int
    before: str
    marked: str
    after: str


class Place(NamedTuple):
    """Where something was found, and what: ``where`` is None for the whole file; ``more`` says that the span goes on."""

    where: str | None
    fields: tuple[str, ...]
    messages: tuple[str, ...]
    lines: tuple[Line, ...]
    more: bool


class Excuse(NamedTuple):
    """A waiver."""

    ref: str
    act: str
    authority: str
    exception: str | None
    reason: str
    granted: Day
    expires: Day


class Entry(NamedTuple):
    """A finding. One that asks nothing of anybody is ``brief``: a row instead of a card."""

    anchor: str
    rule: str
    version: int
    release: str | None
    title: str
    verdict: Verdict
    level: Level
    badge: str
    brief: bool
    grounds: Grounds | None
    basis: str
    reason: str | None
    places: tuple[Place, ...]
    todo: str | None
    weight: str
    weight_reason: str | None
    changes: tuple[str, ...]
    excuse: Excuse | None
    fingerprint: str


class Group(NamedTuple):
    """The findings of a manifest that ask for the same; ``cards`` in full, ``rows`` in brief."""

    name: str
    title: str
    about: str
    cards: tuple[Entry, ...]
    rows: tuple[Entry, ...]

    @property
    def size(self) -> int:
        """How many findings it holds."""
        return len(self.cards) + len(self.rows)


def group_of(finding: Finding | Kind) -> str:
    """What must be done about a finding: one of ``GROUPS``."""
    return _FAILING[finding.level] if finding.verdict is Verdict.FAIL else str(finding.verdict)


def asks(group: str) -> bool:
    """Whether somebody should act on the findings of a group."""
    return group in _ACTION


def groups(
    findings: Iterable[Finding], source: Mapping[int, str], prefix: str, rulebook: Rulebook, voice: Voice
) -> Iterator[Group]:
    """The groups of a manifest that hold anything, its findings in the order of the report.

    ``source`` is the manifest's lines by number; ``prefix`` keeps its anchors apart from those of other manifests.
    """
    held: dict[str, list[Entry]] = {name: [] for name in GROUPS}
    for finding in findings:
        held[group_of(finding)].append(_entry(finding, source, prefix, rulebook, voice))
    for name, entries in held.items():
        if entries:
            cards = tuple(entry for entry in entries if not entry.brief)
            rows = tuple(entry for entry in entries if entry.brief)
            yield Group(name, voice.line(f"html.group.{name}"), voice.line(f"html.about.{name}"), cards, rows)


def _entry(finding: Finding, source: Mapping[int, str], prefix: str, rulebook: Rulebook, voice: Voice) -> Entry:
    grounds = rulebook.grounds(finding)
    return Entry(
        anchor="-".join(part for part in (prefix, finding.pack, finding.rule) if part),
        rule=finding.rule,
        version=finding.version,
        release=grounds.release if grounds is not None else None,
        title=voice.say(finding.title),
        verdict=finding.verdict,
        level=finding.level,
        badge=voice.line(f"html.badge.{group_of(finding)}"),
        brief=_brief(finding),
        grounds=grounds,
        basis=_short_basis(finding, voice),
        reason=voice.sentence(finding.reason) if finding.reason is not None else None,
        places=tuple(_places(finding.observations, source, voice)),
        todo=_todo(finding, voice),
        weight=voice.line(f"text.level.{finding.level}"),
        weight_reason=voice.say(finding.level_reason) if finding.level_reason is not None else None,
        changes=tuple(_changes(finding, voice)),
        excuse=_excuse(finding.waiver, voice) if finding.waiver is not None else None,
        fingerprint=finding.fingerprint,
    )


def _brief(finding: Finding) -> bool:
    """Rules that another failure kept from running say nothing more than that failure."""
    unread = isinstance(finding.reason, Message) and finding.reason.key == "engine.not-evaluated"
    return unread or finding.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}


def _short_basis(finding: Finding, voice: Voice) -> str:
    if finding.basis is None:
        return voice.line("html.basis.builtin")
    basis = voice.line(f"rules.basis.{finding.basis}")
    return f"{basis} §{finding.source.paragraph}" if finding.source is not None else basis


def _todo(finding: Finding, voice: Voice) -> str | None:
    if finding.verdict is Verdict.ERROR:
        return voice.line("html.tell-committee")
    return None if _brief(finding) else voice.sentence(finding.remediation)


def _changes(finding: Finding, voice: Voice) -> Iterator[str]:
    for change in finding.level_changes:
        level = message(f"text.level.{change.level}")
        yield voice.line("html.level-change", level=level, date=voice.day(change.start).words)


def _excuse(waiver: Waiver, voice: Voice) -> Excuse:
    return Excuse(
        ref=waiver.ref,
        act=waiver.act,
        authority=voice.line(f"authority.{waiver.authority}"),
        exception=waiver.exception,
        reason=waiver.reason,
        granted=voice.day(waiver.granted),
        expires=voice.day(waiver.expires),
    )


def _places(observations: Sequence[Observation], source: Mapping[int, str], voice: Voice) -> Iterator[Place]:
    """What was found at one place after the other stands together."""
    for span, found in groupby(observations, key=lambda each: each.span):
        held = list(found)
        lines = tuple(_lines(source, span)) if span != START else ()
        yield Place(
            where=voice.line("html.line", line=span.line) if span != START else None,
            fields=tuple(dict.fromkeys(".".join(tokens(each.pointer)) for each in held if each.pointer)),
            messages=tuple(voice.say(each.message) for each in held),
            lines=lines,
            more=bool(lines) and lines[-1].number < _last(span),
        )


def _last(span: Span) -> int:
    """The last line that a span marks anything of."""
    return span.end_line - (span.end_column == 1 and span.end_line > span.line)


def _lines(source: Mapping[int, str], span: Span) -> Iterator[Line]:
    for number in range(span.line, min(_last(span), span.line + _LINES - 1) + 1):
        if number not in source:
            return
        text = source[number].rstrip("\r\n")
        start = span.column if number == span.line else len(text) - len(text.lstrip()) + 1
        end = span.end_column if number == span.end_line else len(text.rstrip()) + 1
        cut = excerpt(source, Span(number, start, number, max(start, end)))
        if cut is not None:
            yield Line(number, *cut)
