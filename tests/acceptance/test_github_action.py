"""The GitHub Action (cli.md, "Around it"): its own steps, run by bash as on a runner, with the runner's variables and files."""

from __future__ import annotations

import json
import re
import shutil
import sys
import sysconfig
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.acceptance.conftest import settings
from tests.acceptance.test_hostile_text import clean
from tests.github_runner import action, annotated, commands, outputs
from tests.policy_folder import ALWAYS, NEVER, rule, write_policy
from tests.runner import (
    BUG,
    CHATBOT,
    EXAMPLES,
    MINIMAL,
    NON_COMPLIANT,
    NOTHING_CHECKED,
    OK,
    ON,
    ROOT,
    UNREADABLE,
    UNUSABLE,
    USAGE,
    Run,
    edited,
    environment,
    execute,
    named,
)
from tests.sources.workshop import Workshop, needs_ssh_keygen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.runner import Done

INPUTS = ["path", "version", "policy", "policy-dir", "config", "as-of", "lang", "fail-on", "register", "sarif", "summary"]
OUTPUTS = ["verdict", "exit-code", "report-json", "sarif-file", "findings-count", "waived-count", "policy"]
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")


class Acted(NamedTuple):
    """A step that is over, what it wrote to the runner's files, and the outputs that the action makes of it."""

    done: Done
    written: dict[str, str]
    outputs: dict[str, str]
    summary: str | None

    @property
    def report(self) -> dict[str, Any]:
        """The report that the outputs name."""
        with open(self.outputs["report-json"], encoding="utf-8") as stream:
            loaded: dict[str, Any] = json.load(stream)
        return loaded


class Job:
    """A job on a runner: the folders and files that it gives to steps; every name holds a space."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.workspace, self.temp, self.home = folder / "le dépôt", folder / "runner temp", home
        self.output, self.summary, self.event = self.temp / "set output", self.temp / "step summary", self.temp / "event.json"
        for made in (self.workspace, self.temp):
            made.mkdir()
        self.event.write_text(json.dumps({"pull_request": {"head": {"repo": {"full_name": "quelquun/copie"}}}}), encoding="utf-8")

    def write(self, text: str, name: str = "ai-manifest.yaml") -> None:
        """A file of the checkout."""
        (self.workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (self.workspace / name).write_text(text, encoding="utf-8")

    def variables(self) -> dict[str, str]:
        """What the runner sets for a job on a fork's pull request: no token is among it."""
        return {
            **environment(self.home),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(self.event),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_REPOSITORY": "ville/depot",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self.temp),
        }

    def step(self, step_id: str, contexts: Mapping[str, str], env: Mapping[str, str], *, seconds: int = 60) -> Done:
        """One ``run`` step of ``action.yml``; its expressions are names, found in ``contexts``."""
        (step,) = [each for each in action()["runs"]["steps"] if each.get("id") == step_id]
        given = {name: EXPRESSION.sub(lambda found: contexts[found[1]], value) for name, value in step["env"].items()}
        script = self.temp / f"{step_id}.sh"
        script.write_text(step["run"], encoding="utf-8")
        self.output.write_text("", encoding="utf-8")
        self.summary.write_text("", encoding="utf-8")
        bash: list[str | Path] = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script]
        return execute(bash, self.workspace, {**self.variables(), **env, **given}, seconds=seconds)

    def inputs(self, **given: str) -> dict[str, str]:
        """The context ``inputs``: the defaults of the action under what a workflow says."""
        defaults = {name: entry["default"] for name, entry in action()["inputs"].items()}
        said = {name.replace("_", "-"): value for name, value in given.items()}
        assert said.keys() <= defaults.keys()
        return {f"inputs.{name}": value for name, value in {**defaults, **said}.items()}

    def check(
        self,
        said: Mapping[str, str] | None = None,
        *,
        python: str = sys.executable,
        env: Mapping[str, str] | None = None,
        **given: str,
    ) -> Acted:
        """The step that checks, on the date of the tests unless told otherwise."""
        contexts = self.inputs(**{"as_of": ON, **(said or {}), **given})
        done = self.step("check", {**contexts, "steps.install.outputs.python": python}, env or {})
        written = outputs(self.output.read_text(encoding="utf-8"))
        named_by_action = {name: of_action(entry["value"], written) for name, entry in action()["outputs"].items()}
        return Acted(done, written, named_by_action, self.summary.read_text(encoding="utf-8") or None)


