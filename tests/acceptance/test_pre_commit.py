"""The hooks of ``.pre-commit-hooks.yaml``, installed and run by pre-commit in a real repository (cli.md, "Around it").

The hooks come from a repository made of this checkout's files, as they come from a clone for those who use them.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.acceptance.author_folder import CASES, FILES, RULE, WORK, write
from tests.acceptance.conftest import one_at_a_time, settings
from tests.runner import CHATBOT, MINIMAL, OK, ON, RETIRED, ROOT, Done, edited, environment, execute, git, named, tool

if TYPE_CHECKING:
    from pathlib import Path

CHECK, CHECK_ALL, RULES_TEST = "cmian-check", "cmian-check-all", "cmian-rules-test"
LOST = "et le dépôt ne le contient plus"
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody answers
SECONDS = 300  # as tests/runner.py, for an installation


class Hooks(NamedTuple):
    """The repository that the hooks come from, its commit, and what pre-commit keeps between runs."""

    repository: Path
    commit: str
    kept: Path


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """The hooks, installed by pre-commit once, whatever the number of test processes. Their installation needs a network."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "hooks"
    folder.mkdir(exist_ok=True)
    with one_at_a_time(folder / "lock"):
        if not (folder / "depot/.git").exists():
            publish(folder / "depot", folder)
        head = execute(["git", "rev-parse", "HEAD"], folder / "depot", environment(folder)).out.strip()
        made = Hooks(folder / "depot", head, folder / "kept")
        if not (folder / "ready").exists():
            install(made, folder / "essai")
            (folder / "ready").touch()
    return made


def publish(depot: Path, home: Path) -> None:
    """A repository with the files of this checkout that git tracks or would."""
    listed = execute(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], ROOT, environment(home))
    for name in filter(None, listed.out.split("\0")):
        if (ROOT / name).is_file():
            (depot / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, depot / name)
    git(depot, home, "init", "-q")
    git(depot, home, "add", "--force", ".")
    git(depot, home, "commit", "-q", "-m", "essai")


def install(hooks: Hooks, folder: Path) -> None:
    """What ``pre-commit install --install-hooks`` does the first time that somebody uses them."""
    folder.mkdir(exist_ok=True)
    git(folder, hooks.kept.parent, "init", "-q")
    use(folder, hooks, CHECK, CHECK_ALL, RULES_TEST)
    env = {**settings(hooks.kept.parent), "PIP_CONSTRAINT": str(ROOT / "constraints.txt"), "PRE_COMMIT_HOME": str(hooks.kept)}
    done = execute([*pre_commit(), "install-hooks"], folder, env, seconds=SECONDS)
    assert done.code == 0, done.out + done.err


def pre_commit() -> list[str | Path]:
    """The command line of pre-commit."""
    return [sys.executable, "-m", "pre_commit"]


def use(folder: Path, hooks: Hooks, *names: str) -> None:
    """Writes the configuration of a repository that uses some of the hooks, as its users write it."""
    entries = "".join(f"      - id: {name}\n" for name in names)
    text = f"repos:\n  - repo: {hooks.repository}\n    rev: {hooks.commit}\n    hooks:\n{entries}"
    (folder / ".pre-commit-config.yaml").write_text(text, encoding="utf-8")


class Project:
    """A repository whose commits go through hooks; nothing in it reaches a network."""

    def __init__(self, folder: Path, home: Path, hooks: Hooks) -> None:
        folder.mkdir()
        self.folder = folder
        self._home = home
        self.hooks = hooks
        # Dead addresses for those who would fetch; where the system allows it, no network at all.
        dead = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "PIP_INDEX_URL", "PIP_PROXY"), NOWHERE)
        self._env = {**environment(home), **dead, "PRE_COMMIT_HOME": str(hooks.kept), "CMIAN_AS_OF": ON}
        self.git("init", "-q")

    def git(self, *arguments: str) -> None:
        """A git command that must succeed."""
        git(self.folder, self._home, *arguments)

    def put(self, place: str, text: str) -> None:
        """Writes a file and adds it to the next commit."""
        write(self.folder, {place: text})
        self.git("add", "--force", place)

    def use(self, *names: str) -> None:
        """Commits what was added so far, then puts hooks on the commits that follow."""
        use(self.folder, self.hooks, *names)
        self.git("add", ".pre-commit-config.yaml")
        self.git("commit", "-q", "-m", "départ")
        done = self.run([*pre_commit(), "install"])
        assert done.code == 0, done.out

    def run(self, command: list[str | Path]) -> Done:
        """Runs a program away from any network."""
        return execute([*away_from_networks(), *command], self.folder, self._env, seconds=SECONDS)

    def commit(self, *arguments: str) -> Done:
        """A commit through the hooks; ``out`` holds all that it says."""
        done = self.run(["git", "commit", "-m", "essai", *arguments])
        return done._replace(out=done.out + done.err)

    def tip(self) -> str:
        """The last commit."""
        return self.run(["git", "rev-parse", "HEAD"]).out

    def refuses(self, *arguments: str) -> str:
        """What is said of a commit, which must be refused."""
        before = self.tip()
        done = self.commit(*arguments)
        assert done.code != 0, done.out
        assert self.tip() == before
        return done.out

    def accepts(self, *arguments: str) -> str:
        """What is said of a commit, which must be made."""
        before = self.tip()
        done = self.commit(*arguments)
        assert done.code == 0, done.out
        assert self.tip() != before
        return done.out


