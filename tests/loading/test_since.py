"""``check --since REV``: a manifest that a commit held and the tree lacks is a failure, unless its project was retired there."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cmian_policy import Options
from cmian_policy import check as check_in_python
from tests.runner import (
    CHATBOT,
    MINIMAL,
    NBSP,
    NON_COMPLIANT,
    NOTHING_CHECKED,
    OK,
    ON,
    RETIRED,
    UNREADABLE,
    USAGE,
    Done,
    Run,
    environment,
    execute,
    git,
    named,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "ai-manifest.yaml"
A, B = f"a/{NAME}", f"b/{NAME}"


def put(folder: Path, text: str = MINIMAL, name: str = NAME) -> None:
    """Writes a manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def commit(home: Path) -> Callable[..., None]:
    """Commits everything in a folder, which becomes a repository the first time; ``--tag`` names the commit."""

    def call(folder: Path, tag: str | None = None) -> None:
        if not (folder / ".git").exists():
            git(folder, home, "init", "-q")
        git(folder, home, "add", "--all", "--force")
        git(folder, home, "commit", "-q", "--allow-empty", "-m", "essai")
        if tag is not None:
            git(folder, home, "tag", tag)

    return call


@pytest.fixture
def depot(tmp_path: Path, commit: Callable[..., None]) -> Path:
    """A repository whose one commit holds two compliant projects, a and b."""
    folder = tmp_path / "depot"
    for project in "ab":
        put(folder / project, named(project))
    commit(folder)
    return folder


def since(run: Run, cwd: Path, *paths: str | Path, rev: str = "HEAD") -> Done:
    """The JSON run of ``check --since REV`` on these paths."""
    return run("check", *paths, "--since", rev, "--as-of", ON, "-f", "json", cwd=cwd)


def lost(done: Done) -> list[str]:
    """The paths of the manifests that a run reports as lost."""
    return [
        manifest["path"]
        for manifest in done.report["manifests"]
        for finding in manifest["findings"]
        for observation in finding["observations"]
        if finding["rule"] == "manifest-syntax" and "retired" in observation["message"]
    ]


# What is noticed


def test_a_deleted_manifest_fails_on_its_old_path(run: Run, depot: Path) -> None:
    (depot / A).unlink()
    done = since(run, depot)
    assert (done.code, done.report["verdict"], done.err) == (NON_COMPLIANT, "non_compliant", "")
    assert done.paths() == [A, B]
    finding = done.finding("manifest-syntax", A)
    assert (finding["verdict"], finding["level"]) == ("fail", "blocking")
    (observation,) = finding["observations"]
    assert (observation["line"], observation["column"], observation["pointer"]) == (1, 1, "")
    assert "HEAD" in observation["message"]
    manifest = done.report["manifests"][0]
    assert (manifest["project"], manifest["sha256"], manifest["facts"]) == (None, None, {})
    assert {each["verdict"] for each in manifest["findings"] if each["rule"] != "manifest-syntax"} == {"error"}
    assert done.report["manifests"][1]["verdict"] == "compliant"


def test_it_is_told_in_both_languages(run: Run, depot: Path) -> None:
    (depot / A).unlink()
    french = run("check", "--since", "HEAD", "--as-of", ON, cwd=depot)
    assert f"--> {A}:1:1" in french.out
    assert f"ce manifeste figurait dans HEAD et le dépôt ne le contient plus{NBSP}: remettez-le" in french.out
    english = run("check", "--since", "HEAD", "--as-of", ON, "--lang", "en", cwd=depot)
    assert "this manifest was in HEAD and the repository no longer holds it: put it back" in english.out


def test_without_since_it_goes_unnoticed(run: Run, depot: Path) -> None:
    (depot / A).unlink()
    assert run("check", "--as-of", ON, cwd=depot).code == OK


def test_nothing_lost_changes_nothing(run: Run, depot: Path) -> None:
    plain = run("check", "--as-of", ON, "-f", "json", cwd=depot)
    assert since(run, depot) == plain


def test_a_folder_that_was_deleted_with_its_manifest(run: Run, depot: Path, home: Path) -> None:
    git(depot, home, "rm", "-rq", "a")
    done = since(run, depot)
    assert (done.code, lost(done)) == (NON_COMPLIANT, [A])


def test_the_last_manifest_of_a_repository(run: Run, depot: Path, home: Path) -> None:
    """Without --since this is 3, nothing checked."""
    git(depot, home, "rm", "-rq", "a", "b")
    done = since(run, depot)
    assert (done.code, lost(done)) == (NON_COMPLIANT, [A, B])


