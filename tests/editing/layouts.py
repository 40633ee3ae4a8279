"""Manifests of the corpus in any layout: comments, blank lines, quotes, braces, anchors, indentation and line ends by chance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from cmian_policy.lang import manifest_validator, yaml
from cmian_policy.lang.scalars import resolve
from cmian_policy.lang.schema_shape import Shape
from cmian_policy.lang.slips import is_slip
from cmian_policy.messages.suggest import plain
from cmian_policy.pipeline.policy import schema
from tests.packs import MINIMAL, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    Spoil = Callable[["Writer", str, Shape | None, list[str] | None], str]

SHAPE = Shape.of(schema("ai-manifest"))
FIT_PLAIN = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ0-9' ./_-]*[A-Za-zÀ-ÿ0-9.]")
YES, NO = ("oui", "Yes", "on", "VRAI", '"true"', "'oui'"), ("non", "no", "Off", "faux", "'false'")
GARBAGE = ("null", "peut-être", "3", "[]", "{}", '"x"', "Inconnu", "- ", "&b x", "!!str oui", "o", "2026-02-30", "~", "nnne")
COMMENTS = ("# oui", "# Interaction: Direct", "#", "# « é » 😀 \u00a0", "# - a: [1, {b: 2}]", "#: | >", "# schema_version: 1.0")


def _corpus() -> list[dict[str, Any]]:
    files = sorted([*(ROOT / "examples").glob("*/ai-manifest.yaml"), *(ROOT / "policies").glob("*/bases/*.yaml")])
    held = [MINIMAL, *(yaml.read(file.read_bytes(), str(file)).data for file in files)]
    return [data for data in held if isinstance(data, dict) and manifest_validator.accepts(data)]


CORPUS = _corpus()
WORDS = frozenset(
    plain(word) for _, shape in SHAPE.walk() for word in (*shape.keys, *(shape.literals or ())) if isinstance(word, str)
)


class Written(NamedTuple):
    """One stretch of a text, right and with its mistake."""

    right: str
    wrong: str

    @classmethod
    def same(cls, text: str) -> Written:
        """A stretch without a mistake."""
        return cls(text, text)


class Writer:
    """Writes a manifest in a layout that chance decides; ``slip`` makes a mistake of what is right, or leaves it."""

    def __init__(self, rng: Random, spoil: Spoil) -> None:
        self.rng = rng
        self.spoil = spoil
        self.step = rng.choice([2, 3, 4])
        self.end = rng.choice(["\n", "\n", "\r\n", "\r"])
        self.busy = rng.choice([0.0, 0.2, 0.6])  # how much there is between the lines
        self.flow = rng.choice([0.0, 0.3])
        self.wrongs = rng.choice([0.1, 0.5])
        self.anchors = 0

    def _chance(self, odds: float) -> bool:
        return self.rng.random() < odds

    def manifest(self, data: dict[str, Any]) -> Written:
        """A whole file, without its byte order mark."""
        pieces = [*self._between(0), *([Written.same(f"---{self.end}")] if self._chance(0.2) else [])]
        pieces += self._mapping(data, SHAPE, 0)
        text = Written("".join(piece.right for piece in pieces), "".join(piece.wrong for piece in pieces))
        if self._chance(0.2):
            text = Written(text.right.removesuffix(self.end), text.wrong.removesuffix(self.end))
        return text

    def _between(self, indent: int) -> Iterator[Written]:
        """Blank lines and comments, the latter anywhere from the left edge to the indentation and beyond."""
        while self._chance(self.busy):
            blank = "" if self._chance(0.5) else " " * self.rng.randint(0, indent)
            comment = " " * self.rng.choice([indent, indent, 0, indent + 2]) + self.rng.choice(COMMENTS)
            yield Written.same(self.rng.choice([blank, comment]) + self.end)

    def _rest(self) -> Written:
        """What ends a line."""
        comment = f"{' ' * self.rng.randint(1, 3)}{self.rng.choice(COMMENTS)}" if self._chance(self.busy) else ""
        return Written.same(comment + (" " if self._chance(0.1) else "") + self.end)

    def _mapping(self, data: dict[str, Any], shape: Shape | None, indent: int) -> Iterator[Written]:
        """Each key on a line of its own."""
        for key, value in data.items():
            yield from self._between(indent)
            yield Written.same(" " * indent)
            yield from self._entry(key, value, shape, indent)

    def _entry(self, key: str, value: Any, shape: Shape | None, indent: int) -> Iterator[Written]:  # noqa: ANN401 - any JSON
        inside = shape.keys.get(key) if shape else None
        yield self._key(key, shape)
        if isinstance(value, (dict, list)) and value and not self._chance(self.flow):
            yield self._rest()
            if isinstance(value, dict):
                yield from self._mapping(value, inside, indent + self.step)
            else:
                yield from self._items(value, inside and inside.items, indent + self.rng.choice([0, self.step]))
        elif isinstance(value, str) and self._fits_block(value) and self._chance(0.2):
            yield from self._block(value, indent)
        else:
            yield from (Written.same(" " * self.rng.choice([1, 1, 2])), *self._inline(value, inside, indent), self._rest())

    def _items(self, items: list[Any], shape: Shape | None, indent: int) -> Iterator[Written]:
        for item in items:
            yield from self._between(indent)
            dash = "-" + " " * self.rng.choice([1, 1, 3])
            yield Written.same(" " * indent + dash)
            if isinstance(item, dict) and item:
                entries = iter(item.items())
                yield from self._entry(*next(entries), shape, indent + len(dash))
                yield from self._mapping(dict(entries), shape, indent + len(dash))
            else:
                yield from (*self._inline(item, shape, indent), self._rest())

    def _fits_block(self, value: str) -> bool:
        return bool(value.strip()) and value == value.strip() and resolve(value) == value and not re.search(r"[\r\n]", value)

    def _block(self, value: str, indent: int) -> Iterator[Written]:
        """Folded or literal text on lines of its own."""
        lines = value.split(" ") if self._chance(0.5) and "  " not in value else [value]
        header = ">-" if len(lines) > 1 else self.rng.choice(["|-", ">-"])
        comment = " # oui" if self._chance(0.3) else ""
        yield Written.same(f" {header}{comment}{self.end}")
        for line in lines:
            yield Written.same(" " * (indent + self.step) + line + self.end)

    def _inline(self, value: Any, shape: Shape | None, indent: int) -> Iterator[Written]:  # noqa: ANN401 - any JSON
        """A value on the rest of a line; brackets may go on over several lines."""
        match value:
            case dict():
                keys = [(key, held, shape.keys.get(key) if shape else None) for key, held in value.items()]
                held = [
                    [self._key(key, shape), Written.same(" "), *self._inline(inner, inside, indent)]
                    for key, inner, inside in keys
                ]
                yield from self._bracketed("{}", held, indent)
            case list():
                yield from self._bracketed("[]", [[*self._inline(item, shape and shape.items, indent)] for item in value], indent)
            case _:
                yield self._scalar(value, shape)

    def _bracketed(self, brackets: str, parts: list[list[Written]], indent: int) -> Iterator[Written]:
        broken = bool(parts) and self._chance(0.3)
        line = [self._rest(), Written.same(" " * (indent + self.step))] if broken else []
        yield Written.same(brackets[0])
        for place, part in enumerate(parts):
            yield from ([Written.same("," if broken else ", ")] if place else [])
            yield from (*line, *part)
        yield Written.same(brackets[1])

    def _key(self, key: str, shape: Shape | None) -> Written:
        wrong = self.spoil(self, key, shape, None) if shape and self._chance(self.wrongs) else key
        quote = self.rng.choice(["", "", "", '"', "'"])
        return Written(f"{quote}{key}{quote}:", f"{quote}{wrong}{quote}:")

    def _scalar(self, value: Any, shape: Shape | None) -> Written:  # noqa: ANN401 - a JSON scalar
        wrongly = shape is not None and self._chance(self.wrongs)
        match value:
            case bool():
                right = "true" if value else "false"
                return Written(right, self.spoil(self, right, shape, list(YES if value else NO)) if wrongly else right)
            case str() if (
                resolve(value) is not value and resolve(value) is not None and isinstance(resolve(value), (bool, int, float))
            ):
                return Written(f'"{value}"', self.spoil(self, f'"{value}"', shape, [value]) if wrongly else f'"{value}"')
            case str() if shape and value in (shape.literals or ()) and value != "1.0":
                quote = self.rng.choice(["", "", "", '"', "'"])
                wrong = self.spoil(self, value, shape, None) if wrongly else value
                return Written(f"{quote}{value}{quote}", f"{quote}{wrong}{quote}")
            case str():
                return Written.same(self._text(value))
            case _:
                return Written.same(str(value))

    def _text(self, value: str) -> str:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        styles = [f'"{escaped}"']
        if "\n" not in value:
            styles.append("'" + value.replace("'", "''") + "'")
            if FIT_PLAIN.fullmatch(value) and resolve(value) is value:
                styles.append(value)
        self.anchors += 1
        return (f"&a{self.anchors} " if self._chance(0.1) else "") + self.rng.choice(styles)


def sure(writer: Writer, right: str, shape: Shape | None, wrongs: list[str] | None) -> str:
    """A mistake that can only be one: a spelling, or a slip in a word of some length."""
    if wrongs is not None:
        return writer.rng.choice(wrongs)
    known = [str(each) for each in ((shape.literals or ()) if shape and shape.literals else (shape.keys if shape else ()))]
    if right == "schema_version":  # a file without it, and without one right section, is something else
        return right
    spelt = [right.upper(), right.title(), right.replace("_", "-"), right.replace("_", "")]
    place = writer.rng.randrange(len(right))
    slipped = right[:place] + right[place] + right[place:]
    if len(right) > 4 and plain(slipped) not in WORDS and is_slip(slipped, right, known, most=1):
        spelt.append(slipped)
    wrong = writer.rng.choice(spelt)
    return right if resolve(wrong) is not wrong or wrong in known or plain(wrong) == "no" else wrong


def any_word(writer: Writer, right: str, shape: Shape | None, wrongs: list[str] | None) -> str:
    """A mistake of any kind, most of which nobody could mend alone."""
    return writer.rng.choice([*GARBAGE, right[:-1], f"{right}x", *(wrongs or ())]) or right
