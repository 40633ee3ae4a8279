"""Text for people, in the two languages of the tool."""

from __future__ import annotations

from typing import Literal, TypeAlias

from cmian_policy.model.tuples import NamedTuple

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")


class Bilingual(NamedTuple):
    """A text that a pack gives in both languages."""

    fr: str
    en: str

    def get(self, lang: Lang) -> str:
        """The text in ``lang``."""
        return self.fr if lang == "fr" else self.en


class Message(NamedTuple):
    """One of the tool's own messages, not yet in a language.

    ``key`` names a template of the catalogues in :mod:`cmian_policy.messages`; ``values`` fill its placeholders and may be
    hostile text, which is put in as it is: the reporters neutralise it.
    """

    key: str
    values: tuple[tuple[str, Value], ...] = ()


Value: TypeAlias = "str | int | Bilingual | Message"


def message(key: str, /, **values: Value) -> Message:
    """A message from its key and the values of its placeholders."""
    return Message(key, tuple(values.items()))
