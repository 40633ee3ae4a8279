"""A plain command line, read without click: loading that library costs a commit hook a sixth of its time.

As with manifests, what is good is recognised quickly and only the rest is explained: anything but the commonest shapes is left to
click, whose answer then counts. A property test shows that both read the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmian_policy.cli.parameters import day_of, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cmian_policy.cli.parameters import Parameter

_VARIABLE = "CMIAN_"


class _Unusual(Exception):  # noqa: N818 - not an error: the command line is left to click
    pass


def values_of(arguments: Sequence[str], parameters: Iterable[Parameter], environment: Mapping[str, str]) -> dict[str, Any] | None:
    """The value of each parameter, by name, and the paths; None for whatever is not plain."""
    if any(name.startswith(_VARIABLE) for name in environment):
        return None
    known = {name: parameter for parameter in parameters for name in parameter.names}
    values: dict[str, Any] = {each.name: _absent(each) for each in known.values()}
    paths: list[str] = []
    given: set[str] = set()
    waiting = iter(arguments)
    try:
        for argument in waiting:
            if argument == "-" or not argument.startswith("-"):
                paths.append(argument)
                continue
            parameter, value = _option(argument, known, waiting)
            if parameter.repeatable:
                values[parameter.name] += (value,)
            elif parameter.name in given:
                return None
            else:
                values[parameter.name] = value
            given.add(parameter.name)
    except _Unusual:
        return None
    return {**values, "paths": tuple(paths)}


def _absent(parameter: Parameter) -> object:
    return () if parameter.repeatable else False if parameter.kind == "flag" else parameter.default


def _option(argument: str, known: Mapping[str, Parameter], waiting: Iterable[str]) -> tuple[Parameter, object]:
    """An option and its value, which may be the argument after it."""
    name, equals, value = argument.partition("=") if argument.startswith("--") else (argument, "", "")
    parameter = known.get(name)
    if parameter is None:
        raise _Unusual
    if parameter.kind == "flag":
        if equals:
            raise _Unusual
        return parameter, True
    return parameter, _value(parameter, value if equals else next(iter(waiting), ""))


def _value(parameter: Parameter, text: str) -> object:
    value = _converted(parameter, text)
    if not text or text.startswith("-") or value is None:
        raise _Unusual
    return value


def _converted(parameter: Parameter, text: str) -> object:
    match parameter.kind:
        case "choice":
            return text if text in parameter.choices() else None
        case "number":
            return number_of(text)
        case "date":
            return day_of(text)
        case _:
            return text
