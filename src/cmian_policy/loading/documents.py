"""Policy files become plain data that follows its contract, all problems of all files in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cmian_policy.errors import DocumentError, PolicyError
from cmian_policy.lang import yaml
from cmian_policy.model.location import START, Location
from cmian_policy.model.problem import Problem
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cmian_policy.model.document import LocatedDocument, Plain


class PolicyFiles(Protocol):
    """A policy folder, wherever it lies."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The path of each YAML file in the folder, sorted."""

    def read(self, path: str) -> bytes:
        """The bytes of one file."""

    def shown(self, path: str) -> str:
        """A file's path as messages show it."""

    def checksums(self) -> bytes | None:
        """The bytes of ``SHA256SUMS``; None where there is no such file."""


class Documents(NamedTuple):
    """Policy files as plain data by path; ``located`` holds the spans, and is empty for data that comes from the cache."""

    data: Mapping[str, Plain]
    located: Mapping[str, LocatedDocument]
    shown: Callable[[str], str]

    def location(self, path: str, pointer: str = "") -> Location:
        """Where a value of a policy file stands, as precisely as is known."""
        document = self.located.get(path)
        return Location(self.shown(path), document.locate(pointer) if document is not None else None)


def kind_of(path: str) -> str | None:
    """The contract that a policy file follows, by its place in the folder; None where no file belongs."""
    match path.split("/")[1:]:
        case ["pack.yaml"]:
            return "pack"
        case ["facts", _]:
            return "facts"
        case ["sources", _]:
            return "source"
        case ["releases", _]:
            return "release"
        case ["rules", _, name]:
            return "cases" if name.endswith(".cases.yaml") else "rule"
        case ["bases", _]:
            return "ai-manifest"
        case _:
            return None


def used_by_check(path: str) -> bool:
    """Whether judging a manifest needs the file; cases and their bases only prove rules."""
    return kind_of(path) not in {"cases", "ai-manifest"}


def read_documents(files: PolicyFiles, raw: Mapping[str, bytes], schema: Callable[[str], dict[str, Any]]) -> Documents:
    """Reads policy files and checks each against its contract; ``schema`` gives the JSON Schema of a kind.

    Raises ``PolicyError`` with every problem of every file: one wrong rule never disables the others in silence.
    """
    located: dict[str, LocatedDocument] = {}
    errors: list[PolicyError] = []
    for path, content in raw.items():
        try:
            located[path] = yaml.read(content, files.shown(path))
        except DocumentError as error:
            errors += _refusals(error.problems, files.shown(path))
            continue
        errors += _refusals(_violations(path, located[path], schema), files.shown(path))
    refuse(errors)
    return Documents({path: document.data for path, document in located.items()}, located, files.shown)


def _violations(path: str, document: LocatedDocument, schema: Callable[[str], dict[str, Any]]) -> tuple[Problem, ...]:
    from cmian_policy.lang.jsonschema import explain  # noqa: PLC0415 - not needed once the compiled policy is cached

    kind = kind_of(path)
    if kind is None:
        return (Problem(message("policy.stray-file"), START),)
    return explain(document, schema(kind))


def _refusals(problems: tuple[Problem, ...], shown: str) -> list[PolicyError]:
    return [PolicyError(problem.message, Location(shown, problem.span)) for problem in problems]


def refuse(errors: list[PolicyError]) -> None:
    """Raises the first of some errors with the others beside it, if there is any."""
    if errors:
        first, *others = errors
        raise PolicyError(first.message, first.location, tuple(others))
