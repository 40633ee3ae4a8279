"""The wheel, built and installed as a user installs it."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.runner import ROOT, environment, execute

if TYPE_CHECKING:
    from collections.abc import Iterator

if sys.platform != "win32":
    import fcntl


class Installed(NamedTuple):
    """A wheel file, the names that it holds, and the command it installs."""

    wheel: Path
    names: tuple[str, ...]
    command: Path


def program(venv: Path, name: str) -> Path:
    """A program of a virtual environment."""
    return venv / f"Scripts/{name}.exe" if sys.platform == "win32" else venv / "bin" / name


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Lets one test process after the other through. On Windows there is only one: these tests run without xdist there."""
    with lock.open("w") as stream:
        if sys.platform != "win32":
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def settings(home: Path) -> dict[str, str]:
    """The scrubbed environment with what reaches the package index from here."""
    network = ("PIP_", "UV_", "SSL_")
    kept = {name: value for name, value in os.environ.items() if name.startswith(network) or name.lower().endswith("_proxy")}
    return {**environment(home), **kept}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel of this checkout in an empty virtual environment, with its declared dependencies.

    ``CMIAN_WHEEL`` names a wheel to take instead of building one, so that the file that is published is the file that was tested.
    The one fixture that needs a network. It is made once, whatever the number of test processes.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "wheel"
    folder.mkdir(exist_ok=True)
    with one_at_a_time(folder / "lock"):
        if not (folder / "ready").exists():
            install(folder)
            (folder / "ready").touch()
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return Installed(wheel, tuple(archive.namelist()), program(folder / "env", "cmian-policy"))


def install(folder: Path) -> None:
    """Builds the wheel into a folder, or copies the given one there, and installs it into an environment beside it."""
    env, constraints = settings(folder), ROOT / "constraints.txt"
    if given := os.environ.get("CMIAN_WHEEL"):
        shutil.copy(Path(given).absolute(), folder)
    else:
        built = execute([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], ROOT, env, seconds=120)
        assert built.code == 0, built.err
    (wheel,) = folder.glob("*.whl")
    made = execute([sys.executable, "-m", "venv", folder / "env"], folder, env, seconds=120)
    assert made.code == 0, made.err
    python = program(folder / "env", "python")
    command: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel]
    if constraints.is_file():
        command += ["--constraint", constraints]
    done = execute(command, folder, env, seconds=300)
    assert done.code == 0, done.err
