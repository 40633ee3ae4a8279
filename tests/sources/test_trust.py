"""Nothing passes for trusted that is not: signatures, moved references, edited locks (rules.md, "Trust")."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cmian_policy.model.source import Pin, SourceSpec
from tests.runner import NOTHING_CHECKED, OK, UNUSABLE, USAGE, Run, execute
from tests.sources.workshop import FILES, PACK, Repository, Workshop, edit, needs_ssh_keygen, refusal, refusals, spec

if TYPE_CHECKING:
    from pathlib import Path

ALICE, MALLORY = "alice", "mallory"


@pytest.fixture
def work(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def rules(work: Workshop) -> Repository:
    """A repository with an unsigned commit."""
    made = work.repository()
    made.commit()
    return made


# Signatures


@needs_ssh_keygen
@pytest.mark.parametrize("hashed", ["sha1", "sha256"])
def test_a_tag_signed_by_a_trusted_key_is_trusted(hashed: str, work: Workshop) -> None:
    rules = work.repository(hashed=hashed)
    commit = rules.commit()
    tag = rules.tag("v1", key=work.key(ALICE))
    wanted = spec(rules, "v1", allowed_signers=work.trust(ALICE))
    (held,) = work.update(wanted)
    assert held.files.pin == Pin(commit, tag)
    assert held.files.origin == (rules.address, commit, True)
    assert held.files.signer is not None
    assert held.files.signer.startswith("alice@example.org (SHA256:")
    assert work.sources(wanted).packs() == {"essai": held.files}


@needs_ssh_keygen
@pytest.mark.parametrize("ref", ["main", "v1", "light"])
def test_a_commit_signed_by_a_trusted_key_is_trusted_whatever_leads_to_it(ref: str, work: Workshop) -> None:
    rules = work.repository()
    rules.commit(key=work.key(ALICE))
    rules.tag("v1")
    rules.git("tag", "light")
    (held,) = work.update(spec(rules, ref, allowed_signers=work.trust(ALICE)))
    assert held.files.origin.signed is True


@needs_ssh_keygen
def test_a_signature_that_nobody_asks_for_is_not_reported(work: Workshop) -> None:
    rules = work.repository()
    rules.commit(key=work.key(ALICE))
    (held,) = work.update(spec(rules))
    assert (held.files.signer, held.files.origin.signed) == (None, None)


@needs_ssh_keygen
@pytest.mark.parametrize("ref", ["main", "v1"])
def test_a_stranger_s_signature_is_refused(ref: str, work: Workshop) -> None:
    rules = work.repository()
    work.key(ALICE)
    rules.commit(key=work.key(MALLORY))
    rules.tag("v1", key=work.folder / f"key-{MALLORY}")
    wanted = spec(rules, ref, allowed_signers=work.trust(ALICE))
    assert refusals(lambda: work.update(wanted)) == [("source.stranger", rules.address)]
    assert not work.lock.exists()
    assert work.copies() == set()


@needs_ssh_keygen
def test_a_trusted_commit_does_not_need_a_trusted_tag(work: Workshop) -> None:
    """Who may push may tag: a tag by a stranger takes nothing away from the committee's own commit."""
    rules = work.repository()
    rules.commit(key=work.key(ALICE))
    rules.tag("v1", key=work.key(MALLORY))
    (held,) = work.update(spec(rules, "v1", allowed_signers=work.trust(ALICE)))
    assert held.files.origin.signed is True


@needs_ssh_keygen
@pytest.mark.parametrize("ref", ["main", "v1", "light"])
def test_what_is_not_signed_is_refused_where_a_signature_is_required(ref: str, work: Workshop, rules: Repository) -> None:
    rules.tag("v1")
    rules.git("tag", "light")
    work.key(ALICE)
    wanted = spec(rules, ref, allowed_signers=work.trust(ALICE))
    assert refusals(lambda: work.update(wanted)) == [("source.unsigned", rules.address)]


@needs_ssh_keygen
def test_a_signature_that_becomes_required_is_required_of_what_is_locked(work: Workshop, rules: Repository) -> None:
    work.update(spec(rules))
    work.key(ALICE)
    wanted = spec(rules, allowed_signers=work.trust(ALICE))
    assert refusal(work.sources(wanted).verify) == "source.unsigned"
    assert refusal(work.sources(wanted).packs) == "source.unsigned"


