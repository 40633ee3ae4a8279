"""A page that has to stay under a size: what is left out is left out by whole pieces, the lightest first, and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


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
    pieces: Sequence[Piece]
    closing: str = "\n"

    def text(self, kept: Sequence[Piece]) -> str:
        """The section with some of its pieces."""
        rows, details = "".join(piece.rows for piece in kept), "".join(piece.details for piece in kept)
        return f"{self.opening}{rows}{self.closing}{details}" if kept else ""


class Fitted(NamedTuple):
    """The sections, as far as they fit, and what does not: how many findings, how many other pieces."""

    text: str
    findings: int
    others: int


def size(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode("utf-8", errors="backslashreplace"))


def fitted(sections: Sequence[Section], budget: int) -> Fitted:
    """What fits into ``budget`` bytes, in the order of the sections and of their pieces.

    After the first piece that does not fit nothing more is kept: what is left out never weighs more than what is there.
    """
    kept: dict[int, list[int]] = {}
    left_out: list[Piece] = []
    for number, at in _by_rank(sections):
        section, piece = sections[number], sections[number].pieces[at]
        budget -= size(piece.rows + piece.details) + (0 if number in kept else size(section.opening + section.closing))
        if budget >= 0:
            kept.setdefault(number, []).append(at)
        else:
            left_out.append(piece)
    text = "".join(
        section.text([section.pieces[at] for at in sorted(kept.get(number, ()))]) for number, section in enumerate(sections)
    )
    return Fitted(text, sum(piece.findings for piece in left_out), sum(not piece.findings for piece in left_out))


def _by_rank(sections: Sequence[Section]) -> Iterator[tuple[int, int]]:
    """Section and position of each piece, the lowest rank first."""
    places = [(piece.rank, number, at) for number, section in enumerate(sections) for at, piece in enumerate(section.pieces)]
    return ((number, at) for _, number, at in sorted(places))
