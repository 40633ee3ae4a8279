"""What makes a run an error though no finding says so: a format that lists findings alone would look clean."""

from __future__ import annotations

from heapq import merge
from operator import attrgetter
from typing import TYPE_CHECKING

from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cmian_policy.model.report import ManifestReport, Note, Report

KINDS = {"nothing-checked", "policy-unusable", "register-unusable"}


class Trouble(NamedTuple):
    """A note of that sort, and the path of the manifest it is about ("" for the whole run)."""

    path: str
    note: Note


def troubles(report: Report) -> tuple[Trouble, ...]:
    """The notes behind exit codes 3 and 4 (cli.md), but for those that repeat a finding in error."""
    told = {kind.rule for kind in report.tally().findings if kind.verdict is Verdict.ERROR}
    notes = [note for note in report.notes if note.kind in KINDS and note.rule not in told]
    paths = _paths(report, {note.project for note in notes if note.project is not None})
    return tuple(Trouble(paths.get(note.project, ""), note) for note in notes)


def _paths(report: Report, projects: set[str]) -> dict[str | None, str]:
    """The path of the first manifest of each of some projects."""
    found: dict[str | None, str] = {}
    for manifest in report.manifests if projects else ():
        if manifest.project in projects:
            found.setdefault(manifest.project, manifest.path)
    return found


def by_path(found: Iterable[Trouble], report: Report) -> Iterator[Trouble | ManifestReport]:
    """Troubles and manifests in the order of their paths, what is wrong with a manifest's path before the manifest."""
    return merge(sorted(found, key=attrgetter("path")), report.manifests, key=attrgetter("path"))
