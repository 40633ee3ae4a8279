"""The file of a compiled policy: whatever it holds, the policy that was put is found, or none."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from cmian_policy.loading.cache import CachedPolicy, PolicyCache
from tests.fuzz.oracles import folder
from tests.fuzz.vocabulary import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = words("cache")
KEY = "0" * 64
PUT = CachedPolicy({"p/pack.yaml": {"id": "p", "n": 1, "t": ["é", None, True, 1.5]}}, {"true": b"\x00\xff", "a == 'é'": b""})
OTHER = CachedPolicy({}, {})


def seeds() -> Iterator[bytes]:
    """The file as it is written, and the same bytes for another policy."""
    yield from _written()


def one(raw: bytes) -> None:
    """Put the bytes where the file of the policy is, and ask for the policy."""
    expected = dict(zip(_written(), (PUT, OTHER), strict=True))
    _file().write_bytes(raw)
    found = _store().get(KEY)
    digest, _, body = raw.partition(b"\n")
    if hashlib.sha256(KEY.encode() + body).hexdigest().encode() != digest:  # the search reads right digests off comparisons
        assert found == expected.get(raw)


@cache
def _written() -> tuple[bytes, bytes]:
    """The file of the policy, and that of another one under the same key."""
    held = []
    for policy in (PUT, OTHER):
        _store().put(KEY, policy)
        held.append(_file().read_bytes())
    return held[0], held[1]


def _file() -> Path:
    files = list(folder("cache").iterdir())
    assert len(files) <= 1
    return files[0]


@cache
def _store() -> PolicyCache:
    return PolicyCache(folder("cache"))
