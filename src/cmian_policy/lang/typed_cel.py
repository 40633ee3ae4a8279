"""Conditions checked against a JSON Schema: its mappings become protobuf messages, which the engine knows how to check.

Only authoring comes here. The library that builds the messages is an extra of its own (``cmian-policy[authoring]``); without it
:class:`TypedEnvironment` raises ``UsageError``. What has no one type in the schema is a ``google.protobuf.Value``, which is
anything. Source: rules.md, "type-checked against the manifest schema".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_optional, ext_strings

from cmian_policy.errors import UsageError
from cmian_policy.lang.cel_faults import Fault, Vocabulary, faults_of, not_boolean
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cmian_policy.lang.schema_shape import Shape

_PACKAGE = "cmian"
_VALUE = "google/protobuf/struct.proto"


class Scope(NamedTuple):
    """The names that a condition sees beside ``today``: the number of facts (all where None) and the shape of ``item``."""

    facts: int | None = None
    item: Shape | None = None
    has_item: bool = False


_SCALARS = {"string": cel.Type.STRING, "boolean": cel.Type.BOOL, "integer": cel.Type.INT, "number": cel.Type.DOUBLE}


class _Kind(NamedTuple):
    """A type as both sides name it: a scalar, a message (``name``), a list of either; anything where both are None."""

    scalar: str | None = None
    name: str | None = None
    repeated: bool = False


def _type(kind: _Kind) -> Any:  # noqa: ANN401 - the binding has no types
    if kind.repeated:
        return cel.Type.List(_type(kind._replace(repeated=False)))
    if kind.name is not None:
        return cel.Type(kind.name)
    return _SCALARS[kind.scalar] if kind.scalar is not None else cel.Type.DYN


class TypedEnvironment:
    """The variables of conditions with their types.

    ``roots`` gives the shape of each mapping variable (``manifest``, ``record``); ``facts`` the names of the facts in their
    order, None where they are not known. Raises ``UsageError`` where the ``protobuf`` library is missing.
    """

    def __init__(self, roots: Mapping[str, Shape], facts: Sequence[str] | None) -> None:
        self._messages = _Messages()
        self._facts = None if facts is None else tuple(facts)
        self._roots = {name: self._messages.type_of(shape, name) for name, shape in roots.items()}
        for count in range(len(facts or ()) + 1):
            self._messages.facts(count, (facts or ())[:count])
        self._environments: dict[tuple[int, bool, _Kind], Any] = {}

    def check(self, text: str, scope: Scope) -> tuple[Fault, ...]:
        """What is wrong with a condition, in the order of its text."""
        vocabulary = self._vocabulary(scope)
        try:
            compiled = self._environment(scope).compile(text)
        except Exception as error:  # noqa: BLE001 - the binding raises bare Exception subclasses for every kind of fault
            return faults_of(text, str(error), vocabulary)
        kind = compiled.return_type().name()
        return () if kind in {"BOOL", "DYN"} else (not_boolean(vocabulary.readable(kind)),)

    def _environment(self, scope: Scope) -> Any:  # noqa: ANN401 - the binding has no types
        key = (self._visible(scope), scope.has_item, self._item(scope))
        if key not in self._environments:
            self._environments[key] = cel.NewEnv(
                self._messages.pool(),
                variables=self._variables(scope),
                extensions=[ext_optional.ExtOptional(), ext_strings.ExtStrings(), ext_bindings.ExtBindings()],
                functions=[
                    _function("date", [cel.Type.STRING]),
                    _function("plus_months", [cel.Type.TIMESTAMP, cel.Type.INT]),
                ],
            )
        return self._environments[key]

    def _variables(self, scope: Scope) -> dict[str, Any]:
        variables = {name: _type(kind) for name, kind in self._roots.items()}
        variables["today"] = cel.Type.TIMESTAMP
        variables["facts"] = cel.Type.DYN if self._facts is None else cel.Type(self._messages.facts_name(self._visible(scope)))
        if scope.has_item:
            variables["item"] = _type(self._item(scope))
        return variables

    def _item(self, scope: Scope) -> _Kind:
        return _Kind() if scope.item is None else self._messages.known(scope.item)

    def _visible(self, scope: Scope) -> int:
        return len(self._facts or ()) if scope.facts is None else scope.facts

    def _vocabulary(self, scope: Scope) -> Vocabulary:
        return Vocabulary(tuple(self._variables(scope)), self._messages.fields, self._messages.shown, tuple(self._facts or ()))


def _function(name: str, parameters: list[Any]) -> Any:  # noqa: ANN401 - the binding has no types
    return cel.FunctionDecl(name, [cel.Overload(f"{name}_typed", return_type=cel.Type.TIMESTAMP, parameters=parameters)])


class _Messages:
    """Protobuf messages made of shapes; ``fields`` and ``shown`` give the fields and the readable name of each."""

    def __init__(self) -> None:
        try:
            from google.protobuf import descriptor_pb2, descriptor_pool, struct_pb2  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise UsageError(message("usage.no-protobuf")) from error
        self._pb = descriptor_pb2
        self._struct = struct_pb2
        self._new_pool = descriptor_pool.DescriptorPool
        self._file = descriptor_pb2.FileDescriptorProto(
            name="policy.proto", package=_PACKAGE, syntax="proto3", dependency=[_VALUE]
        )
        self._pool: Any = None
        self._kinds: list[tuple[Shape, _Kind]] = []
        self.fields: dict[str, tuple[str, ...]] = {}
        self.shown: dict[str, str] = {}

    def pool(self) -> Any:  # noqa: ANN401 - a DescriptorPool
        """The messages, ready for the engine. No more can be added then."""
        if self._pool is None:
            self._pool = self._new_pool()
            value = self._pb.FileDescriptorProto()
            self._struct.DESCRIPTOR.CopyToProto(value)
            self._pool.Add(value)
            self._pool.Add(self._file)
        return self._pool

    def type_of(self, shape: Shape, shown: str) -> _Kind:
        """The type of a shape; mappings become messages, ``shown`` is how an author names what has the shape."""
        kind = self._kind(shape, shown)
        self._kinds.append((shape, kind))
        return kind

    def known(self, shape: Shape) -> _Kind:
        """The type that :meth:`type_of` gave to an equal shape; anything for one that it never saw."""
        return next((kind for held, kind in self._kinds if held.rule == shape.rule), _Kind())

    def _kind(self, shape: Shape, shown: str) -> _Kind:
        if shape.items is not None:
            inner = self.type_of(shape.items, f"{shown}[]")
            # A list of lists has no protobuf field: it is anything.
            return _Kind() if inner.repeated else inner._replace(repeated=True)
        if shape.keys:
            return self._message(shape, shown)
        return _Kind(scalar=shape.type if shape.type in _SCALARS else None)

    def _message(self, shape: Shape, shown: str) -> _Kind:
        name = f"M{len(self.fields)}"
        kind = _Kind(name=f"{_PACKAGE}.{name}")
        self._describe(name, shown, tuple(shape.keys))
        described = self._file.message_type.add(name=name)
        for number, (key, inner) in enumerate(shape.keys.items(), 1):
            self._field(described, number, key, self.type_of(inner, f"{shown}.{key}"))
        return kind

    def _describe(self, name: str, shown: str, fields: tuple[str, ...]) -> None:
        self.fields[f"{_PACKAGE}.{name}"] = fields
        self.shown[f"{_PACKAGE}.{name}"] = shown

    def _field(self, described: Any, number: int, key: str, kind: _Kind) -> None:  # noqa: ANN401 - a DescriptorProto
        field = self._pb.FieldDescriptorProto
        types = {
            "string": field.TYPE_STRING, "boolean": field.TYPE_BOOL, "integer": field.TYPE_INT64, "number": field.TYPE_DOUBLE,
        }  # fmt: skip
        made = described.field.add(name=key, number=number, json_name=key)
        made.label = field.LABEL_REPEATED if kind.repeated else field.LABEL_OPTIONAL
        made.type = types[kind.scalar] if kind.scalar is not None else field.TYPE_MESSAGE
        if kind.scalar is None:
            made.type_name = f".{kind.name or 'google.protobuf.Value'}"

    def facts_name(self, count: int) -> str:
        """The message of the first ``count`` facts."""
        return f"{_PACKAGE}.Facts{count}"

    def facts(self, count: int, names: Sequence[str]) -> None:
        """Makes the message of the first ``count`` facts: one truth value each, one field for two of a name."""
        self._describe(f"Facts{count}", "facts", tuple(names))
        described = self._file.message_type.add(name=f"Facts{count}")
        for number, name in enumerate(dict.fromkeys(names), 1):
            self._field(described, number, name, _Kind(scalar="boolean"))
