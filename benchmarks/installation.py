"""Our program as a user has it: in a virtual environment without development tools, whose start-up hooks slow every Python."""

from __future__ import annotations

import site
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import cmian_policy

_SCRIPT = """\
#!{python}
import sys
from cmian_policy.__main__ import main
if __name__ == "__main__":
    sys.exit(main())
"""


class Installation(NamedTuple):
    """The interpreter of the environment, and our program in it."""

    python: Path
    program: Path


def install(folder: Path) -> Installation:
    """A new environment in ``folder``, which takes all packages from the one that runs this.

    A line of a ``.pth`` file adds a folder of packages but not what that folder's own ``.pth`` files run.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", folder], check=True)
    python = folder / "bin" / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = [*site.getsitepackages(), str(Path(cmian_policy.__file__).parent.parent)]
    (folder / "lib" / version / "site-packages" / "packages.pth").write_text("\n".join(packages) + "\n", encoding="utf-8")
    program = folder / "bin" / "cmian-policy"
    program.write_text(_SCRIPT.format(python=python), encoding="utf-8")
    program.chmod(0o755)
    return Installation(python, program)