def test_a_deletion_that_was_committed_is_seen_from_an_earlier_commit(
    run: Run, depot: Path, home: Path, commit: Callable[..., None]
) -> None:
    git(depot, home, "branch", "avant")
    (depot / A).unlink()
    commit(depot)
    assert since(run, depot).code == OK
    for rev in ("avant", "HEAD~1", "main^"):
        done = since(run, depot, rev=rev)
        assert (done.code, lost(done)) == (NON_COMPLIANT, [A])


def test_a_manifest_that_git_no_longer_tracks_is_lost_though_it_is_on_disk(run: Run, depot: Path, home: Path) -> None:
    """The next commit would not hold it."""
    git(depot, home, "rm", "-q", "--cached", A)
    done = since(run, depot)
    assert (done.code, done.paths(), lost(done)) == (NON_COMPLIANT, [A, B], [A])


def test_one_that_is_ignored_from_now_on_is_lost(run: Run, depot: Path, home: Path) -> None:
    git(depot, home, "rm", "-q", "--cached", A)
    (depot / ".gitignore").write_text("a/\n", encoding="utf-8")
    done = since(run, depot)
    assert (done.code, lost(done), done.excluded()["a"]) == (NON_COMPLIANT, [A], "gitignore")


def test_a_folder_in_the_place_of_a_manifest(run: Run, depot: Path) -> None:
    (depot / A).unlink()
    (depot / A).mkdir()
    done = since(run, depot)
    assert (done.code, done.paths()) == (NON_COMPLIANT, [A, B])


@pytest.mark.parametrize("builtin", ["node_modules", "venv"])
def test_a_tracked_manifest_of_a_builtin_exclusion(run: Run, depot: Path, commit: Callable[..., None], builtin: str) -> None:
    put(depot / builtin / "c", named("c"))
    (depot / builtin / "pyvenv.cfg").touch()
    commit(depot)
    (depot / builtin / "c" / NAME).unlink()
    assert lost(since(run, depot)) == [f"{builtin}/c/{NAME}"]


@pytest.mark.parametrize("text", [UNREADABLE, "", "status: retired\n", RETIRED.replace('"1.0"', "[")])
def test_what_could_not_be_read_was_not_retired(run: Run, depot: Path, commit: Callable[..., None], text: str) -> None:
    put(depot / "c", text)
    commit(depot)
    (depot / "c" / NAME).unlink()
    done = since(run, depot)
    assert (done.code, lost(done)) == (NON_COMPLIANT, [f"c/{NAME}"])


# Retired projects


def test_a_retired_project_may_be_deleted(run: Run, depot: Path, commit: Callable[..., None]) -> None:
    put(depot / "c", named("c", RETIRED))
    commit(depot)
    (depot / "c" / NAME).unlink()
    done = since(run, depot)
    assert (done.code, done.paths()) == (OK, [A, B])


def test_a_project_that_is_retired_and_deleted_at_once_was_not_retired(run: Run, depot: Path, home: Path) -> None:
    put(depot / "a", named("a", RETIRED))
    git(depot, home, "add", ".")
    (depot / A).unlink()
    assert since(run, depot).code == NON_COMPLIANT


def test_the_status_that_counts_is_that_of_the_commit(run: Run, depot: Path, home: Path, commit: Callable[..., None]) -> None:
    git(depot, home, "branch", "avant")
    put(depot / "a", named("a", RETIRED))
    commit(depot)
    (depot / A).unlink()
    assert since(run, depot).code == OK
    assert lost(since(run, depot, rev="avant")) == [A]


def test_when_the_last_project_was_retired_nothing_is_checked(run: Run, tmp_path: Path, commit: Callable[..., None]) -> None:
    put(tmp_path / "depot", RETIRED)
    commit(tmp_path / "depot")
    (tmp_path / "depot" / NAME).unlink()
    assert since(run, tmp_path / "depot").code == NOTHING_CHECKED


# Moves


@pytest.mark.parametrize("place", ["c/ai-manifest.yaml", "a/ai-manifest.yml", "a/sous/ai-manifest.yaml"])
def test_a_manifest_that_moved_is_not_lost(run: Run, depot: Path, home: Path, place: str) -> None:
    (depot / place).parent.mkdir(exist_ok=True)
    git(depot, home, "mv", A, place)
    done = since(run, depot)
    assert (done.code, sorted(done.paths())) == (OK, sorted([place, B]))


