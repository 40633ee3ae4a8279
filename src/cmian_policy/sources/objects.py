"""What a commit holds, read by its id from a local repository.

Nothing is taken on trust from the copy: every object is hashed again on its way, from the commit (or its tag) down to each file,
so that the files are those of the commit or are refused. They never touch the disk: no link to follow, no path to leave by.
"""

from __future__ import annotations

import contextlib
import hashlib
from typing import IO, TYPE_CHECKING, cast

from cmian_policy.errors import SourceError
from cmian_policy.model.location import Location
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from cmian_policy.model.source import Pin
    from cmian_policy.sources.git import Git

# A pack is a few hundred small files; a register may hold the texts of opinions.
FILE_BYTES = 16 * 1024 * 1024
TOTAL_BYTES = 128 * 1024 * 1024
ENTRIES = 20_000
DEEPEST = 64  # folders one in the other
_HEADER_WORDS = 3
_SHA1 = 40  # hex characters
_FOLDER, _FILES, _LINK, _SUBMODULE = b"40000", {b"100644", b"100755", b"100664"}, b"120000", b"160000"


class NoCopyError(SourceError):
    """There is no local copy, or it is not whole: another one would do."""


class Entry(NamedTuple):
    """One line of a tree."""

    mode: bytes
    name: str
    id: str


class Objects:
    """The objects of a bare repository. Everything raises ``SourceError``, which names the source as ``shown``."""

    def __init__(self, git: Git, repository: Path, shown: str) -> None:
        self._shown = shown
        self._left = TOTAL_BYTES
        self._entries = ENTRIES
        if not repository.is_dir():
            raise NoCopyError(message("source.absent"), Location(shown))
        self._process = git.talk(repository, "cat-file", "--batch")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self._process.kill()
        with self._process, contextlib.suppress(BrokenPipeError):  # git may be gone, with a question left to ask
            cast("IO[bytes]", self._process.stdin).close()

    def error(self, key: str, path: str | None = None, /, **values: str | int) -> SourceError:
        """A refusal of this source, or of one path in it."""
        return SourceError(message(key, **values), Location(self._shown if path is None else f"{self._shown}:{path}"))

    def _damaged(self) -> NoCopyError:
        return NoCopyError(message("source.damaged"), Location(self._shown))

    def get(self, wanted: str, kind: bytes, path: str | None = None) -> bytes:
        """The bytes of an object, which are those of its id; ``path`` names it where it is refused."""
        found, raw = self._ask(wanted, path)
        hashed = hashlib.new("sha1" if len(wanted) == _SHA1 else "sha256", usedforsecurity=False)
        hashed.update(found + b" %d\0" % len(raw) + raw)
        if hashed.hexdigest() != wanted:
            raise self._damaged()
        if found != kind:
            raise self.error("source.other-kind", path, found=found.decode(), wanted=kind.decode())
        return raw

    def _ask(self, wanted: str, path: str | None) -> tuple[bytes, bytes]:
        questions, answers = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        try:
            questions.write(f"{wanted}\n".encode())
            questions.flush()
        except BrokenPipeError as error:
            raise self._damaged() from error
        words = answers.readline().split()
        if len(words) != _HEADER_WORDS:  # missing, or git stopped at what it could not read
            raise self._damaged()
        size = int(words[2])
        if size > min(FILE_BYTES, self._left):
            limit = FILE_BYTES if size > FILE_BYTES else TOTAL_BYTES
            raise self.error("source.too-big", path, limit=limit // (1024 * 1024))
        self._left -= size
        return words[1], answers.read(size + 1)[:size]

    def files(self, pin: Pin, inside: str | None) -> dict[str, bytes]:
        """The files of a pin's commit by their path in the folder ``inside``, at the top by default."""
        tree = self._tree_of(pin.commit)
        for step in (inside or "").removesuffix("/").split("/") if inside else ():
            entry = next((entry for entry in self._tree(tree, inside or "") if entry.name == step), None)
            if entry is None or entry.mode != _FOLDER:
                raise self.error("source.no-folder", inside)
            tree = entry.id
        found = dict(self._walk(tree, ""))
        if not found:
            raise self.error("source.empty", inside)
        return found

    def _tree_of(self, commit: str) -> str:
        first, _, _ = self.get(commit, b"commit").partition(b"\n")
        return first.removeprefix(b"tree ").decode("ascii", errors="replace")

    def _walk(self, tree: str, inside: str) -> Iterator[tuple[str, bytes]]:
        if inside.count("/") > DEEPEST:
            raise self.error("source.too-deep", limit=DEEPEST)
        for entry in self._tree(tree, inside):
            path = f"{inside}{entry.name}"
            if entry.mode == _FOLDER:
                yield from self._walk(entry.id, f"{path}/")
            elif entry.mode in _FILES:
                yield path, self.get(entry.id, b"blob", path)
            else:
                key = {_LINK: "source.link", _SUBMODULE: "source.submodule"}.get(entry.mode, "source.odd-entry")
                raise self.error(key, path)

    def _tree(self, wanted: str, inside: str) -> list[Entry]:
        raw, size = self.get(wanted, b"tree", inside), len(wanted) // 2
        entries: dict[str, Entry] = {}
        start = 0
        while start < len(raw):
            end = raw.find(b"\0", start) + 1
            mode, _, name = raw[start : end - 1].partition(b" ")
            entry = Entry(mode, self._name(name, inside), raw[end : end + size].hex())
            self._entries -= 1
            if self._entries < 0:
                raise self.error("source.too-many", inside, limit=ENTRIES)
            if not end or entry.name in entries:
                raise self.error("source.odd-entry", f"{inside}{entry.name}")
            entries[entry.name] = entry
            start = end + size
        return list(entries.values())

    def _name(self, raw: bytes, inside: str) -> str:
        """The name of a file. One that acts, or means another place, is refused: digests and messages name files."""
        name = raw.decode("utf-8", errors="replace")
        if not name.isprintable() or "\ufffd" in name or "/" in name or name in {"", ".", ".."}:
            raise self.error("source.odd-entry", f"{inside}{name}")
        return name
