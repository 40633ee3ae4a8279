"""Conditions checked against the manifest's schema before any manifest is there (rules.md, "At authoring time")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmian_policy.authoring.literals import literal_faults
from cmian_policy.engine.compile import facts_expressions, rule_expressions
from cmian_policy.errors import ExpressionError
from cmian_policy.lang.cel_ast import parse
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.lang.typed_cel import Scope, TypedEnvironment
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cmian_policy.lang.cel_ast import Node
    from cmian_policy.lang.cel_faults import Fault
    from cmian_policy.model.pack import FactsFile
    from cmian_policy.model.rule import Rule

_OPINION = "/cmian/opinion"


class Condition(NamedTuple):
    """A condition, the pointer of its place in its file, and the names that it sees."""

    pointer: str
    text: str
    scope: Scope


class TypeChecker:
    """Types conditions from the manifest's JSON Schema.

    Raises ``UsageError`` where the ``protobuf`` library, which types are made with, is missing.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        self.manifest = Shape.of(schema)
        self._roots = {"manifest": self.manifest, "record": record_shape(self.manifest)}
        self._environments: dict[tuple[str, ...] | None, TypedEnvironment] = {}
        self._environment(None)

    def faults(self, condition: Condition, facts: Sequence[str] | None) -> tuple[Fault, ...]:
        """What is wrong with a condition in the order of its text; ``facts`` are all of its pack's, None where not known."""
        found = list(self._environment(facts).check(condition.text, condition.scope))
        tree = syntax_tree(condition.text)
        if tree is not None:
            shapes = {**self._roots, **({"item": condition.scope.item} if condition.scope.item is not None else {})}
            found += literal_faults(tree, shapes)
        return tuple(sorted(set(found), key=lambda fault: (fault.offset, fault.message.key, str(fault.message.values))))

    def _environment(self, facts: Sequence[str] | None) -> TypedEnvironment:
        key = None if facts is None else tuple(facts)
        if key not in self._environments:
            self._environments[key] = TypedEnvironment(self._roots, key)
        return self._environments[key]


def syntax_tree(text: str) -> Node | None:
    """The tree of a condition, or None where it does not compile even without types."""
    try:
        return parse(text)
    except ExpressionError:
        return None


def rule_conditions(rule: Rule, manifest: Shape) -> Iterator[Condition]:
    """The conditions of a rule; those of a ``for_each`` see its list's items."""
    for pointer, text in rule_expressions(rule):
        parts = pointer.split("/")
        for_each = rule.require[int(parts[2])].for_each if parts[1] == "require" else None
        if for_each is None:
            yield Condition(pointer, text, Scope())
        else:
            held = manifest.at(for_each)
            yield Condition(pointer, text, Scope(item=held.items if held is not None else None, has_item=True))


def facts_conditions(facts: FactsFile) -> Iterator[Condition]:
    """The conditions of a facts file: a fact sees those before it, the scope sees all."""
    for pointer, text in facts_expressions(facts):
        parts = pointer.split("/")
        yield Condition(pointer, text, Scope(facts=int(parts[2]) if parts[1] == "facts" else None))


def record_shape(manifest: Shape) -> Shape:
    """The variable ``record``: the register's entries, with the manifest's types where they speak of the same thing.

    Source: rules.md, "The committee's register". Raises ``KeyError`` when the manifest's schema lacks one of those fields.
    """
    text, boolean = {"type": "string"}, {"type": "boolean"}

    def held(pointer: str) -> dict[str, Any]:
        shape = manifest.at(pointer)
        if shape is None:
            raise KeyError(pointer)
        return shape.rule

    opinion = _mapping(
        ref=text,
        project=text,
        date=held(f"{_OPINION}/date"),
        conclusion=held(f"{_OPINION}/conclusion"),
        domains={"type": "array", "items": held("/purpose/domain")},
        scope_digest=text,
        conditions=held(f"{_OPINION}/conditions"),
        valid_until=held(f"{_OPINION}/date"),
        withdrawn=_mapping(date=held(f"{_OPINION}/date"), reason=text),
        text=_mapping(path=text, sha256=text),
    )
    referral = _mapping(ref=text, project=text, date=held(f"{_OPINION}/date"))
    record = _mapping(configured=boolean, scope_digest=text, opinion=opinion, evaluation=opinion, referral=referral)
    return Shape(record, manifest.root)


def _mapping(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}
