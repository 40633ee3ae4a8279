"""Throughput: many varied manifests in one process, against loading the same files with ``CSafeLoader``."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import beside
from fit import spread
from measure import ratio, rounds, series
from results import Section, Target, number, shown, table
from session import LOADER, OURS, Session, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from measure import Command, Round

TITLE = "Throughput: many varied manifests"
TWO, AGAIN, JSON = f"{OURS}, two processes", f"{OURS}, nothing changed", f"{OURS}, -f json"
CLASSES = ((1_000, 5_000), (5_000, 20_000), (20_000, 60_000))  # bytes
_MOST = 200  # manifests of a class
_KINDS = {
    "compliant": "compliant or to be reviewed",
    "failing": "failing a rule that blocks",
    "schema": "against the schema",
    "yaml": "not readable as YAML",
}
_READING = """\
{count:,} manifests in one folder, {megabytes:.1f} MB, sizes spread evenly from {smallest:.1f} to {largest:.1f} kB: {shares}.
They are made from the example projects and from the cases of the rules, with longer texts and lists, comments, block texts and
anchors, always the same ones. Rounds: {rounds}. "{yaml}" is a program (`benchmarks/loader.py`) that loads each file and catches
errors: it judges nothing, and is the yardstick for reading alone. cmian-policy finds the compiled policy in its cache and no
earlier result, except where nothing changed since the run just before.

Milliseconds a manifest are the whole process over the number of manifests; beside them, the same without the start-up, which is
what the program takes on a folder of one manifest. The ratios and the targets use the whole process, start-up included. Peak
memory is the sum over the processes of a program.
"""


class Corpus(NamedTuple):
    """The manifests measured: their folder, and the name, kind and size of each."""

    folder: Path
    made: list[dict[str, Any]]

    @property
    def megabytes(self) -> float:
        """Of all of them."""
        return sum(int(each["size"]) for each in self.made) / 1e6

    def readable(self) -> list[str]:
        """The names of those that every other program can read: YAML, and without anchors."""
        names = [each["name"] for each in self.made if each["kind"] != "yaml"]
        return [name for name in names if b"&texte" not in (self.folder / name / "ai-manifest.yaml").read_bytes()]

    def part(self, folder: Path, names: Sequence[str]) -> Path:
        """A folder of some of them."""
        for name in names:
            shutil.copytree(self.folder / name, folder / name)
        return folder


def measure(session: Session) -> Section:
    """Times ours and the yardstick on all the manifests and on each class of sizes, and the peers on those that all can read."""
    corpus = _corpus(session)
    single = corpus.part(session.scratch("single"), [corpus.made[0]["name"]])
    say(f"throughput: {len(corpus.made)} manifests")
    count = 1 if session.quick else 5
    started = rounds(_commands(session, single), count)
    measured = rounds(_commands(session, corpus.folder), count)
    readable = corpus.readable()
    others = beside.measure(session, corpus.part(session.scratch("readable"), readable), len(readable))
    parts = [_introduction(corpus, count), _table(corpus, measured, started), _classes(session, corpus, count), others.body]
    missing = () if session.jobs else ("two processes: this version of check has no --jobs",)
    return Section(TITLE, "\n".join(parts), (*_targets(measured), *others.targets), (*missing, *others.skipped))


def _corpus(session: Session) -> Corpus:
    say("throughput: writing the manifests")
    folder = session.scratch("corpus")
    return Corpus(folder, session.made(folder, 20 if session.quick else 2_000))


def _commands(session: Session, folder: Path) -> list[Command]:
    empty = session.warm_cache("results")

    def ours(name: str, *options: str) -> Command:
        return session.ours(name, folder, *options, cache="results", prepare=empty)

    return [
        session.loader(folder),
        ours(OURS, *session.one_process()),
        session.ours(AGAIN, folder, *session.one_process(), cache="results"),
        *([ours(TWO, "--jobs", "2")] if session.jobs else []),
        ours(JSON, *session.one_process(), "-f", "json"),
    ]


def _introduction(corpus: Corpus, count: int) -> str:
    kinds = Counter(each["kind"] for each in corpus.made)
    sizes = [each["size"] / 1e3 for each in corpus.made]
    return _READING.format(
        count=len(corpus.made),
        megabytes=corpus.megabytes,
        smallest=min(sizes),
        largest=max(sizes),
        shares=", ".join(f"{100 * kinds[kind] / len(corpus.made):.0f} % {what}" for kind, what in _KINDS.items()),
        rounds=count,
        yaml=LOADER,
    )


def _table(corpus: Corpus, measured: Sequence[Round], started: Sequence[Round]) -> str:
    header = ["program", "seconds", "ms a manifest", "without start-up", "MB/s", "processor s", "peak MiB"]
    ratios = [f"it / {LOADER}", f"it / {OURS}"]
    return table([*header, *ratios], (_row(name, corpus, measured, started) for name in measured[0]))


def _row(name: str, corpus: Corpus, measured: Sequence[Round], started: Sequence[Round]) -> list[str]:
    seconds = spread(series(measured, name))
    start = spread(series(started, name)).median
    return [
        name,
        shown(seconds),
        number(1e3 * seconds.median / len(corpus.made)),
        number(1e3 * max(0.0, seconds.median - start) / len(corpus.made)),
        number(corpus.megabytes / seconds.median),
        shown(spread(series(measured, name, "processor"))),
        f"{spread(series(measured, name, 'memory')).median:.0f}",
        *("" if name == other else shown(ratio(measured, name, other)) for other in (LOADER, OURS)),
    ]


def _targets(measured: Sequence[Round]) -> list[Target]:
    faster = {TWO: ("two processes, times as fast as one", 1.7), AGAIN: ("nothing changed, times as fast as the first run", 10.0)}
    return [
        Target(f"throughput, cmian-policy / {LOADER}", 2.5, ratio(measured, OURS, LOADER)),
        *(
            Target(what, bound, ratio(measured, OURS, name), at_least=True)
            for name, (what, bound) in faster.items()
            if name in measured[0]
        ),
    ]


def _classes(session: Session, corpus: Corpus, count: int) -> str:
    """The ratio to the yardstick by size of the manifests."""
    say("throughput: by size")
    rows = [row for low, high in CLASSES if (row := _class(session, corpus, (low, high), count))]
    title = f"The same by size, on at most {_MOST} manifests of each:\n\n"
    return title + table(["size", "manifests", f"{LOADER}, seconds", "cmian-policy, seconds", f"cmian-policy / {LOADER}"], rows)


def _class(session: Session, corpus: Corpus, sizes: tuple[int, int], count: int) -> list[str] | None:
    """One class of sizes: the first manifests of that size, in a folder of their own."""
    low, high = sizes
    chosen = [each["name"] for each in corpus.made if low <= each["size"] < high][:_MOST]
    if not chosen:
        return None
    folder = corpus.part(session.scratch("class"), chosen)
    measured = rounds(_commands(session, folder)[:2], count)
    seconds = [shown(spread(series(measured, name))) for name in (LOADER, OURS)]
    return [f"{low // 1000}–{high // 1000} kB", str(len(chosen)), *seconds, shown(ratio(measured, OURS, LOADER))]
