"""GitLab Code Quality: the documented fields, severities, and fingerprints that stay while a finding does."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.reporters import Style, rendered
from tests.acceptance.test_hostile_text import NASTY, clean, everywhere, quoted
from tests.policy_folder import NEVER, review, rule, write_policy
from tests.reporters.runs import EVERY_UNJUDGED, SCENARIOS, UNUSABLE_KINDS, both, half_checked, play, unjudged, waived
from tests.runner import CHATBOT, MINIMAL, NBSP, OK, ON, UNREADABLE, Check, Done, Run, edited, named

if TYPE_CHECKING:
    from pathlib import Path

SEVERITIES = {"blocking": "critical", "advisory": "minor", "note": "info"}


def entries(done: Done) -> list[dict[str, Any]]:
    """The report, read again; every entry has the documented fields and no other."""
    loaded: list[dict[str, Any]] = json.loads(done.out)
    for entry in loaded:
        assert list(entry) == ["description", "check_name", "fingerprint", "severity", "location"]
        assert list(entry["location"]) == ["path", "lines"]
        assert list(entry["location"]["lines"]) == ["begin"]
        assert entry["description"]
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
    fingerprints = [entry["fingerprint"] for entry in loaded]
    assert len(set(fingerprints)) == len(fingerprints)
    return loaded


def expected_severity(finding: dict[str, Any]) -> str:
    """What cli.md asks of a finding."""
    by_verdict = {"error": "blocker", "review": "minor"}
    return by_verdict.get(finding["verdict"]) or SEVERITIES[finding["level"]]


def shown(done: Done) -> list[tuple[str, str, str, int]]:
    """Path, rule, severity and line of each entry."""
    return [
        (entry["location"]["path"], entry["check_name"], entry["severity"], entry["location"]["lines"]["begin"])
        for entry in entries(done)
    ]


def of(done: Done, rule_id: str) -> list[dict[str, Any]]:
    """The entries of a rule."""
    return [entry for entry in entries(done) if entry["check_name"] == rule_id]


@SCENARIOS
def test_every_example_shows_each_place_of_what_fails_is_to_review_or_in_error(run: Run, tmp_path: Path, name: str) -> None:
    played = play(run, tmp_path, name, "gitlab")
    assert shown(played.done) == [
        (path, finding["rule"], expected_severity(finding), place["line"])
        for path, finding in played.findings()
        if finding["verdict"] in {"fail", "review", "error"}
        for place in finding["observations"] or [{"line": 1}]
    ]


@EVERY_UNJUDGED
def test_a_run_without_a_verdict_is_never_an_empty_array(run: Run, tmp_path: Path, which: str) -> None:
    played = unjudged(run, tmp_path, which, "gitlab")
    blockers = [entry for entry in entries(played.done) if entry["severity"] == "blocker"]
    assert blockers
    said = "\n".join(entry["description"] for entry in blockers)
    for note in played.report["notes"]:
        if note["kind"] in UNUSABLE_KINDS:
            assert note["message"].split(f"{NBSP}: ")[-1] in said


def test_a_fault_of_the_run_stands_where_a_manifest_is_expected(run: Run, tmp_path: Path) -> None:
    played = unjudged(run, tmp_path, "no manifest", "gitlab")
    assert shown(played.done) == [("ai-manifest.yaml", "nothing-checked", "blocker", 1)]
    (entry,) = entries(played.done)
    assert entry["description"] == played.report["notes"][0]["message"]


def test_it_is_no_fault_of_a_manifest_without_a_project(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "ai-manifest.yaml").write_text(UNREADABLE, encoding="utf-8")
    done = run("check", "--as-of", "2020-01-01", "-f", "gitlab")
    assert [entry["location"]["path"] for entry in of(done, "nothing-checked")] == ["ai-manifest.yaml"]


def test_a_manifest_to_which_nothing_applies_is_named(run: Run, tmp_path: Path) -> None:
    played = unjudged(run, tmp_path, "nothing applies", "gitlab")
    assert shown(played.done) == [("a/ai-manifest.yaml", "nothing-checked", "blocker", 1)]


def test_it_stands_with_the_other_entries_of_its_path(run: Run, tmp_path: Path) -> None:
    assert shown(half_checked(run, tmp_path, "gitlab").done) == [
        ("a/ai-manifest.yaml", "ESSAI-X01", "minor", 4),
        ("b/ai-manifest.yaml", "nothing-checked", "blocker", 1),
    ]


def test_a_note_that_repeats_a_finding_in_error_is_not_shown_twice(run: Run, tmp_path: Path) -> None:
    played = unjudged(run, tmp_path, "a rule that errs", "gitlab")
    assert shown(played.done) == [("a/ai-manifest.yaml", "ESSAI-X01", "blocker", 1)]


def test_several_faults_of_the_policy_have_their_own_fingerprints(run: Run, tmp_path: Path) -> None:
    for pack in ("a", "b"):
        folder = tmp_path / "run" / "regles" / pack
        folder.mkdir(parents=True)
        (folder / "pack.yaml").write_text("id: [\n", encoding="utf-8")
    played = unjudged(run, tmp_path, "no policy", "gitlab")
    assert [entry["description"] for entry in entries(played.done)] == [note["message"] for note in played.report["notes"]]


def test_an_entry_to_the_letter(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER))
    fingerprint = check(MINIMAL, "--policy-dir", folder).finding("ESSAI-X01")["fingerprint"]
    (entry,) = entries(check(MINIMAL, "--policy-dir", folder, "-f", "gitlab"))
    assert {**entry, "description": entry["description"].replace(NBSP, " ")} == {
        "description": "bloquant · ESSAI-X01 Règle fictive [droit] · le nom ne va pas · corriger : Changez le nom. · "
        "aide : cmian-policy explain ESSAI-X01",
        "check_name": "ESSAI-X01",
        "fingerprint": fingerprint,
        "severity": "critical",
        "location": {"path": "ai-manifest.yaml", "lines": {"begin": 4}},
    }


def test_the_same_entry_in_english_has_the_same_fingerprint(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER))
    (french,) = entries(check(MINIMAL, "--policy-dir", folder, "-f", "gitlab"))
    (english,) = entries(check(MINIMAL, "--policy-dir", folder, "-f", "gitlab", "--lang", "en"))
    assert english["description"].startswith("blocking · ESSAI-X01 Règle fictive (en) [law] · le nom ne va pas (en) · fix: ")
    assert NBSP not in english["description"]
    assert {**english, "description": ""} == {**french, "description": ""}


def test_severities(check: Check, tmp_path: Path) -> None:
    advisory = rule("ESSAI-A01", NEVER, level={"default": "advisory"})
    note = rule("ESSAI-N01", NEVER, level={"default": "note"})
    looked = review("ESSAI-R01"), review("ESSAI-R02", level={"default": "note"})
    folder = write_policy(tmp_path / "regles", advisory, note, *looked, rule("ESSAI-X01", NEVER), rule("ESSAI-Y01", "true"))
    done = check(MINIMAL, "--policy-dir", folder, "-f", "gitlab")
    assert [(entry["check_name"], entry["severity"]) for entry in entries(done)] == [
        ("ESSAI-A01", "minor"),
        ("ESSAI-N01", "info"),
        ("ESSAI-R01", "minor"),
        ("ESSAI-R02", "minor"),
        ("ESSAI-X01", "critical"),
    ]


def test_a_clean_run_is_an_empty_array(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", "true"))
    done = check(MINIMAL, "--policy-dir", folder, "-f", "gitlab")
    assert (done.code, done.out) == (OK, "[]\n")


def test_an_unreadable_manifest_shows_what_was_not_evaluated_as_blockers(check: Check) -> None:
    done = check(UNREADABLE, "-f", "gitlab")
    verdicts = {finding["rule"]: finding["verdict"] for finding in check(UNREADABLE).report["manifests"][0]["findings"]}
    by_rule = {entry["check_name"]: entry["severity"] for entry in entries(done)}
    assert by_rule == {rule_id: "critical" if verdict == "fail" else "blocker" for rule_id, verdict in verdicts.items()}


# fingerprints

NOTICE = "transparency: {disclosure: {text: {fr: Une IA vous répond.}}}\n"


def fingerprints(done: Done, rule_id: str) -> list[str]:
    """The fingerprints of a rule's entries."""
    return [entry["fingerprint"] for entry in of(done, rule_id)]


