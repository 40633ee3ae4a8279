"""Many manifests in one run: judged in batches, by several processes if wanted, remembered between runs, kept on disk.

Each is first judged as if it were alone, which depends on its bytes and nothing else of the run, so that it can be remembered;
those that turn out to share a project are then judged again. The report is the same, to the byte, as when all is held in memory.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter, deque
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from cmian_policy.loading.discovery import shown
from cmian_policy.loading.manifest import bytes_of, twin, unreadable, with_namesakes
from cmian_policy.loading.results import ResultCache
from cmian_policy.model.report import Tally
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.pipeline.packing import Packing
from cmian_policy.pipeline.spool import Spool
from cmian_policy.pipeline.workers import Task, bench, manifest_schema, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cmian_policy.loading.discovery import Found
    from cmian_policy.loading.since import Past
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.report import Note, Report
    from cmian_policy.pipeline.judge import Judge
    from cmian_policy.pipeline.options import Options
    from cmian_policy.pipeline.workers import Submit

    Watch = Callable[[int, int], None]

_READERS = ("yaml", "jsonschema")  # another release of theirs may find something else wrong, or nothing
_BATCH = 16  # manifests: enough that sending them costs little, few enough that all processes end together
_AHEAD = 4  # batches on their way for each process


class _Waiting(NamedTuple):
    """A batch on its way: the key and the remembered result of each manifest, and who answers for the others."""

    keys: list[bytes | None]
    known: list[bytes | None]
    answer: Callable[[], list[bytes]]


class _Census:
    """What is known of the run as a whole: counts, releases, waivers, and who has which project."""

    def __init__(self, packing: Packing) -> None:
        self._tally = Tally({}, {})
        self.releases: set[tuple[str, str]] = set()
        self._packing = packing
        self._notes: dict[int, Sequence[Note]] = {}
        self._projects: dict[int, str] = {}

    def add(self, number: int, packed: bytes) -> None:
        """Counts a report in."""
        judged = self._packing.count(packed, self._tally)
        self.releases.update(judged.releases)
        if judged.notes:
            self._notes[number] = judged.notes
        if judged.report.project is not None:
            self._projects[number] = judged.report.project

    def remove(self, number: int, packed: bytes) -> None:
        """Takes a report out of the count."""
        self._packing.count(packed, self._tally, times=-1)
        self._notes.pop(number, None)
        self._projects.pop(number, None)

    def namesakes(self) -> list[list[int]]:
        """The manifests that share a project, by project."""
        shared: dict[str, list[int]] = {project: [] for project, count in Counter(self._projects.values()).items() if count > 1}
        for number, project in self._projects.items():
            if project in shared:
                shared[project].append(number)
        return [*shared.values()]

    def projects(self, paths: Sequence[str]) -> list[tuple[str, str | None]]:
        """The path of each manifest of the run with its project."""
        return [(path, self._projects.get(number)) for number, path in enumerate(paths)]

    def tally(self) -> Tally:
        """The counts, without what was counted in and out again."""
        fates = {fate: count for fate, count in self._tally.manifests.items() if count}
        return Tally(fates, {kind: count for kind, count in self._tally.findings.items() if count})

    def notes(self) -> Iterator[Note]:
        """What there is to say of waivers, in the order of the manifests."""
        return (note for _, notes in sorted(self._notes.items()) for note in notes)


def check_fleet(found: Found, past: Past | None, judge: Judge, options: Options, here: str, watch: Watch | None) -> Report:
    """Checks the manifests that were found; ``watch`` is told how many of how many are judged.

    ``past`` is what a commit held, whose manifests must still be there; ``here`` is what reported paths are relative to.
    """
    packing = Packing(judge.release)
    spool, census = Spool(packing), _Census(packing)
    for path, packed in zip((shown(path, here) for path in found.manifests), _judged(found, judge, options, here), strict=True):
        census.add(spool.append(path, packed), packed)
        if watch is not None:
            watch(len(spool), len(found.manifests))
    if past is not None:
        _lose(past.losses(census.projects(spool.paths)), census, spool, judge, packing)
    _part(census, spool, judge, packing, found.manifests, here)
    return judge.report(spool, census.tally(), census.releases, census.notes(), found)


def _lose(manifests: Iterable[Manifest], census: _Census, spool: Spool, judge: Judge, packing: Packing) -> None:
    """Has manifests that a commit held fail. One that git no longer has, though its file is there, is nobody's namesake."""
    for manifest in manifests:
        packed = packing.pack(judge.judge(manifest, manifest.path))
        if manifest.path in spool.paths:
            number = spool.paths.index(manifest.path)
            census.remove(number, spool.packed(number))
            spool.replace(number, packed)
        else:
            number = spool.append(manifest.path, packed)
        census.add(number, packed)


