"""What a report says, as single lines of plain text, for the formats that have no layout of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.messages import render
from cmian_policy.messages.neutral import visible
from cmian_policy.model.text import message
from cmian_policy.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cmian_policy.model.finding import Finding, Text
    from cmian_policy.model.report import PolicyUsed
    from cmian_policy.model.rule import Reference
    from cmian_policy.model.text import Lang, Message
    from cmian_policy.model.waiver import Waiver

_CALM = {Verdict.PASS, Verdict.NOT_APPLICABLE}


def said(text: Text, lang: Lang) -> str:
    """A text on one line, neutralised."""
    return visible(render(text, lang))


def label(finding: Finding, lang: Lang) -> str:
    """The level of a failure ("bloquant"), the verdict of anything else ("à examiner")."""
    if finding.verdict is Verdict.FAIL:
        return said(message(f"text.level.{finding.level}"), lang)
    return said(message(f"text.verdict.{finding.verdict}"), lang)


def basis(finding: Finding, lang: Lang) -> str:
    """What the rule stands on, with the paragraph it encodes; "" for a built-in rule."""
    if finding.basis is None:
        return ""
    paragraph = finding.source.paragraph if finding.source is not None else ""
    return said(message(f"text.basis.{finding.basis}", paragraph=paragraph), lang)


def releases(policy: Iterable[PolicyUsed], lang: Lang) -> str:
    """The releases that judged, a draft and a pack without any in force said to be so."""
    return ", ".join(said(_release(used), lang) for used in policy)


def _release(used: PolicyUsed) -> Message:
    if used.release is None:
        return message("text.no-release", pack=used.pack)
    return message("text.draft" if used.draft else "text.release", pack=used.pack, release=used.release)


def why(finding: Finding, lang: Lang) -> Iterator[str]:
    """Why it came out so: the reason, what lowered the level, the act that excuses it, the levels still to come."""
    if finding.reason is not None:
        yield said(message("text.reason", reason=finding.reason), lang)
    if finding.level_reason is not None and finding.verdict is not Verdict.NOT_APPLICABLE:
        level = message(f"text.level.{finding.level}")
        yield said(message("text.level-reason", level=level, reason=finding.level_reason), lang)
    if finding.waiver is not None:
        yield waived_by(finding.waiver, lang)
    if finding.verdict not in _CALM:
        for change in finding.level_changes:
            level = message(f"text.level.{change.level}")
            yield said(message("text.level-change", level=level, date=change.start.isoformat()), lang)


def waived_by(waiver: Waiver, lang: Lang) -> str:
    """The act that waives a rule, whose it is, the exception it invokes and how long it holds."""
    exception = "" if waiver.exception is None else message("text.waiver.exception", exception=waiver.exception)
    waived = message(
        "text.waiver",
        ref=waiver.ref,
        act=waiver.act,
        authority=message(f"authority.{waiver.authority}"),
        exception=exception,
        granted=waiver.granted.isoformat(),
        expires=waiver.expires.isoformat(),
        reason=waiver.reason,
    )
    return said(waived, lang)


def sources(finding: Finding, lang: Lang) -> Iterator[str]:
    """The words that the rule encodes, and the law beside it where it stands on law."""
    if finding.verdict in _CALM:
        return
    if finding.source is not None:
        yield said(message("text.source", quote=finding.source.quote), lang)
    if finding.basis == "law":
        yield from (said(_reference(reference), lang) for reference in finding.references)


def _reference(reference: Reference) -> Message:
    return message(
        "text.reference",
        title=reference.title,
        article=reference.article,
        certainty=message(f"certainty.{reference.certainty}"),
        date=reference.checked_on,
    )


def action(finding: Finding, lang: Lang) -> Iterator[str]:
    """What to do about it, and where to read more."""
    if finding.verdict in _CALM or was_not_evaluated(finding):
        return
    if finding.verdict is Verdict.ERROR:
        yield said(message("text.tell-committee"), lang)
    else:
        yield said(message("text.remediation", remediation=finding.remediation), lang)
    if finding.fixable:
        mended = sum(observation.fixable for observation in finding.observations)
        yield said(message("text.fixable", fixed=mended, total=len(finding.observations)), lang)
    if finding.pack is not None:
        yield said(message("text.help", rule=finding.rule), lang)


def was_not_evaluated(finding: Finding) -> bool:
    """Whether a failure of the manifest's own shape kept the rule from running: nothing is to be done about the rule."""
    return finding.verdict is Verdict.ERROR and getattr(finding.reason, "key", "") == "engine.not-evaluated"
