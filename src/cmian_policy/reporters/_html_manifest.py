"""One manifest for the page: what it is, what it comes to, what was derived from it, and its findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cmian_policy.messages.suggest import shorten
from cmian_policy.model.verdict import Verdict
from cmian_policy.reporters._excerpt import lines_of
from cmian_policy.reporters._html_finding import groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cmian_policy.model.report import ManifestReport, PolicyUsed, Report
    from cmian_policy.model.verdict import Outcome
    from cmian_policy.reporters._html_finding import Group
    from cmian_policy.reporters._html_rule import Rulebook
    from cmian_policy.reporters._html_voice import Voice

_STATUSES = {"planned", "design", "development", "pilot", "evaluation", "operational", "retired"}


class FactList(NamedTuple):
    """Facts that packs derived alike: each with whether it holds."""

    packs: str
    facts: tuple[tuple[str, bool], ...]


class ManifestView(NamedTuple):
    """A manifest. ``name`` is its project, or its path where it names none."""

    anchor: str
    name: str
    path: str
    status: str | None
    verdict: Outcome
    badge: str
    said: tuple[str, ...]
    sha256: str | None
    facts: tuple[FactList, ...]
    groups: tuple[Group, ...]


def manifests(report: Report, rulebook: Rulebook, voice: Voice) -> tuple[ManifestView, ...]:
    """Every manifest, in the order of the report."""
    return tuple(_view(each, f"m{number}", report, rulebook, voice) for number, each in enumerate(report.manifests, 1))


def name_of(manifest: ManifestReport) -> str:
    """What a reader calls a manifest."""
    return shorten(manifest.project) if manifest.project else manifest.path


def _view(manifest: ManifestReport, anchor: str, report: Report, rulebook: Rulebook, voice: Voice) -> ManifestView:
    return ManifestView(
        anchor=anchor,
        name=name_of(manifest),
        path=manifest.path,
        status=voice.line(f"status.{manifest.status}") if manifest.status in _STATUSES else None,
        verdict=manifest.verdict,
        badge=voice.line(f"html.outcome.{manifest.verdict}"),
        said=tuple(_said(manifest, voice)),
        sha256=manifest.sha256,
        facts=tuple(_facts(manifest, report.policy, voice)),
        groups=tuple(groups(manifest.findings, lines_of(manifest.text), anchor, rulebook, voice)),
    )


def _said(manifest: ManifestReport, voice: Voice) -> Iterable[str]:
    yield voice.line(f"text.manifest.{manifest.verdict}")
    if waived := sum(finding.verdict is Verdict.WAIVED for finding in manifest.findings):
        yield voice.line("html.also.waived", count=waived)


def _facts(manifest: ManifestReport, policy: Iterable[PolicyUsed], voice: Voice) -> Iterable[FactList]:
    """The facts of each pack; packs that derived the same share one list."""
    releases = {(finding.pack, finding.release) for finding in manifest.findings}
    used = {each.pack: each for each in policy if (each.pack, each.release) in releases}
    lists: dict[tuple[tuple[str, bool], ...], list[str]] = {}
    for pack, facts in manifest.facts.items():
        lists.setdefault(tuple(_named(facts, used.get(pack), voice)), []).append(pack)
    for facts_in_words, packs in lists.items():
        yield FactList(", ".join(packs), facts_in_words)


def _named(facts: Mapping[str, bool], used: PolicyUsed | None, voice: Voice) -> Iterable[tuple[str, bool]]:
    titles = {fact.name: fact.title for fact in used.facts} if used is not None else {}
    for name, holds in facts.items():
        yield (voice.say(titles[name]) if name in titles else name), holds
