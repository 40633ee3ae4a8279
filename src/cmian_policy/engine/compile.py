"""A release becomes a policy that can judge: every condition compiled, none left for later to fail on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.engine.reads import Reads
from cmian_policy.errors import ExpressionError, PolicyError
from cmian_policy.lang.cel import Environment
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cmian_policy.lang.cel import Context, Expression
    from cmian_policy.model.document import Plain
    from cmian_policy.model.location import Location
    from cmian_policy.model.pack import FactsFile, PackRelease
    from cmian_policy.model.rule import Rule


class Compiler:
    """Conditions by their text, each compiled once; ``compiled`` holds what an earlier run compiled already, without a fault."""

    def __init__(self, compiled: Mapping[str, bytes] | None = None) -> None:
        self._environment = Environment()
        self._stored = compiled or {}
        self._expressions: dict[str, Expression] = {}
        self._reads: dict[tuple[str, str, str], Reads] = {}

    def __reduce__(self) -> tuple[type[Compiler], tuple[Mapping[str, bytes]]]:
        """For another process: the conditions in their serialized form."""
        return Compiler, ({**self._stored, **self.compiled()},)

    def expression(self, text: str) -> Expression:
        """The condition of that text. Raises ``ExpressionError`` when it is none."""
        known = self._expressions.get(text)
        if known is None:
            stored = self._stored.get(text)
            known = self._environment.compile(text) if stored is None else self._environment.restore(stored)
            self._expressions[text] = known
        return known

    def knows(self, text: str) -> bool:
        """Whether that condition compiled in an earlier run, so that it can wait until it is needed."""
        return text in self._stored

    def context(self, variables: Mapping[str, object]) -> Context:
        """Variables for evaluations of this compiler's conditions."""
        return self._environment.context(variables)

    def reads(self, source: PackRelease) -> Reads:
        """What the conditions of a release can read of a manifest, worked out once."""
        name = (source.pack.id, source.release.id, source.sha256)
        if name not in self._reads:
            self._reads[name] = Reads.of(text for _, conditions in _conditions(source) for _, text in conditions)
        return self._reads[name]

    def compiled(self) -> dict[str, bytes]:
        """The serialized form of every condition seen so far, by its text."""
        return {text: expression.serialize() for text, expression in self._expressions.items()}


class CompiledRelease(NamedTuple):
    """A release whose conditions are known to compile."""

    source: PackRelease
    compiler: Compiler

    def narrowed(self, data: dict[str, Plain]) -> dict[str, Plain]:
        """A manifest as the conditions of the release can read it."""
        return self.compiler.reads(self.source).narrowed(data)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in the order of the release."""
        return self.source.rules


def rule_expressions(rule: Rule) -> Iterator[tuple[str, str]]:
    """Each condition of a rule with the pointer of its place in the rule's file."""
    if rule.applies_when is not None:
        yield "/applies_when/cel", rule.applies_when.cel
    for index, require in enumerate(rule.require):
        yield f"/require/{index}/cel", require.cel
        if require.when is not None:
            yield f"/require/{index}/when/cel", require.when


def facts_expressions(facts: FactsFile) -> Iterator[tuple[str, str]]:
    """Each condition of a facts file with its pointer there."""
    for index, fact in enumerate(facts.facts):
        yield f"/facts/{index}/cel", fact.cel
    for index, cap in enumerate(facts.scope):
        yield f"/scope/{index}/cel", cap.cel


def compile_release(source: PackRelease, compiler: Compiler, locate: Callable[[str, str], Location]) -> CompiledRelease:
    """Compiles a release. Raises ``PolicyError`` with every condition that does not compile, in facts and rules.

    ``locate`` gives the place of a pointer in a policy file.
    """
    errors = [
        PolicyError(error.message, locate(path, pointer))
        for path, expressions in _conditions(source)
        for pointer, error in _faults(expressions, compiler)
    ]
    if errors:
        first, *others = errors
        raise PolicyError(first.message, first.location, tuple(others))
    return CompiledRelease(source, compiler)


def _conditions(source: PackRelease) -> Iterator[tuple[str, Iterator[tuple[str, str]]]]:
    """The conditions of a release by the file that they stand in."""
    yield f"{source.pack.id}/facts/v{source.facts.version}.yaml", facts_expressions(source.facts)
    for rule in source.rules:
        yield f"{source.pack.id}/rules/{rule.id}/v{rule.version}.yaml", rule_expressions(rule)


def _faults(expressions: Iterator[tuple[str, str]], compiler: Compiler) -> Iterator[tuple[str, ExpressionError]]:
    for pointer, text in expressions:
        if compiler.knows(text):
            continue
        try:
            compiler.expression(text)
        except ExpressionError as error:
            yield pointer, error
