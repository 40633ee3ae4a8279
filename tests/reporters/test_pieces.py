"""A report of any number of manifests is written in pieces, from a collection that is gone through and never whole in memory."""

from __future__ import annotations

import io
import json
from collections.abc import Collection
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy import Options, check, load_policy
from cmian_policy.model.report import ManifestReport
from cmian_policy.model.verdict import Verdict
from cmian_policy.reporters import Style, formats, render, rendered
from tests.policy_folder import ERRS, rule, write_policy
from tests.reporters.runs import waived, with_manifests
from tests.runner import CHATBOT, MINIMAL, ON, RETIRED, UNREADABLE, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cmian_policy.model.report import Report

EVERY_FORMAT = pytest.mark.parametrize("form", formats())
MANY = 1000
# Formats that write a manifest, or a part of one, at a time. The others: a page for GitHub has a limit of its own (summary).
STREAMS = ("csv", "github", "gitlab", "html", "json", "junit", "sarif", "text")


class Facts(dict[str, Any]):
    """The facts of a manifest, counted as long as they are in memory."""

    alive = 0

    def __init__(self, facts: object) -> None:
        super().__init__(facts)  # type: ignore[call-overload]
        Facts.alive += 1

    def __del__(self) -> None:
        Facts.alive -= 1


class Manifests(Collection[ManifestReport]):
    """Manifests that are made each time somebody goes through them, as if they were read from a disk."""

    def __init__(self, size: int, make: Callable[[int], ManifestReport]) -> None:
        self.size = size
        self.passes = 0
        self.most = 0
        self._make = make

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[ManifestReport]:
        self.passes += 1
        for number in range(self.size):
            made = self._make(number)
            self.most = max(self.most, Facts.alive)
            yield made._replace(facts=Facts(made.facts))
            del made

    def __contains__(self, wanted: object) -> bool:
        return any(each == wanted for each in self)


def run(tmp_path: Path, *texts: str, policies: Path | None = None, options: Options = Options()) -> Report:  # noqa: B008 - immutable
    """The report on some manifests, each with a project of its own."""
    (tmp_path / "p").mkdir()
    for number, text in enumerate(texts):
        folder = tmp_path / "p" / f"{number:04d}"
        folder.mkdir()
        (folder / "ai-manifest.yaml").write_text(text.replace("id: essai", f"id: essai-{number}"), encoding="utf-8")
    on = date.fromisoformat(ON)
    return check([tmp_path / "p"], on=on, policy=load_policy(policies), options=options, here=tmp_path)


def errors(tmp_path: Path) -> Report:
    """A rule that could not be evaluated beside two failures of the manifest's own."""
    return run(tmp_path, MINIMAL, UNREADABLE, CHATBOT, policies=write_policy(tmp_path / "regles", rule("ESSAI-X01", ERRS)))


RUNS: dict[str, Callable[[Path], Report]] = {
    "mixed": lambda folder: run(folder, CHATBOT, MINIMAL, RETIRED, UNREADABLE, "", "a: 1\n", CHATBOT.replace("\n", "\r\n")),
    "one": lambda folder: run(folder, CHATBOT),
    "none": run,
    "clean": lambda folder: run(folder, MINIMAL, MINIMAL),
    "some rules": lambda folder: run(folder, CHATBOT, MINIMAL, options=Options(select=("CMIAN-T01",))),
    "errors": errors,
    "waived": waived,
}


@pytest.mark.parametrize("which", RUNS)
def test_a_collection_that_is_only_gone_through_gives_the_same_bytes_in_few_passes(tmp_path: Path, which: str) -> None:
    report = RUNS[which](tmp_path)
    held = tuple(report.manifests)
    # What went wrong on one manifest is told before the others, or with its path: only a run where something did looks for it.
    troubled = any(note.project is not None for note in report.notes) or report.summary().counts[Verdict.ERROR] > 0
    for form in formats():
        for verbosity in (-1, 0, 1):
            manifests = Manifests(len(held), held.__getitem__)
            expected = rendered(form, report._replace(manifests=held), Style(verbosity))
            assert rendered(form, report._replace(manifests=manifests), Style(verbosity)) == expected
            assert manifests.passes <= 2 + troubled, form


