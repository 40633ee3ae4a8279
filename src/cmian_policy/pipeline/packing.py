"""The report on one manifest as a few hundred bytes, and back: what large runs keep on disk, send between processes and remember.

What a rule says of every manifest (title, source, remediation, the messages it was written with) is taken from the release again;
only what was found is packed. It is JSON, compressed: data, never code. Both sides have the same releases.
"""

from __future__ import annotations

import json
import zlib
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.engine.evaluate import BUILTIN
from cmian_policy.model.finding import Finding, LevelChange, Observation
from cmian_policy.model.location import Span
from cmian_policy.model.problem import Correction
from cmian_policy.model.report import Kind, ManifestReport, Note
from cmian_policy.model.text import Bilingual, Message, message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Level, Outcome, Verdict
from cmian_policy.model.waiver import Waiver
from cmian_policy.pipeline.judge import Judged, Releases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cmian_policy.engine.compile import CompiledRelease
    from cmian_policy.model.finding import Text
    from cmian_policy.model.report import Tally
    from cmian_policy.model.rule import Rule

# What is left out at the end of a finding: from its reason on, nothing.
_EMPTY: tuple[Any, ...] = (None, None, None, None, None, (), (), None, False)
_PLAIN = 4  # rule, verdict, level, reason
_IDENTITY = Finding._fields.index("identity")
_new = tuple.__new__  # half the time of calling the class
_VERDICTS, _LEVELS = {each.value: each for each in Verdict}, {each.value: each for each in Level}
_QUICK = 1  # zlib's level: the time counts, the size hardly


class _Known(NamedTuple):
    """The rules of some releases and the texts that they were written with, by number and back."""

    rules: tuple[tuple[CompiledRelease, Rule], ...]
    places: dict[tuple[str, str], int]
    texts: tuple[Bilingual, ...]
    numbers: dict[Bilingual, int]
    kinds: dict[tuple[int, str, str], Kind]
    plain: dict[tuple[Any, ...], Finding]


class Packing:
    """Packs and unpacks reports; ``release`` gives the release of a pack's and a release's id."""

    def __init__(self, release: Callable[[str, str], CompiledRelease]) -> None:
        self._release = release
        self._known: dict[Releases, _Known] = {}

    def pack(self, judged: Judged) -> bytes:
        """The bytes that ``unpack`` makes the same report of."""
        report = judged.report
        known = self._of(judged.releases)
        # A mapping: its keys are what ``unpack`` reads, and JSON keeps their order.
        packed = {
            "project": report.project,
            "status": report.status,
            "sha256": report.sha256,
            "verdict": report.verdict,
            "facts": report.facts,
            "lines": [*report.lines.items()],
            "releases": judged.releases,
            "own": all(finding.identity == report.project for finding in report.findings),
            "findings": [_trimmed(_finding(finding, known)) for finding in report.findings],
            "notes": [[note.kind, _text(note.message, known), note.rule, note.project, note.date] for note in judged.notes],
        }
        return zlib.compress(json.dumps(packed, ensure_ascii=True, separators=(",", ":")).encode(), _QUICK)

    def unpack(self, packed: bytes, path: str) -> Judged:
        """What was packed of the manifest at ``path``. Raises ``ValueError`` for bytes that were not packed here."""
        try:
            return self._unpacked(json.loads(zlib.decompress(packed)), path)
        except (AttributeError, IndexError, KeyError, RecursionError, TypeError, zlib.error) as error:
            raise ValueError(*error.args) from error

    def count(self, packed: bytes, tally: Tally, times: int = 1) -> Judged:
        """Adds what was packed to a tally, ``times`` times, and answers with the rest: a report without its findings."""
        read = json.loads(zlib.decompress(packed))
        known = self._of(tuple((pack, release) for pack, release in read["releases"]))
        for which, verdict, level, *_ in read["findings"]:
            kind = known.kinds.get((which, verdict, level))
            if kind is None:
                kind = known.kinds[which, verdict, level] = _kind(which, _VERDICTS[verdict], _LEVELS[level], known)
            tally.findings[kind] = tally.findings.get(kind, 0) + times
        judged = self._unpacked({**read, "findings": [], "lines": []}, "")
        fate = (judged.report.verdict, judged.report.unchecked)
        tally.manifests[fate] = tally.manifests.get(fate, 0) + times
        return judged

    def _unpacked(self, read: dict[str, Any], path: str) -> Judged:
        releases = tuple((pack, release) for pack, release in read["releases"])
        known = self._of(releases)
        identity = read["project"] if read["own"] else path
        report = ManifestReport(
            path=path,
            project=read["project"],
            status=read["status"],
            sha256=read["sha256"],
            verdict=Outcome(read["verdict"]),
            facts=read["facts"],
            findings=tuple(_found(each, known, identity) for each in read["findings"]),
            lines=dict(read["lines"]),
        )
        notes = tuple(Note(kind, cast("Message", _said(what, known)), *rest) for kind, what, *rest in read["notes"])
        return Judged(report, releases, notes)

    def _of(self, releases: Releases) -> _Known:
        if releases not in self._known:
            self._known[releases] = _known([self._release(*each) for each in releases])
        return self._known[releases]