@needs_ssh_keygen
def test_a_key_that_is_no_longer_trusted_is_refused_at_once(work: Workshop) -> None:
    rules = work.repository()
    rules.commit(key=work.key(ALICE))
    wanted = spec(rules, allowed_signers=work.trust(ALICE))
    work.update(wanted)
    work.key(MALLORY)
    work.trust(MALLORY)
    assert refusal(work.sources(wanted).packs) == "source.stranger"


@needs_ssh_keygen
def test_a_key_that_is_trusted_for_something_else_is_refused(work: Workshop) -> None:
    rules = work.repository()
    rules.commit(key=work.key(ALICE))
    wanted = spec(rules, allowed_signers=work.trust(ALICE, options='namespaces="file" '))
    assert refusal(lambda: work.update(wanted)) == "source.bad-signature"


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_list_of_keys_that_cannot_be_read_is_named(name: str, work: Workshop, rules: Repository) -> None:
    wanted = spec(rules, allowed_signers=name)
    assert refusals(lambda: work.update(wanted)) == [("source.no-signers", str(work.project / name))]


@needs_ssh_keygen
def test_an_empty_list_of_keys_trusts_nobody(work: Workshop) -> None:
    rules = work.repository()
    rules.commit(key=work.key(ALICE))
    for text in ("", "# personne\n\n"):
        (work.project / "trusted").write_text(text, encoding="utf-8")
        assert refusal(lambda: work.update(spec(rules, allowed_signers="trusted"))) == "source.no-key"


@needs_ssh_keygen
@pytest.mark.parametrize(
    "line", ["greffe ssh-ed25519 AAAA…", "greffe@example.org", "greffe ssh-ed25519 AAAA", "ssh-rsa greffe AAAAC3Nz"]
)
def test_a_line_that_holds_no_key_is_named_and_the_signer_not_blamed(line: str, work: Workshop) -> None:
    rules = work.repository()
    rules.commit(key=work.key(ALICE))
    work.trust(ALICE)
    with (work.project / "trusted").open("a", encoding="utf-8") as stream:
        stream.write(f"{line}\n")
    (found,) = refusals(lambda: work.update(spec(rules, allowed_signers="trusted")))
    assert found.key == "source.bad-key"
    assert found.place.endswith("trusted:2:1")


@needs_ssh_keygen
def test_a_signature_moved_to_another_commit_is_refused(work: Workshop) -> None:
    rules = work.repository()
    rules.commit(key=work.key(ALICE))
    signed = rules.git("cat-file", "commit", "HEAD").replace(rules.git("rev-parse", "HEAD^{tree}"), _tree(rules))
    forged = rules.git("hash-object", "-w", "-t", "commit", "--stdin", given=f"{signed}\n".encode())
    rules.git("update-ref", "refs/heads/main", forged)
    assert refusal(lambda: work.update(spec(rules, allowed_signers=work.trust(ALICE)))) == "source.bad-signature"


def _tree(rules: Repository) -> str:
    blob = rules.git("hash-object", "-w", "--stdin", given=b"id: mallory\n")
    return rules.git("mktree", given=f"100644 blob {blob}\tpack.yaml\n".encode())


@needs_ssh_keygen
@pytest.mark.parametrize("said", ["", "-----BEGIN SSH SIGNATURE-----"])
def test_the_user_s_own_keyring_trusts_nobody(said: str, work: Workshop) -> None:
    """A key of another kind is judged by its own program, which would know many people who are not the committee."""
    rules = work.repository()
    commit = rules.commit()
    work.key(ALICE)
    raw = rules.git("cat-file", "commit", commit)
    head, _, words = raw.partition("\n\n")
    armour = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n wsBc\n -----END PGP SIGNATURE-----"
    signed = rules.git("hash-object", "-w", "-t", "commit", "--stdin", given=f"{head}\n{armour}\n\n{words}\n{said}\n".encode())
    rules.git("update-ref", "refs/heads/main", signed)
    programs = work.folder / "programs"
    programs.mkdir()
    accepts = "[GNUPG:] NEWSIG\\n[GNUPG:] GOODSIG 0123456789ABCDEF Mallory\\n[GNUPG:] TRUST_ULTIMATE 0 pgp\\n"
    (programs / "gpg").write_text(f"#!/bin/sh\ncat > /dev/null\nprintf '{accepts}'\n", encoding="utf-8")
    (programs / "gpg").chmod(0o755)
    path = {"PATH": f"{programs}:{work.env['PATH']}"}
    wrong = execute(["git", "verify-commit", signed], rules.folder, {**work.env, **path})
    assert wrong.code == OK  # what git would say by itself
    sources = work.sources(spec(rules, allowed_signers=work.trust(ALICE)), env=path)
    assert refusal(sources.update) == ("source.bad-signature" if said else "source.unsigned")