@EVERY_FORMAT
def test_no_more_than_a_few_manifests_are_in_memory(tmp_path: Path, form: str) -> None:
    report = run(tmp_path, CHATBOT, UNREADABLE)
    good, bad = report.manifests
    assert Facts.alive == 0
    manifests = Manifests(60, lambda number: (good, bad)[number % 2]._replace(path=f"p{number:04d}", project=f"essai-{number}"))
    written = sum(map(len, render(form, report._replace(manifests=manifests), Style(1))))
    assert written > 0
    assert manifests.passes > 0
    assert manifests.most <= 2
    assert Facts.alive == 0


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Report]:
    """The report on a chatbot without its notice and one on a thousand of them, with few findings each."""
    report = run(tmp_path_factory.mktemp("many"), CHATBOT)
    (manifest,) = report.manifests
    few = manifest._replace(findings=tuple(each for each in manifest.findings if each.rule in {"CMIAN-T01", "manifest-schema"}))
    copies = (few._replace(path=f"p{number:04d}/ai-manifest.yaml", project=f"essai-{number:04d}") for number in range(MANY))
    return with_manifests(report, few), with_manifests(report, *copies)


@pytest.mark.parametrize("form", STREAMS)
def test_no_piece_of_a_thousand_is_longer_than_the_report_on_one(many: tuple[Report, Report], form: str) -> None:
    alone, all_of_them = many
    longest = len(rendered(form, alone, Style()))
    pieces = list(render(form, all_of_them, Style()))
    assert max(map(len, pieces)) <= longest
    assert form == "github" or f"p{MANY - 1:04d}" in "".join(pieces)  # that one tells of ten places


@pytest.mark.parametrize("form", ["csv", "json", "junit", "text"])
def test_the_first_pieces_come_before_the_last_manifest_is_read(tmp_path: Path, form: str) -> None:
    report = run(tmp_path, CHATBOT)
    (manifest,) = report.manifests
    read: list[int] = []

    def reading(number: int) -> ManifestReport:
        read.append(number)
        return manifest._replace(path=f"p{number:04d}")

    pieces = render(form, report._replace(manifests=Manifests(MANY, reading)), Style())
    assert any("p0001" in piece for piece in pieces)  # goes no further than that piece
    assert max(read) < 100


def test_json_is_what_the_standard_library_writes(many: tuple[Report, Report]) -> None:
    for report in many:
        text = rendered("json", report, Style())
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


def test_the_names_of_two_manifests_may_meet_and_no_entry_is_lost(tmp_path: Path) -> None:
    """A project that is called like the path of another manifest, which has none of its own, breaks the same rules there."""
    report = run(tmp_path, named("x", CHATBOT), named("y", CHATBOT))
    first, second = report.manifests
    for one, other in ((first, second), (second, first)):
        shared = tuple(finding._replace(identity=other.path) for finding in one.findings)
        kept = tuple(finding._replace(identity=other.path) for finding in other.findings)
        changed = {
            one.path: one._replace(project=other.path, findings=shared),
            other.path: other._replace(project=None, findings=kept),
        }
        entries = json.loads(rendered("gitlab", with_manifests(report, changed[first.path], changed[second.path]), Style()))
        assert len({entry["fingerprint"] for entry in entries}) == len(entries) > 2


def test_csv_and_gitlab_stay_in_the_order_of_the_paths(tmp_path: Path) -> None:
    report = errors(tmp_path)
    paths = [entry["location"]["path"] for entry in json.loads(rendered("gitlab", report, Style()))]
    assert all(before <= after for before, after in pairwise(paths))
    lines = io.StringIO(rendered("csv", report, Style())).readlines()[1:]
    assert lines == sorted(lines, key=lambda line: line.partition(",")[0])
