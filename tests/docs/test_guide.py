"""The guide for those who write rules, followed from an empty folder to the last line: each file written, each command run."""

from __future__ import annotations

import re
import shlex
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from cmian_policy.lang.cel import Environment, timestamp
from cmian_policy.lang.yaml import read
from cmian_policy.messages import fr
from tests.runner import OK, ROOT, Done, Run, environment, execute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GUIDE = ROOT / "docs" / "ecrire-une-regle.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DRAFT = "2027.1"  # what the guide calls the draft whose name the tool derives from the day
NOTE = "note\u00a0: "


class Block(NamedTuple):
    """A fenced block: its kind and its text."""

    kind: str
    text: str


class Command(NamedTuple):
    """A command line, the output pasted below it (empty for none), and the exit code that ``$ echo $?`` announces, else 0."""

    line: str
    output: str
    code: int


def blocks() -> list[Block]:
    """The fenced blocks of the guide, in order."""
    return [Block(found[1], found[2]) for found in BLOCK.finditer(GUIDE.read_text(encoding="utf-8"))]


def commands(block: str) -> Iterator[Command]:
    """The commands of a console block."""
    shown = [part.partition("\n") for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    for (line, _, output), after in zip(shown, [*shown[1:], ("", "", "")], strict=True):
        if line != "echo $?":
            yield Command(line, output, int(after[2]) if after[0] == "echo $?" else OK)


class Author:
    """Somebody who does what the guide says, in a folder that is empty at first."""

    def __init__(self, run: Run, folder: Path, home: Path) -> None:
        self._run = run
        self._folder = folder
        self._home = home
        self._shown: set[str] = set()  # files whose first piece the guide has shown: the next one goes on from there
        self.commands = 0

    def follow(self, block: Block) -> None:
        """Does what one block shows."""
        head, _, body = block.text.partition("\n")
        match block.kind:
            case "yaml":
                self._write(head.removeprefix("# "), body)
            case "diff":
                self._edit(self._folder / head.removeprefix("# "), body.splitlines(keepends=True))
            case "console":
                for command in commands(block.text):
                    self._play(command)
            case _:
                assert block.kind in {"cel", "text"}

    def _write(self, path: str, piece: str) -> None:
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        before = target.read_text(encoding="utf-8") if path in self._shown else ""
        target.write_text(before + piece, encoding="utf-8")
        self._shown.add(path)

    def _edit(self, path: Path, lines: list[str]) -> None:
        old, new = ("".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +"))
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path.name} holds this {text.count(old)} times:\n{old}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def _play(self, command: Command) -> None:
        words = shlex.split(command.line)
        if words[0] != "cmian-policy":
            done = execute(words, self._folder, environment(self._home))
            assert done.code == OK, f"{command.line}\n{done.err}"
            if words[0] == "cp":
                self._shown.add(words[2])
            return
        self.commands += 1
        done = self._run(*words[1:], cwd=self._folder)
        if words[1:3] == ["rules", "new"]:
            done = self._with_the_guides_name(done)
        assert done.code == command.code, f"{command.line}\n{done.out}{done.err}"
        if done.code == OK:
            assert [line for line in done.err.splitlines() if not line.startswith(NOTE)] == []
        if command.output:
            assert done.out == command.output, command.line

    def _with_the_guides_name(self, done: Done) -> Done:
        """What the guide asks of whoever follows it on another day: to rename the draft."""
        (draft,) = (self._folder / "policies/charte/releases").glob("*.yaml")
        draft.rename(draft.with_name(f"{DRAFT}.yaml"))
        return done._replace(out=done.out.replace(f"/{draft.name}\n", f"/{DRAFT}.yaml\n"))


def test_whoever_follows_the_guide_publishes_two_versions_of_a_rule(run: Run, tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    author = Author(run, folder, home)
    for block in blocks():
        author.follow(block)
    assert author.commands >= 20
    published = [path for path in (folder / "policies/charte/releases").iterdir() if "\npublished: " in path.read_text()]
    assert sorted(path.name for path in published) == ["2027.1.yaml", "2027.2.yaml"]


def test_every_command_of_the_bench_is_in_the_guide(run: Run) -> None:
    listed = re.findall(r"^  ([a-z]+)  ", run("rules", "--help").out.partition("Commandes")[2], re.MULTILINE)
    lines = [command.line for block in blocks() if block.kind == "console" for command in commands(block.text)]
    assert len(listed) == 9
    assert [name for name in listed if not any(line.startswith(f"cmian-policy rules {name} ") for line in lines)] == []
    assert any(line.startswith("cmian-policy explain ") for line in lines)


def test_the_conditions_of_the_guide_never_err() -> None:
    conditions = [line for block in blocks() if block.kind == "cel" for line in block.text.splitlines()]
    assert conditions
    engine = Environment()
    for path in ("examples/chatbot-demarches/ai-manifest.yaml", "policies/cmian/bases/summary.yaml"):
        manifest = read((ROOT / path).read_bytes(), path).data
        variables = {"manifest": manifest, "facts": {"live": True}, "today": timestamp(date(2026, 11, 23))}
        for condition in conditions:
            assert engine.compile(condition).holds(engine.context(variables)) in {True, False}


def test_the_guide_explains_every_key_that_an_author_writes(run: Run) -> None:
    rule, cases, release = (run("schema", name).report["properties"] for name in ("rule", "cases", "release"))
    require, case = rule["require"]["items"]["properties"], cases["cases"]["items"]["properties"]
    text = BLOCK.sub("", GUIDE.read_text(encoding="utf-8"))
    explained = set(re.findall(r"`(\w+)", text))
    assert {*rule, *require, *rule["level"]["properties"], *rule["waivable"]["anyOf"][1]["properties"]} <= explained
    assert {*rule["source"]["anyOf"][0]["properties"], *rule["references"]["items"]["properties"]} <= explained
    assert {*cases, *case} - {"cases", "name"} <= explained
    assert {*release} - {"release", "facts", "sources", "rules"} <= explained


def test_what_the_guide_quotes_of_a_refusal_is_what_the_tool_says() -> None:
    table = GUIDE.read_text(encoding="utf-8").rpartition("| --- | --- |\n")[2]
    quoted = re.findall(r"^\| «\u00a0(.*?)\u00a0» \|", table, re.MULTILINE)
    assert len(quoted) == len(table.splitlines()) > 15
    said = "\n".join(fr.TEMPLATES.values())
    assert [words for words in quoted if words not in said] == []
