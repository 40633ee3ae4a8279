"""JUnit to the letter of cli.md, "Formats": counts, order, texts, the schema of Jenkins, and no run that is green by mistake."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from cmian_policy.model.report import Note
from cmian_policy.model.text import message
from cmian_policy.reporters import Style, rendered
from tests.acceptance.test_hostile_text import NASTY, clean, everywhere, quoted
from tests.policy_folder import ALWAYS, NEVER, review, rule, write_policy
from tests.reporters.runs import EVERY_UNJUDGED, SCENARIOS, UNUSABLE_KINDS, Both, both, play, unjudged, waived, with_manifests
from tests.runner import CHATBOT, MINIMAL, NBSP, NON_COMPLIANT, OK, ON, UNREADABLE, Check, Run, edited, named

if TYPE_CHECKING:
    from collections.abc import Callable

STATES = ("failure", "error", "skipped")


@pytest.fixture
def follows_the_schema(tmp_path: Path) -> Callable[[str], None]:
    """Validates a document against the schema of Jenkins; skipped by name where the test data do not hold it."""
    data = os.environ.get("CMIAN_TEST_DATA")
    if not data:
        pytest.skip("CMIAN_TEST_DATA is not set: no junit-10.xsd to validate against")
    xmlschema = pytest.importorskip("xmlschema")
    schema = xmlschema.XMLSchema(str(Path(data) / "schemas" / "junit-10.xsd"))

    def validate(text: str) -> None:
        (tmp_path / "junit.xml").write_text(text, encoding="utf-8")
        schema.validate(str(tmp_path / "junit.xml"))

    return validate


def root_of(text: str) -> ET.Element:
    """The document, read again."""
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
    assert text.endswith("</testsuites>\n")
    return ET.fromstring(text)  # noqa: S314 - our own output


def state(test: ET.Element) -> str:
    """What a reader makes of a test: the first element that says so, else a pass."""
    return next((tag for tag in STATES if test.find(tag) is not None), "pass")


def expected_state(finding: dict[str, Any]) -> str:
    """What cli.md asks of a finding."""
    if finding["verdict"] == "fail" and finding["level"] == "blocking":
        return "failure"
    return {"error": "error", "not_applicable": "skipped"}.get(finding["verdict"], "pass")


def assert_counts(root: ET.Element) -> None:
    """Every count is that of the tests that are there."""
    for suite in root:
        states = [state(test) for test in suite.iter("testcase")]
        counted = [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]
        assert counted == [str(len(states)), *(str(states.count(each)) for each in STATES)]
    for name in ("tests", "failures", "errors"):
        assert root.get(name) == str(sum(int(suite.get(name, "")) for suite in root))


def find(root: ET.Element, rule_id: str) -> ET.Element:
    """The one test of a rule."""
    (found,) = (test for test in root.iter("testcase") if test.get("name", "").split(" ")[0] == rule_id)
    return found


def text_of(root: ET.Element, rule_id: str) -> str:
    """What the test of a rule says, whatever its state."""
    (only,) = find(root, rule_id)
    return (only.text or "").replace(NBSP, " ")


@SCENARIOS
def test_every_example_has_a_suite_a_manifest_and_a_test_a_finding(run: Run, tmp_path: Path, name: str) -> None:
    played = play(run, tmp_path, name, "junit")
    root = root_of(played.done.out)
    assert [suite.get("name") for suite in root] == [manifest["path"] for manifest in played.report["manifests"]]
    assert [suite.get("file") for suite in root] == [manifest["path"] for manifest in played.report["manifests"]]
    tests = list(root.iter("testcase"))
    assert [test.get("name") for test in tests] == [f"{each['rule']} {each['title']}" for _, each in played.findings()]
    assert [state(test) for test in tests] == [expected_state(each) for _, each in played.findings()]
    assert_counts(root)
    summary = played.report["summary"]
    assert root.get("failures") == str(summary["blocking"])
    assert root.get("errors") == str(summary["error"])


@SCENARIOS
def test_every_example_follows_the_schema_of_jenkins(
    run: Run, tmp_path: Path, name: str, follows_the_schema: Callable[[str], None]
) -> None:
    follows_the_schema(play(run, tmp_path, name, "junit").done.out)


@EVERY_UNJUDGED
def test_a_run_without_a_verdict_is_not_green(run: Run, tmp_path: Path, which: str) -> None:
    played = unjudged(run, tmp_path, which, "junit")
    root = root_of(played.done.out)
    assert_counts(root)
    assert int(root.get("errors", "")) >= 1
    said = "\n".join(error.text or "" for error in root.iter("error"))
    for note in played.report["notes"]:
        if note["kind"] in UNUSABLE_KINDS:
            assert note["message"].split(f"{NBSP}: ")[-1] in said
            assert not any(note["message"] in (output.text or "") for output in root.iter("system-out"))


@EVERY_UNJUDGED
def test_a_run_without_a_verdict_follows_the_schema_of_jenkins(
    run: Run, tmp_path: Path, which: str, follows_the_schema: Callable[[str], None]
) -> None:
    follows_the_schema(unjudged(run, tmp_path, which, "junit").done.out)


def test_a_note_that_repeats_a_finding_in_error_is_not_counted_twice(run: Run, tmp_path: Path) -> None:
    played = unjudged(run, tmp_path, "a rule that errs", "junit")
    root = root_of(played.done.out)
    assert root.get("errors") == str(played.report["summary"]["error"]) == "1"
    assert len(root) == 1


def test_several_faults_of_one_kind_are_one_test_that_holds_them_all(run: Run, tmp_path: Path) -> None:
    """GitLab keeps one of the tests that share class and name."""
    folder = tmp_path / "run" / "regles"
    for pack in ("a", "b"):
        (folder / pack).mkdir(parents=True)
        (folder / pack / "pack.yaml").write_text("id: [\n", encoding="utf-8")
    played = unjudged(run, tmp_path, "no policy", "junit")
    (test,) = root_of(played.done.out).iter("testcase")
    assert (test.get("classname"), test.get("name")) == ("cmian-policy.run", "policy-unusable")
    assert (test.findtext("error") or "").split("\n") == [note["message"] for note in played.report["notes"]]


def test_a_failure_to_the_letter(check: Check, tmp_path: Path) -> None:
    """One blocking failure, judged by a fictional pack: every line is known."""
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER))
    test = find(root_of(check(MINIMAL, "--policy-dir", folder, "-f", "junit").out), "ESSAI-X01")
    assert test.attrib == {"classname": "ai-manifest.yaml.essai", "name": "ESSAI-X01 Règle fictive", "time": "0"}
    (failure,) = test
    assert (failure.tag, failure.attrib) == ("failure", {"type": "blocking", "message": "le nom ne va pas"})
    assert (failure.text or "").replace(NBSP, " ") == (
        "bloquant · [droit] · essai 2025.1 (v1)\n"
        "ai-manifest.yaml:4:9: le nom ne va pas\n"
        "droit : Loi fictive, 12 (texte non lu, état au 2026-11-23)\n"
        "corriger : Changez le nom.\n"
        "aide : cmian-policy explain ESSAI-X01"
    )


def test_the_same_failure_in_english(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER))
    out = check(MINIMAL, "--policy-dir", folder, "-f", "junit", "--lang", "en").out
    test = find(root_of(out), "ESSAI-X01")
    assert test.get("name") == "ESSAI-X01 Règle fictive (en)"
    assert text_of(root_of(out), "ESSAI-X01").split("\n")[:2] == [
        "blocking · [law] · essai 2025.1 (v1)",
        "ai-manifest.yaml:4:9: le nom ne va pas (en)",
    ]
    assert NBSP not in out


def test_a_pass_and_what_does_not_apply_to_the_letter(check: Check, tmp_path: Path) -> None:
    """Neither words of the law nor levels to come nor advice: there is nothing to do."""
    level = {"default": "advisory", "schedule": [{"from": "2027-12-02", "level": "blocking"}]}
    never = {"cel": NEVER, "otherwise": {"fr": "Jamais.", "en": "Never."}}
    passing, idle = rule("ESSAI-P01", ALWAYS, level=level), rule("ESSAI-S01", ALWAYS, level=level, applies_when=never)
    folder = write_policy(tmp_path / "regles", passing, idle)
    early = edited(MINIMAL, ("status: operational", "status: design"))
    root = root_of(check(early, "--policy-dir", folder, "-f", "junit").out)
    first, *rest = text_of(root, "ESSAI-P01").split("\n")
    assert first == "conforme · [droit] · essai 2025.1 (v1)"
    assert [line.split(" : ")[0] for line in rest] == ["niveau"]
    assert text_of(root, "ESSAI-S01") == "sans objet · [droit] · essai 2025.1 (v1)\nmotif : Jamais."


def test_a_built_in_rule_has_no_page_to_read(check: Check) -> None:
    said = text_of(root_of(check(UNREADABLE, "-f", "junit").out), "manifest-syntax")
    assert said.startswith("bloquant\n")
    assert "corriger : " in said
    assert "explain" not in said


def test_a_failure_names_each_place_quotes_the_act_and_says_what_to_do(check: Check) -> None:
    done = check(CHATBOT, "-f", "junit")
    said = text_of(root_of(done.out), "CMIAN-T01")
    reported = check(CHATBOT)
    finding = reported.finding("CMIAN-T01")
    for observation in finding["observations"]:
        place = f"ai-manifest.yaml:{observation['line']}:{observation['column']}"
        assert f"{place}: {observation['message']}".replace(NBSP, " ") in said
    assert f"texte : « {finding['source']['quote']} »".replace(NBSP, " ") in said
    assert f"corriger : {finding['remediation']}".replace(NBSP, " ") in said
    assert said.split("\n")[0] == "bloquant · [délibération §1] · cmian 2026.1 (v1)"
    assert finding["references"]
    assert "droit : " not in said  # the law beside a rule of the deliberation is no basis of it


def test_what_weighs_less_than_blocking_passes_and_says_why(check: Check, tmp_path: Path) -> None:
    advisory = rule("ESSAI-A01", NEVER, level={"default": "advisory"})
    note = rule("ESSAI-N01", NEVER, level={"default": "note"})
    folder = write_policy(tmp_path / "regles", advisory, note, review("ESSAI-R01"))
    done = check(MINIMAL, "--policy-dir", folder, "-f", "junit")
    root = root_of(done.out)
    assert (done.code, root.get("failures"), root.get("errors")) == (OK, "0", "0")
    for rule_id, label, what in (
        ("ESSAI-A01", "conseil", "le nom ne va pas"),
        ("ESSAI-N01", "note", "le nom ne va pas"),
        ("ESSAI-R01", "à examiner", "une personne regarde"),
    ):
        (output,) = find(root, rule_id)
        assert output.tag == "system-out"
        said = text_of(root, rule_id)
        assert said.startswith(f"{label} · [droit] · ")
        assert f"ai-manifest.yaml:4:9: {what}\n" in said
        assert "corriger : Changez le nom." in said


def test_what_lowers_a_level_and_what_is_still_to_come_are_said(check: Check, tmp_path: Path) -> None:
    coming = rule("ESSAI-L01", NEVER, level={"default": "advisory", "schedule": [{"from": "2027-12-02", "level": "blocking"}]})
    folder = write_policy(tmp_path / "regles", coming)
    said = text_of(root_of(check(MINIMAL, "--policy-dir", folder, "-f", "junit").out), "ESSAI-L01")
    assert "à venir : bloquant à partir du 2027-12-02" in said
    early = edited(MINIMAL, ("status: operational", "status: design"))
    reason = check(early, "--policy-dir", folder).finding("ESSAI-L01")["level_reason"]
    assert reason
    said = text_of(root_of(check(early, "--policy-dir", folder, "-f", "junit").out), "ESSAI-L01")
    assert f"niveau : note ({reason})".replace(NBSP, " ") in said


def test_what_does_not_apply_is_skipped_with_its_reason(check: Check) -> None:
    reason = check(MINIMAL).finding("CMIAN-T01")["reason"]
    test = find(root_of(check(MINIMAL, "-f", "junit").out), "CMIAN-T01")
    (skipped,) = test
    assert (skipped.tag, skipped.get("message")) == ("skipped", reason)
    assert reason in (skipped.text or "")  # GitLab reads the text, Jenkins the attribute
    assert "corriger" not in (skipped.text or "")


def test_an_unreadable_manifest_fails_once_and_leaves_the_rest_in_error(check: Check) -> None:
    done = check(UNREADABLE, "-f", "junit")
    root = root_of(done.out)
    assert done.code == NON_COMPLIANT
    assert root.get("failures") == "1"
    assert int(root.get("errors", "")) == int(root.get("tests", "")) - 1
    assert "ai-manifest.yaml:" in text_of(root, "manifest-syntax")
    (error,) = find(root, "CMIAN-T01")
    assert error.get("message") == check(UNREADABLE).finding("CMIAN-T01")["reason"]
    assert "comité" not in (error.text or "")  # the rule is not at fault


def test_a_rule_that_errs_asks_to_tell_the_committee(run: Run, tmp_path: Path) -> None:
    said = text_of(root_of(unjudged(run, tmp_path, "a rule that errs", "junit").done.out), "ESSAI-X01")
    assert "signalez cette erreur au comité" in said
    assert "corriger" not in said


def two(run: Run, tmp_path: Path, *options: str) -> Both:
    """Two projects that break the same rule."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(named(name, CHATBOT), encoding="utf-8")
    return both(run, tmp_path, "junit", "a", "b", "--as-of", ON, *options)


