"""What ``action.yml`` runs (cli.md, "Around it"), between the runner and ``check``.

Inputs arrive as ``INPUT_…`` variables; outputs go to the file that ``GITHUB_OUTPUT`` names, whatever the exit code. The check is
one child process: its annotations are standard output, its report in JSON gives the outputs. Only the inputs decide: a variable
``CMIAN_…`` that another step left behind is not passed on, and both processes are isolated (``-I``), so that no folder of a pull
request stands in for a module.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmian_policy.cli.outputs import append
from cmian_policy.cli.terminal import write_out
from cmian_policy.engine.outcome import EXIT_BUG, EXIT_NON_COMPLIANT, EXIT_NOTHING_CHECKED, EXIT_OK, EXIT_UNUSABLE, EXIT_USAGE
from cmian_policy.errors import CmianPolicyError, UsageError
from cmian_policy.loading.configuration import find_configuration
from cmian_policy.messages import render
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.reporters.github import command
from cmian_policy.sources.lock import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cmian_policy.model.text import Lang, Message

_ONE_VALUE = ("policy-dir", "config", "register", "as-of", "lang")
_ONE_A_LINE = ("policy", "fail-on")
_WITH_A_REPORT = {EXIT_OK, EXIT_NON_COMPLIANT, EXIT_NOTHING_CHECKED, EXIT_UNUSABLE}
_WITHOUT = {EXIT_USAGE, EXIT_BUG}
_TO_ACT_ON = ("fail", "review", "error")


class _Result(NamedTuple):
    """An exit code, the report of the run where there is one, and the files that hold it."""

    code: int
    report: dict[str, Any] | None = None
    files: Mapping[str, Path] = {}


def run(environment: Mapping[str, str]) -> int:
    """Checks as the inputs say, writes the outputs, and returns the exit code of ``check``; 2 where an input is wrong."""
    lang: Lang = "en" if _input(environment, "lang") == "en" else "fr"
    try:
        output = _variable(environment, "GITHUB_OUTPUT")
        result = _attempt(environment, lang)
        append(output, "".join(_heredoc(name, value) for name, value in _outputs(result).items()))
    except CmianPolicyError as error:
        _complain(render(error.message, lang))
        return EXIT_USAGE
    return result.code


def _attempt(environment: Mapping[str, str], lang: Lang) -> _Result:
    try:
        return _check(environment, lang)
    except UsageError as error:
        told = error.message
    except OSError as error:
        told = message("usage.system", place=str(error.filename or ""), detail=error.strerror or type(error).__name__)
    _complain(render(told, lang))
    return _Result(EXIT_USAGE)


def _check(environment: Mapping[str, str], lang: Lang) -> _Result:
    """The child process. Without a report no exit code says that anything was checked."""
    files = _files(environment)
    passed_on = _passed_on(environment, files["json"].parent)
    said = _bring_locked(environment, passed_on)
    reports = [f"--output={form}={file}" for form, file in files.items()]
    done = _run(["check", "--format=github", "--no-cache", *reports, *_arguments(environment)], passed_on)
    write_out(done.stdout.decode(errors="replace"))
    told = "\n".join(filter(None, (said, done.stderr.decode(errors="replace").strip())))
    report = _read(files["json"]) if done.returncode in _WITH_A_REPORT else None
    if report is None:
        _complain(told or render(_stopped(done.returncode), lang))
        return _Result(done.returncode if done.returncode in _WITHOUT else EXIT_BUG)
    if told:
        write_out(_as_words(told))
    return _Result(done.returncode, report, files)


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    """The tool itself, isolated; every input is the value of an option, or a path."""
    command = [sys.executable, "-I", "-m", "cmian_policy", *arguments]
    return subprocess.run(command, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603


def _bring_locked(environment: Mapping[str, str], passed_on: Mapping[str, str]) -> str:
    """Brings what a lock pins, exactly: a fresh machine has no copy, and the check itself never uses the network.

    Returns what went wrong; the check then says what it lacks, and with which exit code.
    """
    arguments = tuple(_arguments(environment))
    configuration = None if "--no-config" in arguments else _configuration(environment)
    if configuration is None or not configuration.with_name(LOCK).exists():
        return ""
    lang = [argument for argument in arguments if argument.startswith("--lang=")]
    done = _run(["policy", "update", "--locked", "--quiet", f"--config={configuration}", *lang], passed_on)
    return done.stderr.decode(errors="replace").strip()


def _configuration(environment: Mapping[str, str]) -> Path | None:
    """The configuration that the check will use, if any; what is wrong with it is for the check to say."""
    if named := _input(environment, "config"):
        return Path(named)
    with contextlib.suppress(UsageError):
        found = find_configuration([Path.cwd() / path for path in _lines(environment, "path")] or [Path.cwd()])
        return None if found is None else Path(found)
    return None


def _stopped(code: int) -> Message:
    return message("action.stopped", code=code)


def _files(environment: Mapping[str, str]) -> dict[str, Path]:
    """Where each report goes, by format: a folder of its own under the runner's temporary one."""
    forms = ("json", "sarif") if _flag(environment, "sarif") else ("json",)
    folder = Path(tempfile.mkdtemp(prefix="cmian-policy-", dir=_variable(environment, "RUNNER_TEMP")))
    return {form: folder / f"report.{form}" for form in forms}


