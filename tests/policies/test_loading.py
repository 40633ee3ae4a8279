"""Each way a policy folder is unusable: exit 4, every fault named with its file and place, never a rule left out in silence."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.errors import PolicyError
from cmian_policy.messages import render
from cmian_policy.model.text import LANGS
from cmian_policy.model.verdict import Outcome
from cmian_policy.pipeline.policy import load_policy
from tests.packs import (
    QUOTE,
    ROOT,
    Data,
    applies,
    both,
    check,
    command,
    facts,
    release,
    require,
    rule,
    write,
    write_manifest,
    write_pack,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RULE_FILE = "test/rules/TEST-A01/v1.yaml"


def faults(folder: Path) -> list[PolicyError]:
    """Every fault of an unusable folder, whose messages can be said in both languages."""
    with pytest.raises(PolicyError) as caught:
        load_policy(folder, with_cases=True)
    found = [caught.value, *caught.value.also]
    for fault in found:
        assert fault.location is not None
        for lang in LANGS:
            assert render(fault.message, lang).strip()
    return found


def keys(folder: Path) -> list[tuple[str, str]]:
    """Message key and file of each fault, the file as its path in the policy folder."""
    found = []
    for fault in faults(folder):
        assert fault.location is not None
        path = fault.location.path
        found.append((fault.message.key, path.removeprefix(folder.as_posix()).removeprefix("/")))
    return found


def test_a_good_folder_is_usable(tmp_path: Path) -> None:
    policy = load_policy(write_pack(tmp_path, [rule()]))
    assert [pack.id for pack in policy.packs] == ["test"]


def broken_rule(**changes: Any) -> Callable[[Path], None]:  # noqa: ANN401 - any JSON
    """A folder whose only rule has these keys."""

    def break_it(folder: Path) -> None:
        write_pack(folder, [rule(**changes)])

    return break_it


def text(path: str, content: str) -> Callable[[Path], None]:
    """A good folder in which one file holds this text."""

    def break_it(folder: Path) -> None:
        write_pack(folder, [rule()])
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")

    return break_it


def gone(path: str) -> Callable[[Path], None]:
    """A good folder without one file."""

    def break_it(folder: Path) -> None:
        write_pack(folder, [rule()])
        (folder / path).unlink()

    return break_it


def released(*releases: Data, **pack: Any) -> Callable[[Path], None]:  # noqa: ANN401 - the arguments of write_pack
    """A folder with these releases of one rule."""

    def break_it(folder: Path) -> None:
        write_pack(folder, [rule()], releases=list(releases), **pack)

    return break_it


ONE = [rule()]
FACT = {"name": "a", "cel": "true", "title": both("a")}
UNUSABLE: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "unknown key in a rule": (broken_rule(aplies_when="always"), "schema.unknown-key-near", RULE_FILE),
    "unknown key in a condition": (
        broken_rule(require=[{**require("true"), "whenn": {"cel": "true"}}]),
        "schema.unknown-key-near",
        RULE_FILE,
    ),
    "no condition": (broken_rule(require=[]), "schema.empty", RULE_FILE),
    "unknown level": (broken_rule(level={"default": "bloquant"}), "schema.enum", RULE_FILE),
    "level misspelt": (broken_rule(level={"default": "Blocking"}), "schema.enum-near", RULE_FILE),
    "unknown status": (
        broken_rule(level={"default": "note", "by_status": {"pilote": "note"}}),
        "schema.unknown-key-near",
        RULE_FILE,
    ),
    "text in one language": (broken_rule(title={"fr": "x"}), "schema.required", RULE_FILE),
    "a pointer that is none": (broken_rule(require=[require("true", at="project/id")]), "schema.form.pointer", RULE_FILE),
    "waivable true": (broken_rule(waivable=True), "schema.any-of", RULE_FILE),
    "applies_when misspelt": (broken_rule(applies_when="alway"), "schema.any-of", RULE_FILE),
    "yaml": (text(RULE_FILE, "id: [\n"), "yaml.syntax-unfinished", RULE_FILE),
    "an empty file": (text(RULE_FILE, ""), "yaml.empty", RULE_FILE),
    "two documents": (text("test/pack.yaml", "a: 1\n---\nb: 2\n"), "yaml.several-documents", "test/pack.yaml"),
    "a key twice": (text("test/pack.yaml", "id: test\nid: test\n"), "yaml.duplicate-key", "test/pack.yaml"),
    "rule missing": (gone(RULE_FILE), "policy.missing-rule", "test/releases/2025.1.yaml"),
    "facts missing": (gone("test/facts/v1.yaml"), "policy.missing-facts", "test/releases/2025.1.yaml"),
    "act missing": (gone("test/sources/ACT.yaml"), "policy.missing-act", "test/releases/2025.1.yaml"),
    "rule version missing": (
        released(release(rules=[{"id": "TEST-A01", "version": 2}])),
        "policy.missing-rule",
        "test/releases/2025.1.yaml",
    ),
    "rule doubled": (released(release(rules=ONE * 2)), "policy.doubled-rule", "test/releases/2025.1.yaml"),
    "same day": (
        released(release(rules=ONE), release("2025.2", ONE)),
        "policy.same-day",
        "test/releases/2025.2.yaml",
    ),
    "release id as a number": (
        text("test/releases/2025.1.yaml", "release: 2025.1\n"),
        "schema.type.quote",
        "test/releases/2025.1.yaml",
    ),
    "release without rules": (released(release(rules=[])), "schema.empty", "test/releases/2025.1.yaml"),
    "release in force on no day": (
        released(release(rules=ONE, in_force_from="2026-02-30")),
        "schema.form.date",
        "test/releases/2025.1.yaml",
    ),
    "quote not in the paragraph": (
        broken_rule(source={"act": "ACT", "paragraph": "1", "quote": QUOTE.replace("é", "e")}),
        "policy.quote-not-found",
        RULE_FILE,
    ),
    "quote in no paragraph": (
        broken_rule(source={"act": "ACT", "paragraph": "2", "quote": QUOTE}),
        "policy.quote-not-found",
        RULE_FILE,
    ),
    "quote of no act": (broken_rule(source={"act": "LAW", "paragraph": "1", "quote": QUOTE}), "policy.missing-act", RULE_FILE),
    "no source": (broken_rule(source=None), "policy.rule-without-source", RULE_FILE),
    "law without reference": (broken_rule(basis="law"), "policy.law-without-reference", RULE_FILE),
    "conditions of one name": (broken_rule(require=[require("true"), require("true")]), "policy.doubled-require", RULE_FILE),
    "expression": (broken_rule(require=[require("1 +")]), "cel.error", RULE_FILE),
    "expression not boolean": (broken_rule(require=[require("'text'")]), "cel.not-boolean", RULE_FILE),
    "unknown name in an expression": (broken_rule(applies_when=applies("manifets.video.used")), "cel.error", RULE_FILE),
    "guard": (broken_rule(require=[require("true", when={"cel": "nope()"})]), "cel.error", RULE_FILE),
    "fact": (
        released(release(rules=ONE), facts_files=[facts(facts=[{**FACT, "cel": "1 +"}])]),
        "cel.error",
        "test/facts/v1.yaml",
    ),
    "scope": (
        released(release(rules=ONE), facts_files=[facts(scope=[{"cel": "nope", "cap": "note", "reason": both("x")}])]),
        "cel.error",
        "test/facts/v1.yaml",
    ),
    "a rung missing": (
        released(release(rules=ONE), facts_files=[facts(ladder={"planned": "note"})]),
        "schema.required",
        "test/facts/v1.yaml",
    ),
    "no pack.yaml": (gone("test/pack.yaml"), "policy.no-pack", ""),
    "stray file": (text("test/notes.yaml", "a: 1\n"), "policy.stray-file", "test/notes.yaml"),
    "stray folder": (text("test/rulez/TEST-A02/v1.yaml", "a: 1\n"), "policy.stray-file", "test/rulez/TEST-A02/v1.yaml"),
    "too deep": (text("test/rules/TEST-A01/old/v1.yaml", "a: 1\n"), "policy.stray-file", "test/rules/TEST-A01/old/v1.yaml"),
    "stray at the top": (text("notes.yaml", "a: 1\n"), "policy.stray-file", "notes.yaml"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_folder_is_refused_naming_the_file(tmp_path: Path, name: str) -> None:
    break_it, key, path = UNUSABLE[name]
    break_it(tmp_path)
    assert (key, path) in keys(tmp_path)


def test_a_second_folder_without_pack_yaml_is_refused_too(tmp_path: Path) -> None:
    write_pack(tmp_path, [rule()])
    write_pack(tmp_path, [rule()], pack="other")
    (tmp_path / "other" / "pack.yaml").unlink()
    assert ("policy.no-pack-file", "other") in keys(tmp_path)


@pytest.mark.parametrize(
    ("file", "content", "key"),
    [
        (
            "test/pack.yaml",
            {"id": "other", "title": both("x"), "publisher": both("x"), "disclaimer": both("x")},
            "policy.pack-elsewhere",
        ),
        ("test/releases/2025.2.yaml", release("2025.3", ONE, in_force_from="2026-01-01"), "policy.release-elsewhere"),
        ("test/rules/TEST-A02/v1.yaml", rule("TEST-A01"), "policy.rule-elsewhere"),
        ("test/rules/TEST-A01/v2.yaml", rule("TEST-A01"), "policy.rule-elsewhere"),
        ("test/rules/TEST-A01/v1.yml", rule("TEST-A01"), "policy.rule-elsewhere"),
    ],
)
def test_an_id_that_is_not_its_place_s_is_refused(tmp_path: Path, file: str, content: Data, key: str) -> None:
    write_pack(tmp_path, [rule()])
    write(tmp_path / file, content)
    assert (key, file) in keys(tmp_path)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("test/facts/v2.yaml", facts(version=1)),
        ("test/facts/one.yaml", facts(version=1)),
        ("test/sources/OTHER.yaml", {"act": "ACT", "title": "An act", "paragraphs": [{"id": "1", "text": "other words"}]}),
    ],
)
def test_facts_and_acts_are_what_their_place_says(tmp_path: Path, file: str, content: Data) -> None:
    write_pack(tmp_path, [rule()])
    write(tmp_path / file, content)
    assert file in [path for _, path in keys(tmp_path)]


def test_a_rule_that_no_release_holds_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path, [rule(), rule("TEST-A02")], releases=[release(rules=ONE)])
    assert [path for _, path in keys(tmp_path)] == ["test/rules/TEST-A02/v1.yaml"]


def test_a_misspelt_key_is_named_with_the_right_one_and_its_line(tmp_path: Path) -> None:
    broken_rule(remediatoin=both("x"))(tmp_path)
    (fault,) = [each for each in faults(tmp_path) if each.message.key == "schema.unknown-key-near"]
    assert "remediation" in render(fault.message, "fr")
    assert fault.location is not None
    assert fault.location.span is not None
    lines = (tmp_path / RULE_FILE).read_text(encoding="utf-8").splitlines()
    assert "remediatoin" in lines[fault.location.span.line - 1]


def test_an_expression_that_does_not_compile_is_named_by_its_place(tmp_path: Path) -> None:
    broken_rule(require=[require("true"), require("nope()", id="two")])(tmp_path)
    (fault,) = faults(tmp_path)
    assert fault.location is not None
    assert fault.location.span is not None
    lines = (tmp_path / RULE_FILE).read_text(encoding="utf-8").splitlines()
    assert "nope()" in lines[fault.location.span.line - 1]


def test_every_fault_of_every_file_is_listed_in_one_pass(tmp_path: Path) -> None:
    write_pack(tmp_path, [rule(colour="red", level={"default": "bloquant"}), rule("TEST-A02", shape="round"), rule("TEST-A03")])
    (tmp_path / "test" / "rules" / "TEST-A03" / "v1.yaml").write_text("a: [", encoding="utf-8")
    found = keys(tmp_path)
    assert {path for _, path in found} == {f"test/rules/TEST-A0{number}/v1.yaml" for number in (1, 2, 3)}
    assert len(found) == 4


def test_every_expression_that_does_not_compile_is_listed_in_one_pass(tmp_path: Path) -> None:
    bad = [rule(name, require("1 +"), applies_when=applies("nope")) for name in ("TEST-A01", "TEST-A02")]
    write_pack(tmp_path, bad, facts_files=[facts(facts=[{**FACT, "cel": "x"}])])
    assert sorted(path for _, path in keys(tmp_path)) == [
        "test/facts/v1.yaml",
        *["test/rules/TEST-A01/v1.yaml"] * 2,
        *["test/rules/TEST-A02/v1.yaml"] * 2,
    ]


def test_faults_of_two_packs_are_listed_together(tmp_path: Path) -> None:
    write_pack(tmp_path, [rule("ONE-A01", require("1 +"))], pack="one")
    write_pack(tmp_path, [rule("TWO-A01", require("1 +"))], pack="two")
    assert {path for _, path in keys(tmp_path)} == {"one/rules/ONE-A01/v1.yaml", "two/rules/TWO-A01/v1.yaml"}


@pytest.mark.parametrize(
    "draft", [rule("TEST-A02", colour="red"), rule("TEST-A02", require("nope()"))], ids=["unknown key", "expression"]
)
def test_a_broken_draft_rule_is_not_skipped(tmp_path: Path, draft: Data) -> None:
    drafted = release("2026.1", [rule(), draft], in_force_from="2026-09-01", published=None)
    write_pack(tmp_path, [rule(), draft], releases=[release(rules=ONE), drafted])
    assert [path for _, path in keys(tmp_path)] == ["test/rules/TEST-A02/v1.yaml"]


def test_a_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    assert len(faults(tmp_path / "policies")) == 1


@pytest.mark.parametrize("content", ["empty", "files", "hidden"])
def test_a_folder_without_any_pack_is_refused(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    if content == "files":
        (folder / "README.md").write_text("nothing", encoding="utf-8")
    if content == "hidden":
        write_pack(folder / ".git", [rule()])
    assert [key for key, _ in keys(folder)] == ["policy.no-pack"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not hold for root")
@pytest.mark.parametrize("path", [RULE_FILE, "test/rules"])
def test_what_cannot_be_read_is_refused(tmp_path: Path, path: str) -> None:
    write_pack(tmp_path, [rule()])
    (tmp_path / path).chmod(0)
    try:
        assert [key for key, _ in keys(tmp_path)] == ["policy.unreadable"]
    finally:
        (tmp_path / path).chmod(0o700)


def test_a_dangling_link_in_place_of_a_rule_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path, [rule()])
    (tmp_path / RULE_FILE).unlink()
    (tmp_path / RULE_FILE).symlink_to(tmp_path / "nowhere.yaml")
    assert keys(tmp_path) == [("policy.unreadable", RULE_FILE)]


def test_a_folder_in_place_of_a_rule_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path, [rule()])
    (tmp_path / RULE_FILE).unlink()
    (tmp_path / RULE_FILE).mkdir()
    assert keys(tmp_path)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path, [rule()])
    (tmp_path / RULE_FILE).write_bytes("title: é".encode("latin-1"))
    assert [path for _, path in keys(tmp_path)] == [RULE_FILE]


@pytest.mark.parametrize(
    "name", ["unknown key in a rule", "expression", "rule missing", "quote not in the paragraph", "no pack.yaml", "yaml"]
)
def test_an_unusable_folder_is_exit_4_with_a_report_that_says_error(tmp_path: Path, name: str) -> None:
    break_it, _, path = UNUSABLE[name]
    break_it(tmp_path / "policies")
    write_manifest(tmp_path / "project")
    arguments = ["--policy-dir", "policies", "--as-of", "2026-11-23", "--fail-on", "never"]
    done = command("check", "project", "-f", "json", *arguments, cwd=tmp_path)
    assert done.code == 4
    assert done.report["verdict"] == "error"
    assert done.report["manifests"] == []
    notes = done.report["notes"]
    assert {note["kind"] for note in notes} == {"policy-unusable"}
    assert any((path or "policies") in note["message"] for note in notes)
    assert (path or "policies") in done.err
    as_text = command("check", "project", *arguments, cwd=tmp_path)
    assert as_text.code == 4
    assert (path or "policies") in as_text.out


def test_every_fault_is_a_note_of_the_report(tmp_path: Path) -> None:
    write_pack(tmp_path / "policies", [rule("TEST-A01", colour="red"), rule("TEST-A02", shape="round")])
    write_manifest(tmp_path / "project")
    done = command("check", "project", "-f", "json", "--policy-dir", "policies", "--as-of", "2026-11-23", cwd=tmp_path)
    assert len(done.report["notes"]) == 2


@pytest.mark.parametrize("kind", ["expression", "unknown key in a rule"])
def test_rules_test_refuses_an_unusable_folder_with_exit_4(tmp_path: Path, kind: str) -> None:
    UNUSABLE[kind][0](tmp_path / "policies")
    done = command("rules", "test", "policies", cwd=tmp_path)
    assert done.code == 4
    assert RULE_FILE in done.err


def test_a_missing_policy_folder_is_a_usage_error(tmp_path: Path) -> None:
    write_manifest(tmp_path / "project")
    done = command("check", "project", "--policy-dir", "nowhere", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")


# the cache


def test_a_cached_policy_judges_as_a_fresh_one_and_a_changed_rule_is_noticed(tmp_path: Path) -> None:
    write_pack(tmp_path / "policies", [rule("TEST-A01", require("today < date('2030-01-01') && facts.live"))])
    write_manifest(tmp_path / "project")
    arguments = ["check", "project", "-f", "json", "--policy-dir", "policies", "--as-of", "2026-11-23"]
    fresh, cached = (command(*arguments, cwd=tmp_path, home=tmp_path / "home") for _ in range(2))
    assert list((tmp_path / "home").rglob("*.json"))
    assert fresh == cached
    assert fresh.code == 0
    write_pack(tmp_path / "policies", [rule("TEST-A01", require("false"))])
    assert command(*arguments, cwd=tmp_path, home=tmp_path / "home").code == 1


@pytest.mark.parametrize("damage", [b"", b"{}", b"garbage", b"\x00" * 200])
def test_a_damaged_cache_is_made_again(tmp_path: Path, damage: bytes) -> None:
    write_pack(tmp_path / "policies", [rule("TEST-A01", require("false"))])
    load_policy(tmp_path / "policies", cache_folder=tmp_path / "cache")
    (stored,) = (tmp_path / "cache").iterdir()
    good = stored.read_bytes()
    for raw in (damage, good[: len(good) // 2], good.replace(b"TEST-A01", b"TEST-A02")):
        stored.write_bytes(raw)
        write_manifest(tmp_path / "project")
        report = check(tmp_path / "project", tmp_path / "policies", cache_folder=tmp_path / "cache")
        assert report.verdict is Outcome.NON_COMPLIANT
        assert stored.read_bytes() != raw


def test_cases_without_their_rule_version_prove_nothing_and_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(ROOT / "policies", folder)
    cases = folder / "cmian" / "rules" / "CMIAN-F01" / "v1.cases.yaml"
    shutil.copy(cases, cases.with_name("v7.cases.yaml"))
    with pytest.raises(PolicyError) as caught:
        load_policy(folder, with_cases=True)
    assert (caught.value.message.key, caught.value.also) == ("policy.orphan-cases", ())
    assert str(caught.value.location).startswith(f"{folder.as_posix()}/cmian/rules/CMIAN-F01/v7.cases.yaml:1:1")


def test_a_base_that_no_case_uses_is_read_as_a_manifest_too(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    shutil.copytree(ROOT / "policies", folder)
    (folder / "cmian" / "bases" / "unused.yaml").write_text('schema_version: "1.0"\nproject: {idd: x}\n', encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(folder, with_cases=True)
    places = {str(error.location).removeprefix(f"{folder.as_posix()}/") for error in (caught.value, *caught.value.also)}
    assert "cmian/bases/unused.yaml:2:11" in places
    load_policy(folder)  # judging manifests reads no base


def test_a_link_to_a_folder_is_refused_rather_than_passed_over(tmp_path: Path) -> None:
    """A pack behind a link would vanish, and the others would judge alone."""
    write_pack(tmp_path / "policies")
    (tmp_path / "policies" / "test").rename(tmp_path / "elsewhere")
    (tmp_path / "policies" / "test").symlink_to(tmp_path / "elsewhere")
    shutil.copytree(tmp_path / "elsewhere", tmp_path / "policies" / "other")
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path / "policies")
    assert caught.value.message.key == "policy.linked-folder"


def test_a_pipe_among_the_rules_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    write_pack(tmp_path / "policies")
    os.mkfifo(tmp_path / "policies" / "test" / "rules" / "TEST-A01" / "v9.yaml")
    done = command("check", "--policy-dir", "policies", cwd=tmp_path)
    assert done.code == 4
    assert "v9.yaml" in done.out


def test_a_grace_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path / "policies", facts_files=[{**facts(), "grace_days": 4000000}])
    assert [fault.message.key for fault in faults(tmp_path / "policies")] == ["schema.maximum"]
