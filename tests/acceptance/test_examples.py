"""Each project of examples/ against the installed wheel: its scenario, and its golden reports byte for byte.

The goldens are ``expected.txt`` and ``expected.json`` beside each scenario; ``--update-golden`` writes them anew. They hold
``VERSION`` where a report says the tool's version, so that a release of the tool changes none of them.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

import cmian_policy
from tests.runner import EXAMPLES, ROOT, Done, environment, execute

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.acceptance.conftest import Installed

NO_PROJECT = {"ci", "register"}  # samples for the forges, and a committee's register
SCENARIOS = pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/scenario.yaml")))
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas/report/1.0.schema.json").read_text(encoding="utf-8"))


def scenario(name: str) -> dict[str, Any]:
    """What a scenario file says."""
    loaded: dict[str, Any] = yaml.safe_load((EXAMPLES / name / "scenario.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def play(installed: Installed, home: Path, tmp_path: Path) -> Callable[[str, str], Done]:
    """Plays a scenario in a format, away from the checkout."""
    kept = shutil.ignore_patterns("expected.*")
    shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=kept)

    def call(name: str, form: str) -> Done:
        return execute([installed.command, *scenario(name)["command"], "-f", form], tmp_path, environment(home))

    return call


def normalised(form: str, out: str) -> str:
    """A report in which nothing depends on the tool's version."""
    return out.replace(f'"version": "{cmian_policy.__version__}"', '"version": "VERSION"', 1) if form == "json" else out


def test_there_are_scenarios_and_each_folder_has_one() -> None:
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - NO_PROJECT
    assert folders == {path.parent.name for path in EXAMPLES.glob("*/scenario.yaml")}
    assert len(folders) >= 14


def found(report: dict[str, Any], verdict: str) -> list[str]:
    """The findings of one verdict, as scenarios write them: rule and level."""
    findings = (finding for manifest in report["manifests"] for finding in manifest["findings"])
    return sorted(f"{finding['rule']} {finding['level']}" for finding in findings if finding["verdict"] == verdict)


@SCENARIOS
def test_a_scenario_comes_out_as_it_says(play: Callable[[str, str], Done], name: str) -> None:
    expected = scenario(name)
    done = play(name, "json")
    report = done.report
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert len(done.err.splitlines()) == len(report["notes"])
    assert (done.code, report["verdict"]) == (expected["exit_code"], expected["verdict"])
    assert found(report, "fail") == sorted(expected["fails"])
    assert found(report, "review") == sorted(expected.get("reviews", []))
    assert found(report, "waived") == sorted(expected.get("waived", []))
    assert play(name, "text").code == expected["exit_code"]


@SCENARIOS
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_report_is_its_golden_byte_for_byte(
    play: Callable[[str, str], Done], name: str, form: str, pytestconfig: pytest.Config
) -> None:
    golden = EXAMPLES / name / {"text": "expected.txt", "json": "expected.json"}[form]
    out = normalised(form, play(name, form).out)
    if pytestconfig.getoption("update_golden"):
        golden.write_bytes(out.encode())
    assert golden.is_file(), "no golden report yet: run once with --update-golden, and read what it writes"
    assert out.encode() == golden.read_bytes()


def test_no_golden_is_left_of_a_scenario_that_is_gone() -> None:
    goldens = {path.parent.name for path in EXAMPLES.glob("*/expected.*")}
    assert goldens <= {path.parent.name for path in EXAMPLES.glob("*/scenario.yaml")}
