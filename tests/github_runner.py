"""GitHub's runner, as far as the tool speaks to it: how it reads commands from a log, and outputs from a file.

After the runner's own sources: ``ActionCommand.cs``, ``ActionCommandManager.cs``, ``FileCommandManager.cs``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tests.runner import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What a runner obeys; "set-env" and "add-path" are refused since 2020, and still commands.
COMMANDS = {
    *("error", "warning", "notice", "debug", "group", "endgroup", "echo", "stop-commands", "add-mask"),
    *("set-output", "save-state", "set-env", "add-path", "add-matcher", "remove-matcher", "internal-set-repo-path"),
}
ANNOTATIONS = ("error", "warning", "notice")


class Command(NamedTuple):
    """A command that the runner has read."""

    name: str
    properties: dict[str, str]
    data: str

    @property
    def place(self) -> tuple[str, ...]:
        """File, line, column, end line and end column, "" where there is none."""
        return tuple(self.properties.get(name, "") for name in ("file", "line", "col", "endLine", "endColumn"))


def command(line: str, known: set[str]) -> Command | None:
    """The command of a line of the log, in the present syntax or in the former one; None for a line that is only shown."""
    return _present(line.lstrip(), known) or _former(line, known)


def _present(line: str, known: set[str]) -> Command | None:
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    if name.lower() not in known:
        return None
    pairs = (pair.split("=", 1) for pair in rest.strip().split(",") if "=" in pair)
    properties = {key: _unescaped(value, "%0D", "%0A", "%3A", "%2C", "%25") for key, value in pairs}
    return Command(name.lower(), properties, _unescaped(line[end + 2 :], "%0D", "%0A", "%25"))


def _former(line: str, known: set[str]) -> Command | None:
    """``##[name key=value;]data``, anywhere in the line."""
    found = re.search(r"##\[([^\] ]*)[^\]]*\](.*)", line)
    return Command(found[1].lower(), {}, found[2]) if found and found[1].lower() in known else None


def _unescaped(text: str, *escapes: str) -> str:
    for escape in escapes:
        text = text.replace(escape, chr(int(escape[1:], 16)))
    return text


def commands(log: str) -> list[Command]:
    """The commands that the runner obeys in a log, those that pause and resume it included."""
    return list(_obeyed(log))


def _obeyed(log: str) -> Iterator[Command]:
    known, token = set(COMMANDS), None
    for line in re.split(r"\r\n|\n|\r", log):
        read = command(line, known)
        if read is None or (token is not None and read.name != token):
            continue
        yield read
        if read.name == "stop-commands":
            token = read.data.lower()
            known.add(token)
        elif token is not None:
            known.discard(token)
            token = None


def annotated(log: str) -> list[Command]:
    """What the runner shows of a log beside the code. A log that makes it do anything else fails the test."""
    read = commands(log)
    assert {each.name for each in read} <= set(ANNOTATIONS)
    return read


def outputs(text: str) -> dict[str, str]:
    """The outputs of a step, from what it wrote to the file of ``GITHUB_OUTPUT``. Raises ``ValueError`` as the runner does."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if "<<" in line and "=" not in line.partition("<<")[0]:
            name, _, delimiter = line.partition("<<")
            held: list[str] = []
            while (part := next(lines, None)) != delimiter:
                if part is None:
                    message = f"no end of {name}"
                    raise ValueError(message)
                held.append(part)
            found[name] = "\n".join(held)
        elif "=" in line:
            name, _, found[name] = line.partition("=")
        elif line:
            raise ValueError(line)
    return found


def action() -> dict[str, Any]:
    """``action.yml``."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return loaded


def evaluated(text: str, contexts: Mapping[str, str]) -> str:
    """A text with its expressions, each one name, replaced by values. Raises ``KeyError`` for any other expression."""
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: contexts[found[1]], text)
