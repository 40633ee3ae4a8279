"""The public YAML test suite (yaml/yaml-test-suite, MIT), read from ``$CMIAN_TEST_DATA/yaml-test-suite/src`` where that is."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(os.environ.get("CMIAN_TEST_DATA", "nowhere")) / "yaml-test-suite" / "src"

# How the suite writes what cannot be seen.
_MARKS = {"␣": " ", "←": "\r", "⇔": "\ufeff", "↵": "", "∎\n": "", "∎": ""}
_TAB = re.compile("—*»")
# What a text of a file does not say is as in the text before, except whether it is valid.
_OWN = {"fail"}


class Text(NamedTuple):
    """A text of the suite: its name (file, and place in the file where that holds several), whether YAML 1.2 admits it.

    ``expected`` holds the documents as the suite's JSON has them; None where it gives none.
    """

    name: str
    text: str
    valid: bool
    expected: list[Any] | None


@cache
def texts() -> tuple[Text, ...]:
    """Every text of the suite, in order."""
    return tuple(_texts())


def _texts() -> Iterator[Text]:
    loader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader  # scalars are all text
    for path in sorted(FOLDER.glob("*.yaml")):
        entries: list[dict[str, str]] = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 - as above
        said: dict[str, str] = {}
        for place, entry in enumerate(entries):
            said = {key: value for key, value in said.items() if key not in _OWN} | entry
            name = path.stem if len(entries) == 1 else f"{path.stem}/{place}"
            yield Text(name, _shown(said["yaml"]), "fail" not in said, _documents(said["json"]) if "json" in said else None)


def _shown(text: str) -> str:
    text = _TAB.sub("\t", text)
    for mark, meant in _MARKS.items():
        text = text.replace(mark, meant)
    return text


def _documents(text: str) -> list[Any]:
    decoder, documents, rest = json.JSONDecoder(), [], text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        documents.append(document)
        rest = rest[end:].strip()
    return documents
