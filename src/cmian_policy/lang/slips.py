"""Whether a wrong word is a known one but for a slip of the fingers, and cannot be another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.messages.suggest import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 60  # characters; no word of a schema is longer


def is_slip(word: str, near: str, known: Iterable[str], *, most: int) -> bool:
    """Whether ``word`` is ``near`` with at most ``most`` slips, and each other known word is at least two more away.

    So ``infavourable``, one slip from ``unfavourable`` and two from ``favourable``, is none of them.
    """
    if len(word) > _LONGEST:
        return False
    distance = slips(plain(word), plain(near))
    others = (slips(plain(word), plain(other)) for other in known if other != near)
    return distance <= most and all(other > distance + 1 for other in others)


def slips(one: str, other: str) -> int:
    """How many letters are too many, missing, wrong, or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
