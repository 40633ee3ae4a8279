"""What travels with the tool: the packs and the published contracts.

In the wheel both lie inside the package; in a checkout they are the top-level folders themselves, so that the committee edits
what the tool runs.
"""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_WHEEL = os.path.join(_PACKAGE, "bundled")
_ROOT = _WHEEL if os.path.isdir(_WHEEL) else os.path.dirname(os.path.dirname(_PACKAGE))


def policies_folder() -> str:
    """The folder of the bundled packs."""
    return os.path.join(_ROOT, "policies")


def schema_text(name: str) -> str:
    """The JSON Schema of a contract (``ai-manifest``, ``rule``, ``release``, ``report`` …) as it is published."""
    with open(os.path.join(_ROOT, "schemas", name, "1.0.schema.json"), encoding="utf-8") as stream:
        return stream.read()
