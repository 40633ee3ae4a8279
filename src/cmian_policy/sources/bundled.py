"""What travels with the tool: the packs and the published contracts.

In the wheel both lie inside the package; in a checkout they are the top-level folders themselves, so that the committee edits
what the tool runs.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_WHEEL = _PACKAGE / "bundled"
_ROOT = _WHEEL if _WHEEL.is_dir() else _PACKAGE.parent.parent


def policies_folder() -> Path:
    """The folder of the bundled packs."""
    return _ROOT / "policies"


def schema_text(name: str) -> str:
    """The JSON Schema of a contract (``ai-manifest``, ``rule``, ``release``, ``report`` …) as it is published."""
    return (_ROOT / "schemas" / name / "1.0.schema.json").read_text(encoding="utf-8")
