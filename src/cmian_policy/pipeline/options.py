"""What may change a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from os import PathLike

    from cmian_policy.loading.scope import Scope
    from cmian_policy.model.register import Register
    from cmian_policy.model.text import Lang


class Options(NamedTuple):
    """What may change a run.

    ``policy``: the operator's releases (``pack@release``); ``select``: the only pack rules to run; ``scope``: what a
    configuration leaves out and what it expects; ``since``: the git revision whose manifests must still be there; ``register``:
    the committee's register; ``chosen``: whether the operator chose the configuration, so that none is searched. ``jobs`` (the
    number of processes) and ``results`` (the folder where results are kept, None keeps none) change how long a large run takes,
    and nothing else.
    """

    lang: Lang = "fr"
    policy: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    scope: Scope | None = None
    since: str | None = None
    register: Register | None = None
    chosen: bool = False
    jobs: int = 1
    results: str | PathLike[str] | None = None
