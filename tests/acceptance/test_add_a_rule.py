"""A rule is added by touching its own folder and the draft release, nothing else, and no Python (rules.md, "Layout")."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.author_folder import CASES, RULE, WORK
from tests.runner import MINIMAL, NON_COMPLIANT, NOTHING_CHECKED, OK, ON, ROOT, Done, Run, edited

if TYPE_CHECKING:
    from pathlib import Path

NEW = "CMIAN-X01"  # shows the way; no rule of the catalogue
OWN = {f"cmian/rules/{NEW}/v1.yaml", f"cmian/rules/{NEW}/v1.cases.yaml"}
# The rule of the small folder as one of the bundled pack: it quotes the deliberation, and its cases start from another base.
FILLED = edited(
    WORK[RULE],
    ("id: ESSAI-B01", f"id: {NEW}"),
    ("act: ACTE", "act: V2024-420"),
    ('paragraph: "1"', 'paragraph: "0"'),
    ("quote: de la durée de conservation de leurs données", "quote: protection des données personnelles"),
)
FILLED_CASES = edited(
    WORK[CASES], ("base: depart.yaml", "base: chatbot.yaml"), ("{sources: null}", "{sources: null, transfers: null}")
)
KEEPS = edited(MINIMAL, ("  personal: none\n", "  personal: identified\n  retention: Six mois\n"))
FORGETS = edited(MINIMAL, ("  personal: none\n", "  personal: identified\n"))


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """A copy of the bundled folder, in the folder where the tool runs."""
    return shutil.copytree(ROOT / "policies", tmp_path / "policies")


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file by its path in the folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def touched(before: dict[str, str], folder: Path) -> set[str]:
    """The files of a folder that came, went or changed."""
    after = digests(folder)
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def drafts(policies: Path) -> list[str]:
    """The drafts of the pack ``cmian``, by their paths."""
    found = sorted((policies / "cmian/releases").glob("*.yaml"))
    return [path.relative_to(policies).as_posix() for path in found if "\npublished:" not in path.read_text(encoding="utf-8")]


def add(run: Run, rule: str = NEW) -> None:
    """Runs ``rules new`` beside the folder ``policies``."""
    done = run("rules", "new", f"cmian/{rule}")
    assert (done.code, done.err) == (OK, "")


def fill(policies: Path) -> str:
    """Does what the template asks for, and gives the name of the draft."""
    (policies / f"cmian/rules/{NEW}/v1.yaml").write_text(FILLED, encoding="utf-8")
    (policies / f"cmian/rules/{NEW}/v1.cases.yaml").write_text(FILLED_CASES, encoding="utf-8")
    (draft,) = drafts(policies)
    return draft.removeprefix("cmian/releases/").removesuffix(".yaml")


def judged(run: Run, manifest: str, *options: str) -> Done:
    """The JSON report on a manifest by the rules of the folder."""
    given = ("--policy-dir", "policies", "--as-of", ON, "-f", "json", *options)
    return run("check", "-", "--stdin-filename", "ai-manifest.yaml", *given, stdin=manifest)


def test_a_new_rule_touches_its_own_folder_and_the_draft(run: Run, policies: Path) -> None:
    before = digests(policies)
    add(run)
    (draft,) = drafts(policies)
    assert touched(before, policies) == {*OWN, draft}
    fill(policies)
    assert touched(before, policies) == {*OWN, draft}


def test_the_next_new_rule_only_adds_a_line_to_the_draft(run: Run, policies: Path) -> None:
    add(run)
    (draft,) = drafts(policies)
    before, lines = digests(policies), (policies / draft).read_text(encoding="utf-8").splitlines()
    add(run, "CMIAN-X02")
    assert drafts(policies) == [draft]
    own = {path.replace(NEW, "CMIAN-X02") for path in OWN}
    assert touched(before, policies) == {*own, draft}
    assert (policies / draft).read_text(encoding="utf-8").splitlines() == [*lines, "  - {id: CMIAN-X02, version: 1}"]


def test_the_draft_holds_every_rule_that_was_in_force_and_the_new_one(run: Run, policies: Path) -> None:
    releases = run("rules", "list", policies.name, "-f", "json").report["rules"]
    last = max(release["release"] for rule in releases if rule["pack"] == "cmian" for release in rule["releases"])
    add(run)
    name = fill(policies)
    compared = run("rules", "diff", f"cmian@{last}..cmian@{name}", policies.name, "-f", "json").report
    assert [(entry["id"], entry["change"]) for entry in compared["rules"]] == [(NEW, "added")]


def test_the_filled_rule_is_sound(run: Run, policies: Path) -> None:
    add(run)
    assert run("rules", "test", policies.name, "--rule", NEW).code == NON_COMPLIANT  # a template proves nothing
    fill(policies)
    for arguments in (("test", policies.name, "--rule", NEW), ("lint", policies.name)):
        done = run("rules", *arguments)
        assert (done.code, done.err) == (OK, ""), done.out


def test_the_draft_judges_a_manifest_when_it_is_asked_for(run: Run, policies: Path) -> None:
    add(run)
    name = fill(policies)
    for manifest, verdict in ((KEEPS, "pass"), (FORGETS, "fail"), (MINIMAL, "not_applicable")):
        done = judged(run, manifest, "--policy", f"cmian@{name}")
        found = done.finding(NEW)
        assert (found["verdict"], found["pack"], found["release"]) == (verdict, "cmian", name)
    assert judged(run, FORGETS, "--policy", f"cmian@{name}").messages(NEW) == ["la durée de conservation est absente"]


def test_the_report_says_that_the_release_is_a_draft(run: Run, policies: Path) -> None:
    add(run)
    name = fill(policies)
    done = judged(run, KEEPS, "--policy", f"cmian@{name}")
    assert [(entry["pack"], entry["release"], entry["draft"]) for entry in done.report["policy"]] == [("cmian", name, True)]
    assert [note["kind"] for note in done.report["notes"]] == ["draft-release"]
    text = run(
        "check", "-", "--stdin-filename", "ai-manifest.yaml", "--policy-dir", "policies", "--policy", f"cmian@{name}", stdin=KEEPS
    )
    assert f"cmian {name} (brouillon)" in text.last


def test_a_draft_judges_nobody_who_did_not_ask(run: Run, policies: Path) -> None:
    without = judged(run, FORGETS)
    add(run)
    fill(policies)
    done = judged(run, FORGETS)
    assert done.code == without.code
    assert {entry["draft"] for entry in done.report["policy"]} == {False}
    assert NEW not in {finding["rule"] for finding in done.report["manifests"][0]["findings"]}
    assert done.out == without.out
    assert judged(run, FORGETS, "--select", NEW).code not in {OK, NOTHING_CHECKED}
