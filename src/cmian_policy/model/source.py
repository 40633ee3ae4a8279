"""A source: where a pack of rules or the committee's register is taken from (cli.md, "Configuration"; rules.md, "Trust")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from cmian_policy.model.origin import Origin
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cmian_policy.model.text import Message

Kind = Literal["bundled", "folder", "git"]

_HOST = r"(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])"
_USER = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_PORT = r"(?::[0-9]{1,5})?"
# What git may be given: no option in the guise of a host or a path.
_ADDRESSES = (
    re.compile(rf"https://{_HOST}{_PORT}/[^?#]+"),
    re.compile(rf"ssh://(?:{_USER}@)?{_HOST}{_PORT}/[^-?#][^?#]*"),
    re.compile(rf"(?:{_USER}@)?{_HOST}:(?!//|/?-)[^:].*"),
    re.compile(r"file:///.+"),
)
# A user name in https is often a token; in ssh it is a name unless a password follows; a query may hold either.
_SECRETS = (
    re.compile(r"(?!ssh:)[^/]*://[^/]*@"),
    re.compile(r"(?:ssh://)?[^/@:]*:[^/]*@"),
    re.compile(r"https?://[^?#]*[?#]"),
)
_PROTOCOL = re.compile(r"([^/:]*)(?=://|::)")
_REMOTE = re.compile(r"[^/\\]{2,}:")  # one letter is a drive
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# What git itself refuses in the name of a tag or a branch, and a dash in front.
_NO_NAME = re.compile(r"[ ~^:?*\[\\]|\.\.|@\{|//|/\.|\.(?:lock)?(?:/|$)|^[./-]|/$|^@$")


class SourceSpec(NamedTuple):
    """One entry of `packs`, or `register`, as the configuration gives it.

    ``source`` is ``bundled``, the path of a folder, or a git repository: its address, or its path where a ``ref`` is wanted.
    The last three only make sense for git: the tag, branch or commit wanted, the folder inside the repository, and git's own
    list of the keys whose signature is trusted. Paths are relative to the configuration.
    """

    id: str
    source: str
    ref: str | None = None
    path: str | None = None
    allowed_signers: str | None = None

    @property
    def kind(self) -> Kind:
        """Where the source is. What looks like an address is git's, be it one that git shall not be given."""
        if self.source == "bundled":
            return "bundled"
        return "git" if self.ref is not None or _REMOTE.match(self.source) else "folder"

    @property
    def local(self) -> bool:
        """Whether a git source is the path of a repository."""
        return _REMOTE.match(self.source) is None


class Pin(NamedTuple):
    """What a reference stands for: a commit, and the annotated tag that leads to it; object ids in lower-case hex."""

    commit: str
    tag: str | None = None

    @property
    def object(self) -> str:
        """The object to ask a repository for: it brings the other one along."""
        return self.tag or self.commit


class SourceFiles(NamedTuple):
    """The files that a commit holds under the folder wanted, by their path in it.

    ``sha256`` is their digest as the lock has it. ``signer`` is who vouches for them, as the list of trusted keys names them;
    None where the configuration asks for no signature: one that is asked for and missing is an error.
    """

    files: Mapping[str, bytes]
    source: str
    pin: Pin
    sha256: str
    signer: str | None = None

    @property
    def origin(self) -> Origin:
        """What a report says of it."""
        return Origin(self.source, self.pin.commit, None if self.signer is None else True)


def is_commit(ref: str) -> bool:
    """Whether a reference is the full id of a commit."""
    return _COMMIT.fullmatch(ref) is not None


def faults(spec: SourceSpec) -> Iterator[tuple[str, Message]]:
    """What forbids giving a source to git, each with the key at fault. No message repeats an address: it may hold a secret."""
    if spec.kind != "git":
        return
    address = _address_fault(spec)
    if address is not None:
        yield "source", address
    if spec.ref is None or not _named(spec.ref):
        yield "ref", message("source.bad-ref")
    if spec.path is not None and not _inside(spec.path):
        yield "path", message("source.bad-path")


def _address_fault(spec: SourceSpec) -> Message | None:
    if any(secret.match(spec.source) for secret in _SECRETS):
        return message("source.secret")
    if not spec.source.isprintable():
        return message("source.bad-address")
    if spec.local or any(form.fullmatch(spec.source) for form in _ADDRESSES):
        return None
    protocol = _PROTOCOL.match(spec.source)
    if protocol is None or protocol[1] in {"https", "ssh", "file"}:
        return message("source.bad-address")
    return message("source.bad-protocol", protocol=protocol[1])


def _named(ref: str) -> bool:
    """Whether a reference is a commit, or what git accepts as the name of a tag or branch, short or in full."""
    if is_commit(ref):
        return True
    short = re.sub(r"^refs/(?:heads|tags)/", "", ref)
    return bool(short) and not short.startswith("refs/") and ref.isprintable() and not _NO_NAME.search(short)


def _inside(path: str) -> bool:
    """Whether a path cannot mean anything but a folder of the repository."""
    steps = path.removesuffix("/").split("/")
    return path.isprintable() and "\\" not in path and not {"", ".", ".."} & set(steps)