def _arguments(environment: Mapping[str, str]) -> Iterator[str]:
    """Options that are given, each one word with its value, then the paths, none of which can be taken for an option."""
    for name in _ONE_VALUE:
        if value := _input(environment, name):
            yield f"--{name}={value}"
    for name in _ONE_A_LINE:
        yield from (f"--{name}={value}" for value in _lines(environment, name))
    if (_lines(environment, "policy") or _input(environment, "policy-dir")) and not _input(environment, "config"):
        # Whoever pins the rules does not leave their source, nor what is exempt from them, to the repository that is checked.
        yield "--no-config"
    yield from (f"./{path}" if path.startswith("-") else path for path in _lines(environment, "path") or [""])


def _passed_on(environment: Mapping[str, str], kept_in: Path) -> dict[str, str]:
    """What the tool sees of the environment; its copies of git sources are kept under the runner's temporary folder."""
    dropped = set() if _flag(environment, "summary") else {"GITHUB_STEP_SUMMARY"}
    kept = (name for name in environment if name not in dropped and not name.upper().startswith("CMIAN_"))
    places = dict.fromkeys(("XDG_CACHE_HOME", "LOCALAPPDATA"), str(kept_in / "cache"))
    return {**{name: environment[name] for name in kept}, **places}


def _read(file: Path) -> dict[str, Any] | None:
    try:
        read: dict[str, Any] = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return read


def _outputs(result: _Result) -> dict[str, str]:
    """The outputs of ``action.yml``; what there is no report for is empty, and its verdict ``error``."""
    report = result.report or {"verdict": "error", "summary": {}, "policy": []}
    counts = report["summary"]
    return {
        "verdict": report["verdict"],
        "exit-code": str(result.code),
        "report-json": str(result.files.get("json", "")),
        "sarif-file": str(result.files.get("sarif", "")),
        "findings-count": str(sum(counts.get(verdict, 0) for verdict in _TO_ACT_ON)),
        "waived-count": str(counts.get("waived", 0)),
        "policy": " ".join(f"{used['pack']}@{used['release']}" for used in report["policy"] if used["release"]),
    }


def _heredoc(name: str, value: str) -> str:
    """An output whose value cannot end before its delimiter, which nobody knows in advance."""
    delimiter = f"cmian-policy-{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _complain(text: str) -> None:
    write_out(f"{command('error', text, title='cmian-policy')}\n")


def _as_words(text: str) -> str:
    """Lines for the log in which the runner looks for no command."""
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}\n{text}\n::{token}::\n"


def _input(environment: Mapping[str, str], name: str) -> str:
    return environment.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()


def _lines(environment: Mapping[str, str], name: str) -> list[str]:
    return [line.strip() for line in _input(environment, name).splitlines() if line.strip()]


def _flag(environment: Mapping[str, str], name: str) -> bool:
    value = _input(environment, name)
    if value not in {"true", "false"}:
        raise UsageError(message("action.flag", name=name, value=value))
    return value == "true"


def _variable(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise UsageError(message("action.no-runner", name=name))
    return environment[name]


if __name__ == "__main__":
    sys.exit(run(os.environ))
