"""Conditions: the Common Expression Language, through Google's own binding (rules.md, "Conditions are CEL").

In the binding an error is a value, and a truthy one: nothing outside this module sees a raw result.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
from typing import TYPE_CHECKING

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_optional, ext_strings

from cmian_policy.errors import ExpressionError
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLES = ("manifest", "item", "facts", "today", "record")
_DAY = len("2026-11-23")
_EARLIEST = dt.date(1, 1, 2)
_ABSENT = re.compile(r'NOT_FOUND: Key not found in map : "(.*)"', re.DOTALL)
_PLACE = re.compile(r"<input>:(\d+):(\d+): (.*)")
_SHOWN = 200  # characters of the engine's words that a message repeats
_BUDGET = "INTERNAL: Iteration budget exceeded"  # 10,000 turns of all the comprehensions of one evaluation


class Context(NamedTuple):
    """The variables of one evaluation, ready for the engine."""

    activation: cel.Activation


def engine_stamp() -> tuple[str, int, int]:
    """What tells one build of the engine from another: its file, size and time (asking the package's metadata costs 30 ms)."""
    path = cel.__file__
    status = os.stat(path)
    return path, status.st_size, status.st_mtime_ns


def timestamp(day: dt.date) -> dt.datetime:
    """A calendar day as rules see it: 00:00 UTC."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def _date(text: str) -> dt.datetime:
    """``date('2026-11-23')`` or, for the first of a month, ``date('2026-11')``."""
    full = text if len(text) == _DAY else f"{text}-01"
    day = dt.date.fromisoformat(full)
    if day.isoformat() != full:  # Python also reads weeks, 2026-W01-1
        raise ValueError(text)
    # The engine takes the first instant of year 1 for minus infinity, and errs.
    return timestamp(max(day, _EARLIEST))


def plus_months(moment: dt.datetime, months: int) -> dt.datetime:
    """``plus_months(date, n)``: the same day ``n`` months later, clamped to the month's end."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:  # beyond the calendar: its end, not an error
        return timestamp(dt.date.max if months > 0 else _EARLIEST)
    first = dt.date(year, month + 1, 1)
    return timestamp(max(first.replace(day=min(moment.day, _days_in_month(first))), _EARLIEST))


def _days_in_month(first: dt.date) -> int:
    """The length of the month that begins on ``first``."""
    if first.month == 12:  # noqa: PLR2004 - December, and the calendar may end with it
        return 31
    return (first.replace(month=first.month + 1) - first).days


def _function(name: str, parameters: list[cel.Type], implementation: object) -> cel.FunctionDecl:
    overload = cel.Overload(f"{name}_overload", return_type=cel.Type.TIMESTAMP, parameters=parameters, impl=implementation)
    return cel.FunctionDecl(name, [overload])


def _error(detail: str) -> ExpressionError:
    """The engine's first complaint, with its line and column in the expression and without the drawing beneath it."""
    absent = _ABSENT.match(detail)
    if absent is not None:
        return ExpressionError(message("cel.absent", field=absent[1][:_SHOWN]))
    if detail.startswith(_BUDGET):
        return ExpressionError(message("cel.budget"))
    place = _PLACE.search(detail)
    if place is None:
        return ExpressionError(message("cel.error", detail=detail.splitlines()[0][:_SHOWN]))
    return ExpressionError(message("cel.error", detail=f"{place[1]}:{place[2]}: {place[3][:_SHOWN]}"))


def _not_boolean(kind: str) -> ExpressionError:
    return ExpressionError(message("cel.not-boolean", type=kind))


class Expression:
    """A compiled condition. It is evaluated in a :class:`Context` of the environment that compiled it."""

    __slots__ = ("_compiled",)

    def __init__(self, compiled: cel.Expression) -> None:
        self._compiled = compiled

    def holds(self, context: Context) -> bool:
        """Whether the condition is true. Raises ``ExpressionError`` when it errs or gives anything but a boolean."""
        try:
            result = self._compiled.eval(context.activation)
        except Exception as error:  # past its budget of iterations the binding raises a bare RuntimeError, and gives no value
            raise _error(str(error)) from error
        value = result.value()
        if value is True or value is False:  # what the type BOOL alone gives: asking for its name costs as much as evaluating
            return value
        kind = result.type().name()
        raise _error(str(value)) if kind == "ERROR" else _not_boolean(kind)

    def serialize(self) -> bytes:
        """The compiled form, for :meth:`Environment.restore` of the same version of the binding."""
        return bytes(self._compiled.serialize())


def _new_environment(**settings: object) -> cel.Env:
    """An environment of the engine, which looks for protobuf on its way.

    Conditions on plain data never need it, and where it is installed importing it costs a third of a start-up: it is hidden for
    that moment, unless something else has loaded it already.
    """
    hidden = "google.protobuf" not in sys.modules
    if hidden:
        sys.modules["google.protobuf"] = None  # type: ignore[assignment] # the import system's own sign for "not there"
    try:
        return cel.NewEnv(**settings)
    finally:
        if hidden:
            del sys.modules["google.protobuf"]


class Environment:
    """Variables, functions and extensions that conditions may use: optional, strings, bindings and nothing else."""

    def __init__(self) -> None:
        dyn, text = cel.Type.DYN, cel.Type.STRING
        stamp = cel.Type.TIMESTAMP
        self._env = _new_environment(
            variables={name: stamp if name == "today" else dyn for name in VARIABLES},
            extensions=[ext_optional.ExtOptional(), ext_strings.ExtStrings(), ext_bindings.ExtBindings()],
            functions=[_function("date", [text], _date), _function("plus_months", [stamp, cel.Type.INT], plus_months)],
        )
        # cel-expr-python 0.1.3 knows datetime values only once something was compiled: restored conditions would all err.
        self._env.compile("true")

    def compile(self, text: str) -> Expression:
        """Parses and checks a condition. Raises ``ExpressionError`` for bad syntax, an unknown name, or what is no boolean."""
        try:
            compiled = self._env.compile(text)
        except Exception as error:  # the binding raises bare Exception subclasses for every kind of fault
            raise _error(str(error)) from error
        kind = compiled.return_type().name()
        if kind not in {"BOOL", "DYN"}:
            raise _not_boolean(kind)
        return Expression(compiled)

    def restore(self, compiled: bytes) -> Expression:
        """A condition from its serialized form. Raises ``ExpressionError`` when the bytes are not one."""
        try:
            return Expression(self._env.deserialize(compiled))
        except Exception as error:  # as in compile
            raise _error(str(error)) from error

    def context(self, variables: Mapping[str, object]) -> Context:
        """Variables for one or more evaluations; names are those of ``VARIABLES``."""
        return Context(self._env.Activation(dict(variables)))
