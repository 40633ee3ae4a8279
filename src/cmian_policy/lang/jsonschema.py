"""Explains what a document lacks to follow its JSON Schema: every violation, in words of ours, at its place.

``jsonschema`` finds the violations. It is imported for documents that have some: a good manifest is recognised by
:mod:`cmian_policy.lang.manifest_validator`, generated from the same schema file (docs/adr/0004-contracts.md).
"""

from __future__ import annotations

import json
import re
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from cmian_policy.lang.schema_validator import validator
from cmian_policy.messages.suggest import nearest, shorten
from cmian_policy.model.location import START, child, to_pointer
from cmian_policy.model.problem import Problem
from cmian_policy.model.text import Bilingual, Message, message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from jsonschema.exceptions import ValidationError

    from cmian_policy.model.document import LocatedDocument, Plain

Schema = dict[str, Any]

# The values of x-kind whose wrong form has words of its own.
_FORMS = frozenset(
    {
        "text", "date", "month_or_date", "url", "slug", "contact", "pin", "sha256", "annex_iii_point",
        "rule_id", "release_id", "pointer", "name",
    }
)  # fmt: skip
_MOST = 1_000  # violations of one document that are told: nobody reads more, and a report of them all could have any size
_YES = {"oui", "yes", "on", "vrai", "o", "y"}
_NO = {"non", "no", "off", "faux", "n"}


class _Violation(NamedTuple):
    """A message about the value, or the absence, at a pointer."""

    pointer: str
    message: Message
    on_key: bool = False


def explain(document: LocatedDocument, schema: Schema, good: Collection[str] = ()) -> tuple[Problem, ...]:
    """Every violation of ``schema`` in a document, in the order of the text; empty when it is valid.

    ``good`` holds the properties whose values are known to follow it, which are not gone through again. Past the first 1,000
    violations only one more says so, at the start of the text. The schema is one of the published contracts, which tests hold
    against the metaschema: it is not checked again here.
    """
    names = cache(partial(_names, schema))
    left = (
        {**schema, "properties": {name: {} if name in good else rule for name, rule in schema["properties"].items()}}
        if good
        else schema
    )
    found = (each for error in validator(left).iter_errors(document.data) for each in _describe(error, schema, names))
    violations = set(islice(found, _MOST))
    problems = [_locate(document, violation) for violation in _one_a_value(violations)]
    problems += [Problem(message("schema.more", limit=_MOST), START) for _ in islice(found, 1)]
    return tuple(sorted(problems, key=lambda problem: (problem.span, problem.pointer, problem.message.key)))


def _one_a_value(violations: set[_Violation]) -> list[_Violation]:
    """A value of the wrong type that is no allowed value either is one mistake: what is allowed says it best."""
    allowed = {violation.pointer for violation in violations if violation.message.key in {"schema.const", "schema.boolean-word"}}
    return [each for each in violations if each.pointer not in allowed or not each.message.key.startswith("schema.type")]


def _locate(document: LocatedDocument, violation: _Violation) -> Problem:
    span = document.key_span(violation.pointer) if violation.on_key else None
    return Problem(violation.message, span or document.locate(violation.pointer), violation.pointer)


def _describe(error: ValidationError, schema: Schema, names: Callable[[], Mapping[str, list[str]]]) -> Iterator[_Violation]:
    """The violations that one error of ``jsonschema`` stands for."""
    pointer = to_pointer(list(error.absolute_path))
    rule: Any = error.schema
    instance: Any = error.instance
    match error.validator:
        case "required":
            yield from (
                _Violation(child(pointer, key), _missing(key, rule, schema)) for key in rule["required"] if key not in instance
            )
        case "additionalProperties":
            yield from (
                _Violation(child(pointer, key), _unknown_key(key, rule, names), on_key=True)
                for key in _unknown_keys(instance, rule)
            )
        case "anyOf" if isinstance(instance, dict) and (inside := _inside(error, rule)):
            for inner in inside:
                yield from _describe(inner, schema, names)
        case _:
            yield _Violation(pointer, _value(error, rule))


def _inside(error: ValidationError, rule: Schema) -> list[ValidationError]:
    """What is wrong with a mapping where a mapping is one of the alternatives: none of the others was meant."""
    mapping = [index for index, option in enumerate(rule["anyOf"]) if option.get("type") == "object"]
    return [inner for inner in error.context or () if inner.schema_path[0] in mapping]


def _missing(key: str, rule: Schema, schema: Schema) -> Message:
    declared = _resolve(rule.get("properties", {}).get(key, {}), schema)
    if "title" not in declared:
        return message("schema.required", key=key)
    french = str(declared["title"])
    return message("schema.required-titled", key=key, title=Bilingual(french, str(declared.get("x-en", {}).get("title", french))))


def _unknown_keys(instance: dict[str, Plain], rule: Schema) -> list[str]:
    free = tuple(re.compile(pattern) for pattern in rule.get("patternProperties", {}))
    known = rule.get("properties", {})
    return [key for key in instance if key not in known and not any(pattern.search(key) for pattern in free)]


