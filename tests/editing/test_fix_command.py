"""``cmian-policy fix`` as its users run it (cli.md)."""

from __future__ import annotations

import json
import os
import re
import stat
from typing import TYPE_CHECKING

import pytest

from tests.runner import (
    MINIMAL,
    NBSP,
    NON_COMPLIANT,
    NOTHING_CHECKED,
    OK,
    ON,
    UNREADABLE,
    USAGE,
    Check,
    Run,
    edited,
    environment,
    execute,
    git,
    named,
)

if TYPE_CHECKING:
    from pathlib import Path

WRONG = edited(MINIMAL, ("used: false", "used: non # rien n'est filmé"), ("minors: none", "minor: none"))
RIGHT = edited(MINIMAL, ("used: false", "used: false # rien n'est filmé"))
GUESS = edited(MINIMAL, ("personal: none", "personal: nnoe"))
BY_HAND = edited(WRONG, ("domain: internal_admin", "domain: voirie"))


def manifest(folder: Path, text: str | bytes = WRONG) -> Path:
    """``ai-manifest.yaml`` in a folder that is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "ai-manifest.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def place(text: str, word: str) -> str:
    """Where a word stands that is there once: path, line and column."""
    before, _, _ = edited(text, (word, "\0")).partition("\0")
    return f"ai-manifest.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def files(folder: Path) -> list[str]:
    """The names of all files under a folder: what was written on the way is gone."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_it_mends_and_says_what_and_where(run: Run, tmp_path: Path) -> None:
    file = manifest(tmp_path)
    done = run("fix")
    assert (done.code, done.err) == (OK, "")
    assert file.read_text(encoding="utf-8") == RIGHT
    assert files(tmp_path) == ["ai-manifest.yaml"]
    assert done.out.splitlines() == [
        f"{place(WRONG, 'minor:')}{NBSP}: corrigé, minor → minors",
        f"{place(WRONG, 'non #')}{NBSP}: corrigé, non → false",
        f"2 corrections faites (1 manifeste){NBSP}; 0 point à corriger à la main",
    ]
    again = run("fix")
    assert (again.code, again.out, again.err) == (OK, "rien à corriger dans 1 manifeste\n", "")
    assert file.read_text(encoding="utf-8") == RIGHT


def test_it_speaks_english(run: Run, tmp_path: Path) -> None:
    manifest(tmp_path)
    done = run("fix", "--lang", "en")
    assert done.out.splitlines()[-1] == "2 edits made (1 manifest); 0 points to mend by hand"
    assert run("fix", "-q", "--lang", "en").out == "nothing to mend in 1 manifest\n"


def test_what_check_calls_fixable_is_what_fix_mends(run: Run, check: Check, tmp_path: Path) -> None:
    finding = check(WRONG).finding("manifest-schema")
    assert (finding["verdict"], finding["fixable"]) == ("fail", True)
    assert run("fix").code == OK
    report = run("check", "-f", "json", "--as-of", ON).report
    (held,) = report["manifests"]
    assert {each["rule"]: each["fixable"] for each in held["findings"]}["manifest-schema"] is False
    assert held["verdict"] == "compliant"


@pytest.mark.parametrize("text", [GUESS, edited(MINIMAL, ("domain: internal_admin", "domain: voirie")), UNREADABLE])
def test_a_guess_and_what_a_person_must_mend_are_not_fixable(check: Check, text: str) -> None:
    done = check(text)
    assert not any(finding["fixable"] for finding in done.report["manifests"][0]["findings"])


def test_what_is_left_is_named_and_is_1(run: Run, tmp_path: Path) -> None:
    file = manifest(tmp_path, BY_HAND)
    done = run("fix")
    assert done.code == NON_COMPLIANT
    assert file.read_text(encoding="utf-8") == edited(RIGHT, ("internal_admin", "voirie"))
    assert f"{place(BY_HAND, 'voirie')}{NBSP}: à corriger à la main, «{NBSP}voirie{NBSP}» n'est pas admis" in done.out
    assert done.out.splitlines()[-1] == f"2 corrections faites (1 manifeste){NBSP}; 1 point à corriger à la main"


