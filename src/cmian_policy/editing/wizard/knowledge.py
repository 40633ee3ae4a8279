"""``questions.yaml``: what the wizard knows beside the schema and the rules."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

from cmian_policy.errors import ExpressionError
from cmian_policy.lang import yaml
from cmian_policy.lang.cel import Environment
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.editing.wizard.places import Data
    from cmian_policy.lang.cel import Expression

_FILE = "questions.yaml"


class FollowUp(NamedTuple):
    """A field that decides which rules apply, and the condition (CEL) on which it is worth asking for."""

    pointer: str
    when: str


class Knowledge(NamedTuple):
    """The parts of the file."""

    follow_ups: tuple[FollowUp, ...]
    plain: frozenset[str]


@cache
def knowledge() -> Knowledge:
    """The file, read once a process."""
    data = cast("dict[str, Any]", yaml.read(resources.files(__package__).joinpath(_FILE).read_bytes(), _FILE).data)
    return Knowledge(tuple(FollowUp(each["at"], each["when"]) for each in data["follow_ups"]), frozenset(data["plain"]))


class Conditions:
    """The conditions of the follow-ups, compiled."""

    def __init__(self) -> None:
        self._environment = Environment()
        self._compiled: list[tuple[str, Expression]] = [
            (each.pointer, self._environment.compile(each.when)) for each in knowledge().follow_ups
        ]

    def met(self, data: Data) -> Iterator[str]:
        """The pointers of the fields to ask for; a condition on what is not answered yet is not met yet."""
        context = self._environment.context({"manifest": data})
        for pointer, condition in self._compiled:
            try:
                if condition.holds(context):
                    yield pointer
            except ExpressionError:
                continue