# References that move


@needs_ssh_keygen
def test_an_old_signed_tag_under_a_new_name_is_refused(work: Workshop) -> None:
    """Who may push without the key can still serve an older release as a newer one."""
    rules = work.repository()
    rules.commit()
    old = rules.tag("v1", key=work.key(ALICE))
    rules.git("update-ref", "refs/tags/v2", old)
    wanted = spec(rules, "v2", allowed_signers=work.trust(ALICE))
    assert refusals(lambda: work.update(wanted)) == [("source.other-tag", rules.address)]


@pytest.mark.parametrize("annotated", [True, False])
def test_a_tag_that_moved_is_refused_until_its_entry_is_deleted(annotated: bool, work: Workshop, rules: Repository) -> None:  # noqa: FBT001 - a case
    def tag() -> None:
        rules.git("tag", "-f", *(["-a", "-m", "essai"] if annotated else []), "v1")

    tag()
    wanted = spec(rules, "v1")
    (first,) = work.update(wanted)
    before = work.lock.read_bytes()
    rules.commit({"autre": ""})
    tag()
    assert refusals(lambda: work.update(wanted)) == [("source.tag-moved", rules.address)]
    assert work.lock.read_bytes() == before
    assert work.sources(wanted).packs() == {"essai": first.files}  # what is locked stays what is used
    work.lock.unlink()
    (second,) = work.update(wanted)
    assert second.files.pin.commit == rules.git("rev-parse", "HEAD")


def test_a_tag_made_anew_for_the_same_commit_has_moved(work: Workshop, rules: Repository) -> None:
    rules.tag("v1")
    work.update(spec(rules, "v1"))
    rules.git("-c", "user.name=Mallory", "tag", "-f", "-a", "-m", "autre", "v1")
    assert refusal(lambda: work.update(spec(rules, "v1"))) == "source.tag-moved"


def test_a_branch_that_went_on_moves_and_says_so(work: Workshop, rules: Repository) -> None:
    assert [held.change for held in work.update(spec(rules))] == ["new"]
    before = work.lock.read_bytes()
    assert [held.change for held in work.update(spec(rules))] == ["same"]
    assert work.lock.read_bytes() == before
    rules.commit({"autre": ""})
    commit = rules.commit({"encore": ""})
    assert [(held.change, held.files.pin) for held in work.update(spec(rules))] == [("moved", Pin(commit))]


def test_a_history_that_was_rewritten_is_told_loudly(work: Workshop, rules: Repository, run: Run) -> None:
    work.write_configuration(spec(rules))
    assert run("policy", "update", cwd=work.project).err == ""
    commit = rules.commit({"autre": ""}, amend=True)
    done = run("policy", "update", "-q", cwd=work.project)
    assert (done.code, done.out) == (OK, "1 source à jour\n")
    assert done.err.startswith("Attention")
    assert "main" in done.err
    assert commit in work.lock.read_text(encoding="utf-8")
    assert run("policy", "update", cwd=work.project).err == ""  # told once: the lock now has the new history


# The lock


def test_a_source_without_a_lock_is_refused(work: Workshop, rules: Repository) -> None:
    for call in (work.sources(spec(rules)).packs, work.sources(spec(rules)).verify):
        assert refusal(call) == "lock.no-entry"
    assert refusal(lambda: work.sources(spec(rules)).update(locked=True)) == "lock.no-entry"
    assert not work.lock.exists()


