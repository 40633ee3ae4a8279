"""A condition's text: compiled, kept, evaluated, parsed, typed and mutated."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from cmian_policy.authoring.cel_mutants import changes
from cmian_policy.authoring.folding import fold, is_constant
from cmian_policy.authoring.reach import paths_read
from cmian_policy.authoring.typecheck import Condition, TypeChecker
from cmian_policy.engine.compile import facts_expressions, rule_expressions
from cmian_policy.errors import ExpressionError
from cmian_policy.lang import cel_ast, yaml
from cmian_policy.lang.cel import Context, Environment, Expression, timestamp
from cmian_policy.lang.cel_tokens import tokenize
from cmian_policy.lang.typed_cel import Scope
from cmian_policy.loading.manifest import without_empty_lists
from cmian_policy.loading.pack import load_facts
from cmian_policy.model.record import Record
from cmian_policy.pipeline.policy import load_policy, schema
from tests.fuzz.oracles import explained, said
from tests.fuzz.vocabulary import manifest_words, words
from tests.packs import ROOT
from tests.runner import MINIMAL

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = (*words("cel") * 2, *manifest_words())
ENVIRONMENT = Environment()
_FACTS = ("live", "automated")


def seeds() -> Iterator[bytes]:
    """Every condition of the bundled rules."""
    policy = load_policy()
    found: dict[str, None] = {}
    for pack in policy.packs:
        for release in pack.releases:
            facts = load_facts(policy.documents, pack.id, release.facts_version)
            rules = (policy.rule(pack, version) for version in release.rules)
            held = chain(facts_expressions(facts), *map(rule_expressions, rules))
            found |= dict.fromkeys(text for _, text in held)
    yield from (text.encode() for text in found)


def one(raw: bytes) -> None:
    """Compile a condition and do with it what the tool does."""
    text = raw.decode("utf-8", errors="replace")
    _tokens(text)
    _typed(text)
    cel_ast.parse.cache_clear()
    try:
        expression = ENVIRONMENT.compile(text)
    except ExpressionError as error:
        explained(error, raw)
        return
    kept = expression.serialize()
    restored = ENVIRONMENT.restore(kept)
    for context in _contexts():
        assert _holds(expression, context) == _holds(restored, context)
    _tree(kept, text)


def _holds(expression: Expression, context: Context) -> bool | str:
    try:
        held = expression.holds(context)
    except ExpressionError as error:
        explained(error, b"")
        return repr(error.message)
    assert type(held) is bool
    return held


def _tokens(text: str) -> None:
    try:
        tokens = tokenize(text)
    except ValueError:
        return
    assert all(text[token.start : token.end] == token.text for token in tokens)
    for change in changes(text):
        assert 0 <= change.offset <= len(text)
    list(paths_read(text))


def _typed(text: str) -> None:
    for facts, scope in ((_FACTS, Scope()), (None, Scope(item=_items(), has_item=True))):
        for fault in _checker().faults(Condition("/cel", text, scope), facts):
            said(fault.message)
            assert 0 <= fault.offset <= len(text), fault


def _tree(kept: bytes, text: str) -> None:
    tree = cel_ast.decode(kept)
    assert all(0 <= node.offset <= len(text) for node in tree.walk())
    is_constant(tree)
    fold(tree)


@cache
def _checker() -> TypeChecker:
    return TypeChecker(schema("ai-manifest"))


@cache
def _items() -> Any:  # noqa: ANN401 - a Shape
    held = _checker().manifest.at("/technology/capabilities")
    assert held is not None
    return held.items


@cache
def _contexts() -> tuple[Context, ...]:
    """The variables of a small manifest and of a full one."""
    files = [MINIMAL.encode(), max((file.read_bytes() for file in (ROOT / "examples").glob("*/ai-manifest.yaml")), key=len)]
    held = [yaml.read(raw, "f").data for raw in files]
    return tuple(
        ENVIRONMENT.context(
            {
                "manifest": without_empty_lists(data),
                "item": data["technology"],
                "facts": dict.fromkeys(_FACTS, True),
                "today": timestamp(date(2026, 11, 23)),
                "record": Record()._asdict(),
            }
        )
        for data in held
        if isinstance(data, dict)
    )
