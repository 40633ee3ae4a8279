"""SARIF: where a result stands, what tells it apart, and nothing hostile in what it says."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.test_hostile_text import NASTY, clean, everywhere, quoted
from tests.policy_folder import NEVER, both, review, rule, write_policy
from tests.reporters.sarif_log import of, official, place, rules, run_of, walk
from tests.runner import CHATBOT, MINIMAL, ON, UNREADABLE, edited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.reporters.sarif_log import Data
    from tests.runner import Check, Done, Run


# fingerprints


def prints(done: Done, rule_id: str = "CMIAN-T01") -> dict[str, str]:
    """The fingerprint of each observation of a rule, by pointer."""
    return {
        each["properties"]["pointer"]: each["partialFingerprints"]["observation/v1"] for each in of(run_of(done.out), rule_id)
    }


def test_a_fingerprint_survives_a_moved_line_another_language_and_the_repair_of_its_neighbour(check: Check) -> None:
    before = prints(check(CHATBOT, "-f", "sarif"))
    assert set(before) == {"/transparency/disclosure/places", "/transparency/disclosure/text/fr"}
    assert len(set(before.values())) == 2
    assert prints(check(f"# une ligne\n\n{CHATBOT}", "-f", "sarif")) == before
    assert prints(check(CHATBOT, "-f", "sarif", "--lang", "en")) == before
    mended = prints(check(f"{CHATBOT}transparency:\n  disclosure:\n    text: {{fr: Une IA vous répond.}}\n", "-f", "sarif"))
    assert mended == {"/transparency/disclosure/places": before["/transparency/disclosure/places"]}


def test_the_fingerprint_of_the_finding_is_that_of_the_other_formats(check: Check) -> None:
    expected = check(CHATBOT).finding("CMIAN-T01")["fingerprint"]
    found = {each["partialFingerprints"]["finding/v1"] for each in of(run_of(check(CHATBOT, "-f", "sarif").out), "CMIAN-T01")}
    assert found == {expected}


def test_one_project_in_two_folders_has_distinct_results(run: Run, tmp_path: Path) -> None:
    """`run_of` compares all fingerprints of a run."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    only = run_of(run("check", "--as-of", ON, "-f", "sarif").out)
    assert [place(result)[0] for result in of(only, "manifest-schema")] == ["a/ai-manifest.yaml", "b/ai-manifest.yaml"]


# regions


