"""What the READMEs say is tried: every command, manifest and code that they show; of every document, its links and spaces.

The guide for those who write rules is followed in ``test_guide.py``.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from cmian_policy.lang.yaml import read
from tests.runner import OK, ROOT, Done, Run, environment, execute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cmian_policy.model.document import Plain

ENGLISH, FRENCH, RULES = "README.md", "README.fr.md", "docs/ecrire-une-regle.md"
LANGUAGE = {ENGLISH: "en", FRENCH: "fr"}
REGISTER = ("docs/tenir-le-registre.md", "docs/avis-et-derogations.md")
IN_FRENCH = (
    FRENCH,
    RULES,
    "docs/dans-votre-depot.md",
    "docs/configuration.md",
    "docs/messages.md",
    *REGISTER,
    "examples/README.fr.md",
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#[^)]*)?\)")
PLAIN_SPACE = re.compile(r" [:;!?»](?:\s|$)|« ", re.MULTILINE)
REQUIRED_FIELDS = 19


class Command(NamedTuple):
    """A command as a document shows it: its line, the output pasted below (empty for none), the exit code it announces."""

    line: str
    output: str
    code: int


def text(name: str) -> str:
    """A document of the checkout."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, kind: str) -> list[str]:
    """The fenced blocks of one kind, in order."""
    return [found[2] for found in BLOCK.finditer(text(name)) if found[1] == kind]


def prose(name: str) -> str:
    """A document without its code."""
    return INLINE_CODE.sub("``", BLOCK.sub("", text(name)))


def lines(name: str) -> list[list[str]]:
    """The command lines of each console block."""
    return [[line for line in block.splitlines() if line.startswith("$ ")] for block in blocks(name, "console")]


def commands(name: str) -> Iterator[Command]:
    """Every command of this tool that a document shows; ``$ echo $?`` after it announces its exit code, 0 where it is missing."""
    for block in blocks(name, "console"):
        shown = [part.partition("\n") for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
        for (line, _, output), after in zip(shown, [*shown[1:], ("", "", "")], strict=True):
            if line.startswith("cmian-policy "):
                yield Command(line, output, int(after[2]) if after[0] == "echo $?" else OK)


def every_command() -> list[object]:
    """The commands of both READMEs, as parameters of a test."""
    return [pytest.param(name, command, id=f"{name}: {command.line}") for name in LANGUAGE for command in commands(name)]


def documents() -> list[str]:
    """Every Markdown file that git holds or would take."""
    listed = execute(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.md"], ROOT, environment(ROOT)
    )
    assert listed.code == OK, listed.err
    return sorted({path for path in listed.out.split("\0") if path and (ROOT / path).exists()})


def leaves(value: Plain) -> int:
    """The number of fields that hold a value; a list is one."""
    return sum(leaves(each) for each in value.values()) if isinstance(value, dict) else 1


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of what the documents' commands work on: examples, rules, and the README's manifest."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    (tmp_path / "ai-manifest.yaml").write_text(blocks(ENGLISH, "yaml")[0], encoding="utf-8")
    return tmp_path


def play(run: Run, shop: Path, line: str, lang: str) -> Done:
    """Runs a command line of a document; ``< FILE`` feeds standard input."""
    words = shlex.split(line)
    given = b""
    if "<" in words:
        place = words.index("<")
        given = (shop / words[place + 1]).read_bytes()
        words = words[:place]
    return run(*words[1:], cwd=shop, stdin=given, env={"CMIAN_LANG": lang})


def test_both_readmes_hold_the_same_commands_in_the_same_order() -> None:
    assert lines(ENGLISH) == lines(FRENCH)
    assert sum(map(len, lines(ENGLISH))) > 10
    for kind in ("python", "yaml"):
        assert blocks(ENGLISH, kind) == blocks(FRENCH, kind) != []


@pytest.mark.parametrize(("name", "command"), every_command())
def test_a_command_does_what_the_document_shows(run: Run, shop: Path, name: str, command: Command) -> None:
    done = play(run, shop, command.line, LANGUAGE[name])
    assert (done.code, done.err) == (command.code, "")
    assert done.out
    if command.output:
        assert done.out == command.output


def test_the_manifest_of_the_readme_holds_the_required_fields_and_passes(run: Run, shop: Path) -> None:
    assert leaves(read(blocks(ENGLISH, "yaml")[0].encode(), "README.md").data) == REQUIRED_FIELDS
    assert run("check", "ai-manifest.yaml", cwd=shop).code == OK


def test_the_python_of_the_readme_prints_what_its_comment_says(shop: Path, home: Path) -> None:
    for code in blocks(ENGLISH, "python"):
        done = execute([sys.executable, "-c", code], shop, environment(home))
        assert (done.code, done.err) == (OK, "")
        assert done.out == code.rpartition("  # ")[2]


@pytest.mark.parametrize("path", sorted((ROOT / "changelog.d").glob("*.md")), ids=lambda path: path.name)
def test_a_changelog_fragment_has_its_name_and_its_two_languages(path: Path) -> None:
    if path.name != "README.md":
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.(added|changed|fixed)\.md", path.name)
        french, english = path.read_text(encoding="utf-8").splitlines()
        assert french.startswith("- fr\u00a0: ")
        assert english.startswith("- en: ")
        assert PLAIN_SPACE.findall(INLINE_CODE.sub("", french)) == []


@pytest.mark.parametrize("name", documents())
def test_a_relative_link_leads_somewhere(name: str) -> None:
    for target in LINK.findall(prose(name)):
        if target and "://" not in target and not target.startswith("mailto:"):
            assert ((ROOT / name).parent / target).exists(), f"{name}: {target}"


@pytest.mark.parametrize("name", documents())
def test_a_make_target_that_a_document_names_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", text("Makefile"), re.MULTILINE))
    assert set(re.findall(r"(?:`|\$ )make ([a-z][a-z-]*)", text(name))) <= targets


@pytest.mark.parametrize("name", IN_FRENCH)
def test_french_prose_keeps_its_no_break_spaces(name: str) -> None:
    assert PLAIN_SPACE.findall(prose(name)) == []
