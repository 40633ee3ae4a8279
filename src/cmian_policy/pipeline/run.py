"""Manifests and a policy in, a ``Report`` out. The date is an argument: no clock and no environment is read."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cmian_policy import __version__
from cmian_policy.engine.evaluate import BUILTIN, judge
from cmian_policy.engine.outcome import manifest_outcome, run_outcome
from cmian_policy.engine.pin import Choice, choose
from cmian_policy.errors import UsageError
from cmian_policy.loading import manifest as manifest_loading
from cmian_policy.loading.discovery import Found, discover, shown
from cmian_policy.loading.since import recall, with_lost
from cmian_policy.model.record import Record
from cmian_policy.model.report import ManifestReport, PolicyUsed, RegisterUsed, Report
from cmian_policy.model.text import message
from cmian_policy.model.verdict import Outcome
from cmian_policy.pipeline.notes import run_notes
from cmian_policy.pipeline.policy import schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from cmian_policy.engine.compile import CompiledRelease
    from cmian_policy.engine.waive import Waived
    from cmian_policy.loading.scope import Scope
    from cmian_policy.model.finding import Finding
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.pack import Pack, Release
    from cmian_policy.model.register import Register
    from cmian_policy.model.report import Note
    from cmian_policy.model.text import Lang
    from cmian_policy.pipeline.assembly import Packs


STDIN = "-"


class Options(NamedTuple):
    """What may change a run.

    ``policy``: the operator's releases (``pack@release``); ``select``: the only pack rules to run; ``scope``: what a
    configuration leaves out and what it expects; ``since``: the git revision whose manifests must still be there; ``register``:
    the committee's register; ``chosen``: whether the operator chose the configuration, so that none is searched.
    """

    lang: Lang = "fr"
    policy: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    scope: Scope | None = None
    since: str | None = None
    register: Register | None = None
    chosen: bool = False


def check_paths(paths: Iterable[Path], policy: Packs, on: date, options: Options = Options(), *, here: Path) -> Report:  # noqa: B008 - immutable
    """Checks every manifest that the paths mean; ``here`` is the folder that reported paths are relative to."""
    given = tuple(paths)
    past = recall(given, options.since, here, _manifest_schema, options.scope)
    found = discover([path for path in given if path not in past.gone], here, options.scope, chosen=options.chosen)
    manifests = [manifest_loading.read_file(path, shown(path, here), _manifest_schema) for path in found.manifests]
    return check_manifests(with_lost(manifests, past), policy, on, options, found=found, here=here)


def check_bytes(raw: bytes, name: str, policy: Packs, on: date, options: Options = Options(), *, here: Path) -> Report:  # noqa: B008 - immutable
    """Checks one manifest from its bytes, reported as ``name``."""
    return check_manifests(
        [manifest_loading.read_bytes(raw, name, _manifest_schema)], policy, on, options, found=Found((), ()), here=here
    )


def _manifest_schema() -> dict[str, Any]:
    return schema("ai-manifest")


def check_manifests(
    manifests: Sequence[Manifest], policy: Packs, on: date, options: Options, *, found: Found, here: Path
) -> Report:
    """Judges manifests that were read and puts the report together."""
    packs, chosen = _operator(policy, options.policy)
    checked = manifest_loading.cross_check(manifests, lambda path: os.path.lexists(here / path))
    identities = _identities(checked)
    used: dict[tuple[str, str], tuple[Pack, Release]] = {}
    reports: list[ManifestReport] = []
    notes: list[Note] = []
    choices = [_choose(manifest, packs, chosen, policy, on) for manifest in checked]
    # Without a manifest a report still names what was in force.
    for choice in choices or [_choice_of_run(packs, chosen, policy, on)]:
        used.update({(name, release.id): (_known(policy, name), release) for name, release in choice.releases.items()})
    _check_selection(options.select, [policy.release(*each) for each in used.values()])
    for manifest, choice in zip(checked, choices, strict=True):
        releases = [policy.release(_known(policy, name), release) for name, release in sorted(choice.releases.items())]
        report, said = _judge(manifest, releases, choice, on, identities[manifest.path], options)
        reports.append(report)
        notes += said
    policies = _policies(policy, packs, used)
    return Report(
        tool_version=__version__,
        evaluated_on=on,
        partial=bool(options.select),
        lang=options.lang,
        policy=policies,
        verdict=run_outcome(reports, complete=not found.unmatched) if any(each.release for each in policies) else Outcome.ERROR,
        notes=run_notes(reports, policies, found, notes),
        excluded=found.excluded,
        manifests=tuple(reports),
        register=RegisterUsed() if options.register is None else options.register.used,
    )


def _known(policy: Packs, name: str) -> Pack:
    pack = policy.pack(name)
    if pack is None:
        msg = f"no pack {name}"
        raise RuntimeError(msg)
    return pack


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


def _choose(manifest: Manifest, packs: Sequence[Pack], chosen: dict[str, Release] | None, policy: Packs, on: date) -> Choice:
    if chosen is not None:
        return Choice(chosen, judged=False, faults=())
    return choose(packs, manifest.pins, on, policy.grace)


def _choice_of_run(packs: Sequence[Pack], chosen: dict[str, Release] | None, policy: Packs, on: date) -> Choice:
    """The releases of a run whatever its manifests pin, so that a report always names what was in force."""
    return Choice(chosen, judged=False, faults=()) if chosen is not None else choose(packs, (), on, policy.grace)


def _identities(manifests: Sequence[Manifest]) -> dict[str, str]:
    """What names each manifest in fingerprints: its project, or its path where that is missing or not its own."""
    shared = Counter(manifest.project for manifest in manifests)
    return {
        manifest.path: manifest.project if manifest.project is not None and shared[manifest.project] == 1 else manifest.path
        for manifest in manifests
    }


def _judge(
    manifest: Manifest, releases: list[CompiledRelease], choice: Choice, on: date, identity: str, options: Options
) -> tuple[ManifestReport, Sequence[Note]]:
    """The report on one manifest, and what is to be said of the waivers of its project."""
    select, register = options.select, options.register
    record = Record() if register is None else register.record(manifest.data)
    judgement = judge(manifest, releases, choice, record, on, identity=identity, select=select)
    expected = len(BUILTIN) + sum(not select or rule.id in select for release in releases for rule in release.rules)
    if len(judgement.findings) != expected:
        msg = f"{len(judgement.findings)} findings for {expected} rules on {manifest.path}"
        raise RuntimeError(msg)
    findings: Sequence[Finding] = judgement.findings
    notes: Sequence[Note] = ()
    if register is not None:
        findings, notes = _waived(findings, manifest, releases, on, options)
    report = ManifestReport(
        path=manifest.path,
        project=manifest.project,
        status=manifest.status,
        sha256=manifest.sha256,
        verdict=manifest_outcome(findings),
        facts=judgement.facts,
        findings=tuple(sorted(findings, key=_order)),
        text=manifest.text,
    )
    return report, notes


def _waived(
    findings: Sequence[Finding], manifest: Manifest, releases: Iterable[CompiledRelease], on: date, options: Options
) -> Waived:
    from cmian_policy.engine.waive import waive  # noqa: PLC0415 - for those who have a register

    rules = {(release.source.pack.id, rule.id): rule for release in releases for rule in release.rules}
    waivers = options.register.waivers if options.register is not None else ()
    return waive(findings, waivers, manifest.project, on, rules, whole=not options.select and not options.policy)


def _order(finding: Finding) -> tuple[str, str]:
    return (finding.observations[0].pointer if finding.observations else "", finding.rule)


def _check_selection(select: Collection[str], releases: Iterable[CompiledRelease]) -> None:
    known = {rule.id for release in releases for rule in release.rules}
    for rule in select:
        if rule in BUILTIN:
            raise UsageError(message("usage.builtin-selected", rule=rule))
        if rule not in known:
            from cmian_policy.messages.suggest import nearest  # noqa: PLC0415 - only for a mistake

            near = nearest(rule, sorted(known))
            key = "usage.unknown-rule-near" if near else "usage.unknown-rule"
            raise UsageError(message(key, rule=rule, near=near or "", known=", ".join(sorted(known))))


def _policies(
    policy: Packs, packs: Sequence[Pack], used: Mapping[tuple[str, str], tuple[Pack, Release]]
) -> tuple[PolicyUsed, ...]:
    entries = []
    for pack in packs:
        releases = [release for (name, _), (_, release) in sorted(used.items()) if name == pack.id]
        origin = policy.origin(pack)
        if not releases:
            entries.append(PolicyUsed(pack.id, None, None, False, None, origin.source, pack.disclaimer, *origin[1:]))  # noqa: FBT003 - draft
        for release in releases:
            sha256 = policy.digest(pack, release)
            source = policy.release(pack, release).source
            entries.append(
                PolicyUsed(
                    pack=pack.id,
                    release=release.id,
                    in_force_from=release.in_force_from,
                    draft=release.draft,
                    sha256=sha256,
                    source=origin.source,
                    disclaimer=pack.disclaimer,
                    commit=origin.commit,
                    signed=origin.signed,
                    rules=source.rules,
                    acts=source.acts,
                    facts=source.facts.facts,
                )
            )
    return tuple(entries)
