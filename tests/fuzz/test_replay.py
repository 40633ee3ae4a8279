"""Every input that is kept: those that reach different code, and those that once broke something (CONTRIBUTING.md, "Fuzzing")."""

from __future__ import annotations

import pytest

from cmian_policy.loading.manifest import read_bytes
from tests.fuzz.kept import CORPUS, CRASHES, kept
from tests.fuzz.mutate import cross, mutate
from tests.fuzz.targets import NAMES, target
from tests.fuzz.targets.manifest import SCHEMA, WORDS
from tests.runner import MINIMAL

MOST = 1_500_000  # bytes that the repository gives to inputs


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_breaks_nothing(name: str) -> None:
    inputs = {f"seed {place}": raw for place, raw in enumerate(target(name).seeds())}
    inputs |= {f"{file.parent.parent.name}/{name}/{file.name}": file.read_bytes() for file in kept(name)}
    for which, raw in inputs.items():
        try:
            target(name).one(raw)
        except Exception as error:
            error.add_note(which)
            raise


def test_what_is_kept_belongs_to_a_target_and_stays_small() -> None:
    assert {folder.name for top in (CORPUS, CRASHES) for folder in top.iterdir()} <= set(NAMES)
    assert sum(file.stat().st_size for name in NAMES for file in kept(name)) < MOST


@pytest.mark.parametrize("name", NAMES)
def test_a_mutation_is_as_large_as_allowed_and_always_the_same(name: str) -> None:
    inputs = [b"", b"\xff\xfe\x00", b"\n\n", b'{"a": ["\\ud800", {}]}', *target(name).seeds()][:9]
    words = target(name).WORDS
    for seed, raw in enumerate(inputs * 20):
        made = mutate(raw, 4000, seed, words, lambda data, _size: data[::-1])
        assert len(made) <= 4000
        assert made == mutate(raw, 4000, seed, words, lambda data, _size: data[::-1])
        assert len(cross(raw, made, 300, seed)) <= 300


def test_most_mutations_of_a_manifest_can_still_be_read() -> None:
    """Else nothing behind the parser would ever be tried."""
    made = [mutate(MINIMAL.encode(), 8192, seed, WORDS, lambda raw, _size: raw) for seed in range(300)]
    read = [read_bytes(raw, "f", lambda: SCHEMA) for raw in made]
    assert sum(not each.syntax for each in read) > 100
    assert sum(each.readable for each in read) > 20
