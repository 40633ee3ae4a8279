"""``rules coverage``: each paragraph of an act, the rules that encode it, and what no rule can check and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cmian_policy.authoring.coverage import coverage
from cmian_policy.errors import PolicyError
from cmian_policy.pipeline.policy import load_policy
from tests.authoring.bench_folder import ROOT, edit, ran, write_folder

if TYPE_CHECKING:
    from pathlib import Path

REASON = "Le comité n'est pas un projet."


def test_paragraphs_in_order_with_the_rules_of_the_latest_release(tmp_path: Path) -> None:
    (pack,) = coverage(load_policy(write_folder(tmp_path)))
    assert (pack.pack.id, pack.release.id) == ("essai", "2026.1")
    (act,) = pack.acts
    assert [
        (
            each.id,
            [(rule.id, rule.version) for rule in each.rules],
            [rule.id for rule in each.quoted_by],
            [reason.fr for reason in each.uncheckable],
            each.silent,
        )
        for each in act.paragraphs
    ] == [
        ("1", [("ESSAI-A01", 2), ("ESSAI-B01", 1)], [], [], False),
        ("2", [], ["ESSAI-A01", "ESSAI-B01"], [REASON], False),
        ("3", [], [], [], True),
    ]


def test_a_short_quotation_is_no_encoding(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, draft=False)
    edit(folder / "essai/rules/ESSAI-A01/v1.yaml", ("« Un comité examine chaque projet »", "« Un comité examine »"))
    assert coverage(load_policy(folder))[0].acts[0].paragraphs[1].quoted_by == ()


def test_a_rule_of_law_without_a_text_stands_apart(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = write_folder(tmp_path, draft=False)
    reference = "references: [{title: Loi, article: '1', checked_on: 2026-11-23, certainty: primary}]"
    edit(
        folder / "essai/rules/ESSAI-A01/v1.yaml",
        ("basis: deliberation", "basis: law"),
        ('source: {act: ACTE, paragraph: "1", quote: Les usagers seront avisés}', "source: null"),
        ("references: []", reference),
    )
    (pack,) = coverage(load_policy(folder))
    assert [rule.id for rule in pack.unquoted] == ["ESSAI-A01"]
    for shape, mark in (("text", "  ESSAI-A01  "), ("markdown", "- **ESSAI-A01** ")):
        lines = ran(capsysbinary, "rules", "coverage", folder, "-f", shape, "--lang", "en").out.splitlines()
        assert (
            f"{mark}State the goal (law, advisory)" in lines[lines.index("Rules of law without a text quoted word for word:") :]
        )


@pytest.mark.parametrize("wrong", ["uncheckable: []", "uncheckable: [texte]", "uncheckable: [{fr: oui}]"])
def test_a_reason_is_given_in_both_languages(tmp_path: Path, wrong: str) -> None:
    folder = write_folder(tmp_path)
    edit(folder / "essai/sources/ACTE.yaml", ("    text: Rien de plus.\n", f"    text: Rien de plus.\n    {wrong}\n"))
    with pytest.raises(PolicyError):
        load_policy(folder)


def test_every_paragraph_of_the_deliberation_is_accounted_for() -> None:
    """The list of rules.md, "Coverage of the text"."""
    packs = {each.pack.id: each for each in coverage(load_policy(ROOT / "policies"))}
    (act,) = packs["cmian"].acts
    assert [each.id for each in act.paragraphs] == ["0", "1", "2", "3", "4", "5", "6", "7"]
    assert [each.id for each in act.paragraphs if each.silent] == []
    assert [each.id for each in act.paragraphs if each.uncheckable] == ["2", "3", "4", "5", "6", "7"]


# The command


def test_the_text(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert ran(capsysbinary, "rules", "coverage", write_folder(tmp_path), "--lang", "en").out.splitlines() == [
        "essai, release 2026.1 (draft)",
        "",
        "ACTE: Un acte fictif",
        "",
        "§1 Information",
        "  ESSAI-A01  State the goal (deliberation, blocking)",
        "  ESSAI-B01  State the goal (deliberation, advisory)",
        "",
        "§2",
        "  also quoted by ESSAI-A01, ESSAI-B01",
        "  No rule can check this: The committee is no project.",
        "",
        "§3",
        "  No rule encodes this paragraph, and nothing says why.",
        "",
    ]


def test_the_markdown(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = write_folder(tmp_path)
    edit(folder / "essai/sources/ACTE.yaml", ("title: Information", "title: Information | <b>"))
    rules = "**ESSAI-A01** State the goal (deliberation, blocking)<br>**ESSAI-B01** State the goal (deliberation, advisory)"
    assert ran(capsysbinary, "rules", "coverage", folder, "-f", "markdown", "--lang", "en").out.splitlines() == [
        "## essai, release 2026.1 (draft)",
        "",
        "### ACTE: Un acte fictif",
        "",
        "| Paragraph | Rules | What no rule can check, and why |",
        "|---|---|---|",
        f"| §1 Information \\| &lt;b&gt; | {rules} |  |",
        "| §2 | also quoted by ESSAI-A01, ESSAI-B01 | The committee is no project. |",
        "| §3 | No rule encodes this paragraph, and nothing says why. |  |",
        "",
    ]


def test_the_json(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    document = json.loads(ran(capsysbinary, "rules", "coverage", write_folder(tmp_path), "-f", "json").out)
    (pack,) = document["packs"]
    assert (document["schema_version"], pack["pack"], pack["release"], pack["draft"]) == ("1.0", "essai", "2026.1", True)
    first, second, _ = pack["acts"][0]["paragraphs"]
    assert first["rules"][0] == {
        "id": "ESSAI-A01",
        "version": 2,
        "basis": "deliberation",
        "level": "blocking",
        "title": "Dire le but",
    }
    assert (second["title"], second["quoted_by"], second["uncheckable"]) == (None, ["ESSAI-A01", "ESSAI-B01"], [REASON])
