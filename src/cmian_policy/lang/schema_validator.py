"""The validator of our contracts: ``jsonschema``, as quick as it can be made through what it offers."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]


def _pattern(_validator: object, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    """JSON Schema patterns are ECMAScript's: ``$`` is the end of the text, where Python's also matches before a last newline."""
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        yield ValidationError(pattern)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", pattern))


_Validator: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call] # it has no types
_made: dict[int, tuple[Schema, Any]] = {}  # by the identity of the definitions, which are kept so that it stays theirs


def validator(schema: Schema) -> Any:  # noqa: ANN401 - as above
    """A validator that looks references up in the definitions of the schema: a registry of all of them takes most of the time."""
    definitions: Schema = schema.get("$defs", {})
    if not definitions:
        return _Validator(schema)

    def reference(own: Any, name: str, instance: object, _schema: object) -> Iterator[ValidationError]:  # noqa: ANN401 - as above
        yield from own.descend(instance, definitions[name.removeprefix("#/$defs/")])

    if id(definitions) not in _made:
        _made[id(definitions)] = definitions, extend(_Validator, {"$ref": reference})  # type: ignore[no-untyped-call] # as above
    return _made[id(definitions)][1](schema)