def of_action(expression: str, written: Mapping[str, str]) -> str:
    """An output of the action: that of its step, or what stands after ``||`` where there is none."""
    found = re.fullmatch(r"\$\{\{ steps\.check\.outputs\.([a-z-]+)(?: \|\| '(\w+)')? \}\}", expression)
    assert found is not None, expression
    return written.get(found[1], "") or found[2] or ""


@pytest.fixture
def job(tmp_path: Path, home: Path) -> Job:
    """A fresh job."""
    return Job(tmp_path, home)


# What is published


def test_inputs_and_outputs_are_those_of_the_contract() -> None:
    published = action()
    assert list(published["inputs"]) == INPUTS
    assert list(published["outputs"]) == OUTPUTS
    defaults = {name: entry["default"] for name, entry in published["inputs"].items()}
    assert (defaults["path"], defaults["sarif"], defaults["summary"]) == (".", "false", "true")
    assert {defaults[name] for name in INPUTS if name not in {"path", "sarif", "summary"}} == {""}
    assert all(entry["description"] for entry in (*published["inputs"].values(), *published["outputs"].values()))


def test_inputs_reach_scripts_through_the_environment_only() -> None:
    published = action()
    assert published["runs"]["using"] == "composite"
    steps = published["runs"]["steps"]
    assert not any("${{" in step.get("run", "") for step in steps)
    told = " ".join(str(step) for step in steps)
    assert all(f"inputs.{name}" in told for name in INPUTS)
    assert not any("continue-on-error" in step for step in steps)  # peers.md, silent pass 13


@pytest.mark.parametrize(
    ("code", "sarif", "head", "uploaded"),
    [
        ("0", "true", None, True),
        ("1", "true", None, True),
        ("1", "true", "ville/depot", True),
        ("1", "true", "quelquun/copie", False),
        ("1", "true", "", False),  # the fork is gone
        ("1", "false", None, False),
        ("2", "true", None, False),
        ("3", "true", None, False),  # an empty report would close every alert
        ("4", "true", None, False),
        ("70", "true", None, False),
        ("", "true", None, False),  # the step was never reached
    ],
)
def test_code_scanning_gets_what_was_judged_and_never_a_fork_s(
    code: str, sarif: str, head: str | None, *, uploaded: bool
) -> None:
    (step,) = [each for each in action()["runs"]["steps"] if "upload-sarif" in each.get("uses", "")]
    assert step["with"] == {"sarif_file": "${{ steps.check.outputs.sarif-file }}"}
    found = EXPRESSION.fullmatch(step["if"].strip())
    assert found is not None
    values = {
        "!cancelled()": True,
        "inputs.sarif == 'true'": sarif == "true",
        'contains(fromJSON(\'["0", "1"]\'), steps.check.outputs.exit-code)': code in {"0", "1"},
        "!github.event.pull_request": head is None,
        "github.event.pull_request.head.repo.full_name == github.repository": head == "ville/depot",
    }
    logic = found[1]
    for atom in sorted(values, key=len, reverse=True):
        assert atom in logic
        logic = logic.replace(atom, str(values[atom]))
    logic = logic.replace("&&", "and").replace("||", "or")
    assert re.fullmatch(r"(True|False|and|or|[() ])+", logic)
    assert eval(logic) is uploaded  # noqa: S307 - only what the line above lets through


# Outcomes


def test_a_compliant_project(job: Job) -> None:
    job.write((EXAMPLES / "chatbot-demarches/ai-manifest.yaml").read_text(encoding="utf-8"))
    acted = job.check()
    assert (acted.done.code, acted.done.err) == (OK, "")
    assert acted.outputs == {
        "verdict": "compliant",
        "exit-code": "0",
        "report-json": acted.outputs["report-json"],
        "sarif-file": "",
        "findings-count": str(sum(acted.report["summary"][name] for name in ("fail", "review", "error"))),
        "waived-count": "0",
        "policy": "cmian@2026.1 fr-eu-law@2026.1",
    }
    assert acted.report["verdict"] == "compliant"
    assert acted.outputs["report-json"].startswith(str(job.temp))


