"""What one rule version or facts file gets wrong by itself: conditions, pointers, placeholders, dates of the schedule."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cmian_policy.authoring.folding import is_constant
from cmian_policy.authoring.typecheck import Condition, TypeChecker, facts_conditions, rule_conditions, syntax_tree
from cmian_policy.engine.wording import PLACEHOLDER
from cmian_policy.messages.suggest import nearest
from cmian_policy.model.location import child, tokens
from cmian_policy.model.text import LANGS, Message, message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.pack import FactsFile
    from cmian_policy.model.rule import Require, Rule

_BRACE = re.compile(r"[{}]")


class Flaw(NamedTuple):
    """What is wrong at a pointer of a file; ``offset`` is the character of the text there, None for all of it."""

    pointer: str
    message: Message
    offset: int | None = None


def rule_flaws(rule: Rule, data: dict[str, Any], facts: Sequence[FactsFile | None], checker: TypeChecker) -> Iterator[Flaw]:
    """Everything that a rule gets wrong by itself.

    ``facts`` holds the facts file of each release that names it, None for one that cannot be used.
    """
    names = [None if each is None else [fact.name for fact in each.facts] for each in facts]
    yield from _condition_flaws(rule_conditions(rule, checker.manifest), names, checker)
    yield from _constants(rule)
    for index, require in enumerate(rule.require):
        for check in _REQUIRE_CHECKS:
            yield from check(f"/require/{index}", require, checker.manifest)
    yield from _schedule_flaws(data)
    yield from _unfilled(data)


def facts_flaws(facts: FactsFile, checker: TypeChecker) -> Iterator[Flaw]:
    """Everything that a facts file gets wrong by itself."""
    names = [fact.name for fact in facts.facts]
    conditions = list(facts_conditions(facts))
    yield from _condition_flaws(conditions, [names], checker)
    for condition in conditions:
        yield from _constant(condition.pointer, condition.text)
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Flaw(f"/facts/{index}/name", message("lint.doubled-fact", fact=name))


def _condition_flaws(
    conditions: Iterable[Condition], facts: Sequence[Sequence[str] | None], checker: TypeChecker
) -> Iterator[Flaw]:
    for condition in conditions:
        faults = {fault for names in facts for fault in checker.faults(condition, names)}
        yield from (Flaw(condition.pointer, fault.message, fault.offset) for fault in faults)


def _constants(rule: Rule) -> Iterator[Flaw]:
    if rule.applies_when is not None:
        yield from _constant("/applies_when/cel", rule.applies_when.cel)
    for index, require in enumerate(rule.require):
        if not always_asks(require):
            yield from _constant(f"/require/{index}/cel", require.cel)
        if require.when is not None:
            yield from _constant(f"/require/{index}/when/cel", require.when)


def always_asks(require: Require) -> bool:
    """Whether a require means to be false wherever its guard holds: a person looks at each such project."""
    return require.cel.strip() == "false" and require.when is not None and require.otherwise is Verdict.REVIEW


def _constant(pointer: str, text: str) -> Iterator[Flaw]:
    tree = syntax_tree(text)
    if tree is not None and is_constant(tree):
        yield Flaw(pointer, message("lint.constant"))


def _for_each_flaws(place: str, require: Require, manifest: Shape) -> Iterator[Flaw]:
    if require.for_each is None:
        return
    held = manifest.at(require.for_each)
    if held is None:
        yield Flaw(f"{place}/for_each", _nowhere("lint.for-each-nowhere", require.for_each, manifest))
    elif held.items is None:
        yield Flaw(f"{place}/for_each", message("lint.for-each-no-list", pointer=require.for_each))


def _at_flaws(place: str, require: Require, manifest: Shape) -> Iterator[Flaw]:
    holder = _holder(require, manifest)
    if holder is not None and holder.at(require.at) is None:
        yield Flaw(f"{place}/at", _nowhere("lint.at-nowhere", require.at, holder))


def _holder(require: Require, manifest: Shape) -> Shape | None:
    """What the pointers of a require start from: the manifest, or an item of its list; None where there is no such list."""
    if require.for_each is None:
        return manifest
    held = manifest.at(require.for_each)
    return held.items if held is not None else None


def _nowhere(key: str, pointer: str, holder: Shape) -> Message:
    """``key``, or ``key-near`` with the pointer that was probably meant."""
    near = _near(pointer, holder)
    return message(f"{key}-near", pointer=pointer, near=near) if near else message(key, pointer=pointer)


def _near(pointer: str, holder: Shape) -> str | None:
    """The pointer with each misspelt key put right, where that leads somewhere; else the one place of the last key."""
    path, shape = "", holder
    for token in tokens(pointer):
        key = token if token in shape.keys else nearest(token, shape.keys)
        if key is None:
            break
        path, shape = child(path, key), shape.keys[key]
    else:
        return path
    last = tokens(pointer)[-1]
    places = [place for place, _ in holder.walk() if place.endswith(f"/{last}") and "[]" not in place]
    return places[0] if len(places) == 1 else None


def _placeholder_flaws(place: str, require: Require, manifest: Shape) -> Iterator[Flaw]:
    holder = _holder(require, manifest)
    for lang in LANGS:
        text = require.message.get(lang)
        pointer = f"{place}/message/{lang}"
        for found in PLACEHOLDER.finditer(text):
            if holder is not None and holder.at(found[1]) is None:
                yield Flaw(pointer, _nowhere("lint.placeholder-nowhere", found[1], holder), found.start() + 1)
        if stray := _BRACE.search(PLACEHOLDER.sub(lambda found: " " * len(found[0]), text)):
            yield Flaw(pointer, message("lint.placeholder-form"), stray.start())


def _language_flaws(place: str, require: Require, _manifest: Shape) -> Iterator[Flaw]:
    french, english = (sorted(PLACEHOLDER.findall(require.message.get(lang))) for lang in ("fr", "en"))
    if french != english:
        values = {"fr": ", ".join(french) or "-", "en": ", ".join(english) or "-"}
        yield Flaw(f"{place}/message/en", message("lint.placeholders-differ", **values))


_REQUIRE_CHECKS: tuple[Callable[[str, Require, Shape], Iterator[Flaw]], ...] = (
    _for_each_flaws,
    _at_flaws,
    _placeholder_flaws,
    _language_flaws,
)


def _schedule_flaws(data: dict[str, Any]) -> Iterator[Flaw]:
    """The schedule is read from the first entry to the last: out of order, a reader sees another level than the engine."""
    days: list[str] = [entry["from"] for entry in data["level"].get("schedule", [])]
    for index, (before, day) in enumerate(pairwise(days), 1):
        if day < before:
            yield Flaw(f"/level/schedule/{index}/from", message("lint.schedule-unsorted", day=day, before=before))
        elif day == before:
            yield Flaw(f"/level/schedule/{index}/from", message("lint.schedule-doubled", day=day))


def _unfilled(data: dict[str, Any]) -> Iterator[Flaw]:
    """Placeholders are filled in the message of a require and nowhere else."""
    applies = data["applies_when"]
    texts = {"/title": data["title"], "/rationale": data["rationale"], "/remediation": data["remediation"]}
    if isinstance(applies, dict):
        texts["/applies_when/otherwise"] = applies["otherwise"]
    for pointer, text in texts.items():
        for lang in LANGS:
            if found := re.search(r"\{/[^{}]*\}", text[lang]):
                yield Flaw(f"{pointer}/{lang}", message("lint.placeholder-unfilled", placeholder=found[0]), found.start())
