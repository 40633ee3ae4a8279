"""Fills the ``{/json/pointer}`` placeholders of a rule's message: values only, never code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cmian_policy.model.document import lookup
from cmian_policy.model.text import Bilingual

if TYPE_CHECKING:
    from cmian_policy.model.document import Plain

PLACEHOLDER = re.compile(r"\{((?:/[^{}]*)?)\}")
_ABSENT = Bilingual("absent", "absent")
_BOOLEANS = {True: "true", False: "false"}
_SHOWN = 200  # characters of a value that a message repeats


def fill(text: Bilingual, holder: Plain) -> Bilingual:
    """A rule's message with the values that ``holder`` (the manifest, or the item of a list) has at its placeholders."""
    if "{" not in text.fr and "{" not in text.en:
        return text
    return Bilingual(_filled(text.fr, holder, _ABSENT.fr), _filled(text.en, holder, _ABSENT.en))


def _filled(text: str, holder: Plain, absent: str) -> str:
    return PLACEHOLDER.sub(lambda match: _shown(holder, match[1], absent), text)


def _shown(holder: Plain, pointer: str, absent: str) -> str:
    found, value = lookup(holder, pointer)
    return _text(value) if found else absent


def _text(value: Plain) -> str:
    match value:
        case bool():
            text = _BOOLEANS[value]
        case list():
            text = ", ".join(_text(item) for item in value)
        case dict():
            text = ", ".join(f"{key}: {_text(item)}" for key, item in value.items())
        case _:
            text = str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
