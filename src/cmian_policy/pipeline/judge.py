"""What judges the manifests of a run: the same releases, date, register and options for each of them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from cmian_policy import __version__
from cmian_policy.engine.evaluate import BUILTIN, judge
from cmian_policy.engine.outcome import manifest_outcome, run_outcome
from cmian_policy.engine.pin import Choice, choose
from cmian_policy.errors import UsageError
from cmian_policy.model.location import lines_at
from cmian_policy.model.record import Record
from cmian_policy.model.report import ManifestReport, PolicyUsed, RegisterUsed, Report
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Outcome
from cmian_policy.pipeline.notes import run_notes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from cmian_policy.engine.compile import CompiledRelease
    from cmian_policy.engine.waive import Waived
    from cmian_policy.loading.discovery import Found
    from cmian_policy.model.finding import Finding
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.pack import Pack, Release
    from cmian_policy.model.report import Note, Tally
    from cmian_policy.pipeline.assembly import Packs
    from cmian_policy.pipeline.options import Options

Releases = tuple[tuple[str, str], ...]


class Judged(NamedTuple):
    """The report on one manifest, the releases that judged it (pack and release ids) and what there is to say of its waivers."""

    report: ManifestReport
    releases: Releases
    notes: Sequence[Note] = ()


class Judge:
    """Judges manifests one by one. Raises ``UsageError`` for a release that does not exist."""

    def __init__(self, policy: Packs, on: date, options: Options) -> None:
        self._policy = policy
        self._on = on
        self._options = options
        self._packs, self._chosen = _operator(policy, options.policy)

    def release(self, pack: str, release: str) -> CompiledRelease:
        """A release, ready to judge. Raises ``KeyError`` for one that no pack has."""
        holder = self._policy.pack(pack)
        found = None if holder is None else holder.release(release)
        if holder is None or found is None:
            raise KeyError(pack, release)
        return self._policy.release(holder, found)

    def judge(self, manifest: Manifest, identity: str) -> Judged:
        """What the rules find; ``identity`` names the project in fingerprints."""
        options = self._options
        choice = self._choice(manifest.pins)
        names = _names(choice)
        releases = [self.release(*name) for name in names]
        record = Record() if options.register is None else options.register.record(manifest.data)
        judgement = judge(manifest, releases, choice, record, self._on, identity=identity, select=options.select)
        findings: Sequence[Finding] = judgement.findings
        self._count(findings, releases, manifest.path)
        notes: Sequence[Note] = ()
        if options.register is not None:
            findings, notes = self._waived(findings, manifest, releases)
        report = ManifestReport(
            path=manifest.path,
            project=manifest.project,
            status=manifest.status,
            sha256=manifest.sha256,
            verdict=manifest_outcome(findings),
            facts=judgement.facts,
            findings=tuple(sorted(findings, key=_order)),
            lines=lines_at(manifest.text, (each.span for finding in findings for each in finding.observations)),
        )
        return Judged(report, names, notes)

    def report(
        self,
        manifests: Collection[ManifestReport],
        tally: Tally,
        releases: Iterable[tuple[str, str]],
        notes: Iterable[Note],
        found: Found,
    ) -> Report:
        """The report of the run: what was found on its manifests, their tally, the releases that judged them.

        Raises ``UsageError`` for a selected rule that none of those releases has.
        """
        # Without a manifest a report still names what was in force.
        used = set(releases) or set(_names(self._choice(())))
        self._check_selection([self.release(*name) for name in used])
        policies = tuple(entry for pack in self._packs for entry in self._used(pack, sorted(used)))
        judged = any(each.release for each in policies)
        return Report(
            tool_version=__version__,
            evaluated_on=self._on,
            partial=bool(self._options.select),
            lang=self._options.lang,
            policy=policies,
            verdict=run_outcome(tally, complete=not found.unmatched) if judged else Outcome.ERROR,
            notes=run_notes(manifests, tally, policies, found, notes),
            excluded=found.excluded,
            manifests=manifests,
            register=RegisterUsed() if self._options.register is None else self._options.register.used,
            counted=tally,
        )

    def stamp(self) -> str:
        """A digest of all that a verdict depends on beside the manifest: tool, packs, date, register, the operator's choices."""
        options = self._options
        register = None if options.register is None else [options.register.id, options.register.sha256]
        packs = [[pack.id, self._policy.stamp(pack)] for pack in self._packs]
        chosen = [options.policy, options.select, self._on.isoformat(), register]
        return hashlib.sha256(json.dumps([packs, chosen]).encode()).hexdigest()

    def _choice(self, pins: Sequence[tuple[int, str]]) -> Choice:
        if self._chosen is not None:
            return Choice(self._chosen, judged=False, faults=())
        return choose(self._packs, pins, self._on, self._policy.grace)

    def _count(self, findings: Sequence[Finding], releases: Iterable[CompiledRelease], path: str) -> None:
        """One finding a rule, none left out: what makes a pass mean something."""
        select = self._options.select
        expected = len(BUILTIN) + sum(not select or rule.id in select for release in releases for rule in release.rules)
        if len(findings) != expected:
            msg = f"{len(findings)} findings for {expected} rules on {path}"
            raise RuntimeError(msg)

    def _waived(self, findings: Sequence[Finding], manifest: Manifest, releases: Iterable[CompiledRelease]) -> Waived:
        from cmian_policy.engine.waive import waive  # noqa: PLC0415 - for those who have a register

        options = self._options
        rules = {(release.source.pack.id, rule.id): rule for release in releases for rule in release.rules}
        waivers = options.register.waivers if options.register is not None else ()
        return waive(findings, waivers, manifest.project, self._on, rules, whole=not options.select and not options.policy)

    def _check_selection(self, releases: Iterable[CompiledRelease]) -> None:
        known = {rule.id for release in releases for rule in release.rules}
        for rule in self._options.select:
            if rule in BUILTIN:
                raise UsageError(message("usage.builtin-selected", rule=rule))
            if rule not in known:
                from cmian_policy.messages.suggest import nearest  # noqa: PLC0415 - only for a mistake

                near = nearest(rule, sorted(known))
                key = "usage.unknown-rule-near" if near else "usage.unknown-rule"
                raise UsageError(message(key, rule=rule, near=near or "", known=", ".join(sorted(known))))

    def _used(self, pack: Pack, used: Iterable[tuple[str, str]]) -> Iterable[PolicyUsed]:
        """What a report says of a pack: one entry for each of its releases that judged, one without where none did."""
        origin = self._policy.origin(pack)
        releases = [release for name, each in used if name == pack.id and (release := pack.release(each)) is not None]
        if not releases:
            yield PolicyUsed(pack.id, None, None, False, None, origin.source, pack.disclaimer, *origin[1:])  # noqa: FBT003 - draft
        for release in releases:
            source = self._policy.release(pack, release).source
            yield PolicyUsed(
                pack=pack.id,
                release=release.id,
                in_force_from=release.in_force_from,
                draft=release.draft,
                sha256=source.sha256,
                source=origin.source,
                disclaimer=pack.disclaimer,
                commit=origin.commit,
                signed=origin.signed,
                rules=source.rules,
                acts=source.acts,
                facts=source.facts.facts,
            )


def _names(choice: Choice) -> Releases:
    return tuple((pack, release.id) for pack, release in sorted(choice.releases.items()))


def _operator(policy: Packs, wanted: tuple[str, ...]) -> tuple[tuple[Pack, ...], dict[str, Release] | None]:
    """The packs of the run and, where the operator named releases, those and no others. Raises ``UsageError`` for no release."""
    if not wanted:
        return policy.packs, None
    chosen: dict[str, Release] = {}
    for name in wanted:
        pack_id, _, release_id = name.partition("@")
        pack = policy.pack(pack_id)
        release = pack.release(release_id) if pack is not None else None
        if release is None:
            known = ", ".join(f"{pack.id}@{release.id}" for pack in policy.packs for release in pack.releases)
            raise UsageError(message("usage.unknown-release", name=name, known=known))
        if chosen.setdefault(pack_id, release) != release:
            raise UsageError(message("usage.two-releases", pack=pack_id))
    return tuple(pack for pack in policy.packs if pack.id in chosen), chosen


def _order(finding: Finding) -> tuple[str, str]:
    return (finding.observations[0].pointer if finding.observations else "", finding.rule)
