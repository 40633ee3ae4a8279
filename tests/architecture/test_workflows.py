"""The forge's files: as their published schemas say, rights granted by name, nothing unpinned, nothing that zizmor reports."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.github_runner import action
from tests.runner import EXAMPLES, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FORGE = ROOT / ".github"
WORKFLOWS = sorted((FORGE / "workflows").glob("*.yml"))
SAMPLE = EXAMPLES / "ci/github-workflow.yml"
FORMS = sorted((FORGE / "ISSUE_TEMPLATE").glob("[0-9]*.yml"))
RUNNABLE = [*WORKFLOWS, SAMPLE, ROOT / "action.yml"]

SCHEMAS = {
    "vendor.github-workflows": [*WORKFLOWS, SAMPLE],
    "custom.github-workflows-require-timeout": [*WORKFLOWS, SAMPLE],
    "vendor.github-actions": [ROOT / "action.yml"],
    "vendor.github-issue-forms": FORMS,
    "vendor.github-issue-config": [FORGE / "ISSUE_TEMPLATE/config.yml"],
    "vendor.dependabot": [FORGE / "dependabot.yml"],
    "vendor.gitlab-ci": [EXAMPLES / "ci/gitlab-ci.yml"],
}
AUDITED = [FORGE / "dependabot.yml", *RUNNABLE, ROOT / ".pre-commit-hooks.yaml"]

# Every right to write, and to whom it is granted: a new one has to be written here as well.
WRITES = {
    ("release", "attest"): {"id-token", "attestations"},
    ("release", "publish"): {"id-token"},
    ("release", "announce"): {"contents"},
    ("github-workflow", "alerts"): {"security-events"},
}
EACH_FILE = pytest.mark.parametrize("file", RUNNABLE, ids=lambda file: file.stem)
EACH_WORKFLOW = pytest.mark.parametrize("file", [*WORKFLOWS, SAMPLE], ids=lambda file: file.stem)

INJECTION = """
name: Injection
on: pull_request
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.pull_request.title }}
"""


def read(file: Path) -> Any:  # noqa: ANN401 - whatever a YAML file holds
    """A YAML file."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def jobs(file: Path) -> dict[str, dict[str, Any]]:
    """The jobs of a workflow; those of an action are its one list of steps."""
    loaded = read(file)
    found: dict[str, dict[str, Any]] = loaded["jobs"] if "jobs" in loaded else {"runs": loaded["runs"]}
    return found


