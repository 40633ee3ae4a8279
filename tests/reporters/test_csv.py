"""CSV: the columns of the contract, a row an observation, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.reporters import Style, rendered
from tests.acceptance.test_hostile_text import NASTY, clean, everywhere, quoted
from tests.policy_folder import NEVER, rule, write_policy
from tests.policy_folder import both as bilingual
from tests.reporters.runs import EVERY_UNJUDGED, SCENARIOS, UNUSABLE_KINDS, WAIVER, half_checked, play, unjudged, waived
from tests.runner import CHATBOT, MINIMAL, NBSP, ON, UNREADABLE, Check, Run, edited

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = [
    "path",
    "project",
    "rule",
    "version",
    "pack",
    "release",
    "basis",
    "verdict",
    "level",
    "pointer",
    "line",
    "column",
    "title",
    "message",
    "remediation",
    "act",
    "paragraph",
    "fingerprint",
]


def rows(text: str) -> list[dict[str, str]]:
    """The report as a reader that knows nothing of us reads it."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    read = list(reader)
    assert reader.fieldnames == COLUMNS
    assert all(None not in row and None not in row.values() for row in read)
    assert text.count("\n") == len(read) + 1  # no cell holds a line feed: a record is a line
    return read


def excuse(waiver: dict[str, Any]) -> str:
    """A waiver with its act and expiry, as the text report has it in French."""
    authority = {"council": "conseil municipal", "city": "Ville", "committee": "comité"}[waiver["authority"]]
    exception = f", exception légale{NBSP}: {waiver['exception']}" if waiver["exception"] else ""
    dates = f"du {waiver['granted']} au {waiver['expires']}"
    return f"dérogation{NBSP}: {waiver['ref']}, {waiver['act']} ({authority}){exception}, {dates}{NBSP}: {waiver['reason']}"


def expected_rows(path: str, project: str | None, finding: dict[str, Any]) -> list[dict[str, str]]:
    """The rows of a finding, from its entry in the JSON report."""
    source = finding["source"] or {}
    same = {
        "path": path,
        "project": project,
        **{name: finding[name] for name in ("rule", "version", "pack", "release", "basis", "verdict", "level", "title")},
        "remediation": finding["remediation"],
        "act": source.get("act"),
        "paragraph": source.get("paragraph"),
        "fingerprint": finding["fingerprint"],
    }
    places = finding["observations"] or [{"message": finding["reason"]}]
    found = [{**same, **{name: place.get(name) for name in ("pointer", "line", "column", "message")}} for place in places]
    for row in found if finding["waiver"] else ():
        row["message"] += f" · {excuse(finding['waiver'])}"
    return [{name: "" if row[name] is None else str(row[name]) for name in COLUMNS} for row in found]


@SCENARIOS
def test_every_example_has_a_row_for_each_observation_and_one_for_a_finding_without(run: Run, tmp_path: Path, name: str) -> None:
    played = play(run, tmp_path, name, "csv")
    assert rows(played.done.out) == [
        row
        for manifest in played.report["manifests"]
        for finding in manifest["findings"]
        for row in expected_rows(manifest["path"], manifest["project"], finding)
    ]


def test_the_bytes_are_utf_8_without_a_mark_and_with_line_feeds(check: Check) -> None:
    out = check(CHATBOT, "-f", "csv").out
    assert out.startswith("path,project,rule,")
    assert "\r" not in out
    assert out.endswith("\n")
    assert not out.endswith("\n\n")


def test_a_row_to_the_letter(check: Check, tmp_path: Path) -> None:
    quoting = rule("ESSAI-X01", NEVER, remediation=bilingual('Changez "nom", puis relisez.'))
    folder = write_policy(tmp_path / "regles", quoting)
    fingerprint = check(MINIMAL, "--policy-dir", folder).finding("ESSAI-X01")["fingerprint"]
    last = check(MINIMAL, "--policy-dir", folder, "-f", "csv").last
    assert last == (
        "ai-manifest.yaml,essai,ESSAI-X01,1,essai,2025.1,law,fail,blocking,/project/name,4,9,Règle fictive,le nom ne va pas,"
        f'"Changez ""nom"", puis relisez.",,,{fingerprint}'
    )


def test_texts_are_in_the_language_asked_for_and_codes_never_change(check: Check) -> None:
    french, english = (rows(check(CHATBOT, "-f", "csv", "--lang", lang).out) for lang in ("fr", "en"))
    texts = {"title", "message", "remediation"}
    assert [{**row, **dict.fromkeys(texts, "")} for row in english] == [{**row, **dict.fromkeys(texts, "")} for row in french]
    (notice, _) = (row for row in english if row["rule"] == "CMIAN-T01")
    assert notice["title"] == "Tell users that an AI is answering them"
    assert notice["verdict"] == "fail"


def test_a_built_in_rule_has_no_pack_and_an_unreadable_manifest_no_project(check: Check) -> None:
    first = rows(check(UNREADABLE, "-f", "csv").out)
    assert {row["project"] for row in first} == {""}
    (syntax,) = (row for row in first if row["rule"] == "manifest-syntax")
    empty = ("pack", "release", "basis", "act", "paragraph")
    assert [syntax[name] for name in empty] == [""] * len(empty)


@EVERY_UNJUDGED
def test_a_run_without_a_verdict_has_a_row_in_error_that_says_why(run: Run, tmp_path: Path, which: str) -> None:
    played = unjudged(run, tmp_path, which, "csv")
    said = "\n".join(row["message"] for row in rows(played.done.out) if row["verdict"] == "error")
    assert said
    for note in played.report["notes"]:
        if note["kind"] in UNUSABLE_KINDS:
            assert note["message"].split(f"{NBSP}: ")[-1] in said


