"""Mutants of a rule version, run against its own cases: one that no case kills shows a condition that no case needs.

| place | mutants |
|---|---|
| ``applies_when`` | forced ``true``, forced ``false``, each mutant of its expression |
| a ``require`` | dropped, negated, each mutant of its expression |
| its ``when`` | forced ``true``, each mutant of its expression; under ``for_each`` forced ``false`` (elsewhere that is dropped) |
| its ``otherwise``, its ``empty`` (under ``for_each``) | ``fail`` and ``review``, ``fail`` and ``pass`` swapped |

:mod:`cmian_policy.authoring.cel_mutants` says what the mutants of an expression are (rules.md, "Cases").

A mutant is known by its name, ``PLACE: MUTATED``, which ``rules test`` prints after ``file:line:`` and ``equivalent`` in the
cases file repeats. PLACE is ``applies_when``, the id of a require, or that id with ``.when``, ``.otherwise`` or ``.empty``.
MUTATED is the whole changed expression with its blanks run together, ``dropped``, or the other value. A name outlives any edit of
the file except one of that very expression, after which the reason has to be thought over again. Two changes that give one text
are one mutant; a change that does not compile is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cmian_policy.authoring.cel_mutants import changes
from cmian_policy.errors import ExpressionError
from cmian_policy.model.location import Location
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cmian_policy.authoring.cases import PreparedCase, Trial
    from cmian_policy.engine.compile import Compiler
    from cmian_policy.model.document import LocatedDocument
    from cmian_policy.model.location import Span
    from cmian_policy.model.rule import Require, Rule
    from cmian_policy.model.text import Message

_OTHERWISE = {Verdict.FAIL: Verdict.REVIEW, Verdict.REVIEW: Verdict.FAIL}
_EMPTY = {Verdict.FAIL: Verdict.PASS, Verdict.PASS: Verdict.FAIL}


class Mutant(NamedTuple):
    """One change of a rule.

    ``pointer`` is the place in the rule's file, ``offset`` where the change begins in the expression there; ``expression`` is the
    changed one, None where the change is of something else.
    """

    name: str
    pointer: str
    offset: int
    expression: str | None
    rule: Rule


class Spared(NamedTuple):
    """A mutant that no case killed; ``reason`` says why none can, where the cases file lists it as equivalent."""

    mutant: str
    place: Location
    group: str
    reason: str | None


class MutationResult(NamedTuple):
    """What became of the mutants of one rule version; ``killed`` counts them by group (the place without its last part)."""

    killed: Mapping[str, int]
    spared: tuple[Spared, ...]
    faults: tuple[Message, ...]

    @property
    def survivors(self) -> tuple[Spared, ...]:
        """The mutants that should have been killed."""
        return tuple(each for each in self.spared if each.reason is None)

    @property
    def equivalents(self) -> tuple[Spared, ...]:
        """The mutants that no case can kill, each with its reason."""
        return tuple(each for each in self.spared if each.reason is not None)


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Every mutant of a rule, each name once, in the order of the file. Their expressions may not compile."""
    seen = {f"{place}: {one_line(text)}" for place, text in _expressions(rule)}
    for mutant in (*_of_applicability(rule), *(each for index in range(len(rule.require)) for each in _of_require(rule, index))):
        if mutant.name not in seen:
            seen.add(mutant.name)
            yield mutant


def one_line(text: str) -> str:
    """A text with its blanks run together."""
    return " ".join(text.split())


def _expressions(rule: Rule) -> Iterator[tuple[str, str]]:
    """The places of a rule's own expressions with their text: a change that gives it back is no mutant."""
    if rule.applies_when is not None:
        yield "applies_when", rule.applies_when.cel
    for require in rule.require:
        yield require.id, require.cel
        if require.when is not None:
            yield f"{require.id}.when", require.when


def _of_applicability(rule: Rule) -> Iterator[Mutant]:
    if rule.applies_when is None:
        return
    for offset, text in _forced_and_changed(rule.applies_when.cel, "true", "false"):
        changed = rule._replace(applies_when=rule.applies_when._replace(cel=text))
        yield Mutant(f"applies_when: {one_line(text)}", "/applies_when/cel", offset, text, changed)


