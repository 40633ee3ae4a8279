"""The scripts of the forge's files, run as a runner runs them: what they expect, what they let through, what they stop."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.github_runner import action, evaluated, outputs
from tests.runner import CHATBOT, EXAMPLES, MINIMAL, NON_COMPLIANT, NOTHING_CHECKED, OK, ROOT, Done, environment, execute

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
GITLAB = yaml.safe_load((EXAMPLES / "ci/gitlab-ci.yml").read_text(encoding="utf-8"))["cmian-policy"]


def workflow(name: str) -> dict[str, Any]:
    """The jobs of a workflow."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / f".github/workflows/{name}.yml").read_text(encoding="utf-8"))["jobs"]
    return loaded


def script(job: dict[str, Any], start: str) -> str:
    """The script of the one step whose name starts so."""
    (found,) = [step["run"] for step in job["steps"] if step.get("name", "").startswith(start)]
    text: str = found
    return text


def shell(text: str, folder: Path, env: Mapping[str, str]) -> Done:
    """A script, run as GitHub's runner runs one for which "bash" is asked."""
    return execute(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text], folder, env)


def play(step: dict[str, Any], home: Path, folder: Path) -> dict[str, str]:
    """One step that uses the action, on this checkout: its outcome and its outputs, by the names that expressions use."""
    defaults = {name: declared["default"] for name, declared in action()["inputs"].items()}
    given = {f"INPUT_{name.upper().replace('-', '_')}": value for name, value in {**defaults, **step["with"]}.items()}
    file = folder / step["id"]
    runner = {"GITHUB_OUTPUT": str(file), "RUNNER_TEMP": str(folder)}
    done = execute([sys.executable, "-m", "cmian_policy.cli.github_action"], ROOT, {**environment(home), **given, **runner})
    found = {f"outputs.{name}": value for name, value in outputs(file.read_text(encoding="utf-8")).items()}
    found["outcome"] = "success" if done.code == 0 else "failure"
    return {f"steps.{step['id']}.{name}": value for name, value in found.items()}


def test_the_workflow_on_the_examples_expects_what_the_action_says(home: Path, tmp_path: Path) -> None:
    *before, last = workflow("examples")["examples"]["steps"]
    used = [step for step in before if step["uses"] == "./"]
    contexts = {name: value for step in used for name, value in play(step, home, tmp_path).items()}
    expected = {name: evaluated(text, contexts) for name, text in last["env"].items()}
    done = shell(last["run"], tmp_path, {**environment(home), **expected})
    assert done.code == 0, done.err
    report = json.loads(Path(expected["EVERY_REPORT"]).read_bytes())
    assert len(report["manifests"]) == len(list(EXAMPLES.rglob("ai-manifest.yaml")))


@pytest.mark.parametrize(
    ("results", "code"),
    [("success success", 0), ("success skipped", 1), ("cancelled success", 1), ("failure success", 1)],
)
def test_the_check_to_require_passes_only_when_all_succeeded(home: Path, tmp_path: Path, results: str, code: int) -> None:
    text = script(workflow("ci")["passed"], "Every job above succeeded")
    assert shell(text, tmp_path, {**environment(home), "RESULTS": results}).code == code


@pytest.mark.parametrize(("tag", "code"), [("v0.2.0", 0), ("0.2.0", 0), ("v0.2.1", 1), ("v0.2", 1)])
def test_a_tag_is_refused_that_is_not_the_version_built(home: Path, tmp_path: Path, tag: str, code: int) -> None:
    (tmp_path / "dist").mkdir()
    for name in ("cmian_policy-0.2.0-py3-none-any.whl", "cmian_policy-0.2.0.tar.gz"):
        (tmp_path / "dist" / name).touch()
    text = script(workflow("release")["materials"], "The tag is the version")
    assert shell(text, tmp_path, {**environment(home), "GITHUB_REF_NAME": tag}).code == code


@pytest.mark.parametrize(
    ("manifest", "code"), [(MINIMAL, OK), (CHATBOT, NON_COMPLIANT), (None, NOTHING_CHECKED)], ids=["pass", "fail", "nothing"]
)
def test_the_sample_for_gitlab_keeps_the_exit_code_and_writes_its_reports(
    home: Path, tmp_path: Path, manifest: str | None, code: int
) -> None:
    if manifest is not None:
        (tmp_path / "ai-manifest.yaml").write_text(manifest, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**environment(home), **GITLAB["variables"], "PATH": programs}
    done = shell("\n".join(GITLAB["script"]), tmp_path, env)
    assert done.code == code, done.err
    reports = {form: (tmp_path / name).read_bytes() for form, name in GITLAB["artifacts"]["reports"].items()}
    found = json.loads(reports["codequality"])
    failures = ET.fromstring(reports["junit"]).iter("failure")  # noqa: S314 - our own report
    assert bool(list(failures)) == (code == NON_COMPLIANT)
    assert ("CMIAN-T01" in {each["check_name"] for each in found}) == (code == NON_COMPLIANT)
    assert "cmian 2026.1, fr-eu-law 2026.1" in done.out or code == NOTHING_CHECKED