def test_no_two_tests_share_class_and_name(run: Run, tmp_path: Path) -> None:
    """GitLab takes those that do for one and the same test."""
    tests = list(root_of(two(run, tmp_path).done.out).iter("testcase"))
    assert len({(test.get("classname"), test.get("name")) for test in tests}) == len(tests)
    assert {test.get("classname") for test in tests} == {
        f"{name}/ai-manifest.yaml.{pack}" for name in ("a", "b") for pack in ("cmian", "fr-eu-law", "built-in")
    }


def test_the_properties_of_a_suite_say_what_was_judged_by_what_and_when(run: Run, tmp_path: Path) -> None:
    played = two(run, tmp_path, "--select", "CMIAN-T01")
    first, _ = root_of(played.done.out)
    held = {each.get("name"): each.get("value") for each in first.iter("property")}
    assert held == {
        "evaluated_on": ON,
        "policy": "cmian 2026.1, fr-eu-law 2026.1",
        "partial": "true",
        "project": "a",
        "status": "operational",
        "sha256": played.report["manifests"][0]["sha256"],
        "verdict": "non_compliant",
    }


def test_a_waived_finding_passes_with_its_act_and_expiry(tmp_path: Path) -> None:
    for lang, words in (("fr", "dérogation : DEROG-2026-01, V2026-FICTIF (conseil municipal)"), ("en", "waiver: DEROG-2026-01")):
        root = root_of(rendered("junit", waived(tmp_path, "fr" if lang == "fr" else "en"), Style()))
        (output,) = find(root, "CMIAN-T01")
        assert output.tag == "system-out"
        said = text_of(root, "CMIAN-T01")
        assert words in said
        assert "2027-09-30" in said
        assert "ai-manifest.yaml:" in said
        assert_counts(root)


