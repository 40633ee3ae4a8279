"""Programs of other people, each installed by the package manager of its language into a folder that bears its version.

Nothing is installed that is there already; the versions are those of ``versions.toml``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE = Path(__file__).resolve().parent
VERSIONS: dict[str, str] = tomllib.loads((HERE / "versions.toml").read_text(encoding="utf-8"))
_SCRIPTS, _SUFFIX = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")


class UnavailableError(Exception):
    """This machine cannot install a program; the message says why."""


def home(folder: Path, name: str) -> Path:
    """Where a program is kept."""
    return folder / f"{name}-{VERSIONS[name]}"


def go_program(folder: Path, name: str, module: str, *flags: str) -> Path:
    """The program of a Go module; ``flags`` are given to ``go install``."""
    target = home(folder, name)
    program = target / f"{name}{_SUFFIX}"
    if not program.exists():
        # Without C: no compiler is needed, and what it would add (WebAssembly) is not used.
        environment = {"GOBIN": str(target), "CGO_ENABLED": "0"}
        _run([_tool("go"), "install", *flags, f"{module}@v{VERSIONS[name]}"], environment)
    return program


def rust_program(folder: Path, name: str) -> Path:
    """The program of a crate of that name."""
    target = home(folder, name)
    program = target / "bin" / f"{name}{_SUFFIX}"
    if not program.exists():
        _run([_tool("cargo"), "install", "--quiet", "--locked", "--root", str(target), "--version", VERSIONS[name], name])
    return program


def python_program(folder: Path, name: str) -> Path:
    """The program of a Python package of that name, in a virtual environment of its own."""
    target = home(folder, name)
    program, whole = target / _SCRIPTS / f"{name}{_SUFFIX}", target / "installed"
    if not whole.exists():
        _run([sys.executable, "-m", "venv", "--clear", str(target)])
        python = str(target / _SCRIPTS / f"python{_SUFFIX}")
        constraints = str(HERE / "constraints" / f"{name}.txt")
        _run(
            [
                python,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--constraint",
                constraints,
                f"{name}=={VERSIONS[name]}",
            ]
        )
        _run([python, "-m", "compileall", "-q", str(target)])  # so that its first run is like the others
        whole.touch()
    return program


def version(program: Path, *arguments: str) -> str:
    """The version that a program says it has."""
    said = _run([str(program), *arguments])
    found = re.search(r"\d+\.\d+\.\d+", said)
    if found is None:
        msg = f"tells no version: {said.strip()[:80]}"
        raise UnavailableError(msg)
    return found[0]


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        msg = f"{name} is not on this machine"
        raise UnavailableError(msg)
    return found


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """What a command printed; raises ``UnavailableError`` with the last line of its complaint."""
    env = {**os.environ, **(environment or {})}
    try:
        done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8", errors="replace", env=env)
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or [f"exit code {error.returncode}"]
        msg = f"{Path(command[0]).name} {command[1]}: {lines[-1]}"
        raise UnavailableError(msg) from error
    except OSError as error:
        raise UnavailableError(str(error)) from error
    return done.stdout
