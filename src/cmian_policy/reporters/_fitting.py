"""A page that has to stay under a size: what is left out is left out by whole pieces, the lightest first, and counted."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class Piece(NamedTuple):
    """What is kept or left out as a whole: rows of its section's table or list, and what follows that table.

    The lower the ``rank``, the sooner it is kept; ``findings`` is how many findings it tells, 0 for anything else.
    """

    rank: int
    rows: str
    details: str = ""
    findings: int = 0


class Section(NamedTuple):
    """A part of the page; one of which no piece is kept is not there at all."""

    opening: str
    pieces: Iterable[Piece]
    closing: str = "\n"


class Fitted(NamedTuple):
    """The sections, as far as they fit, and what does not: how many findings, how many other pieces."""

    text: str
    findings: int
    others: int


def size(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode("utf-8", errors="backslashreplace"))


class _Placed(NamedTuple):
    """A piece, its section's place and frame, and its own place there."""

    number: int
    at: int
    opening: str
    closing: str
    piece: Piece

    @property
    def size(self) -> int:
        """Bytes, without the frame."""
        return size(self.piece.rows + self.piece.details)


class _Shelf:
    """The pieces of one rank, in their order, as long as they could fit; ``left`` is below 0 once one of them could not."""

    def __init__(self, budget: int) -> None:
        self.held: list[_Placed] = []
        self.left = budget

    def put(self, placed: _Placed) -> None:
        """Holds a piece, unless it or one before it is too much."""
        self.left -= placed.size
        if self.left >= 0:
            self.held.append(placed)


def fitted(sections: Iterable[Section], budget: int) -> Fitted:
    """What fits into ``budget`` bytes, in the order of the sections and of their pieces.

    After the first piece that does not fit nothing more is kept: what is left out never weighs more than what is there. Each
    section and each piece is seen once, and of each rank no more is held than fits.
    """
    shelves: dict[int, _Shelf] = {}
    findings, others = 0, 0
    for number, section in enumerate(sections):
        for at, piece in enumerate(section.pieces):
            findings, others = findings + piece.findings, others + (not piece.findings)
            shelves.setdefault(piece.rank, _Shelf(budget)).put(_Placed(number, at, section.opening, section.closing, piece))
    kept = sorted(_kept(shelves, budget), key=attrgetter("number", "at"))
    findings -= sum(placed.piece.findings for placed in kept)
    others -= sum(not placed.piece.findings for placed in kept)
    return Fitted("".join(_section(list(held)) for _, held in groupby(kept, key=attrgetter("number"))), findings, others)


def _kept(shelves: Mapping[int, _Shelf], budget: int) -> Iterator[_Placed]:
    """What fits with the frames of its sections, the lowest rank first."""
    framed: set[int] = set()
    for _, shelf in sorted(shelves.items()):
        for placed in shelf.held:
            budget -= placed.size + (0 if placed.number in framed else size(placed.opening + placed.closing))
            if budget < 0:
                return
            framed.add(placed.number)
            yield placed
        if shelf.left < 0:
            return


def _section(kept: Sequence[_Placed]) -> str:
    """A section with some of its pieces."""
    rows, details = "".join(each.piece.rows for each in kept), "".join(each.piece.details for each in kept)
    return f"{kept[0].opening}{rows}{kept[0].closing}{details}"
