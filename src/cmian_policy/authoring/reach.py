"""Which parts of a manifest a rule can look at: leaving out any other part cannot change what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.engine.compile import facts_expressions, rule_expressions
from cmian_policy.lang.cel_tokens import tokenize
from cmian_policy.model.location import tokens as pointer_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cmian_policy.lang.cel_tokens import Token
    from cmian_policy.model.pack import FactsFile
    from cmian_policy.model.rule import Rule

Path = tuple[str, ...]
_SELECT = frozenset({".", ".?"})


def reach(rule: Rule, facts: FactsFile) -> frozenset[Path]:
    """The paths in a manifest that the conditions of a rule and of its facts begin to read; () is the whole manifest."""
    paths: set[Path] = {pointer_tokens(require.for_each) for require in rule.require if require.for_each is not None}
    for _, expression in (*facts_expressions(facts), *rule_expressions(rule)):
        paths.update(paths_read(expression))
    return frozenset(paths)


def paths_read(expression: str) -> Iterator[Path]:
    """The path behind each ``manifest`` in an expression, as far as plain selection goes.

    ``record`` holds a digest of the manifest, so that it reads the whole.
    """
    found = tokenize(expression)
    for place, token in enumerate(found):
        if token.kind == "name" and not (place and found[place - 1].text in _SELECT):
            if token.text == "record":
                yield ()
            if token.text == "manifest":
                yield tuple(_selected(found, place + 1))


def _selected(found: tuple[Token, ...], place: int) -> Iterator[str]:
    """The names selected one after the other; a call, such as ``orValue(…)``, selects nothing."""
    while place + 1 < len(found) and found[place].text in _SELECT and found[place + 1].kind == "name":
        if place + 2 < len(found) and found[place + 2].text == "(":
            return
        yield found[place + 1].text.strip("`")
        place += 2


def touches(node: Iterable[str | int], paths: Iterable[Path]) -> bool:
    """Whether a node holds something that one of the paths reads, or lies in it."""
    path = [str(token) for token in node]
    return any(all(one == other for one, other in zip(path, read, strict=False)) for read in paths)