def steps(file: Path) -> Iterator[dict[str, Any]]:
    """The steps of all jobs; a job that calls a workflow stands for the step that it is."""
    for job in jobs(file).values():
        yield from job.get("steps", [job])


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A program of this virtual environment, at the root of the checkout."""
    command = [Path(sys.executable).with_name(program), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def test_there_is_something_to_look_at() -> None:
    assert [file.stem for file in WORKFLOWS] == ["ci", "examples", "release"]
    assert len(FORMS) == 3


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_are_as_their_schema_says(schema: str, tmp_path: Path) -> None:
    done = run("check-jsonschema", "--builtin-schema", schema, *SCHEMAS[schema])
    assert done.returncode == 0, done.stdout
    (tmp_path / "wrong.yml").write_text("jobs: [{steps: 1}]\n", encoding="utf-8")
    assert run("check-jsonschema", "--builtin-schema", schema, tmp_path / "wrong.yml").returncode == 1


def zizmor(*files: Path) -> subprocess.CompletedProcess[str]:
    """Zizmor at its strictest, without the network, deaf to comments that would silence it."""
    options = ("--offline", "--persona=auditor", "--no-ignores", "--strict-collection", "--format=json", "--color=never")
    return run("zizmor", *options, f"--config={FORGE / 'zizmor.yml'}", *files)


def test_zizmor_reports_nothing() -> None:
    done = zizmor(*AUDITED)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stdout + done.stderr
    assert done.stderr.count(" completed ") == len(AUDITED)


def test_zizmor_would_report_something(tmp_path: Path) -> None:
    (tmp_path / "injection.yml").write_text(INJECTION, encoding="utf-8")
    done = zizmor(tmp_path / "injection.yml")
    assert done.returncode > 0
    assert "template-injection" in done.stdout


@EACH_FILE
def test_every_action_is_pinned_to_a_commit_and_says_its_version(file: Path) -> None:
    used = [step["uses"] for step in steps(file) if "uses" in step and not step["uses"].startswith("./")]
    lines = re.findall(r"uses: ([\w./-]+@[0-9a-f]{40}) # v\d+\.\d+\.\d+$", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(used) == sorted(lines)


def test_an_action_is_pinned_to_one_commit_everywhere() -> None:
    """The sample is left out: it is not what the updates of this repository look at."""
    pins: dict[str, set[str]] = {}
    for file in (*WORKFLOWS, ROOT / "action.yml"):
        for name, pin in re.findall(r"uses: ([\w./-]+)@(.+)", file.read_text(encoding="utf-8")):
            pins.setdefault(name, set()).add(pin)
    assert pins
    assert {name: pin for name, pin in pins.items() if len(pin) > 1} == {}


@EACH_WORKFLOW
def test_a_job_has_the_rights_that_it_names_and_no_other(file: Path) -> None:
    assert read(file)["permissions"] == {}
    for name, job in jobs(file).items():
        granted: dict[str, str] = job["permissions"]
        assert set(granted.values()) <= {"read", "write"}
        assert {right for right, level in granted.items() if level == "write"} == WRITES.get((file.stem, name), set())


@EACH_WORKFLOW
def test_a_workflow_stops_what_is_outdated_and_holds_no_credentials(file: Path) -> None:
    assert read(file)["concurrency"]["group"]
    checkouts = [step for step in steps(file) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@EACH_FILE
def test_no_script_holds_an_expression(file: Path) -> None:
    scripts = [step["run"] for step in steps(file) if "run" in step]
    assert not [script for script in scripts if "${{" in script]


@EACH_FILE
def test_no_failure_is_tolerated_but_those_that_the_next_step_expects(file: Path) -> None:
    tolerant = [step["id"] for step in steps(file) if "continue-on-error" in step]
    assert tolerant == (["refused", "nothing"] if file.stem == "examples" else [])
    assert not [job for job in jobs(file).values() if "continue-on-error" in job]


def test_the_one_check_to_require_waits_for_every_other_job() -> None:
    found = jobs(FORGE / "workflows/ci.yml")
    assert set(found["passed"]["needs"]) == set(found) - {"passed"}
    assert found["passed"]["if"] == "${{ always() }}"


def test_what_is_published_went_through_everything_before() -> None:
    """Attested after the whole of CI, published after that, announced last; nothing is built but by CI."""
    found = jobs(FORGE / "workflows/release.yml")
    assert [(name, job.get("needs")) for name, job in found.items()] == [
        ("ci", None),
        ("materials", "ci"),
        ("attest", "materials"),
        ("publish", "attest"),
        ("announce", "publish"),
    ]
    assert found["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert found["publish"]["environment"] == "pypi"
    assert not [step for step in steps(FORGE / "workflows/release.yml") if "hatchling" in step.get("run", "")]


@pytest.mark.parametrize("file", [FORGE / "workflows/examples.yml", SAMPLE], ids=lambda file: file.stem)
def test_inputs_and_outputs_of_the_action_are_those_it_declares(file: Path) -> None:
    declared = action()
    own = [step for step in steps(file) if step.get("uses", "").startswith(("./", "VOTRE-ORGANISATION/"))]
    assert own
    assert {name for step in own for name in step["with"]} <= set(declared["inputs"])
    asked = set(re.findall(r"steps\.\w+\.outputs\.([\w-]+)", file.read_text(encoding="utf-8")))
    assert asked <= set(declared["outputs"])


def test_the_hooks_of_the_sample_exist() -> None:
    hooks = {hook["id"] for hook in read(ROOT / ".pre-commit-hooks.yaml")}
    (source,) = read(EXAMPLES / "ci/pre-commit-config.yaml")["repos"]
    assert {hook["id"] for hook in source["hooks"]} <= hooks


def test_the_form_for_a_wrong_rule_asks_for_what_an_answer_needs() -> None:
    fields = {part["id"]: part for part in read(FORMS[0])["body"] if part["type"] != "markdown"}
    needed = {"rule", "rule-version", "release", "text", "manifest", "obtained", "expected", "reason"}
    assert {name for name, part in fields.items() if part.get("validations", {}).get("required")} == needed
    assert fields["obtained"]["attributes"]["options"] == fields["expected"]["attributes"]["options"]


@pytest.mark.parametrize("file", FORMS, ids=lambda file: file.stem)
def test_forms_are_in_both_languages(file: Path) -> None:
    form = read(file)
    labels = [part["attributes"]["label"] for part in form["body"] if part["type"] != "markdown"]
    assert not [text for text in (form["name"], form["description"], *labels) if " · " not in text and text != "Versions"]


@pytest.mark.parametrize("ecosystem", ["github-actions", "npm", "pip"])
def test_updates_rest_a_week(ecosystem: str) -> None:
    (update,) = [each for each in read(FORGE / "dependabot.yml")["updates"] if each["package-ecosystem"] == ecosystem]
    assert update["cooldown"]["default-days"] >= 7
    assert (ROOT / update["directory"].lstrip("/")).is_dir()
