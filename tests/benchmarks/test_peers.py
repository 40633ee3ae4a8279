"""The rules that other programs are given for the benchmark: no older than ours, and the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml
from peers.agree import dates_for_guard
from peers.answers import Said, of_conftest, of_guard, of_opa, ours
from peers.catalogue import in_force
from peers.install import GUARD, REGO, said_in_guard
from peers.programs import HERE, home

from tests.runner import ROOT

ON = date.fromisoformat(json.loads((REGO / "data.json").read_text(encoding="utf-8"))["evaluated_on"])
IN_FORCE = {rule: version for each in in_force(ROOT / "policies", ON) for rule, version in each.rules.items()}


def in_readme() -> dict[str, tuple[int, str]]:
    """The rules of the table: version, and what it says of Guard."""
    rows = re.findall(
        r"^\| ([A-Z]+-[A-Z]\d\d) \| (\d+) \| `\w+\.rego` \| (.+) \|$", (HERE / "README.md").read_text("utf-8"), re.MULTILINE
    )
    return {rule: (int(version), guard) for rule, version, guard in rows}


def rego() -> str:
    """All the Rego."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(REGO.glob("*.rego")))


def test_the_releases_in_force_hold_the_43_rules() -> None:
    assert len(IN_FORCE) == 43
    assert [each.release for each in in_force(ROOT / "policies", ON)] == ["cmian@2026.1", "fr-eu-law@2026.1"]


def test_the_table_names_every_rule_in_its_version() -> None:
    assert {rule: version for rule, (version, _) in in_readme().items()} == IN_FORCE


@pytest.mark.parametrize("part", [r"^applies\[\"(.+?)\"\]", r"^(?:fail|review)\[\"(.+?)\"\]"])
def test_the_rego_says_when_every_rule_applies_and_what_it_asks(part: str) -> None:
    assert set(re.findall(part, rego(), re.MULTILINE)) == IN_FORCE.keys()


def test_the_rego_knows_the_level_of_every_rule() -> None:
    text = (REGO / "verdicts.rego").read_text(encoding="utf-8")
    declared = text[: text.index("\nrules := ")]
    assert sorted(re.findall(r"\"([A-Z]+-[A-Z]\d\d)\"", declared)) == sorted(IN_FORCE)


def test_the_table_tells_which_rules_guard_says() -> None:
    told = {rule for rule, (_, guard) in in_readme().items() if guard.startswith("yes")}
    assert told == said_in_guard()
    assert all(guard.startswith(("yes", "no: ")) for _, guard in in_readme().values())


def test_guard_is_given_the_dates_that_follow_from_the_evaluation() -> None:
    given = yaml.safe_load((GUARD / "dates.yaml").read_text(encoding="utf-8"))
    assert given == {"evaluation": dates_for_guard(ON)}
    assert dates_for_guard(date(2028, 2, 29)) == {
        "today": "2028-02-29",
        "month": "2028-02",
        "a_year_ago": "2027-02-28",
        "in_a_year": "2029-02-28",
        "in_two_years": "2030-02-28",
        "oldest_report": 2026,
    }


def test_a_denial_that_is_no_blocking_failure_is_never_taken_for_agreement() -> None:
    entry = {"rule": "CMIAN-T01", "verdict": "fail", "level": "advisory", "msg": "…"}
    report = {"deny": [entry], "warn": [{**entry, "level": "blocking"}], "pass": [], "not_applicable": []}
    assert of_opa(json.dumps({"result": [{"path": "f/0/ai-manifest.yaml", "result": {**report, "warn": []}}]})) == {
        "0": {"CMIAN-T01": Said("denied wrongly")}
    }
    result = {"filename": "f/0/ai-manifest.yaml", "warnings": [{"msg": "…", "metadata": report["warn"][0]}]}
    assert of_conftest(json.dumps([result])) == {"0": {"CMIAN-T01": Said("only warned")}}


def test_what_guard_says_is_read_by_our_ids() -> None:
    status = {"name": "f/0/ai-manifest.yaml", "compliant": ["CMIAN_T01"], "not_applicable": ["LAW_L01"]}
    failed = [{"Rule": {"name": "CMIAN_G04", "checks": []}}]
    assert of_guard(json.dumps([{**status, "not_compliant": failed}])) == {
        "0": {"CMIAN-T01": Said("pass"), "LAW-L01": Said("not_applicable"), "CMIAN-G04": Said("fail")}
    }


def test_only_valid_manifests_are_compared() -> None:
    def manifest(path: str, schema: str) -> dict[str, object]:
        rule = {"rule": "CMIAN-T01", "verdict": "fail" if schema == "pass" else "error", "level": "note"}
        return {"path": path, "findings": [{"rule": "manifest-schema", "verdict": schema, "level": "blocking"}, rule]}

    report = {"manifests": [manifest("good", "pass"), manifest("bad", "fail")]}
    assert ours(json.dumps(report), ["CMIAN-T01"]) == {"good": {"CMIAN-T01": Said("fail", "note")}}


def test_the_peers_agree_on_the_examples() -> None:
    folder = Path(os.environ.get("CMIAN_PEERS", "/nonexistent"))
    missing = [name for name in ("opa", "conftest", "cfn-guard") if not home(folder, name).exists()]
    if missing:
        pytest.skip(f"not in the folder that CMIAN_PEERS names: {', '.join(missing)}")
    command = [sys.executable, "-m", "peers.agree", str(ROOT / "examples"), "--peers", str(folder)]
    done = subprocess.run(command, cwd=ROOT / "benchmarks", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("verdicts compared, 0 differ")) == (0, 3), done.stdout + done.stderr
