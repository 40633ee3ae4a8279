"""A question about one field of the manifest, made from the schema, and what an answer to it means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cmian_policy.editing.wizard import words
from cmian_policy.errors import UsageError
from cmian_policy.messages import render
from cmian_policy.messages.neutral import visible
from cmian_policy.messages.suggest import nearest, shorten
from cmian_policy.model.text import Bilingual, message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.lang.schema_shape import Literal, Shape
    from cmian_policy.model.document import Plain
    from cmian_policy.model.finding import Finding, Text
    from cmian_policy.model.text import Lang

_MOST_CHOICES = 30  # beyond, such as for countries, the value is typed
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_BLANKS = re.compile(r"[ \t\r\n]+")  # a paragraph that is pasted is one text
# What means yes and no, in both languages whatever the language of the questions.
SPOKEN = {True: ("o", "oui", "y", "yes"), False: ("n", "non", "no")}


class Option(NamedTuple):
    """A value that may be chosen, and what it means in words."""

    value: Literal
    label: Text


class Question(NamedTuple):
    """One field to fill in.

    ``required`` says that the manifest cannot do without an answer; ``group`` is what is left out when it is passed over: the
    field itself, or a mapping that cannot stand without it. ``because`` holds the findings that ask for it.
    """

    pointer: str
    shape: Shape
    group: str
    required: bool = False
    because: tuple[Finding, ...] = ()

    @property
    def many(self) -> bool:
        """Whether it takes several values."""
        return self.shape.items is not None

    @property
    def options(self) -> tuple[Option, ...]:
        """The values to choose from; none where the answer is typed."""
        shape = self.shape.items or self.shape
        found = shape.literals or ()
        if len(found) > _MOST_CHOICES:
            return ()
        return tuple(Option(value, words.label(shape, value) or Bilingual(str(value), str(value))) for value in found)

    def show(self, value: Plain) -> tuple[Text, ...]:
        """A value as the question shows it, one text for each of several: in words where it is a choice."""
        values = value if isinstance(value, list) else [value]
        known = {str(option.value): option.label for option in self.options}
        return tuple(known.get(str(each), Bilingual(str(each), str(each))) for each in values)


def read_answer(question: Question, text: str, lang: Lang) -> Plain:
    """What a typed answer means: a number or the words of a choice, or a text; several, with commas, where a list is chosen from.

    Raises ``UsageError`` for what is none of the choices, no number, or holds characters that act instead of showing.
    """
    said = clean(text)
    if not question.options:
        return [said] if question.many else scalar(question.shape, said)
    if not question.many:
        return _choice(question, said, lang)
    # The words of a choice may hold commas.
    parts = [said] if _known(question, said, lang) is not None else [part.strip() for part in said.split(",") if part.strip()]
    return list(dict.fromkeys(_choice(question, part, lang) for part in parts or [said]))


def clean(text: str) -> str:
    """A text on one line without blanks around it. Raises ``UsageError`` for control and invisible characters."""
    said = _BLANKS.sub(" ", text).strip()
    if visible(said) != said:
        raise UsageError(message("init.control", text=shorten(visible(said))))
    return said


def scalar(shape: Shape, text: str) -> Plain:
    """A text as the type that the schema wants: whether it is a good one is for the schema to say."""
    kinds = shape.rule.get("type", ())
    if isinstance(kinds, str):
        kinds = [kinds]
    if {"integer", "number"} & set(kinds) and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if "boolean" in kinds or shape.rule.get("x-kind") == "boolean_or_unknown":
        return {"true": True, "false": False}.get(text, text)
    return text


def _choice(question: Question, said: str, lang: Lang) -> Literal:
    known = _known(question, said, lang)
    if known is not None:
        return known.value
    near = nearest(said, [name for option in question.options for name in _names(option, lang)])
    key = "init.no-choice-near" if near else "init.no-choice"
    raise UsageError(message(key, text=shorten(said), count=len(question.options), near=near or ""))


def _known(question: Question, said: str, lang: Lang) -> Option | None:
    """The choice that a number or a name means."""
    options = question.options
    if said.isascii() and said.isdigit() and 0 < int(said) <= len(options):
        return options[int(said) - 1]
    return next((each for each in options if said.casefold() in (name.casefold() for name in _names(each, lang))), None)


def _names(option: Option, lang: Lang) -> Iterator[str]:
    """How a choice may be typed beside its number: its value, its words, and for a boolean a letter."""
    yield str(option.value).lower() if isinstance(option.value, bool) else str(option.value)
    yield render(option.label, lang)
    if isinstance(option.value, bool):
        yield from SPOKEN[option.value]
