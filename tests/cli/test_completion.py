"""``completion``: the scripts in the shells they are for, at a prompt as a user types (cli.md, "Commands").

In bash, M-* writes every completion into the line; the function that stands for the tool notes what the line then holds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest

from cmian_policy.cli.app import commands
from cmian_policy.cli.definitions import definitions, metavar
from cmian_policy.cli.shells.entry import Slot, entries
from cmian_policy.model.text import LANGS
from tests.runner import OK, SECONDS, USAGE, Done, Run, environment, execute

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHELLS = ("bash", "zsh", "fish")
NOTED = """\
cmian-policy() { printf '<%s>' "$@" >> noted; echo >> noted; }
command_not_found_handle() { echo "$@" >> called; }
"""
# What a value is called, where nothing can be offered for it; a new name belongs here or in the completion.
FREE = {"YYYY-MM-DD", "REV", "NAME", "OLD..NEW", "PACK/ID", "PATH=VALUE", "N"}
T_RULES = ("CMIAN-T01", "CMIAN-T02", "CMIAN-T04", "CMIAN-T09")
COMMANDS = (
    *("check", "completion", "doctor", "explain", "export", "fix", "import", "init", "policy", "register", "rules", "schema"),
)


class Typed(NamedTuple):
    """A line up to the cursor, and what every completion of its last word gives."""

    line: str
    words: tuple[str, ...]


# Each is a promise of the design: commands, options, choices, rules, releases, paths.
OFFERED = (
    Typed("", COMMANDS),
    Typed("exp", ("explain", "export")),
    Typed("rules ", ("coverage", "diff", "lint", "list", "log", "new", "release", "test", "verify")),
    Typed("check --no", ("--no-cache", "--no-config")),
    Typed("check --lang ", ("fr", "en")),
    Typed("check -f j", ("json", "junit")),
    Typed("check -q -f s", ("sarif", "summary")),
    Typed("check --select CMIAN-T", T_RULES),
    Typed("check --policy cmian@", ("cmian@2025.1", "cmian@2026.1")),
    Typed("rules log CMIAN-T", T_RULES),
    Typed("rules test --rule CMIAN-T", T_RULES),
    Typed("explain pol", ("policy-pin",)),
    Typed("schema re", ("release", "register", "report")),
    Typed("completion ", SHELLS),
    Typed("check man", ("manifeste.yaml",)),
    Typed("check --config man", ("manifeste.yaml",)),
    Typed("check --register mon", ("mon dossier/",)),
    Typed("rules log CMIAN-T01 man", ("manifeste.yaml",)),
    Typed("import atrs man", ("manifeste.yaml",)),
    Typed("check -o sarif=rap", ("sarif=rapport.sarif",)),
    Typed("check -o sa", ("sarif=",)),
)
# Nothing stands for these, not even a file name.
NOTHING = ("check --as-of ", "schema manifest ", "check --since m", "nothing-such ", "init ma")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a manifest, a report and a folder whose name has a space."""
    (tmp_path / "manifeste.yaml").touch()
    (tmp_path / "rapport.sarif").touch()
    (tmp_path / "mon dossier").mkdir()
    return tmp_path


@pytest.fixture
def written(run: Run, folder: Path) -> Callable[[str], Path]:
    """Writes the script of a shell."""

    def call(shell: str) -> Path:
        done = run("completion", shell)
        assert (done.code, done.err) == (OK, "")
        (folder / "script").write_text(done.out, encoding="utf-8")
        return folder / "script"

    return call


def at_prompt(folder: Path, lines: list[str], before: str = "") -> list[list[str]]:
    """The words that bash holds after M-* at the end of each line, which begins with the tool's name."""
    typed = f"source ./script\n{NOTED}{before}" + "".join(f"cmian-policy {line}\x1b*\n" for line in lines)
    bash = shutil.which("bash")
    assert bash is not None
    done = execute([bash, "--norc", "--noprofile", "-i"], folder, {**environment(folder), "HISTFILE": os.devnull}, typed)
    assert done.code == OK
    noted = (folder / "noted").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("<").removesuffix(">").split("><") for line in noted]


def expected(typed: Typed) -> list[str]:
    """The line's whole words and then the completions, as readline leaves them."""
    whole = typed.line.split(" ")[:-1]
    words = sorted(word.removesuffix("/") for word in typed.words)
    if "@" in typed.line:  # readline replaces the word from "@" on: only the first keeps what stands before
        words = [words[0], *(f"@{word.partition('@')[2]}" for word in words[1:])]
    return [*whole, *words]


def test_bash_completes_commands_options_choices_rules_releases_and_paths(folder: Path, written: Callable[[str], Path]) -> None:
    written("bash")
    assert at_prompt(folder, [typed.line for typed in OFFERED]) == [expected(typed) for typed in OFFERED]


def test_bash_offers_nothing_where_nothing_stands(folder: Path, written: Callable[[str], Path]) -> None:
    written("bash")
    assert at_prompt(folder, list(NOTHING)) == [line.split() for line in NOTHING]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("check --format=s", ["check", "--format=sarif", "summary"]),
        ("check --policy=cmian@2026", ["check", "--policy=cmian@2026.1"]),
        ("check --config=man", ["check", "--config=manifeste.yaml"]),
        ("check -- --f", ["check", "--", "--f"]),
        ("check 'mon dossier' -f h", ["check", "mon dossier", "-f", "html"]),
        ("check rules --fail-on n", ["check", "rules", "--fail-on", "never"]),
    ],
)
def test_bash_follows_the_line_as_the_tool_would(
    folder: Path, written: Callable[[str], Path], line: str, words: list[str]
) -> None:
    written("bash")
    assert at_prompt(folder, [line]) == [words]


