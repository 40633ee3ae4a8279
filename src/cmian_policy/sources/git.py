"""Running git: in an environment of our own, never asking anything, never for ever (docs/adr/0011-git-sources.md)."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

from cmian_policy.errors import SourceError
from cmian_policy.model.text import message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECONDS = 60  # for what reads local files: git answers in milliseconds
_NETWORK_SECONDS = 600
# How the user's git reaches the network; the other variables of git point at repositories, or change what it reads.
_KEPT = frozenset(
    {
        "GIT_ASKPASS", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_EXEC_PATH", "GIT_PROXY_SSL_CAINFO",
        "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY",
    }
)  # fmt: skip
_ALWAYS = {
    "LC_ALL": "C",  # its words are read
    "LANGUAGE": "",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_NO_REPLACE_OBJECTS": "1",  # an object is what its id says
}
_NETWORK = {"GIT_ALLOW_PROTOCOL": "https:ssh:file"}
_OFFLINE = {"GIT_ALLOW_PROTOCOL": "", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_SETTINGS = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "fetch.fsckObjects=true",
    "fetch.unpackLimit=1",  # one file for a whole copy
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
)
_CREDENTIALS = re.compile(r"://[^/@\s]*@")


class GitFailed(Exception):  # noqa: N818 - it is what happened
    """git refused; ``detail`` is the line of its own words that says it best, without credentials."""

    def __init__(self, words: bytes) -> None:
        self.words = words.decode("utf-8", errors="replace")
        lines = [line.strip() for line in self.words.splitlines() if line.strip()]
        plain = next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[-1] if lines else "")
        self.detail = _CREDENTIALS.sub("://", plain)
        super().__init__(self.detail)


class Git:
    """The program, run with what ``inherited`` (the environment of the run) says of the network and of where programs are."""

    def __init__(self, inherited: Mapping[str, str]) -> None:
        kept = {name: value for name, value in inherited.items() if not name.startswith("GIT_") or name in _KEPT}
        self._online = {**kept, **_ALWAYS, **_NETWORK}
        self._offline = {**kept, **_ALWAYS, **_OFFLINE}

    def read(self, repository: Path, *arguments: str) -> tuple[bytes, bytes]:
        """Both outputs of a command on a local repository: no network, and no setting but ours.

        Raises ``GitFailed`` when git does not succeed, ``SourceError`` when there is no git.
        """
        command = (f"--git-dir={repository}", *arguments)
        return self._run(command, self._offline, _SECONDS)

    def reach(self, repository: Path | None, *arguments: str) -> bytes:
        """The output of a command that may use the network, with the user's credentials and proxies. Raises as above."""
        command = (*(() if repository is None else (f"--git-dir={repository}",)), *arguments)
        return self._run(command, self._online, _NETWORK_SECONDS)[0]

    def talk(self, repository: Path, *arguments: str) -> subprocess.Popen[bytes]:
        """A command on a local repository that answers on its output what is asked on its input."""
        return self._start((f"--git-dir={repository}", *arguments), self._offline, stdin=subprocess.PIPE, quiet=True)

    def _run(self, arguments: tuple[str, ...], environment: Mapping[str, str], seconds: int) -> tuple[bytes, bytes]:
        with self._start(arguments, environment) as process:
            try:
                out, words = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired as error:
                _end(process)
                raise GitFailed(b"timeout") from error
            except BaseException:
                _end(process)
                raise
        if process.returncode != 0:
            raise GitFailed(words)
        return out, words

    def _start(
        self, arguments: tuple[str, ...], environment: Mapping[str, str], *, stdin: int = subprocess.DEVNULL, quiet: bool = False
    ) -> subprocess.Popen[bytes]:
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        try:
            # A session of its own has no terminal: whatever git starts has nobody to ask.
            return subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
                ["git", *settings, *arguments],  # noqa: S607 - the user's git, as everywhere
                env=environment,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if quiet else subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise SourceError(message("source.no-git")) from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends git and what it started: a transport that lives on would keep the pipes open."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