@pytest.mark.parametrize("more", [{"ref": "v1"}, {"path": "policies"}, {"id": "autre"}, {"source": "/autre"}])
def test_a_lock_that_answers_another_question_is_refused(more: dict[str, str], work: Workshop, rules: Repository) -> None:
    work.update(spec(rules))
    changed = spec(rules)._replace(**more)
    expected = "lock.no-entry" if "id" in more else "lock.other-question"
    assert refusals(work.sources(changed).packs) == [(expected, ".cmian-policy.lock")]
    assert refusal(lambda: work.sources(changed).update(locked=True)) == expected


def test_a_pack_s_entry_says_nothing_of_the_register(work: Workshop, rules: Repository) -> None:
    work.update(spec(rules, id="essai"))
    assert refusal(work.sources(spec(rules, id="register")).register) == "lock.no-entry"


def locked(work: Workshop, key: str) -> str:
    """A value of the lock's only entry."""
    (line,) = (line for line in work.lock.read_text(encoding="utf-8").splitlines() if line.strip("- ").startswith(f"{key}:"))
    value: str = json.loads(line.partition(": ")[2])
    return value


def test_a_digest_that_was_edited_is_refused_and_mended_by_an_update(work: Workshop, rules: Repository) -> None:
    work.update(spec(rules))
    before = work.lock.read_bytes()
    edit(work.lock, (locked(work, "sha256"), "0" * 64))
    for call in (work.sources(spec(rules)).packs, lambda: work.sources(spec(rules)).update(locked=True)):
        assert refusals(call) == [("lock.other-digest", ".cmian-policy.lock")]
    work.update(spec(rules))
    assert work.lock.read_bytes() == before


def test_a_commit_that_was_edited_is_refused_though_its_copy_is_there(work: Workshop, rules: Repository) -> None:
    old = rules.git("rev-parse", "HEAD")
    work.update(spec(rules))
    new = rules.commit({"autre": ""})
    work.update(spec(rules))
    edit(work.lock, (new, old))
    assert refusal(work.sources(spec(rules)).packs) == "lock.other-digest"


@needs_ssh_keygen
def test_a_lock_without_its_tag_does_not_pass_for_signed(work: Workshop, rules: Repository) -> None:
    tag = rules.tag("v1", key=work.key(ALICE))
    wanted = spec(rules, "v1", allowed_signers=work.trust(ALICE))
    work.update(wanted)
    edit(work.lock, (f'    tag: "{tag}"\n', ""))
    work.sources(wanted._replace(allowed_signers=None)).update(locked=True)  # the copy of the bare commit is at hand
    assert refusal(work.sources(wanted).packs) == "source.unsigned"


@needs_ssh_keygen
def test_a_lock_with_another_signed_tag_is_refused(work: Workshop, rules: Repository) -> None:
    key = work.key(ALICE)
    one, two = rules.tag("v1", key=key), rules.tag("v2", key=key)
    wanted = spec(rules, "v1", allowed_signers=work.trust(ALICE))
    work.update(spec(rules, "v2", allowed_signers="trusted"))
    work.update(wanted)
    edit(work.lock, (one, two))
    assert refusal(work.sources(wanted).packs) == "source.other-tag"


def test_a_signature_is_never_taken_from_the_lock(work: Workshop, rules: Repository) -> None:
    work.update(spec(rules))
    edit(work.lock, ('    sha256: "', '    signed: "true"\n    sha256: "'))
    assert refusal(work.sources(spec(rules)).packs) == "lock.not-ours"


# All at once, offline, and on the command line


def test_every_fault_of_every_source_is_told(work: Workshop, rules: Repository) -> None:
    first, second = spec(rules, "nowhere", id="un"), spec(rules, "v1", id="deux")
    rules.git("tag", "v1")
    found = refusals(lambda: work.update(first, second, spec(rules, "ailleurs", id="register")))
    assert [each.key for each in found] == ["source.no-ref", "source.no-ref"]
    assert not work.lock.exists()


