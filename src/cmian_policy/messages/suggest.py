"""What a message repeats of a wrong word, and the right one that was probably meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 60  # characters of a wrong value that a message repeats


def shorten(text: str) -> str:
    """Text of at most ``_SHOWN`` characters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant: the same but for case, accents and separators, else a close one."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    choices = list(known)
    same = {plain(choice): choice for choice in choices}.get(plain(word[:_SHOWN]))
    if same is not None:
        return same
    close = get_close_matches(word[:_SHOWN], choices, n=1, cutoff=0.75)
    return close[0] if close else None


def plain(word: str) -> str:
    """A word without its case, its accents, and what stands between its parts: spaces, hyphens, underscores."""
    import unicodedata  # noqa: PLC0415 - only for a mistake

    letters = (char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
    return re.sub(r"[\s_-]", "", "".join(letters)).lower()
