"""A policy folder, whole or not at all: read, checked, compiled, and kept compiled for the next run."""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from cmian_policy import __version__
from cmian_policy.engine.compile import CompiledRelease, Compiler, compile_release
from cmian_policy.errors import PolicyError
from cmian_policy.lang.cel import engine_stamp
from cmian_policy.loading.cache import CachedPolicy, PolicyCache
from cmian_policy.loading.documents import Documents, read_documents, refuse, used_by_check
from cmian_policy.loading.pack import load_act, load_facts, load_packs, load_rule, release_files
from cmian_policy.model.origin import Origin
from cmian_policy.model.pack import Pack, PackRelease, Release
from cmian_policy.sources import bundled
from cmian_policy.sources.folder import PolicyFolder, combined

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from pathlib import Path

    from cmian_policy.loading.documents import PolicyFiles
    from cmian_policy.model.pack import RuleVersion
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.text import Message


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a contract, read once a process."""
    loaded: dict[str, Any] = json.loads(bundled.schema_text(name))
    return loaded


class Policy:
    """The packs of one folder and, as they are asked for, their compiled releases."""

    def __init__(
        self,
        packs: tuple[Pack, ...],
        documents: Documents,
        digests: Mapping[str, str],
        origin: Origin,
        compiler: Compiler,
        stamp: str,
    ) -> None:
        self.packs = packs
        self._stamp = stamp
        self._origin = origin
        self.documents = documents
        self.compiler = compiler
        self._digests = digests
        self._compiled: dict[tuple[str, str], CompiledRelease] = {}

    def pack(self, pack_id: str) -> Pack | None:
        """The pack of that id."""
        return next((pack for pack in self.packs if pack.id == pack_id), None)

    def stamp(self, _pack: Pack) -> str:
        """A digest of all that the verdicts of a pack depend on: its folder's policy files, the tool, Python, the CEL engine."""
        return self._stamp

    def origin(self, _pack: Pack) -> Origin:
        """Where a pack comes from."""
        return self._origin

    def release(self, pack: Pack, release: Release) -> CompiledRelease:
        """A release ready to judge. Raises ``PolicyError`` when one of its conditions does not compile."""
        key = (pack.id, release.id)
        if key not in self._compiled:
            self._compiled[key] = compile_release(self._source(pack, release), self.compiler, self.documents.location)
        return self._compiled[key]

    def rule(self, pack: Pack, version: RuleVersion) -> Rule:
        """A version of a rule, in whichever release it is."""
        return load_rule(self.documents, pack.id, version)

    def compile_all(self) -> None:
        """Compiles every release. Raises ``PolicyError`` with the faults of all of them, each once."""
        faults: dict[tuple[str, Message], PolicyError] = {}
        for pack in self.packs:
            for release in pack.releases:
                try:
                    self.release(pack, release)
                except PolicyError as error:
                    faults |= {(str(fault.location), fault.message): fault for fault in (error, *error.also)}
        refuse(list(faults.values()))

    def __getstate__(self) -> dict[str, Any]:
        """For another process: compiled releases are made again there from the compiled conditions."""
        return {**self.__dict__, "_compiled": {}}

    def _source(self, pack: Pack, release: Release) -> PackRelease:
        return PackRelease(
            pack=pack,
            release=release,
            facts=load_facts(self.documents, pack.id, release.facts_version),
            rules=tuple(load_rule(self.documents, pack.id, version) for version in release.rules),
            acts=tuple(load_act(self.documents, pack.id, act) for act in release.acts),
            sha256=self.digest(pack, release),
            source=self._origin.source,
        )

    def digest(self, pack: Pack, release: Release) -> str:
        """SHA-256 of the files that a release is made of."""
        return combined({path: self._digests[path] for path in release_files(pack.id, release)})

    def grace(self, pack: Pack, release: Release) -> int:
        """The days that a release leaves to the one it supersedes."""
        return load_facts(self.documents, pack.id, release.facts_version).grace_days


def load_policy(
    folder: Path | None = None,
    *,
    cache_folder: str | PathLike[str] | None = None,
    with_cases: bool = False,
    sealing: bool = False,
) -> Policy:
    """The packs of a folder laid out like ``policies/``; the bundled ones when none is named.

    ``cache_folder`` is where compiled policies are kept; None keeps nothing. ``with_cases`` reads the cases and their base
    manifests too, which judging does without. ``sealing`` accepts published releases whose digests are still to be written.
    Raises ``PolicyError`` with every fault of every file that judging needs, and for anything published whose bytes changed: a
    policy is used whole or not at all.
    """
    files = PolicyFolder(folder or bundled.policies_folder(), "policies" if folder is None else folder.as_posix())
    origin = Origin("bundled" if folder is None else folder.as_posix())
    return read_policy(files, origin, cache_folder=cache_folder, with_cases=with_cases, sealing=sealing)


def read_policy(
    files: PolicyFiles,
    origin: Origin,
    *,
    cache_folder: str | PathLike[str] | None,
    with_cases: bool = False,
    sealing: bool = False,
) -> Policy:
    """The packs of a policy folder, wherever it lies. Raises ``PolicyError`` as ``load_policy`` does."""
    raw = {path: files.read(path) for path in files.paths if with_cases or used_by_check(path)}
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in raw.items()}
    sums = files.checksums()
    store = PolicyCache(cache_folder)
    key = _cache_key(digests, sums)
    cached = store.get(key)
    if cached is not None:
        documents = Documents(cached.documents, {}, files.shown)
        return Policy(load_packs(documents, checked=True), documents, digests, origin, Compiler(cached.expressions), key)
    from cmian_policy.loading.digests import digest_faults  # noqa: PLC0415 - what the cache holds was verified

    documents = read_documents(files, raw, schema)
    # Before anything is made of the data: a changed paragraph is the act's fault, not that of the rule that quotes it.
    refuse(digest_faults(documents, raw, sums, sealing=sealing))
    policy = Policy(load_packs(documents), documents, digests, origin, Compiler(), key)
    policy.compile_all()
    if not sealing:
        store.put(key, CachedPolicy(documents.data, policy.compiler.compiled()))
    return policy


def _cache_key(digests: Mapping[str, str], sums: bytes | None) -> str:
    """A digest of all that a compiled policy depends on: its files, the tool, Python and the CEL engine.

    What is published was verified against ``sums`` before it was kept, so that a policy found in the cache needs no more.
    """
    recorded = None if sums is None else hashlib.sha256(sums).hexdigest()
    made_by = [__version__, sys.version, *engine_stamp(), combined(digests), recorded]
    return hashlib.sha256(json.dumps(made_by).encode()).hexdigest()
