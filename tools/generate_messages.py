"""Generates docs/messages.md: every error message of the French catalogue, by family, with exit code, cause and mend.

A message says itself what is wrong there and how to mend it; what holds for its whole family is in messages.toml. A test shows
that the committed page is what this script writes and that no family of errors is missing.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

from cmian_policy.messages import catalogue

PAGE = Path(__file__).resolve().parent.parent / "docs" / "messages.md"
LEFT, RIGHT = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}", "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
MARKUP = re.compile(r"([\\`*_\[\]<>#|])")


class Family(NamedTuple):
    """Messages whose keys match ``keys``, under a heading; ``name`` is the first part of their keys."""

    name: str
    heading: str
    code: str
    cause: str
    mend: str
    keys: str = ".+"


def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).with_name("messages.toml")).read_text(encoding="utf-8"))


DATA = _data()
FAMILIES = tuple(Family(**each) for each in DATA["family"])  # in the order in which a user meets them
NAMES: dict[str, str] = DATA["placeholders"]


def generate() -> str:
    """The page."""
    return _french(DATA["head"]) + "".join(map(_section, FAMILIES))


def held(family: Family) -> list[str]:
    """The keys of a family's messages; of a plural, that of several."""
    pattern = re.compile(rf"{family.name}\.(?:{family.keys})")
    return [key for key in catalogue("fr") if pattern.fullmatch(key) and not key.endswith(".one")]


def _section(family: Family) -> str:
    said = "".join(f"- {_shown(catalogue('fr')[key])}\n" for key in held(family))
    about = f"- Code de retour : {family.code}\n- Cause : {family.cause}\n- Remède : {family.mend}\n"
    return f"\n## {family.heading}\n\n{_french(about)}\nMessages{_french(' :')}\n\n{said}"


def _shown(template: str) -> str:
    """A template as Markdown text; its placeholders between angle quotes."""
    parts = []
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(MARKUP.sub(r"\\\1", literal.replace("\n", " ")))
        if name is not None:
            parts.append(f"{LEFT}{NAMES.get(name, name)}{RIGHT}")
    return "".join(parts).strip()


def _french(text: str) -> str:
    return re.sub(r"(?<=«) | (?=[;:!?»](?:\s|$))", "\N{NO-BREAK SPACE}", text)


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(generate(), encoding="utf-8", newline="\n")
    elif PAGE.read_text(encoding="utf-8") != generate():
        sys.exit(f"{PAGE.name} is not what the catalogue gives: run make generate")
