"""``rules diff``: what changed between two versions, said in words and shown condition by condition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cmian_policy.authoring.changes import rule_changes
from cmian_policy.authoring.diff import difference
from cmian_policy.errors import UsageError
from cmian_policy.loading.pack import load_rule
from cmian_policy.messages import render
from cmian_policy.model.pack import RuleVersion
from cmian_policy.pipeline.policy import load_policy
from tests.authoring.bench_folder import OK, USAGE, edit, ran, write_folder

if TYPE_CHECKING:
    from pathlib import Path

SECOND = "essai/rules/ESSAI-A01/v2.yaml"
TITLE = ("title: {fr: Dire le but, en: State the goal}", "title: {fr: Dire le but, en: Tell the goal}")
REFERENCE = "{title: Loi, article: '1', checked_on: 2026-11-23, certainty: primary}"
REQUIRE = """\
  - id: project
    cel: manifest.project.name != 'inconnu'
    at: /project/name
    message: {fr: le nom est inconnu, en: the name is unknown}
"""
MESSAGE = "    message: {fr: le but est inconnu, en: the goal is unknown}\n"
OTHERWISE = "otherwise: {fr: le projet n'est pas en service, en: the project is not live}"
APPLIES = f"applies_when:\n  cel: facts.live && manifest.purpose.domain != 'other'\n  {OTHERWISE}\n"
SAME = (
    ("default: blocking", "default: advisory"),
    ("cel: facts.live && manifest.purpose.domain != 'other'", "cel: facts.live"),
)


def changed(folder: Path, *edits: tuple[str, str], same: bool = True) -> list[tuple[str, str]]:
    """Aspect and words of what version 2 changes in version 1, once edited; the two are otherwise the same."""
    write_folder(folder)
    edit(folder / SECOND, *edits, *(SAME if same else ()))
    policy = load_policy(folder)
    old, new = (load_rule(policy.documents, "essai", RuleVersion("ESSAI-A01", version)) for version in (1, 2))
    return [(change.aspect, render(change.text, "en")) for change in rule_changes(old, new)]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ((), []),
        ((TITLE,), [("title", 'title (en): "State the goal" becomes "Tell the goal"')]),
        ((("basis: deliberation", "basis: interpretation"),), [("basis", "basis: deliberation becomes interpretation")]),
        (
            (('paragraph: "1", quote: Les usagers seront avisés', 'paragraph: "3", quote: Rien'),),
            [("source", 'encoded passage: ACTE §1 "Les usagers seront avisés" becomes ACTE §3 "Rien"')],
        ),
        (
            (("references: []", f"references: [{REFERENCE}]"),),
            [("references.added", "reference added: Loi, 1 (text read, as of 2026-11-23)")],
        ),
        ((("The text also says so (§2).", "As is."),), [("rationale", "rationale: reworded (en)")]),
        (
            (("{fr: le projet n'est pas en service, en: the project is not live}", "{fr: non, en: no}"),),
            [("applies_when.otherwise", "reason given when the rule does not apply: reworded (fr, en)")],
        ),
        ((("waivable: false", "retired: true\nwaivable: false"),), [("retired", "the rule now judges retired projects too")]),
        (
            ((MESSAGE, MESSAGE + REQUIRE),),
            [("require.added", 'condition added "project" (/project/name); otherwise: the name is unknown')],
        ),
        (
            (("id: goal", "id: purpose"),),
            [
                ("require.removed", 'condition removed "goal" (/purpose/goal); otherwise: the goal is unknown'),
                ("require.added", 'condition added "purpose" (/purpose/goal); otherwise: the goal is unknown'),
            ],
        ),
        ((("!= 'inconnu'", "!= 'absent'"),), [("require.cel", 'the condition "goal" changes')]),
        (
            (("at: /purpose/goal", "when: {cel: facts.live}\n    at: /purpose/goal"),),
            [("require.when", 'the condition "goal" is checked under another guard (when)')],
        ),
        (
            (("at: /purpose/goal", "at: /purpose"),),
            [("require.at", 'the condition "goal" points at /purpose instead of /purpose/goal')],
        ),
        (
            (("at: /purpose/goal", "at: /purpose/goal\n    otherwise: review"),),
            [("require.otherwise", 'the condition "goal", when not met, gives "review" instead of "fail"')],
        ),
        (
            (("at: /purpose/goal", "at: ''\n    for_each: /technology/capabilities\n    empty: pass"),),
            [
                ("require.at", 'the condition "goal" points at /technology/capabilities/* instead of /purpose/goal'),
                ("require.empty", 'the condition "goal" gives "pass" instead of "fail" for an empty list'),
            ],
        ),
        ((("the goal is unknown", "unknown"),), [("require.message", 'message of the condition "goal": reworded (en)')]),
        (
            (("{default: blocking}", "{default: blocking, by_status: {planned: note}}"),),
            [("level.by_status", "level of a project planned: the default one becomes note")],
        ),
        (
            (("{default: blocking}", "{default: blocking, schedule: [{from: 2027-01-01, level: note}]}"),),
            [("level.schedule.added", "level note from 2027-01-01")],
        ),
        ((("en: state the goal", "en: tell the goal"),), [("remediation", "what to mend: reworded (en)")]),
        (
            (("waivable: false", "waivable: {by: {fr: Le comité, en: The committee}, authority: committee}"),),
            [("waivable", "waiver: none becomes by The committee")],
        ),
    ],
)
def test_each_change_is_said_once(tmp_path: Path, edits: tuple[tuple[str, str], ...], expected: list[tuple[str, str]]) -> None:
    assert changed(tmp_path, *edits) == expected


def test_the_level_and_the_condition_of_application(tmp_path: Path) -> None:
    assert changed(tmp_path, same=False) == [
        ("applies_when", "the condition of application changes"),
        ("level.default", "level: advisory becomes blocking"),
    ]


def test_a_rule_that_comes_to_apply_always(tmp_path: Path) -> None:
    found = changed(tmp_path, (APPLIES, "applies_when: always\n"), same=False)
    assert found[0] == ("applies_when", "the rule now applies to every project")


def test_going_back_says_the_opposite(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    edit(folder / SECOND, (APPLIES, "applies_when: always\n"), ("references: []", f"references: [{REFERENCE}]"))
    rule = difference(load_policy(folder), "ESSAI-A01@2..ESSAI-A01@1").rules[0]
    assert [change.aspect for change in rule.changes] == ["references.removed", "applies_when", "level.default"]
    assert render(rule.changes[1].text, "en").endswith("not applicable when: the project is not live")


FULL = (
    ("basis: deliberation", "basis: law"),
    ('source: {act: ACTE, paragraph: "1", quote: Les usagers seront avisés}', "source: null"),
    ("references: []", f"references: [{REFERENCE}]"),
    ("at: /purpose/goal", "at: ''\n    for_each: /technology/capabilities\n    when: {cel: facts.live}"),
    ("{default: blocking}", "{default: blocking, schedule: [{from: 2027-01-01, level: note}]}"),
    ("waivable: false", "retired: true\nwaivable: {by: {fr: La Ville, en: The City}, authority: city, exception: RGPD 9(2)}"),
)


def test_everything_that_goes_away_is_said_too(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    edit(folder / SECOND, *FULL)
    rule = difference(load_policy(folder), "ESSAI-A01@2..ESSAI-A01@1").rules[0]
    assert [(change.aspect, render(change.text, "en")) for change in rule.changes] == [
        ("basis", "basis: law becomes deliberation"),
        ("source", 'encoded passage: none becomes ACTE §1 "Les usagers seront avisés"'),
        ("references.removed", "reference removed: Loi, 1 (text read, as of 2026-11-23)"),
        ("applies_when", "the condition of application changes"),
        ("retired", "the rule no longer judges retired projects"),
        ("require.when", 'the condition "goal" is checked under another guard (when)'),
        ("require.at", 'the condition "goal" points at /purpose/goal instead of /technology/capabilities/*'),
        ("level.default", "level: blocking becomes advisory"),
        ("level.schedule.removed", "no longer level note from 2027-01-01"),
        ("waivable", "waiver: by The City, under RGPD 9(2) becomes none"),
    ]
    removed = [line for line in rule.conditions.splitlines() if line.startswith("-  ")]
    assert removed[2:5] == ["-  for_each: /technology/capabilities", "-  empty: fail", "-  when: facts.live"]


def test_a_reference_read_again_is_one_that_changed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    for path, day in ((SECOND, "2026-11-23"), ("essai/rules/ESSAI-A01/v1.yaml", "2025-01-01")):
        edit(folder / path, ("references: []", f"references: [{REFERENCE.replace('2026-11-23', day)}]"))
    rule = difference(load_policy(folder), "ESSAI-A01@1..ESSAI-A01@2").rules[0]
    assert rule.changes[0].aspect == "references"


def test_a_unified_diff_shows_the_part_of_a_condition_that_changed(tmp_path: Path) -> None:
    found = difference(load_policy(write_folder(tmp_path)), "ESSAI-A01@1..ESSAI-A01@2")
    assert found.rules[0].conditions.splitlines() == [
        "--- ESSAI-A01@1",
        "+++ ESSAI-A01@2",
        "@@ -1,4 +1,6 @@",
        "-applies_when: facts.live",
        "+applies_when:",
        "+  facts.live",
        "+  && manifest.purpose.domain != 'other'",
        " require goal:",
        "   cel: manifest.purpose.goal != 'inconnu'",
        "   at: /purpose/goal",
    ]


def test_two_releases_rule_by_rule(tmp_path: Path) -> None:
    found = difference(load_policy(write_folder(tmp_path)), "essai@2025.1..essai@2026.1")
    assert [(rule.id, rule.kind) for rule in found.rules] == [("ESSAI-A01", "changed"), ("ESSAI-B01", "added")]
    assert found.rules[1].conditions.startswith("--- /dev/null\n+++ ESSAI-B01@1\n")
    back = difference(load_policy(tmp_path), "essai@2026.1..essai@2025.1")
    assert [(rule.id, rule.kind) for rule in back.rules] == [("ESSAI-A01", "changed"), ("ESSAI-B01", "removed")]


def test_facts_and_acts_of_a_release(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = write_folder(tmp_path)
    facts = (folder / "essai/facts/v1.yaml").read_text(encoding="utf-8")
    second = folder / "essai/facts/v2.yaml"
    second.write_text(facts, encoding="utf-8")
    edit(
        second,
        ("version: 1", "version: 2"),
        ("grace_days: 90", "grace_days: 30"),
        ("== 'operational'", "!= 'planned'"),
        ("planned: note", "planned: advisory"),
        ("ladder:", "  - {name: idle, cel: 'false', title: {fr: Inactif, en: Idle}}\nladder:"),
        ("scope: []", "scope: [{cel: 'true', cap: note, reason: {fr: tout, en: all}}]"),
    )
    edit(folder / "essai/releases/2026.1.yaml", ("{version: 1}", "{version: 2}"), ("sources:\n  - {act: ACTE}", "sources: []"))
    found = difference(load_policy(folder), "essai@2025.1..essai@2026.1")
    assert [(change.aspect, render(change.text, "en")) for change in found.changes] == [
        ("sources.removed", "source act removed: ACTE"),
        ("facts", "derived facts: version 1 becomes version 2"),
        ("facts.added", "fact added: idle (Idle)"),
        ("facts.changed", "fact changed: live (Live)"),
        ("facts.grace_days", "grace: 90 days become 30 days"),
        ("facts.ladder", "the ladder of levels by status changes"),
        ("facts.scope", "the scope of the pack changes"),
    ]
    condition = "+fact live: manifest.project.status != 'planned'"
    assert condition in found.conditions.splitlines()
    for shape in ("text", "markdown"):
        lines = ran(
            capsysbinary, "rules", "diff", "essai@2026.1..essai@2025.1", folder, "-f", shape, "--lang", "en"
        ).out.splitlines()
        assert "- source act added: ACTE" in lines
        assert "- fact removed: idle (Idle)" in lines
        assert condition.replace("+", "-") in [line.strip() for line in lines]
        assert any("ESSAI-B01 removed (version 1)" in line for line in lines)


@pytest.mark.parametrize("name", ["essai@2025.1", "ESSAI-A01@1"])
def test_nothing_differs_from_itself(tmp_path: Path, name: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    done = ran(capsysbinary, "rules", "diff", f"{name}..{name}", write_folder(tmp_path), "--lang", "en")
    assert (done.code, done.out.splitlines()[1]) == (OK, f"no difference between {name} and {name}")


@pytest.mark.parametrize(
    "names",
    [
        "essai@2025.1",
        "..",
        "essai..essai@2025.1",
        "essai@2025.1..ESSAI-A01@1",
        "ESSAI-A01@1..ESSAI-B01@1",
        "essai@2025.1..essai@2030.1",
        "ESSAI-A01@1..ESSAI-A01@3",
        "ESSAI-A01@1..ESSAI-A01@x",
        "ESSAI-Z99@1..ESSAI-Z99@2",
    ],
)
def test_names_that_cannot_be_compared_are_refused(
    tmp_path: Path, names: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = write_folder(tmp_path)
    with pytest.raises(UsageError):
        difference(load_policy(folder), names)
    done = ran(capsysbinary, "rules", "diff", names, folder)
    assert (done.code, done.out) == (USAGE, "")


# The command


def test_markdown_for_a_pull_request(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = write_folder(tmp_path)
    edit(folder / SECOND, ("en: State the goal", "en: '<b>State</b> *the* `goal`'"), ("!= 'inconnu'", "!= '```'"))
    done = ran(capsysbinary, "rules", "diff", "ESSAI-A01@1..ESSAI-A01@2", folder, "-f", "markdown", "--lang", "en")
    lines = done.out.splitlines()
    assert lines[:6] == [
        "## ESSAI-A01@1 → ESSAI-A01@2",
        "",
        "0 rules added, 0 rules removed, 1 rule changed",
        "",
        "### ESSAI-A01, from version 1 to version 2",
        "",
    ]
    assert '- title (en): "State the goal" becomes "&lt;b&gt;State&lt;/b&gt; \\*the\\* \\`goal\\`"' in lines
    assert lines[-1] == "````"
    assert "````diff" in lines


def test_json(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    done = ran(capsysbinary, "rules", "diff", "essai@2025.1..essai@2026.1", write_folder(tmp_path), "-f", "json", "--lang", "en")
    document = json.loads(done.out)
    assert (document["schema_version"], document["old"], document["new"]) == ("1.0", "essai@2025.1", "essai@2026.1")
    changed_rule, added = document["rules"]
    assert changed_rule["changes"][1] == {"aspect": "level.default", "text": "level: advisory becomes blocking"}
    assert {key: added[key] for key in ("id", "change", "old_version", "new_version")} == {
        "id": "ESSAI-B01",
        "change": "added",
        "old_version": None,
        "new_version": 1,
    }


def test_text_says_when_only_words_changed(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = write_folder(tmp_path)
    edit(folder / SECOND, TITLE, *SAME)
    done = ran(capsysbinary, "rules", "diff", "ESSAI-A01@1..ESSAI-A01@2", folder, "--lang", "en")
    assert done.out.splitlines()[-1] == "- the conditions are the same"
