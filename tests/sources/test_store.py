"""Local copies: what they hold is proved anew each time, and no interruption makes a mixture of old and new."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
import zlib
from typing import TYPE_CHECKING

import pytest

from cmian_policy.errors import PolicyError, SourceError
from cmian_policy.model.origin import Origin
from cmian_policy.model.source import SourceSpec
from cmian_policy.pipeline.policy import read_policy
from cmian_policy.sources.folder import PolicyFolder
from cmian_policy.sources.lock import read_lock
from cmian_policy.sources.memory import PolicyInMemory
from cmian_policy.sources.store import Store
from tests.packs import BUNDLED
from tests.runner import OK, SECONDS, UNUSABLE, execute, tool
from tests.sources.workshop import Repository, Workshop, refusal, refusals, spec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and pipes")


@pytest.fixture
def work(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def rules(work: Workshop) -> Repository:
    made = work.repository()
    made.commit()
    return made


def test_a_fresh_machine_gets_exactly_what_is_locked(work: Workshop, rules: Repository) -> None:
    (locked,) = work.update(spec(rules))
    before = work.lock.read_bytes()
    rules.commit({"autre": ""})
    fresh = work.folder / "fresh"
    sources = work.sources(spec(rules), store=fresh)
    assert refusals(sources.packs) == [("source.absent", rules.address)]
    (held,) = sources.update(locked=True)
    assert held.files == locked.files
    assert sources.packs() == {"essai": locked.files}
    assert work.lock.read_bytes() == before


def test_a_locked_tag_comes_back_after_it_moved(work: Workshop, rules: Repository) -> None:
    rules.tag("v1")
    (locked,) = work.update(spec(rules, "v1"))
    rules.commit({"autre": ""})
    rules.tag("v1", force=True)
    (held,) = work.sources(spec(rules, "v1"), store=work.folder / "fresh").update(locked=True)
    assert held.files == locked.files


def test_a_locked_commit_that_is_gone_is_named(work: Workshop, rules: Repository) -> None:
    work.update(spec(rules))
    rules.commit({"autre": ""}, amend=True)
    rules.git("reflog", "expire", "--expire=now", "--all")
    rules.git("gc", "-q", "--prune=now")
    sources = work.sources(spec(rules), store=work.folder / "fresh")
    assert refusals(lambda: sources.update(locked=True)) == [("source.no-commit", rules.address)]
    assert work.sources(spec(rules)).packs()  # whoever has a copy goes on


def test_without_a_place_for_copies_the_message_says_so(work: Workshop, rules: Repository) -> None:
    with pytest.raises(SourceError) as caught, Store(None).alone():
        pass
    assert caught.value.message.key == "source.no-store"
    blocked = work.folder / "file"
    blocked.write_text("", encoding="utf-8")
    assert refusal(work.sources(spec(rules), store=blocked / "git").update) == "source.no-copy"


# A copy that is not what it was


def only_copy(work: Workshop) -> Path:
    (name,) = work.copies()
    return work.store / name


def test_no_byte_of_a_copy_changes_what_is_read(work: Workshop, rules: Repository) -> None:
    rules.commit({f"policies/essai/rules/A{index}.yaml": f"id: A{index}\n" * 5 for index in range(4)})
    (held,) = work.update(spec(rules))
    (pack,) = only_copy(work).glob("objects/pack/*.pack")
    whole = pack.read_bytes()
    pack.chmod(0o600)
    outcomes = set()
    for place in range(0, len(whole), 29):
        pack.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            assert work.sources(spec(rules)).packs() == {"essai": held.files}
            outcomes.add("untouched")  # the header and the checksum of a pack hold nothing that is read
        except SourceError as error:
            outcomes.add(error.message.key)
    assert "source.damaged" in outcomes
    assert outcomes <= {"source.damaged", "untouched"}


def test_a_well_formed_object_under_another_s_name_is_refused(work: Workshop, rules: Repository) -> None:
    """Git reads a loose object without hashing it: the zlib stream is whole, the content somebody else's."""
    work.update(spec(rules))
    copy = only_copy(work)
    blob = rules.git("rev-parse", "HEAD:policies/essai/pack.yaml")
    for pack in copy.glob("objects/pack/*"):
        pack.rename(work.folder / pack.name)
    (packed,) = work.folder.glob("*.pack")
    subprocess.run(["git", f"--git-dir={copy}", "unpack-objects", "-q"], input=packed.read_bytes(), env=work.env, check=True)
    assert work.sources(spec(rules)).packs()
    loose = copy / "objects" / blob[:2] / blob[2:]
    loose.chmod(0o600)
    loose.write_bytes(zlib.compress(b"blob 12\0id: mallory\n"))
    assert refusals(work.sources(spec(rules)).packs) == [("source.damaged", rules.address)]