def test_a_project_that_breaks_a_rule(job: Job, run: Run) -> None:
    job.write(CHATBOT)
    acted = job.check()
    assert (acted.done.code, acted.done.err) == (NON_COMPLIANT, "")
    assert acted.outputs["verdict"] == "non_compliant"
    assert acted.outputs["exit-code"] == "1"
    counts = acted.report["summary"]
    assert int(acted.outputs["findings-count"]) == counts["fail"] + counts["review"] + counts["error"] > 0
    expected = run("check", "--as-of", ON, "-f", "github", cwd=job.workspace)
    assert acted.done.out == expected.out
    assert annotated(acted.done.out)
    assert acted.summary == run("check", "--as-of", ON, "-f", "summary", cwd=job.workspace).out


class Other(NamedTuple):
    """An outcome without a judgement: files of the checkout, inputs, exit code, verdict, and whether there is a report."""

    files: dict[str, str]
    inputs: dict[str, str]
    code: int
    report: bool


OTHERS = {
    "an unknown fail-on": Other({"ai-manifest.yaml": MINIMAL}, {"fail_on": "always"}, USAGE, report=False),
    "a path that is not there": Other({}, {"path": "nulle part"}, USAGE, report=False),
    "a wrong date": Other({"ai-manifest.yaml": MINIMAL}, {"as_of": "demain"}, USAGE, report=False),
    "a flag that is none": Other({"ai-manifest.yaml": MINIMAL}, {"sarif": "oui"}, USAGE, report=False),
    "another flag that is none": Other({"ai-manifest.yaml": MINIMAL}, {"summary": "True"}, USAGE, report=False),
    "a flag that an expression left empty": Other({"ai-manifest.yaml": MINIMAL}, {"summary": ""}, USAGE, report=False),
    "a path that an expression left empty": Other({"ai-manifest.yaml": MINIMAL}, {"path": ""}, USAGE, report=False),
    "an unknown release": Other({"ai-manifest.yaml": MINIMAL}, {"policy": "cmian@1999.9"}, USAGE, report=False),
    "no manifest": Other({}, {}, NOTHING_CHECKED, report=True),
    "nothing in force": Other({"ai-manifest.yaml": MINIMAL}, {"as_of": "2020-01-01"}, NOTHING_CHECKED, report=True),
    "rules that cannot be read": Other(
        {"ai-manifest.yaml": MINIMAL, "regles/essai/pack.yaml": "id: [\n"}, {"policy_dir": "regles"}, UNUSABLE, report=True
    ),
}


@pytest.mark.parametrize("which", OTHERS)
def test_what_could_not_be_judged_is_never_a_success(job: Job, which: str) -> None:
    """Peers.md, silent pass 13: findings, a failure of the tool and nothing checked are told apart, in every output."""
    wanted = OTHERS[which]
    for name, text in wanted.files.items():
        job.write(text, name)
    acted = job.check(wanted.inputs)
    assert (acted.done.code, acted.done.err) == (wanted.code, "")
    assert list(acted.written) == OUTPUTS
    assert acted.outputs["verdict"] == "error"
    assert acted.outputs["exit-code"] == str(wanted.code)
    assert acted.outputs["findings-count"] == acted.outputs["waived-count"] == "0"
    assert bool(acted.outputs["report-json"]) is wanted.report
    read = commands(acted.done.out)
    assert read[0].name == "error"
    assert read[0].data
    if wanted.report:
        assert acted.report["verdict"] == "error"


def test_when_the_tool_was_never_installed_the_outputs_say_error() -> None:
    """The step that checks did not run: what the action itself says in its place."""
    said = {name: of_action(entry["value"], {}) for name, entry in action()["outputs"].items()}
    assert said == {
        **dict.fromkeys(OUTPUTS, ""),
        "verdict": "error",
        "exit-code": "2",
        "findings-count": "0",
        "waived-count": "0",
    }


