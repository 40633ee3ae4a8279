"""What the tool can write by itself instead of what breaks the schema of a manifest (docs/adr/0015-fix.md).

A correction is read off the message of its problem: what a person is told to write is what is written.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cmian_policy.lang.jsonschema import explain, type_name
from cmian_policy.lang.rewrite import Layout, held, rewrite
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.lang.slips import is_slip
from cmian_policy.messages.suggest import nearest, plain
from cmian_policy.model.location import child, parent, tokens
from cmian_policy.model.problem import Correction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cmian_policy.model.document import LocatedDocument, Node, Plain
    from cmian_policy.model.problem import Problem

Schema = dict[str, Any]
_Meant = tuple["str | bool", bool]  # a value, and whether nothing else can have been meant

_KEY, _ABSENT = "schema.unknown-key-near", ("schema.required", "schema.required-titled")
_WORD_FROM = 5  # letters; a slip in a shorter value may be another word (done, none)
_NO = "no"  # Norway, or no country at all


def correctable(document: LocatedDocument, schema: Schema, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that ``explain`` found, each with its correction where there is one.

    The safe ones can be made together: that was tried.
    """
    found = _Corrector(document, schema, tuple(problems)).corrected()
    safe = {each.correction for each in found if each.correction is not None and each.correction.safe}
    if not safe or rewrite(document, safe) is not None:
        return found
    return tuple(problem._replace(correction=None) for problem in found)


class _Corrector:
    """One document and all that is wrong with it; ``words`` are those that the schema uses anywhere."""

    def __init__(
        self, document: LocatedDocument, schema: Schema, problems: tuple[Problem, ...], words: frozenset[str] | None = None
    ) -> None:
        self._document = document
        self._schema = schema
        self._shape = Shape.of(schema)
        self._layout = Layout(document)
        self._problems = problems
        self._given = words
        self._aims = Counter(_aim(problem) for problem in problems if problem.message.key == _KEY)

    @cached_property
    def _words(self) -> frozenset[str]:
        """Every word of the schema, plain: one that is used elsewhere was hardly mistyped here."""
        if self._given is not None:
            return self._given
        shapes = [shape for _, shape in self._shape.walk()]
        known = (word for shape in shapes for word in (*shape.keys, *(shape.literals or ())))
        return frozenset(plain(word) for word in known if isinstance(word, str))

    def corrected(self) -> tuple[Problem, ...]:
        """The problems with their corrections; a key that is missing is mended by the one that was mistyped for it."""
        found = [problem._replace(correction=self._correction(problem)) for problem in self._problems]
        named = {_aim(each): each.correction for each in found if each.message.key == _KEY}
        return tuple(each._replace(correction=named.get(each.pointer)) if each.message.key in _ABSENT else each for each in found)

    def _correction(self, problem: Problem) -> Correction | None:
        return self._key(problem) if problem.message.key == _KEY else self._value(problem)

    def _key(self, problem: Problem) -> Correction | None:
        """The key that was meant, where it is free to be taken."""
        span, aim = self._layout.key(problem.pointer), _aim(problem)
        shape = self._shape.at(parent(problem.pointer))
        if span is None or shape is None or self._aims[aim] > 1 or self._document.node(aim) is not None:
            return None
        key, near = tokens(problem.pointer)[-1], tokens(aim)[-1]
        safe = plain(key) == plain(near) or (
            plain(key) not in self._words
            and is_slip(key, near, shape.keys, most=min(len(near) // 4, 2))
            and self._fits(problem.pointer, shape.keys.get(near))
        )
        old = self._layout.cut(span)
        return Correction(span, old, _quoted_as(old, near), problem.pointer, near, on_key=True, safe=safe)

    def _fits(self, pointer: str, shape: Shape | None) -> bool:
        """Whether the value at ``pointer`` is one for a place of that shape, once what is safe is corrected in it."""
        value, node = held(self._document.data, pointer), self._document.node(pointer)
        if shape is None or node is None:
            return False
        if isinstance(value, (dict, list)):
            return type_name(value) == shape.type
        alone, rule = self._alone(value, node, shape)
        corrector = _Corrector(alone, rule, explain(alone, rule), self._words)
        return all(each.correction is not None and each.correction.safe for each in corrector.corrected())

    def _alone(self, value: Plain, node: Node, shape: Shape) -> tuple[LocatedDocument, Schema]:
        """A value as a document of its own, and what is asked of it at a place of that shape."""
        return self._document._replace(data=value, root=node), {"$defs": self._schema.get("$defs", {}), **shape.rule}

    def _value(self, problem: Problem) -> Correction | None:
        """The value that was meant."""
        span, shape = self._layout.scalar(problem.pointer), self._shape.at(problem.pointer)
        if span is None or shape is None:
            return None
        old, now = self._layout.cut(span), held(self._document.data, problem.pointer)
        meant = self._meant(problem, now, old, shape)
        if meant is None:
            return None
        value, safe = meant
        if isinstance(value, bool):
            new = "true" if value else "false"
        else:
            new = _quoted_as(old, value) if isinstance(now, str) else f'"{value}"'  # bare, it was read as something else
        return Correction(span, old, new, problem.pointer, value, on_key=False, safe=safe)

    def _meant(self, problem: Problem, value: Plain, old: str, shape: Shape) -> _Meant | None:
        """What is to stand in the place of a value that is written ``old``."""
        said = dict(problem.message.values)
        match problem.message.key, value:
            case "schema.boolean-word", str():
                return said["expected"] == "true", len(value.strip()) > 1  # one letter may stand for anything
            case "schema.enum-near", str():
                return str(said["near"]), self._is_choice(value, str(said["near"]), shape)
            case (("schema.boolean-or-unknown" | "schema.country"), str()):
                near = nearest(value, (each for each in shape.literals or () if isinstance(each, str)))
                return (near, self._is_choice(value, near, shape)) if near else None
            case "schema.const", float() | int():
                return _same_number(value, str(said["expected"]))
            case "schema.type.quote", _ if not explain(*self._alone(old, self._document.root, shape)):
                return old, True
            case _:
                return None

    def _is_choice(self, value: str, near: str, shape: Shape) -> bool:
        """Whether a value is one of those admitted, but for its spelling or one slip in a word of some length."""
        if plain(value) == plain(near):
            return plain(value) != _NO
        choices = [str(choice) for choice in shape.literals or ()]
        return len(near) >= _WORD_FROM and plain(value) not in self._words and is_slip(value, near, choices, most=1)


def _aim(problem: Problem) -> str:
    """The pointer that a mistyped key was meant for."""
    return child(parent(problem.pointer), str(dict(problem.message.values)["near"]))


def _same_number(value: float, expected: str) -> _Meant | None:
    """The text of a version that was written as that number."""
    digits = expected.replace(".", "", 1)
    same = digits.isdigit() and not isinstance(value, bool) and float(expected) == value
    return (expected, True) if same else None


def _quoted_as(old: str, word: str) -> str:
    """A word in the quotes of the one that it replaces."""
    return f"{old[0]}{word}{old[0]}" if old[0] in "'\"" else word
