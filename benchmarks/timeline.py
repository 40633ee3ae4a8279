"""Where the time of a run goes, by component: times the public functions one after another and prints seconds as JSON.

``python timeline.py FILE…`` takes on standard input the modules that the program imports, one a line. A step that contains
another is timed after it, and a second round of the other is taken off: what a first call pays for stands with its own step.
"""

from __future__ import annotations

import gc
import sys
import time
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cmian_policy.model.report import Report

STEPS = ("imports", "policy", "reading", "validating", "judging", "rendering")


def main() -> None:
    """Times the steps and prints them."""
    gc.set_threshold(100_000)  # as the program does
    modules = sys.stdin.read().split()
    imports = _seconds(lambda: _import(modules))
    steps = dict(zip(STEPS, (imports, *_work(sys.argv[1:])), strict=True))
    import json  # noqa: PLC0415 - what the program does not import must not be there before

    json.dump(steps, sys.stdout)


def _import(modules: list[str]) -> None:
    for name in modules:
        with suppress(ImportError):  # the program looked for it in vain too
            import_module(name)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _work(files: list[str]) -> tuple[float, ...]:
    """Seconds of each step but the imports, over all the files."""
    from datetime import date  # noqa: PLC0415 - as above
    from pathlib import Path  # noqa: PLC0415 - as above

    from cmian_policy.cli.terminal import cache_folder  # noqa: PLC0415 - as above
    from cmian_policy.loading.manifest import read_bytes  # noqa: PLC0415 - as above
    from cmian_policy.pipeline.policy import load_policy, schema  # noqa: PLC0415 - as above
    from cmian_policy.pipeline.run import check_bytes  # noqa: PLC0415 - as above
    from cmian_policy.reporters import Style, render  # noqa: PLC0415 - as above

    here, on, name = Path.cwd(), date(2026, 11, 23), "ai-manifest.yaml"
    raws = [Path(file).read_bytes() for file in files]
    loading = _seconds(lambda: load_policy(cache_folder=cache_folder()))
    policy = load_policy(cache_folder=cache_folder())

    def load(raw: bytes) -> object:
        return read_bytes(raw, name, lambda: schema("ai-manifest"))

    def check(raw: bytes) -> Report:
        return check_bytes(raw, name, policy, on, here=here)

    reading, validating, judging = _layers(raws, _read, load, check)
    reports = [check(raw) for raw in raws]
    rendering = _seconds(lambda: ["".join(render("text", report, Style())) for report in reports])
    return loading, reading, validating, judging, rendering


def _layers(raws: list[bytes], *layers: Callable[[bytes], object]) -> tuple[float, ...]:
    """Seconds that each layer adds to the one before, which it contains and which is timed a second time for that."""
    first = [(_each(layer, raws), _each(layer, raws)) for layer in layers]
    again = (0.0, *(second for _, second in first))
    return tuple(cold - inner for (cold, _), inner in zip(first, again, strict=False))


def _each(layer: Callable[[bytes], object], raws: list[bytes]) -> float:
    start = time.perf_counter()
    for raw in raws:
        layer(raw)
    return time.perf_counter() - start


def _read(raw: bytes) -> object:
    from cmian_policy.errors import DocumentError  # noqa: PLC0415 - as above
    from cmian_policy.lang.yaml import read  # noqa: PLC0415 - as above

    try:
        return read(raw, "ai-manifest.yaml")
    except DocumentError as error:
        return error


if __name__ == "__main__":
    main()
