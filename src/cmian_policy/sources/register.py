"""A register on disk, laid out as rules.md says ("The committee's register")."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from cmian_policy.errors import RegisterError
from cmian_policy.model.location import Location
from cmian_policy.model.register import RegisterFiles
from cmian_policy.model.text import message
from cmian_policy.sources.folder import combined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_YAML = (".yaml", ".yml")
# The reader refuses above 1 MiB: one byte more is enough to know. A file of any size still has its digest.
_READ_AT_MOST = 1024 * 1024 + 1
_CHUNK = 1024 * 1024


def register_files(folder: Path, name: str) -> RegisterFiles:
    """Every file of a register but those of git and of editors, whose names begin with a dot; ``name`` is for messages.

    What is a link, no regular file or cannot be read is a fault and never opened. Raises ``RegisterError`` for a folder that
    cannot be read: an unusable register never looks empty.
    """
    digests: dict[str, str] = {}
    raw: dict[str, bytes] = {}
    faults: list[RegisterError] = []
    for path, fault in sorted(_search(folder, name), key=lambda found: found[0]):
        try:
            if fault is not None:
                raise fault
            digests[path], head = _read(folder / path, f"{name}/{path}")
        except RegisterError as error:
            faults.append(error)
            continue
        if path.lower().endswith(_YAML):
            raw[path] = head
    return RegisterFiles(name, combined(digests), digests, raw, tuple(faults))


def held_files(held: Mapping[str, bytes], name: str) -> RegisterFiles:
    """A register from files that are at hand, as git gives them, by their path."""
    visible = {path: raw for path, raw in sorted(held.items()) if not any(step.startswith(".") for step in path.split("/"))}
    files = {path: raw for path, raw in visible.items() if path.isprintable()}
    digests = {path: hashlib.sha256(raw).hexdigest() for path, raw in files.items()}
    read = {path: raw for path, raw in files.items() if path.lower().endswith(_YAML)}
    faults = (RegisterError(message("register.bad-name"), Location(f"{name}/{path}")) for path in visible if path not in files)
    return RegisterFiles(name, combined(digests), digests, read, tuple(faults))


def _search(folder: Path, name: str) -> Iterator[tuple[str, RegisterError | None]]:
    """Each file of the register with what is wrong with it; folders may nest deeper than calls do."""
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        try:
            found = _entries(folder, name, inside)
        except RegisterError as error:
            if not inside:
                raise
            yield inside, error
            continue
        for entry in found:
            path = f"{inside}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{path}/")
            else:
                yield path, _fault(entry, path, f"{name}/{path}")


def _entries(folder: Path, name: str, inside: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder / inside) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        what = message("register.unreadable", detail=error.strerror or "")
        raise RegisterError(what, Location(f"{name}/{inside}".rstrip("/"))) from error


def _fault(entry: os.DirEntry[str], path: str, shown: str) -> RegisterError | None:
    if not path.isprintable():
        return RegisterError(message("register.bad-name"), Location(shown))
    if entry.is_symlink():
        return RegisterError(message("register.linked"), Location(shown))
    return None if entry.is_file(follow_symlinks=False) else RegisterError(message("manifest.not-a-file"), Location(shown))


def _read(path: Path, shown: str) -> tuple[str, bytes]:
    """The digest of a file, and its beginning."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_READ_AT_MOST)
            running = hashlib.sha256(head)
            while chunk := stream.read(_CHUNK):
                running.update(chunk)
    except OSError as error:
        raise RegisterError(message("register.unreadable", detail=error.strerror or ""), Location(shown)) from error
    return running.hexdigest(), head