def lines(done: Done, rule_id: str) -> list[int]:
    """The lines of a rule's entries."""
    return [entry["location"]["lines"]["begin"] for entry in of(done, rule_id)]


def test_a_moved_line_changes_no_fingerprint(check: Check) -> None:
    before = check(CHATBOT + NOTICE, "-f", "gitlab")
    after = check(f"# une ligne\n\n{CHATBOT + NOTICE}", "-f", "gitlab")
    assert [entry["fingerprint"] for entry in entries(after)] == [entry["fingerprint"] for entry in entries(before)]
    assert lines(after, "CMIAN-T01") == [line + 2 for line in lines(before, "CMIAN-T01")]


def test_one_place_has_the_fingerprint_of_its_finding(check: Check) -> None:
    report = check(CHATBOT).report["manifests"][0]["findings"]
    single = {finding["rule"]: finding["fingerprint"] for finding in report if len(finding["observations"]) == 1}
    done = check(CHATBOT, "-f", "gitlab")
    assert single
    for entry in entries(done):
        if entry["check_name"] in single:
            assert entry["fingerprint"] == single[entry["check_name"]]


def test_mending_one_place_leaves_the_fingerprint_of_the_other(check: Check) -> None:
    """In a merge request, one entry is resolved and none is new."""
    both_missing = fingerprints(check(CHATBOT, "-f", "gitlab"), "CMIAN-T01")
    one_missing = fingerprints(check(CHATBOT + NOTICE, "-f", "gitlab"), "CMIAN-T01")
    assert (len(both_missing), len(one_missing)) == (2, 1)
    assert set(one_missing) < set(both_missing)


