"""SARIF to the letter of cli.md, "SARIF 2.1.0", and of the standard: the results and how the run went."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from cmian_policy.engine.evaluate import BUILTIN
from cmian_policy.reporters import Style, rendered
from tests.policy_folder import ERRS, NEVER, review, rule, write_policy
from tests.reporters.runs import EVERY_UNJUDGED, SCENARIOS, WAIVER, play, unjudged, waived
from tests.reporters.sarif_log import KINDS, LEVELS, notified, of, official, place, plain, rules, run_of, successful
from tests.runner import CHATBOT, EXAMPLES, MINIMAL, NBSP, NON_COMPLIANT, OK, ON, ROOT, UNREADABLE, edited, named

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runner import Check, Run


SHOWN = {"fail", "review", "error"}


# every example and every run without a verdict


@SCENARIOS
def test_every_example_shows_each_place_of_what_fails_is_to_review_or_in_error(run: Run, tmp_path: Path, name: str) -> None:
    played = play(run, tmp_path, name, "sarif")
    only = run_of(played.done.out)
    assert [(*place(each), each["ruleId"], each["kind"], each["level"]) for each in only["results"]] == [
        (path, found["line"], found["column"], finding["rule"], kind, LEVELS[finding["level"]] if kind == "fail" else "none")
        for path, finding in played.findings()
        if finding["verdict"] in SHOWN
        for kind in [KINDS[finding["verdict"]]]
        for found in finding["observations"] or [{"line": 1, "column": 1}]
    ]
    assert successful(only)


@SCENARIOS
def test_every_example_is_valid_in_both_languages_verbose_or_not(run: Run, name: str) -> None:
    scenario = yaml.safe_load((EXAMPLES / name / "scenario.yaml").read_text(encoding="utf-8"))
    for options in ((), ("-v",), ("--lang", "en"), ("--lang", "en", "-v")):
        done = run(*scenario["command"], "-f", "sarif", *options, cwd=ROOT)
        assert done.code == scenario["exit_code"]
        run_of(done.out)
        official().validate(json.loads(done.out))


@EVERY_UNJUDGED
def test_a_run_without_a_verdict_never_looks_clean(run: Run, tmp_path: Path, which: str) -> None:
    played = unjudged(run, tmp_path, which, "sarif")
    only = run_of(played.done.out)
    official().validate(json.loads(played.done.out))
    assert not successful(only)
    (ran,) = only["invocations"]
    errors = [
        plain(each["message"]["text"])
        for each in (*ran["toolExecutionNotifications"], *ran["toolConfigurationNotifications"])
        if each["level"] == "error"
    ]
    for note in played.report["notes"]:
        if note["kind"] in {"nothing-checked", "policy-unusable"}:
            assert plain(note["message"]) in errors
    assert "results" not in only or only["results"], "an empty array closes the alerts of earlier runs"


def test_a_rule_that_errs_is_open_and_told_once(run: Run, tmp_path: Path) -> None:
    played = unjudged(run, tmp_path, "a rule that errs", "sarif")
    only = run_of(played.done.out)
    (result,) = only["results"]
    assert (result["kind"], result["level"], place(result)) == ("open", "none", ("a/ai-manifest.yaml", 1, 1))
    assert plain(result["message"]["text"]).startswith("Règle fictive : erreur\nmotif : la règle n'a pas pu être évaluée : ")
    (ran,) = only["invocations"]
    (told,) = ran["toolExecutionNotifications"]
    assert ran["toolConfigurationNotifications"] == []
    assert told["level"] == "error"
    assert told["associatedRule"] == {"id": "ESSAI-X01", "index": result["ruleIndex"]}
    (where,) = told["locations"]
    assert where["physicalLocation"]["artifactLocation"]["uri"] == "a/ai-manifest.yaml"


def test_a_rule_that_errs_beside_a_failure_leaves_the_run_standing(check: Check, tmp_path: Path) -> None:
    """The failure is what counts (exit code 1); what was not evaluated is told."""
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", ERRS), rule("ESSAI-X02", NEVER))
    only = run_of(check(MINIMAL, "--policy-dir", folder, "-f", "sarif").out)
    assert {each["ruleId"]: each["kind"] for each in only["results"]} == {"ESSAI-X01": "open", "ESSAI-X02": "fail"}
    assert (successful(only), notified(only)) == (True, [("not-evaluated", "warning")])


def test_an_error_on_one_manifest_fails_the_run_though_another_is_judged(run: Run, tmp_path: Path) -> None:
    folder = write_policy(
        tmp_path / "regles",
        rule("ESSAI-X01", f"manifest.project.id == 'bon' || manifest.project.id != 'erreur' || {ERRS}"),
        rule("ESSAI-X02", "manifest.project.id != 'echec'"),
    )
    for name in ("erreur", "echec"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(named(name), encoding="utf-8")
    done = run("check", "erreur", "echec", "--policy-dir", folder, "--as-of", ON, "-f", "sarif")
    assert done.code == NON_COMPLIANT
    only = run_of(done.out)
    assert {place(each)[0]: each["kind"] for each in only["results"]} == {
        "echec/ai-manifest.yaml": "fail",
        "erreur/ai-manifest.yaml": "open",
    }
    assert (successful(only), notified(only)) == (False, [("not-evaluated", "error")])


def test_an_unreadable_manifest_is_a_failure_and_every_rule_is_open(check: Check) -> None:
    only = run_of(check(UNREADABLE, "-f", "sarif").out)
    kinds = {each["ruleId"]: each["kind"] for each in only["results"]}
    assert kinds.pop("manifest-syntax") == "fail"
    assert set(kinds) == set(rules(only)) - {"manifest-syntax"}
    assert set(kinds.values()) == {"open"}
    assert (successful(only), set(notified(only))) == (True, {("not-evaluated", "warning")})


# results


def test_a_result_to_the_letter(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER))
    fingerprint = check(MINIMAL, "--policy-dir", folder).finding("ESSAI-X01")["fingerprint"]
    (result,) = run_of(check(MINIMAL, "--policy-dir", folder, "-f", "sarif").out)["results"]
    assert re.fullmatch("[0-9a-f]{64}", result["partialFingerprints"].pop("observation/v1"))
    assert result == {
        "ruleId": "ESSAI-X01",
        "ruleIndex": len(BUILTIN),
        "kind": "fail",
        "level": "error",
        "message": {"text": f"le nom ne va pas\ncorriger{NBSP}: Changez le nom."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "ai-manifest.yaml", "uriBaseId": "%SRCROOT%", "index": 0},
                    "region": {
                        "startLine": 4,
                        "startColumn": 9,
                        "endLine": 4,
                        "endColumn": 23,
                        "snippet": {"text": "Projet d'essai"},
                    },
                    "contextRegion": {"startLine": 4, "endLine": 4, "snippet": {"text": "  name: Projet d'essai"}},
                },
                "logicalLocations": [{"fullyQualifiedName": "/project/name"}],
            }
        ],
        "partialFingerprints": {"finding/v1": fingerprint},
        "properties": {
            "verdict": "fail",
            "level": "blocking",
            "version": 1,
            "fixable": False,
            "pack": "essai",
            "release": "2025.1",
            "require": "seul",
            "pointer": "/project/name",
        },
    }


@pytest.mark.parametrize(("level", "expected"), list(LEVELS.items()))
def test_the_level_of_a_failure(check: Check, tmp_path: Path, level: str, expected: str) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER, level={"default": level}), review("ESSAI-X02"))
    only = run_of(check(MINIMAL, "--policy-dir", folder, "-f", "sarif").out)
    assert [(each["kind"], each["level"]) for each in only["results"]] == [("fail", expected), ("review", "none")]
    assert rules(only)["ESSAI-X01"]["defaultConfiguration"] == {"level": expected}
    assert rules(only)["ESSAI-X01"]["properties"]["level"] == level


def test_a_level_lowered_or_to_come_is_told(check: Check, tmp_path: Path) -> None:
    level = {"default": "advisory", "schedule": [{"from": "2027-12-02", "level": "blocking"}]}
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER, level=level))
    design = edited(MINIMAL, ("status: operational", "status: design"))
    (result,) = run_of(check(design, "--policy-dir", folder, "-f", "sarif").out)["results"]
    finding = check(design, "--policy-dir", folder).finding("ESSAI-X01")
    assert (result["level"], result["properties"]["level"]) == ("note", "note")
    assert result["properties"]["levelReason"] == finding["level_reason"]
    (result,) = run_of(check(MINIMAL, "--policy-dir", folder, "-f", "sarif").out)["results"]
    assert result["properties"]["levelChanges"] == [{"from": "2027-12-02", "level": "blocking"}]
    for on, expected in ((ON, "warning"), ("2027-12-02", "error")):
        only = run_of(check(MINIMAL, "--policy-dir", folder, "-f", "sarif", "--as-of", on).out)
        assert rules(only)["ESSAI-X01"]["defaultConfiguration"] == {"level": expected}


def test_verbose_adds_what_passes_or_does_not_apply(check: Check) -> None:
    brief, whole = (run_of(check(MINIMAL, "-f", "sarif", *more).out) for more in ([], ["-v"]))
    findings = check(MINIMAL).report["manifests"][0]["findings"]
    assert {each["properties"]["verdict"] for each in brief["results"]} == {"fail"}
    assert [(each["ruleId"], each["kind"]) for each in whole["results"]] == [
        (finding["rule"], KINDS[finding["verdict"]]) for finding in findings for _ in finding["observations"] or [None]
    ]
    (away,) = of(whole, "CMIAN-T01")
    assert plain(away["message"]["text"]) == (
        "Informer les usagers qu'une IA leur répond : sans objet\nmotif : les usagers n'échangent pas directement avec l'IA."
    )
    (passed,) = of(whole, "manifest-schema")
    assert plain(passed["message"]["text"]).endswith(" : conforme")


def test_quiet_and_colour_change_nothing(check: Check) -> None:
    expected = check(CHATBOT, "-f", "sarif")
    for options in (["-q"], ["--color", "always"]):
        assert check(CHATBOT, "-f", "sarif", *options) == expected


def test_a_waived_failure_is_shown_only_when_verbose(tmp_path: Path) -> None:
    report = waived(tmp_path)
    brief, whole = (run_of(rendered("sarif", report, Style(verbosity))) for verbosity in (0, 1))
    assert of(brief, "CMIAN-T01") == []
    assert not any("suppressions" in result for result in brief["results"])
    assert len(of(whole, "CMIAN-T01")) == 2
    for result in of(whole, "CMIAN-T01"):
        assert (result["kind"], result["level"], result["properties"]["verdict"]) == ("fail", "error", "waived")
        (suppression,) = result["suppressions"]
        assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
        assert suppression["properties"] == {
            "ref": "DEROG-2026-01",
            "project": "essai",
            "rule": "CMIAN-T01",
            "pointer": "",
            "reason": "expérimentation fictive",
            "authority": "council",
            "granted": "2026-10-01",
            "expires": "2027-09-30",
            "act": "V2026-FICTIF",
        }
        for words in ("V2026-FICTIF", "conseil municipal", "2026-10-01", "2027-09-30", "expérimentation fictive"):
            assert words in suppression["justification"]
    # §3.27.23: either every result of a run says whether it is suppressed, or none.
    assert all(result["suppressions"] == [] for result in whole["results"] if result["ruleId"] != "CMIAN-T01")
    official().validate(json.loads(rendered("sarif", report, Style(1))))


def test_the_act_says_its_legal_exception(tmp_path: Path) -> None:
    report = waived(tmp_path, "en", WAIVER._replace(exception="article 50, paragraph 1"))
    (suppression,) = of(run_of(rendered("sarif", report, Style(1))), "CMIAN-T01")[0]["suppressions"]
    assert "article 50, paragraph 1" in suppression["justification"]
    assert suppression["properties"]["exception"] == "article 50, paragraph 1"


# the run


def test_the_run_says_what_judged_it(check: Check) -> None:
    report, only = check(CHATBOT).report, run_of(check(CHATBOT, "-f", "sarif").out)
    assert only["tool"]["driver"]["name"] == "cmian-policy"
    assert only["tool"]["driver"]["version"] == report["tool"]["version"]
    said = only["properties"]
    assert (said["evaluatedOn"], said["verdict"], said["partial"]) == (ON, "non_compliant", False)
    assert said["register"] == {"configured": False}
    assert said["excluded"] == []
    assert [(each["pack"], each["release"], each["inForceFrom"], each["sha256"], each["draft"]) for each in said["policy"]] == [
        (each["pack"], each["release"], each["in_force_from"], each["sha256"], each["draft"]) for each in report["policy"]
    ]
    # Without an id of its own, GitHub tells runs apart by the category of the upload.
    assert "automationDetails" not in only
    assert "versionControlProvenance" not in only


def test_a_partial_run_says_which_rules_did_not_run(check: Check) -> None:
    only = run_of(check(CHATBOT, "-f", "sarif", "--select", "CMIAN-T01").out)
    assert only["properties"]["partial"] is True
    assert notified(only) == [("partial", "warning")]
    (ran,) = only["invocations"]
    left_out = {each["descriptor"]["id"] for each in ran["ruleConfigurationOverrides"]}
    assert left_out == set(rules(only)) - {"CMIAN-T01", *BUILTIN}
    for each in ran["ruleConfigurationOverrides"]:
        assert each["configuration"] == {"enabled": False}
        assert only["tool"]["driver"]["rules"][each["descriptor"]["index"]]["id"] == each["descriptor"]["id"]
    assert run_of(check(CHATBOT, "-f", "sarif").out)["invocations"][0]["ruleConfigurationOverrides"] == []


def test_a_draft_is_said_to_be_one(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", "true"), published=False)
    done = check(MINIMAL, "--policy-dir", folder, "--policy", "essai@2025.1", "-f", "sarif")
    assert done.code == OK
    only = run_of(done.out)
    assert (successful(only), notified(only), only["results"]) == (True, [("draft-release", "warning")], [])
    assert only["properties"]["policy"][0]["draft"] is True


# order and bytes


def test_two_runs_give_the_same_bytes_in_the_order_of_the_report(run: Run, tmp_path: Path) -> None:
    for name, text in (("b", named("b", CHATBOT)), ("a é", UNREADABLE), ("c", named("c"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(text, encoding="utf-8")
    runs = [
        run("check", *paths, "--as-of", ON, "-f", "sarif", "-v", env={"PYTHONHASHSEED": seed, "TZ": zone})
        for paths, seed, zone in (((), "0", "UTC"), (("c", "b", "a é"), "1", "Pacific/Kiritimati"))
    ]
    assert runs[0] == runs[1]
    report = run("check", "--as-of", ON, "-f", "json").report
    assert [
        (place(each)[0].replace("%20", " ").replace("%C3%A9", "é"), each["ruleId"]) for each in run_of(runs[0].out)["results"]
    ] == [
        (manifest["path"], finding["rule"])
        for manifest in report["manifests"]
        for finding in manifest["findings"]
        for _ in finding["observations"] or [None]
    ]
