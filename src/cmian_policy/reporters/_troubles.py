"""What makes a run an error though no finding says so: a format that lists findings alone would look clean."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cmian_policy.model.verdict import Verdict

if TYPE_CHECKING:
    from cmian_policy.model.report import Note, Report

KINDS = {"nothing-checked", "policy-unusable", "register-unusable"}


class Trouble(NamedTuple):
    """A note of that sort, and the path of the manifest it is about ("" for the whole run)."""

    path: str
    note: Note


def troubles(report: Report) -> tuple[Trouble, ...]:
    """The notes behind exit codes 3 and 4 (cli.md), but for those that repeat a finding in error."""
    told = {finding.rule for finding in report.findings() if finding.verdict is Verdict.ERROR}
    return tuple(Trouble(_path(note, report), note) for note in report.notes if note.kind in KINDS and note.rule not in told)


def _path(note: Note, report: Report) -> str:
    paths = (manifest.path for manifest in report.manifests if note.project is not None and manifest.project == note.project)
    return next(paths, "")