def test_a_manifest_that_moved_and_changed_is_not_lost_but_judged(run: Run, depot: Path, home: Path) -> None:
    git(depot, home, "mv", "a", "c")
    put(depot / "c", named("a", CHATBOT))
    done = since(run, depot)
    assert (done.code, lost(done)) == (NON_COMPLIANT, [])


def test_a_manifest_that_moved_out_of_the_sight_of_git_is_lost(run: Run, depot: Path) -> None:
    """The next commit would hold neither the old one nor the new one."""
    (depot / "a").rename(depot / "c")
    assert lost(since(run, depot)) == [A]


def test_a_manifest_that_moved_out_of_the_paths_is_lost(run: Run, depot: Path, home: Path) -> None:
    git(depot, home, "mv", "a", "c")
    assert lost(since(run, depot, "a", "b")) == [A]
    assert since(run, depot, "a", "b", "c").code == OK


def test_another_project_in_another_place_makes_up_for_none(run: Run, depot: Path, home: Path) -> None:
    git(depot, home, "mv", "a", "c")
    put(depot / "c", named("c"))
    assert lost(since(run, depot)) == [A]


def test_a_manifest_that_was_there_already_makes_up_for_none(run: Run, depot: Path) -> None:
    """Otherwise one project could take the id of another, which then goes unseen."""
    (depot / A).unlink()
    put(depot / "b", named("a"))
    assert lost(since(run, depot)) == [A]


@pytest.mark.parametrize(("other", "noticed"), [("a", []), ("c", ["a/ai-manifest.yml"])])
def test_of_two_names_in_a_folder_one_may_be_kept(
    run: Run, depot: Path, commit: Callable[..., None], other: str, noticed: list[str]
) -> None:
    """That is what the failure of two names asks for; another project in the same folder is no duplicate."""
    put(depot / "a", named(other), "ai-manifest.yml")
    commit(depot)
    assert since(run, depot).code == NON_COMPLIANT
    (depot / "a/ai-manifest.yml").unlink()
    assert lost(since(run, depot)) == noticed


def test_one_new_manifest_makes_up_for_one_lost(run: Run, depot: Path, home: Path, commit: Callable[..., None]) -> None:
    put(depot / "b", named("a"))
    commit(depot)
    git(depot, home, "rm", "-q", A)
    git(depot, home, "mv", "b", "c")
    assert len(lost(since(run, depot))) == 1


def test_an_unreadable_new_manifest_makes_up_for_none(run: Run, depot: Path, home: Path) -> None:
    put(depot / "b", UNREADABLE)
    git(depot, home, "commit", "-qam", "essai")
    git(depot, home, "mv", "b", "c")
    assert lost(since(run, depot)) == [B]


# Which paths are asked about


def test_only_the_paths_of_the_run_are_asked_about(run: Run, depot: Path) -> None:
    (depot / A).unlink()
    assert since(run, depot, "b").code == OK
    assert since(run, depot, B).code == OK
    assert lost(since(run, depot, "b", "a")) == [A]


def test_from_a_subfolder(run: Run, depot: Path) -> None:
    (depot / A).unlink()
    assert lost(since(run, depot / "a")) == [NAME]
    assert lost(since(run, depot / "b", "..")) == [f"../{A}"]
    assert lost(since(run, depot / "b", depot)) == [f"../{A}"]
    assert since(run, depot / "b").code == OK


def test_a_folder_named_by_a_link(run: Run, depot: Path) -> None:
    (depot / A).unlink()
    (depot.parent / "lien").symlink_to(depot / "a")
    assert lost(since(run, depot.parent, "lien")) == [f"depot/{A}"]


@pytest.mark.parametrize("given", [A, f"./{A}", f"b/../{A}"])
def test_a_file_that_is_gone(run: Run, depot: Path, home: Path, given: str) -> None:
    """Without --since, or when the commit did not hold it either, a PATH that does not exist is 2."""
    git(depot, home, "rm", "-q", A)
    done = since(run, depot, given, "b")
    assert (done.code, done.paths(), lost(done)) == (NON_COMPLIANT, [A, B], [A])
    assert run("check", given, "--as-of", ON, cwd=depot).code == USAGE
    assert (since(run, depot, f"c/{NAME}").code, since(run, depot, f"c/{NAME}").out) == (USAGE, "")