def test_guesses_are_proposed_and_made_only_with_unsafe(run: Run, tmp_path: Path) -> None:
    file = manifest(tmp_path, GUESS)
    done = run("fix")
    assert done.code == NON_COMPLIANT
    assert "à corriger à la main ou avec --unsafe (nnoe → none)" in done.out
    assert done.out.splitlines()[-1] == f"aucune correction à faire sans vous{NBSP}; 1 point à corriger à la main"
    assert file.read_text(encoding="utf-8") == GUESS
    assert run("fix", "--unsafe").code == OK
    assert file.read_text(encoding="utf-8") == MINIMAL


def test_a_dry_run_writes_nothing_and_gives_a_diff_that_git_applies(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    project = tmp_path / "project"
    wrong, other = manifest(project), manifest(project / "sub", named("autre", WRONG).replace("\n", "\r\n"))
    before = wrong.read_bytes(), other.read_bytes()
    done = run("fix", "--dry-run", cwd=project)
    assert done.code == NON_COMPLIANT
    assert (wrong.read_bytes(), other.read_bytes()) == before
    assert f"{place(WRONG, 'minor:')}{NBSP}: serait corrigé, minor → minors" in done.err
    assert "rien n'a été écrit" in done.err.splitlines()[-1]
    git(project, home, "init", "-q")
    applied = execute(["git", "apply"], project, environment(home), done.out)
    assert applied.code == 0, applied.err
    assert wrong.read_text(encoding="utf-8") == RIGHT
    assert other.read_bytes() == named("autre", RIGHT).replace("\n", "\r\n").encode()
    assert run("fix", "--dry-run", cwd=project) == (OK, "", "rien à corriger dans 2 manifestes\n")


def test_a_dry_run_shows_hostile_lines_by_their_codes_and_says_so(run: Run, tmp_path: Path) -> None:
    manifest(tmp_path, edited(WRONG, ("video:\n", "# \u202e hostile\n# ::error::x\nvideo:\n")))
    done = run("fix", "--dry-run")
    assert "\u202e" not in done.out + done.err
    assert "\\u202e" in done.out
    assert "il ne s'applique pas" in done.err


def test_hostile_words_are_neutralised_in_what_is_said(run: Run, tmp_path: Path) -> None:
    manifest(tmp_path, edited(WRONG, ("domain: internal_admin", 'domain: "\\e[31m::error::"')))
    done = run("fix")
    assert done.code == NON_COMPLIANT
    assert "\x1b" not in done.out
    assert not re.search(r"^\s*::", done.out, re.MULTILINE)


def test_keys_are_sorted_when_that_is_asked_for(run: Run, tmp_path: Path) -> None:
    swapped = edited(
        MINIMAL, ("  id: essai\n", ""), ("  status: operational\n", "  status: operational\n  # le nom technique\n  id: essai\n")
    )
    file = manifest(tmp_path, swapped)
    assert run("fix").out == "rien à corriger dans 1 manifeste\n"
    dry = run("fix", "--sort", "--dry-run")
    assert (dry.code, bool(dry.out)) == (NON_COMPLIANT, True)
    done = run("fix", "--sort")
    assert done.code == OK
    assert f"ai-manifest.yaml:3:3{NBSP}: corrigé, clés remises dans l'ordre du schéma" in done.out
    assert file.read_text(encoding="utf-8") == edited(MINIMAL, ("  id: essai\n", "  # le nom technique\n  id: essai\n"))
    assert run("fix", "--sort", "--dry-run").code == OK


def test_keys_that_cannot_be_moved_are_said_to_stay(run: Run, tmp_path: Path) -> None:
    text = "x-nom: &nom Projet d'essai\n" + edited(MINIMAL, ("name: Projet d'essai", "name: *nom"))
    file = manifest(tmp_path, text)
    done = run("fix", "--sort")
    assert done.code == OK
    assert "les clés restent dans leur ordre" in done.out
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("text", [UNREADABLE, "", b"\xff\xfe", "nom: autre chose\n"])
def test_what_cannot_be_read_is_left_and_is_1(run: Run, tmp_path: Path, text: str | bytes) -> None:
    file = manifest(tmp_path, text)
    before = file.read_bytes()
    done = run("fix", "--sort", "--unsafe")
    assert done.code == NON_COMPLIANT
    assert "à corriger à la main" in done.out
    assert file.read_bytes() == before


def test_a_file_that_is_no_file_is_left_and_is_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").symlink_to("absent.yaml")
    done = run("fix")
    assert done.code == NON_COMPLIANT
    assert "ai-manifest.yaml:1:1" in done.out


def test_without_a_manifest_it_is_3(run: Run, tmp_path: Path) -> None:
    done = run("fix")
    assert done.code == NOTHING_CHECKED
    assert "aucun ai-manifest.yaml" in done.out


@pytest.mark.parametrize("paths", [["absent"], [""], ["-"]])
def test_a_path_that_is_none_is_2(run: Run, paths: list[str]) -> None:
    done = run("fix", *paths)
    assert (done.code, done.out) == (USAGE, "")


def test_what_the_configuration_leaves_out_is_left_alone_and_said(run: Run, tmp_path: Path) -> None:
    file = manifest(tmp_path / "vendu")
    manifest(tmp_path, MINIMAL)
    (tmp_path / ".cmian-policy.yaml").write_text("exclude: [vendu/]\n", encoding="utf-8")
    done = run("fix")
    assert (done.code, file.read_text(encoding="utf-8")) == (OK, WRONG)
    assert "vendu/ai-manifest.yaml" in done.out
    assert run("fix", "vendu/ai-manifest.yaml").code == OK
    assert file.read_text(encoding="utf-8") == RIGHT


def test_a_manifest_that_the_configuration_expects_and_that_is_not_there_is_3(run: Run, tmp_path: Path) -> None:
    manifest(tmp_path, MINIMAL)
    (tmp_path / ".cmian-policy.yaml").write_text("manifests: [ailleurs/*.yaml]\n", encoding="utf-8")
    done = run("fix")
    assert done.code == NOTHING_CHECKED
    assert "ailleurs/*.yaml" in done.out


def test_a_read_only_file_is_2_and_no_other_file_is_written(run: Run, tmp_path: Path) -> None:
    first, second = manifest(tmp_path / "a"), manifest(tmp_path / "b", named("b", WRONG))
    second.chmod(0o444)
    done = run("fix")
    assert (done.code, done.out) == (USAGE, "")
    assert "b/ai-manifest.yaml" in done.err
    assert (first.read_text(encoding="utf-8"), second.read_text(encoding="utf-8")) == (WRONG, named("b", WRONG))
    assert run("fix", "--dry-run").code == NON_COMPLIANT  # looking is allowed


def test_permissions_are_kept_and_a_link_is_followed(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "held" / "manifest-of-ours.yaml"
    target.parent.mkdir()
    target.write_text(WRONG, encoding="utf-8")
    target.chmod(0o640)
    link = tmp_path / "ai-manifest.yaml"
    link.symlink_to(target)
    assert run("fix", "ai-manifest.yaml", "held/manifest-of-ours.yaml").code == NON_COMPLIANT  # one project, two names
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == RIGHT
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert os.listdir(target.parent) == [target.name]


def test_the_order_and_the_choices_come_from_the_environment_too(run: Run, tmp_path: Path) -> None:
    file = manifest(tmp_path, GUESS)
    assert run("fix", env={"CMIAN_DRY_RUN": "1", "CMIAN_UNSAFE": "1", "CMIAN_SORT": "1"}).code == NON_COMPLIANT
    assert file.read_text(encoding="utf-8") == GUESS
    assert run("fix", env={"CMIAN_UNSAFE": "1"}).code == OK
    assert file.read_text(encoding="utf-8") == MINIMAL


def test_json_is_yaml_too(run: Run, tmp_path: Path) -> None:
    text = '{"schema_version": 1.0, "video": {"used": "non"}}'
    file = manifest(tmp_path, text)
    assert run("fix").code == NON_COMPLIANT
    assert json.loads(file.read_text(encoding="utf-8")) == {"schema_version": "1.0", "video": {"used": False}}
