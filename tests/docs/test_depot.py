"""The guide for projects ("Dans votre dépôt en cinq minutes"): what it tells people to copy exists and is what the files say."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import yaml
from jsonschema import Draft202012Validator

from cmian_policy.reporters import formats
from tests.runner import CHATBOT, NON_COMPLIANT, ON, ROOT, Run

if TYPE_CHECKING:
    from pathlib import Path

GUIDE = (ROOT / "docs/dans-votre-depot.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def loaded(path: str) -> Any:  # noqa: ANN401 - any YAML
    """A YAML file of the repository."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def samples() -> list[Any]:
    """The YAML blocks of the guide."""
    return [yaml.safe_load(text) for kind, text in BLOCK.findall(GUIDE) if kind == "yaml"]


def commands() -> list[list[str]]:
    """The command lines of the guide."""
    texts = [text for kind, text in BLOCK.findall(GUIDE) if kind == "console"]
    return [shlex.split(line.removeprefix("$ ")) for text in texts for line in text.splitlines() if line.startswith("$ ")]


def test_its_hooks_exist_and_every_hook_is_explained() -> None:
    known = {hook["id"] for hook in loaded(".pre-commit-hooks.yaml")}
    (sample,) = [sample for sample in samples() if "repos" in sample]
    assert {hook["id"] for hook in sample["repos"][0]["hooks"]} <= known
    assert [hook for hook in known if f"`{hook}`" not in GUIDE] == []


def test_its_hooks_are_those_of_the_sample() -> None:
    (sample,) = [sample for sample in samples() if "repos" in sample]
    assert sample == loaded("examples/ci/pre-commit-config.yaml")


def test_the_inputs_of_its_step_are_the_action_s() -> None:
    (step,) = [steps[0] for steps in samples() if isinstance(steps, list)]
    known = loaded("action.yml")["inputs"].keys()
    assert step["with"].keys() <= known
    job = loaded("examples/ci/github-workflow.yml")["jobs"]["check"]["steps"]
    assert step["uses"] in {used["uses"] for used in job}
    assert {"sarif", "summary", "policy", "config"} <= known


def test_the_job_to_require_has_the_name_that_the_guide_gives() -> None:
    name = loaded("examples/ci/github-workflow.yml")["jobs"]["check"]["name"]
    assert f"\u00a0{name}\u00a0" in GUIDE


def test_every_format_and_every_exit_code_is_explained() -> None:
    rows = set(re.findall(r"^\| `?(\w+)`? \|", GUIDE, re.MULTILINE))
    assert set(formats()) <= rows
    assert {"0", "1", "2", "3", "4", "70"} <= rows


def test_its_commands_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    ours = [line[1:] for line in commands() if line[0] == "cmian-policy"]
    assert [line[0] for line in ours] == ["check", "explain"]
    assert run(*ours[0], "--as-of", ON).code == NON_COMPLIANT
    assert (tmp_path / "rapport.html").stat().st_size
    assert (tmp_path / "rapport.xml").stat().st_size
    assert run(*ours[1]).code == 0


CONFIGURATION = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")


def test_the_configuration_that_the_documents_show_is_one() -> None:
    (sample,) = [yaml.safe_load(text) for kind, text in BLOCK.findall(CONFIGURATION) if kind == "yaml"]
    contract = json.loads((ROOT / "schemas/config/1.0.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(contract).validate(sample)
    assert sample.keys() == contract["properties"].keys()


def test_every_key_of_the_configuration_is_explained() -> None:
    contract = json.loads((ROOT / "schemas/config/1.0.schema.json").read_text(encoding="utf-8"))
    keys = {*contract["properties"], *contract["$defs"]["source"]["properties"]}
    assert [key for key in keys if f"| `{key}` |" not in CONFIGURATION] == []
