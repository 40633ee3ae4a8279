"""The wheel, built and installed as a user installs it."""

from __future__ import annotations

import fcntl
import os
import sys
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.runner import ROOT, environment, execute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Installed(NamedTuple):
    """A wheel file, the names that it holds, and the command it installs."""

    wheel: Path
    names: tuple[str, ...]
    command: Path


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Lets one test process after the other through."""
    with lock.open("w") as stream:
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
        return Installed(wheel, tuple(archive.namelist()), folder / "env/bin/cmian-policy")


def install(folder: Path) -> None:
    """Builds the wheel into a folder and installs it into an environment there."""
    env, constraints = settings(folder), ROOT / "constraints.txt"
    built = execute([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], ROOT, env, seconds=120)
    assert built.code == 0, built.err
    (wheel,) = folder.glob("*.whl")
    made = execute([sys.executable, "-m", "venv", folder / "env"], folder, env, seconds=120)
    assert made.code == 0, made.err
    command = [str(folder / "env/bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    if constraints.is_file():
        command += ["--constraint", str(constraints)]
    done = execute(command, folder, env, seconds=300)
    assert done.code == 0, done.err