def _unknown_key(key: str, rule: Schema, names: Callable[[], Mapping[str, list[str]]]) -> Message:
    shown = shorten(key)
    near = nearest(key, rule.get("properties", {}))
    if near:
        return message("schema.unknown-key-near", key=shown, near=near)
    elsewhere = names().get(key, [])
    if len(elsewhere) == 1:
        return message("schema.unknown-key-elsewhere", key=shown, place=elsewhere[0])
    if "patternProperties" in rule:
        return message("schema.unknown-key", key=shown)
    return message("schema.unknown-key-closed", key=shown, known=", ".join(rule.get("properties", {})))


def _value(error: ValidationError, rule: Schema) -> Message:
    """What is wrong with one value."""
    instance: Any = error.instance
    if instance is None:
        return message("schema.null")
    explain_keyword = _BY_KEYWORD.get(str(error.validator))
    if explain_keyword is None:
        return message("schema.other", keyword=str(error.validator), detail=shorten(error.message))
    return explain_keyword(instance, rule)


def _not_const(instance: Plain, rule: Schema) -> Message:
    return message("schema.const", value=show(instance), expected=str(rule["const"]))


def _no_alternative(instance: Plain, rule: Schema) -> Message:
    if rule.get("x-kind") == "boolean_or_unknown":
        return _wrong_word(instance) or message("schema.boolean-or-unknown", value=show(instance))
    return message("schema.any-of", value=show(instance), choices=" | ".join(_choice(option) for option in rule["anyOf"]))


def _choice(option: Schema) -> str:
    return json.dumps(option["const"]) if "const" in option else str(option.get("type", "text"))


def _wrong_form(instance: Plain, rule: Schema) -> Message:
    """The kinds are those of ``x-kind`` in the schema files."""
    kind = rule.get("x-kind")
    if kind in _FORMS:
        return message(f"schema.form.{kind}", value=show(instance))
    return message("schema.form", value=show(instance), pattern=rule["pattern"])


def _too_long(instance: Plain, rule: Schema) -> Message:
    return message("schema.too-long", count=len(str(instance)), maximum=rule["maxLength"])


def _empty(_instance: Plain, _rule: Schema) -> Message:
    return message("schema.empty")


def _too_large(instance: Plain, rule: Schema) -> Message:
    return message("schema.maximum", value=show(instance), maximum=rule["maximum"])


def _too_small(instance: Plain, rule: Schema) -> Message:
    return message("schema.minimum", value=show(instance), minimum=rule["minimum"])


def _wrong_type(instance: Plain, rule: Schema) -> Message:
    expected = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    if "boolean" in expected and (word := _wrong_word(instance)):
        return word
    if "string" in expected and isinstance(instance, (bool, int, float)):
        return message("schema.type.quote", value=show(instance))
    if expected == ["array"] and not isinstance(instance, dict):
        return message("schema.type.list", value=show(instance))
    return message("schema.type", expected=message(f"type.{expected[0]}"), actual=message(f"type.{type_name(instance)}"))


def _wrong_word(instance: Plain) -> Message | None:
    """YAML 1.2 reads ``oui`` and ``no`` as text: the commonest mistake deserves its own words."""
    word = instance.strip().lower() if isinstance(instance, str) else ""
    if word in _YES | _NO or word in {"true", "false"}:
        return message("schema.boolean-word", value=show(instance), expected="true" if word in _YES | {"true"} else "false")
    return None


def _not_in_enum(instance: Plain, rule: Schema) -> Message:
    value, allowed = show(instance), [str(choice) for choice in rule["enum"]]
    if rule.get("x-kind") == "country":
        return message("schema.country", value=value)
    choices = ", ".join(allowed)
    near = nearest(instance, allowed) if isinstance(instance, str) else None
    return (
        message("schema.enum-near", value=value, near=near, choices=choices)
        if near
        else message("schema.enum", value=value, choices=choices)
    )


_BY_KEYWORD: dict[str, Callable[[Plain, Schema], Message]] = {
    "anyOf": _no_alternative,
    "const": _not_const,
    "enum": _not_in_enum,
    "maxLength": _too_long,
    "maximum": _too_large,
    "minItems": _empty,
    "minimum": _too_small,
    "pattern": _wrong_form,
    "type": _wrong_type,
}


def type_name(value: Plain) -> str:
    """The JSON type of a value, as the catalogues name it (``type.string`` …)."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list():
            return "array"
        case _:
            return "object"


def show(value: Plain) -> str:
    """A value as a message repeats it: scalars as YAML writes them, collections by their brackets only, shortened."""
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case list():
            return "[…]"
        case dict():
            return "{…}"
        case _:
            return shorten(str(value))


def _resolve(rule: Schema, schema: Schema) -> Schema:
    """A subschema with its ``$ref`` laid under its own annotations."""
    name = str(rule.get("$ref", "")).removeprefix("#/$defs/")
    return {**schema.get("$defs", {}).get(name, {}), **rule}


def _names(schema: Schema) -> dict[str, list[str]]:
    """Every key that the schema knows, with the dotted paths where it belongs."""
    found: dict[str, list[str]] = {}

    def visit(rule: Schema, path: str) -> None:
        resolved = _resolve(rule, schema)
        for key, declared in resolved.get("properties", {}).items():
            place = f"{path}.{key}" if path else key
            found.setdefault(key, []).append(place)
            visit(declared, place)
        if "items" in resolved:
            visit(resolved["items"], f"{path}[]")

    visit(schema, "")
    return found