def test_a_file_of_another_name_that_is_gone(run: Run, depot: Path, commit: Callable[..., None]) -> None:
    put(depot, named("c"), "projet.yaml")
    commit(depot)
    (depot / "projet.yaml").unlink()
    assert lost(since(run, depot, "projet.yaml")) == ["projet.yaml"]
    assert since(run, depot).code == OK


def test_a_folder_that_is_gone(run: Run, depot: Path, home: Path, commit: Callable[..., None]) -> None:
    (depot / "c").mkdir()
    (depot / "c" / "notes.md").touch()
    commit(depot)
    git(depot, home, "rm", "-rq", "a", "c")
    assert lost(since(run, depot, "a")) == [A]
    assert since(run, depot, "c").code == USAGE


def test_a_path_whose_retired_project_was_deleted(run: Run, depot: Path, home: Path, commit: Callable[..., None]) -> None:
    put(depot / "a", named("a", RETIRED))
    commit(depot)
    git(depot, home, "rm", "-rq", "a")
    assert since(run, depot, "a", "b").code == OK
    assert since(run, depot, "a").code == NOTHING_CHECKED


def test_several_repositories_each_answer_for_their_own(
    run: Run, depot: Path, tmp_path: Path, commit: Callable[..., None]
) -> None:
    other = tmp_path / "autre"
    put(other, named("c"))
    put(other / "d", named("d"))
    commit(other)
    (other / "d" / NAME).unlink()
    (depot / A).unlink()
    assert lost(since(run, tmp_path, "depot", "autre")) == [f"autre/d/{NAME}", f"depot/{A}"]


def test_odd_names(run: Run, depot: Path, commit: Callable[..., None]) -> None:
    names = ["deux mots", "Été à Sète", "l'IA", 'gui"llemets', "deux\nlignes", "-tiret", "a*b?", "[x]", ":(top)x", "!non", "漢字"]
    for number, name in enumerate(names):
        put(depot / name, named(f"c{number}"))
    put(depot / "[y]", named("d", RETIRED))
    commit(depot)
    for name in (*names, "[y]"):
        (depot / name / NAME).unlink()
    expected = sorted(f"{name}/{NAME}" for name in names)
    for given in (["."], [f"./{name}" for name in names], [f"./{name}/{NAME}" for name in names]):
        done = since(run, depot, *given)
        assert (done.code, lost(done)) == (NON_COMPLIANT, expected)
    for name in names:
        (depot / name).rmdir()
    assert lost(since(run, depot, *(f"./{name}" for name in names))) == expected


def test_a_name_that_is_not_utf_8(run: Run, depot: Path, commit: Callable[..., None]) -> None:
    folder = Path(os.fsdecode(bytes(depot) + b"/caf\xe9"))
    try:
        put(folder, named("c"))
    except OSError:
        pytest.skip("this file system holds UTF-8 names only")
    commit(depot)
    (folder / NAME).unlink()
    done = run("check", "--since", "HEAD", "--as-of", ON, cwd=depot)
    assert (done.code, done.err) == (NON_COMPLIANT, "")


# Configured patterns


def test_a_lost_manifest_that_the_configuration_leaves_out_is_left_out(
    run: Run, depot: Path, commit: Callable[..., None]
) -> None:
    (depot / ".cmian-policy.yaml").write_text("exclude: [/a/]\n", encoding="utf-8")
    commit(depot)
    (depot / A).unlink()
    assert since(run, depot).code == OK
    assert lost(since(run, depot, A)) == [A]


def test_a_lost_file_that_the_configuration_counts_among_the_manifests(
    run: Run, depot: Path, commit: Callable[..., None]
) -> None:
    (depot / ".cmian-policy.yaml").write_text("manifests: [/projets/*.yaml]\n", encoding="utf-8")
    for project in "cd":
        put(depot / "projets", named(project), f"{project}.yaml")
    commit(depot)
    assert since(run, depot).code == OK
    (depot / "projets/c.yaml").unlink()
    assert lost(since(run, depot)) == ["projets/c.yaml"]


# Revisions


def test_a_commit_is_named_in_many_ways(run: Run, depot: Path, home: Path, commit: Callable[..., None]) -> None:
    git(depot, home, "tag", "-a", "v1", "-m", "essai")
    sha = execute(["git", "rev-parse", "HEAD"], depot, environment(home)).out.strip()
    (depot / A).unlink()
    commit(depot)
    for rev in ("v1", sha, sha[:10], "HEAD^", "@~", "refs/tags/v1", "v1^{commit}"):
        assert lost(since(run, depot, rev=rev)) == [A]