def broken(folder: Path, file: str, text: str) -> str:
    """A Python whose copy of the tool has one file replaced."""
    made = execute([sys.executable, "-m", "venv", "--without-pip", folder / "env"], folder, environment(folder))
    assert made.code == 0, made.err
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "src/cmian_policy" / file).write_text(text, encoding="utf-8")
    (packages,) = (folder / "env/lib").glob("*/site-packages")
    (packages / "outil.pth").write_text(f"{folder / 'src'}\n{sysconfig.get_paths()['purelib']}\n", encoding="utf-8")
    (folder / "src/cmian_policy/bundled").mkdir()
    for name in ("policies", "schemas"):
        shutil.copytree(ROOT / name, folder / "src/cmian_policy/bundled" / name)
    return str(folder / "env/bin/python")


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("reporters/json.py", "def render(report, style):\n    return 1 / 0\n", "ZeroDivisionError"),
        ("__main__.py", "raise SystemExit(0)\n", "0"),
        ("__main__.py", "raise SystemExit(1)\n", "1"),
        ("__main__.py", "import os\nos.kill(os.getpid(), 9)\n", "-9"),
        ("__main__.py", "import rien_de_tel\n", "rien_de_tel"),
    ],
)
def test_a_check_that_ends_without_a_report_is_a_bug_whatever_it_says(
    job: Job, tmp_path: Path, file: str, text: str, told: str
) -> None:
    job.write((EXAMPLES / "chatbot-demarches/ai-manifest.yaml").read_text(encoding="utf-8"))
    acted = job.check(python=broken(tmp_path, file, text))
    assert acted.done.code == BUG
    assert (acted.outputs["verdict"], acted.outputs["exit-code"], acted.outputs["report-json"]) == ("error", "70", "")
    (error,) = annotated(acted.done.out)
    assert error.name == "error"
    assert told in error.data
    assert "\n" not in acted.done.out.rstrip("\n")


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "RUNNER_TEMP"])
@pytest.mark.parametrize("value", ["", "nulle part/du tout"])
def test_away_from_a_runner_it_says_so(job: Job, name: str, value: str) -> None:
    job.write(MINIMAL)
    acted = job.check(env={name: value and str(job.temp / value)})
    assert (acted.done.code, acted.done.err) == (USAGE, "")
    (error,) = [each for each in annotated(acted.done.out) if not each.properties.get("file")][-1:]
    assert error.name == "error"


# Inputs


def test_several_paths_one_a_line_with_spaces(job: Job) -> None:
    for name in ("un projet", "un autre", "hors sujet"):
        job.write(named(name.replace(" ", "-")), f"{name}/ai-manifest.yaml")
    acted = job.check(path="un projet\n  un autre/ai-manifest.yaml  \n\n")
    assert [held["path"] for held in acted.report["manifests"]] == ["un autre/ai-manifest.yaml", "un projet/ai-manifest.yaml"]


@pytest.mark.parametrize("path", ["-h", "--help", "-v", "--fail-on=never", "--", "-"])
def test_a_path_is_never_an_option(job: Job, path: str) -> None:
    job.write(CHATBOT)
    assert job.check(path=path).done.code == USAGE
    job.write(CHATBOT, f"{path}/ai-manifest.yaml")
    acted = job.check(path=path)
    assert acted.done.code == NON_COMPLIANT
    assert [held["path"] for held in acted.report["manifests"]] == [f"{path}/ai-manifest.yaml"]


@pytest.mark.parametrize("name", ["policy", "policy_dir", "config", "register", "as_of", "lang", "fail_on"])
@pytest.mark.parametrize(
    "value", ["-h", "--help", "--fail-on=never", "$(touch vu)", "`touch vu`", "; touch vu", "x\ny::error::z"]
)
def test_the_value_of_an_input_is_never_an_option_nor_a_command(job: Job, name: str, value: str) -> None:
    job.write(CHATBOT)
    acted = job.check({name: value})
    assert acted.done.code in {USAGE, UNUSABLE}
    assert acted.outputs["verdict"] == "error"
    assert {each.name for each in commands(acted.done.out)} <= {"error", "stop-commands", *(each.name for each in paused(acted))}
    assert not (job.workspace / "vu").exists()


def paused(acted: Acted) -> list[Any]:
    """The commands that end a pause, each known by its token only."""
    read = commands(acted.done.out)
    tokens = {each.data.lower() for each in read if each.name == "stop-commands"}
    return [each for each in read if each.name in tokens]


def test_releases_and_the_language(job: Job) -> None:
    job.write(MINIMAL)
    acted = job.check(policy="cmian@2025.1\n\n fr-eu-law@2026.1", lang="en")
    assert acted.outputs["policy"] == "cmian@2025.1 fr-eu-law@2026.1"
    assert acted.report["lang"] == "en"
    assert acted.summary is not None
    assert "Rules used" in acted.summary
    assert "Error: " in annotated(job.check(lang="en", fail_on="no").done.out)[0].data


