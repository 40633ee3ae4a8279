"""fish, with the help of each command and option beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.cli.shells.table import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cmian_policy.cli.shells.entry import Entry, Slot

# A command is found by the words that follow the program's name: options come after them (cli.md).
_SCRIPT = r"""# cmian-policy completion fish > ~/.config/fish/completions/cmian-policy.fish

function __cmian_policy_in --description 'Whether the words typed lead to this command'
    set -l typed (commandline -opc)
    set -e typed[1]
    if test (count $argv) -eq 0
        test (count $typed) -eq 0
        return
    end
    set -l last (count $argv)
    test (count $typed) -ge $last; and test "$typed[1..$last]" = "$argv"
end

function __cmian_policy_at --description 'Whether the next word is argument number argv[1] (or a later one: "+") of this command'
    __cmian_policy_in $argv[2..-1]; or return 1
    set -l typed (commandline -opc)
    set -e typed[1..(count $argv)]
    set -l place 1
    set -l pending no
    set -l plain no
    for word in $typed
        if test $pending = yes
            set pending no
        else if test $plain = no; and test "$word" = --
            set plain yes
        else if test $plain = no; and string match -q -- '-?*' $word
            contains -- $word __VALUED__; and set pending yes
        else
            set place (math $place + 1)
        end
    end
    test $argv[1] = + -o $argv[1] = $place
end

complete -c cmian-policy -e
complete -c cmian-policy -f
__TABLE__"""
_TAKES = {"flag": "", "words": " -x", "report": " -r -F", "path": " -r -F", "text": " -x"}


def script(entries: Sequence[Entry]) -> str:
    """The script."""
    valued = sorted({name for entry in entries for slot in entry.options if slot.kind != "flag" for name in slot.names})
    lines = "".join(f"complete -c {PROGRAM} {line}\n" for entry in entries for line in _lines(entry))
    return _SCRIPT.replace("__VALUED__", " ".join(valued)).replace("__TABLE__", lines)


def _lines(entry: Entry) -> Iterator[str]:
    inside = f"-n {_quoted(' '.join(('__cmian_policy_in', *entry.words)))}"
    for slot in entry.options:
        names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in slot.names)
        yield f"{inside} {names}{_TAKES[slot.kind]}{_words(slot)} -d {_quoted(slot.help)}"
    for name, text in entry.commands:
        yield f"-n {_quoted(_place('1', entry))} -a {name} -d {_quoted(text)}"
    for place, slot in enumerate(entry.arguments, 1):
        at = _quoted(_place("+" if slot.several else str(place), entry))
        yield f"-n {at}{' -F' if slot.kind == 'path' else ''}{_words(slot)}"


def _place(number: str, entry: Entry) -> str:
    return " ".join(("__cmian_policy_at", number, *entry.words))


def _words(slot: Slot) -> str:
    words = (f"{word}=" if slot.kind == "report" else word for word in slot.words)
    return f" -a {_quoted(' '.join(words))}" if slot.words else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
