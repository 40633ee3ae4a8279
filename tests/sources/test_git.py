"""git is given nothing that it could take for something else, and what it brings holds files and nothing but files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cmian_policy.errors import UsageError
from cmian_policy.model.source import Pin, SourceSpec, faults
from cmian_policy.sources.git import Git, GitFailed
from cmian_policy.sources.objects import FILE_BYTES, TOTAL_BYTES, Objects
from cmian_policy.sources.remote import Remote
from tests.runner import USAGE, Run
from tests.sources.workshop import FILES, Repository, Workshop, refusal, refusals, spec

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = "jeton-fictif"
GOOD_ADDRESSES = (
    "https://git.example.org/comite/regles.git",
    "https://git.example.org:8443/regles",
    "ssh://git@git.example.org/regles.git",
    "ssh://git.example.org:2222/regles",
    "git@git.example.org:comite/regles.git",
    "git.example.org:regles",
    "file:///srv/regles",
)
BAD_ADDRESSES = (
    "ext::sh -c touch% pwned",
    "fd::3",
    "http://git.example.org/regles",
    "git://git.example.org/regles",
    "ftp://git.example.org/regles",
    "HTTPS://git.example.org/regles",
    "https://git.example.org",
    "https://-oProxyCommand=touch/regles",
    "ssh://-oProxyCommand=touch/regles",
    "ssh://git@-oProxyCommand=touch/regles",
    "ssh://git.example.org/-regles",
    "-oProxyCommand=touch:regles",
    "git@-oProxyCommand=touch:regles",
    "git@git.example.org:-regles",
    "git@git.example.org:/-regles",
    "file://git.example.org/regles",
    "file:///srv/re\ngles",
    "transport::https://git.example.org/regles",
)
SECRET_ADDRESSES = (
    f"https://comite:{HIDDEN}@git.example.org/regles",
    f"https://{HIDDEN}@git.example.org/regles",
    f"https://git.example.org/regles?private_token={HIDDEN}",
    f"https://git.example.org/regles#{HIDDEN}",
    f"http://comite:{HIDDEN}@git.example.org/regles",
    f"ssh://git:{HIDDEN}@git.example.org/regles",
    f"git:{HIDDEN}@git.example.org:regles",
)
BAD_REFS = (
    "", "--upload-pack=touch pwned", "-v1", "v1..v2", "v1 v2", "v1^", "v1~2", "HEAD:policies", "v*", "main@{1}", "@", "/v1",
    "v1/", "a//b", "a.lock", "a.", ".a", "a\nb", "a\\b", "refs/pull/1/head", "refs/heads/", "refs/tags/-v1",
    "refs/heads/refs/tags/v1",
)  # fmt: skip
BAD_PATHS = ("/policies", "../policies", "policies/../..", ".", "", "policies//cmian", "./policies", "po\\licies", "po\nlicies")


@pytest.fixture
def work(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.mark.parametrize("address", GOOD_ADDRESSES)
def test_an_ordinary_address_is_accepted(address: str) -> None:
    wanted = SourceSpec("essai", address, "v1")
    assert (wanted.kind, wanted.local, list(faults(wanted))) == ("git", False, [])


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_address_that_git_could_run_or_misread_is_refused(address: str) -> None:
    wanted = SourceSpec("essai", address)
    assert wanted.kind == "git"  # never taken for a folder of that name
    assert "source" in dict(faults(wanted))


@pytest.mark.parametrize("address", SECRET_ADDRESSES)
def test_an_address_with_a_secret_is_refused_and_never_repeated(address: str, work: Workshop, run: Run) -> None:
    wanted = SourceSpec("essai", address, "v1")
    work.write_configuration(wanted)
    with pytest.raises(UsageError) as caught:
        work.sources(wanted)
    assert caught.value.message.key == "source.secret"
    for command in ("update", "verify"):
        done = run("policy", command, cwd=work.project)
        assert done.code == USAGE
        assert HIDDEN not in done.out + done.err
    assert not work.lock.exists()


@pytest.mark.parametrize("ref", BAD_REFS)
def test_a_reference_that_is_no_plain_name_is_refused(ref: str) -> None:
    assert [key for key, _ in faults(SourceSpec("essai", "file:///srv/regles", ref))] == ["ref"]


@pytest.mark.parametrize("ref", ["v1", "main", "comité/2026.1", "refs/tags/v1", "refs/heads/main", "0" * 40, "f" * 64])
def test_a_plain_name_or_a_whole_commit_is_accepted(ref: str) -> None:
    assert list(faults(SourceSpec("essai", "file:///srv/regles", ref))) == []


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_path_that_could_leave_the_repository_is_refused(path: str) -> None:
    assert [key for key, _ in faults(SourceSpec("essai", "file:///srv/regles", "v1", path))] == ["path"]


@pytest.mark.parametrize("source", ["bundled", "policies", "../regles", "/srv/regles", "C:/regles", "C:\\regles"])
def test_a_folder_is_no_address(source: str) -> None:
    assert SourceSpec("essai", source).kind == ("bundled" if source == "bundled" else "folder")


@pytest.mark.parametrize(
    "address", ["ext::touch pwned", "--upload-pack=touch pwned", "http://localhost:9/regles", "git://localhost:9/regles"]
)
def test_git_itself_would_refuse_what_we_refuse(address: str, work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(work.folder)
    remote = Remote(Git({**work.env, "GIT_ALLOW_PROTOCOL": "ext:http:git"}), address, "essai")
    assert refusal(lambda: remote.resolve("v1")) == "source.unreachable"
    assert refusal(lambda: remote.fetch(Pin("0" * 40), work.folder / "copy")) == "source.no-commit"
    assert not (work.folder / "pwned").exists()


def test_git_s_words_are_repeated_without_credentials() -> None:
    words = f"remote: denied\nfatal: unable to access 'https://comite:{HIDDEN}@git.example.org/regles/': 403\nhint: try again\n"
    assert GitFailed(words.encode()).detail == "fatal: unable to access 'https://git.example.org/regles/': 403"


def test_without_git_the_message_says_so(work: Workshop) -> None:
    wanted = spec(work.repository())
    assert refusal(lambda: work.sources(wanted, env={"PATH": str(work.home)}).update()) == "source.no-git"


# What a reference stands for


@pytest.mark.parametrize("hashed", ["sha1", "sha256"])
def test_a_tag_a_branch_and_a_commit_stand_for_a_commit(hashed: str, work: Workshop) -> None:
    rules = work.repository(hashed=hashed)
    first = rules.commit()
    tag = rules.tag("v1")
    rules.git("tag", "light")
    second = rules.commit({"policies/essai/pack.yaml": "id: autre\n"})
    expected = {
        "v1": Pin(first, tag),
        "refs/tags/v1": Pin(first, tag),
        "light": Pin(first),
        "main": Pin(second),
        "refs/heads/main": Pin(second),
        first: Pin(first),
    }
    for ref, pin in expected.items():
        (held,) = work.update(spec(rules, ref, path="policies"))
        assert held.files.pin == pin
        content = "id: essai\n" if pin.commit == first else "id: autre\n"
        assert held.files.files == {"essai/pack.yaml": content.encode(), "SHA256SUMS": b""}


def test_a_name_that_is_a_tag_s_and_a_branch_s_is_not_guessed(work: Workshop) -> None:
    rules = work.repository()
    rules.commit()
    rules.git("tag", "v1")
    rules.commit()
    rules.git("branch", "v1")
    assert refusal(lambda: work.update(spec(rules, "v1"))) == "source.two-refs"
    (held,) = work.update(spec(rules, "refs/tags/v1"))
    assert held.files.pin.commit == rules.git("rev-parse", "refs/tags/v1")


@pytest.mark.parametrize("ref", ["v2", "HEAD", "refs/heads/v1", "abcdef0"])
def test_a_name_that_the_repository_does_not_have_is_named(ref: str, work: Workshop) -> None:
    rules = work.repository()
    rules.commit()
    rules.git("tag", "v1")
    assert refusals(lambda: work.update(spec(rules, ref))) == [("source.no-ref", rules.address)]


def test_a_branch_named_like_the_end_of_another_is_not_taken_for_it(work: Workshop) -> None:
    rules = work.repository()
    rules.commit()
    rules.git("branch", "refs/tags/v1")
    assert refusal(lambda: work.update(spec(rules, "v1"))) == "source.no-ref"


def test_a_path_to_a_repository_serves_as_well_as_its_address(work: Workshop) -> None:
    rules = work.repository()
    commit = rules.commit()
    (held,) = work.update(SourceSpec("essai", "../rules", "main", "policies"))
    assert held.files.origin == ("../rules", commit, None)


def test_a_repository_that_is_not_there_is_named(work: Workshop) -> None:
    address = (work.folder / "nowhere").as_uri()
    assert refusals(lambda: work.update(SourceSpec("essai", address, "v1"))) == [("source.unreachable", address)]


# The environment


def test_variables_of_another_repository_lead_nowhere(work: Workshop) -> None:
    rules, other = work.repository(), work.repository("other")
    commit = rules.commit()
    other.commit({"autre": ""})
    hook = {
        "GIT_DIR": str(other.folder / ".git"),
        "GIT_WORK_TREE": str(other.folder),
        "GIT_OBJECT_DIRECTORY": str(other.folder / ".git" / "objects"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{other.address}.insteadOf",
        "GIT_CONFIG_VALUE_0": rules.address,
    }
    (held,) = work.sources(spec(rules), env=hook).update()
    assert held.files.pin == Pin(commit)
    assert work.sources(spec(rules), env=hook).packs() == {"essai": held.files}


def test_settings_of_the_repository_around_are_not_heeded(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    rules, other = work.repository(), work.repository("other")
    commit = rules.commit()
    other.commit({"autre": ""})
    around = Repository(work.folder / "around", work.env)
    around.git("config", f"url.{other.address}.insteadOf", rules.address)
    monkeypatch.chdir(around.folder)
    (held,) = work.update(spec(rules))
    assert held.files.pin == Pin(commit)


def user_settings(work: Workshop, text: str) -> dict[str, str]:
    """The environment of a user with these settings of git."""
    file = work.home / "gitconfig"
    file.write_text(text, encoding="utf-8")
    return {"GIT_CONFIG_GLOBAL": str(file)}


def test_the_user_s_own_mirror_is_heeded(work: Workshop) -> None:
    rules = work.repository()
    commit = rules.commit()
    env = user_settings(work, f'[url "{rules.address}"]\n\tinsteadOf = https://git.example.org/regles\n')
    (held,) = work.sources(SourceSpec("essai", "https://git.example.org/regles", "main"), env=env).update()
    assert held.files.origin == ("https://git.example.org/regles", commit, None)


def test_a_server_that_gives_only_its_references_is_asked_for_all_of_them_and_no_hook_runs(work: Workshop) -> None:
    rules = work.repository()
    old = rules.commit()
    rules.commit({"autre": ""})
    hooks = work.home / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-checkout", "post-merge"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {work.home}/ran\n", encoding="utf-8")
        (hooks / name).chmod(0o755)
    env = user_settings(work, f"[protocol]\n\tversion = 0\n[core]\n\thooksPath = {hooks}\n")
    (held,) = work.sources(spec(rules, old), env=env).update()
    assert held.files.pin == Pin(old)
    assert not (work.home / "ran").exists()


# What a commit may hold


def test_the_files_are_those_of_the_folder_and_no_others(work: Workshop) -> None:
    rules = work.repository()
    rules.commit({**FILES, "policies/essai/rules/A/v1.yaml": "é\r\n", ".gitattributes": "* text eol=lf filter=lfs\n"})
    (whole,) = work.update(spec(rules))
    assert set(whole.files.files) == {*FILES, "policies/essai/rules/A/v1.yaml", ".gitattributes"}
    (part,) = work.update(spec(rules, path="policies/essai"))
    # The bytes of the commit: the attribute for line ends changed them on their way in, nothing does on their way out.
    assert part.files.files == {"pack.yaml": b"id: essai\n", "rules/A/v1.yaml": "é\n".encode()}


@pytest.mark.parametrize("path", ["nowhere", "README.md", "policies/essai/x"])
def test_a_folder_that_is_not_in_the_commit_is_named(path: str, work: Workshop) -> None:
    rules = work.repository()
    rules.commit()
    assert refusals(lambda: work.update(spec(rules, path=path))) == [("source.no-folder", f"{rules.address}:{path}")]


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../etc/passwd", "pack.yaml"])
def test_a_link_is_refused_wherever_it_leads(target: str, work: Workshop) -> None:
    rules = work.repository()
    rules.commit()
    (rules.folder / "policies/essai/link.yaml").symlink_to(target)
    rules.commit({})
    place = f"{rules.address}:policies/essai/link.yaml"
    assert refusals(lambda: work.update(spec(rules))) == [("source.link", place)]
    assert not work.lock.exists()
    assert work.copies() == set()


def test_a_link_in_place_of_the_folder_is_not_followed(work: Workshop) -> None:
    rules = work.repository()
    rules.commit()
    (rules.folder / "alias").symlink_to("policies")
    rules.commit({})
    assert refusal(lambda: work.update(spec(rules, path="alias"))) == "source.no-folder"
    work.update(spec(rules, path="policies"))  # a link outside the folder that is used harms nobody


def test_a_submodule_is_refused(work: Workshop) -> None:
    rules = work.repository()
    commit = rules.commit()
    rules.git("update-index", "--add", "--cacheinfo", f"160000,{commit},policies/sub")
    rules.git("commit", "-q", "-m", "essai")
    assert refusals(lambda: work.update(spec(rules))) == [("source.submodule", f"{rules.address}:policies/sub")]


def test_a_file_over_the_limit_is_refused_before_it_is_read(work: Workshop) -> None:
    rules = work.repository()
    rules.commit({"policies/big.yaml": b"#" * (FILE_BYTES + 1)})
    assert refusals(lambda: work.update(spec(rules))) == [("source.too-big", f"{rules.address}:policies/big.yaml")]


def test_files_that_are_too_big_together_are_refused(work: Workshop) -> None:
    rules = work.repository()
    blob = rules.git("hash-object", "-w", "--stdin", given=b"#" * FILE_BYTES)
    within = TOTAL_BYTES // FILE_BYTES - 1  # the commit and the tree count too
    publish(rules, rules.git("mktree", given="".join(f"100644 blob {blob}\t{index}\n" for index in range(within)).encode()))
    work.update(spec(rules))
    publish(rules, rules.git("mktree", given="".join(f"100644 blob {blob}\t{index}\n" for index in range(within + 1)).encode()))
    assert refusals(lambda: work.update(spec(rules))) == [("source.too-big", f"{rules.address}:{within}")]


def publish(rules: Repository, tree: str) -> str:
    """Makes a tree what the branch holds; the id of the commit."""
    commit = rules.git("commit-tree", "-m", "essai", tree)
    rules.git("update-ref", "refs/heads/main", commit)
    return commit


def test_a_tree_that_repeats_itself_is_refused(work: Workshop) -> None:
    """A few hundred bytes that stand for ten million files."""
    rules = work.repository()
    tree = rules.git("hash-object", "-w", "--stdin", given=b"x")
    kind = "100644 blob"
    for _ in range(7):
        lines = "".join(f"{kind} {tree}\td{index}\n" for index in range(10))
        tree, kind = rules.git("mktree", given=lines.encode()), "040000 tree"
    publish(rules, tree)
    assert refusal(lambda: work.update(spec(rules))) == "source.too-many"


def test_folders_one_in_the_other_without_end_are_refused(work: Workshop) -> None:
    rules = work.repository()
    tree, kind = rules.git("hash-object", "-w", "--stdin", given=b"x"), "100644 blob"
    for _ in range(400):
        tree, kind = rules.git("mktree", given=f"{kind} {tree}\td\n".encode()), "040000 tree"
    publish(rules, tree)
    assert refusal(lambda: work.update(spec(rules))) == "source.too-deep"


@pytest.mark.parametrize("name", ["a\nb", "a\u202eb", "a\x1bb"])
def test_a_name_that_acts_is_refused(name: str, work: Workshop) -> None:
    rules = work.repository()
    rules.commit({f"policies/{name}": ""})
    assert refusal(lambda: work.update(spec(rules))) == "source.odd-entry"


ODD_TREES = {
    "dots": (("100644", b".."),),
    "dot": (("40000", b"."),),
    "nothing": (("100644", b""),),
    "slash": (("100644", b"a/b"),),
    "twice": (("100644", b"a"), ("100644", b"a")),
    "latin-1": (("100644", b"\xe9"),),
    "mode": (("100600", b"a"),),
    "cut": (),
}


@pytest.mark.parametrize("case", ODD_TREES)
def test_a_tree_that_git_would_not_write_is_refused(case: str, work: Workshop) -> None:
    rules = work.repository()
    blob = rules.git("hash-object", "-w", "--stdin", given=b"x")
    raw = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(blob) for mode, name in ODD_TREES[case]) or b"100644 a"
    tree = rules.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=raw)
    commit = publish(rules, tree) if case != "cut" else _commit_of(rules, tree)
    # git's own check on arrival stops most of them; ours stops them all.
    assert refusal(lambda: work.update(spec(rules))) in {"source.no-commit", "source.odd-entry"}
    with Objects(Git(work.env), rules.folder / ".git", "essai") as held:
        assert refusal(lambda: held.files(Pin(commit), None)) == "source.odd-entry"


def _commit_of(rules: Repository, tree: str) -> str:
    """A commit whose tree git would not look at."""
    raw = f"tree {tree}\nauthor a <a@b> 0 +0000\ncommitter a <a@b> 0 +0000\n\nx\n"
    commit = rules.git("hash-object", "-w", "-t", "commit", "--literally", "--stdin", given=raw.encode())
    rules.git("update-ref", "refs/heads/main", commit)
    return commit


def test_an_empty_commit_is_no_source(work: Workshop) -> None:
    rules = work.repository()
    rules.git("commit", "-q", "--allow-empty", "-m", "essai")
    assert refusal(lambda: work.update(spec(rules))) == "source.empty"


@pytest.mark.parametrize(
    ("ref", "key"), [("tree", "source.other-tag"), ("nested", "source.other-tag"), ("light", "source.other-kind")]
)
def test_a_tag_of_something_else_than_a_commit_is_refused(ref: str, key: str, work: Workshop) -> None:
    rules = work.repository()
    rules.commit()
    rules.git("tag", "-a", "-m", "essai", "tree", "HEAD^{tree}")
    rules.git("tag", "light", "HEAD^{tree}")
    rules.git("tag", "-a", "-m", "essai", "nested", rules.tag("v1"))
    assert refusal(lambda: work.update(spec(rules, ref))) == key