@pytest.mark.parametrize(
    "rev",
    [
        "absent",
        "",
        "-x",
        "--all",
        "--git-dir",
        "^HEAD",
        "HEAD..HEAD",
        "HEAD...HEAD",
        f"HEAD:{A}",
        "HEAD^{tree}",
        "HEAD^@",
        "HEAD~5",
        "HEAD -- a",
        "HEAD\nHEAD",
        "*",
        "$(id)",
        "0" * 40,
    ],
)
def test_a_revision_that_names_no_commit_is_2(run: Run, depot: Path, rev: str) -> None:
    (depot / A).unlink()
    done = run("check", f"--since={rev}", "--as-of", ON, cwd=depot)
    assert (done.code, done.out) == (USAGE, "")
    shown = rev.translate({10: "\\u000a"})
    assert f"«{NBSP}{shown}{NBSP}» ne désigne aucun commit" in done.err


def test_a_shallow_clone_says_how_to_get_the_history(
    run: Run, depot: Path, home: Path, tmp_path: Path, commit: Callable[..., None]
) -> None:
    commit(depot)
    git(tmp_path, home, "clone", "-q", "--depth", "1", depot.as_uri(), "clone")
    done = since(run, tmp_path / "clone", rev="HEAD~1")
    assert (done.code, done.out) == (USAGE, "")
    assert "fetch-depth: 0" in done.err


def test_before_the_first_commit_nothing_can_be_lost(run: Run, tmp_path: Path, home: Path) -> None:
    put(tmp_path / "depot")
    git(tmp_path / "depot", home, "init", "-q")
    for rev in ("HEAD", "@"):
        assert since(run, tmp_path / "depot", rev=rev).code == OK
    assert since(run, tmp_path / "depot", rev="main").code == USAGE
    assert since(run, tmp_path / "depot", "absent").code == USAGE


def test_outside_a_repository_is_2(run: Run, tmp_path: Path) -> None:
    put(tmp_path)
    done = since(run, tmp_path)
    assert (done.code, done.out) == (USAGE, "")
    assert "dépôt git" in done.err


def test_one_path_outside_a_repository_is_2(run: Run, depot: Path, tmp_path: Path) -> None:
    put(tmp_path / "ailleurs")
    assert since(run, tmp_path, "depot", "ailleurs").code == USAGE


def test_without_git_on_the_machine_is_2(run: Run, depot: Path, tmp_path: Path) -> None:
    (tmp_path / "vide").mkdir()
    done = run("check", "--since", "HEAD", "--as-of", ON, cwd=depot, env={"PATH": str(tmp_path / "vide")})
    assert (done.code, done.out) == (USAGE, "")


def test_a_broken_repository_is_2(run: Run, depot: Path) -> None:
    (depot / ".git" / "HEAD").write_text("rien\n", encoding="utf-8")
    assert since(run, depot).code == USAGE


def test_a_repository_without_working_files_is_2(run: Run, depot: Path, home: Path, tmp_path: Path) -> None:
    git(tmp_path, home, "clone", "-q", "--bare", str(depot), "nu")
    assert since(run, tmp_path / "nu").code == USAGE


def test_a_clone_without_its_past_files_is_2_and_fetches_nothing(
    run: Run, depot: Path, home: Path, tmp_path: Path, commit: Callable[..., None]
) -> None:
    """Nobody can tell there whether the project was retired."""
    git(depot, home, "config", "uploadpack.allowFilter", "true")
    put(depot / "a", named("a", RETIRED))
    commit(depot)
    git(depot, home, "rm", "-q", A)
    commit(depot)
    git(tmp_path, home, "clone", "-q", "--filter=blob:none", depot.as_uri(), "clone")
    done = since(run, tmp_path / "clone", rev="HEAD~1")
    assert (done.code, done.out) == (USAGE, "")
    assert since(run, depot, rev="HEAD~1").code == OK


# Where the run comes from


def test_standard_input_has_no_past(run: Run, depot: Path) -> None:
    done = run("check", "-", "--since", "HEAD", cwd=depot, stdin=MINIMAL)
    assert (done.code, done.out) == (USAGE, "")
    assert "--since" in done.err