def test_a_policy_folder(job: Job, tmp_path: Path) -> None:
    job.write(MINIMAL)
    folder = write_policy(tmp_path / "des règles", rule("ESSAI-X01", NEVER, level={"default": "advisory"}))
    acted = job.check(policy_dir=str(folder))
    assert (acted.done.code, acted.outputs["policy"], acted.outputs["findings-count"]) == (OK, "essai@2025.1", "1")
    acted = job.check(policy_dir=str(folder), fail_on="blocking\nadvisory")
    assert (acted.done.code, acted.outputs["verdict"], acted.outputs["exit-code"]) == (NON_COMPLIANT, "compliant", "1")


def test_fail_on_never_changes_the_code_and_not_the_verdict(job: Job) -> None:
    job.write(CHATBOT)
    acted = job.check(fail_on="never")
    assert (acted.done.code, acted.outputs["exit-code"], acted.outputs["verdict"]) == (OK, "0", "non_compliant")


def test_a_configuration(job: Job) -> None:
    job.write(CHATBOT, "garde/ai-manifest.yaml")
    job.write(named("autre", CHATBOT), "exclu/ai-manifest.yaml")
    job.write("exclude: [exclu/**]\nlang: en\n", "reglages.yaml")
    acted = job.check(config="reglages.yaml")
    assert [held["path"] for held in acted.report["manifests"]] == ["garde/ai-manifest.yaml"]
    assert acted.report["lang"] == "en"


def test_a_configuration_decides_what_the_inputs_leave_open(job: Job) -> None:
    """An empty input is no value: it does not stand before what the repository configures."""
    job.write(MINIMAL)
    job.write("fail_on: advisory\nlang: en\n", ".cmian-policy.yaml")
    acted = job.check()
    assert acted.report["lang"] == "en"
    advisory = [
        finding
        for finding in acted.report["manifests"][0]["findings"]
        if (finding["verdict"], finding["level"]) == ("fail", "advisory")
    ]
    assert advisory
    assert acted.done.code == NON_COMPLIANT


def test_a_register(job: Job) -> None:
    acted = job.check(path=str(EXAMPLES / "tri-cv"), register=str(EXAMPLES / "register"))
    assert acted.report["register"]["configured"] is True
    assert acted.outputs["waived-count"] == str(acted.report["summary"]["waived"]) == "1"


def test_the_job_summary_is_left_out_on_demand(job: Job) -> None:
    job.write(CHATBOT)
    acted = job.check(summary="false")
    assert (acted.done.code, acted.summary) == (NON_COMPLIANT, None)


def test_sarif(job: Job) -> None:
    job.write(CHATBOT)
    acted = job.check(sarif="true")
    assert acted.done.code == NON_COMPLIANT
    with open(acted.outputs["sarif-file"], encoding="utf-8") as stream:
        sarif = json.load(stream)
    assert sarif["version"] == "2.1.0"
    assert sarif["runs"][0]["results"]
    assert acted.outputs["sarif-file"].startswith(str(job.temp))
    assert job.check(sarif="true", path="nulle part").outputs["sarif-file"] == ""


# A pull request that would rather pass


def test_a_manifest_cannot_choose_the_rules_that_the_workflow_pins(job: Job) -> None:
    """Pinned to 2025.1, the manifest would be judged by the release that its authors like better."""
    job.write(f"{MINIMAL}policy: [cmian@2025.1]\n")
    assert "cmian@2025.1" in releases(job.check().report)
    acted = job.check(policy="cmian@2026.1\nfr-eu-law@2026.1")
    assert releases(acted.report) == {"cmian@2026.1", "fr-eu-law@2026.1"}


def test_a_configuration_cannot_swap_the_rules_that_the_workflow_pins(job: Job) -> None:
    """A pull request gives the pinned pack another source, whose rules all let pass, and exempts its manifest."""
    job.write(CHATBOT)
    shutil.copytree(ROOT / "policies", job.workspace / "regles")
    job.write("packs:\n  - {id: cmian, source: regles}\nexclude: ['*']\nfail_on: review\n", ".cmian-policy.yaml")
    for acted in (job.check(policy="cmian@2026.1"), job.check(policy_dir=str(ROOT / "policies"))):
        assert acted.done.code == NON_COMPLIANT
        assert {used["source"] for used in acted.report["policy"]} <= {"bundled", str(ROOT / "policies")}
    job.write("lang: en\n", "reglages.yaml")
    assert job.check(policy="cmian@2026.1", config="reglages.yaml").report["lang"] == "en"


