"""A draft as YAML for people: in the order of the schema, each question in words where its answer goes.

What a record holds is hostile. A text is written so that any YAML reader gets exactly that text, characters that act as escapes;
in a comment it stands on lines of ours. What was written is read again and must hold what was meant.
"""

from __future__ import annotations

import json
import re
import textwrap
from typing import TYPE_CHECKING

from cmian_policy.errors import DocumentError, UsageError
from cmian_policy.exchange.places import dotted, get
from cmian_policy.exchange.prose import Words
from cmian_policy.lang import yaml
from cmian_policy.messages import render
from cmian_policy.messages.neutral import visible
from cmian_policy.model.location import Location, child, parent
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.exchange.draft import Draft, Remark
    from cmian_policy.lang.schema_shape import Shape
    from cmian_policy.model.document import Plain
    from cmian_policy.model.text import Lang, Message

_WIDTH = 100
_QUOTED_AT_MOST = 1000  # characters of a record that a comment repeats
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LOOKS_OTHERWISE = re.compile(r"true|false|null|y|n|yes|no|on|off", re.IGNORECASE)
_FOLDED = re.compile(r"[^\x00-\x20]+(?: [^\x00-\x20]+)+")  # words, one space between two: what a folded block gives back
_NO_CHARACTER = "\ufffe\uffff"


class DraftText:
    """Writes one draft."""

    def __init__(self, draft: Draft, schema: Shape, lang: Lang, head: tuple[Message, ...]) -> None:
        self._draft = draft
        self._schema = schema
        self._lang = lang
        self._head = head
        self._words = Words(schema, lang)
        self._beside = _beside(draft)

    def write(self, shown: str) -> str:
        """The whole text. Raises ``UsageError``, naming the record's file as ``shown``, for a draft too large for a manifest."""
        lines = [line for text in self._head for line in self._comment(text, "")]
        text = "\n".join([*lines, "", *self._mapping(self._draft.data, self._schema, "", "")]) + "\n"
        try:
            read = yaml.read(text.encode(), shown).data
        except DocumentError as error:
            raise UsageError(message("import.no-manifest", cause=error.message), Location(shown)) from error
        if read != self._draft.data:
            msg = "the draft does not hold what was meant"
            raise RuntimeError(msg)
        return text

    def _mapping(self, held: dict[str, Plain], shape: Shape, pointer: str, indent: str) -> Iterator[str]:
        """A mapping in the order of the schema, with the questions on what it lacks; its other keys come last."""
        for key, inside in shape.keys.items():
            place = child(pointer, key)
            if not indent and (key in held or place in self._beside) and key != "schema_version":
                yield ""
            yield from self._questions(place, indent)
            if key in held:
                yield from self._entry(key, held[key], inside, place, indent)
        for key in [key for key in held if key not in shape.keys]:
            yield from (() if indent else ("",))
            yield from self._kept(key, held[key], indent)

    def _entry(self, key: str, held: Plain, shape: Shape, place: str, indent: str) -> Iterator[str]:
        match held:
            case dict():
                yield f"{indent}{key}:"
                yield from self._mapping(held, shape, place, f"{indent}  ")
            case list():
                yield f"{indent}{key}:"
                for index, item in enumerate(held):
                    yield from self._item(item, shape.items or shape, child(place, index), f"{indent}  ")
            case _:
                yield from _scalar(f"{indent}{key}:", held, f"{indent}  ")

    def _item(self, held: Plain, shape: Shape, place: str, indent: str) -> Iterator[str]:
        if not isinstance(held, dict):
            yield from _scalar(f"{indent}-", held, f"{indent}  ")
            return
        first, *others = self._mapping(held, shape, place, f"{indent}  ")
        yield f"{indent}- {first.lstrip()}"
        yield from others

    def _kept(self, key: str, held: Plain, indent: str) -> Iterator[str]:
        """What only the standard knows: a mapping of texts, under the names of its fields."""
        yield from self._comment(message("import.kept"), indent)
        yield f"{indent}{key}:"
        for name, value in held.items() if isinstance(held, dict) else ():
            label = name if _BARE.fullmatch(name) else _quoted(name)
            yield from _scalar(f"{indent}  {label}:", value, f"{indent}    ")

    def _questions(self, place: str, indent: str) -> Iterator[str]:
        """The question whose answer goes here, and those on places that the draft does not have, with what the record says."""
        if place == "/project/id" and self._draft.proposed:
            yield from self._comment(message("import.proposed-id"), indent)
        if place in self._draft.questions:
            yield from self._question(place, indent)
        for about in self._beside.get(place, ()):
            if about != place or place not in self._draft.questions:
                title = self._words.title(about)
                yield from self._comment(message("import.maybe", title=title, place=dotted(about)), indent)
            yield from self._said(self._draft.remarks[about], indent)

    def _question(self, place: str, indent: str) -> Iterator[str]:
        shape = self._schema.at(place)
        if shape is None:
            return
        description = self._words.description(place)
        yield from self._comment(message("import.question", title=self._words.title(place), description=description), indent)
        for choice in (shape.items or shape).literals or ():
            code = json.dumps(choice) if isinstance(choice, bool) else str(choice)
            yield from self._comment(message("import.choice", code=code, label=self._words.value(place, choice)), indent, "  ")

    def _said(self, remarks: tuple[Remark, ...], indent: str) -> Iterator[str]:
        for remark in remarks:
            text = remark.text if len(remark.text) <= _QUOTED_AT_MOST else f"{remark.text[:_QUOTED_AT_MOST]}…"
            yield from self._comment(message("import.said", field=remark.field, text=text), indent)

    def _comment(self, text: Message, indent: str, hanging: str = "") -> Iterator[str]:
        """Words of ours as comment lines; what they repeat of a record shows and never acts."""
        said = visible(render(text, self._lang))
        wrap = textwrap.TextWrapper(
            _WIDTH - len(f"{indent}# "), subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
        )
        yield from (f"{indent}# {line}" for line in wrap.wrap(said))


def _beside(draft: Draft) -> dict[str, tuple[str, ...]]:
    """The places with remarks, by the place in the draft that they stand before: their own, or where it would begin."""
    found: dict[str, tuple[str, ...]] = {}
    for about in draft.remarks:
        place = about
        while get(draft.data, parent(place)) is None:
            place = parent(place)
        found[place] = (*found.get(place, ()), about)
    return found


def _scalar(before: str, value: Plain, indent: str) -> Iterator[str]:
    """A key or a dash with its value; a long text of plain words as a folded block."""
    if value is None:
        yield before
    elif isinstance(value, str) and len(value) + len(before) >= _WIDTH and _is_foldable(value):
        yield f"{before} >-"
        yield from (
            f"{indent}{line}"
            for line in textwrap.wrap(value, _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
        )
    else:
        yield f"{before} {_written(value)}"


def _is_foldable(text: str) -> bool:
    """Whether a text may begin lines: a build log takes one that begins with two colons for a command."""
    return _FOLDED.fullmatch(text) is not None and "::" not in text and all(map(_harmless, text))


def _harmless(char: str) -> bool:
    return char not in _NO_CHARACTER and visible(char) == char


def _written(value: Plain) -> str:
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) and not _LOOKS_OTHERWISE.fullmatch(value) else _quoted(value)
    return json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    """A text in double quotes, every character that acts as an escape of YAML's."""
    return "".join(char if _harmless(char) else _escape(char) for char in json.dumps(text, ensure_ascii=False))


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"  # noqa: PLR2004 - four digits hold no more
