"""``rules new``: a template that loads, whose cases say what is missing, and that overwrites nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from cmian_policy.authoring.prove import prove
from cmian_policy.authoring.release import release
from cmian_policy.authoring.scaffold import Scaffold, new_rule
from cmian_policy.errors import PolicyError, UsageError
from cmian_policy.messages import render
from cmian_policy.pipeline.policy import load_policy
from tests.authoring.bench_folder import FINDINGS, OK, TODAY, USAGE, edit, ran, sealed_folder, tree, write_folder

if TYPE_CHECKING:
    from pathlib import Path

RULE, CASES = "essai/rules/ESSAI-C01/v1.yaml", "essai/rules/ESSAI-C01/v1.cases.yaml"
DRAFT = "essai/releases/2026.1.yaml"


def test_a_rule_joins_the_draft_release_which_gains_one_line(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    before = tree(folder)
    assert new_rule(folder, "essai/ESSAI-C01", TODAY) == Scaffold("essai/ESSAI-C01", (CASES, RULE), (DRAFT,))
    after = tree(folder)
    assert after.keys() - before.keys() == {RULE, CASES}
    assert after[DRAFT] == before[DRAFT] + b"  - {id: ESSAI-C01, version: 1}\n"
    assert {path for path in before if after[path] != before[path]} == {DRAFT}


def test_the_template_loads_and_its_cases_name_what_is_to_be_filled_in(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    new_rule(folder, "essai/ESSAI-C01", TODAY)
    report = prove(load_policy(folder, with_cases=True), ["ESSAI-C01"], mutation=False).cases
    said = [render(fault, "fr") for fault in report.failures]
    assert report.passed == 0
    assert len(said) == 3
    assert all("À remplir" in each for each in said)


def test_the_template_filled_in_passes_and_can_be_published(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    new_rule(folder, "essai/ESSAI-C01", TODAY)
    assert "release.unfinished" in [refusal.message.key for refusal in release(folder, "essai@2026.1", TODAY).refusals]
    text = (folder / RULE).read_text(encoding="utf-8").replace("À remplir (", "Fait (").replace("To fill in (", "Done (")
    (folder / RULE).write_text(text, encoding="utf-8")
    edit(folder / RULE, ("manifest.purpose.goal == 'À remplir'", "manifest.purpose.goal != 'Un autre but'"))
    last = "  - name: À remplir (un projet que la règle ne concerne pas)\n"
    edit(
        folder / CASES,
        ("at: [] ", "at: [/purpose/goal] "),
        (last, f"{last}    patch: {{project: {{status: planned}}}}\n"),
    )
    assert release(folder, "essai@2026.1", TODAY).refusals == ()


def test_a_pack_that_is_absent_is_created_whole(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    written = new_rule(folder, "autre-pack/AUTRE-A01", TODAY)
    assert written.created == (
        "autre-pack/bases/depart.yaml",
        "autre-pack/facts/v1.yaml",
        "autre-pack/pack.yaml",
        "autre-pack/releases/2027.1.yaml",
        "autre-pack/rules/AUTRE-A01/v1.cases.yaml",
        "autre-pack/rules/AUTRE-A01/v1.yaml",
        "autre-pack/sources/A-REMPLIR.yaml",
    )
    (pack,) = load_policy(folder, with_cases=True).packs
    (draft,) = pack.releases
    assert (draft.id, draft.in_force_from, draft.draft) == ("2027.1", date(2027, 1, 1), True)
    with pytest.raises(UsageError):
        new_rule(folder, "autre-pack/AUTRE-A01", TODAY)


def test_a_second_pack_lies_beside_the_first(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    new_rule(folder, "autre/AUTRE-A01", TODAY)
    assert [pack.id for pack in load_policy(folder).packs] == ["autre", "essai"]


@pytest.mark.parametrize(
    ("today", "release_id", "start"),
    [
        (date(2026, 11, 23), "2027.1", date(2027, 1, 1)),
        (date(2026, 12, 31), "2027.1", date(2027, 2, 1)),
        (date(2025, 3, 31), "2025.2", date(2025, 5, 1)),
        (date(2020, 1, 1), "2025.2", date(2025, 3, 1)),  # never before the last release
    ],
)
def test_without_a_draft_the_next_release_is_begun(tmp_path: Path, today: date, release_id: str, start: date) -> None:
    folder = sealed_folder(tmp_path, draft=False)
    before = tree(folder)
    new_rule(folder, "essai/ESSAI-C01", today)
    assert {path: raw for path, raw in tree(folder).items() if path in before} == before
    draft = load_policy(folder).packs[0].releases[-1]
    assert (draft.id, draft.in_force_from, draft.draft) == (release_id, start, True)
    assert [tuple(version) for version in draft.rules] == [("ESSAI-A01", 1), ("ESSAI-C01", 1)]
    assert 'supersedes: "2025.1"' in (folder / f"essai/releases/{release_id}.yaml").read_text(encoding="utf-8")


def test_a_pack_of_law_gets_a_rule_that_rests_on_a_reference(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, draft=False)
    reference = "references: [{title: Loi, article: '1', checked_on: 2026-11-23, certainty: primary}]"
    edit(folder / "essai/rules/ESSAI-A01/v1.yaml", ("basis: deliberation", "basis: law"), ("references: []", reference))
    new_rule(folder, "essai/ESSAI-C01", TODAY)
    text = (folder / RULE).read_text(encoding="utf-8")
    assert "basis: law\n" in text
    assert "source: null\n" in text
    load_policy(folder)


@pytest.mark.parametrize("rule", ["ESSAI-A01", "ESSAI-B01"])
@pytest.mark.parametrize("pack", ["essai", "autre"])
def test_an_id_that_exists_is_refused_in_any_pack(tmp_path: Path, pack: str, rule: str) -> None:
    folder = write_folder(tmp_path)
    before = tree(folder)
    with pytest.raises(UsageError) as caught:
        new_rule(folder, f"{pack}/{rule}", TODAY)
    assert dict(caught.value.message.values)["version"] == {"ESSAI-A01": 2, "ESSAI-B01": 1}[rule]
    assert tree(folder) == before


@pytest.mark.parametrize(
    "name",
    ["ESSAI-C01", "essai/", "/ESSAI-C01", "essai/essai-c01", "essai/ESSAI", "Essai/ESSAI-C01", "../ESSAI-C01", "a/b/ESSAI-C01"],
)
def test_a_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_folder(tmp_path / "policies")
    before = tree(tmp_path)
    with pytest.raises(UsageError) as caught:
        new_rule(folder, name, TODAY)
    assert caught.value.message.key == "usage.new-name"
    assert tree(tmp_path) == before


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / CASES).parent.mkdir(parents=True)
    (folder / CASES).write_text("base: depart.yaml\nas_of: 2026-11-23\ncases: [{name: mine, expect: pass}]\n", encoding="utf-8")
    before = tree(folder)
    with pytest.raises(UsageError) as caught:
        new_rule(folder, "essai/ESSAI-C01", TODAY)
    assert caught.value.message.key == "usage.file-exists"
    assert tree(folder) == before


def test_a_folder_that_cannot_be_used_is_left_alone(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / "essai/facts/v1.yaml", ("grace_days: 90", "grace_days: 91"))
    before = tree(folder)
    with pytest.raises(PolicyError):
        new_rule(folder, "essai/ESSAI-C01", TODAY)
    assert tree(folder) == before


# The command


def test_the_command_writes_to_the_folder_policies_by_default(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ran(capsysbinary, "rules", "new", "autre/AUTRE-A01", "--lang", "en")
    assert (done.code, done.err) == (OK, "")
    assert "written" not in done.out
    assert done.out.splitlines()[0] == "created: policies/autre/bases/depart.yaml"
    assert done.out.splitlines()[-1].endswith("cmian-policy rules test policies --rule AUTRE-A01")
    tested = ran(capsysbinary, "rules", "test", "policies", "--rule", "AUTRE-A01")
    assert tested.code == FINDINGS
    assert ran(capsysbinary, "rules", "new", "autre/AUTRE-A01").code == USAGE
    added = ran(capsysbinary, "rules", "new", "autre/AUTRE-A02", "--lang", "en")
    assert "added to: policies/autre/releases/" in added.out


def test_a_file_in_the_place_of_the_folder_is_a_usage_error(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "policies").write_text("", encoding="utf-8")
    assert ran(capsysbinary, "rules", "new", "autre/AUTRE-A01", tmp_path / "policies").code == USAGE