def _of_require(rule: Rule, index: int) -> Iterator[Mutant]:
    require, pointer = rule.require[index], f"/require/{index}"
    yield Mutant(f"{require.id}: dropped", pointer, 0, None, _with_require(rule, index, None))
    for offset, text in _forced_and_changed(require.cel, f"!({require.cel})"):
        changed = _with_require(rule, index, require._replace(cel=text))
        yield Mutant(f"{require.id}: {one_line(text)}", f"{pointer}/cel", offset, text, changed)
    if require.when is not None:
        forced = ("true", "false") if require.for_each is not None else ("true",)
        for offset, text in _forced_and_changed(require.when, *forced):
            changed = _with_require(rule, index, require._replace(when=text))
            yield Mutant(f"{require.id}.when: {one_line(text)}", f"{pointer}/when/cel", offset, text, changed)
    other = _OTHERWISE[require.otherwise]
    changed = _with_require(rule, index, require._replace(otherwise=other))
    yield Mutant(f"{require.id}.otherwise: {other}", f"{pointer}/otherwise", 0, None, changed)
    if require.for_each is not None:
        other = _EMPTY[require.empty]
        changed = _with_require(rule, index, require._replace(empty=other))
        yield Mutant(f"{require.id}.empty: {other}", f"{pointer}/empty", 0, None, changed)


def _forced_and_changed(expression: str, *forced: str) -> Iterator[tuple[int, str]]:
    yield from ((0, text) for text in forced)
    yield from changes(expression)


def _with_require(rule: Rule, index: int, require: Require | None) -> Rule:
    """The rule with another require in one place, or with none there."""
    others = () if require is None else (require,)
    return rule._replace(require=(*rule.require[:index], *others, *rule.require[index + 1 :]))


def mutate(trial: Trial, cases: tuple[PreparedCase, ...]) -> MutationResult:
    """Runs every mutant of a rule version against its cases, each until the first case that kills it."""
    listed = {one_line(entry["mutant"]): entry["reason"] for entry in trial.equivalent}
    killers: dict[str, str] = {}
    killed: dict[str, int] = {}
    spared: list[Spared] = []
    witnesses = list(cases)
    for mutant in mutants(trial.rule):
        if not _compiles(mutant, trial.compiler):
            continue
        group = _group(mutant, trial.rule)
        killer = next((case for case in witnesses if case.contradicts(mutant.rule)), None)
        if killer is None:
            spared.append(Spared(mutant.name, _place(trial, mutant), group, listed.get(mutant.name)))
            continue
        killers[mutant.name] = killer.name
        killed[group] = killed.get(group, 0) + 1
        # What killed a mutant is likely to kill the next one, which is a change of the same place.
        witnesses.remove(killer)
        witnesses.insert(0, killer)
    known = {each.mutant for each in spared}
    faults = tuple(_stale(trial, name, killers) for name in listed if name not in known)
    return MutationResult(killed, tuple(spared), faults)


def _compiles(mutant: Mutant, compiler: Compiler) -> bool:
    try:
        if mutant.expression is not None:
            compiler.expression(mutant.expression)
    except ExpressionError:
        return False
    return True


def _group(mutant: Mutant, rule: Rule) -> str:
    """``applies_when``, or the id of the require that was changed."""
    parts = mutant.pointer.split("/")
    return rule.require[int(parts[2])].id if parts[1] == "require" else parts[1]


def _stale(trial: Trial, name: str, killers: Mapping[str, str]) -> Message:
    index = next(index for index, entry in enumerate(trial.equivalent) if one_line(entry["mutant"]) == name)
    place = trial.place(f"/equivalent/{index}")
    if name in killers:
        return message("rules.equivalent-killed", path=place, mutant=name, case=killers[name])
    return message("rules.equivalent-unknown", path=place, mutant=name)


def _place(trial: Trial, mutant: Mutant) -> Location:
    """``file:line``: the line of the change itself where an expression runs over several."""
    place = trial.locate(mutant.pointer)
    document = trial.document
    value = document.value_span(mutant.pointer) if document is not None else None
    if place.span is None or document is None or value is None or mutant.expression is None:
        return place
    line = _line(document, value, _original(trial.rule, mutant.pointer), mutant.offset)
    return Location(place.path, place.span._replace(line=line))


def _original(rule: Rule, pointer: str) -> str:
    _, part, *rest = pointer.split("/")
    if part == "applies_when":
        return rule.applies_when.cel if rule.applies_when is not None else ""
    require = rule.require[int(rest[0])]
    return require.cel if rest[1] == "cel" else cast("str", require.when)


def _line(document: LocatedDocument, span: Span, expression: str, offset: int) -> int:
    """The line of an expression's offset: YAML folds lines but keeps what is not blank, so counting that finds the place."""
    lines = document.text.split("\n")[span.line - 1 : span.end_line]
    lines[0] = lines[0][span.column - 1 :]
    if lines[0][:1] in {"|", ">"}:
        lines[0] = ""  # the header of a block
    before, text = _inked(expression[:offset]), _inked("".join(lines))
    # A quoted scalar has its quotes besides, and may have escapes: then the place is not sure, and its first line stands.
    start = text.find(_inked(expression))
    left = start + len(before)
    if start < 0:
        return span.line
    for index, line in enumerate(lines):
        left -= len(_inked(line))
        if left < 0:
            return span.line + index
    return span.line


def _inked(text: str) -> str:
    return "".join(text.split())