def test_the_same_holds_where_projects_are_named_by_their_path(run: Run, tmp_path: Path) -> None:
    """Two manifests with one project id: fingerprints take the path."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(edited(CHATBOT, ("used: false", "used: oui")), encoding="utf-8")
    before = both(run, tmp_path, "gitlab", "a", "b", "--as-of", ON)
    found = of(before.done, "manifest-schema")
    assert len(found) == 4  # a wrong value and a shared id, twice
    (tmp_path / "a" / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    after = both(run, tmp_path, "gitlab", "a", "b", "--as-of", ON)
    left = of(after.done, "manifest-schema")
    assert len(left) == 3
    assert {entry["fingerprint"] for entry in left} < {entry["fingerprint"] for entry in found}


def test_two_conditions_on_one_pointer_have_two_fingerprints(check: Check, tmp_path: Path) -> None:
    twice = rule("ESSAI-X01", NEVER)
    twice["require"] = [*twice["require"], {**twice["require"][0], "id": "autre"}]
    folder = write_policy(tmp_path / "regles", twice)
    assert len(of(check(MINIMAL, "--policy-dir", folder, "-f", "gitlab"), "ESSAI-X01")) == 2


def test_two_projects_that_break_the_same_rule_have_their_own(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(named(name, CHATBOT), encoding="utf-8")
    done = run("check", "--as-of", ON, "-f", "gitlab")
    assert len(of(done, "CMIAN-T01")) == 4
    assert [entry["location"]["path"] for entry in entries(done)] == sorted(entry["location"]["path"] for entry in entries(done))


# waived, styles, hostile text


def test_a_waived_finding_is_shown_only_when_verbose_and_never_as_open(tmp_path: Path) -> None:
    report = waived(tmp_path)
    for verbosity in (-1, 0):
        assert "CMIAN-T01" not in rendered("gitlab", report, Style(verbosity))
    loud = Done(0, rendered("gitlab", report, Style(1)), "")
    found = of(loud, "CMIAN-T01")
    assert {entry["severity"] for entry in found} == {"info"}
    for entry in found:
        assert entry["description"].startswith("dérogation · CMIAN-T01 ")
        assert "V2026-FICTIF" in entry["description"]
        assert "2027-09-30" in entry["description"]


def test_two_runs_and_every_style_give_the_same_bytes(check: Check) -> None:
    expected = check(CHATBOT, "-f", "gitlab").out
    for options in ([], ["-q"], ["-v"], ["--color", "always"]):
        assert check(CHATBOT, "-f", "gitlab", *options).out == expected


@pytest.mark.parametrize("nasty", NASTY)
def test_hostile_values_stay_words(check: Check, nasty: str) -> None:
    done = check(everywhere(quoted(NASTY[nasty])), "-f", "gitlab")
    clean(done.out)
    found = of(done, "manifest-schema")
    assert len(found) == len(check(everywhere(quoted(NASTY[nasty]))).finding("manifest-schema")["observations"])
    for entry in found:
        clean(entry["description"])
        assert "\n" not in entry["description"]


def test_huge_values_are_cut(check: Check) -> None:
    assert len(check(everywhere(quoted("é" * 100_000)), "-f", "gitlab").out) < 100_000


def test_a_path_is_data_and_stays_whole(run: Run, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff\x1b\n"
    try:
        os.mkdir(folder)
    except OSError:
        pytest.skip("this file system takes no such name")
    with open(folder + b"/ai-manifest.yaml", "wb") as stream:
        stream.write(UNREADABLE.encode())
    done = run("check", "--as-of", ON, "-f", "gitlab")
    clean(done.out)
    assert {entry["location"]["path"] for entry in entries(done)} == {"\udcff\x1b\n/ai-manifest.yaml"}
