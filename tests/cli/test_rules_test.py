"""``rules test`` as its users run it: exit codes, the three formats, the progress bar (cli.md, rules.md, "Cases")."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.packs import MINIMAL, Data, Done, applies, require, rule, write, write_pack
from tests.runner import cmian

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "policies/test/rules/TEST-A01/v1.yaml"
GUARDED = rule(
    "TEST-A01",
    require("manifest.people.impact != 'unknown'", when={"cel": "manifest.video.used"}),
    applies_when=applies("manifest.project.status != 'planned'"),
)
UNKNOWN: Data = {"people": {"impact": "unknown"}}
PASS: Data = {"name": "good", "expect": "pass"}
FAIL: Data = {"name": "bad", "patch": {**UNKNOWN, "video": {"used": True}}, "expect": "fail", "at": ["/project/status"]}
NOT_APPLICABLE: Data = {"name": "planned", "patch": {"project": {"status": "planned"}}, "expect": "not_applicable"}
WEAK = [PASS, FAIL, NOT_APPLICABLE]
KILLER: Data = {"name": "no video", "patch": UNKNOWN, "expect": "pass"}
HOSTILE = "a\u202e<b>&\x1b[31m\n\ufffe\x00c"
HARMLESS = "a\\u202e<b>&\\u001b[31m\\u000a\\ufffe\\u0000c"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack whose guard no case needs."""
    return write_rule(tmp_path, WEAK)


def write_rule(tmp_path: Path, cases: list[Data], *equivalent: Data, the_rule: Data = GUARDED) -> Path:
    """``policies`` with one rule; the folder it lies in is returned."""
    write_pack(tmp_path / "policies", [the_rule])
    write(tmp_path / "policies" / "test" / "bases" / "base.yaml", MINIMAL)
    file = {"base": "base.yaml", "as_of": "2026-11-23", "cases": cases, "equivalent": list(equivalent)}
    path = tmp_path / "policies" / "test" / "rules" / "TEST-A01" / "v1.cases.yaml"
    path.write_text(json.dumps(file), encoding="utf-8")  # with escapes: YAML holds no control characters as they are
    return tmp_path