@needs_ssh_keygen
def test_a_register_from_git_is_brought_as_the_lock_pins_it(job: Job, tmp_path: Path) -> None:
    """A fresh runner has no copy of the register; the lock is in the checkout, and what it pins is all that is brought."""
    work = Workshop(tmp_path / "ville")
    register = work.repository("registre")
    commit = register.commit({f"r/{path}": raw for path, raw in files_of(EXAMPLES / "register").items()}, key=work.key("greffe"))
    keys = f"greffe@example.org {(work.folder / 'key-greffe.pub').read_text(encoding='utf-8')}"
    job.write((EXAMPLES / "tri-cv/ai-manifest.yaml").read_text(encoding="utf-8"))
    job.write(keys, "cles")
    spec = f"{{id: registre-fictif, source: {register.address}, ref: main, path: r, allowed_signers: cles}}"
    job.write(f"register: {spec}\n", ".cmian-policy.yaml")
    made = execute([sys.executable, "-m", "cmian_policy", "policy", "update"], job.workspace, work.env)
    assert made.code == OK, made.err
    register.commit({"r/waivers/derogation-fictive-2026-003.yaml": b"- rien\n"}, key=work.folder / "key-greffe")
    acted = job.check()
    assert (acted.report["register"]["commit"], acted.report["register"]["signed"]) == (commit, True)
    shutil.rmtree(register.folder)
    lost = job.check()
    assert (lost.done.code, lost.outputs["verdict"]) == (UNUSABLE, "error")
    assert "policy update" in lost.done.out


@needs_ssh_keygen
def test_the_lock_of_the_configuration_that_applies_is_the_one_that_counts(job: Job, tmp_path: Path) -> None:
    """The configuration lies where the paths lead, not always where the job runs."""
    work = Workshop(tmp_path / "ville")
    rules = work.repository("regles")
    rules.commit({f"policies/{path}": raw for path, raw in files_of(ROOT / "policies").items()})
    job.write(MINIMAL, "projet/ai-manifest.yaml")
    spec = f"{{id: cmian, source: {rules.address}, ref: main, path: policies}}"
    job.write(f"packs: [{spec}]\n", "projet/.cmian-policy.yaml")
    made = execute([sys.executable, "-m", "cmian_policy", "policy", "update"], job.workspace / "projet", work.env)
    assert made.code == OK, made.err
    acted = job.check(path="projet")
    assert acted.done.code == OK, acted.done.out
    assert acted.report["policy"][0]["commit"] == rules.git("rev-parse", "HEAD")


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, by its path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def releases(report: dict[str, Any]) -> set[str]:
    """The releases that judged the findings of a report."""
    findings = [finding for held in report["manifests"] for finding in held["findings"]]
    return {f"{finding['pack']}@{finding['release']}" for finding in findings if finding["pack"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CMIAN_FAIL_ON", "never"),
        ("CMIAN_SELECT", "CMIAN-F01"),
        ("CMIAN_POLICY", "cmian@2025.1"),
        ("CMIAN_FORMAT", "json"),
        ("CMIAN_QUIET", "1"),
        ("CMIAN_LANG", "en"),
        ("CMIAN_POLICY_DIR", "regles"),
        ("CMIAN_CONFIG", "ailleurs.yaml"),
        ("PYTHONPATH", "."),
        ("PYTHONSTARTUP", "sitecustomize.py"),
        ("PYTHONINSPECT", "1"),
    ],
)
def test_a_variable_left_behind_by_another_step_decides_nothing(job: Job, name: str, value: str) -> None:
    job.write(CHATBOT)
    job.write("raise SystemExit(0)\n", "sitecustomize.py")
    expected = job.check()
    acted = job.check(env={name: value})
    assert (acted.done, acted.summary) == (expected.done, expected.summary)
    assert {**acted.outputs, "report-json": ""} == {**expected.outputs, "report-json": ""}


@pytest.mark.parametrize(
    "name", ["cmian_policy/__init__.py", "sitecustomize.py", "json.py", "click/__init__.py", "yaml.py", "runpy.py", "tempfile.py"]
)
def test_a_file_of_the_checkout_is_never_a_module(job: Job, name: str) -> None:
    job.write(CHATBOT)
    job.write("open('vu', 'w').close()\nraise SystemExit(0)\n", name)
    acted = job.check()
    assert acted.done.code == NON_COMPLIANT
    assert not (job.workspace / "vu").exists()


