"""Manifests and a policy in, a ``Report`` out. The date is an argument: no clock and no environment is read."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from cmian_policy.loading import manifest as manifest_loading
from cmian_policy.loading.discovery import Found, discover, shown
from cmian_policy.model.report import Tally
from cmian_policy.pipeline.judge import Judge
from cmian_policy.pipeline.options import Options
from cmian_policy.pipeline.policy import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from os import PathLike

    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.report import Report
    from cmian_policy.pipeline.assembly import Packs

__all__ = ["FEW", "STDIN", "Options", "check_bytes", "check_paths"]

STDIN = "-"
FEW = 50  # manifests that are judged faster than anything about them could be looked up, sent elsewhere or kept


def check_paths(
    paths: Iterable[str | PathLike[str]],
    policy: Packs,
    on: date,
    options: Options = Options(),  # noqa: B008 - immutable
    *,
    here: str | PathLike[str],
    watch: Callable[[int, int], None] | None = None,
) -> Report:
    """Checks every manifest that the paths mean; ``here`` is the folder that reported paths are relative to.

    ``watch`` is told, in a run of more than ``FEW`` manifests, how many of how many are judged.
    """
    given = tuple(paths)
    past = None
    if options.since is not None:
        from cmian_policy.loading.since import recall  # noqa: PLC0415 - for those who look back

        past = recall(given, options.since, here, _manifest_schema, options.scope)
        given = tuple(path for path in given if os.fspath(path) not in past.gone)
    found = discover(given, here, options.scope, chosen=options.chosen)
    judge = Judge(policy, on, options)
    if len(found.manifests) > FEW:
        from cmian_policy.pipeline.fleet import check_fleet  # noqa: PLC0415 - a commit hook never has a fleet

        return check_fleet(found, past, judge, options, os.fspath(here), watch)
    manifests = [manifest_loading.read_file(path, shown(path, here), _manifest_schema) for path in found.manifests]
    if past is not None:
        lost = past.losses((manifest.path, manifest.project) for manifest in manifests)
        by_path = {manifest.path: manifest for manifest in (*manifests, *lost)}  # one that git lost may still be on the disk
        manifests = [by_path[path] for path in sorted(by_path)]
    return _report(manifests, judge, found, here)


def check_bytes(
    raw: bytes,
    name: str,
    policy: Packs,
    on: date,
    options: Options = Options(),  # noqa: B008 - immutable
    *,
    here: str | PathLike[str],
) -> Report:
    """Checks one manifest from its bytes, reported as ``name``."""
    manifest = manifest_loading.read_bytes(raw, name, _manifest_schema)
    return _report([manifest], Judge(policy, on, options), Found((), ()), here)


def _manifest_schema() -> dict[str, Any]:
    return schema("ai-manifest")


def _report(manifests: Sequence[Manifest], judge: Judge, found: Found, here: str | PathLike[str]) -> Report:
    """Judges manifests that were read, sorted by path, and puts the report together."""
    checked = manifest_loading.cross_check(manifests, lambda path: os.path.lexists(os.path.join(here, path)))
    identities = _identities(checked)
    judged = [judge.judge(manifest, identities[manifest.path]) for manifest in checked]
    reports = tuple(each.report for each in judged)
    releases = (name for each in judged for name in each.releases)
    return judge.report(reports, Tally.of(reports), releases, (note for each in judged for note in each.notes), found)


def _identities(manifests: Sequence[Manifest]) -> dict[str, str]:
    """What names each manifest in fingerprints: its project, or its path where that is missing or not its own."""
    shared = Counter(manifest.project for manifest in manifests)
    return {
        manifest.path: manifest.project if manifest.project is not None and shared[manifest.project] == 1 else manifest.path
        for manifest in manifests
    }