def environment(**more: str) -> dict[str, str]:
    """An environment without the user's settings; the code under test may stand on the path."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "PYTHONPATH"} or name.startswith("COV")}
    return {**kept, "LC_ALL": "C.UTF-8", "TERM": "xterm", **more}


def run(folder: Path, *arguments: str, policies: str = "policies", **more: str) -> Done:
    """``rules test``, its outputs being pipes."""
    return Done(*cmian(["rules", "test", policies, *arguments], folder, environment(**more), seconds=60))


# exit codes and text


def test_a_survivor_is_shown_as_file_line_and_mutant_and_fails(folder: Path) -> None:
    done = run(folder)
    assert (done.code, done.err) == (1, "")
    first, last = done.out.splitlines()
    shown = re.fullmatch(rf"{re.escape(FILE)}:(\d+): only\.when: true", first)
    assert shown is not None
    lines = (folder / FILE).read_text(encoding="utf-8").split("\n")
    assert '"cel": "manifest.video.used"' in lines[int(shown[1]) - 1]
    assert last == "3 cas réussis · 0 échec · 1 version de règle · 9 mutants tués · 1 survivant · 0 équivalent"


def test_english_counts(folder: Path) -> None:
    last = run(folder, "--lang", "en").out.splitlines()[-1]
    assert last == "3 cases passed · 0 failures · 1 rule version · 9 mutants killed · 1 survivor · 0 equivalents"


def test_a_case_that_kills_it_makes_the_run_pass(tmp_path: Path) -> None:
    done = run(write_rule(tmp_path, [*WEAK, KILLER]))
    assert (done.code, done.err) == (0, "")
    assert done.out == "4 cas réussis · 0 échec · 1 version de règle · 10 mutants tués · 0 survivant · 0 équivalent\n"


def test_no_mutation_runs_the_cases_only(folder: Path) -> None:
    done = run(folder, "--no-mutation")
    assert (done.code, done.out) == (0, "3 cas réussis · 0 échec · 1 version de règle\n")
    assert run(folder, "--no-mutation", "-f", "json").report["mutation"] is None
    assert run(folder, CMIAN_NO_MUTATION="1").code == 0


def test_an_equivalent_is_counted_and_its_reason_shown_to_those_who_ask(tmp_path: Path) -> None:
    write_rule(tmp_path, WEAK, {"mutant": "only.when: true", "reason": "the guard is for the reader"})
    done = run(tmp_path)
    assert (done.code, done.out.count("\n")) == (0, 1)
    assert "0 survivant · 1 équivalent" in done.out
    full = run(tmp_path, "-v").out
    assert re.search(rf"^≡ {re.escape(FILE)}:\d+: only\.when: true \(the guard is for the reader\)$", full, re.MULTILINE)
    assert "✓ TEST-A01 v1 · good" in full


@pytest.mark.parametrize(("cases", "mutant"), [([*WEAK, KILLER], "only.when: true"), (WEAK, "only.when: nothing")])
def test_a_stale_equivalent_fails_by_its_text(tmp_path: Path, cases: list[Data], mutant: str) -> None:
    done = run(write_rule(tmp_path, cases, {"mutant": mutant, "reason": "none"}))
    assert done.code == 1
    assert "v1.cases.yaml" in done.out
    assert mutant in done.out


def test_a_failing_case_is_exit_1_and_keeps_its_mutants_untried(tmp_path: Path) -> None:
    done = run(write_rule(tmp_path, [{**PASS, "expect": "fail", "at": ["/project/status"]}, *WEAK]), "--lang", "en")
    assert done.code == 1
    assert "no mutant tried" in done.out
    assert "0 mutants killed · 0 survivors" in done.out


def test_quiet_prints_the_last_line_only(folder: Path) -> None:
    done = run(folder, "-q")
    assert (done.code, done.out.count("\n"), done.err) == (1, 1, "")


def test_wrong_command_lines_are_exit_2_with_an_empty_standard_output(folder: Path) -> None:
    for arguments in (["--rule", "TEST-A09"], ["-f", "xml"], ["--mutation"]):
        done = run(folder, *arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err
    assert run(folder, policies="nowhere").code == 2


def test_rule_narrows_the_run(tmp_path: Path) -> None:
    write_pack(tmp_path / "policies", [GUARDED, rule("TEST-A02")])
    write_rule(tmp_path, [*WEAK, KILLER])
    write(tmp_path / "policies" / "test" / "rules" / "TEST-A02" / "v1.yaml", rule("TEST-A02"))
    release = json.loads((tmp_path / "policies" / "test" / "releases" / "2025.1.yaml").read_text(encoding="utf-8"))
    release["rules"].append({"id": "TEST-A02", "version": 1})
    write(tmp_path / "policies" / "test" / "releases" / "2025.1.yaml", release)
    assert run(tmp_path, "--rule", "TEST-A01").code == 0
    assert run(tmp_path, "--rule", "TEST-A02").code == 1


def test_an_unusable_pack_is_exit_4(folder: Path) -> None:
    (folder / FILE).write_text("id: [\n", encoding="utf-8")
    done = run(folder)
    assert (done.code, done.out) == (4, "")
    assert FILE in done.err


def test_two_runs_give_the_same_bytes(folder: Path) -> None:
    for name in ("text", "json", "junit"):
        assert run(folder, "-f", name) == run(folder, "-f", name)


# JSON


def test_json_holds_survivors_and_equivalents_with_their_place(tmp_path: Path) -> None:
    only = require("manifest.people.impact != 'unknown'", when={"cel": "manifest.video.used"})
    two = {**GUARDED, "require": [only, {**only, "id": "other", "at": "/data"}]}
    fails = {**FAIL, "at": ["/project/status", "/data"]}
    write_rule(tmp_path, [PASS, fails, NOT_APPLICABLE], {"mutant": "only.when: true", "reason": "why"}, the_rule=two)
    done = run(tmp_path, "--format", "json")
    assert done.code == 1
    mutation = done.report["mutation"]
    survivors = {each["mutant"]: each for each in mutation["survivors"]}
    assert "other.when: true" in survivors
    line = survivors["other.when: true"]["line"]
    assert survivors["other.when: true"] == {
        "rule": "TEST-A01",
        "version": 1,
        "path": FILE,
        "line": line,
        "mutant": "other.when: true",
    }
    (equivalent,) = mutation["equivalents"]
    assert (equivalent["mutant"], equivalent["reason"]) == ("only.when: true", "why")
    assert equivalent["line"] < line
    assert mutation["killed"] > 0
    assert mutation["not_tried"] == []
    assert done.report["passed"] == 3


# JUnit


def suites(done: Done) -> ET.Element:
    """The root of a JUnit document."""
    return ET.fromstring(done.out)  # noqa: S314 - our own output


def assert_follows_the_schema(text: str, tmp_path: Path) -> None:
    """Validates against the Jenkins schema where the test data hold it."""
    data = os.environ.get("CMIAN_TEST_DATA")
    if not data:
        pytest.skip("CMIAN_TEST_DATA is not set: no junit-10.xsd to validate against")
    xmlschema = pytest.importorskip("xmlschema")
    (tmp_path / "junit.xml").write_text(text, encoding="utf-8")
    xmlschema.XMLSchema(str(Path(data) / "schemas" / "junit-10.xsd")).validate(str(tmp_path / "junit.xml"))


def test_junit_has_a_suite_a_rule_version_and_a_test_a_case_and_a_group_of_mutants(folder: Path) -> None:
    done = run(folder, "-f", "junit")
    assert (done.code, done.err) == (1, "")
    root = suites(done)
    assert root.attrib == {"name": "cmian-policy rules test", "tests": "6", "failures": "1", "errors": "0"}
    (suite,) = root
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("TEST-A01 v1", "6", "1")
    names = ["fichier de cas", "good", "bad", "planned", "mutants de applies_when", "mutants de only"]
    assert [test.get("name") for test in suite] == names
    failed = [test for test in suite if test.find("failure") is not None]
    assert [test.get("name") for test in failed] == ["mutants de only"]
    assert re.search(rf"^{re.escape(FILE)}:\d+: only\.when: true$", failed[0].findtext("failure") or "", re.MULTILINE)
    assert suite[4].findtext("system-out") == "4 mutants tués"


def test_junit_counts_cases_that_fail_and_faults_of_the_file(tmp_path: Path) -> None:
    wrong = {**PASS, "name": "wrong", "expect": "fail", "at": ["/data"]}
    root = suites(run(write_rule(tmp_path, [PASS, wrong]), "-f", "junit"))
    failed = [test.get("name") for test in root.iter("testcase") if test.find("failure") is not None]
    assert failed == ["fichier de cas", "wrong"]
    assert root.get("failures") == "2"


def test_junit_of_a_run_without_a_case_fails(tmp_path: Path) -> None:
    write_pack(tmp_path / "policies", [GUARDED])
    done = run(tmp_path, "-f", "junit")
    assert done.code == 1
    assert [suite.get("failures") for suite in suites(done)] == ["1", "1"]


def test_hostile_text_is_shown_and_stays_well_formed(tmp_path: Path) -> None:
    cases = [{**PASS, "name": HOSTILE}, *WEAK, {**PASS, "name": f"{HOSTILE}!", "expect": "fail", "at": ["/x"]}]
    done = run(write_rule(tmp_path, cases), "-f", "junit")
    assert done.code == 1, done.err
    assert HARMLESS in [test.get("name") for test in suites(done).iter("testcase")]
    for name in ("text", "json", "junit"):
        out = run(tmp_path, "-v", "-f", name).out
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", out)


def test_junit_follows_the_schema_of_jenkins(tmp_path: Path) -> None:
    write_rule(tmp_path, [{**PASS, "name": HOSTILE}, *WEAK], {"mutant": "only.when: true", "reason": HOSTILE})
    assert_follows_the_schema(run(tmp_path, "-f", "junit").out, tmp_path)
    write_rule(tmp_path, [*WEAK, {**PASS, "name": HOSTILE, "expect": "fail", "at": ["/data"]}])
    assert_follows_the_schema(run(tmp_path, "-f", "junit").out, tmp_path)
    (tmp_path / "policies" / "test" / "rules" / "TEST-A01" / "v1.cases.yaml").unlink()
    assert_follows_the_schema(run(tmp_path, "-f", "junit").out, tmp_path)


# the progress bar


def at_a_terminal(folder: Path, *arguments: str, **more: str) -> tuple[int, str, str]:
    """``rules test`` with standard error on a terminal: exit code, standard output, what the terminal got."""
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "cmian_policy", "rules", "test", "policies", *arguments]
    process = subprocess.Popen(command, cwd=folder, env=environment(**more), stdout=subprocess.PIPE, stderr=follower)
    os.close(follower)
    shown = b"".join(_read(leader))
    os.close(leader)
    out, _ = process.communicate(timeout=60)
    return process.returncode, out.decode(), shown.decode()


def _read(terminal: int) -> Iterator[bytes]:
    """What a terminal is sent until nobody writes to it any more, which Linux reports as an error."""
    with contextlib.suppress(OSError):
        while chunk := os.read(terminal, 4096):
            yield chunk


def test_a_terminal_gets_a_bar_and_standard_output_stays_the_same(folder: Path) -> None:
    code, out, shown = at_a_terminal(folder)
    assert "TEST-A01 v1" in shown
    piped = run(folder)
    assert (code, out) == (piped.code, piped.out)
    assert piped.err == ""


def test_quiet_means_no_bar(folder: Path) -> None:
    assert at_a_terminal(folder, "-q")[2] == ""


def test_in_a_pipe_there_is_no_bar(folder: Path) -> None:
    assert run(folder).err == ""