def away_from_networks() -> list[str | Path]:
    """A command that runs another one without network interfaces; nothing where the system lets only its own users do so."""
    unshare = shutil.which("unshare")
    usable = unshare is not None and execute([unshare, "-n", "true"], ROOT, {"PATH": os.environ["PATH"]}).code == 0
    return [unshare, "-n"] if usable and unshare is not None else []


@pytest.fixture
def project(tmp_path: Path, home: Path, hooks: Hooks) -> Project:
    """A repository with nothing in it."""
    return Project(tmp_path / "projet", home, hooks)


@pytest.fixture
def two(project: Project) -> Project:
    """A repository whose first commit holds two compliant projects, a and b; ``cmian-check-all`` looks at the next ones."""
    for name in "ab":
        project.put(f"{name}/ai-manifest.yaml", named(name))
    project.use(CHECK_ALL)
    return project


def test_pre_commit_accepts_the_file(project: Project) -> None:
    done = project.run([*pre_commit(), "validate-manifest", ROOT / ".pre-commit-hooks.yaml"])
    assert (done.code, done.out, done.err) == (OK, "", "")


# cmian-check


def test_a_compliant_manifest_is_committed(project: Project) -> None:
    project.use(CHECK)
    project.put("ai-manifest.yaml", MINIMAL)
    assert "Passed" in project.accepts()


def test_a_non_compliant_manifest_is_refused_with_the_report(project: Project) -> None:
    project.use(CHECK)
    project.put("ai-manifest.yaml", CHATBOT)
    said = project.refuses()
    assert "CMIAN-T01" in said
    assert "exit code: 1" in said
    assert "\x1b" not in said


def test_only_the_manifests_of_the_commit_are_checked(project: Project) -> None:
    project.put("a/ai-manifest.yaml", named("a", CHATBOT))
    project.use(CHECK)
    project.put("notes.md", "rien\n")
    assert "Skipped" in project.accepts()
    project.put("b/ai-manifest.yml", named("b"))
    assert "Passed" in project.accepts()
    project.put("a/ai-manifest.yaml", named("a", edited(CHATBOT, ("Un projet fictif", "Un autre"))))
    assert "CMIAN-T01" in project.refuses()


@pytest.mark.parametrize("place", ["Été à Sète", "deux mots", "l'IA", "[x]*"])
def test_odd_paths(project: Project, place: str) -> None:
    project.use(CHECK, CHECK_ALL)
    project.put(f"{place}/ai-manifest.yaml", CHATBOT)
    assert f"--> {place}/ai-manifest.yaml" in project.refuses()
    project.put(f"{place}/ai-manifest.yaml", MINIMAL)
    assert project.accepts().count("Passed") == 2


def test_a_manifest_that_is_a_link_is_checked(project: Project) -> None:
    project.use(CHECK)
    project.put("projet.yaml", CHATBOT)
    (project.folder / "ai-manifest.yaml").symlink_to("projet.yaml")
    project.git("add", ".")
    assert "CMIAN-T01" in project.refuses()


def test_what_is_committed_is_checked_and_not_what_is_on_disk(project: Project) -> None:
    project.use(CHECK)
    project.put("ai-manifest.yaml", CHATBOT)
    write(project.folder, {"ai-manifest.yaml": MINIMAL})
    assert "CMIAN-T01" in project.refuses()


def test_options_are_given_by_args(project: Project) -> None:
    project.use(CHECK)
    config = project.folder / ".pre-commit-config.yaml"
    config.write_text(f"{config.read_text()}        args: [--lang, en]\n", encoding="utf-8")
    project.git("add", ".")
    project.put("ai-manifest.yaml", CHATBOT)
    assert "Non-compliant" in project.refuses()


# cmian-check-all


def test_every_manifest_is_checked_at_every_commit(project: Project) -> None:
    project.put("a/ai-manifest.yaml", named("a", CHATBOT))
    project.use(CHECK_ALL)
    project.put("notes.md", "rien\n")
    assert "CMIAN-T01" in project.refuses()


def test_a_deleted_manifest_is_noticed(two: Project) -> None:
    two.git("rm", "-q", "a/ai-manifest.yaml")
    said = two.refuses()
    assert "--> a/ai-manifest.yaml:1:1" in said
    assert LOST in said


def test_a_manifest_deleted_by_a_partial_commit_is_noticed(two: Project) -> None:
    """For ``git commit FILE`` git gives its hooks an index of their own."""
    two.put("notes.md", "rien\n")
    (two.folder / "a/ai-manifest.yaml").unlink()
    assert LOST in two.refuses("a/ai-manifest.yaml")
    assert LOST in two.refuses("--all")


