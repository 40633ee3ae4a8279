"""Writes the manifests to measure with: the same bytes for the same seed, whatever the machine.

``python corpus.py FOLDER COUNT`` writes ``FOLDER/<name>/ai-manifest.yaml`` of 1 to 60 kB, and prints names, kinds and sizes as
JSON; ``--small`` writes ones of about 1 kB in folders of 1,000. ``--material FILE`` keeps what they are made of for the next
time; ``--every N`` uses one case of the rules out of N. It is a program of its own so that those who measure stay small: a new
process begins with the memory of the one that starts it, and the system counts that in its peak.
"""

from __future__ import annotations

import argparse
import json
import sys
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from damage import against_schema, against_yaml
from growing import grow
from material import kept
from yaml_text import comment, styles, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from material import Candidate, Material

SEED = 20241118
SMALLEST, LARGEST = 1_000, 60_000  # bytes
SMALL = 1_000
TEMPLATES = 100  # of small manifests; the rest are these under other ids
A_FOLDER = 1_000
ATTEMPTS = 6  # to come near a size; comments fill what is left
# Of 20 manifests; RESULTS.md names the shares.
CYCLE = ("compliant",) * 10 + ("failing",) * 6 + ("schema",) * 3 + ("yaml",)
_NAMELESS = "projet-0000000"


class Made(NamedTuple):
    """A manifest: the name of its folder, its kind (one of ``CYCLE``) and its bytes."""

    name: str
    kind: str
    raw: bytes


def corpus(count: int, stuff: Material, seed: int = SEED) -> Iterator[Made]:
    """``count`` manifests whose sizes are spread evenly from the smallest to the largest, in a mixed order."""
    order = Random(f"{seed}/{count}")  # noqa: S311 - no secret
    kinds = [CYCLE[number % len(CYCLE)] for number in range(count)]
    step = (LARGEST - SMALLEST) / count
    sizes = [round(SMALLEST + step * (number + 0.5)) for number in range(count)]
    order.shuffle(kinds)
    order.shuffle(sizes)
    for number, (kind, size) in enumerate(zip(kinds, sizes, strict=True)):
        yield Made(f"projet-{number:07d}", kind, manifest(f"projet-{number:07d}", kind, size, stuff, Random(f"{seed}/{number}")))  # noqa: S311 - as above


def small(count: int, stuff: Material, seed: int = SEED) -> Iterator[Made]:
    """``count`` manifests of about 1 kB: some templates, each time under another id."""
    templates = []
    for number in range(min(count, TEMPLATES)):
        kind = CYCLE[number % len(CYCLE)]
        templates.append((kind, manifest(_NAMELESS, kind, SMALL, stuff, Random(f"{seed}/small/{number}"))))  # noqa: S311 - as above
    for number in range(count):
        kind, raw = templates[number % len(templates)]
        name = f"projet-{number:07d}"
        yield Made(name, kind, raw.replace(_NAMELESS.encode(), name.encode()))


def manifest(name: str, kind: str, size: int, stuff: Material, rng: Random) -> bytes:
    """One manifest of about ``size`` bytes: a candidate, spoilt and grown as its kind and size ask."""
    data = deepcopy(_pick(stuff.failing if kind == "failing" else stuff.compliant, size, rng).data)
    data["project"]["id"] = name
    if kind == "schema":
        against_schema(data, rng)
    style, drawn = styles(rng), rng.getrandbits(64)
    text = write(data, style, Random(drawn), stuff.sentences)  # noqa: S311 - as above
    for _ in range(ATTEMPTS):
        grow(data, int(0.7 * (0.97 * size - len(text.encode()))), rng, stuff.sentences)
        grown = write(data, style, Random(drawn), stuff.sentences)  # noqa: S311 - as above
        if len(grown.encode()) > size:
            break
        text = grown
        if len(text.encode()) > 0.9 * size:
            break
    text = _filled(text, size, rng, stuff.sentences)
    return against_yaml(text, rng) if kind == "yaml" else text.encode()


def _pick(candidates: Sequence[Candidate], size: int, rng: Random) -> Candidate:
    """A candidate that leaves room to grow; a large manifest is not made from the smallest ones."""
    fitting = [each for each in candidates if min(0.08 * size, 1_500) <= each.size <= 0.8 * size]
    return rng.choice(fitting or candidates[:10])


def _filled(text: str, size: int, rng: Random, sentences: Sequence[str]) -> str:
    """The text with comments before its sections, as many as its size leaves room for."""
    lines = text.splitlines()
    places = [at for at, line in enumerate(lines) if line[:1].isalpha()]
    remarks: dict[int, list[str]] = {}
    missing = size - len(text.encode())
    while True:
        added = comment(rng.choice(sentences))
        missing -= sum(len(each.encode()) + 1 for each in added)
        if missing < 0:
            break
        remarks.setdefault(rng.choice(places), []).extend(added)
    return "\n".join(part for at, line in enumerate(lines) for part in (*remarks.get(at, ()), line)) + "\n"


def main() -> None:
    """Writes the manifests that the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--material", type=Path)
    parser.add_argument("--every", type=int, default=1)
    wanted = parser.parse_args()
    made = []
    for number, each in enumerate((small if wanted.small else corpus)(wanted.count, kept(wanted.material, wanted.every))):
        parent = wanted.folder / f"{number // A_FOLDER:03d}" if wanted.small else wanted.folder
        file = parent / each.name / "ai-manifest.yaml"
        file.parent.mkdir(parents=True)
        file.write_bytes(each.raw)
        made += [] if wanted.small else [{"name": each.name, "kind": each.kind, "size": len(each.raw)}]
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
