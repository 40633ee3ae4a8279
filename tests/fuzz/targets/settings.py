"""``.cmian-policy.yaml`` and ``.cmian-policy.lock``: the first line of an input says which, the rest is what the file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.errors import SourceError, UsageError
from cmian_policy.loading.scope import Scope
from cmian_policy.loading.settings import read_settings
from cmian_policy.model.source import Pin
from cmian_policy.model.text import LANGS
from cmian_policy.pipeline.policy import schema
from cmian_policy.sources.lock import Lock, Locked, lock_text, read_lock
from tests.fuzz.oracles import explained, folder
from tests.fuzz.vocabulary import contract, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS = (*contract("config"), *words("yaml", "hostile", "settings"))
FULL = b"""\
packs:
  - id: cmian
    source: https://forge.example/regles
    ref: v1
    path: policies
    allowed_signers: cles
  - id: fr-eu-law
    source: bundled
register:
  id: registre
  source: ../registre
lang: fr
fail_on: review
exclude:
  - exemples/
  - "*.draft.yaml"
manifests: [ia/*.yaml]
"""
ENTRY = Locked("cmian", "https://forge.example/regles", "v1", "policies", Pin("a" * 40, "b" * 40), "0" * 64)


ROOT = "/depot"
FILES = [f"{ROOT}/{path}" for path in ("ai-manifest.yaml", "ia/chat.yaml", "exemples/é/ai-manifest.yaml", "a/b/x.draft.yaml")]


def seeds() -> Iterator[bytes]:
    """A full file of each kind, and a small one."""
    yield b"settings\n" + FULL
    yield b"settings\nlang: en\n"
    yield b"settings\npacks: [{id: cmian, source: 'git@forge.example:r.git', ref: main}, {id: fr-eu-law, source: ./p}]\n"
    lock = Lock((ENTRY, ENTRY._replace(id="autre", path=None, pin=Pin("c" * 64, None))), ENTRY._replace(id="registre"))
    yield b"lock\n" + lock_text(lock).encode()
    yield b"lock\n" + lock_text(Lock()).encode()


def one(raw: bytes) -> None:
    """Read one of the two files."""
    kind, _, content = raw.partition(b"\n")
    if kind == b"settings":
        _settings(content)
    elif kind == b"lock":
        _lock(content)


def _settings(content: bytes) -> None:
    file = _file(".cmian-policy.yaml", content)
    try:
        settings = read_settings(file, "c", lambda: schema("config"))
    except UsageError as error:
        explained(error, content, "c")
        return
    assert settings.lang in {None, *LANGS}
    assert settings.fail_on in {None, "advisory", "review"}
    assert len({spec.id for spec in settings.packs}) == len(settings.packs)
    for spec in (*settings.packs, *([settings.register] if settings.register else [])):
        assert spec.kind in {"bundled", "folder", "git"}
        assert (spec.ref is not None) == (spec.kind == "git")
        assert not spec.source.startswith("-")
        assert not (spec.ref or "").startswith("-")
    _patterns(Scope(ROOT, settings.exclude, settings.manifests))


def _patterns(scope: Scope) -> None:
    try:
        expected = scope.expected(FILES)
    except UsageError as error:
        explained(error, b"")
        return
    assert expected.files <= set(FILES) - scope.excluded(FILES)
    assert set(expected.unmatched) <= set(scope.manifests)


def _lock(content: bytes) -> None:
    file = _file(".cmian-policy.lock", content)
    try:
        lock = read_lock(file)
    except SourceError as error:
        explained(error, content, file.name)
        return
    assert lock is not None
    assert read_lock(_file(file.name, lock_text(lock).encode())) == lock


def _file(name: str, content: bytes) -> Path:
    file = folder("settings") / name
    file.write_bytes(content)
    return file
