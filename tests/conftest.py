"""Fixtures of every test: the runner of the tool, and the flag that writes golden reports anew.

``pytest tests/acceptance/test_examples.py --update-golden`` rewrites ``expected.txt`` and ``expected.json`` beside each
``examples/*/scenario.yaml``; read the difference before you commit it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.runner import FORKS, ON, Check, Done, Run, cmian, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds ``--update-golden``."""
    parser.addoption("--update-golden", action="store_true", help="write the golden reports of examples/ anew")


@pytest.fixture(scope="session", autouse=True)
def forks() -> Iterator[None]:
    """Ends the server of `tests.forks` after the last test: it writes its coverage then."""
    yield
    FORKS.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder for the whole session: its cache is warm after the first run, as a user's is."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def run(home: Path, tmp_path: Path) -> Run:
    """The tool as a program, in ``tmp_path`` unless told otherwise."""

    def call(
        *arguments: str | Path, cwd: Path | None = None, stdin: str | bytes = b"", env: Mapping[str, str | None] | None = None
    ) -> Done:
        wanted: dict[str, str | None] = {**environment(home), **(env or {})}
        kept = {name: value for name, value in wanted.items() if value is not None}
        return cmian(arguments, cwd or tmp_path, kept, stdin)

    return call


@pytest.fixture
def check(run: Run, tmp_path: Path) -> Check:
    """Checks one manifest, written to ``tmp_path/ai-manifest.yaml``, on the date of the tests; JSON unless ``-f`` is given."""

    def call(manifest: str | bytes, *options: str | Path) -> Done:
        raw = manifest.encode() if isinstance(manifest, str) else manifest
        (tmp_path / "ai-manifest.yaml").write_bytes(raw)
        chosen = () if {"-f", "--format"} & set(options) else ("-f", "json")
        return run("check", "ai-manifest.yaml", "--as-of", ON, *chosen, *options)

    return call