def test_the_environment_gives_it(run: Run, depot: Path) -> None:
    (depot / A).unlink()
    assert run("check", "--as-of", ON, cwd=depot, env={"CMIAN_SINCE": "HEAD"}).code == NON_COMPLIANT


def test_from_python(depot: Path) -> None:
    (depot / A).unlink()
    report = check_in_python([depot], on=date.fromisoformat(ON), options=Options(since="HEAD"), here=depot)
    assert [(manifest.path, manifest.verdict) for manifest in report.manifests] == [(A, "non_compliant"), (B, "compliant")]


def test_the_hook_of_another_repository_does_not_mislead(run: Run, depot: Path, tmp_path: Path, home: Path) -> None:
    git(tmp_path, home, "clone", "-q", str(depot), "autre")
    (depot / A).unlink()
    env = {"GIT_DIR": str(tmp_path / "autre/.git"), "GIT_INDEX_FILE": str(tmp_path / "autre/.git/index")}
    done = run("check", "--since", "HEAD", "--as-of", ON, "-f", "json", cwd=depot, env=env)
    assert lost(done) == [A]


def test_nothing_of_the_repository_is_changed(run: Run, depot: Path) -> None:
    (depot / A).unlink()
    (depot / B).touch()
    before = {path: path.read_bytes() for path in sorted(depot.rglob("*")) if path.is_file()}
    since(run, depot)
    assert {path: path.read_bytes() for path in sorted(depot.rglob("*")) if path.is_file()} == before


def test_fingerprints_name_the_path(run: Run, depot: Path, home: Path) -> None:
    """Two lost manifests are two findings for whoever follows them from run to run, and they stay the same."""
    git(depot, home, "rm", "-rq", "a", "b")
    first, again = since(run, depot), since(run, depot, "b", "a")
    prints = [first.finding("manifest-syntax", path)["fingerprint"] for path in (A, B)]
    assert len(set(prints)) == 2
    assert prints == [again.finding("manifest-syntax", path)["fingerprint"] for path in (A, B)]


# What a repository may do to hide a loss


@pytest.mark.parametrize("staged", [True, False])
@pytest.mark.parametrize("paths", [("a",), ("a", "b"), (A,), (".",)])
def test_a_folder_that_became_a_link_is_lost(run: Run, depot: Path, home: Path, paths: tuple[str, ...], *, staged: bool) -> None:
    """The path leads to another project now; the one that stood there is gone all the same."""
    (depot / A).unlink()
    (depot / "a").rmdir()
    (depot / "a").symlink_to("b")
    if staged:
        git(depot, home, "add", "--all")
    done = since(run, depot, *paths)
    assert done.code == NON_COMPLIANT
    assert lost(done) == [A]


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_what_git_was_told_not_to_look_for_is_missed(run: Run, depot: Path, home: Path, flag: str) -> None:
    git(depot, home, "update-index", flag, A)
    assert since(run, depot).code == OK
    (depot / A).unlink()
    assert lost(since(run, depot)) == [A]
    done = run("check", "--as-of", ON, "-f", "json", cwd=depot)
    assert (done.code, done.finding("manifest-syntax", A)["verdict"]) == (NON_COMPLIANT, "fail")


def test_a_manifest_that_a_sparse_checkout_leaves_out_cannot_pass(run: Run, depot: Path, home: Path) -> None:
    """Tracked and not there: it cannot be checked, and is not passed over in silence."""
    git(depot, home, "sparse-checkout", "set", "b")
    assert not (depot / A).exists()
    for done in (run("check", "--as-of", ON, "-f", "json", cwd=depot), since(run, depot)):
        assert (done.code, done.paths()) == (NON_COMPLIANT, [A, B])
    assert run("check", "b", "--as-of", ON, cwd=depot).code == OK


def test_no_program_that_the_repository_names_is_run(run: Run, depot: Path, home: Path, commit: Callable[..., None]) -> None:
    """A filter runs whenever git reads a file of the tree again, as it does where the file is as old as its index."""
    later = (depot / ".git/index").stat().st_mtime + 86_400
    for path in (A, B):
        os.utime(depot / path, (later, later))
    commit(depot)
    witness = depot.parent / "vu"
    (depot / ".git/info/attributes").write_text("*.yaml filter=essai\n", encoding="utf-8")
    for kind in ("clean", "smudge", "process"):
        git(depot, home, "config", f"filter.essai.{kind}", f"touch '{witness}'; cat")
    assert since(run, depot).code == OK
    assert not witness.exists()
