"""One manifest for the page: what it is, what it comes to, what was derived from it, and its findings."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cmian_policy.messages.suggest import shorten
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Verdict
from cmian_policy.reporters._html_finding import GROUPS, group_of, groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cmian_policy.model.report import ManifestReport, PolicyUsed, Report
    from cmian_policy.model.verdict import Outcome
    from cmian_policy.reporters._html_finding import Group
    from cmian_policy.reporters._html_rule import Rulebook
    from cmian_policy.reporters._html_voice import Voice

_STATUSES = {"planned", "design", "development", "pilot", "evaluation", "operational", "retired"}
_CALM = {"pass", "not_applicable"}  # groups that the overview leaves out


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
    facts: tuple[FactList, ...]
    groups: tuple[Group, ...]


class OverviewLine(NamedTuple):
    """A manifest among the others: ``groups`` tells of what there is to say, and how many findings of it."""

    anchor: str
    name: str
    path: str
    verdict: Outcome
    badge: str
    groups: tuple[tuple[str, int], ...]


class Manifests:
    """The manifests of a page, in the order of the report, made while they are printed.

    ``digests`` holds, of those printed so far, the path and the SHA-256 of each that was read.
    """

    def __init__(self, report: Report, rulebook: Rulebook, voice: Voice) -> None:
        self._report = report
        self._rulebook = rulebook
        self._voice = voice
        self.digests: list[tuple[str, str]] = []

    def __len__(self) -> int:
        return len(self._report.manifests)

    def __iter__(self) -> Iterator[ManifestView]:
        for anchor, manifest in self._anchored():
            if manifest.sha256:
                self.digests.append((manifest.path, manifest.sha256))
            yield _view(manifest, anchor, self._report, self._rulebook, self._voice)

    def only(self) -> ManifestReport:
        """The one manifest of a run that has no other."""
        (manifest,) = self._report.manifests
        return manifest

    def overview(self) -> Iterator[OverviewLine]:
        """What is told of each before they are told one by one."""
        for anchor, manifest in self._anchored():
            badge = self._voice.line(f"html.outcome.{manifest.verdict}")
            told = tuple(_sizes(manifest, self._voice))
            yield OverviewLine(anchor, name_of(manifest), manifest.path, manifest.verdict, badge, told)

    def _anchored(self) -> Iterator[tuple[str, ManifestReport]]:
        return ((f"m{number}", each) for number, each in enumerate(self._report.manifests, 1))


def status_of(manifest: ManifestReport, voice: Voice) -> str | None:
    """The status of the project in words, None for one that is none."""
    return voice.line(f"status.{manifest.status}") if manifest.status in _STATUSES else None


def name_of(manifest: ManifestReport) -> str:
    """What a reader calls a manifest."""
    return shorten(manifest.project) if manifest.project else manifest.path


def _view(manifest: ManifestReport, anchor: str, report: Report, rulebook: Rulebook, voice: Voice) -> ManifestView:
    return ManifestView(
        anchor=anchor,
        name=name_of(manifest),
        path=manifest.path,
        status=status_of(manifest, voice),
        verdict=manifest.verdict,
        badge=voice.line(f"html.outcome.{manifest.verdict}"),
        said=tuple(_said(manifest, voice)),
        facts=tuple(_facts(manifest, report.policy, voice)),
        groups=tuple(groups(manifest.findings, manifest.lines, anchor, rulebook, voice)),
    )


def _sizes(manifest: ManifestReport, voice: Voice) -> Iterator[tuple[str, int]]:
    sizes = Counter(group_of(finding) for finding in manifest.findings)
    yield from ((voice.line(f"html.group.{name}"), sizes[name]) for name in GROUPS if sizes[name] and name not in _CALM)


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