def test_one_source_that_fails_leaves_the_lock_as_it_was(work: Workshop, rules: Repository) -> None:
    other = work.repository("other")
    other.commit()
    other.git("tag", "v1")
    pair = spec(rules, id="un"), spec(other, "v1", id="deux")
    work.update(*pair)
    before = work.lock.read_bytes()
    rules.commit({"autre": ""})
    other.commit({"autre": ""})
    other.git("tag", "-f", "v1")
    assert refusal(lambda: work.update(*pair)) == "source.tag-moved"
    assert work.lock.read_bytes() == before


def test_packs_and_register_have_each_their_own_entry(work: Workshop, rules: Repository) -> None:
    register = work.repository("register")
    register.commit({"register.yaml": "id: registre\n"})
    pair = spec(rules, path="policies"), spec(register, id="register")
    work.update(*pair)
    sources = work.sources(*pair)
    assert set(sources.packs()["essai"].files) == {"essai/pack.yaml", "SHA256SUMS"}
    held = sources.register()
    assert held is not None
    assert held.files == {"register.yaml": b"id: registre\n"}
    assert work.sources(spec(rules)).register() is None


@needs_ssh_keygen
def test_what_is_locked_is_read_and_verified_without_the_repository(work: Workshop, run: Run) -> None:
    rules = work.repository()
    commit = rules.commit({"policies/essai/pack.yaml": PACK})
    rules.tag("v1", key=work.key(ALICE))
    wanted = spec(rules, "v1", path="policies", allowed_signers=work.trust(ALICE))
    work.write_configuration(wanted)
    env = {"XDG_CACHE_HOME": str(work.home / "cache")}
    assert run("policy", "verify", cwd=work.project, env=env).code == UNUSABLE
    done = run("policy", "update", cwd=work.project, env=env)
    assert (done.code, done.err) == (OK, "")
    assert commit in done.out
    rules.folder.rename(work.folder / "gone")
    done = run("policy", "verify", "--lang", "en", cwd=work.project, env=env)
    assert (done.code, done.err) == (OK, "")
    line, last = done.out.splitlines()
    assert line.startswith(f"✓ essai: commit {commit}, 1 file, signed by alice@example.org (SHA256:")
    assert last == "1 source verified"
    assert run("policy", "verify", "-q", cwd=work.project, env=env).out == "1 source vérifiée\n"
    done = run("policy", "update", cwd=work.project, env=env)
    assert (done.code, done.out) == (UNUSABLE, "")
    assert done.err.startswith("Source inutilisable")


def test_the_commands_want_a_configuration_and_say_when_nothing_is_in_git(work: Workshop, run: Run) -> None:
    for command in ("update", "verify"):
        assert run("policy", command, cwd=work.project).code == USAGE
    work.write_configuration(SourceSpec("cmian", "bundled"))
    done = run("policy", "update", cwd=work.project)
    assert (done.code, done.err, done.out.count("\n")) == (OK, "", 1)
    done = run("policy", "verify", cwd=work.project)
    assert (done.code, done.out) == (NOTHING_CHECKED, "")
    assert done.err
    assert not work.lock.exists()


def test_a_source_that_leaves_git_leaves_the_lock(work: Workshop, rules: Repository) -> None:
    work.update(spec(rules))
    assert work.update(SourceSpec("essai", "bundled")) == []
    assert "essai" not in work.lock.read_text(encoding="utf-8")


def test_hostile_text_of_a_repository_is_shown_as_escapes(work: Workshop, run: Run, rules: Repository) -> None:
    rules.commit({**FILES, "policies/\x1b[31m\u202e": ""})
    work.write_configuration(spec(rules))
    done = run("policy", "update", cwd=work.project)
    assert done.code == UNUSABLE
    assert "\\u001b[31m\\u202e" in done.err
    assert not {"\x1b", "\u202e"} & set(done.err)


def test_packs_of_one_source_are_read_once_and_judged_each_by_its_entry(work: Workshop, rules: Repository) -> None:
    pair = spec(rules, id="un"), spec(rules, id="deux")
    work.update(*pair)
    packs = work.sources(*pair).packs()
    assert packs["un"] is packs["deux"]
    edit(work.lock, (f'    sha256: "{packs["un"].sha256}"\n  - id: "deux"', f'    sha256: "{"0" * 64}"\n  - id: "deux"'))
    assert refusals(work.sources(*pair).packs) == [("lock.other-digest", ".cmian-policy.lock")]
