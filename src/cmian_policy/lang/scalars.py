"""Scalars of YAML 1.2: what a plain or a tagged scalar means (core schema, YAML 1.2.2, section 10.3.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from cmian_policy.model.text import Message, message

if TYPE_CHECKING:
    from collections.abc import Callable

Scalar: TypeAlias = "bool | int | float | str | None"

# JSON numbers that every reader holds exactly (RFC 8259, section 6; RFC 7493, section 2.2).
MAX_INTEGER: Final = 2**53 - 1
# A plain scalar that begins with none of these is text, whatever follows.
SUSPECT: Final = frozenset("0123456789+-.nNtTfF~")
CORE: Final = "tag:yaml.org,2002:"

_SHOWN: Final = 40
# The most digits that an allowed integer has in any base: octal's.
_MOST_DIGITS: Final = len(f"{MAX_INTEGER:o}")
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def resolve(text: str) -> Scalar | Message:
    """Tell what an untagged plain scalar stands for, or the message that says why it is refused.

    Integers outside ±(2^53-1), infinities, NaN and floats too large for a double are refused; a date, ``1:30``, ``1_000``,
    ``no`` or ``on`` is text.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    if _NOT_FINITE.fullmatch(text):
        return message("yaml.not-finite", value=text)
    return text


def resolve_as(tag: str, text: str) -> Scalar | Message:
    """Tell what ``text`` stands for under a full core tag (``tag:yaml.org,2002:int``) or ``!``, or why it is refused.

    Raises ``KeyError`` for any other tag.
    """
    kind = tag.removeprefix(CORE)
    value = _AS[kind](text)
    if value is _MISFIT:
        return message("yaml.tag-mismatch", tag="!!" + kind, value=shorten(text))
    return value


def shorten(text: str) -> str:
    """``text`` short enough to be quoted in a message."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _integer(text: str) -> int | Message:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    digits = (text[2:] if base != 10 else text.lstrip("+-")).lstrip("0")  # noqa: PLR2004 - ten is the base of the digits
    # Counted first: int() raises ValueError for more than 4,300 digits, leading zeros included.
    value = int(digits or "0", base) if len(digits) <= _MOST_DIGITS else MAX_INTEGER + 1
    if value > MAX_INTEGER:
        return message("yaml.integer-range", value=shorten(text), limit=str(MAX_INTEGER))
    return -value if text[0] == "-" else value


def _float(text: str) -> float | Message:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return message("yaml.not-finite", value=shorten(text))
    return value


_MISFIT: Final = Message("")


def _as_float(text: str) -> Scalar | Message:
    if _NOT_FINITE.fullmatch(text):
        return message("yaml.not-finite", value=text)
    return _float(text) if _FLOAT.fullmatch(text) else _MISFIT


def _as_null(text: str) -> Scalar | Message:
    return None if _WORDS.get(text, text) is None else _MISFIT


def _as_bool(text: str) -> Scalar | Message:
    value = _WORDS.get(text)
    return _MISFIT if value is None else value


_AS: Final[dict[str, Callable[[str], Scalar | Message]]] = {
    "!": str,
    "str": str,
    "int": lambda text: _integer(text) if _INTEGER.fullmatch(text) else _MISFIT,
    "float": _as_float,
    "bool": _as_bool,
    "null": _as_null,
}
SCALAR_TAGS: Final = frozenset("!" if kind == "!" else CORE + kind for kind in _AS)
