"""Where a pack or the register was really taken from, as reports say it."""

from __future__ import annotations

from cmian_policy.model.tuples import NamedTuple


class Origin(NamedTuple):
    """A source that was used.

    ``commit`` is what git resolved the reference to; ``signed`` says whether a trusted key signed it, None where no signature is
    asked for. Both are None for what does not come from git.
    """

    source: str
    commit: str | None = None
    signed: bool | None = None
