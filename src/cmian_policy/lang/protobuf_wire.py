"""Reads the protobuf wire format: enough to see a compiled condition without the ``protobuf`` library.

Only authoring may ask for that library, and ``rules test``, which runs as a hook, must not. Source: protobuf.dev,
"Encoding"; groups and unknown wire types do not occur in what cel-expr-python writes.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Value: TypeAlias = "int | bytes"

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_SIGN, _MODULUS = 1 << 63, 1 << 64


class Wire:
    """One message: its fields by number, each with the values it occurs with, undecoded beyond their wire type."""

    def __init__(self, raw: bytes) -> None:
        self._fields: dict[int, list[Value]] = {}
        for number, value in _fields(raw):
            self._fields.setdefault(number, []).append(value)

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    def integer(self, number: int) -> int:
        """An int32, int64, uint64, enum or bool; 0 where the field is absent."""
        value = self._fields.get(number, [0])[-1]
        return value if isinstance(value, int) else int.from_bytes(value, "little")

    def signed(self, number: int) -> int:
        """An int64 that may be negative."""
        value = self.integer(number)
        return value - _MODULUS if value >= _SIGN else value

    def double(self, number: int) -> float:
        """A double."""
        value: float = struct.unpack("<d", self.raw(number))[0]
        return value

    def raw(self, number: int) -> bytes:
        """Bytes; empty where the field is absent."""
        value = self._fields.get(number, [b""])[-1]
        return value if isinstance(value, bytes) else b""

    def text(self, number: int) -> str:
        """A string; empty where the field is absent."""
        return self.raw(number).decode()

    def message(self, number: int) -> Wire:
        """A nested message; an empty one where the field is absent."""
        return Wire(self.raw(number))

    def messages(self, number: int) -> Iterator[Wire]:
        """Each value of a repeated message."""
        return (Wire(value) for value in self._fields.get(number, []) if isinstance(value, bytes))


def _fields(raw: bytes) -> Iterator[tuple[int, Value]]:
    """Field numbers and values in the order of the bytes. Raises ``ValueError`` for bytes that are no message."""
    index = 0
    while index < len(raw):
        tag, index = _varint(raw, index)
        kind = tag & 7
        if kind == _VARINT:
            value, index = _varint(raw, index)
            yield tag >> 3, value
            continue
        size, index = _size(raw, index, kind)
        if index + size > len(raw):
            msg = "truncated message"
            raise ValueError(msg)
        yield tag >> 3, raw[index : index + size]
        index += size


def _size(raw: bytes, index: int, kind: int) -> tuple[int, int]:
    if kind == _LENGTH:
        return _varint(raw, index)
    if kind in {_FIXED64, _FIXED32}:
        return (8 if kind == _FIXED64 else 4), index
    msg = f"wire type {kind}"
    raise ValueError(msg)


def _varint(raw: bytes, index: int) -> tuple[int, int]:
    """A number in groups of seven bits, least significant first, and the index behind it."""
    value = shift = 0
    while index < len(raw):
        byte = raw[index]
        index += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return value, index
        shift += 7
    msg = "truncated number"
    raise ValueError(msg)
