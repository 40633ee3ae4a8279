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
    from collections.abc import Callable, Iterable, Sequence
    from os import PathLike

    from cmian_policy.model.document import LocatedDocument, Plain
    from cmian_policy.model.text import Message

SCHEMA_VERSION = "1.0"
_SECTIONS = ("project", "owner", "purpose", "people", "decision", "technology", "data", "video")
# The reader refuses above 1 MiB: one byte more is enough to know, whatever the size of the file.
_NAMED = 5  # other manifests with the same id that a message names
READ_AT_MOST = 1024 * 1024 + 1


def read_file(path: str | PathLike[str], shown: str, schema: Callable[[], dict[str, Any]]) -> Manifest:
    """The manifest at ``path``, reported as ``shown``; ``schema`` gives the JSON Schema, called only to explain violations."""
    raw = bytes_of(path)
    return read_bytes(raw, shown, schema) if isinstance(raw, bytes) else unreadable(shown, raw)


def bytes_of(path: str | PathLike[str]) -> bytes | Message:
    """What a manifest's file holds, as far as it may be read; or why it cannot be."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return message("manifest.not-a-file")
        with open(path, "rb") as stream:
            return stream.read(READ_AT_MOST)
    except OSError as error:
        return message("manifest.unreadable", detail=_reason(error, path))


def _reason(error: OSError, path: str | PathLike[str]) -> Message:
    if isinstance(error, FileNotFoundError):
        return message("os.dangling-link" if os.path.islink(path) else "os.vanished")
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
    data = document.data if isinstance(document.data, dict) else {}
    if document.empty_lists:
        data = without_empty_lists(data)
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

    good = [name for name, value in data.items() if manifest_validator.accepts_section(name, value)]
    problems = correctable(document, schema(), explain(document, schema(), good))
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
    by_project: dict[str | None, list[str]] = {}
    for manifest in found:
        if not manifest.syntax:
            by_project.setdefault(manifest.project, []).append(manifest.path)
    return tuple(with_namesakes(_with_twin(each, siblings), by_project.get(each.project, ())) for each in found)


def _with_twin(manifest: Manifest, siblings: Callable[[str], bool]) -> Manifest:
    other = twin(manifest.path)
    return with_twin(manifest, other) if other is not None and siblings(other) else manifest


def with_twin(manifest: Manifest, other: str) -> Manifest:
    """The manifest with what is wrong when the other file name stands beside it."""
    return manifest._replace(schema=(*manifest.schema, Problem(message("manifest.two-names", other=other), START)))


def with_namesakes(manifest: Manifest, paths: Sequence[str]) -> Manifest:
    """The manifest with what is wrong when other ``paths`` than its own have its ``project.id``."""
    others = [path for path in paths[: _NAMED + 1] if path != manifest.path][:_NAMED]
    if not others or manifest.project is None or manifest.document is None:
        return manifest
    values = {"project": manifest.project, "others": ", ".join(others)}
    more = len(paths) - 1 - len(others)  # a template that a whole city copied: naming all of them in each would never end
    what = message("manifest.same-project-many", **values, count=more) if more else message("manifest.same-project", **values)
    return manifest._replace(schema=(*manifest.schema, Problem(what, manifest.document.locate("/project/id"), "/project/id")))


def twin(path: str) -> str | None:
    """The path that the same manifest would have under the other file name; None for a file of another name."""
    folder, name = os.path.split(path)
    if name not in FILENAMES:
        return None
    other = FILENAMES[1 - FILENAMES.index(name)]
    return f"{folder}/{other}" if folder else other