def _part(census: _Census, spool: Spool, judge: Judge, packing: Packing, files: Sequence[str], here: str) -> None:
    """Judges the manifests that share a project again: nobody can say whose opinion or waiver it would be."""
    for numbers in census.namesakes():
        paths = [spool.paths[number] for number in numbers]
        for number in numbers:
            before = spool.packed(number)
            manifest = _again(_task(files[number], here), packing.unpack(before, "").report.sha256)
            packed = packing.pack(judge.judge(with_namesakes(manifest, paths), manifest.path))
            census.remove(number, before)
            census.add(number, packed)
            spool.replace(number, packed)


def _again(task: Task, sha256: str | None) -> Manifest:
    """A manifest read once more. One that is no longer what was judged fails: its verdict would be of neither."""
    manifest = read(task)
    if manifest.sha256 == sha256:
        return manifest
    return unreadable(task.path, message("manifest.unreadable", detail=message("os.changed")))


def _judged(found: Found, judge: Judge, options: Options, here: str) -> Iterator[bytes]:
    """The packed report of each manifest as if it were alone, in order."""
    stamp = hashlib.sha256(f"{_tool()} {judge.stamp()} ".encode())
    jobs = min(options.jobs, -(-len(found.manifests) // _BATCH))  # no process is started that would have nothing to do
    ahead = 0 if jobs == 1 else _AHEAD * jobs
    waiting: deque[_Waiting] = deque()
    with ResultCache(options.results) as results, bench(judge, jobs) as submit:
        for start in range(0, len(found.manifests), _BATCH):
            tasks = [_task(file, here) for file in found.manifests[start : start + _BATCH]]
            waiting.append(_started(tasks, results, submit, stamp))
            if len(waiting) > ahead:
                yield from _finished(waiting.popleft(), results)
        while waiting:
            yield from _finished(waiting.popleft(), results)


def _tool() -> str:
    """What tells one state of the tool from another of the same version: its files, its readers, the contract of manifests."""
    found = [find_spec(name) for name in _READERS]
    readers = [Path(each.origin) for each in found if each is not None and each.origin is not None]
    files = (*sorted(Path(__file__).parent.parent.rglob("*.py")), *readers)
    facts = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return json.dumps([facts, manifest_schema()])


def _task(file: str, here: str) -> Task:
    path = shown(file, here)
    other = twin(path)
    return Task(path, bytes_of(file), other if other is not None and os.path.lexists(os.path.join(here, other)) else None)


def _started(tasks: list[Task], results: ResultCache, submit: Submit, stamp: hashlib._Hash) -> _Waiting:
    keys = [_key(task, stamp) for task in tasks]
    known = [None if key is None else results.get(key) for key in keys]
    unknown = [task for task, result in zip(tasks, known, strict=True) if result is None]
    return _Waiting(keys, known, submit(unknown) if unknown else list)


def _key(task: Task, stamp: hashlib._Hash) -> bytes | None:
    """What a result is remembered by; None for one that depends on more than the bytes of the manifest."""
    if not isinstance(task.raw, bytes) or task.twin is not None:
        return None
    digest = stamp.copy()
    digest.update(hashlib.sha256(task.raw).digest())
    return digest.digest()


def _finished(batch: _Waiting, results: ResultCache) -> Iterator[bytes]:
    answers = iter(batch.answer())
    for key, known in zip(batch.keys, batch.known, strict=True):
        packed = next(answers) if known is None else known
        if known is None and key is not None:
            results.put(key, packed)
        yield packed
