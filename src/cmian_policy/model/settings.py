"""What ``.cmian-policy.yaml`` says (cli.md, "Configuration")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from cmian_policy.model.source import SourceSpec
    from cmian_policy.model.text import Lang


class Settings(NamedTuple):
    """A configuration; everything that it leaves out is empty or None.

    ``file`` is the path it was read from, None where none applies; sources that are paths are relative to its folder.
    ``exclude`` and ``manifests`` are patterns as in ``.gitignore``, relative to ``root``: that folder too, or None for the
    current one where the operator named the file. ``chosen`` says that the operator named it, or asked for none.
    """

    file: str | None = None
    root: str | None = None
    packs: tuple[SourceSpec, ...] = ()
    register: SourceSpec | None = None
    lang: Lang | None = None
    fail_on: Literal["advisory", "review"] | None = None
    exclude: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    chosen: bool = False