@pytest.mark.parametrize(
    "hostile", ["a\n::set-output name=verdict::compliant", "##[stop-commands]x", "a\n##[add-mask]b", "a\r::error::b", "a::b,c%0A"]
)
def test_what_a_manifest_says_makes_the_runner_do_nothing(job: Job, hostile: str) -> None:
    job.write(edited(CHATBOT, ("status: operational", f"status: {json.dumps(hostile)}")))
    acted = job.check()
    assert acted.done.code == NON_COMPLIANT
    clean(acted.done.out)
    assert annotated(acted.done.out)
    assert acted.outputs["verdict"] == "non_compliant"


@pytest.mark.parametrize("name", ["##[stop-commands]x", "##[error]y", "::error::z"])
def test_notes_on_standard_error_are_words_too(job: Job, tmp_path: Path, name: str) -> None:
    """The runner reads both streams: what the tool says of a file there stands between a pause and its end."""
    never = {"cel": "false", "otherwise": {"fr": "Jamais.", "en": "Never."}}
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", ALWAYS, applies_when=never))
    job.write(MINIMAL, f"{name}/ai-manifest.yaml")
    acted = job.check(policy_dir=str(folder))
    assert (acted.done.code, acted.done.err) == (NOTHING_CHECKED, "")
    assert f"{name}/ai-manifest.yaml".replace("##", r"#\u0023") in acted.done.out
    ends = paused(acted)
    assert [each.name for each in commands(acted.done.out)] == ["error", "stop-commands", ends[0].name]
    assert len(ends[0].name) >= 32
    assert ends[0].name not in job.check(policy_dir=str(folder)).done.out  # no two pauses end alike


def test_nothing_is_written_outside_the_runner_s_folder(job: Job, tmp_path: Path) -> None:
    """No token, no comment, no cache: what a fork's pull request may do is enough."""
    job.write(CHATBOT)
    home = tmp_path / "foyer"
    home.mkdir()
    before = {path: path.stat().st_mtime_ns for path in job.workspace.rglob("*")}
    acted = job.check(env={"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")})
    assert acted.done.code == NON_COMPLIANT
    assert {path: path.stat().st_mtime_ns for path in job.workspace.rglob("*")} == before
    assert list(home.iterdir()) == []


def test_a_second_use_in_the_same_job_leaves_the_first_report_alone(job: Job) -> None:
    job.write(CHATBOT)
    first = job.check()
    before = first.report
    job.write(UNREADABLE)
    second = job.check()
    assert first.outputs["report-json"] != second.outputs["report-json"]
    assert first.report == before != second.report


# Its installation


@pytest.mark.parametrize(
    "version", ["latest", "1.2", "1.2.3rc1", ">=1", "1.2.3 --pre", "1.2.3\n::set-output name=a::b", "-h", "1.2.3; x"]
)
@pytest.mark.parametrize(("lang", "told"), [("", "s'écrit"), ("en", "is written")])
def test_a_version_is_three_numbers(job: Job, version: str, lang: str, told: str) -> None:
    contexts = {**job.inputs(version=version, lang=lang), "steps.python.outputs.python-path": sys.executable}
    done = job.step("install", contexts, {})
    assert (done.code, done.err) == (USAGE, "")
    (error,) = annotated(done.out)
    assert told in error.data
    assert outputs(job.output.read_text(encoding="utf-8")) == {}
    assert not list(job.temp.glob("cmian-policy-*"))


def test_from_its_own_commit_to_a_verdict(job: Job, tmp_path: Path) -> None:
    """Both steps for real, in a checkout full of traps: the one test here that needs the package index."""
    job.write(CHATBOT)
    for name in ("venv.py", "pip/__init__.py", "cmian_policy/__init__.py", "setup.cfg", "pyproject.toml"):
        job.write("raise SystemExit(0)\n", name)
    contexts = {**job.inputs(), "steps.python.outputs.python-path": sys.executable}
    network = {name: value for name, value in settings(tmp_path).items() if name not in environment(tmp_path)}
    installed = job.step("install", contexts, network, seconds=300)
    assert (installed.code, installed.out, installed.err) == (0, "", "")
    python = outputs(job.output.read_text(encoding="utf-8"))["python"]
    assert python.startswith(str(job.temp))
    acted = job.check(python=python)
    assert (acted.done.code, acted.done.err) == (NON_COMPLIANT, "")
    assert (acted.outputs["verdict"], acted.outputs["policy"]) == ("non_compliant", "cmian@2026.1 fr-eu-law@2026.1")
    assert acted.report["tool"]["name"] == "cmian-policy"
