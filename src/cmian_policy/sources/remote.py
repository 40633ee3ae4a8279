"""A repository elsewhere: what a reference stands for there, its objects, its history."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cmian_policy.errors import SourceError
from cmian_policy.model.location import Location
from cmian_policy.model.source import Pin, is_commit
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.sources.git import GitFailed

if TYPE_CHECKING:
    from cmian_policy.sources.git import Git

_LINE = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\t(.+)")
_HEADS, _TAGS, _PEELED = "refs/heads/", "refs/tags/", "^{}"
_NOWHERE = Path(os.devnull)  # asked from here, git reads the settings of no repository, the current folder's least of all
_SHA256 = 64  # hex characters
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules")
_UNREAD = ("-c", "fetch.fsckObjects=false")  # an old commit may be ill-formed: nobody will read it
# A server that gives only what its references lead to is asked for all of it.
_EVERYTHING = (f"+{_HEADS}*:{_HEADS}*", f"+{_TAGS}*:{_TAGS}*")


class Resolved(NamedTuple):
    """What a reference stands for, and whether it is one that should never move."""

    pin: Pin
    kind: Literal["tag", "branch", "commit"]


class Remote:
    """A repository by its address, or its path. Every method raises ``SourceError``, which names it, for what git refuses."""

    def __init__(self, git: Git, address: str, shown: str) -> None:
        self._git = git
        self._address = address
        self._shown = shown

    def resolve(self, ref: str) -> Resolved:
        """What a reference stands for now. A short name that is both a tag's and a branch's is refused, not guessed."""
        if is_commit(ref):
            return Resolved(Pin(ref), "commit")
        names = (ref,) if ref.startswith("refs/") else (_TAGS + ref, _HEADS + ref)
        found = self._list(*(pattern for name in names for pattern in (name, name + _PEELED)))
        known = [name for name in names if name in found]
        if not known:
            raise self._error("source.no-ref", ref=ref)
        if len(known) > 1:
            raise self._error("source.two-refs", ref=ref)
        name = known[0]
        if name.startswith(_HEADS):
            return Resolved(Pin(found[name]), "branch")
        commit = found.get(name + _PEELED)
        return Resolved(Pin(found[name]) if commit is None else Pin(commit, found[name]), "tag")

    def _list(self, *patterns: str) -> dict[str, str]:
        try:
            out = self._git.reach(_NOWHERE, "ls-remote", "--end-of-options", self._address, *patterns)
        except GitFailed as error:
            raise self._error("source.unreachable", detail=error.detail) from error
        lines = (_LINE.fullmatch(line) for line in out.decode("utf-8", errors="replace").splitlines())
        return {line[2]: line[1] for line in lines if line is not None}

    def fetch(self, pin: Pin, repository: Path) -> None:
        """Makes a bare repository with the objects of a pin, without their history."""
        self._make(repository, pin)
        try:
            self._git.reach(repository, *_FETCH, "--depth=1", "--end-of-options", self._address, pin.object)
        except GitFailed as error:
            self._fetch_everything(pin, repository, error)

    def _fetch_everything(self, pin: Pin, repository: Path, refusal: GitFailed) -> None:
        try:
            self._git.reach(repository, *_FETCH, "--end-of-options", self._address, *_EVERYTHING)
            self._git.read(repository, "cat-file", "-e", pin.object)
        except GitFailed:
            raise self._error("source.no-commit", commit=pin.commit, detail=refusal.detail) from refusal

    def leads(self, old: Pin, new: Pin, repository: Path) -> bool:
        """Whether ``old`` is in the history of ``new``; makes a bare repository to find out."""
        self._make(repository, new)
        try:
            self._git.reach(repository, *_UNREAD, *_FETCH, "--filter=tree:0", "--end-of-options", self._address, new.object)
        except GitFailed as error:
            raise self._error("source.unreachable", detail=error.detail) from error
        try:
            self._git.read(repository, "merge-base", "--is-ancestor", old.commit, new.commit)
        except GitFailed:  # no ancestor, or not even there any more
            return False
        return True

    def _make(self, repository: Path, pin: Pin) -> None:
        hashed = "sha256" if len(pin.commit) == _SHA256 else "sha1"
        try:
            self._git.read(repository, "init", "--quiet", "--bare", "--template=", f"--object-format={hashed}")
        except GitFailed as error:
            raise self._error("source.no-copy", detail=error.detail) from error

    def _error(self, key: str, /, **values: str) -> SourceError:
        return SourceError(message(key, **values), Location(self._shown))
