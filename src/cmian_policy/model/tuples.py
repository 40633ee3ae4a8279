"""``NamedTuple`` in a third of the time.

The one of ``typing`` compiles the annotation of each field, which nothing here ever asks for: with some sixty classes on the way
of a commit hook, that is a twentieth of its time. Type checkers see the original.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple
else:

    class _Maker(type):
        """Makes a tuple class of a class body: its annotated fields, their defaults, its methods."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, object]) -> type:
            fields = [*body.get("__annotations__", ())]
            if not bases:
                return super().__new__(cls, name, bases, body)
            defaults = [body[field] for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # noqa: PYI024
            for key, value in body.items():
                if key not in fields and key not in _OF_CLASSES:
                    setattr(made, key, value)
            made.__doc__ = body.get("__doc__")
            return made

    _OF_CLASSES = ("__annotations__", "__classcell__", "__dict__", "__module__", "__qualname__", "__weakref__")

    class NamedTuple(metaclass=_Maker):
        """See ``typing.NamedTuple``."""


__all__ = ["NamedTuple"]