@pytest.mark.parametrize("harm", ["pack", "index", "folder", "file"])
def test_a_damaged_copy_is_refused_and_mended(harm: str, work: Workshop, rules: Repository) -> None:
    (held,) = work.update(spec(rules))
    copy = only_copy(work)
    match harm:
        case "pack":
            (pack,) = copy.glob("objects/pack/*.pack")
            pack.chmod(0o600)
            pack.write_bytes(pack.read_bytes()[:40])
        case "index":
            (index,) = copy.glob("objects/pack/*.idx")
            index.unlink()
        case "folder":
            copy.rename(work.folder / "moved")
            copy.mkdir()
        case _:
            copy.rename(work.folder / "moved")
            copy.write_text("", encoding="utf-8")
    assert refusal(work.sources(spec(rules)).packs) == ("source.absent" if harm == "file" else "source.damaged")
    work.sources(spec(rules)).update(locked=True)
    assert work.sources(spec(rules)).packs() == {"essai": held.files}
    assert work.copies() == {f"{held.files.pin.object}.git"}


def test_a_copy_serves_every_project_and_every_address(work: Workshop, rules: Repository) -> None:
    work.update(spec(rules))
    made = only_copy(work).stat().st_ino
    work.lock.unlink()
    work.update(SourceSpec("essai", "../rules", "main", "policies"))
    assert only_copy(work).stat().st_ino == made


# Interrupted, and at once


class Slow:
    """A repository behind ``ssh`` whose answer to a fetch waits until it is let go, if ever."""

    def __init__(self, work: Workshop, rules: Repository) -> None:
        self._reached, self._go = work.folder / "reached", work.folder / "go"
        for pipe in (self._reached, self._go):
            os.mkfifo(pipe)
        self._calls = work.folder / "calls"
        script = work.folder / "ssh"
        # The first connection lists references, the second fetches.
        script.write_text(
            f'#!/bin/sh\necho >> {self._calls}\nif [ "$(wc -l < {self._calls})" = 2 ]; then\n'
            f'  echo > {self._reached}; read _ < {self._go}\nfi\nfor last; do :; done\neval "exec $last"\n',
            encoding="utf-8",
        )
        script.chmod(0o755)
        self.address = f"ssh://git@git.example.org{rules.folder}"
        self.env = {**work.env, "GIT_SSH": str(script), "GIT_SSH_VARIANT": "simple"}

    def wait(self) -> None:
        """Waits until a fetch is under way."""
        handle = os.open(self._reached, os.O_RDONLY | os.O_NONBLOCK)
        try:
            assert select.select([handle], [], [], SECONDS)[0]
        finally:
            os.close(handle)

    def let_go(self) -> None:
        """Lets the fetch go on."""
        with self._go.open("w") as stream:
            stream.write("\n")


@pytest.fixture
def slow(work: Workshop, rules: Repository) -> Slow:
    return Slow(work, rules)


@pytest.fixture
def other(work: Workshop) -> Repository:
    made = work.repository("other")
    made.commit({"un": ""})
    return made


@pytest.fixture
def halfway(work: Workshop, slow: Slow, other: Repository) -> Iterator[subprocess.Popen[bytes]]:
    """``policy update`` with a locked source that is to move, and a second one whose fetch is under way."""
    work.update(spec(other, id="un"))
    other.commit({"deux": ""})
    work.write_configuration(spec(other, id="un"), SourceSpec("essai", slow.address, "main"))
    with subprocess.Popen([*tool(), "policy", "update"], cwd=work.project, env=slow.env, stderr=subprocess.PIPE) as process:
        slow.wait()
        yield process
        process.kill()