def test_a_waived_finding_follows_the_schema_of_jenkins(tmp_path: Path, follows_the_schema: Callable[[str], None]) -> None:
    follows_the_schema(rendered("junit", waived(tmp_path), Style()))


def test_notes_stand_in_the_output_of_the_suite_they_concern_and_none_is_lost(tmp_path: Path) -> None:
    report = waived(tmp_path)
    (manifest,) = report.manifests
    other = manifest._replace(path="other.yaml", project="autre")
    unread = manifest._replace(path="unread.yaml", project=None)
    notes = tuple(
        Note("waiver-unmatched", message("note.no-release", pack=project or "personne"), project=project)
        for project in (None, "essai", "autre", "inconnu")
    )
    root = root_of(rendered("junit", with_manifests(report._replace(notes=notes), manifest, other, unread), Style()))
    first, second, *_ = (suite.findtext("system-out") or "" for suite in root)
    for text, own, not_own in ((first, "essai", "autre"), (second, "autre", "essai")):
        for name in (own, "personne", "inconnu"):
            assert f" {name} " in text.replace(NBSP, " ")
        assert f" {not_own} " not in text.replace(NBSP, " ")


def test_a_note_on_a_project_that_two_manifests_describe_stands_in_both(tmp_path: Path) -> None:
    report = waived(tmp_path)
    (manifest,) = report.manifests
    note = Note("waiver-unmatched", message("note.no-release", pack="x"), project="essai")
    twice = with_manifests(report._replace(notes=(note,)), manifest, manifest._replace(path="other.yaml"))
    assert all(suite.findtext("system-out") for suite in root_of(rendered("junit", twice, Style())))


