"""Plain data as YAML text the way different people write it: quotes, block texts, short lists in one line, anchors, comments."""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})  # YAML 1.1 and 1.2
_PLAIN = re.compile(r"[A-Za-zÀ-ÿ](?:[\w À-ÿ'()/.+%;-]*[\w)%.])?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_URL = re.compile(r"https?://[\w./%-]+")
_ONE_LINE = 60  # a longer text becomes a block
_WORTH_A_NAME = 25  # a shorter text is repeated rather than named by an anchor
_FLOW = 6  # at most so many words are listed in one line


class Style(NamedTuple):
    """How one author writes: ``block`` for long texts, ``flow`` for short lists, ``comments`` the share of keys with one."""

    quotes: str
    block: bool
    flow: bool
    anchors: bool
    list_indent: int
    comments: float


def styles(rng: Random) -> Style:
    """The habits of one author."""
    return Style(
        quotes=rng.choice(["", "", "'", '"']),
        block=rng.random() < 0.8,  # noqa: PLR2004 - most people do
        flow=rng.random() < 0.6,  # noqa: PLR2004 - as above
        anchors=rng.random() < 0.2,  # noqa: PLR2004 - few people do
        list_indent=rng.choice([0, 2]),
        comments=rng.choice([0.0, 0.05, 0.15]),
    )


def write(data: dict[str, Any], style: Style, rng: Random, sentences: Sequence[str]) -> str:
    """The text of one document, whose reading gives ``data`` again; comments are taken from ``sentences``."""
    writer = _Writer(data, style, rng, sentences)
    writer.mapping(data, 0)
    return "\n".join(writer.lines) + "\n"


def comment(sentence: str, indent: int = 0) -> list[str]:
    """A sentence as comment lines."""
    pad = " " * indent
    return textwrap.wrap(sentence, 100, initial_indent=f"{pad}# ", subsequent_indent=f"{pad}# ", break_long_words=False)


class _Writer:
    """The lines written so far, and the anchors set so far."""

    def __init__(self, data: dict[str, Any], style: Style, rng: Random, sentences: Sequence[str]) -> None:
        self.lines: list[str] = []
        self._style = style
        self._rng = rng
        self._sentences = sentences
        seen = Counter(_texts(data)) if style.anchors else Counter[str]()
        self._shared = {text for text, times in seen.items() if times > 1 and len(text) >= _WORTH_A_NAME}
        self._names: dict[str, str] = {}

    def mapping(self, data: dict[str, Any], indent: int) -> None:
        for key, value in data.items():
            if self._rng.random() < self._style.comments:
                self.lines += comment(self._rng.choice(self._sentences), indent)
            self._entry(f"{' ' * indent}{key}:", value, indent)

    def _entry(self, head: str, value: Any, indent: int) -> None:  # noqa: ANN401 - any JSON
        if isinstance(value, dict) and value:
            self.lines.append(head)
            self.mapping(value, indent + 2)
        elif isinstance(value, list) and value and not self._fits(value):
            self.lines.append(head)
            self._items(value, indent + self._style.list_indent)
        elif isinstance(value, list):
            self.lines.append(f"{head} [{', '.join(map(_scalar, value))}]")
        else:
            self._leaf(head, value, indent)

    def _fits(self, values: list[Any]) -> bool:
        words = all(isinstance(each, str) and each.isidentifier() and each.lower() not in _WORDS for each in values)
        return self._style.flow and len(values) <= _FLOW and words

    def _items(self, values: list[Any], indent: int) -> None:
        pad = " " * indent
        for value in values:
            if isinstance(value, dict) and value:
                start = len(self.lines)
                self.mapping(value, indent + 2)
                first = next(at for at in range(start, len(self.lines)) if not self.lines[at].lstrip().startswith("#"))
                self.lines[first] = f"{pad}- {self.lines[first].lstrip()}"
            else:
                self._entry(f"{pad}-", value, indent)

    def _leaf(self, head: str, value: Any, indent: int) -> None:  # noqa: ANN401 - as above
        if not isinstance(value, str):
            self.lines.append(f"{head} {_scalar(value)}")
        elif value in self._names:
            self.lines.append(f"{head} *{self._names[value]}")
        else:
            if value in self._shared:
                self._names[value] = f"texte{len(self._names) + 1}"
                head += f" &{self._names[value]}"
            self._text(head, value, indent)

    def _text(self, head: str, value: str, indent: int) -> None:
        pad = " " * (indent + 2)
        if "\n" in value and _folds(value.replace("\n", " ")):
            self.lines += [f"{head} |-", *(pad + part for part in value.split("\n"))]
        elif self._style.block and len(value) > _ONE_LINE and _folds(value):
            folded = textwrap.wrap(value, max(40, 100 - indent), break_long_words=False, break_on_hyphens=False)
            self.lines += [f"{head} >-", *(pad + part for part in folded)]
        else:
            self.lines.append(f"{head} {_scalar(value, self._style.quotes)}")


def _folds(text: str) -> bool:
    """Whether folding at spaces keeps a text."""
    return bool(text) and " ".join(text.split(" ")) == text.strip() and "  " not in text and text.replace(" ", "").isprintable()


def _scalar(value: Any, quotes: str = "") -> str:  # noqa: ANN401 - as above
    if not isinstance(value, str):
        return json.dumps(value)
    if _DAY.fullmatch(value) or _URL.fullmatch(value) or (value.isidentifier() and value.lower() not in _WORDS):
        return value
    if quotes == "" and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if quotes == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - as above
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for child in children for text in _texts(child)]
