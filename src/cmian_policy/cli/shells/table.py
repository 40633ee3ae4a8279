"""The table that bash and zsh share: a ``case`` over the command and the place in it, which both read alike.

A key is a command, alone or followed by ``-`` for its options, by an option for its value, by a number for an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cmian_policy.cli.shells.entry import Entry, Slot

PROGRAM = "cmian-policy"


class Offer(NamedTuple):
    """A word and what it stands for, which may be empty."""

    word: str
    help: str = ""


def table(entries: Sequence[Entry], offered: Callable[[Sequence[Offer]], str]) -> str:
    """The branches; ``offered`` writes the words of one in the shell's language."""
    return "".join(
        f"        {pattern}) kind={kind}{f' found={offered(offers)}' if offers else ''} ;;\n"
        for entry in entries
        for pattern, kind, offers in _rows(entry)
    )


def _rows(entry: Entry) -> Iterator[tuple[str, str, list[Offer]]]:
    at = " ".join((PROGRAM, *entry.words))
    yield f"'{at}'", "command", []
    yield f"'{at} -'", "words", [Offer(name, slot.help) for slot in entry.options for name in slot.names]
    if entry.commands:
        yield f"'{at} 1'", "words", [Offer(name, text) for name, text in entry.commands]
    for slot in entry.options:
        if slot.kind != "flag":
            yield "|".join(f"'{at} {name}'" for name in slot.names), slot.kind, _offers(slot)
    for place, slot in enumerate(entry.arguments, 1):
        pattern = f"'{at} '[1-9]*" if slot.several else f"'{at} {place}'"
        yield pattern, slot.kind, _offers(slot)


def _offers(slot: Slot) -> list[Offer]:
    return [Offer(f"{word}=" if slot.kind == "report" else word) for word in slot.words]
