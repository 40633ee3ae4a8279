"""Words and dates of the page in one language. Nothing is neutralised or escaped here: the templates do it, for every value."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from cmian_policy.messages import render as say
from cmian_policy.model.text import Message, message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from cmian_policy.model.finding import Text
    from cmian_policy.model.text import Lang, Value

# Labels that the templates name: one message each, ``html.word.<name>``.
WORDS = (
    "all", "applies-from", "basis", "certainty", "changes", "checked", "checked-on", "cited", "commit", "disclaimer", "do",
    "exception", "excluded", "facts", "filter", "fingerprint", "found", "from", "granted", "grounds", "law", "level",
    "manifest", "manifests", "no", "notes", "only-action", "overview", "paragraph", "proof", "rationale", "reason",
    "register", "rule", "rules", "sha256", "signature", "skip", "source", "status", "technical", "to-overview", "tool",
    "until", "version", "waivable", "waiver", "why", "yes",
)  # fmt: skip


class Day(NamedTuple):
    """A date for machines (``2026-11-23``) and in words."""

    iso: str
    words: str


class Voice(NamedTuple):
    """What says things in a language."""

    lang: Lang

    def say(self, text: Text) -> str:
        """A text of a pack or a message."""
        return say(text, self.lang)

    def line(self, key: str, **values: Value) -> str:
        """A message of the catalogue."""
        return self.say(message(key, **values))

    def sentence(self, text: Text) -> str:
        """A text that begins with a capital, for a place where it stands alone; one that begins with a path stays as it is."""
        said = self.say(text)
        values = text.values if isinstance(text, Message) else ()
        return said if any(said.startswith(str(value)) for _, value in values) else said[:1].upper() + said[1:]

    def day(self, value: date | str) -> Day:
        """A date in words; a text that is no whole date (a month) stays as it is."""
        try:
            on = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return Day(str(value), str(value))
        key = "html.date-first" if on.day == 1 else "html.date"
        month = self.line(f"html.month-{on.month}")
        return Day(on.isoformat(), self.line(key, day=on.day, month=month, year=str(on.year)))

    def words(self) -> dict[str, str]:
        """The labels, by name."""
        return {name.replace("-", "_"): self.line(f"html.word.{name}") for name in WORDS}
