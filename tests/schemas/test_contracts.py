"""The published contracts are schemas: one that is not would check nothing, and look like a pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = sorted((ROOT / "schemas").glob("*/*.schema.json"))


def _load(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _nodes(value: object) -> list[dict[str, Any]]:
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [*([value] if isinstance(value, dict) else []), *(node for child in held for node in _nodes(child))]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.parent.name)
def test_a_contract_follows_the_metaschema_and_names_itself(path: Path) -> None:
    schema = _load(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"/{path.parent.name}/{path.name}")


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.parent.name)
def test_every_reference_leads_somewhere(path: Path) -> None:
    schema = _load(path)
    references = {node["$ref"] for node in _nodes(schema) if isinstance(node.get("$ref"), str)}
    assert {reference for reference in references if reference.removeprefix("#/$defs/") not in schema.get("$defs", {})} == set()


@pytest.mark.parametrize("path", [path for path in SCHEMAS if path.parent.name != "report"], ids=lambda path: path.parent.name)
def test_every_object_is_closed(path: Path) -> None:
    """A misspelt key must never pass; the free ones of a manifest begin with x-."""
    opened = [node for node in _nodes(_load(path)) if "properties" in node and node.get("additionalProperties") is not False]
    assert opened == []