@posix
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_update_that_is_stopped_half_way_leaves_the_old_state(
    how: signal.Signals, work: Workshop, slow: Slow, other: Repository, halfway: subprocess.Popen[bytes]
) -> None:
    before = work.lock.read_bytes()
    halfway.send_signal(how)
    halfway.wait(SECONDS)
    assert work.lock.read_bytes() == before
    assert len(work.sources(spec(other, id="un")).verify()) == 1
    if how == signal.SIGKILL:
        assert any(name.startswith(".new-") for name in work.copies())
    pair = spec(other, id="un"), SourceSpec("essai", slow.address, "main")
    held = work.sources(*pair, env=slow.env).update()
    assert [each.change for each in held] == ["moved", "new"]
    assert all(name.endswith(".git") for name in work.copies())
    assert {entry.name for entry in work.project.iterdir()} == {".cmian-policy.yaml", ".cmian-policy.lock"}
    if how == signal.SIGKILL:
        slow.let_go()  # the git that was left alone finds its folder gone


@posix
def test_nobody_else_brings_copies_in_meanwhile(work: Workshop, slow: Slow, halfway: subprocess.Popen[bytes]) -> None:
    with (work.store / ".lock").open("a+b") as stream:
        with pytest.raises(BlockingIOError):
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        slow.let_go()
        assert halfway.wait(SECONDS) == OK
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    lock = read_lock(work.lock)
    assert lock is not None
    assert [entry.id for entry in lock.packs] == ["un", "essai"]


def test_updates_at_once_end_as_one(work: Workshop, rules: Repository) -> None:
    rules.tag("v1")
    work.write_configuration(spec(rules, "v1", id="un"), spec(rules, id="deux", path="policies"))
    command = [*tool(), "policy", "update"]
    running = [
        subprocess.Popen(command, cwd=work.project, env=work.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in running:
        assert process.communicate(timeout=SECONDS)[1] == b""
        assert process.returncode == OK
    commit = rules.git("rev-parse", "HEAD")
    lock = read_lock(work.lock)
    assert lock is not None
    assert [(entry.id, entry.pin.commit) for entry in lock.packs] == [("un", commit), ("deux", commit)]
    assert work.copies() == {f"{commit}.git", f"{rules.git('rev-parse', 'v1')}.git"}
    assert {entry.name for entry in work.project.iterdir()} == {".cmian-policy.yaml", ".cmian-policy.lock"}


@posix
def test_a_transport_that_asks_gets_no_answer(work: Workshop) -> None:
    """Whatever git starts has no terminal and an empty input: it fails at once rather than wait for a password."""
    script = work.folder / "ssh"
    script.write_text("#!/bin/sh\nread answer < /dev/tty || exit 9\n", encoding="utf-8")
    script.chmod(0o755)
    work.write_configuration(SourceSpec("essai", "git@git.example.org:regles", "v1"))
    env = {**work.env, "GIT_SSH": str(script), "GIT_SSH_VARIANT": "simple"}
    assert execute([*tool(), "policy", "update"], work.project, env).code == UNUSABLE


# Read like a folder


def test_a_pack_from_git_is_the_same_as_on_disk(work: Workshop) -> None:
    rules = work.repository()
    files = {
        f"policies/{path.relative_to(BUNDLED).as_posix()}": path.read_bytes() for path in BUNDLED.rglob("*") if path.is_file()
    }
    rules.commit({**files, "policies/.hidden/pack.yaml": "?", "policies/cmian/.hidden.yaml": "?"})
    (brought,) = work.update(spec(rules, id="cmian", path="policies"))
    ours, disk = PolicyInMemory(brought.files.files, "regles"), PolicyFolder(BUNDLED, "policies")
    assert ours.paths == disk.paths
    assert ours.checksums() == disk.checksums()
    assert ours.shown("cmian/pack.yaml") == "regles/cmian/pack.yaml"
    policy = read_policy(ours, brought.files.origin, cache_folder=None)
    assert {pack.id for pack in policy.packs} == {"cmian", "fr-eu-law"}
    assert policy.origin(policy.packs[0]) == Origin(rules.address, brought.files.pin.commit, None)


def test_a_folder_in_memory_without_a_pack_is_refused() -> None:
    for files in ({}, {"pack.yaml": b""}, {"a/b/pack.yaml": b""}, {".a/pack.yaml": b""}):
        with pytest.raises(PolicyError):
            PolicyInMemory(files, "regles")
    with pytest.raises(PolicyError):
        PolicyInMemory({"a/pack.yaml": b""}, "regles").read("a/facts/v1.yaml")
