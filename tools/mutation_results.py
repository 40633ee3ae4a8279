"""What mutmut made of a module and what became of it, read from the files that it leaves behind.

A mutated module holds each function as ``x_name__mutmut_orig`` and once more for each mutant, ``x_name__mutmut_1`` and so on
(methods: ``xǁClassǁname__mutmut_…``); a ``.meta`` file beside it holds the exit code of each.
"""

from __future__ import annotations

import ast
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Outcome = Literal["killed", "survived", "timeout", "untried"]

_NAME = re.compile(r"x(?:_|ǁ(?P<holder>\w+)ǁ)(?P<function>\w+)__mutmut_(?P<number>orig|\d+)")
_OUTCOMES: dict[int | None, Outcome] = {
    None: "untried",
    **dict.fromkeys((1, 3), "killed"),
    **dict.fromkeys((-9, -11), "killed"),  # the interpreter crashed, which is noticed
    **dict.fromkeys((36, 24, -24, 152, 255), "timeout"),
    0: "survived",
    **dict.fromkeys((5, 33), "survived"),  # no test runs the function: whatever it does, nobody would notice
}


class Mutant(NamedTuple):
    """A change of one function (``engine.waive.holds``): what it takes out and what it puts in, lines joined by a space."""

    function: str
    before: str
    after: str


class Result(NamedTuple):
    """A mutant by mutmut's name, and what became of it; ``str`` gives it as mutation.toml asks for it."""

    module: str
    name: str
    mutant: Mutant
    outcome: Outcome

    def __str__(self) -> str:
        return f"survivor in {self.mutant.function}\n  - {self.mutant.before}\n  + {self.mutant.after}"


def results(module: str, mutated: str, codes: Mapping[str, int | None]) -> Iterator[Result]:
    """What became of each mutant of a module (``engine/waive.py``), given as mutmut rewrote it, with the exit codes.

    Raises ``KeyError`` for an exit code that says nothing of the tests.
    """
    bodies = dict(_functions(mutated))
    dotted = module.removesuffix(".py").replace("/", ".")
    for name, code in codes.items():
        local = name.rpartition(".")[2]
        if local in bodies and (found := _NAME.fullmatch(local)):  # else a function that is there no longer
            own = ".".join(part for part in (dotted, found["holder"], found["function"]) if part)
            change = _change(bodies[local.rpartition("__mutmut_")[0] + "__mutmut_orig"], bodies[local])
            yield Result(module, name, Mutant(own, *change), _OUTCOMES[code])


def _functions(mutated: str) -> Iterator[tuple[str, list[str]]]:
    """The lines of each function behind its first, by name."""
    lines = mutated.splitlines()
    for node in ast.walk(ast.parse(mutated)):
        if isinstance(node, ast.FunctionDef) and _NAME.fullmatch(node.name):
            signature, *body = lines[node.lineno - 1 : node.end_lineno]
            yield node.name, [signature.replace(node.name, ""), *body]


def _change(original: list[str], mutated: list[str]) -> tuple[str, str]:
    """The lines that differ, without indentation."""
    codes = [code for code in SequenceMatcher(None, original, mutated, autojunk=False).get_opcodes() if code[0] != "equal"]
    before = (line.strip() for _, start, end, _, _ in codes for line in original[start:end])
    after = (line.strip() for _, _, _, start, end in codes for line in mutated[start:end])
    return " ".join(before), " ".join(after)
