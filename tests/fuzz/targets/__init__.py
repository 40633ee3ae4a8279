"""The entrances of the tool that take somebody else's bytes, one module each.

A module has ``one(raw)``, which raises for anything but what the entrance documents; ``seeds()``, good inputs to start from; and
``WORDS``, what its mutations put in.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMES = ("cache", "condition", "export", "manifest", "policy", "record", "register", "report", "settings", "yaml_reader")


class Target(Protocol):
    """What a module of this package offers."""

    WORDS: Sequence[str]

    def one(self, raw: bytes) -> None:
        """Give some bytes to the tool. Raises for what its documentation does not foresee."""

    def seeds(self) -> Iterator[bytes]:
        """Good inputs."""


def target(name: str) -> Target:
    """The target of that name, one of ``NAMES``."""
    return cast("Target", import_module(f"{__name__}.{name}"))
