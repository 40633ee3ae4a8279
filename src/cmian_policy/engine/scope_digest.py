"""The digest of what the committee looked at (rules.md, "The committee's register", ``scope_digest``)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmian_policy.model.document import Plain

_SCOPE: dict[str, tuple[str, ...]] = {
    "purpose": ("domain", "education_scopes"),
    "people": ("interaction", "affected_groups", "minors", "impact"),
    "decision": ("role", "individual_administrative", "main_processing", "human_review"),
    "technology": ("type", "capabilities"),
    "data": ("personal", "special_categories"),
    "video": ("used", "context", "analysis"),
}


def scope_digest(data: dict[str, Plain]) -> str:
    """Lower-case hex SHA-256 over the RFC 8785 JSON of the scope: absent keys and empty collections left out, lists sorted."""
    scope = {name: kept for name, keys in _SCOPE.items() if (kept := _section(data.get(name), keys))}
    # Keys are ASCII and values are text or booleans, so that sorted compact JSON is what RFC 8785 asks for.
    text = json.dumps(scope, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _section(section: Plain, keys: tuple[str, ...]) -> dict[str, Plain]:
    if not isinstance(section, dict):
        return {}
    kept: dict[str, Plain] = {}
    for key in keys:
        value = section.get(key)
        if key == "human_review":
            value = {"level": value["level"]} if isinstance(value, dict) and "level" in value else None
        if isinstance(value, list):
            value = [*sorted({str(item) for item in value})]
        if value is not None and value not in ([], {}):
            kept[key] = value
    return kept
