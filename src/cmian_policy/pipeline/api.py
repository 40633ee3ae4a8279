"""The Python interface: the same way through as the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.run import Options, check_paths

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from os import PathLike

    from cmian_policy.model.register import Register
    from cmian_policy.model.report import Report
    from cmian_policy.pipeline.policy import Policy


def check(
    paths: Iterable[str | PathLike[str]],
    *,
    on: date,
    policy: Policy | None = None,
    register: Register | None = None,
    options: Options | None = None,
    here: Path | None = None,
) -> Report:
    """Checks the manifests that ``paths`` mean (files, or folders that are searched) as of a date.

    ``policy`` is what ``load_policy`` gives, the bundled packs by default, and ``register`` what ``load_register`` gives, none by
    default; reported paths are relative to ``here``, the current directory by default. Raises ``UsageError`` for a path that does
    not exist and ``PolicyError`` for an unusable policy; what is wrong with a manifest is never an exception but a finding
    (contract: docs, "Commands, reports, exit codes").
    """
    chosen = policy if policy is not None else load_policy()
    wanted = options or Options()
    wanted = wanted if register is None else wanted._replace(register=register)
    return check_paths([Path(path) for path in paths], chosen, on, wanted, here=here or Path.cwd())
