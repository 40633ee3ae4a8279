"""The YAML library's syntax errors in our own words.

The wording differs between libyaml and PyYAML's own parser: each line below holds what their messages share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from cmian_policy.model.location import START, Span
from cmian_policy.model.problem import Problem
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from yaml import MarkedYAMLError

    from cmian_policy.lang.yaml_source import Source


class Mark(Protocol):
    """A place as the library gives it: its index counts characters from 0."""

    index: int


class _Case(NamedTuple):
    key: str
    problem: str
    context: str = ""
    # The culprit is where the context began (an opening quote), not where the library gave up.
    at_context: bool = False
    # The message names the line where the context began.
    names_line: bool = False


_TAB: Final = _Case("yaml.syntax-tab", "tab character")
_CHARACTER: Final = _Case("yaml.syntax-character", "cannot start any token")
_VALUE: Final = _Case("yaml.syntax-value", "node content")
_UNFINISHED: Final = _Case("yaml.syntax-unfinished", "node content")
_CASES: Final = (
    _TAB,
    _CHARACTER,
    _VALUE,
    _Case("yaml.syntax-byte-order-mark", "byte order mark"),
    _Case("yaml.syntax-mapping-value", "mapping values are not allowed"),
    _Case("yaml.syntax-colon", "found unexpected ':'"),
    _Case("yaml.syntax-missing-colon", "could not find expected ':'", at_context=True),
    _Case("yaml.syntax-quote", "found unexpected", "quoted scalar", at_context=True),
    _Case("yaml.syntax-escape", "escape"),
    _Case("yaml.syntax-escape", "hexdecimal"),
    _Case("yaml.syntax-flow-sequence", "',' or ']'", names_line=True),
    _Case("yaml.syntax-flow-mapping", "',' or '}'", names_line=True),
    _Case("yaml.syntax-key", "did not find expected key", names_line=True),
    _Case("yaml.syntax-key", "expected <block end>", "block mapping", names_line=True),
    _Case("yaml.syntax-item", "did not find expected '-' indicator", names_line=True),
    _Case("yaml.syntax-item", "expected <block end>", "block collection", names_line=True),
    _Case("yaml.syntax-item-place", "sequence entries are not allowed"),
    _Case("yaml.syntax-question-mark", "mapping keys are not allowed"),
    _Case("yaml.syntax-block-header", "", "block scalar"),
    _Case("yaml.syntax-anchor", "", "scanning an anchor"),
    _Case("yaml.syntax-anchor", "", "scanning an alias"),
    _Case("yaml.syntax-directive", "", "directive"),
    _Case("yaml.syntax-directive", "directive"),
    _Case("yaml.syntax-directive", "incompatible YAML document"),
    _Case("yaml.syntax-tag", "tag handle"),
    _Case("yaml.syntax-tag", "", "a tag"),
    _Case("yaml.syntax-document", "<document start>"),
)


def explain(error: MarkedYAMLError, source: Source) -> Problem:
    """Say what a library's syntax error means, at the place where it can be mended."""
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark or error.context_mark
    case = _case(problem, context, source.text[mark.index : mark.index + 1] if mark else "")
    if case is None:
        return Problem(message("yaml.syntax", detail=problem or context), _place(mark, source))
    span = _place((error.context_mark if case.at_context else None) or mark, source)
    if case.names_line:
        return Problem(message(case.key, line=_place(error.context_mark or mark, source).line), span)
    return Problem(message(case.key), span)


def _case(problem: str, context: str, character: str) -> _Case | None:
    found = next((case for case in _CASES if case.problem in problem and case.context in context), None)
    if found is _CHARACTER and character == "\t":
        return _TAB
    # With a bracket open at the end of the text, what is missing is its end.
    return _UNFINISHED if found is _VALUE and not character else found


def _place(mark: Mark | None, source: Source) -> Span:
    """From the mark's index: at the end of the text, libyaml's line and column are those of a line that does not exist."""
    return START if mark is None else source.span(mark.index, mark.index)
