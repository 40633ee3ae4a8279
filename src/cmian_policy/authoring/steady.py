"""Conditions that come out the same on every case: either nothing proves them, or they decide nothing.

Cases are judged by the same evaluation as ``check``; each condition is marked with its place, so that two of the same text are
told apart, and the compiler notes what it gives wherever it is really evaluated.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.authoring.cases import as_manifest, merge_patch
from cmian_policy.authoring.lint_rule import Flaw, always_asks
from cmian_policy.engine.compile import CompiledRelease, Compiler
from cmian_policy.engine.evaluate import judge
from cmian_policy.engine.pin import Choice
from cmian_policy.model.pack import Pack, PackRelease, Release, RuleVersion
from cmian_policy.model.record import Record
from cmian_policy.model.text import Bilingual, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cmian_policy.lang.cel import Context, Expression
    from cmian_policy.model.document import Plain
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.pack import FactsFile
    from cmian_policy.model.rule import Require, Rule

_MARK = "\n// "  # a CEL comment
_NO_TEXT = Bilingual("", "")
_NO_CHOICE = Choice({}, judged=False, faults=())


def steady_flaws(rule: Rule, facts: FactsFile, cases: dict[str, Any], base: Callable[[str], Plain]) -> Iterator[Flaw]:
    """The conditions of a rule that give one and the same answer on all of its cases.

    ``cases`` is the rule's file of cases, ``base`` gives a base manifest by name. A case whose manifest is not valid proves
    nothing and is left to ``rules test``, as is a rule without cases. Raises ``ExpressionError`` for a condition that does not
    compile.
    """
    marked = _marked(rule)
    compiler = _NotingCompiler()
    release = _alone(marked, facts, compiler)
    judged = 0
    for manifest, on, record in _trials(cases, base):
        judge(manifest, [release], _NO_CHOICE, record, on, identity="")
        judged += 1
    if judged:
        for pointer, text in _conditions(marked):
            yield from _verdict(pointer, compiler.outcomes.get(text, set()))


def _verdict(pointer: str, outcomes: set[bool]) -> Iterator[Flaw]:
    if not outcomes:
        yield Flaw(pointer, message("lint.never-evaluated"))
    elif len(outcomes) == 1:
        yield Flaw(pointer, message("lint.always-true" if outcomes == {True} else "lint.always-false"))


def _trials(cases: dict[str, Any], base: Callable[[str], Plain]) -> Iterator[tuple[Manifest, date, Record]]:
    for case in cases["cases"]:
        manifest = as_manifest(merge_patch(base(case.get("base") or cases["base"]), case.get("patch", {})), "")
        if manifest.readable:
            entries = {name: entry for name, entry in case.get("record", {}).items() if name in Record._fields}
            yield manifest, date.fromisoformat(case.get("as_of") or cases["as_of"]), Record(**entries)


class _NotingExpression:
    """A condition that notes its answers."""

    def __init__(self, expression: Expression, outcomes: set[bool]) -> None:
        self._expression = expression
        self._outcomes = outcomes

    def holds(self, context: Context) -> bool:
        """As the condition itself."""
        answer = self._expression.holds(context)
        self._outcomes.add(answer)
        return answer


class _NotingCompiler(Compiler):
    """A compiler whose conditions note their answers by their text."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: dict[str, set[bool]] = {}

    def expression(self, text: str) -> Expression:
        """The condition of that text, noting."""
        noting = _NotingExpression(super().expression(text), self.outcomes.setdefault(text, set()))
        return cast("Expression", noting)


def _marked(rule: Rule) -> Rule:
    """The rule with the place of each condition written into it."""
    applies = rule.applies_when
    return rule._replace(
        applies_when=None if applies is None else applies._replace(cel=f"{applies.cel}{_MARK}/applies_when/cel"),
        require=tuple(_marked_require(index, require) for index, require in enumerate(rule.require)),
    )


def _marked_require(index: int, require: Require) -> Require:
    place = f"{_MARK}/require/{index}"
    guard = None if require.when is None else f"{require.when}{place}/when/cel"
    return require._replace(cel=f"{require.cel}{place}/cel", when=guard)


def _conditions(marked: Rule) -> Iterator[tuple[str, str]]:
    """The conditions that should answer both ways, with their pointers."""
    if marked.applies_when is not None:
        yield "/applies_when/cel", marked.applies_when.cel
    for index, require in enumerate(marked.require):
        if not always_asks(require._replace(cel=require.cel.partition(_MARK)[0])):
            yield f"/require/{index}/cel", require.cel
        if require.when is not None:
            yield f"/require/{index}/when/cel", require.when


def _alone(rule: Rule, facts: FactsFile, compiler: Compiler) -> CompiledRelease:
    """A release of that rule alone."""
    pack = Pack("", _NO_TEXT, _NO_TEXT, _NO_TEXT, ())
    release = Release("", date.min, None, reconstructed=False, facts_version=facts.version, acts=(), rules=(
        RuleVersion(rule.id, rule.version),
    ))  # fmt: skip
    return CompiledRelease(PackRelease(pack, release, facts, (rule,), (), "", ""), compiler)
