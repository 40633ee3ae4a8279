"""Whose signature vouches for a pin: SSH signatures, verified by git against its own list of trusted keys (rules.md, "Trust")."""

from __future__ import annotations

import os
import re
from base64 import b64decode
from itertools import pairwise
from typing import TYPE_CHECKING

from cmian_policy.errors import SourceError
from cmian_policy.model.location import Location, Span
from cmian_policy.model.text import message
from cmian_policy.sources.git import GitFailed

if TYPE_CHECKING:
    from pathlib import Path

    from cmian_policy.model.source import Pin
    from cmian_policy.sources.git import Git
    from cmian_policy.sources.objects import Objects

_TAG = re.compile(rb"object ([0-9a-f]+)\ntype commit\ntag ([^\n]+)\n")
_SIGNED = b"-----BEGIN SSH SIGNATURE-----"
_GOOD = re.compile(r'^Good "git" signature for (.+) with \S+ key (SHA256:\S+)$', re.MULTILINE)
_STRANGER = re.compile(r'^Good "git" signature with \S+ key (SHA256:\S+)$', re.MULTILINE)
# Keys of other kinds are judged by the user's own keyring, which is nobody's list of trust: their programs are never run.
_ONLY_SSH = tuple(f"{name}={os.devnull}" for name in ("gpg.program", "gpg.openpgp.program", "gpg.x509.program"))


def check_tag(objects: Objects, pin: Pin, ref: str) -> None:
    """Raises ``SourceError`` for a tag object that is another tag's, or leads to another commit, than its reference says."""
    if pin.tag is None:
        return
    found = _TAG.match(objects.get(pin.tag, b"tag"))
    name = ref.removeprefix("refs/tags/")
    if found is None or found[1].decode() != pin.commit or found[2] != name.encode():
        raise objects.error("source.other-tag", None, ref=name)


def signer(git: Git, repository: Path, objects: Objects, pin: Pin, trusted: Path) -> str:
    """Who signed the tag of a pin, or its commit: the name and fingerprint of a key that the file ``trusted`` lists.

    Raises ``SourceError`` when neither is signed, when no trusted key signed it, and when the file cannot be read.
    """
    if not trusted.is_file():
        raise SourceError(message("source.no-signers"), Location(str(trusted)))
    _require_keys(trusted)
    candidates = [(pin.tag, b"tag", "verify-tag")] if pin.tag is not None else []
    candidates.append((pin.commit, b"commit", "verify-commit"))
    refusal = objects.error("source.unsigned")
    for wanted, kind, command in candidates:
        if _SIGNED not in objects.get(wanted, kind):
            continue
        trusts, words = _verify(git, repository, command, wanted, trusted)
        good, stranger = _GOOD.search(words), _STRANGER.search(words)
        if trusts and good is not None:
            return f"{good[1]} ({good[2]})"
        if stranger is not None:
            refusal = objects.error("source.stranger", None, key=stranger[1])
        else:
            refusal = objects.error("source.bad-signature", None, detail=words.strip().rpartition("\n")[2])
    raise refusal


def _require_keys(trusted: Path) -> None:
    """Raises ``SourceError`` for a list of keys that lists none, or a line of which holds none.

    git would say of either that the signer is not to be trusted, and invite to add whoever signed.
    """
    try:
        lines = trusted.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise SourceError(message("source.no-signers"), Location(str(trusted))) from error
    listed = [(number, line) for number, line in enumerate(lines, start=1) if line.strip() and not line.startswith("#")]
    for number, line in listed:
        if not _holds_a_key(line):
            raise SourceError(message("source.bad-key"), Location(str(trusted), Span(number, 1, number, 1)))
    if not listed:
        raise SourceError(message("source.no-key"), Location(str(trusted)))


def _holds_a_key(line: str) -> bool:
    """Whether a line holds a key in base64 that names its own type, as ssh-keygen writes it."""
    words = line.split()
    for kind, text in pairwise(words):
        try:
            key = b64decode(text, validate=True)
        except ValueError:
            continue
        if key[4 : 4 + int.from_bytes(key[:4])].decode(errors="replace") == kind:
            return True
    return False


def _verify(git: Git, repository: Path, command: str, wanted: str, trusted: Path) -> tuple[bool, str]:
    """Whether git accepts a signature, and its words, which name the key."""
    settings = [word for each in (*_ONLY_SSH, f"gpg.ssh.allowedSignersFile={trusted}") for word in ("-c", each)]
    try:
        return True, git.read(repository, *settings, command, "--raw", wanted)[1].decode(errors="replace")
    except GitFailed as error:
        return False, error.words
