"""YAML 1.2 text to plain data whose every key and value keeps its span (manifest.md, "How it is read").

The parser is libyaml's where PyYAML was built with it, else PyYAML's own; both give the same data and the same spans for
what both accept. docs/yaml-differences.md lists what only one accepts, and how spans and limits are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import yaml

from cmian_policy.errors import DocumentError
from cmian_policy.lang.yaml_builder import Builder, Refused
from cmian_policy.lang.yaml_source import Source, decode
from cmian_policy.lang.yaml_syntax import explain
from cmian_policy.model.document import LocatedDocument
from cmian_policy.model.location import START, Location
from cmian_policy.model.problem import Problem
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Callable


class Events(Protocol):
    """A parser at work on one text: each call gives the next event of PyYAML's, and None after the last."""

    def get_event(self) -> Any:  # noqa: ANN401, D102 - one of PyYAML's event classes, told apart by their type
        ...


def pure_python(text: str) -> Events:
    """PyYAML's own parser, for a Python whose PyYAML was built without libyaml."""
    from cmian_policy.lang.yaml_fallback import PurePythonParser  # noqa: PLC0415 - rarely needed

    return PurePythonParser(text)


libyaml: Callable[[str], Events] | None = yaml.CSafeLoader if yaml.__with_libyaml__ else None


def read(raw: bytes, path: str, *, loader: Callable[[str], Events] = libyaml or pure_python) -> LocatedDocument:
    """The one document that ``raw`` holds: plain data, and the spans of its keys and values.

    ``raw`` is UTF-8, with or without a byte order mark; ``path`` only names it. ``loader`` is :func:`libyaml` or
    :func:`pure_python`. Aliased data are shared, not copied.

    Raises :class:`DocumentError` with at most 100 problems in the order of the text, whatever the bytes. Source: YAML
    1.2.2, core schema, with the refusals and the limits of manifest.md.
    """
    text = decode(raw)
    if isinstance(text, Problem):
        raise _error([text], path)
    builder = Builder(Source(text))
    try:
        builder.build(loader(text).get_event)
    except Refused:
        pass
    except yaml.YAMLError as error:
        builder.problems.append(_syntax(error, builder.source))
    except (ValueError, RecursionError, MemoryError) as error:
        builder.problems.append(Problem(message("yaml.syntax", detail=type(error).__name__), START))
    if builder.problems:
        raise _error(builder.problems, path)
    return LocatedDocument(path, text, builder.data, builder.node, builder.empty_lists)


def _syntax(error: yaml.YAMLError, source: Source) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        return explain(error, source)
    return Problem(message("yaml.syntax", detail=type(error).__name__), START)


def _error(problems: list[Problem], path: str) -> DocumentError:
    in_order = tuple(sorted(problems, key=lambda problem: problem.span))
    return DocumentError(in_order, Location(path, in_order[0].span))
