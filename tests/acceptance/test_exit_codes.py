"""Exit codes: every one of cli.md, the same whatever the format, and what standard output holds with each."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.policy_folder import ALWAYS, ERRS, NEVER, both, review, rule, write_policy
from tests.runner import (
    CHATBOT,
    MINIMAL,
    NON_COMPLIANT,
    NOTHING_CHECKED,
    OK,
    ON,
    RETIRED,
    ROOT,
    UNREADABLE,
    UNUSABLE,
    USAGE,
    Check,
    Done,
    Run,
    edited,
    named,
)

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = pytest.mark.parametrize("form", ["text", "json"])
V1 = ("--policy", "cmian@2025.1")  # the release whose rules judge no retired project
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas/report/1.0.schema.json").read_text(encoding="utf-8"))


def valid(done: Done) -> dict[str, Any]:
    """The report, after its validation against the published schema."""
    jsonschema.Draft202012Validator(SCHEMA).validate(done.report)
    return done.report


def kinds(done: Done) -> list[str]:
    """The kinds of the notes of a report."""
    return [note["kind"] for note in valid(done)["notes"]]


def ended(date: str) -> str:
    """A retired project with this end date."""
    return edited(RETIRED, ("status: retired\n", f"status: retired\n  end_date: {date}\n"))


def judging(done: Done) -> dict[str, tuple[str, int]]:
    """The release of each pack that judged the one manifest of a report, with its number of findings."""
    (manifest,) = valid(done)["manifests"]
    found = Counter((finding["pack"], finding["release"]) for finding in manifest["findings"] if finding["pack"])
    assert len({pack for pack, _ in found}) == len(found), "two releases of one pack"
    return {pack: (release, number) for (pack, release), number in found.items()}


def write(folder: Path, **manifests: str) -> None:
    """Writes each manifest into a folder of its own."""
    for name, text in manifests.items():
        (folder / name).mkdir()
        (folder / name / "ai-manifest.yaml").write_text(text, encoding="utf-8")


@FORMATS
def test_compliant_is_0(check: Check, form: str) -> None:
    done = check(MINIMAL, "-f", form)
    assert (done.code, done.err) == (OK, "")


@FORMATS
def test_non_compliant_is_1(check: Check, form: str) -> None:
    done = check(CHATBOT, "-f", form)
    assert (done.code, done.err) == (NON_COMPLIANT, "")


@FORMATS
def test_an_unreadable_manifest_is_1(check: Check, form: str) -> None:
    assert check(UNREADABLE, "-f", form).code == NON_COMPLIANT


@FORMATS
@pytest.mark.parametrize(
    ("manifest", "options"), [pytest.param(RETIRED, V1, id="not judged"), pytest.param(ended("2026-06"), (), id="judged")]
)
def test_a_retired_project_is_0(check: Check, manifest: str, options: tuple[str, ...], form: str) -> None:
    done = check(manifest, *options, "-f", form)
    assert (done.code, done.err) == (OK, "")


def test_a_retired_project_is_not_applicable_and_not_compliant(check: Check) -> None:
    done = check(RETIRED, *V1)
    report = valid(done)
    assert report["verdict"] == report["manifests"][0]["verdict"] == "not_applicable"
    assert (done.code, kinds(done)) == (OK, [])


@pytest.mark.parametrize("date", [ON, "2026-11", "2020-01"])
def test_a_retired_project_that_says_when_is_compliant(check: Check, date: str) -> None:
    """CMIAN-G02 v2 is the one pack rule that judges it."""
    done = check(ended(date))
    report = valid(done)
    assert (done.code, report["verdict"], report["manifests"][0]["verdict"]) == (OK, "compliant", "compliant")
    judged = {
        finding["rule"]: finding["verdict"]
        for finding in report["manifests"][0]["findings"]
        if finding["pack"] and finding["verdict"] != "not_applicable"
    }
    assert judged == {"CMIAN-G02": "pass"}


@pytest.mark.parametrize("manifest", [RETIRED, ended("2026-11-24"), ended("2026-12")], ids=["absent", "tomorrow", "next month"])
def test_a_retired_project_without_a_past_end_is_1(check: Check, manifest: str) -> None:
    done = check(manifest)
    assert (done.code, valid(done)["verdict"]) == (NON_COMPLIANT, "non_compliant")
    found = done.finding("CMIAN-G02")
    assert (found["version"], found["verdict"], found["level"]) == (2, "fail", "blocking")
    assert [observation["pointer"] for observation in found["observations"]] == ["/project/end_date"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["check", "absent"], ["absent", "n'existe pas"], id="missing path"),
        pytest.param(["check", "absent/ai-manifest.yaml"], ["absent/ai-manifest.yaml", "n'existe pas"], id="missing manifest"),
        pytest.param(["check", "ai-manifest.yaml", "absent"], ["absent"], id="one path of two missing"),
        pytest.param(["check", ""], ["chemin"], id="empty path"),
        pytest.param(["check", "--as-of", "2026-02-30"], ["2026-02-30"], id="date that is not in the calendar"),
        pytest.param(["check", "--as-of", "23/11/2026"], ["23/11/2026", "AAAA-MM-JJ"], id="date in another form"),
        pytest.param(["check", "--as-of", "20261123"], ["20261123"], id="date in the compact ISO form"),
        pytest.param(["check", "--as-of", "2026-W48-1"], ["2026-W48-1"], id="date in the ISO week form"),
        pytest.param(["check", "--as-of"], ["--as-of"], id="option without its value"),
        pytest.param(["check", "--policy", "cmian@1999.1"], ["cmian@1999.1", "cmian@2025.1"], id="unknown release"),
        pytest.param(["check", "--policy", "cmain@2025.1"], ["cmain@2025.1", "cmian@2025.1"], id="unknown pack"),
        pytest.param(["check", "--policy", "cmian"], ["cmian"], id="pack without a release"),
        pytest.param(["check", "--policy", ""], [], id="empty release"),
        pytest.param(["check", "--policy-dir", "absent"], ["absent", "n'existe pas"], id="missing policy folder"),
        pytest.param(["check", "--policy-dir", "ai-manifest.yaml"], ["ai-manifest.yaml"], id="policy folder that is a file"),
        pytest.param(["check", "--select", "CMIAN-T1"], ["CMIAN-T1", "CMIAN-T01"], id="unknown rule, did you mean"),
        pytest.param(["check", "--select", "CMIAN-A99"], ["CMIAN-A99"], id="rule of no release"),
        pytest.param(["check", *V1, "--select", "CMIAN-A07"], ["CMIAN-A07"], id="rule of a later release"),
        pytest.param(["check", *V1, "--select", "LAW-T06"], ["LAW-T06"], id="rule of a pack that is not used"),
        pytest.param(["check", "--select", "manifest-schema"], ["manifest-schema", "intégrée"], id="built-in rule selected"),
        pytest.param(["check", "--select", "CMIAN-T01", "--select", "NIMPORTE"], ["NIMPORTE"], id="one rule of two unknown"),
        pytest.param(["check", "--select", ""], [], id="empty rule"),
        pytest.param(["check", "-f", "xml"], ["json", "text"], id="unknown format"),
        pytest.param(["check", "--fail-on", "note"], ["--fail-on", "blocking", "never"], id="unknown threshold"),
        pytest.param(["check", "--lang", "de"], ["--lang", "fr", "en"], id="unknown language"),
        pytest.param(["check", "--color", "oui"], ["--color", "auto", "always", "never"], id="unknown colour"),
        pytest.param(["check", "--quiet", "--verbose"], ["--quiet", "--verbose"], id="quiet and verbose"),
        pytest.param(["check", "--stdin-filename", "x.yaml"], ["--stdin-filename"], id="a name for no standard input"),
        pytest.param(["check", "-", "ai-manifest.yaml"], ["-"], id="standard input among others"),
        pytest.param(["check", "--nimporte"], ["--nimporte"], id="unknown option"),
        pytest.param(["chekc"], ["check"], id="unknown command"),
        pytest.param(["explain"], ["RULE"], id="explain without a rule"),
        pytest.param(["explain", "CMIAN-T1"], ["CMIAN-T1", "CMIAN-T01"], id="explain an unknown rule"),
        pytest.param(["schema"], ["NAME"], id="schema without a name"),
        pytest.param(["schema", "manifset"], ["manifest", "report"], id="schema of nothing"),
        pytest.param(["rules", "tset"], ["tset", "test"], id="unknown command of a group"),
        pytest.param(["rules"], ["test"], id="group without a command"),
        pytest.param(["rules", "test", "absent"], ["absent"], id="rules test on a missing folder"),
        pytest.param([], [], id="nothing at all"),
    ],
)
def test_a_wrong_command_line_is_2_in_french_with_an_empty_standard_output(
    run: Run, tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    done = run(*arguments)
    assert (done.code, done.out) == (USAGE, "")
    assert done.err.strip()
    assert "Traceback" not in done.err
    for english in ("Error", "Invalid", "Missing", "No such", "Try "):
        assert english not in done.err
    for word in words:
        assert word in done.err


def test_rules_test_fails_when_its_filter_matches_nothing(run: Run) -> None:
    done = run("rules", "test", "--rule", "CMIAN-T1")
    assert done.code != OK
    assert "CMIAN-T1" in done.out + done.err


@FORMATS
def test_a_usage_error_found_late_leaves_standard_output_empty(check: Check, form: str) -> None:
    for options in (("--select", "CMIAN-A99"), (*V1, "--select", "CMIAN-A07")):
        done = check(MINIMAL, *options, "-f", form)
        assert (done.code, done.out) == (USAGE, "")


def test_an_empty_folder_is_3_with_a_report_that_says_so(run: Run) -> None:
    done = run("check", "--as-of", ON, "-f", "json")
    report = valid(done)
    assert done.code == NOTHING_CHECKED
    assert report["verdict"] == "error"
    assert report["manifests"] == []
    assert kinds(done) == ["nothing-checked"]
    assert report["notes"][0]["message"] in done.err


def test_a_folder_without_manifests_is_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sous").mkdir()
    (tmp_path / "sous" / "manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    done = run("check", "sous", "--as-of", ON, "-f", "json")
    assert (done.code, kinds(done)) == (NOTHING_CHECKED, ["nothing-checked"])


def test_text_says_that_nothing_was_checked(run: Run) -> None:
    done = run("check", "--as-of", ON)
    assert done.code == NOTHING_CHECKED
    assert "rien n'a été contrôlé" in done.out
    assert done.last.startswith("Erreur")


def test_a_date_before_the_first_release_is_3_even_for_a_blocked_project(check: Check) -> None:
    done = check(CHATBOT, "--as-of", "2024-12-31")
    report = valid(done)
    assert done.code == NOTHING_CHECKED
    assert report["verdict"] == "error"
    assert "nothing-checked" in kinds(done)
    assert [(used["pack"], used["release"]) for used in report["policy"]] == [("cmian", None), ("fr-eu-law", None)]


def test_a_broken_manifest_before_the_first_release_keeps_its_own_verdict(check: Check) -> None:
    """Nothing in force is exit 3, yet manifests keep their own verdict (cli.md)."""
    done = check(UNREADABLE, "--as-of", "2024-12-31")
    report = valid(done)
    assert done.code == NOTHING_CHECKED
    assert report["verdict"] == "error"
    assert report["manifests"][0]["verdict"] == "non_compliant"


@FORMATS
def test_a_date_before_the_first_release_is_3_whatever_the_format(check: Check, form: str) -> None:
    assert check(MINIMAL, "--as-of", "2024-12-31", "-f", form).code == NOTHING_CHECKED


def test_the_first_day_of_the_first_release_is_judged(check: Check) -> None:
    done = check(MINIMAL, "--as-of", "2025-01-01")
    assert done.code == OK
    assert valid(done)["policy"][0]["release"] == "2025.1"


def test_only_a_selected_rule_that_does_not_apply_is_3(check: Check) -> None:
    """CMIAN-T01 does not apply to a tool without users: nothing was checked, and the report is partial."""
    done = check(MINIMAL, "--select", "CMIAN-T01")
    report = valid(done)
    assert done.code == NOTHING_CHECKED
    assert report["partial"] is True
    assert report["manifests"][0]["verdict"] == "not_applicable"
    assert kinds(done) == ["nothing-checked"]


RULE = "essai/rules/ESSAI-X01/v1.yaml"
FACTS = "essai/facts/v1.yaml"
FAULTS: dict[str, dict[str, tuple[str, str]]] = {
    "syntax": {RULE: ('"id"', "[")},
    "syntax in two files": {RULE: ('"id"', "["), FACTS: ('"version"', "[")},
    "unknown key": {RULE: ('"applies_when"', '"aplies_when"')},
    "condition that does not parse": {RULE: ('"cel": "true"', '"cel": "true &&"')},
    "condition on an unknown variable": {RULE: ('"cel": "true"', '"cel": "manifset.project.name != \'\'"')},
}


@FORMATS
@pytest.mark.parametrize("fault", FAULTS)
def test_an_unusable_policy_is_4_with_a_report_and_the_place(check: Check, tmp_path: Path, fault: str, form: str) -> None:
    """One wrong file never disables the others in silence (rules.md)."""
    write_policy(tmp_path / "regles", rule("ESSAI-X01", ALWAYS))
    for name, (old, new) in FAULTS[fault].items():
        target = tmp_path / "regles" / name
        target.write_text(target.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = check(CHATBOT, "--policy-dir", "regles", "-f", form)
    assert done.code == UNUSABLE
    assert "Traceback" not in done.err
    if form == "json":
        assert valid(done)["verdict"] == "error"
        assert set(kinds(done)) == {"policy-unusable"}
        told = " ".join(note["message"] for note in done.report["notes"])
    else:
        assert done.last.startswith("Erreur")
        told = done.out
    for name in FAULTS[fault]:
        assert f"regles/{name}" in told


@pytest.mark.parametrize("absent", [RULE, FACTS, "essai/pack.yaml", "essai"])
def test_a_policy_folder_that_lacks_a_file_is_4(check: Check, tmp_path: Path, absent: str) -> None:
    target = write_policy(tmp_path / "regles", rule("ESSAI-X01", ALWAYS)) / absent
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink()
    done = check(CHATBOT, "--policy-dir", "regles")
    assert (done.code, valid(done)["verdict"]) == (UNUSABLE, "error")
    assert "regles" in done.report["notes"][0]["message"]


def test_a_misspelt_field_in_a_condition_never_passes(check: Check, tmp_path: Path) -> None:
    """Refused when it is read, or ``error`` when it is evaluated; exit 4 either way (peers.md, silent pass 2)."""
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", "manifest.project.nmae != ''"))
    done = check(MINIMAL, "--policy-dir", folder)
    assert (done.code, valid(done)["verdict"]) == (UNUSABLE, "error")


def test_a_comparison_of_two_types_never_passes(check: Check, tmp_path: Path) -> None:
    """Peers.md, silent pass 15."""
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", "manifest.video.used < 'x'"))
    done = check(MINIMAL, "--policy-dir", folder)
    assert (done.code, valid(done)["verdict"]) == (UNUSABLE, "error")


@FORMATS
def test_a_rule_that_errs_is_4_never_a_pass_nor_a_failure(check: Check, tmp_path: Path, form: str) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", ALWAYS), rule("ESSAI-X02", ERRS))
    done = check(MINIMAL, "--policy-dir", folder, "-f", form)
    assert done.code == UNUSABLE
    if form == "json":
        report = valid(done)
        assert report["verdict"] == report["manifests"][0]["verdict"] == "error"
        assert kinds(done) == ["policy-unusable"]
        assert done.finding("ESSAI-X01")["verdict"] == "pass"
        assert done.finding("ESSAI-X02")["verdict"] == "error"
        assert done.finding("ESSAI-X02")["reason"]


@FORMATS
def test_non_compliant_beats_error(run: Run, tmp_path: Path, form: str) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER), rule("ESSAI-X02", ERRS))
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    done = run("check", "--policy-dir", folder, "-f", form, "--as-of", ON)
    assert done.code == NON_COMPLIANT
    if form == "json":
        assert valid(done)["verdict"] == "non_compliant"


def test_a_non_compliant_manifest_beats_another_in_error(run: Run, tmp_path: Path) -> None:
    errs_on_b = "manifest.project.id == 'a' ? false : 1 / (size(manifest.project.id) - 1) == 1"
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", errs_on_b))
    write(tmp_path, a=named("a"), b=named("b"))
    done = run("check", "a", "b", "--policy-dir", folder, "-f", "json", "--as-of", ON)
    report = valid(done)
    assert {manifest["project"]: manifest["verdict"] for manifest in report["manifests"]} == {"a": "non_compliant", "b": "error"}
    assert (done.code, report["verdict"]) == (NON_COMPLIANT, "non_compliant")
    alone = run("check", "b", "--policy-dir", folder, "-f", "json", "--as-of", ON)
    assert alone.code == UNUSABLE


def test_one_manifest_unchecked_makes_the_run_3_beside_a_compliant_one(run: Run, tmp_path: Path) -> None:
    applies = {"cel": "manifest.project.id == 'a'", "otherwise": both("Un autre projet.")}
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", ALWAYS, applies_when=applies))
    write(tmp_path, a=named("a"), b=named("b"))
    done = run("check", "a", "b", "--policy-dir", folder, "-f", "json", "--as-of", ON)
    report = valid(done)
    assert (done.code, report["verdict"]) == (NOTHING_CHECKED, "error")
    assert [manifest["verdict"] for manifest in report["manifests"]] == ["compliant", "not_applicable"]
    assert [(note["kind"], note["project"]) for note in report["notes"]] == [("nothing-checked", "b")]


def test_a_retired_project_beside_a_compliant_one_is_compliant(run: Run, tmp_path: Path) -> None:
    write(tmp_path, a=named("a"), b=named("b", RETIRED))
    done = run("check", "-f", "json", "--as-of", ON, *V1)
    report = valid(done)
    assert (done.code, report["verdict"]) == (OK, "compliant")
    assert [manifest["verdict"] for manifest in report["manifests"]] == ["compliant", "not_applicable"]


def test_a_draft_alone_is_3_and_is_used_only_when_named(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER), published=False)
    assert check(MINIMAL, "--policy-dir", folder).code == NOTHING_CHECKED
    done = check(MINIMAL, "--policy-dir", folder, "--policy", "essai@2025.1")
    assert done.code == NON_COMPLIANT
    assert "draft-release" in kinds(done)
    assert valid(done)["policy"][0]["draft"] is True


def test_the_operator_may_name_a_release_before_it_is_in_force(check: Check) -> None:
    done = check(MINIMAL, "--policy", "cmian@2025.1", "--as-of", "2024-06-01")
    assert done.code == OK
    assert done.finding("policy-pin")["verdict"] == "not_applicable"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), OK),
        (("--fail-on", "blocking"), OK),
        (("--fail-on", "advisory"), NON_COMPLIANT),
        (("--fail-on", "review"), OK),
        (("--fail-on", "advisory", "--fail-on", "review"), NON_COMPLIANT),
        (("--fail-on", "blocking", "--fail-on", "advisory"), NON_COMPLIANT),
        (("--fail-on", "never"), OK),
    ],
)
@FORMATS
def test_fail_on_with_a_failing_advisory(check: Check, options: tuple[str, ...], code: int, form: str) -> None:
    """MINIMAL fails CMIAN-F01, an advisory; the verdict stays compliant whatever the threshold."""
    done = check(MINIMAL, *options, "-f", form)
    assert done.code == code
    if form == "json":
        assert done.finding("CMIAN-F01")["level"] == "advisory"
        assert valid(done)["verdict"] == "compliant"
    else:
        assert done.last.startswith("Conforme")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), OK),
        (("--fail-on", "review"), NON_COMPLIANT),
        (("--fail-on", "advisory"), OK),
        (("--fail-on", "advisory", "--fail-on", "review"), NON_COMPLIANT),
        (("--fail-on", "never"), OK),
    ],
)
def test_fail_on_with_a_blocking_review(check: Check, tmp_path: Path, options: tuple[str, ...], code: int) -> None:
    folder = write_policy(tmp_path / "regles", review("ESSAI-X01"))
    done = check(MINIMAL, "--policy-dir", folder, *options)
    assert (done.code, valid(done)["verdict"]) == (code, "review")


def test_an_advisory_review_leaves_the_project_compliant(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", review("ESSAI-X01", level={"default": "advisory"}))
    done = check(MINIMAL, "--policy-dir", folder, "--fail-on", "review")
    assert (done.code, valid(done)["verdict"]) == (OK, "compliant")


def test_fail_on_never_makes_a_failure_0_and_keeps_the_verdict(check: Check) -> None:
    done = check(CHATBOT, "--fail-on", "never")
    assert (done.code, valid(done)["verdict"]) == (OK, "non_compliant")


def test_fail_on_never_keeps_3(run: Run) -> None:
    assert run("check", "--fail-on", "never").code == NOTHING_CHECKED


def test_fail_on_never_keeps_4(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", ERRS))
    assert check(MINIMAL, "--policy-dir", folder, "--fail-on", "never").code == UNUSABLE


def test_fail_on_never_with_a_failure_and_an_error(check: Check, tmp_path: Path) -> None:
    """4 is for an error "when none is non_compliant": this run is non_compliant, and never makes that 0."""
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER), rule("ESSAI-X02", ERRS))
    done = check(MINIMAL, "--policy-dir", folder, "--fail-on", "never")
    assert valid(done)["verdict"] == "non_compliant"
    assert done.code == OK


def test_fail_on_never_keeps_2(run: Run) -> None:
    assert run("check", "absent", "--fail-on", "never").code == USAGE


def test_a_pin_of_the_release_in_force_passes(check: Check) -> None:
    for pins in ("cmian@2026.1", "fr-eu-law@2026.1", "cmian@2026.1, fr-eu-law@2026.1"):
        done = check(f"policy: [{pins}]\n{MINIMAL}")
        assert done.code == OK
        assert done.finding("policy-pin")["verdict"] == "pass"


@pytest.mark.parametrize("on", ["2026-09-01", ON, "2026-11-29"])
def test_a_pin_of_cmian_2025_1_is_a_note_through_its_grace(check: Check, on: str) -> None:
    """Ninety days from 2026-09-01, the first day of the release that superseded it (rules.md, "Pins")."""
    done = check(f"policy: [cmian@2025.1]\n{MINIMAL}", "--as-of", on)
    assert (done.code, valid(done)["verdict"]) == (OK, "compliant")
    found = done.finding("policy-pin")
    assert (found["verdict"], found["level"]) == ("fail", "note")
    assert [observation["pointer"] for observation in found["observations"]] == ["/policy/0"]
    assert "2026-11-29" in done.messages("policy-pin")[0]
    assert judging(done) == {"cmian": ("2025.1", 15), "fr-eu-law": ("2026.1", 18)}


@pytest.mark.parametrize(
    ("pin", "on", "judges"),
    [
        ("cmian@2025.1", "2026-11-30", {"cmian": ("2025.1", 15), "fr-eu-law": ("2026.1", 18)}),
        ("fr-eu-law@2025.1", "2026-08-02", {"cmian": ("2025.1", 15), "fr-eu-law": ("2025.1", 14)}),
        ("fr-eu-law@2026.1", "2026-12-02", {"cmian": ("2026.1", 25), "fr-eu-law": ("2026.1", 18)}),
    ],
)
def test_a_pin_past_its_grace_blocks_and_the_pinned_release_still_judges(
    check: Check, pin: str, on: str, judges: dict[str, tuple[str, int]]
) -> None:
    """From 2026-11-30 for cmian@2025.1; fr-eu-law has no grace: from the first day of the successor."""
    done = check(f"policy: [{pin}]\n{MINIMAL}", "--as-of", on)
    assert (done.code, valid(done)["verdict"]) == (NON_COMPLIANT, "non_compliant")
    found = done.finding("policy-pin")
    assert (found["verdict"], found["level"]) == ("fail", "blocking")
    assert [observation["pointer"] for observation in found["observations"]] == ["/policy/0"]
    assert pin in done.messages("policy-pin")[0]
    assert judging(done) == judges
    assert done.report["summary"]["blocking"] == 1


@pytest.mark.parametrize(
    ("pin", "on"), [("cmian@2025.1", "2026-08-31"), ("fr-eu-law@2025.1", "2026-08-01"), ("fr-eu-law@2026.1", "2026-12-01")]
)
def test_a_pin_passes_through_the_last_day_of_its_release(check: Check, pin: str, on: str) -> None:
    done = check(f"policy: [{pin}]\n{MINIMAL}", "--as-of", on)
    assert (done.code, valid(done)["verdict"]) == (OK, "compliant")
    assert done.finding("policy-pin")["verdict"] == "pass"


@pytest.mark.parametrize("pin", ["cmian@1999.1", "cmain@2025.1"])
def test_a_pin_of_nothing_blocks_and_the_release_in_force_judges(check: Check, pin: str) -> None:
    done = check(f"policy: [{pin}]\n{MINIMAL}")
    assert done.code == NON_COMPLIANT
    found = done.finding("policy-pin")
    assert (found["verdict"], found["level"]) == ("fail", "blocking")
    assert pin in done.messages("policy-pin")[0]
    assert done.finding("CMIAN-F01")["verdict"] == "fail"


def test_a_manifest_can_pin_a_pack_and_never_switch_one_off(check: Check) -> None:
    done = check(f"policy: []\n{CHATBOT}")
    assert done.code == NON_COMPLIANT
    assert done.finding("CMIAN-T01")["verdict"] == "fail"


def test_two_releases_of_one_pack_on_the_command_line_are_2(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", ALWAYS))
    first = (folder / "essai/releases/2025.1.yaml").read_text(encoding="utf-8")
    second = edited(first, ('"release": "2025.1"', '"release": "2025.2"'), ("2025-01-01", "2025-06-01"))
    (folder / "essai/releases/2025.2.yaml").write_text(second, encoding="utf-8")
    done = check(MINIMAL, "--policy-dir", folder, "--policy", "essai@2025.1", "--policy", "essai@2025.2")
    assert (done.code, done.out) == (USAGE, "")
    assert "essai" in done.err


def test_select_keeps_the_built_in_rules_and_drops_the_others(check: Check) -> None:
    done = check(CHATBOT, "--select", "CMIAN-T01", "--select", "CMIAN-F01")
    report = valid(done)
    rules = {finding["rule"] for finding in report["manifests"][0]["findings"]}
    assert rules == {"manifest-syntax", "manifest-schema", "policy-pin", "CMIAN-T01", "CMIAN-F01"}
    assert (done.code, report["partial"]) == (NON_COMPLIANT, True)


def test_select_cannot_hide_a_broken_manifest(check: Check) -> None:
    done = check(UNREADABLE, "--select", "CMIAN-T01")
    assert done.code == NON_COMPLIANT
    assert done.finding("manifest-syntax")["verdict"] == "fail"


@pytest.mark.parametrize("manifest", [MINIMAL, CHATBOT, RETIRED, UNREADABLE])
def test_findings_are_rules_times_manifests(check: Check, manifest: str) -> None:
    """The rules of both packs and three built-in ones, each exactly once, whatever happens."""
    done = check(manifest)
    report = valid(done)
    rules = [finding["rule"] for finding in report["manifests"][0]["findings"]]
    assert len(rules) == len(set(rules)) == 3 + 25 + 18
    assert judging(done) == {"cmian": ("2026.1", 25), "fr-eu-law": ("2026.1", 18)}
    summary = report["summary"]
    counted = sum(summary[verdict] for verdict in ("pass", "fail", "waived", "not_applicable", "review", "error"))
    assert counted == 46


def test_no_cache_offline_and_quiet_change_no_code(check: Check) -> None:
    assert check(CHATBOT, "--no-cache", "--offline", "-q").code == NON_COMPLIANT
    assert check(MINIMAL, "--no-cache", "--offline", "-q").code == OK


def test_a_rule_that_the_pinned_release_lacks_is_not_dropped_from_a_selection(check: Check) -> None:
    """CMIAN-G03 came with 2026.1: selected on a manifest that pins 2025.1, it would judge nothing and say nothing."""
    done = check(MINIMAL + "policy: [cmian@2025.1]\n", "--select", "CMIAN-G03", "--select", "CMIAN-G04")
    assert (done.code, done.out) == (2, "")
    assert "CMIAN-G03" in done.err
