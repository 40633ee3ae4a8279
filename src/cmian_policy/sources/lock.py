"""``.cmian-policy.lock``: what each git source of a configuration was resolved to, for everybody who works on the project.

Written by ``policy update`` alone, the same bytes for the same content; read strictly by everything else.
"""

from __future__ import annotations

import json
import os
import re
import stat
from typing import TYPE_CHECKING, cast

from cmian_policy.errors import DocumentError, SourceError
from cmian_policy.lang import yaml
from cmian_policy.messages import render
from cmian_policy.model.location import Location, child
from cmian_policy.model.source import Pin, SourceSpec
from cmian_policy.model.text import LANGS, message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cmian_policy.model.document import LocatedDocument

LOCK = ".cmian-policy.lock"
_VERSION = "1.0"
_READ_AT_MOST = 1024 * 1024 + 1
_OBJECT, _DIGEST, _TEXT = r"[0-9a-f]{40}|[0-9a-f]{64}", r"[0-9a-f]{64}", r".+"
_FIELDS = {"id": _TEXT, "source": _TEXT, "ref": _TEXT, "path": _TEXT, "commit": _OBJECT, "tag": _OBJECT, "sha256": _DIGEST}
_OPTIONAL = {"path", "tag"}


class Locked(NamedTuple):
    """One entry: the question (``id`` to ``path``) and its answer. ``sha256`` is the digest of the files."""

    id: str
    source: str
    ref: str
    path: str | None
    pin: Pin
    sha256: str

    def answers(self, spec: SourceSpec) -> bool:
        """Whether the entry is about what a configuration asks now. Whose signature it wants is no part of the question."""
        return (self.id, self.source, self.ref, self.path) == (spec.id, spec.source, spec.ref, spec.path)


class Lock(NamedTuple):
    """The entries of the packs, in the order of the configuration, and of the register."""

    packs: tuple[Locked, ...] = ()
    register: Locked | None = None

    def pack(self, pack_id: str) -> Locked | None:
        """The entry of a pack."""
        return next((entry for entry in self.packs if entry.id == pack_id), None)


def read_lock(file: Path) -> Lock | None:
    """The lock in a file, None where there is none. Raises ``SourceError`` for one that ``policy update`` would not write."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise SourceError(message("manifest.not-a-file"), Location(file.name))
        with file.open("rb") as stream:
            raw = stream.read(_READ_AT_MOST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(message("lock.unreadable", detail=error.strerror or ""), Location(file.name)) from error
    try:
        return _Reader(yaml.read(raw, file.name)).lock()
    except DocumentError as error:
        raise SourceError(error.message, error.location) from error


class _Reader:
    """A lock that was read as YAML, on its way to be understood."""

    def __init__(self, document: LocatedDocument) -> None:
        self._document = document

    def _refusal(self, pointer: str) -> SourceError:
        location = Location(self._document.path, self._document.locate(pointer))
        return SourceError(message("lock.not-ours"), location)

    def lock(self) -> Lock:
        """What the document says."""
        data = self._document.data
        if not isinstance(data, dict) or not data.keys() <= {"lock_version", *Lock._fields}:
            raise self._refusal("")
        if data.get("lock_version") != _VERSION:
            raise self._refusal("/lock_version")
        packs = data.get("packs", [])
        if not isinstance(packs, list):
            raise self._refusal("/packs")
        entries = tuple(self._entry(entry, f"/packs/{index}") for index, entry in enumerate(packs))
        if len({entry.id for entry in entries}) != len(entries):
            raise self._refusal("/packs")
        return Lock(entries, self._entry(data["register"], "/register") if "register" in data else None)

    def _entry(self, data: object, pointer: str) -> Locked:
        if not isinstance(data, dict) or not _FIELDS.keys() - _OPTIONAL <= data.keys() <= _FIELDS.keys():
            raise self._refusal(pointer)
        for key, value in data.items():
            if not isinstance(value, str) or re.fullmatch(_FIELDS[key], value) is None:
                raise self._refusal(child(pointer, key))
        held = cast("dict[str, str]", data)
        pin = Pin(held["commit"], held.get("tag"))
        return Locked(held["id"], held["source"], held["ref"], held.get("path"), pin, held["sha256"])


def lock_text(lock: Lock) -> str:
    """The lock as YAML, the same whoever writes it, in whichever language."""
    return "".join(f"{line}\n" for line in _lines(lock))


def _lines(lock: Lock) -> Iterator[str]:
    yield from (f"# {render(message('lock.head'), lang)}" for lang in LANGS)
    yield f'lock_version: "{_VERSION}"'
    if lock.packs:
        yield "packs:"
    for entry in lock.packs:
        first, *others = _fields(entry)
        yield f"  - {first}"
        yield from (f"    {line}" for line in others)
    if lock.register is not None:
        yield "register:"
        yield from (f"  {line}" for line in _fields(lock.register))


def _fields(entry: Locked) -> Iterator[str]:
    """In quotes, all of them: `1e5` is a branch here, and a number in YAML."""
    values = {**entry._asdict(), **entry.pin._asdict()}
    for key in _FIELDS:
        if values[key] is not None:
            yield f"{key}: {json.dumps(values[key], ensure_ascii=False)}"


def write_lock(file: Path, lock: Lock) -> None:
    """Writes a lock so that whoever reads the file finds the old one or the new one, whole.

    Raises ``SourceError`` when it cannot be written. What a run that was killed left beside it is removed.
    """
    try:
        for left in file.parent.glob(f".{file.name}.*.tmp"):
            left.unlink(missing_ok=True)
        temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        with temporary.open("xb") as stream:
            stream.write(lock_text(lock).encode())
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise SourceError(message("lock.unwritable", detail=detail), Location(file.name)) from error
