"""path → ``LocatedDocument`` → ``Manifest`` (manifest.md, "How it is read"). Nothing that was asked for is ever skipped."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING, Any

from cmian_policy.errors import DocumentError
from cmian_policy.lang import manifest_validator, yaml
from cmian_policy.model.location import START
from cmian_policy.model.manifest import FILENAMES, Manifest
from cmian_policy.model.problem import Problem
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cmian_policy.model.document import LocatedDocument, Plain
    from cmian_policy.model.text import Message

SCHEMA_VERSION = "1.0"
_SECTIONS = ("project", "owner", "purpose", "people", "decision", "technology", "data", "video")
# The reader refuses above 1 MiB: one byte more is enough to know, whatever the size of the file.
READ_AT_MOST = 1024 * 1024 + 1


def read_file(path: Path, shown: str, schema: Callable[[], dict[str, Any]]) -> Manifest:
    """The manifest at ``path``, reported as ``shown``; ``schema`` gives the JSON Schema, called only to explain violations."""
    raw = bytes_of(path)
    return read_bytes(raw, shown, schema) if isinstance(raw, bytes) else unreadable(shown, raw)


def bytes_of(path: Path) -> bytes | Message:
    """What a manifest's file holds, as far as it may be read; or why it cannot be."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return message("manifest.not-a-file")
        with path.open("rb") as stream:
            return stream.read(READ_AT_MOST)
    except OSError as error:
        return message("manifest.unreadable", detail=_reason(error, path))


def _reason(error: OSError, path: Path) -> Message:
    if isinstance(error, FileNotFoundError):
        return message("os.dangling-link" if path.is_symlink() else "os.vanished")
    if isinstance(error, PermissionError):
        return message("os.permission")
    return message("os.other", detail=error.strerror or type(error).__name__)


def unreadable(shown: str, what: Message, sha256: str | None = None) -> Manifest:
    """A manifest that cannot be read at all: its reason stands at 1:1."""
    return Manifest(shown, sha256, None, {}, syntax=(Problem(what, START),))


def read_bytes(raw: bytes, shown: str, schema: Callable[[], dict[str, Any]]) -> Manifest:
    """A manifest from its bytes. Never raises for what they hold: what is wrong becomes its problems."""
    sha256 = hashlib.sha256(raw).hexdigest()
    try:
        document = yaml.read(raw, shown)
    except DocumentError as error:
        text = raw.decode("utf-8-sig", errors="replace")
        return Manifest(shown, sha256, None, {}, text, syntax=error.problems)
    data = without_empty_lists(document.data) if isinstance(document.data, dict) else {}
    return Manifest(shown, sha256, document, data, document.text, schema=_schema_problems(document, schema))


def _schema_problems(document: LocatedDocument, schema: Callable[[], dict[str, Any]]) -> tuple[Problem, ...]:
    data = document.data
    if not isinstance(data, dict) or ("schema_version" not in data and not any(section in data for section in _SECTIONS)):
        return (Problem(message("manifest.foreign"), START),)
    version = data.get("schema_version")
    if _newer(version):
        newer = message("manifest.newer-schema", version=str(version), known=SCHEMA_VERSION)
        return (Problem(newer, document.locate("/schema_version"), "/schema_version"),)
    if manifest_validator.accepts(data):
        return ()
    from cmian_policy.lang.corrections import correctable  # noqa: PLC0415 - a good manifest never pays for it
    from cmian_policy.lang.jsonschema import explain  # noqa: PLC0415 - as above

    problems = correctable(document, schema(), explain(document, schema()))
    return problems or (Problem(message("manifest.disagreement"), START),)


def _newer(version: Plain) -> bool:
    """Whether a ``schema_version`` looks like one of a later tool."""
    if not isinstance(version, str):
        return False
    numbers = version.split(".")
    if not all(number.isascii() and number.isdigit() and len(number) < 9 for number in numbers):  # noqa: PLR2004
        return False
    return [int(number) for number in numbers] > [1, 0]


def without_empty_lists(value: dict[str, Plain]) -> dict[str, Plain]:
    """A copy of a mapping without the keys whose value is an empty list, at every depth: they count as absent."""
    return {key: _pruned(held) for key, held in value.items() if held != []}


def _pruned(value: Plain) -> Plain:
    match value:
        case dict():
            return without_empty_lists(value)
        case list():
            return [_pruned(item) for item in value]
        case _:
            return value


def cross_check(manifests: Iterable[Manifest], siblings: Callable[[str], bool]) -> tuple[Manifest, ...]:
    """Adds what only a whole run shows: one ``project.id`` twice, and both file names side by side.

    ``siblings`` tells whether a path, as reported, exists on disk though it may not be part of the run.
    """
    found = tuple(manifests)
    by_project: dict[str, list[str]] = {}
    for manifest in found:
        if manifest.project is not None and not manifest.syntax:
            by_project.setdefault(manifest.project, []).append(manifest.path)
    return tuple(_with_neighbours(manifest, by_project, siblings) for manifest in found)


def _with_neighbours(manifest: Manifest, by_project: dict[str, list[str]], siblings: Callable[[str], bool]) -> Manifest:
    problems = list(manifest.schema)
    twin = _twin(manifest.path)
    if twin is not None and siblings(twin):
        problems.append(Problem(message("manifest.two-names", other=twin), START))
    others = [path for path in by_project.get(manifest.project or "", ()) if path != manifest.path]
    if others and manifest.document is not None:
        what = message("manifest.same-project", project=manifest.project or "", others=", ".join(others))
        problems.append(Problem(what, manifest.document.locate("/project/id"), "/project/id"))
    return manifest._replace(schema=tuple(problems))


def _twin(path: str) -> str | None:
    folder, name = os.path.split(path)
    if name not in FILENAMES:
        return None
    other = FILENAMES[1 - FILENAMES.index(name)]
    return f"{folder}/{other}" if folder else other
