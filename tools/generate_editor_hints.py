"""Writes into the published schemas what editors show and the JSON Schema standard has no word for, from what they say already.

``enumDescriptions`` gives the French label of each value (``x-labels``); ``defaultSnippets`` gives the template of each section
of the manifest, its required keys with the values to choose from. Both are read by yaml-language-server and VS Code. A template
never holds an answer: until one is chosen, "…" or nothing stands there, which no required key accepts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
FILES = tuple(SCHEMAS / name / "1.0.schema.json" for name in ("ai-manifest", "register"))
WITH_TEMPLATES = FILES[0]
OPEN = "…"
Schema = dict[str, Any]


def generate(path: Path) -> str:
    """The text of a schema with its hints."""
    schema: Schema = json.loads(path.read_text(encoding="utf-8"))
    described = _described(schema)
    if path == WITH_TEMPLATES:
        described["properties"] = {
            name: _after(section, "properties", "defaultSnippets", [_template(section, schema["$defs"])])
            if section.get("type") == "object" and section.get("required")
            else section
            for name, section in described["properties"].items()
        }
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def _described(node: Any) -> Any:  # noqa: ANN401 - any JSON
    match node:
        case {"enum": list() as values, "x-labels": dict() as labels}:
            return _after(node, "enum", "enumDescriptions", [labels[value]["fr"] for value in values])
        case dict():
            return {key: _described(value) for key, value in node.items()}
        case list():
            return [_described(value) for value in node]
        case _:
            return node


def _after(node: Schema, before: str, name: str, value: object) -> Schema:
    """A schema with one keyword set, behind the one it belongs to."""
    kept = {key: held for key, held in node.items() if key != name}
    place = list(kept).index(before) + 1
    return dict([*list(kept.items())[:place], (name, value), *list(kept.items())[place:]])


def _template(section: Schema, definitions: Schema) -> Schema:
    body = {key: _blank(place, section["properties"][key], definitions) for place, key in enumerate(section["required"], 1)}
    return {
        "label": f"{section['title']}\N{NO-BREAK SPACE}: champs obligatoires",
        "description": section["description"],
        "body": body,
    }


def _blank(place: int, schema: Schema, definitions: Schema) -> object:
    """The place to fill: a choice where the values are known, else empty, which is no text either."""
    if "$ref" in schema:
        schema = {**definitions[schema["$ref"].removeprefix("#/$defs/")], **schema}
    if schema.get("type") == "array":
        return [_blank(place, schema.get("items", {}), definitions)]
    choices = _choices(schema)
    return f"${{{place}|{','.join((OPEN, *choices))}|}}" if choices else f"${place}"


def _choices(schema: Schema) -> list[str]:
    if schema.get("type") == "boolean":
        return ["true", "false"]
    values = [*schema.get("enum", []), *(choice for each in schema.get("anyOf", []) for choice in _choices(each))]
    return [value if isinstance(value, str) else json.dumps(value) for value in values] + (
        [schema["const"]] if "const" in schema else []
    )


if __name__ == "__main__":
    for path in FILES:
        if "--check" not in sys.argv:
            path.write_text(generate(path), encoding="utf-8", newline="\n")
        elif path.read_text(encoding="utf-8") != generate(path):
            sys.exit(f"{path.parent.name} lacks hints: run make generate")