def test_a_draft_is_said_to_be_one(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", "true"), published=False)
    done = check(MINIMAL, "--policy-dir", folder, "--policy", "essai@2025.1", "-f", "junit")
    (suite,) = root_of(done.out)
    assert done.code == OK
    assert "brouillon" in (suite.findtext("system-out") or "")
    (policy,) = (each.get("value") for each in suite.iter("property") if each.get("name") == "policy")
    assert policy == "essai 2025.1 (brouillon)"


def test_two_runs_and_every_style_give_the_same_bytes(check: Check) -> None:
    expected = check(CHATBOT, "-f", "junit").out
    for options in ([], ["-q"], ["-v"], ["--color", "always"]):
        assert check(CHATBOT, "-f", "junit", *options).out == expected


def test_times_are_zero_and_no_timestamp_varies(check: Check) -> None:
    root = root_of(check(CHATBOT, "-f", "junit").out)
    for element in root.iter():
        assert element.get("time", "0") == "0"
        assert element.get("timestamp") is None


ILLEGAL = {"not-a-character": "a\ufffeb\uffffc", "cdata": "a]]>b<![CDATA[c]]>", "entities": "a&lt;b&#0;c&amp;\"'"}
HOSTILE = {**NASTY, **ILLEGAL}


@pytest.mark.parametrize("nasty", HOSTILE)
def test_hostile_values_stay_words(check: Check, nasty: str) -> None:
    value = HOSTILE[nasty]
    done = check(everywhere(quoted(value)), "-f", "junit")
    root = root_of(done.out)
    assert done.code == NON_COMPLIANT
    clean(done.out)
    assert_counts(root)
    assert len(list(root.iter("testcase"))) == len(check(everywhere(quoted(value))).report["manifests"][0]["findings"])
    (project,) = (each.get("value") for each in root.iter("property") if each.get("name") == "project")
    if value.isascii() and value.isprintable():
        assert project == value


@pytest.mark.parametrize("nasty", HOSTILE)
def test_hostile_values_follow_the_schema_of_jenkins(check: Check, nasty: str, follows_the_schema: Callable[[str], None]) -> None:
    follows_the_schema(check(everywhere(quoted(HOSTILE[nasty])), "-f", "junit").out)


def test_a_hostile_path_and_a_lone_surrogate_are_shown(run: Run, tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff]]>\x1b[31m\n"
    try:
        os.mkdir(folder)
    except OSError:
        pytest.skip("this file system takes no such name")
    with open(folder + b"/ai-manifest.yaml", "wb") as stream:
        stream.write(edited(MINIMAL, ("status: operational", 'status: "a\\ud800b"')).encode())
    done = run("check", "--as-of", ON, "-f", "junit")
    (suite,) = root_of(done.out)
    assert suite.get("name") == "\\udcff]]>\\u001b[31m\\u000a/ai-manifest.yaml"
    clean(done.out)
