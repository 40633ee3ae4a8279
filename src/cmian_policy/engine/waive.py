"""Which waivers hold on a date and what they change (rules.md, "Waivers"): the one place where this is decided.

A rule is judged as if there were no waiver. What it finds stays in the report, word for word; only the verdict of a failure
changes, and only where an act covers all that fails.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cmian_policy.model.location import tokens
from cmian_policy.model.report import Note
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.report import NoteKind
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.text import Message, Value
    from cmian_policy.model.waiver import Waiver

SOON = timedelta(days=30)
_AND = " / "  # between the references of acts that together cover a finding


class Refusal(NamedTuple):
    """Why a version of a rule does not admit a waiver; ``pointer`` is the field of the waiver at fault."""

    pointer: str
    message: Message


class Waived(NamedTuple):
    """The findings on one manifest once waivers are applied, in their order, and what a report says of the waivers."""

    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]


def refusal(rule: Rule, waiver: Waiver) -> Refusal | None:
    """Why a version of a rule does not admit a waiver; None where it does.

    No municipal body can waive statute: a rule of law has to name the legal exception, and the waiver to repeat it. What the
    council decided takes an act of the council; an interpretation the authority that the rule names.
    """
    allowed = rule.waivable
    if allowed is None or (rule.basis == "law" and allowed.exception is None):
        return Refusal("/rule", message("waiver.not-waivable", rule=rule.id))
    authority = "council" if rule.basis == "deliberation" else allowed.authority
    if waiver.authority != authority:
        return Refusal("/authority", message("waiver.authority", rule=rule.id, authority=message(f"authority.{authority}")))
    if waiver.exception == allowed.exception:
        return None
    if allowed.exception is None:
        return Refusal("/exception", message("waiver.no-exception", rule=rule.id))
    return Refusal("/exception", message("waiver.exception", rule=rule.id, exception=allowed.exception))


def holds(waiver: Waiver, on: date) -> bool:
    """Whether a date is between the first and the last day of a waiver, both included."""
    return waiver.granted <= on <= waiver.expires


def ends_soon(last: date, on: date) -> bool:
    """Whether something still holds that ends within thirty days."""
    return on <= last and last - on <= SOON


def covers(waiver: Waiver, pointer: str) -> bool:
    """Whether a place of the manifest is the waiver's or lies under it, key by key: ``/a`` does not cover ``/ab``."""
    own = tokens(waiver.pointer)
    return tokens(pointer)[: len(own)] == own


def waive(
    findings: Iterable[Finding],
    waivers: Iterable[Waiver],
    project: str | None,
    on: date,
    rules: Mapping[tuple[str, str], Rule],
    *,
    whole: bool = True,
) -> Waived:
    """Applies to the findings on one manifest the waivers of its project that hold on a date.

    ``project`` is None where the manifest names none; ``rules`` holds the versions that judged, by pack and id, so that the
    built-in rules are never waived. ``whole`` is False where the operator left rules out: a waiver of theirs is not idle then.
    """
    judged = tuple(findings)
    own = sorted(waiver for waiver in waivers if waiver.project == project)
    results = tuple(_excused(finding, own, rules.get((finding.pack or "", finding.rule)), on) for finding in judged)
    notes = [note for waiver in own for note in _notes(waiver, tuple(zip(judged, results, strict=True)), rules, on, whole=whole)]
    return Waived(results, tuple(dict.fromkeys(notes)))


def _excused(finding: Finding, waivers: Sequence[Waiver], rule: Rule | None, on: date) -> Finding:
    """A finding that fails, excused by the waivers that cover all that fails; any other one as it is."""
    if finding.verdict is not Verdict.FAIL or rule is None:
        return finding
    valid = [each for each in waivers if each.rule == rule.id and holds(each, on) and refusal(rule, each) is None]
    used = _covering(_failing(finding), valid)
    if not used:
        return finding
    # What asks for a person is never waived: it still asks once the failure is excused.
    asks = any(observation.verdict is Verdict.REVIEW for observation in finding.observations)
    return finding._replace(verdict=Verdict.REVIEW if asks else Verdict.WAIVED, waiver=_together(used))


def _failing(finding: Finding) -> tuple[str, ...]:
    """The places that fail."""
    return tuple(each.pointer for each in finding.observations if each.verdict is Verdict.FAIL)


def _covering(pointers: Sequence[str], waivers: Sequence[Waiver]) -> tuple[Waiver, ...]:
    """The fewest acts, one if it can be, that cover every place; none where a place is left. The last to expire come first."""
    lasting = sorted(waivers, key=lambda waiver: (-waiver.expires.toordinal(), waiver.ref))
    for waiver in lasting:
        if pointers and all(covers(waiver, pointer) for pointer in pointers):
            return (waiver,)
    found = [next((waiver for waiver in lasting if covers(waiver, pointer)), None) for pointer in pointers]
    used = {waiver for waiver in found if waiver is not None}
    return () if None in found else tuple(sorted(used))


def _together(waivers: Sequence[Waiver]) -> Waiver:
    """Several acts as the one that a report names: it holds as long as each of them does."""
    first = waivers[0]
    return first._replace(
        ref=_joined(waiver.ref for waiver in waivers),
        pointer=first.pointer if len(waivers) == 1 else "",
        reason=_joined(waiver.reason for waiver in waivers),
        granted=max(waiver.granted for waiver in waivers),
        expires=min(waiver.expires for waiver in waivers),
        act=_joined(waiver.act for waiver in waivers),
    )


def _joined(texts: Iterable[str]) -> str:
    return _AND.join(dict.fromkeys(texts))


def _notes(
    waiver: Waiver,
    findings: Sequence[tuple[Finding, Finding]],
    rules: Mapping[tuple[str, str], Rule],
    on: date,
    *,
    whole: bool,
) -> list[Note]:
    """What is to be said of one waiver: at most one thing about each finding of its rule, before and after."""
    if on < waiver.granted:
        return []
    concerned = [
        (before, after, rule)
        for before, after in findings
        if before.rule == waiver.rule and (rule := rules.get((before.pack or "", before.rule))) is not None
    ]
    if not concerned and whole and on <= waiver.expires:
        return [_note("waiver-unmatched", "note.waiver-no-rule", waiver)]
    said = (_note_on(waiver, before, after, rule, on) for before, after, rule in concerned)
    return [note for note in said if note is not None]


def _note_on(waiver: Waiver, before: Finding, after: Finding, rule: Rule, on: date) -> Note | None:
    matched = any(covers(waiver, pointer) for pointer in _failing(before))
    refused = refusal(rule, waiver)
    if waiver.expires < on:
        stands = after.verdict is Verdict.FAIL and matched and refused is None
        return _note("waiver-expired", "note.waiver-expired", waiver) if stands else None
    if before.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}:
        return _note("waiver-stale", "note.waiver-stale", waiver)
    if before.verdict is not Verdict.ERROR and refused is not None:
        return _note("waiver-unmatched", "note.waiver-refused", waiver, version=rule.version, cause=refused.message)
    if before.verdict is not Verdict.ERROR and not matched:
        place = waiver.pointer or message("note.waiver-root")
        return _note("waiver-unmatched", "note.waiver-unmatched", waiver, pointer=place)
    return _note("waiver-expiring", "note.waiver-expiring", waiver) if ends_soon(waiver.expires, on) else None


def _note(kind: NoteKind, key: str, waiver: Waiver, **values: Value) -> Note:
    ends = waiver.expires.isoformat()
    what = message(key, project=waiver.project, ref=waiver.ref, rule=waiver.rule, date=ends, **values)
    return Note(kind, what, waiver.rule, waiver.project, ends)
