"""The inputs that are kept in the repository, and how they are chosen: few, small, each reaching what no other does."""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import cmian_policy
from tests.fuzz.targets import target

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType
    from typing import Any

Step = tuple[str, int, int]
HERE = Path(__file__).resolve().parent
CORPUS, CRASHES = HERE / "corpus", HERE / "crashes"
_SOURCE = str(Path(cmian_policy.__file__).parent)
_NAME = 16  # hex characters of a digest: enough to tell inputs apart
_LARGEST = 4096  # bytes of an input that is worth keeping


def kept(name: str) -> list[Path]:
    """The files that are replayed for a target, sorted: its corpus, then what once broke something."""
    return [file for folder in (CORPUS, CRASHES) for file in sorted((folder / name).glob("*"))]


def borrowed(name: str) -> list[bytes]:
    """Inputs to start from that are not ours to keep: the public test suite of YAML, where there is a copy."""
    suite = Path(os.environ.get("CMIAN_TEST_DATA", "nowhere")) / "yaml-test-suite"
    return [file.read_bytes() for file in sorted(suite.rglob("*.yaml"))] if name == "yaml_reader" else []


def save(folder: Path, inputs: Iterable[bytes]) -> None:
    """Write inputs under the names of their digests."""
    folder.mkdir(parents=True, exist_ok=True)
    for raw in inputs:
        (folder / sha256(raw).hexdigest()[:_NAME]).write_bytes(raw)


def distil(name: str, inputs: Iterable[bytes]) -> list[bytes]:
    """Of some inputs those that take a step from line to line that neither the seeds nor a smaller one take; none that breaks."""
    taken = set[Step]().union(*(steps(name, raw) or () for raw in target(name).seeds()))
    chosen = []
    wanted = {raw for raw in inputs if len(raw) <= _LARGEST}.difference(borrowed(name))
    for raw in sorted(wanted, key=lambda raw: (len(raw), raw)):
        found = steps(name, raw)
        if found is not None and not found <= taken:
            taken |= found
            chosen.append(raw)
    return chosen


def steps(name: str, raw: bytes) -> set[Step] | None:
    """The steps from line to line of the tool's code that an input causes; None where it breaks the target."""
    found: set[Step] = set()

    def called(frame: FrameType, _event: str, _value: object) -> Any:  # noqa: ANN401 - another trace function
        if not frame.f_code.co_filename.startswith(_SOURCE):
            return None
        return _tracer(frame, found)

    sys.settrace(called)
    try:
        target(name).one(raw)
    except Exception:  # noqa: BLE001 - whatever it is, it belongs among the crashes
        return None
    finally:
        sys.settrace(None)
    return found


def _tracer(frame: FrameType, found: set[Step]) -> Any:  # noqa: ANN401 - a trace function
    file, last = frame.f_code.co_filename, frame.f_lineno

    def stepped(frame: FrameType, event: str, _value: object) -> Any:  # noqa: ANN401 - itself
        nonlocal last
        if event == "line":
            found.add((file, last, frame.f_lineno))
            last = frame.f_lineno
        return stepped

    return stepped
