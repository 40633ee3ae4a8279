"""Spoils a manifest the way people do: against the schema in its data, against YAML in its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Data = dict[str, Any]

_SECTION = re.compile(r"^(?=[a-z])", re.MULTILINE)


def against_schema(data: Data, rng: Random) -> None:
    """One to three mistakes, in place."""
    for mistake in rng.sample(_MISTAKES, rng.randint(1, 3)):
        mistake(data)


def against_yaml(text: str, rng: Random) -> bytes:
    """One mistake between two sections."""
    starts = [found.start() for found in _SECTION.finditer(text)]
    at = rng.choice(starts)
    return text[:at].encode() + rng.choice(_LINES) + text[at:].encode()


def _misspelt(data: Data) -> None:
    data["purpose"]["gaol"] = data["purpose"].pop("goal", "")


def _unknown_word(data: Data) -> None:
    data["people"]["impact"] = "faible"


def _oui(data: Data) -> None:
    data["video"]["used"] = "oui"


def _missing(data: Data) -> None:
    data["owner"].pop("contact", None)


def _number(data: Data) -> None:
    data["schema_version"] = 1.0


def _no_such_day(data: Data) -> None:
    data["project"]["start_date"] = "2026-02-30"


def _not_a_list(data: Data) -> None:
    data["technology"]["capabilities"] = "chatbot"


def _stray(data: Data) -> None:
    data["comite"] = {"avis": "favorable"}


_MISTAKES: list[Callable[[Data], None]] = [
    *(_misspelt, _unknown_word, _oui, _missing, _number, _no_such_day, _not_a_list, _stray),
]
_LINES = (
    b"x-essai: [ouvert\n",
    b'x-essai: "ouvert\n',
    b"x-essai:\n\tx: tabulation\n",
    b"x-essai: *inconnu\n",
    b"x-essai: un\nx-essai: deux\n",
    b"x-essai: a: b\n",
    "x-essai: é\n".encode("latin-1"),
    b"---\n",
)
