"""What the configuration of a run says (cli.md, "Configuration")."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.errors import DocumentError, UsageError
from cmian_policy.lang import yaml
from cmian_policy.model.location import START, Location
from cmian_policy.model.problem import Problem
from cmian_policy.model.settings import Settings
from cmian_policy.model.source import SourceSpec, faults
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cmian_policy.model.document import LocatedDocument
    from cmian_policy.model.text import Message

_READ_AT_MOST = 1024 * 1024 + 1


def read_settings(file: Path, name: str, schema: Callable[[], dict[str, Any]]) -> Settings:
    """The configuration in a file, told of as ``name``; ``schema`` gives its JSON Schema, called only to explain violations.

    Raises ``UsageError`` for the first fault, with the others in its ``also``: an unreadable file, a key that is not known, a
    setting that would have no effect.
    """
    document = _document(file, name)
    _refuse(_violations(document, schema), name)
    data = cast("dict[str, Any]", document.data)
    sources = dict(_sources(data))
    _refuse(tuple(_without_effect(sources, document)), name)
    return Settings(
        file=str(file),
        packs=tuple(spec for pointer, spec in sources.items() if pointer != "/register"),
        register=sources.get("/register"),
        lang=data.get("lang"),
        fail_on=data.get("fail_on"),
        exclude=tuple(data.get("exclude", ())),
        manifests=tuple(data.get("manifests", ())),
    )


def _document(file: Path, name: str) -> LocatedDocument:
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise UsageError(message("manifest.not-a-file"), Location(name))
        with file.open("rb") as stream:
            raw = stream.read(_READ_AT_MOST)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UsageError(message("usage.unreadable-configuration", detail=detail), Location(name)) from error
    try:
        return yaml.read(raw, name)
    except DocumentError as error:
        _refuse(error.problems, name)
        raise


def _violations(document: LocatedDocument, schema: Callable[[], dict[str, Any]]) -> tuple[Problem, ...]:
    from cmian_policy.lang import config_validator  # noqa: PLC0415 - most repositories have no configuration

    if config_validator.accepts(document.data):
        return ()
    from cmian_policy.lang.jsonschema import explain  # noqa: PLC0415 - a good configuration never pays for it

    return explain(document, schema()) or (Problem(message("manifest.disagreement"), START),)


def _sources(data: dict[str, Any]) -> Iterator[tuple[str, SourceSpec]]:
    """Each source with its pointer."""
    for index, entry in enumerate(data.get("packs", ())):
        yield f"/packs/{index}", SourceSpec(**entry)
    if "register" in data:
        yield "/register", SourceSpec(**data["register"])


def _without_effect(sources: dict[str, SourceSpec], document: LocatedDocument) -> Iterator[Problem]:
    """What the schema admits and nothing would heed, or would heed otherwise than it reads."""
    seen: set[str] = set()
    for pointer, spec in sources.items():
        if pointer == "/register" and spec.source == "bundled":
            yield _problem(message("settings.no-bundled-register"), document, f"{pointer}/source")
        if pointer != "/register" and spec.id in seen:
            yield _problem(message("settings.pack-twice", id=spec.id), document, f"{pointer}/id")
        if pointer != "/register":
            seen.add(spec.id)
        if spec.kind == "git" and spec.ref is None:
            yield _problem(message("settings.git-without-ref"), document, f"{pointer}/ref")
        else:
            yield from (_problem(what, document, f"{pointer}/{key}") for key, what in faults(spec))
        for key in ("ref", "path", "allowed_signers") if spec.kind != "git" else ():
            if getattr(spec, key) is not None:
                yield _problem(message("settings.only-for-git", key=key), document, f"{pointer}/{key}")


def _problem(what: Message, document: LocatedDocument, pointer: str) -> Problem:
    return Problem(what, document.locate(pointer), pointer)


def _refuse(problems: tuple[Problem, ...], name: str) -> None:
    if problems:
        first, *others = (UsageError(problem.message, Location(name, problem.span)) for problem in problems)
        raise UsageError(first.message, first.location, tuple(others))