def test_bash_runs_nothing_and_says_nothing(folder: Path, written: Callable[[str], Path]) -> None:
    """Strict settings of a user's own, no program to be found, and standard error noted while completing."""
    script = written("bash")
    lines = [typed.line for typed in OFFERED if "/" not in "".join(typed.words)]
    plain = at_prompt(folder, lines)
    (folder / "noted").unlink()
    text = script.read_text(encoding="utf-8")
    loud = text.replace(
        "complete -o default -F _cmian_policy", 'loud() { _cmian_policy "$@" 2>> said; }\ncomplete -o default -F loud'
    )
    assert loud != text
    script.write_text(loud, encoding="utf-8")
    assert at_prompt(folder, lines, "PATH=/nonexistent\nset -u\nIFS=,\n") == plain
    assert not (folder / "called").exists()
    assert (folder / "said").read_text(encoding="utf-8") == ""


def test_bash_takes_the_script_with_strict_settings(folder: Path, written: Callable[[str], Path]) -> None:
    written("bash")
    done = execute(["bash", "-eu", "-o", "pipefail", "-c", "source ./script"], folder, environment(folder))
    assert done == Done(OK, "", "")


def needed(shell: str) -> str:
    """A shell, or the test is skipped by its name."""
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    return found


def test_zsh_completes_at_a_prompt(folder: Path, written: Callable[[str], Path]) -> None:
    pty = pytest.importorskip("pty")
    zsh = needed("zsh")
    written("zsh")
    single = [typed for typed in OFFERED if len(typed.words) == 1]
    lines = [f"cmian-policy {typed.line}\t\n" for typed in single]
    (folder / "setup").write_text(f"autoload -Uz compinit; compinit -u -D\nsource ./script\n{NOTED}", encoding="utf-8")
    keyboard, terminal = pty.openpty()
    env = {**environment(folder), "TERM": "xterm"}
    with subprocess.Popen([zsh, "-f", "-i"], stdin=terminal, stdout=terminal, stderr=terminal, cwd=folder, env=env) as shell:
        os.close(terminal)
        for line in ("source ./setup\n", *lines, "exit\n"):
            os.write(keyboard, line.encode())
        while shell.poll() is None:
            try:
                os.read(keyboard, 4096)
            except OSError:  # the terminal is gone with the shell
                break
        assert shell.wait(SECONDS) == OK
    os.close(keyboard)
    noted = (folder / "noted").read_text(encoding="utf-8").splitlines()
    assert [line.removesuffix(">").rpartition("<")[2].removesuffix("/") for line in noted] == [
        typed.words[0].removesuffix("/") for typed in single
    ]


def test_fish_completes_commands_options_choices_rules_releases_and_paths(folder: Path, written: Callable[[str], Path]) -> None:
    fish = needed("fish")
    written("fish")
    for typed in (typed for typed in OFFERED if "=" not in typed.line):
        done = execute(
            [fish, "--no-config", "-c", "source script; complete -C $argv[1]", f"cmian-policy {typed.line}"],
            folder,
            environment(folder),
        )
        offered = [line.partition("\t")[0].replace("\\ ", " ") for line in done.out.splitlines()]
        assert (done.err, sorted(offered)) == ("", sorted(typed.words)), typed.line
    for line in NOTHING:
        done = execute(
            [fish, "--no-config", "-c", "source script; complete -C $argv[1]", f"cmian-policy {line}"],
            folder,
            environment(folder),
        )
        assert (done.err, done.out) == ("", ""), line


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_a_script_has_the_syntax_of_its_shell(folder: Path, written: Callable[[str], Path], shell: str) -> None:
    program = needed(shell)
    done = execute([program, "-n", written(shell)], folder, environment(folder))
    assert done == Done(OK, "", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_language_of_the_help_is_the_users(run: Run, shell: str) -> None:
    french, english = (run("completion", shell, "--lang", lang).out for lang in LANGS)
    assert ("Affiche cette aide" in french) is (shell != "bash")
    assert ("é" in english) is False
    assert (french == english) is (shell == "bash")


def test_an_unknown_shell_is_a_usage_error(run: Run) -> None:
    done = run("completion", "powershell")
    assert (done.code, done.out) == (USAGE, "")
    assert "bash, zsh, fish" in done.err


def test_every_value_is_completed_or_known_to_be_free() -> None:
    for found in definitions(commands("fr")):
        for param in found.command.params:
            flag = isinstance(param, click.Option) and param.is_flag
            if not flag and not isinstance(param.type, click.Choice):
                known = {"RULE", "PACK@RELEASE", "NAME=FILE", "FILE", "MANIFEST", "PATH", "POLICIES"}
                assert metavar(param) in FREE | known, found.words


def test_a_short_or_long_option_takes_a_value_in_every_command_or_in_none() -> None:
    """The fish script tells arguments from values of options by their names alone."""
    valued: dict[str, set[bool]] = {}
    for entry in entries(definitions(commands("fr")), {}, "fr"):
        for slot in entry.options:
            for name in slot.names:
                valued.setdefault(name, set()).add(slot.kind != "flag")
    assert {name for name, kinds in valued.items() if len(kinds) > 1} == set()


def test_a_word_that_a_shell_could_act_on_is_refused() -> None:
    hostile = click.Command("hostile", params=[click.Argument(["rule"], type=click.Choice(["$(date)"]))])
    with pytest.raises(AssertionError):
        entries(definitions(hostile), {}, "fr")
    assert Slot((), "", "text").words == ()
