"""What the engine says against a condition, in words of ours, at the character that is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cmian_policy.messages.suggest import nearest
from cmian_policy.model.text import Message, message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_FIELD = re.compile(r"undefined field '([^']*)' not found in struct '([^']*)'")
_NAME = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '(.*)'")
_LOOP = re.compile(r"\(\s*(\w+)\s*,")
_SHOWN = 200  # characters of the engine's words that a message repeats
# What conditions may call: CEL's own functions and macros, those of the extensions and our two.
FUNCTIONS = (
    "all", "bind", "charAt", "contains", "date", "endsWith", "exists", "exists_one", "filter", "has", "hasValue", "indexOf",
    "join", "lowerAscii", "map", "matches", "none", "of", "ofNonZeroValue", "optFlatMap", "optMap", "orValue", "plus_months",
    "replace", "size", "split", "startsWith", "substring", "trim", "upperAscii", "value",
)  # fmt: skip


class Fault(NamedTuple):
    """What is wrong with a condition; ``offset`` counts characters of its text, from 0."""

    offset: int
    message: Message


class Vocabulary(NamedTuple):
    """The names that a condition may use: variables, the fields of each message, what to call a message, every fact."""

    variables: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    shown: Mapping[str, str]
    facts: tuple[str, ...]

    def readable(self, types: str) -> str:
        """The engine's words about types, its messages named as an author does."""
        plain = re.sub(r"cmian\.\w+", lambda found: self.shown.get(found[0], found[0]), types)
        return plain.replace("google.protobuf.Timestamp", "timestamp").replace("google.protobuf.Value", "dyn")


def not_boolean(kind: str) -> Fault:
    """A condition that gives no truth value."""
    return Fault(0, message("cel.not-boolean", type=kind))


def faults_of(text: str, detail: str, vocabulary: Vocabulary) -> tuple[Fault, ...]:
    """The engine's complaints about ``text``, without those that only follow from another."""
    found = [
        _fault(text, _offset(text, int(line), int(column)), what, vocabulary) for line, column, what in _ERROR.findall(detail)
    ]
    faults = sorted({fault for fault in found if fault is not None}, key=lambda fault: (fault.offset, fault.message.key))
    loops = {loop for fault in faults if (loop := _loop_variable(text, fault))}
    kept = tuple(fault for fault in faults if not _names_one(fault, loops))
    return kept or (Fault(0, message("cel.error", detail=detail.splitlines()[0][:_SHOWN])),)


def _offset(text: str, line: int, column: int) -> int:
    before = sum(len(each) + 1 for each in text.split("\n")[: line - 1])
    return min(before + column - 1, len(text))


def _fault(text: str, offset: int, what: str, vocabulary: Vocabulary) -> Fault | None:
    for pattern, explain in _EXPLAINED:
        if found := pattern.search(what):
            return explain(text, offset, found, vocabulary)
    if "*error*" in what:  # what follows from an error inside
        return None
    detail = vocabulary.readable(what.removesuffix(" [INVALID_ARGUMENT]"))[:_SHOWN]
    return Fault(offset, message("cel.error", detail=detail))


def _field(text: str, offset: int, found: re.Match[str], vocabulary: Vocabulary) -> Fault:
    name, struct = found[1], found[2]
    place = re.compile(rf"\b{re.escape(name)}\b").search(text, offset)
    where = place.start() if place else offset
    known = vocabulary.fields.get(struct, ())
    if vocabulary.shown.get(struct) == "facts":
        return Fault(where, _fact(name, known, vocabulary))
    holder = vocabulary.shown.get(struct, struct)
    near = nearest(name, known)
    if near:
        return Fault(where, message("lint.unknown-field-near", field=name, holder=holder, near=near))
    return Fault(where, message("lint.unknown-field", field=name, holder=holder, known=", ".join(known)))


def _fact(name: str, known: tuple[str, ...], vocabulary: Vocabulary) -> Message:
    if name in vocabulary.facts:
        return message("lint.later-fact", fact=name)
    near = nearest(name, known)
    if near:
        return message("lint.unknown-fact-near", fact=name, near=near)
    return message("lint.unknown-fact", fact=name, known=", ".join(known) or "-")


def _name(text: str, offset: int, found: re.Match[str], vocabulary: Vocabulary) -> Fault:
    name = found[1].split(".")[0]
    if text[offset : offset + 1] == "(":
        called = found[1].split(".")[-1]
        where = text.rfind(called, 0, offset)
        near = nearest(called, FUNCTIONS)
        key = "lint.unknown-function-near" if near else "lint.unknown-function"
        return Fault(max(where, 0), message(key, name=found[1], near=near or ""))
    where = text.rfind(name, 0, offset + len(name))
    known = vocabulary.variables
    near = nearest(name, known)
    key = "lint.unknown-name-near" if near else "lint.unknown-name"
    return Fault(max(where, 0), message(key, name=name, near=near or "", known=", ".join(known)))


def _overload(_text: str, offset: int, found: re.Match[str], vocabulary: Vocabulary) -> Fault:
    operation = found[1].replace("@", "").strip("_").replace("_", " ").strip() if found[1][:1] in "_@!-" else found[1]
    types = vocabulary.readable(found[2].strip("()"))
    return Fault(offset, message("lint.wrong-type", operation=operation, types=types))


_EXPLAINED: tuple[tuple[re.Pattern[str], Callable[[str, int, re.Match[str], Vocabulary], Fault]], ...] = (
    (_FIELD, _field),
    (_NAME, _name),
    (_OVERLOAD, _overload),
)


def _loop_variable(text: str, fault: Fault) -> str | None:
    """The variable of a misspelt macro (``.exist(c, …)``), which the engine takes for an unknown name."""
    if not fault.message.key.startswith("lint.unknown-function"):
        return None
    found = _LOOP.search(text, fault.offset)
    return found[1] if found else None


def _names_one(fault: Fault, names: set[str]) -> bool:
    return fault.message.key.startswith("lint.unknown-name") and dict(fault.message.values)["name"] in names