def test_a_deletion_that_stays_out_of_the_commit_does_not_hold_it_up(two: Project) -> None:
    (two.folder / "a/ai-manifest.yaml").unlink()
    two.put("notes.md", "rien\n")
    two.accepts()


def test_a_manifest_that_git_no_longer_tracks_is_noticed(two: Project) -> None:
    two.git("rm", "-q", "--cached", "a/ai-manifest.yaml")
    assert LOST in two.refuses()


def test_a_retired_project_may_be_deleted(two: Project) -> None:
    ended = edited(RETIRED, ("status: retired", 'status: retired\n  end_date: "2026-10-31"'))
    two.put("a/ai-manifest.yaml", named("a", ended))
    two.accepts()
    two.git("rm", "-q", "a/ai-manifest.yaml")
    two.accepts()


def test_a_manifest_may_move(two: Project) -> None:
    two.git("mv", "a", "c")
    two.accepts()


def test_the_first_commit_of_a_repository(project: Project) -> None:
    use(project.folder, project.hooks, CHECK, CHECK_ALL)
    assert project.run([*pre_commit(), "install"]).code == OK
    project.put("ai-manifest.yaml", CHATBOT)
    assert "CMIAN-T01" in project.commit().out
    project.put("ai-manifest.yaml", MINIMAL)
    assert project.commit().code == OK


def test_a_repository_without_a_manifest_is_told_so(project: Project) -> None:
    project.use(CHECK_ALL)
    project.put("notes.md", "rien\n")
    assert "exit code: 3" in project.refuses()


def test_a_commit_in_a_linked_work_tree(two: Project, tmp_path: Path) -> None:
    """There ``.git`` is a file, and git's index is elsewhere."""
    two.git("worktree", "add", "-q", str(tmp_path / "arbre"))
    two.folder = tmp_path / "arbre"
    two.git("rm", "-q", "a/ai-manifest.yaml")
    assert LOST in two.refuses()


# cmian-rules-test


@pytest.fixture
def rules(project: Project, home: Path) -> Project:
    """A repository of rules: one published release, and a draft."""
    write(project.folder / "policies", {**FILES, **WORK})
    done = execute([*tool(), "rules", "release", "essai@2025.1"], project.folder, environment(home))
    assert done.code == OK, done.err
    project.git("add", ".")
    project.use(RULES_TEST)
    return project


def test_good_rules_are_committed(rules: Project) -> None:
    rules.put("notes.md", "rien\n")
    assert "Passed" in rules.accepts()


def test_a_broken_rule_is_refused(rules: Project) -> None:
    broken = edited(WORK[RULE], ("cel: manifest.data.?retention.hasValue()", "cel: manifest.data.?sources.hasValue()"))
    rules.put(f"policies/{RULE}", broken)
    assert "ESSAI-B01" in rules.refuses()


def test_a_rule_that_cannot_be_read_is_refused(rules: Project) -> None:
    rules.put(f"policies/{RULE}", "id: [\n")
    assert "exit code: 4" in rules.refuses()


def test_a_deleted_case_file_is_noticed(rules: Project) -> None:
    """pre-commit tells no hook of a file that is deleted: this one runs at every commit."""
    rules.git("rm", "-q", f"policies/{CASES}")
    assert "ESSAI-B01" in rules.refuses()


def test_a_missing_folder_of_rules_is_no_pass(project: Project) -> None:
    """The bundled rules are not tried in its place."""
    project.use(RULES_TEST)
    project.put("notes.md", "rien\n")
    assert "exit code: 2" in project.refuses()


# All of them


def test_the_hooks_share_one_environment_and_install_nothing_when_they_run(project: Project, hooks: Hooks) -> None:
    def installed() -> set[Path]:
        return {path for path in hooks.kept.glob("repo*/**/*") if "__pycache__" not in path.parts}

    before = installed()
    assert len([path for path in before if path.name == "pyvenv.cfg"]) == 1
    project.put("ai-manifest.yaml", MINIMAL)
    project.use(CHECK, CHECK_ALL)
    project.put("ai-manifest.yaml", edited(MINIMAL, ("Un projet fictif", "Un autre")))
    assert project.accepts().count("Passed") == 2
    assert installed() == before


@pytest.mark.parametrize("stage", ["commit-msg", "prepare-commit-msg", "post-checkout", "post-commit"])
def test_stages_that_commit_no_manifest_run_no_hook(two: Project, stage: str) -> None:
    more = ["--commit-msg-filename", ".git/HEAD"] if stage.endswith("msg") else []
    if stage == "post-checkout":
        more = ["--from-ref", "HEAD", "--to-ref", "HEAD", "--checkout-type", "1"]
    done = two.run([*pre_commit(), "run", "--hook-stage", stage, *more])
    assert (done.code, done.out) == (OK, "")