def regions(text: str, run: Data) -> Iterator[tuple[str, str]]:
    """Each snippet beside what the manifest holds there, by the definitions of §3.30."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    for held in walk(run):
        if "snippet" in held:
            last = held["endLine"]
            end = held.get("endColumn", len(lines[last - 1].rstrip("\r\n")) + 1)
            whole = "".join(lines[held["startLine"] - 1 : last])
            cut = len(lines[last - 1]) - (end - 1)
            yield held["snippet"]["text"], whole[held.get("startColumn", 1) - 1 : len(whole) - cut]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_a_snippet_is_what_stands_in_the_region(check: Check, line_end: str, start: str) -> None:
    """Columns count code points: the emoji is one, the composed accent two."""
    opinion = "cmian:\n  opinion:\n    ref: r\n    date: 2026-01-01\n    conclusion: unfavourable\n"
    text = edited(
        f"{CHATBOT}{opinion}",
        ("video:\n  used: false\n", 'video: {x-a: "😀 é e\u0301 漢", used: oui}\n'),
        ("goal: Essayer l'outil.", "goal: >-\n    Essayer\n    l'outil."),
        ("personal: none", "personal: {a: 1,\n    b: 2}"),
    ).replace("\n", line_end)
    done = check(f"{start}{text}".encode(), "-f", "sarif")
    found = list(regions(text, run_of(done.out)))
    assert found
    for snippet, expected in found:
        assert snippet == expected
    assert any(len(re.split(r"[\r\n]+", snippet)) > 1 for snippet, _ in found)
    assert ("oui", "oui") in found
    assert run_of(done.out)["newlineSequences"] == ["\r\n", "\n", "\r"]


def test_a_context_holds_more_than_its_region(check: Check, tmp_path: Path) -> None:
    """§3.29.5: a proper superset."""
    folder = write_policy(tmp_path / "regles", review("ESSAI-X01"))
    for text in (CHATBOT, MINIMAL, "a: [\n", "a\n"):
        for result in run_of(check(text, "--policy-dir", folder, "-f", "sarif").out)["results"]:
            physical = result["locations"][0]["physicalLocation"]
            words = physical["region"].get("snippet", {"text": ""})["text"]
            if "contextRegion" in physical:
                assert words in physical["contextRegion"]["snippet"]["text"]
                assert words != physical["contextRegion"]["snippet"]["text"]


def test_what_concerns_the_whole_manifest_shows_no_words(check: Check) -> None:
    only = run_of(check("a: 1\n", "-f", "sarif").out)
    (result,) = of(only, "manifest-schema")
    physical = result["locations"][0]["physicalLocation"]
    assert physical["region"] == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    assert "contextRegion" not in physical
    assert "logicalLocations" not in result["locations"][0]


def test_an_empty_manifest_and_one_that_is_no_file(check: Check, run: Run, tmp_path: Path) -> None:
    official().validate(json.loads(check("", "-f", "sarif").out))
    (tmp_path / "x" / "ai-manifest.yaml").mkdir(parents=True)
    done = run("check", "x", "--as-of", ON, "-f", "sarif")
    only = run_of(done.out)
    official().validate(json.loads(done.out))
    (artifact,) = only["artifacts"]
    assert "hashes" not in artifact
    (result,) = of(only, "manifest-syntax")
    assert place(result) == ("x/ai-manifest.yaml", 1, 1)


def test_a_huge_line_is_left_to_the_file(check: Check) -> None:
    wide = f"video: {{x-a: {'a' * 100_000}, used: oui}}\n"
    only = run_of(check(edited(MINIMAL, ("video:\n  used: false\n", wide)), "-f", "sarif").out)
    (physical,) = [
        each["locations"][0]["physicalLocation"]
        for each in of(only, "manifest-schema")
        if each["properties"]["pointer"] == "/video/used"
    ]
    assert physical["region"]["snippet"] == {"text": "oui"}
    assert "contextRegion" not in physical


def test_a_huge_value_is_left_to_the_file(check: Check) -> None:
    done = check(edited(MINIMAL, ("status: operational", f"status: {'a' * 5000}")), "-f", "sarif")
    (physical,) = [
        each["locations"][0]["physicalLocation"]
        for each in of(run_of(done.out), "manifest-schema")
        if each["properties"]["pointer"] == "/project/status"
    ]
    assert set(physical) == {"artifactLocation", "region"}
    assert physical["region"]["endColumn"] - physical["region"]["startColumn"] == 5000
    assert "snippet" not in physical["region"]


# artifacts and their URIs


def test_a_manifest_is_an_artifact_with_its_hash(check: Check) -> None:
    held = check(CHATBOT).report["manifests"][0]
    (artifact,) = run_of(check(CHATBOT, "-f", "sarif").out)["artifacts"]
    assert artifact == {
        "location": {"uri": "ai-manifest.yaml", "uriBaseId": "%SRCROOT%", "index": 0},
        "roles": ["analysisTarget"],
        "mimeType": "application/yaml",
        "hashes": {"sha-256": held["sha256"]},
        "properties": {"project": "essai", "status": "operational", "verdict": "non_compliant", "facts": held["facts"]},
    }


def test_a_path_is_a_relative_uri(run: Run, tmp_path: Path) -> None:
    names = {
        "a b": "a%20b",
        "Été": "%C3%89t%C3%A9",
        "100%": "100%25",
        "#1?": "%231%3F",
        "c:d": "c%3Ad",
        "[x](1){0}": "%5Bx%5D%281%29%7B0%7D",
        "\\": "%5C",
    }
    for name in names:
        (tmp_path / "p" / name).mkdir(parents=True)
        (tmp_path / "p" / name / "ai-manifest.yaml").write_text(UNREADABLE, encoding="utf-8")
    (tmp_path / "ailleurs").mkdir()
    done = run("check", "p", "--as-of", ON, "-f", "sarif")
    official().validate(json.loads(done.out))
    addresses = {artifact["location"]["uri"] for artifact in run_of(done.out)["artifacts"]}
    assert addresses == {f"p/{quoted_name}/ai-manifest.yaml" for quoted_name in names.values()}
    outside = run_of(run("check", "../p/a b", "--as-of", ON, "-f", "sarif", cwd=tmp_path / "ailleurs").out)
    assert outside["artifacts"][0]["location"]["uri"] == "../p/a%20b/ai-manifest.yaml"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), "%3Cstdin%3E"),
        (("--stdin-filename", "a/ai-manifest.yaml"), "a/ai-manifest.yaml"),
        (("--stdin-filename", "::error::x"), "%3A%3Aerror%3A%3Ax"),
        (("--stdin-filename", "/etc/x y"), "file:///etc/x%20y"),
    ],
)
def test_standard_input_has_a_uri_too(run: Run, options: tuple[str, ...], expected: str) -> None:
    done = run("check", "-", *options, "--as-of", ON, "-f", "sarif", stdin=CHATBOT)
    official().validate(json.loads(done.out))
    only = run_of(done.out)
    location = only["artifacts"][0]["location"]
    assert location["uri"] == expected
    assert ("uriBaseId" in location) == (not expected.startswith("file:"))
    assert {place(result)[0] for result in only["results"]} == {expected}


def test_the_base_of_the_uris_says_no_absolute_path(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    done = run("check", tmp_path, "--as-of", ON, "-f", "sarif")
    assert list(run_of(done.out)["originalUriBaseIds"]["%SRCROOT%"]) == ["description"]
    assert str(tmp_path) not in done.out


# hostile text


@pytest.mark.parametrize("nasty", NASTY)
def test_hostile_values_and_keys_stay_words(check: Check, nasty: str) -> None:
    done = check(everywhere(quoted(NASTY[nasty])), "-f", "sarif")
    clean(done.out)
    only = run_of(done.out)
    told = " ".join(result["message"]["text"] for result in of(only, "manifest-schema"))
    assert " ".join(NASTY[nasty].split()) in " ".join(told.replace("{{", "{").replace("}}", "}").split())
    assert only["artifacts"][0]["properties"]["project"] == NASTY[nasty]


LIKE_SARIF = [
    "[ici](1)",
    "[ici](https://example.org)",
    "[a\\](1)",
    "[a\\\\](1)",
    "[[a]](1)",
    "![a](javascript:alert(1))",
    "{0} {1} {{2}} {0",
    "[{0}](sarif:/runs/0/results/0)",
]


@pytest.mark.parametrize("words", LIKE_SARIF)
def test_words_that_look_like_links_or_placeholders_are_words(check: Check, words: str) -> None:
    """`run_of` looks for both in every message."""
    done = check(everywhere(quoted(words)), "-f", "sarif")
    official().validate(json.loads(done.out))
    told = "\n".join(result["message"]["text"] for result in of(run_of(done.out), "manifest-schema"))
    assert words.replace("](", "] (") in told.replace("{{", "{").replace("}}", "}")
    assert words in json.dumps(run_of(done.out)["artifacts"], ensure_ascii=False).replace("\\\\", "\\")


def test_hostile_words_of_a_notification_are_words(run: Run, tmp_path: Path) -> None:
    """The path of a manifest stands in the message of each rule that it kept from running."""
    folder = tmp_path / "[x](1){0}\u202e"
    folder.mkdir()
    (folder / "ai-manifest.yaml").write_text(UNREADABLE, encoding="utf-8")
    done = run("check", "--as-of", ON, "-f", "sarif")
    clean(done.out)
    (ran,) = run_of(done.out)["invocations"]
    assert all("[x] (1){{0}}\u202e" in each["message"]["text"] for each in ran["toolExecutionNotifications"])


def test_a_rule_of_somebody_elses_pack_brings_no_markup(check: Check, tmp_path: Path) -> None:
    """§3.11.4.2: a producer emits no HTML."""
    words = "<img src=x onerror=alert(1)> &amp; *a* _b_ `c` [d](https://example.org) ![e](f) {0} ~g~"
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER, title=both(words), remediation=both(words)))
    only = run_of(check(MINIMAL, "--policy-dir", folder, "-f", "sarif").out)
    page = rules(only)["ESSAI-X01"]["help"]["markdown"]
    assert "<" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; &amp;amp; \\*a\\* \\_b\\_ \\`c\\` \\[d\\](https://example.org)" in page
    assert "{{0}} \\~g\\~" in page


@pytest.mark.parametrize("escape", ["\\ud800", "\\udfff\\ud800", "\\ud83d"])
def test_lone_surrogates_are_json_escapes(check: Check, escape: str) -> None:
    done = check(edited(MINIMAL, ("status: operational", f'status: "a{escape}b"')), "-f", "sarif")
    clean(done.out)
    official().validate(json.loads(done.out))