def _known(releases: Sequence[CompiledRelease]) -> _Known:
    rules = tuple((release, rule) for release in releases for rule in release.rules)
    places = {(release.source.pack.id, rule.id): place for place, (release, rule) in enumerate(rules)}
    texts = tuple(dict.fromkeys(text for release in releases for text in _texts(release)))
    return _Known(rules, places, texts, {text: number for number, text in enumerate(texts)}, {}, {})


def _texts(release: CompiledRelease) -> Iterator[Bilingual]:
    yield from (cap.reason for cap in release.source.facts.scope)
    for rule in release.rules:
        if rule.applies_when is not None:
            yield rule.applies_when.otherwise
        yield from (require.message for require in rule.require)


def _trimmed(values: list[Any]) -> list[Any]:
    """Without what is empty at the end: most findings tell their verdict and no more. The text of number 0 is not empty."""
    while values[-1] is None or values[-1] is False or values[-1] == []:
        values.pop()
    return values


def _finding(finding: Finding, known: _Known) -> list[Any]:
    which = BUILTIN.index(finding.rule) - len(BUILTIN) if finding.pack is None else known.places[finding.pack, finding.rule]
    return [
        which,
        finding.verdict,
        finding.level,
        _text(finding.reason, known),
        _text(finding.level_reason, known),
        [(change.start.isoformat(), change.level) for change in finding.level_changes],
        [_observation(observation, known) for observation in finding.observations],
        None if finding.waiver is None else [each.isoformat() if isinstance(each, date) else each for each in finding.waiver],
        finding.fixable,
    ]


def _kind(which: int, verdict: Verdict, level: Level, known: _Known) -> Kind:
    if which < 0:
        return Kind(None, None, BUILTIN[which], 1, verdict, level)
    release, rule = known.rules[which]
    return Kind(release.source.pack.id, release.source.release.id, rule.id, rule.version, verdict, level)


def _found(packed: list[Any], known: _Known, identity: str) -> Finding:
    """The finding that ``_finding`` packed. Most are the same for many manifests, whose identity alone differs."""
    if len(packed) > _PLAIN or type(packed[-1]) is list:
        return _made(packed, known, identity)
    key = tuple(packed)
    made = known.plain.get(key)
    if made is None:
        made = known.plain[key] = _made(packed, known, "")
    return _new(Finding, (*made[:_IDENTITY], identity, *made[_IDENTITY + 1 :]))


def _made(packed: Sequence[Any], known: _Known, identity: str) -> Finding:
    which, verdict, level, reason, level_reason, changes, observations, waiver, fixable = (*packed, *_EMPTY[len(packed) :])
    release, rule = known.rules[which] if which >= 0 else (None, None)
    builtin = BUILTIN[which] if which < 0 else ""
    return Finding(
        rule=builtin if rule is None else rule.id,
        version=1 if rule is None else rule.version,
        pack=None if release is None else release.source.pack.id,
        release=None if release is None else release.source.release.id,
        basis=None if rule is None else rule.basis,
        verdict=_VERDICTS[verdict],
        level=_LEVELS[level],
        level_reason=_said(level_reason, known),
        level_changes=tuple(LevelChange(date.fromisoformat(day), Level(each)) for day, each in changes),
        title=message(f"{builtin}.title") if rule is None else rule.title,
        reason=_said(reason, known),
        observations=tuple(_observed(each, known) for each in observations),
        remediation=message(f"{builtin}.remediation") if rule is None else rule.remediation,
        source=None if rule is None else rule.source,
        references=() if rule is None else rule.references,
        identity=identity,
        waiver=None if waiver is None else _waiver(waiver),
        fixable=fixable,
    )


def _waiver(packed: Sequence[Any]) -> Waiver:
    ref, project, rule, pointer, reason, authority, exception, granted, expires, act = packed
    days = date.fromisoformat(granted), date.fromisoformat(expires)
    return Waiver(ref, project, rule, pointer, reason, authority, exception, *days, act)


def _observation(observation: Observation, known: _Known) -> list[Any]:
    said = _text(observation.message, known)
    return [observation.require, observation.pointer, said, observation.span, observation.verdict, observation.correction]


def _observed(packed: Sequence[Any], known: _Known) -> Observation:
    require, pointer, said, span, verdict, correction = packed
    mended = None if correction is None else Correction(Span(*correction[0]), *correction[1:])
    return Observation(require, pointer, cast("Text", _said(said, known)), Span(*span), _VERDICTS[verdict], mended)


# A text is packed as the number of one that its release was written with, as a pair of languages, or as a message: an empty text,
# its key, its values. A number among the values stands in a list of its own.


def _text(text: Text | str | int | None, known: _Known) -> Any:  # noqa: ANN401 - JSON
    match text:
        case Bilingual():
            return known.numbers.get(text, [text.fr, text.en])
        case Message():
            return ["", text.key, [[name, _text(value, known)] for name, value in text.values]]
        case int():
            return [text]
        case _:
            return text


def _said(packed: Any, known: _Known) -> Any:  # noqa: ANN401 - a text, or what a message holds
    match packed:
        case int():
            return known.texts[packed]
        case [number]:
            return number
        case [fr, en]:
            return Bilingual(fr, en)
        case [_, key, values]:
            return Message(key, tuple((name, _said(value, known)) for name, value in values))
        case _:
            return packed
