"""Which manifests a command line means: searching folders, git, standard input, odd names; what is left out is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.runner import CHATBOT, MINIMAL, NON_COMPLIANT, NOTHING_CHECKED, OK, ON, USAGE, Done, Run, git, named

if TYPE_CHECKING:
    from pathlib import Path


def put(folder: Path, *places: str, text: str = MINIMAL) -> None:
    """Writes a manifest with a project id of its own in each place."""
    for number, place in enumerate(places):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "ai-manifest.yaml").write_text(named(f"p{number}-{len(place)}", text), encoding="utf-8")


def repository(folder: Path, home: Path, *ignored: str) -> None:
    """A git repository whose .gitignore holds these lines."""
    folder.mkdir(exist_ok=True)
    git(folder, home, "init", "-q")
    (folder / ".gitignore").write_text("".join(f"{line}\n" for line in ignored), encoding="utf-8")


def checked(run: Run, cwd: Path, *paths: str | Path) -> Done:
    """The JSON run of ``check`` on these paths."""
    return run("check", *paths, "--as-of", ON, "-f", "json", cwd=cwd)


def test_a_monorepo_is_searched_in_order(run: Run, tmp_path: Path) -> None:
    put(tmp_path, "b/sous/projet", "a", ".", "B", "a-b")
    done = checked(run, tmp_path)
    assert done.code == OK
    assert done.paths() == sorted(done.paths())
    assert len(done.paths()) == 5
    assert done.report["summary"]["manifests"] == 5


def test_one_bad_project_of_a_monorepo_fails_it(run: Run, tmp_path: Path) -> None:
    put(tmp_path, "a", "c")
    put(tmp_path, "bbb", text=CHATBOT)
    done = checked(run, tmp_path)
    assert (done.code, done.report["verdict"]) == (NON_COMPLIANT, "non_compliant")
    assert [manifest["verdict"] for manifest in done.report["manifests"]] == ["compliant", "non_compliant", "compliant"]


def test_what_git_ignores_is_skipped_and_listed(run: Run, tmp_path: Path, home: Path) -> None:
    repository(tmp_path / "depot", home, "sortie/", "brouillon/ai-manifest.yaml")
    put(tmp_path / "depot", "projet", "sortie/copie", "brouillon")
    (tmp_path / "depot/brouillon/notes.md").touch()
    done = checked(run, tmp_path / "depot")
    assert (done.code, done.paths()) == (OK, ["projet/ai-manifest.yaml"])
    assert done.excluded() == {".git": "builtin", "sortie": "gitignore", "brouillon/ai-manifest.yaml": "gitignore"}


def test_all_that_is_ignored_is_nothing_checked(run: Run, tmp_path: Path, home: Path) -> None:
    repository(tmp_path / "depot", home, "*")
    put(tmp_path / "depot", "projet")
    done = checked(run, tmp_path / "depot")
    assert done.code == NOTHING_CHECKED
    assert done.excluded() != {}


def test_a_tracked_manifest_in_an_ignored_folder_is_checked(run: Run, tmp_path: Path, home: Path) -> None:
    depot = tmp_path / "depot"
    repository(depot, home, "sortie/")
    put(depot, "sortie/suivi", "sortie/copie", text=CHATBOT)
    git(depot, home, "add", "--force", "sortie/suivi/ai-manifest.yaml")
    done = checked(run, depot)
    assert (done.code, done.paths()) == (NON_COMPLIANT, ["sortie/suivi/ai-manifest.yaml"])


@pytest.mark.parametrize("builtin", ["node_modules", "venv"])
def test_a_tracked_manifest_in_a_builtin_exclusion_is_checked(run: Run, tmp_path: Path, home: Path, builtin: str) -> None:
    depot = tmp_path / "depot"
    repository(depot, home)
    put(depot, f"{builtin}/paquet", text=CHATBOT)
    (depot / builtin / "pyvenv.cfg").touch()
    git(depot, home, "add", ".")
    done = checked(run, depot)
    assert (done.code, done.paths()) == (NON_COMPLIANT, [f"{builtin}/paquet/ai-manifest.yaml"])


def test_a_tracked_manifest_is_checked_from_a_subfolder_too(run: Run, tmp_path: Path, home: Path) -> None:
    depot = tmp_path / "depot"
    repository(depot, home, "sortie/")
    put(depot, "projet/sortie/suivi", text=CHATBOT)
    git(depot, home, "add", "--force", ".")
    assert checked(run, depot / "projet").paths() == ["sortie/suivi/ai-manifest.yaml"]
    assert checked(run, depot / "projet", "..").paths() == ["sortie/suivi/ai-manifest.yaml"]
    assert checked(run, depot / "projet", depot).paths() == ["sortie/suivi/ai-manifest.yaml"]


def test_a_tracked_manifest_that_was_deleted_is_no_crash(run: Run, tmp_path: Path, home: Path) -> None:
    depot = tmp_path / "depot"
    repository(depot, home)
    put(depot, "a", "bb")
    git(depot, home, "add", ".")
    (depot / "a" / "ai-manifest.yaml").unlink()
    assert checked(run, depot).paths() == ["bb/ai-manifest.yaml"]


def test_a_named_manifest_in_an_ignored_folder_is_checked(run: Run, tmp_path: Path, home: Path) -> None:
    depot = tmp_path / "depot"
    repository(depot, home, "sortie/")
    put(depot, "sortie", "node_modules/x")
    named_both = checked(run, depot, "sortie/ai-manifest.yaml", "node_modules/x/ai-manifest.yaml")
    assert len(named_both.paths()) == 2
    assert named_both.excluded() == {}


@pytest.mark.parametrize("ignored", ["sortie", "node_modules", "projet/node_modules"])
def test_a_named_folder_is_searched_even_when_it_is_ignored(run: Run, tmp_path: Path, home: Path, ignored: str) -> None:
    """Its manifests are checked or the run is 3: never a silent pass."""
    depot = tmp_path / "depot"
    repository(depot, home, "sortie/")
    put(depot, ignored, text=CHATBOT)
    assert checked(run, depot, ignored).code in {NON_COMPLIANT, NOTHING_CHECKED}


def test_builtin_exclusions_are_listed(run: Run, tmp_path: Path, home: Path) -> None:
    depot = tmp_path / "depot"
    repository(depot, home)
    put(depot, "projet", "node_modules/x", "sous/node_modules/x", "env", ".git/hooks")
    (depot / "env" / "pyvenv.cfg").touch()
    done = checked(run, depot)
    assert (done.code, done.paths()) == (OK, ["projet/ai-manifest.yaml"])
    assert done.excluded() == {
        ".git": "builtin",
        "env": "builtin",
        "node_modules": "builtin",
        "sous/node_modules": "builtin",
    }


def test_verbose_text_lists_what_was_left_out(run: Run, tmp_path: Path) -> None:
    put(tmp_path, "projet", "node_modules/x")
    assert "node_modules" in run("check", "-v", "--as-of", ON).out


def test_outside_a_repository_everything_is_searched(run: Run, tmp_path: Path) -> None:
    put(tmp_path, "sortie", ".cache", "build/x")
    (tmp_path / ".gitignore").write_text("*\n", encoding="utf-8")
    done = checked(run, tmp_path)
    assert len(done.paths()) == 3
    assert done.excluded() == {}


def test_without_git_on_the_machine_everything_is_searched(run: Run, tmp_path: Path, home: Path) -> None:
    depot = tmp_path / "depot"
    repository(depot, home, "sortie/")
    put(depot, "projet", "sortie")
    (tmp_path / "vide").mkdir()
    done = run("check", "--as-of", ON, "-f", "json", cwd=depot, env={"PATH": str(tmp_path / "vide")})
    assert done.code == OK
    assert len(done.paths()) == 2


def test_a_broken_repository_hides_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nulle-part\n", encoding="utf-8")
    put(tmp_path, "projet", text=CHATBOT)
    assert checked(run, tmp_path).code == NON_COMPLIANT


def test_a_nested_repository_is_searched(run: Run, tmp_path: Path, home: Path) -> None:
    """A repository inside the repository (a submodule, a clone) may hold a project."""
    depot = tmp_path / "depot"
    repository(depot, home)
    repository(depot / "module", home)
    put(depot, "module", text=CHATBOT)
    done = checked(run, depot)
    assert (done.code, done.paths()) == (NON_COMPLIANT, ["module/ai-manifest.yaml"])


@pytest.mark.parametrize("name", ["deux mots", "Été à Sète", "l'IA", "-tiret", "a:b", "a*b?", "[x]", "漢字"])
def test_odd_folder_names(run: Run, tmp_path: Path, home: Path, name: str) -> None:
    depot = tmp_path / "depot"
    repository(depot, home)
    put(depot, name, text=CHATBOT)
    git(depot, home, "add", ".")
    for given in (".", f"./{name}", f"./{name}/ai-manifest.yaml"):
        done = checked(run, depot, given)
        assert (done.code, done.paths()) == (NON_COMPLIANT, [f"{name}/ai-manifest.yaml"])


@pytest.mark.parametrize("name", ["deux\nlignes", "retour\rici", "esc\x1b[31m"])
def test_a_control_character_in_a_path_is_shown_as_an_escape(run: Run, tmp_path: Path, home: Path, name: str) -> None:
    depot = tmp_path / "depot"
    repository(depot, home)
    put(depot, name, text=CHATBOT)
    git(depot, home, "add", ".")
    assert checked(run, depot).paths() == [f"{name}/ai-manifest.yaml"]
    text = run("check", "--as-of", ON, cwd=depot).out
    assert name not in text
    assert name.translate({10: "\\u000a", 13: "\\u000d", 27: "\\u001b"}) in text


def test_a_path_that_is_not_utf_8_is_checked(run: Run, tmp_path: Path) -> None:
    raw = bytes(tmp_path) + b"/caf\xe9"
    folder = tmp_path.__class__(raw.decode("utf-8", "surrogateescape"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system holds UTF-8 names only")
    (folder / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    for form in ("json", "text"):
        done = run("check", "--as-of", ON, "-f", form)
        assert (done.code, done.err) == (NON_COMPLIANT, "")


def test_loops_of_links_do_not_hang_and_count_no_manifest_twice(run: Run, tmp_path: Path) -> None:
    put(tmp_path, "projet")
    (tmp_path / "projet" / "boucle").symlink_to(tmp_path)
    (tmp_path / "soi").symlink_to("soi")
    done = checked(run, tmp_path)
    assert (done.code, done.paths()) == (OK, ["projet/ai-manifest.yaml"])


def test_a_manifest_that_is_a_link_to_itself_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").symlink_to("ai-manifest.yaml")
    assert checked(run, tmp_path).code == NON_COMPLIANT


def test_the_same_manifest_named_in_many_ways_is_checked_once(run: Run, tmp_path: Path) -> None:
    put(tmp_path, "a/b")
    (tmp_path / "a/c").mkdir()
    files = ["a/b/ai-manifest.yaml", "./a//b/ai-manifest.yaml", "a/c/../b/ai-manifest.yaml"]
    done = checked(run, tmp_path, *files, "a", ".", tmp_path / "a/b", "a/b/")
    assert (done.code, done.paths()) == (OK, ["a/b/ai-manifest.yaml"])


def test_paths_are_relative_to_the_current_directory(run: Run, tmp_path: Path) -> None:
    put(tmp_path, "a/b", "cc")
    assert checked(run, tmp_path / "a", "..").paths() == ["../cc/ai-manifest.yaml", "b/ai-manifest.yaml"]
    assert checked(run, tmp_path / "a/b", tmp_path / "a/b/ai-manifest.yaml").paths() == ["ai-manifest.yaml"]


def test_any_named_file_is_a_manifest(run: Run, tmp_path: Path) -> None:
    (tmp_path / "projet.yaml").write_text(CHATBOT, encoding="utf-8")
    assert checked(run, tmp_path, "projet.yaml").code == NON_COMPLIANT
    assert checked(run, tmp_path).code == NOTHING_CHECKED


def test_standard_input(run: Run, tmp_path: Path) -> None:
    done = run("check", "-", "--as-of", ON, "-f", "json", stdin=CHATBOT)
    assert done.code == NON_COMPLIANT
    assert done.report["summary"]["manifests"] == 1


def test_standard_input_has_the_name_that_is_given(run: Run, tmp_path: Path) -> None:
    done = run("check", "-", "--stdin-filename", "projets/été/ai-manifest.yaml", "--as-of", ON, "-f", "json", stdin=CHATBOT)
    assert (done.code, done.paths()) == (NON_COMPLIANT, ["projets/été/ai-manifest.yaml"])
    text = run("check", "-", "--stdin-filename", "projets/été/ai-manifest.yaml", "--as-of", ON, stdin=CHATBOT).out
    assert "--> projets/été/ai-manifest.yaml:" in text


def test_standard_input_under_the_name_of_a_file_on_disk_is_that_file(run: Run, tmp_path: Path) -> None:
    """An editor or a hook pipes what it is about to save; the file of the same name is no second manifest."""
    put(tmp_path, ".", text=CHATBOT)
    done = run("check", "-", "--stdin-filename", "ai-manifest.yaml", "--as-of", ON, "-f", "json", stdin=MINIMAL)
    assert (done.code, done.paths()) == (OK, ["ai-manifest.yaml"])


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"a: [", bytes(range(256))])
def test_standard_input_that_is_no_manifest_is_refused(run: Run, raw: bytes) -> None:
    done = run("check", "-", "--as-of", ON, "-f", "json", stdin=raw)
    assert done.code == NON_COMPLIANT
    assert done.finding("manifest-syntax")["verdict"] == "fail"


def test_the_hook_of_another_repository_does_not_mislead(run: Run, tmp_path: Path, home: Path) -> None:
    """In a hook git sets GIT_DIR and GIT_INDEX_FILE; a search elsewhere must not take that repository's answer."""
    repository(tmp_path / "autre", home)
    depot = tmp_path / "depot"
    repository(depot, home, "sortie/")
    put(depot, "projet", "sortie/suivi", text=CHATBOT)
    git(depot, home, "add", "--force", "sortie/suivi/ai-manifest.yaml")
    env = {"GIT_DIR": str(tmp_path / "autre/.git"), "GIT_INDEX_FILE": str(tmp_path / "autre/.git/index")}
    done = run("check", "--as-of", ON, "-f", "json", cwd=depot, env=env)
    assert done.paths() == ["projet/ai-manifest.yaml", "sortie/suivi/ai-manifest.yaml"]


def test_nothing_of_the_repository_is_changed(run: Run, tmp_path: Path, home: Path) -> None:
    depot = tmp_path / "depot"
    repository(depot, home)
    put(depot, "projet")
    git(depot, home, "add", ".")
    before = {path: path.read_bytes() for path in sorted(depot.rglob("*")) if path.is_file()}
    checked(run, depot)
    assert {path: path.read_bytes() for path in sorted(depot.rglob("*")) if path.is_file()} == before


def test_a_configuration_between_a_path_and_the_common_parent_is_not_passed_over(run: Run, tmp_path: Path) -> None:
    put(tmp_path, "a/b", "c")
    (tmp_path / "a" / ".cmian-policy.yaml").write_text("lang: en\n", encoding="utf-8")
    assert checked(run, tmp_path, "a/b/ai-manifest.yaml", "c/ai-manifest.yaml").code == USAGE


def test_an_ignored_manifest_is_said_in_the_text_report(run: Run, tmp_path: Path, home: Path) -> None:
    repository(tmp_path, home, "s/")
    put(tmp_path, "projet", "s")
    done = run("check", "--as-of", ON)
    assert done.code == OK
    assert "exclu : s (ignoré par git)" in done.out.replace("\u00a0", " ")
