"""Runs that every format must show alike: the scenarios of examples/, runs without a verdict, a waived finding."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from cmian_policy import Options, Report, check
from cmian_policy.model.report import Tally
from cmian_policy.model.verdict import Outcome, Verdict
from cmian_policy.model.waiver import Waiver
from tests.policy_folder import ERRS, NEVER, rule, write_policy
from tests.runner import CHATBOT, EXAMPLES, MINIMAL, NBSP, NOTHING_CHECKED, ON, ROOT, UNUSABLE, Done, Run, named

if TYPE_CHECKING:
    from pathlib import Path

    from cmian_policy.model.report import ManifestReport
    from cmian_policy.model.text import Lang

SCENARIOS = pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/scenario.yaml")))


class Both(NamedTuple):
    """One run in a format and, beside it, in JSON."""

    done: Done
    report: dict[str, Any]

    def findings(self) -> list[tuple[str, dict[str, Any]]]:
        """Every finding with the path of its manifest, in the order of the report."""
        return [(manifest["path"], finding) for manifest in self.report["manifests"] for finding in manifest["findings"]]


def both(run: Run, tmp_path: Path, form: str, *arguments: str | Path, cwd: Path | None = None) -> Both:
    """Runs ``check`` once for both formats."""
    beside = tmp_path / f"{form}.report.json"
    done = run("check", *arguments, "-f", form, "-o", f"json={beside}", cwd=cwd)
    assert beside.exists(), done.err
    return Both(done, json.loads(beside.read_text(encoding="utf-8")))


def play(run: Run, tmp_path: Path, name: str, form: str) -> Both:
    """Plays a scenario, which must end with the exit code that it says."""
    scenario = yaml.safe_load((EXAMPLES / name / "scenario.yaml").read_text(encoding="utf-8"))
    command, *arguments = scenario["command"]
    assert command == "check"
    played = both(run, tmp_path, form, *arguments, cwd=ROOT)
    assert played.done.code == scenario["exit_code"]
    notes = "".join(f"note{NBSP}: {note['message']}\n" for note in played.report["notes"])
    assert played.done.err == notes
    return played


def with_manifests(report: Report, *manifests: ManifestReport) -> Report:
    """The report on other manifests, counted anew; the verdict and the notes stay."""
    return report._replace(manifests=manifests, counted=Tally.of(manifests))


class Unjudged(NamedTuple):
    """A run that exits with 3 or 4: what to prepare in a folder, and the rest of the command line."""

    code: int
    files: dict[str, str]
    options: tuple[str, ...] = ()
    rules: tuple[dict[str, Any], ...] = ()


UNJUDGED = {
    "no manifest": Unjudged(NOTHING_CHECKED, {}),
    "no release in force": Unjudged(NOTHING_CHECKED, {"ai-manifest.yaml": MINIMAL}, ("--as-of", "2020-01-01")),
    "nothing applies": Unjudged(
        NOTHING_CHECKED,
        {"a/ai-manifest.yaml": MINIMAL},
        (),
        (rule("ESSAI-X01", ERRS, applies_when={"cel": "false", "otherwise": {"fr": "Jamais.", "en": "Never."}}),),
    ),
    "no policy": Unjudged(
        UNUSABLE, {"ai-manifest.yaml": MINIMAL, "regles/essai/pack.yaml": "id: [\n"}, ("--policy-dir", "regles")
    ),
    "no register": Unjudged(
        UNUSABLE, {"ai-manifest.yaml": MINIMAL, "registre/register.yaml": "id: [\n"}, ("--register", "registre")
    ),
    "a rule that errs": Unjudged(UNUSABLE, {"a/ai-manifest.yaml": MINIMAL}, (), (rule("ESSAI-X01", ERRS),)),
}
UNUSABLE_KINDS = {"nothing-checked", "policy-unusable", "register-unusable"}
EVERY_UNJUDGED = pytest.mark.parametrize("which", UNJUDGED)


def unjudged(run: Run, tmp_path: Path, which: str, form: str, *options: str) -> Both:
    """Plays a run that has no verdict, which must end with its exit code and say why on standard error."""
    wanted = UNJUDGED[which]
    folder = tmp_path / "run"
    folder.mkdir(exist_ok=True)
    for name, text in wanted.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    chosen: tuple[str | Path, ...] = wanted.options
    if wanted.rules:
        chosen = (*chosen, "--policy-dir", write_policy(tmp_path / "essai", *wanted.rules))
    date_of_tests = () if "--as-of" in chosen else ("--as-of", ON)
    played = both(run, tmp_path, form, *chosen, *date_of_tests, *options, cwd=folder)
    assert played.done.code == wanted.code
    assert played.report["verdict"] == "error"
    return played


def half_checked(run: Run, tmp_path: Path, form: str) -> Both:
    """Advice on a/, and nothing that applies to b/: exit 3."""
    applies = {"cel": "manifest.project.id == 'a'", "otherwise": {"fr": "Ce n'est pas a.", "en": "It is not a."}}
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER, applies_when=applies, level={"default": "advisory"}))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(named(name), encoding="utf-8")
    played = both(run, tmp_path, form, "a", "b", "--as-of", ON, "--policy-dir", folder)
    assert played.done.code == NOTHING_CHECKED
    return played


WAIVER = Waiver(
    ref="DEROG-2026-01",
    project="essai",
    rule="CMIAN-T01",
    pointer="",
    reason="expérimentation fictive",
    authority="council",
    exception=None,
    granted=date(2026, 10, 1),
    expires=date(2027, 9, 30),
    act="V2026-FICTIF",
)


def waived(tmp_path: Path, lang: Lang = "fr", waiver: Waiver = WAIVER) -> Report:
    """The chatbot without its notice, CMIAN-T01 waived by a fictional act of the council."""
    (tmp_path / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    report = check([tmp_path], on=date.fromisoformat(ON), options=Options(lang), here=tmp_path)
    (manifest,) = report.manifests
    findings = tuple(
        finding._replace(verdict=Verdict.WAIVED, waiver=waiver) if finding.rule == waiver.rule else finding
        for finding in manifest.findings
    )
    assert report.verdict is Outcome.NON_COMPLIANT
    return with_manifests(report, manifest._replace(findings=findings))
