"""The SARIF report against Microsoft's validator, the reference one: its own rules and those of GitHub code scanning."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from tests.reporters.runs import UNJUDGED, unjudged
from tests.runner import CHATBOT, EXAMPLES, ON, ROOT, UNREADABLE, Run, environment, execute, tool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 300
# The notes that the validator gives, all of them of its lowest level, and why each stands.
TOLERATED = {
    "SARIF2002": "message.text rather than message.id: GitHub shows nothing else",
    "SARIF2003": "no versionControlProvenance: the tool does not ask git what it checks, and the upload names the commit",
    "SARIF2009": "a rule's id is the committee's, not a name of the tool with a number",
    "SARIF2010": "no snippet where a finding is about the whole manifest",
    "SARIF2011": "nor any context there",
    "SARIF2012": "no `name` beside the id: a rule has a title, in two languages, and no name in camel case",
    "SARIF2013": "no embedded manifests: they are in the repository",
}
# One rule asks the network whether addresses answer: tests ask nobody.
OFFLINE = """\
<?xml version="1.0" encoding="utf-8"?>
<Properties>
  <Properties Key="SARIF2006.UrisShouldBeReachable.Options">
    <Property Key="RuleEnabled" Value="Disabled" Type="Driver.RuleEnabledState" />
  </Properties>
</Properties>
"""


class Remark(NamedTuple):
    """What the validator says of a file."""

    file: str
    rule: str
    level: str


@pytest.fixture(scope="module")
def remarks(node_file: Callable[[str], Path], home: Path) -> Callable[[Path], list[Remark]]:
    """Validates every log of a folder, each of which must have been looked at."""
    program = node_file(f"@microsoft/sarif-multitool-{sys.platform}/Sarif.Multitool")

    def validate(folder: Path) -> list[Remark]:
        (folder / "offline.xml").write_text(OFFLINE, encoding="utf-8")
        logs = sorted(folder.glob("*.sarif"))
        options = ["--config", "offline.xml", "--rule-kind", "Sarif;Gh", "--level", "Error;Warning;Note", "-o", "remarks.json"]
        # It needs no locale data of its own to compare JSON.
        env = {**environment(home), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        done = execute([program, "validate", *(log.name for log in logs), *options], folder, env, seconds=SECONDS)
        assert done.code == 0, done.out + done.err
        (run,) = json.loads((folder / "remarks.json").read_text(encoding="utf-8-sig"))["runs"]
        found = [
            Remark(
                result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].rpartition("/")[2],
                result["ruleId"],
                result.get("level", "warning"),
            )
            for result in run["results"]
        ]
        # It gives up on a file in silence, and exits with 0; the note that every run earns shows that it did not.
        assert {remark.file for remark in found if remark.rule == "SARIF2003"} == {log.name for log in logs}
        return found

    return validate


def test_every_example_is_without_error_or_warning(remarks: Callable[[Path], list[Remark]], home: Path, tmp_path: Path) -> None:
    for path in sorted(EXAMPLES.glob("*/scenario.yaml")):
        scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, options in (("fr", ()), ("en-v", ("--lang", "en", "-v"))):
            command = [*tool(), *scenario["command"], *options, "-f", "sarif"]
            done = execute(command, ROOT, environment(home))
            assert done.code == scenario["exit_code"]
            (tmp_path / f"{path.parent.name}.{name}.sarif").write_text(done.out, encoding="utf-8")
    found = remarks(tmp_path)
    assert {remark for remark in found if remark.level != "note"} == set()
    assert {remark.rule for remark in found} == set(TOLERATED)


def test_odd_names_and_unreadable_manifests_are_without_error_or_warning(
    remarks: Callable[[Path], list[Remark]], run: Run, tmp_path: Path
) -> None:
    names = (
        "a b",
        "Été",
        "100%",
        "#1",
        "c:d",
        "[x](1){0}",
        "漢字",
        "é\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
    )
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in names:
        (tmp_path / "p" / name).mkdir(parents=True)
        (tmp_path / "p" / name / "ai-manifest.yaml").write_text(UNREADABLE, encoding="utf-8")
    (logs / "names.sarif").write_text(run("check", "p", "--as-of", ON, "-f", "sarif").out, encoding="utf-8")
    for number, name in enumerate(("<stdin>", "/etc/x y", "::error::x", "C:/a b", "//h o/x")):
        done = run("check", "-", "--stdin-filename", name, "--as-of", ON, "-f", "sarif", stdin=CHATBOT)
        (logs / f"stdin{number}.sarif").write_text(done.out, encoding="utf-8")
    assert {remark for remark in remarks(logs) if remark.level != "note"} == set()


def test_a_run_without_a_verdict_lacks_nothing_but_results(
    remarks: Callable[[Path], list[Remark]], run: Run, tmp_path: Path
) -> None:
    """GitHub wants ``results``, and refuses a log without: with an empty one it would close every alert of earlier runs."""
    logs = tmp_path / "logs"
    logs.mkdir()
    without = set()
    for number, which in enumerate(UNJUDGED):
        (tmp_path / str(number)).mkdir()
        text = unjudged(run, tmp_path / str(number), which, "sarif").done.out
        (logs / f"{number}.sarif").write_text(text, encoding="utf-8")
        if "results" not in json.loads(text)["runs"][0]:
            without.add(f"{number}.sarif")
    assert without
    found = remarks(logs)
    assert {remark for remark in found if remark.level != "note"} == {Remark(name, "GH1014", "error") for name in without}
