"""Digests of everything published: a byte changed in a released file is named and refused, whatever the command."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from cmian_policy.authoring.release import release
from cmian_policy.authoring.verify import Verified, verify
from cmian_policy.errors import PolicyError
from cmian_policy.pipeline.policy import load_policy
from tests.authoring.bench_folder import OK, TODAY, UNUSABLE, edit, ran, sealed_folder, write_folder

if TYPE_CHECKING:
    from pathlib import Path

RELEASED = ("essai/rules/ESSAI-A01/v1.yaml", "essai/facts/v1.yaml", "essai/sources/ACTE.yaml", "essai/releases/2025.1.yaml")
MANIFEST = "essai/bases/depart.yaml"


def refusals(folder: Path) -> list[tuple[str, str]]:
    """The keys and the places of what keeps a folder from being used."""
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return [(each.message.key, str(each.location)) for each in (caught.value, *caught.value.also)]


def test_a_sealed_folder_is_verified_and_its_draft_is_not(tmp_path: Path) -> None:
    # the release file, the facts, the act and the one rule
    assert verify(sealed_folder(tmp_path)) == (Verified("essai@2025.1", 4), Verified("essai@2026.1", None))


@pytest.mark.parametrize("path", RELEASED)
@pytest.mark.parametrize("command", ["verify", "check", "list"])
def test_a_byte_changed_in_a_released_file_is_named_and_refused(
    tmp_path: Path, path: str, command: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = sealed_folder(tmp_path / "policies")
    target = folder / path
    target.write_bytes(target.read_bytes() + b"# \n")  # the data stay the same
    manifest = tmp_path / "ai-manifest.yaml"
    shutil.copy(folder / MANIFEST, manifest)
    arguments: dict[str, list[str | Path]] = {
        "verify": ["rules", "verify", folder],
        "list": ["rules", "list", folder],
        "check": ["check", manifest, "--policy-dir", folder, "--no-cache", "--as-of", "2026-11-23"],
    }
    done = ran(capsysbinary, *arguments[command])
    assert done.code == UNUSABLE
    assert path in done.out + done.err
    assert "policy.changed" in [key for key, _ in refusals(folder)]


def test_a_changed_paragraph_is_the_fault_of_the_act_not_of_the_rule_that_quotes_it(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / "essai/sources/ACTE.yaml", ("seront avisés de", "sont avisés de"))
    assert refusals(folder) == [("policy.changed", f"{folder.as_posix()}/essai/sources/ACTE.yaml")]


def test_every_changed_file_is_named_at_once(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    for path in RELEASED:
        (folder / path).write_bytes((folder / path).read_bytes() + b"\n")
    assert sorted(place.removeprefix(f"{folder.as_posix()}/") for _, place in refusals(folder)) == sorted(RELEASED)


def test_files_that_no_published_release_names_may_change(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    for path in ("rules/ESSAI-A01/v2.yaml", "rules/ESSAI-B01/v1.yaml", "releases/2026.1.yaml", "rules/ESSAI-A01/v1.cases.yaml"):
        target = folder / "essai" / path
        target.write_bytes(target.read_bytes() + b"# changed\n")
    assert len(verify(folder)) == 2


def test_a_missing_line_is_refused(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    (folder / "SHA256SUMS").write_bytes(b"")
    assert refusals(folder) == [("policy.not-listed", f"{folder.as_posix()}/SHA256SUMS")]


def test_a_missing_file_of_digests_is_refused(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    (folder / "SHA256SUMS").unlink()
    assert refusals(folder) == [("policy.no-sums", f"{folder.as_posix()}/SHA256SUMS")]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("0" * 64 + "  essai/releases/2026.1.yaml", "policy.sums-stray"),  # a draft
        ("0" * 64 + "  essai/releases/2024.1.yaml", "policy.sums-stray"),
        ("0" * 63 + "  essai/releases/2025.1.yaml", "policy.sums-line"),
        ("0" * 64 + " essai/releases/2025.1.yaml", "policy.sums-line"),
        ("0" * 64 + "  essai/releases/2025.1.yaml", "policy.sums-twice"),
        ("", "policy.sums-line"),
        ("\udcff", "policy.sums-line"),
    ],
)
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_line_that_names_nothing_published_is_refused_at_its_place(tmp_path: Path, line: str, key: str, end: str) -> None:
    folder = sealed_folder(tmp_path)
    sums = folder / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes() + f"{line}{end}".encode(errors="surrogateescape"))
    if line or end:
        assert refusals(folder) == [(key, f"{folder.as_posix()}/SHA256SUMS:2:1")]


def test_a_published_release_without_digests_beside_others_is_refused(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    edit(folder / "essai/releases/2026.1.yaml", ("# Ce qui", "published: 2026-11-23\n# Ce qui"))
    assert refusals(folder) == [("policy.not-sealed", f"{folder.as_posix()}/essai/releases/2026.1.yaml:1:1")]


def test_a_digest_taken_out_of_a_release_is_missed(tmp_path: Path) -> None:
    folder = sealed_folder(tmp_path)
    path = folder / "essai/releases/2025.1.yaml"
    digest = hashlib.sha256((folder / "essai/facts/v1.yaml").read_bytes()).hexdigest()
    edit(path, (f", sha256: {digest}", ""))
    assert ("policy.digest-absent", f"{folder.as_posix()}/essai/releases/2025.1.yaml:7:8") in refusals(folder)


def test_check_accepts_a_folder_that_was_never_sealed_and_verify_does_not(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    assert load_policy(folder).packs
    with pytest.raises(PolicyError) as caught:
        verify(folder)
    assert caught.value.message.key == "policy.not-sealed"


def test_a_policy_kept_in_the_cache_does_not_outlive_its_digests(tmp_path: Path) -> None:
    folder, cache = sealed_folder(tmp_path / "policies"), tmp_path / "cache"
    load_policy(folder, cache_folder=cache)
    load_policy(folder, cache_folder=cache)
    assert len(list(cache.iterdir())) == 1
    (folder / "SHA256SUMS").write_bytes(b"")
    with pytest.raises(PolicyError):
        load_policy(folder, cache_folder=cache)


def test_a_folder_in_the_course_of_being_sealed_is_not_kept_in_the_cache(tmp_path: Path) -> None:
    folder, cache = write_folder(tmp_path / "policies"), tmp_path / "cache"
    load_policy(folder, cache_folder=cache, sealing=True)
    assert not cache.exists()


def test_sha256sum_reads_the_file_of_digests(tmp_path: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    folder = sealed_folder(tmp_path)
    assert release(folder, "essai@2026.1", TODAY).refusals == ()
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    assert [line[66:] for line in lines] == ["essai/releases/2025.1.yaml", "essai/releases/2026.1.yaml"]


def test_the_command_says_what_it_verified(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    done = ran(capsysbinary, "rules", "verify", sealed_folder(tmp_path), "--lang", "en")
    assert (done.code, done.err) == (OK, "")
    assert done.out.splitlines() == [
        "✓ essai@2025.1: 4 files have the bytes of their digests",
        "- essai@2026.1: a draft, without digests",
        "1 published release verified",
    ]
