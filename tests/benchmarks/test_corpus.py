"""The manifests of the benchmark: always the same bytes, of the sizes and kinds that its results state, as the tool sees them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from corpus import CYCLE, LARGEST, SMALLEST, Made, corpus, small
from material import Material, kept, kind, material
from yaml_text import styles, write

from cmian_policy import check
from cmian_policy.lang.yaml import read

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNT = 60


@pytest.fixture(scope="module")
def stuff() -> Material:
    """What manifests are made of, gathered once."""
    return material()


@pytest.fixture(scope="module")
def made(stuff: Material) -> list[Made]:
    """A small corpus."""
    return list(corpus(COUNT, stuff))


def kinds(made: Iterable[Made], folder: Path) -> dict[str, str]:
    """What the tool says of each manifest, by its name."""
    for each in made:
        (folder / each.name).mkdir()
        (folder / each.name / "ai-manifest.yaml").write_bytes(each.raw)
    report = check([folder], on=date(2026, 11, 23), here=folder)
    return {Path(manifest.path).parent.name: kind(manifest) for manifest in report.manifests}


def test_the_tool_finds_each_manifest_to_be_what_it_was_made_to_be(made: list[Made], tmp_path: Path) -> None:
    assert kinds(made, tmp_path) == {each.name: each.kind for each in made}


def test_the_shares_are_those_of_the_cycle(made: list[Made]) -> None:
    assert Counter(each.kind for each in made) == Counter(CYCLE * (COUNT // len(CYCLE)))


def test_small_manifests_are_of_the_same_kinds_and_about_one_kilobyte(stuff: Material, tmp_path: Path) -> None:
    few = list(small(40, stuff))
    assert kinds(few, tmp_path) == {each.name: each.kind for each in few}
    assert all(600 <= len(each.raw) <= 1_700 for each in few), [len(each.raw) for each in few]


def test_sizes_are_spread_evenly_within_their_bounds(made: list[Made]) -> None:
    sizes = sorted(len(each.raw) for each in made)
    assert sizes[0] >= SMALLEST
    assert sizes[-1] <= LARGEST
    step = (LARGEST - SMALLEST) / COUNT
    for place, size in enumerate(sizes):
        assert size == pytest.approx(SMALLEST + step * (place + 0.5), abs=step)


def test_the_same_seed_gives_the_same_bytes(made: list[Made], stuff: Material, tmp_path: Path) -> None:
    file = tmp_path / "material.json"
    file.write_text(json.dumps(stuff), encoding="utf-8")
    assert list(corpus(COUNT, kept(file))) == made
    assert [each.raw for each in corpus(COUNT, stuff, seed=1)] != [each.raw for each in made]


def test_no_two_manifests_are_alike(made: list[Made]) -> None:
    assert len({each.raw for each in made}) == COUNT


def test_the_corpus_holds_what_people_write(made: list[Made]) -> None:
    text = b"".join(each.raw for each in made)
    for mark in (b"# ", b": >-\n", b": |-\n", b"&texte1", b"*texte1", b': "', b": '", b": ["):
        assert mark in text, mark


@pytest.mark.parametrize("seed", range(30))
def test_every_style_is_read_back_to_the_data_it_was_written_from(stuff: Material, seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - no secret
    data = {
        **rng.choice(stuff.failing).data,
        "x-notes": [
            "oui",
            "no",
            "1:30",
            "2026-01-01",
            "a: b",
            "a #b",
            "- a",
            "",
            " ",
            "deux\nlignes",
            "l'eau",
            'dit "oui"',
            "é" * 70,
        ],
        "x-same": {"a": "un texte assez long pour être nommé", "b": "un texte assez long pour être nommé"},
        "x-values": [1, 2.5, True, False, [], {}],
        "x-long": "Des mots. " * 20 + "Fin",
    }
    assert read(write(data, styles(rng), rng, stuff.sentences).encode(), "x").data == data