def test_a_row_of_the_run_has_no_rule(run: Run, tmp_path: Path) -> None:
    played = unjudged(run, tmp_path, "no manifest", "csv")
    (row,) = rows(played.done.out)
    filled = {"verdict": "error", "message": played.report["notes"][0]["message"]}
    assert row == {**dict.fromkeys(COLUMNS, ""), **filled}
    played = unjudged(run, tmp_path, "nothing applies", "csv")
    first = rows(played.done.out)[0]
    assert (first["path"], first["project"], first["rule"]) == ("a/ai-manifest.yaml", "essai", "")


def test_a_note_that_repeats_a_finding_in_error_is_not_shown_twice(run: Run, tmp_path: Path) -> None:
    read = rows(unjudged(run, tmp_path, "a rule that errs", "csv").done.out)
    assert [row["rule"] for row in read if row["verdict"] == "error"] == ["ESSAI-X01"]


def test_a_row_of_the_run_stands_with_the_manifest_it_is_about(run: Run, tmp_path: Path) -> None:
    read = [(row["path"], row["rule"]) for row in rows(half_checked(run, tmp_path, "csv").done.out)]
    paths = [path for path, _ in read]
    assert paths == sorted(paths)
    assert read[paths.index("b/ai-manifest.yaml")] == ("b/ai-manifest.yaml", "")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_waived_finding_keeps_its_places_and_names_its_act_and_expiry(tmp_path: Path, lang: str) -> None:
    read = rows(rendered("csv", waived(tmp_path, "fr" if lang == "fr" else "en"), Style()))
    found = [row for row in read if row["rule"] == "CMIAN-T01"]
    assert len(found) == 2
    for row in found:
        assert (row["verdict"], row["level"], row["act"], row["paragraph"]) == ("waived", "blocking", "V2024-420", "1")
        assert row["pointer"].startswith("/transparency/disclosure/")
        for word in ("DEROG-2026-01", "V2026-FICTIF", "2026-10-01", "2027-09-30"):
            assert word in row["message"]


def test_the_exception_of_a_waiver_is_said(tmp_path: Path) -> None:
    waiver = WAIVER._replace(rule="LAW-T03", exception="règlement (UE) 2024/1689, art. 50(1)")
    read = rows(rendered("csv", waived(tmp_path, waiver=waiver), Style()))
    (row,) = (row for row in read if row["rule"] == "LAW-T03")
    assert "art. 50(1)" in row["message"]


def test_two_runs_and_every_style_give_the_same_bytes(check: Check) -> None:
    expected = check(CHATBOT, "-f", "csv").out
    for options in ([], ["-q"], ["-v"], ["--color", "always"]):
        assert check(CHATBOT, "-f", "csv", *options).out == expected


# formulas

FORMULAS = {
    "equals": "=1+1",
    "command": "=cmd|' /C calc'!A0",
    "plus": "+1",
    "minus": "-1",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "tab alone": "\tx",
    "carriage return": "\r=1+1",
    "carriage return alone": "\rx",
    "line feed": "\n=1+1",
    "space": "  =1+1",
    "no-break space": "\u00a0=1+1",
    "wide space": "\u3000-1",
    "full width": "\uff1d1+1",
    "quoted": '=1+1"',
}


@pytest.mark.parametrize("which", FORMULAS)
def test_a_cell_that_would_be_a_formula_is_quoted(check: Check, which: str) -> None:
    done = check(edited(MINIMAL, ("id: essai", f"id: {quoted(FORMULAS[which])}")), "-f", "csv")
    clean(done.out)
    assert {row["project"][:1] for row in rows(done.out)} == {"'"}


@pytest.mark.parametrize("name", ["=1", "+1", "-1", "@1"])
def test_so_is_a_path(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    done = run("check", "--as-of", ON, "-f", "csv")
    assert {row["path"] for row in rows(done.out)} == {f"'{name}/ai-manifest.yaml"}


def test_so_is_what_follows_a_semicolon_for_who_reads_it_as_the_separator(check: Check) -> None:
    """A French Excel that opens the file by a double click begins a cell there."""
    done = check(edited(MINIMAL, ("id: essai", "id: 'a;=1+1; @x;-1;y'")), "-f", "csv")
    assert {row["project"] for row in rows(done.out)} == {"a;'=1+1;' @x;'-1;y"}
    for record in csv.reader(io.StringIO(done.out, newline=""), delimiter=";"):
        for cell in record[1:]:
            assert not re.match(r"\s*[=+\-@]", cell)


def test_nothing_else_is_touched(check: Check) -> None:
    done = check(edited(MINIMAL, ("id: essai", "id: 'a=1+1 -2 @x; y'")), "-f", "csv")
    assert {row["project"] for row in rows(done.out)} == {"a=1+1 -2 @x; y"}
    assert not any(cell.startswith("'") for row in rows(check(CHATBOT, "-f", "csv").out) for cell in row.values())


@pytest.mark.parametrize("nasty", NASTY)
def test_hostile_values_stay_words(check: Check, nasty: str) -> None:
    done = check(everywhere(quoted(NASTY[nasty])), "-f", "csv")
    clean(done.out)
    data = check(everywhere(quoted(NASTY[nasty])))
    expected = sum(len(finding["observations"]) or 1 for finding in data.report["manifests"][0]["findings"])
    assert len(rows(done.out)) == expected


def test_huge_messages_are_cut_and_data_stay_whole(check: Check) -> None:
    huge = "é" * 100_000
    done = check(edited(MINIMAL, ("status: operational", f"status: {huge}")), "-f", "csv")
    assert len(done.out) < 100_000
    named = rows(check(edited(MINIMAL, ("id: essai", f"id: {huge[:1000]}")), "-f", "csv").out)
    assert {row["project"] for row in named} == {huge[:1000]}
