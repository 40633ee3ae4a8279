"""cmian-policy: a city's deliberation on AI as rules that a machine checks.

    from datetime import date
    from cmian_policy import check

    report = check(["."], on=date(2026, 11, 23))
    report.verdict, report.summary()

The encoding is non-official; a manifest is a declaration, and the tool checks what is declared, never whether it is true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["CmianPolicyError", "Options", "Policy", "Register", "Report", "check", "load_policy", "load_register"]

if TYPE_CHECKING:
    from cmian_policy.errors import CmianPolicyError
    from cmian_policy.model.register import Register
    from cmian_policy.model.report import Report
    from cmian_policy.pipeline.api import check
    from cmian_policy.pipeline.policy import Policy, load_policy
    from cmian_policy.pipeline.register import load_register
    from cmian_policy.pipeline.run import Options

# The command line imports this package before anything else: a name is loaded when it is first asked for.
_HOMES = {
    "CmianPolicyError": "cmian_policy.errors",
    "Options": "cmian_policy.pipeline.run",
    "Policy": "cmian_policy.pipeline.policy",
    "Register": "cmian_policy.model.register",
    "Report": "cmian_policy.model.report",
    "check": "cmian_policy.pipeline.api",
    "load_policy": "cmian_policy.pipeline.policy",
    "load_register": "cmian_policy.pipeline.register",
}


def __getattr__(name: str) -> object:
    """A public name, from the module where it lives."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module  # noqa: PLC0415 - as above

    return getattr(import_module(_HOMES[name]), name)
