"""One process of libFuzzer on one target: ``python -m tests.fuzz.worker TARGET FOLDER… [-libfuzzer_option=…]``.

Only what is imported under ``instrument_imports`` is seen by the fuzzer: the package's modules that a run would import late are
imported here, before it starts.
"""

from __future__ import annotations

import pkgutil
import sys
import time
from importlib import import_module

import atheris

from tests.fuzz.mutate import cross, mutate

HANG = 2.0  # seconds of processor time for one input


def main(arguments: list[str]) -> None:
    """Never returns: libFuzzer ends the process."""
    name, *others = arguments[1:]
    with atheris.instrument_imports(include=["cmian_policy", "yaml", "jsonschema"]):
        for package in ("cmian_policy", "yaml"):
            _import_all(package)
        from tests.fuzz.targets import target  # noqa: PLC0415 - what it imports is instrumented

        chosen = target(name)

    def one(raw: bytes) -> None:
        began = time.process_time()
        chosen.one(raw)
        spent = time.process_time() - began
        assert spent < HANG, f"{spent:.1f} s of processor time"

    def custom(raw: bytes, size: int, seed: int) -> bytes:
        return mutate(raw, size, seed, chosen.WORDS, atheris.Mutate)

    atheris.Setup([arguments[0], *others], one, custom_mutator=custom, custom_crossover=cross)
    atheris.Fuzz()


def _import_all(package: str) -> None:
    """Import every module of a package but those that run when they are imported."""
    root = import_module(package)
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not found.name.endswith("__main__"):
            import_module(found.name)


if __name__ == "__main__":
    main(sys.argv)
