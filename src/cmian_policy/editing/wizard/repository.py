"""What a project's repository says already: ``publiccode.yml``, ``pyproject.toml``, the README, and where git says it comes from.

Its files are anybody's: what acts on a terminal instead of showing, or does not follow the schema, is not proposed at all.
"""

from __future__ import annotations

import re
import stat
import tomllib
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cmian_policy.editing.wizard.places import get
from cmian_policy.editing.wizard.question import clean
from cmian_policy.errors import CmianPolicyError, DocumentError
from cmian_policy.lang import yaml
from cmian_policy.loading.discovery import git_output
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME, SUMMARY, IDENTIFIER, SOURCE = "/project/name", "/project/summary", "/project/id", "/project/links/source_code"
_PUBLICCODE = ("publiccode.yml", "publiccode.yaml")
_READMES = ("README.fr.md", "README.md", "README.fr.rst", "README.rst", "README.fr.txt", "README.txt", "README")
_MOST_BYTES = 256 * 1024
_SUMMARY = 350  # characters, by the schema
_SLUG = 64
_LINES, _COLUMNS = 100, 500  # of a README that are looked at: its beginning, and no line that costs time
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_UNDERLINE = re.compile(r"(={3,}|-{3,})\s*")
_NO_PROSE = re.compile(r"\s*([#>|<!*+-]|\[!|\.\.|```|~~~|\d+\.\s|:\w+:)")  # a heading, a list, a picture, HTML, code …
_LINK = re.compile(r"!?\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])")
_MARKS = re.compile(r"\*\*|__|`")
_SCP = re.compile(r"(?:[^@/\s]+@)?([^:/\s@]{2,}):(?!//|:)/?(\S+)")


class Proposal(NamedTuple):
    """A value that may be right, and the file, or git, that says so."""

    value: str
    origin: str


def proposals(folder: Path) -> dict[str, Proposal]:
    """What a folder says of fields of the manifest, by pointer; the first source that says something of a field wins."""
    found: dict[str, Proposal] = {}
    for origin, pointer, value in _said(folder):
        text = _harmless(value)
        if text and pointer not in found:
            found[pointer] = Proposal(_shortened(text) if pointer == SUMMARY else text, origin)
    name = found[NAME] if NAME in found else Proposal(folder.resolve().name, "")
    if slug := _slug(name.value):
        found[IDENTIFIER] = Proposal(slug, name.origin)
    return found


def _said(folder: Path) -> Iterator[tuple[str, str, Any]]:
    yield from _publiccode(folder)
    yield from _pyproject(folder)
    yield from _readme(folder)
    yield from _git(folder)


def _publiccode(folder: Path) -> Iterator[tuple[str, str, Any]]:
    """https://yml.publiccode.tools: ``name``, ``url``, ``description.<language>.shortDescription``."""
    for name in _PUBLICCODE:
        raw = _read(folder / name)
        if raw is None:
            continue
        try:
            data = yaml.read(raw, name).data
        except DocumentError:
            continue
        yield name, NAME, get(data, "/name")
        described = get(data, "/description")
        for lang in ("fr", *(described if isinstance(described, dict) else ())):
            yield name, SUMMARY, get(data, f"/description/{lang}/shortDescription")
        yield name, SOURCE, _public(get(data, "/url"))


def _pyproject(folder: Path) -> Iterator[tuple[str, str, Any]]:
    raw = _read(folder / "pyproject.toml")
    try:
        project = tomllib.loads((raw or b"").decode("utf-8")).get("project")
    except (ValueError, RecursionError):  # a TOMLDecodeError or a UnicodeDecodeError is one
        return
    if isinstance(project, dict):
        yield "pyproject.toml", NAME, project.get("name")
        yield "pyproject.toml", SUMMARY, project.get("description")


def _readme(folder: Path) -> Iterator[tuple[str, str, Any]]:
    for name in _READMES:
        raw = _read(folder / name)
        if raw is not None:
            text = raw.decode("utf-8", errors="replace").removeprefix("\ufeff")
            lines = [line[:_COLUMNS] for line in text.splitlines()[:_LINES]]
            yield name, NAME, _heading(lines)
            yield name, SUMMARY, _paragraph(lines)


def _heading(lines: list[str]) -> str:
    """The first heading, as Markdown or reStructuredText mark it."""
    for line, below in pairwise([*lines, ""]):
        if found := _HEADING.fullmatch(line):
            return _unmarked(found[1].rstrip(" #"))
        if line.strip() and _UNDERLINE.fullmatch(below):
            return _unmarked(line)
    return ""


def _paragraph(lines: list[str]) -> str:
    """The first lines of prose."""
    prose: list[str] = []
    for line, below in pairwise([*lines, ""]):
        if line.strip() and not _NO_PROSE.match(_unmarked(line) or "#") and not _is_heading(line, below):
            prose.append(_unmarked(line))
        elif prose:
            break
    return " ".join(prose)


def _is_heading(line: str, below: str) -> bool:
    return bool(_UNDERLINE.fullmatch(below) or _UNDERLINE.fullmatch(line))


def _unmarked(text: str) -> str:
    """A line without the marks of Markdown; a link is its text, a picture is nothing."""
    return _MARKS.sub("", _LINK.sub(r"\1", _LINK.sub(_without_picture, text))).strip()


def _without_picture(link: re.Match[str]) -> str:
    return "" if link[0].startswith("!") else link[0]


def _git(folder: Path) -> Iterator[tuple[str, str, Any]]:
    printed = git_output(folder, "config", "--get", "remote.origin.url")
    if printed is not None:
        yield "git", SOURCE, _public(printed.decode("utf-8", errors="replace").strip())


def _public(address: Any) -> str | None:  # noqa: ANN401 - whatever a file holds
    """The address that a browser opens, never with a name or a password in it; None for what is no address of a forge."""
    if not isinstance(address, str):
        return None
    scp = None if "://" in address else _SCP.fullmatch(address)
    try:
        parts = urlsplit(f"ssh://{scp[1]}/{scp[2]}" if scp else address)
        port = f":{parts.port}" if parts.port and parts.scheme in {"http", "https"} else ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https", "ssh", "git+ssh"} or not parts.hostname:
        return None
    scheme = parts.scheme if parts.scheme in {"http", "https"} else "https"
    return f"{scheme}://{parts.hostname}{port}{parts.path.removesuffix('/').removesuffix('.git')}"


def _read(path: Path) -> bytes | None:
    """The start of a regular file; None where there is none that can be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as stream:
            return stream.read(_MOST_BYTES)
    except OSError:
        return None


def _harmless(value: Any) -> str:  # noqa: ANN401 - whatever a file holds
    """A text on one line; empty for anything else."""
    if not isinstance(value, str):
        return ""
    try:
        return clean(value)
    except CmianPolicyError:
        return ""


def _shortened(text: str) -> str:
    """At most what the schema admits, cut behind a sentence where there is one, else behind a word."""
    if len(text) <= _SUMMARY:
        return text
    start = text[: _SUMMARY - 1]
    sentence = start.rpartition(". ")[0]
    return f"{sentence}." if sentence else f"{start.rpartition(' ')[0] or start}…"


def _slug(name: str) -> str:
    letters = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:_SLUG].strip("-")
