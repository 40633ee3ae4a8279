"""``rules release``: what it writes, and each reason for which it writes nothing."""

from __future__ import annotations

import difflib
import os
from datetime import date
from pathlib import Path

import pytest

from cmian_policy.authoring.release import Released, release
from cmian_policy.authoring.verify import verify
from cmian_policy.errors import PolicyError, UsageError
from cmian_policy.pipeline.policy import load_policy
from tests.authoring.bench_folder import (
    FINDINGS,
    OK,
    TODAY,
    UNUSABLE,
    USAGE,
    edit,
    ran,
    sealed_folder,
    sha256,
    tree,
    write_folder,
)

DRAFT = "essai/releases/2026.1.yaml"
RULE = "essai/rules/ESSAI-B01/v1.yaml"


def refused(folder: Path, name: str = "essai@2026.1") -> list[str]:
    """The keys of the refusals, nothing having been written."""
    before = tree(folder)
    done = release(folder, name, TODAY)
    assert tree(folder) == before
    assert done.written == ()
    return [refusal.message.key for refusal in done.refusals]


def test_a_draft_gains_its_date_and_its_digests_and_nothing_else_changes(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    before = (folder / DRAFT).read_text(encoding="utf-8").splitlines()
    done = release(folder, "essai@2026.1", TODAY)
    assert done == Released("essai@2026.1", TODAY, 4, (DRAFT, "SHA256SUMS"), (), ())
    digests = [sha256(folder / "essai" / path) for path in ("facts/v1.yaml", "sources/ACTE.yaml", "rules/ESSAI-A01/v2.yaml")]
    changes = difflib.ndiff(before, (folder / DRAFT).read_text(encoding="utf-8").splitlines())
    assert [line for line in changes if line[0] in "+-"] == [
        "+ published: 2026-11-23",
        "- facts: {version: 1} # les mêmes",
        f"+ facts: {{version: 1, sha256: {digests[0]}}} # les mêmes",
        "-   - {act: ACTE}",
        f"+   - {{act: ACTE, sha256: {digests[1]}}}",
        "-   - {id: ESSAI-A01, version: 2}   # v2",
        f"+   - {{id: ESSAI-A01, version: 2, sha256: {digests[2]}}}   # v2",
        f"+     sha256: {sha256(folder / RULE)}",
    ]


def test_what_was_published_comes_into_force(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    release(folder, "essai@2026.1", TODAY)
    pack = load_policy(folder).packs[0]
    in_force = pack.in_force(date(2026, 12, 1))
    assert in_force is not None
    assert (in_force.id, in_force.published) == ("2026.1", TODAY)
    assert [each.name for each in verify(folder)] == ["essai@2025.1", "essai@2026.1"]


def test_line_ends_are_those_of_the_file(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    path = folder / DRAFT
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    release(folder, "essai@2026.1", TODAY)
    written = path.read_bytes()
    assert b"published: 2026-11-23\r\n" in written
    assert written.count(b"\n") == written.count(b"\r\n")


def test_a_release_laid_out_as_json_is_sealed_too(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    rules = '[{"id": "ESSAI-A01", "version": 2}, {"id": "ESSAI-B01", "version": 1}]'
    (folder / DRAFT).write_text(
        '{"release": "2026.1", "in_force_from": "2026-12-01", "supersedes": "2025.1", "changelog": {"fr": ["a"], "en": ["b"]},\n'
        f' "facts": {{"version": 1}}, "sources": [{{"act": "ACTE"}}], "rules": {rules}}}\n',
        encoding="utf-8",
    )
    assert release(folder, "essai@2026.1", TODAY).refusals == ()
    assert '"in_force_from": "2026-12-01", "published": "2026-11-23"' in (folder / DRAFT).read_text(encoding="utf-8")
    assert len(verify(folder)) == 2


def test_a_layout_that_cannot_be_added_to_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / DRAFT, ("in_force_from: 2026-12-01", "? in_force_from\n: 2026-12-01"))
    before = tree(folder)
    with pytest.raises(PolicyError) as caught:
        release(folder, "essai@2026.1", TODAY)
    assert caught.value.message.key == "policy.cannot-edit"
    assert tree(folder) == before


def test_a_release_published_without_digests_is_sealed_with_its_own_date(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "policies")
    done = release(folder, "essai@2025.1", TODAY)
    assert done == Released("essai@2025.1", date(2024, 12, 1), 3, ("essai/releases/2025.1.yaml", "SHA256SUMS"), (), ())
    text = (folder / "essai/releases/2025.1.yaml").read_text(encoding="utf-8")
    assert (text.count("published: 2024-12-01"), text.count("sha256: ")) == (1, 3)
    assert tree(folder) == tree(sealed_folder(tmp_path / "expected"))


def test_releases_are_sealed_one_by_one_and_the_others_are_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    edit(folder / DRAFT, ("# Ce qui", "published: 2026-11-23\n# Ce qui"))
    assert release(folder, "essai@2025.1", TODAY).unsealed == ("essai@2026.1",)
    with pytest.raises(PolicyError):
        load_policy(folder)
    assert release(folder, "essai@2026.1", TODAY).unsealed == ()
    assert len(verify(folder)) == 2


def test_a_published_and_sealed_release_is_left_alone(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    before = tree(folder)
    assert release(folder, "essai@2025.1", TODAY) == Released("essai@2025.1", date(2024, 12, 1), 3, (), (), ())
    assert tree(folder) == before


def test_an_interrupted_release_is_finished_by_the_same_command(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    sums = (folder / "SHA256SUMS").read_bytes()
    release(folder, "essai@2026.1", TODAY)
    (folder / "SHA256SUMS").write_bytes(sums)  # the release file was in place, its line was not
    assert release(folder, "essai@2026.1", TODAY).refusals == ()
    assert len(verify(folder)) == 2


def test_a_changed_file_is_never_sealed_anew(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / "essai/facts/v1.yaml", ("grace_days: 90", "grace_days: 900"))
    before = tree(folder)
    for name in ("essai@2025.1", "essai@2026.1"):
        with pytest.raises(PolicyError) as caught:
            release(folder, name, TODAY)
        assert caught.value.message.key == "policy.changed"
    assert tree(folder) == before


def test_an_unknown_release_is_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    for name in ("essai@2030.1", "autre@2025.1", "essai"):
        with pytest.raises(UsageError) as caught:
            release(folder, name, TODAY)
        assert dict(caught.value.message.values)["known"] == "essai@2025.1, essai@2026.1"


def test_a_draft_beside_published_releases_without_digests_is_refused(tmp_path: Path) -> None:
    assert refused(write_folder(tmp_path)) == ["release.unsealed"]


def test_a_date_before_the_last_release_is_refused(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / DRAFT, ("2026-12-01", "2024-12-31"), ('supersedes: "2025.1"', "supersedes: null"))
    assert refused(folder) == ["release.too-early"]


def test_the_day_of_the_last_release_is_refused(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / DRAFT, ("2026-12-01", "2025-01-01"))
    with pytest.raises(PolicyError) as caught:
        release(folder, "essai@2026.1", TODAY)
    assert caught.value.message.key == "policy.same-day"


@pytest.mark.parametrize("wrong", ["null", '"2024.1"', '"2026.1"'])
def test_a_release_names_the_one_it_supersedes(tmp_path: Path, wrong: str) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / DRAFT, ('supersedes: "2025.1"', f"supersedes: {wrong}"))
    assert refused(folder) == ["release.supersedes"]


def test_a_first_release_supersedes_nothing(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, draft=False)
    edit(folder / "essai/releases/2025.1.yaml", ("published: 2024-12-01\n", ""), ("supersedes: null", 'supersedes: "2024.1"'))
    assert refused(folder, "essai@2025.1") == ["release.supersedes-nothing"]


def test_an_unchanged_release_is_refused(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path, draft=False)
    text = (folder / "essai/releases/2025.1.yaml").read_text(encoding="utf-8")
    kept = [line.partition(", sha256")[0] + ("}" if ", sha256" in line else "") for line in text.splitlines()]
    later = "\n".join(line for line in kept if not line.startswith("published"))
    (folder / DRAFT).write_text(later, encoding="utf-8")
    edit(folder / DRAFT, ('"2025.1"', '"2026.1"'), ("2025-01-01", "2026-12-01"), ("supersedes: null", 'supersedes: "2025.1"'))
    assert refused(folder) == ["release.unchanged"]


def test_a_rule_whose_case_fails_is_refused(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / "essai/rules/ESSAI-B01/v1.cases.yaml", ("goal: inconnu", "goal: connu"))
    assert "release.untested" in refused(folder)


def test_a_condition_that_no_case_needs_is_refused(tmp_path: Path) -> None:
    """``rules test`` fails on a mutant that survives, so nothing that has one is tested (rules.md, "Cases")."""
    folder = sealed_folder(tmp_path)
    twice = """\
  - id: again
    cel: manifest.purpose.goal != 'inconnu'
    at: /purpose/goal
    message: {fr: le but est inconnu, en: the goal is unknown}
level:"""
    edit(folder / "essai/rules/ESSAI-B01/v1.yaml", ("level:", twice))
    assert "release.survivor" in refused(folder)


@pytest.mark.parametrize("kind", ["pass", "not_applicable"])
def test_a_rule_that_lacks_a_kind_of_case_is_refused(tmp_path: Path, kind: str) -> None:
    folder = sealed_folder(tmp_path)
    path = folder / "essai/rules/ESSAI-B01/v1.cases.yaml"
    head, *cases = path.read_text(encoding="utf-8").split("  - name: ")
    path.write_text("  - name: ".join([head, *(case for case in cases if f"expect: {kind}" not in case)]), encoding="utf-8")
    assert "release.untested" in refused(folder)


def test_a_rule_without_cases_is_refused(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    (folder / "essai/rules/ESSAI-B01/v1.cases.yaml").unlink()
    assert "release.untested" in refused(folder)


def test_the_cases_of_versions_that_the_release_does_not_hold_do_not_count(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / "essai/rules/ESSAI-A01/v1.cases.yaml", ("goal: inconnu", "goal: connu"))
    assert release(folder, "essai@2026.1", TODAY).refusals == ()


def test_a_rule_that_does_not_lint_is_refused(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / RULE, ("cel: manifest.purpose.goal != 'inconnu'", "cel: manifest.purpose.gaol != 'inconnu'"))
    done = release(folder, "essai@2026.1", TODAY)
    faults = [refusal for refusal in done.refusals if refusal.message.key == "release.unlinted"]
    assert [str(fault.location).partition(":")[0] for fault in faults] == [f"{folder.as_posix()}/{RULE}"]


def test_a_text_left_to_fill_in_is_refused(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / DRAFT, ("[A01 moves to version 2 and B01 is new.]", "[To fill in (what changes)]"))
    assert refused(folder) == ["release.unfinished"]


def test_a_place_that_cannot_be_written_leaves_everything_as_it_was(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    before = tree(folder)
    blocked = folder / f".SHA256SUMS.{os.getpid()}.tmp"
    blocked.mkdir()
    with pytest.raises(OSError, match=r"SHA256SUMS"):
        release(folder, "essai@2026.1", TODAY)
    blocked.rmdir()
    assert tree(folder) == before


def test_a_written_file_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path / "policies")
    elsewhere = tmp_path / "2026.1.yaml"
    (folder / DRAFT).rename(elsewhere)
    (folder / DRAFT).symlink_to(elsewhere)
    elsewhere.chmod(0o640)
    release(folder, "essai@2026.1", TODAY)
    assert (folder / DRAFT).is_symlink()
    assert elsewhere.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in folder.rglob("*.tmp")] == []


# The command


def test_the_command_publishes_on_the_date_it_is_given(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = sealed_folder(tmp_path)
    done = ran(capsysbinary, "rules", "release", "essai@2026.1", folder, "--published", "2026-11-30", "--lang", "en")
    assert (done.code, done.err) == (OK, "")
    assert done.out.splitlines() == [
        "essai@2026.1, published on 2026-11-30, is sealed: 4 digests",
        f"written: {DRAFT}",
        "written: SHA256SUMS",
    ]
    again = ran(capsysbinary, "rules", "release", "essai@2026.1", folder, "--lang", "en")
    assert (again.code, again.out) == (
        OK,
        "essai@2026.1 is published already (on 2026-11-30) and sealed: there is nothing to do\n",
    )


def test_the_command_works_on_the_folder_policies_by_default(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    missing = ran(capsysbinary, "rules", "release", "essai@2026.1")
    assert (missing.code, missing.out) == (USAGE, "")
    sealed_folder(tmp_path / "policies")
    assert ran(capsysbinary, "rules", "release", "essai@2026.1").code == OK
    assert len(verify(Path("policies"))) == 2


def test_the_command_says_each_reason_and_where(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / DRAFT, ('supersedes: "2025.1"', "supersedes: null"))
    done = ran(capsysbinary, "rules", "release", "essai@2026.1", folder, "--lang", "en")
    assert (done.code, done.out) == (FINDINGS, "")
    assert done.err.splitlines() == [
        f"✗ {folder.as_posix()}/{DRAFT}:6:13: this release follows 2025.1: write 'supersedes: \"2025.1\"'",
        "essai@2026.1 is not published: 1 reason, nothing was written",
    ]


def test_the_command_names_what_is_still_to_be_sealed(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = write_folder(tmp_path)
    refused_draft = ran(capsysbinary, "rules", "release", "essai@2026.1", folder, "--lang", "en")
    hint = 'essai@2025.1 is published without digests: seal it with "cmian-policy rules release essai@2025.1"'
    assert (refused_draft.code, refused_draft.err.splitlines()[0]) == (FINDINGS, f"✗ {hint}")
    edit(folder / DRAFT, ("# Ce qui", "published: 2026-11-23\n# Ce qui"))
    done = ran(capsysbinary, "rules", "release", "essai@2026.1", folder, "--lang", "en")
    assert (done.code, done.out.splitlines()[-1]) == (OK, hint)


@pytest.mark.parametrize(("name", "code"), [("essai@2030.1", USAGE), ("essai@2026.1", UNUSABLE)])
def test_the_exit_code_tells_a_wrong_name_from_a_changed_file(
    tmp_path: Path, name: str, code: int, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = sealed_folder(tmp_path)
    if code == UNUSABLE:
        edit(folder / "essai/facts/v1.yaml", ("grace_days: 90", "grace_days: 91"))
    done = ran(capsysbinary, "rules", "release", name, folder)
    assert (done.code, done.out) == (code, "")
