"""``make bench``: measures start-up, throughput and growth, beside other programs, and writes what it found as Markdown.

Everything is a ratio within one run: absolute times say little about another machine. Measure on one that does nothing else.
"""

from __future__ import annotations

import argparse
import compileall
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import components
import growth
import rule_growth
import startup
import throughput
from installation import install
from machine import machine, versions
from results import Section, page
from session import HERE, Session, has_jobs, say

import cmian_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from peers.peer import Peer, Skipped

MEASURES: dict[str, tuple[str, Callable[[Session], Section]]] = {
    "startup": (startup.TITLE, startup.measure),
    "throughput": (throughput.TITLE, throughput.measure),
    "growth": (growth.TITLE, growth.measure),
    "rules": (rule_growth.TITLE, rule_growth.measure),
    "components": (components.TITLE, components.measure),
}
_HEAD = """\
# Benchmark

Written by `make bench` on {day}; do not edit. Every figure is the median of several rounds, with the smallest and the largest in
brackets; within a round the programs run in turn, as whole processes, and a ratio is taken within its round. Compare ratios, not
times: another machine has other times. "cmian-policy" is `cmian-policy check --as-of {on}`, its output thrown away, in a virtual
environment without development tools.{quick}

Measured with:

{facts}
"""
_QUICK = " **This was a quick run with tiny sizes: it shows that the benchmark works and measures nothing.**"


def main() -> None:
    """Measures what the command line asks for and writes the results."""
    wanted = _arguments()
    compileall.compile_dir(Path(cmian_policy.__file__).parent, quiet=2)  # as an installed package is
    facts = [*machine(), *versions()]
    start = time.monotonic()
    peers, skipped = _peers(wanted)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        installation = install(Path(folder, "installation"))
        session = Session(Path(folder), installation, tuple(peers), wanted.quick, has_jobs(installation.program))
        sections = [_section(session, name, wanted.only) for name in MEASURES]
    facts.append(f"minutes that the measures took: {(time.monotonic() - start) / 60:.0f}")
    text = page(_head(facts, quick=wanted.quick), [*sections, _theirs(peers)], skipped)
    wanted.output.write_text(text, encoding="utf-8")
    say(f"written: {wanted.output}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help=f"what to measure, of {','.join(MEASURES)}", type=_names, default=list(MEASURES))
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, and no other programs unless --peers says where they are"
    )
    parser.add_argument("--peers", type=Path, help="where the other programs are kept between runs")
    parser.add_argument("--output", type=Path, default=HERE / "RESULTS.md")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - set(MEASURES)
    if unknown:
        msg = f"not measured here: {', '.join(sorted(unknown))}"
        raise argparse.ArgumentTypeError(msg)
    return names


def _peers(wanted: argparse.Namespace) -> tuple[list[Peer], list[str]]:
    """The other programs, installed; and why some are not."""
    if wanted.quick and wanted.peers is None:
        return [], ["other programs: not asked for in a quick run"]
    from peers.install import peers  # noqa: PLC0415 - a quick run does without

    folder = (wanted.peers or _cache() / "cmian-policy-bench").resolve()
    say(f"other programs: in {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    found, missing = peers(folder, HERE.parent / "policies")
    return found, [_why(each) for each in missing]


def _why(skipped: Skipped) -> str:
    return f"{skipped.name}: {skipped.why}"


def _cache() -> Path:
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return Path(chosen) if chosen.startswith("/") else Path.home() / ".cache"


def _section(session: Session, name: str, only: Sequence[str]) -> Section:
    title, measure = MEASURES[name]
    if name not in only:
        return Section(title, "Not measured in this run.\n")
    say(f"== {title}")
    return measure(session)


def _theirs(peers: Sequence[Peer]) -> Section:
    """What each peer does of our work."""
    lines = [f"- {peer.name} {peer.version}: {peer.work}" for peer in peers]
    return Section("Peers", "\n".join(lines or ["No other program was measured."]) + "\n")


def _head(facts: Sequence[str], *, quick: bool) -> str:
    day = datetime.now(UTC).date().isoformat()
    return _HEAD.format(day=day, on="2026-11-23", quick=_QUICK if quick else "", facts="\n".join(f"- {each}" for each in facts))


if __name__ == "__main__":
    main()
