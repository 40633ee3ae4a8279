"""What editors read: labels of values, templates of sections, and the catalogue that says which files a schema describes.

A catalogue's fields are those that SchemaStore documents: version, schemas; name, description, url, fileMatch, versions.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from cmian_policy.loading.configuration import CONFIGURATION
from cmian_policy.model.manifest import FILENAMES
from tests.runner import OK, ROOT, Done, environment, execute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMAS = ROOT / "schemas"
LABELLED = ("ai-manifest", "register")
CATALOGUE = {
    "type": "object",
    "required": ["version", "schemas"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://json.schemastore.org/schema-catalog.json"},
        "version": {"const": 1},
        "schemas": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["name", "description", "url"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "description": {"type": "string", "minLength": 1, "not": {"pattern": "\\n"}},
                    "url": {"type": "string", "pattern": "^https://"},
                    "fileMatch": {"type": "array", "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
                    "versions": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^https://"}},
                },
            },
        },
    },
}


def schema(name: str) -> dict[str, Any]:
    """A published schema."""
    loaded: dict[str, Any] = json.loads((SCHEMAS / name / "1.0.schema.json").read_text(encoding="utf-8"))
    return loaded


def nodes(value: object) -> Iterator[dict[str, Any]]:
    """Every object of a JSON document."""
    if isinstance(value, dict):
        yield value
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in held:
        yield from nodes(child)


def catalogue() -> dict[str, Any]:
    """The catalogue."""
    loaded: dict[str, Any] = json.loads((SCHEMAS / "catalog.json").read_text(encoding="utf-8"))
    return loaded


def test_the_hints_are_what_the_script_writes(tmp_path: Path) -> None:
    script = ROOT / "tools" / "generate_editor_hints.py"
    assert execute([sys.executable, script, "--check"], tmp_path, environment(tmp_path)) == Done(OK, "", "")


@pytest.mark.parametrize("name", LABELLED)
def test_every_labelled_value_is_described_to_editors_in_its_place(name: str) -> None:
    labelled = [node for node in nodes(schema(name)) if isinstance(node.get("x-labels"), dict) and "enum" in node]
    assert labelled
    for node in labelled:
        assert node["enumDescriptions"] == [node["x-labels"][value]["fr"] for value in node["enum"]]


def test_every_field_of_the_manifest_has_a_title_and_a_description() -> None:
    described = [field for node in nodes(schema("ai-manifest")) for field in node.get("properties", {}).values() if field]
    bare = [field for field in described if "$ref" not in field and not {"title", "description"} <= set(field)]
    assert len(described) > 50
    assert bare == []


def test_a_template_names_the_required_keys_and_answers_nothing() -> None:
    """Taken as it is, with the first choice everywhere, a section is refused at each key that stands in its template."""
    whole = schema("ai-manifest")
    templates = {name: section for name, section in whole["properties"].items() if "defaultSnippets" in section}
    assert {"project", "owner", "people", "technology"} <= set(templates)
    for name, section in templates.items():
        (template,) = section["defaultSnippets"]
        assert list(template["body"]) == section["required"]
        untouched = json.loads(re.sub(r"\$\{\d+\|([^,]*),[^}]*\}", r"\1", json.dumps(template["body"])))
        blank = {key: None if re.fullmatch(r"\$\d+", str(value)) else value for key, value in untouched.items()}
        faults = jsonschema.Draft202012Validator(whole).iter_errors({name: blank})
        assert {fault.absolute_path[1] for fault in faults if fault.absolute_path} == set(blank), name


def test_the_catalogue_has_the_fields_of_schemastore() -> None:
    jsonschema.Draft202012Validator(CATALOGUE).validate(catalogue())


def test_the_catalogue_names_published_schemas_and_the_files_that_the_tool_reads() -> None:
    for entry in catalogue()["schemas"]:
        for url in (entry["url"], *entry["versions"].values()):
            name = PurePosixPath(url).parts[-2]
            assert schema(name)["$id"] == url
    matched = [pattern for entry in catalogue()["schemas"] for pattern in entry["fileMatch"]]
    assert sorted(matched) == sorted((*FILENAMES, CONFIGURATION))
