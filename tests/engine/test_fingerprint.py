"""A fingerprint names a finding: project, rule and pointers, nothing else (cli.md, "JSON")."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.run import check_bytes
from tests.packs import TODAY, Data, both, check, finding, judged, manifest, require, rule, write, write_manifest, write_pack

if TYPE_CHECKING:
    from pathlib import Path


def failing(message: str = "a message", at: str = "/people/impact", rule_id: str = "TEST-A01", **changes: Any) -> Data:  # noqa: ANN401 - any JSON
    """A rule that always fails there."""
    return rule(rule_id, require("false", at=at, message=both(message), **changes))


def fingerprint(folder: Path, one: Data, data: Data | None = None) -> str:
    """The fingerprint of the only pack rule."""
    return finding(judged(folder, [one], data), one["id"]).fingerprint


def test_it_is_a_sha256(tmp_path: Path) -> None:
    value = fingerprint(tmp_path, failing())
    assert len(value) == 64
    assert set(value) <= set("0123456789abcdef")


def test_it_survives_a_moved_line_a_reworded_message_and_a_renamed_condition(tmp_path: Path) -> None:
    first = fingerprint(tmp_path / "a", failing())
    moved = {"x-note": "one\ntwo\nthree", "project": {"version": "2"}}
    assert fingerprint(tmp_path / "b", failing(), moved) == first
    assert fingerprint(tmp_path / "c", failing("quite other words")) == first
    assert fingerprint(tmp_path / "d", failing(id="renamed")) == first


def test_it_survives_a_moved_line_of_yaml(tmp_path: Path) -> None:
    policy = load_policy(write_pack(tmp_path, [failing()]))
    raw = json.dumps(manifest()).encode()
    values = {
        finding(check_bytes(text, "ai-manifest.yaml", policy, TODAY, here=tmp_path)).fingerprint
        for text in (raw, b"# a comment\n\n\n" + raw, json.dumps(manifest(), indent=4).encode())
    }
    assert len(values) == 1


def test_it_tells_projects_rules_and_pointers_apart(tmp_path: Path) -> None:
    values = [
        fingerprint(tmp_path / "a", failing()),
        fingerprint(tmp_path / "b", failing(), {"project": {"id": "autre"}}),
        fingerprint(tmp_path / "c", failing(at="/people/minors")),
        fingerprint(tmp_path / "d", failing(rule_id="TEST-A02")),
    ]
    assert len(set(values)) == len(values)


def test_it_does_not_depend_on_the_path_of_a_project_with_an_id_of_its_own(tmp_path: Path) -> None:
    policies = write_pack(tmp_path / "policies", [failing()])
    values = set()
    for place in ("here", "there/deeper"):
        write_manifest(tmp_path / "projects" / place.split("/")[0] / place)
        values.add(finding(check(tmp_path / "projects" / place.split("/")[0], policies)).fingerprint)
    assert len(values) == 1


def test_the_path_stands_in_for_a_project_that_two_manifests_share(tmp_path: Path) -> None:
    policies = write_pack(tmp_path / "policies", [failing()])
    for name in ("a", "b"):
        write_manifest(tmp_path / "projects" / name)
    shared = check(tmp_path / "projects", policies)
    alone = check(tmp_path / "projects" / "a", policies)
    both_of_them = [finding(shared, "manifest-schema", place).fingerprint for place in (0, 1)]
    assert len(set(both_of_them)) == 2
    assert finding(alone, "manifest-syntax").fingerprint != finding(shared, "manifest-syntax").fingerprint


def test_the_path_stands_in_for_a_project_without_id(tmp_path: Path) -> None:
    policies = write_pack(tmp_path / "policies")
    for name in ("a", "b"):
        folder = tmp_path / "projects" / name
        folder.mkdir(parents=True)
        (folder / "ai-manifest.yaml").write_text("a: [", encoding="utf-8")
    report = check(tmp_path / "projects", policies)
    assert len({finding(report, "manifest-syntax", place).fingerprint for place in (0, 1)}) == 2


def test_no_two_findings_of_a_run_share_one(tmp_path: Path) -> None:
    policies = write_pack(tmp_path / "policies", [failing(rule_id=f"TEST-A{index}") for index in range(5)])
    for name in ("a", "b", "c"):
        write(tmp_path / "projects" / name / "ai-manifest.yaml", manifest({"project": {"id": name}}))
    report = check(tmp_path / "projects", policies)
    values = [each.fingerprint for each in report.findings()]
    assert len(set(values)) == len(values) == 3 * 8
