"""What may stand at each place of a command line, whatever the shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import click

from cmian_policy.cli.definitions import Definition, metavar
from cmian_policy.messages import render
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cmian_policy.model.text import Lang

Known = dict[str, tuple[str, ...]]
Kind = Literal["flag", "words", "report", "path", "text"]

_PATHS = ("FILE", "MANIFEST", "PATH", "PATHS", "POLICIES")
_REPORT = "NAME=FILE"
# What a script holds is pasted between quotes and matched as a pattern: nothing may mean something else there.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._=-]*")


class Slot(NamedTuple):
    """An option (``names``) or an argument (none), and what it takes.

    ``words``: one of ``words``; ``report``: one of ``words``, ``=`` and a file; ``path``: a file or a folder; ``text``: anything.
    """

    names: tuple[str, ...]
    help: str
    kind: Kind
    words: tuple[str, ...] = ()
    several: bool = False


class Entry(NamedTuple):
    """A command: the words that lead to it, what it is for, the commands below it with theirs, and its slots."""

    words: tuple[str, ...]
    help: str
    commands: tuple[tuple[str, str], ...]
    options: tuple[Slot, ...]
    arguments: tuple[Slot, ...]


def entries(found: Iterable[Definition], known: Known, lang: Lang) -> tuple[Entry, ...]:
    """The commands; ``known`` gives the words of a metavar (``RULE``), or of that of one command (``explain RULE``)."""
    held = tuple(found)
    helps = {each.words: (each.command.help or "").partition("\n\n")[0] for each in held}
    return tuple(_entry(each, helps, known, lang) for each in held)


def _entry(found: Definition, helps: Mapping[tuple[str, ...], str], known: Known, lang: Lang) -> Entry:
    below = tuple((words[-1], text) for words, text in helps.items() if words and words[:-1] == found.words)
    known = known | {name: known[own] for name, own in ((name, " ".join((*found.words, name))) for name in known) if own in known}
    options = (*(_slot(param, known) for param in found.options), *_answered_first(found, lang))
    return Entry(found.words, helps[found.words], below, options, tuple(_slot(param, known) for param in found.arguments))


def _answered_first(found: Definition, lang: Lang) -> Iterator[Slot]:
    if not found.words:
        yield Slot(("--version",), render(message("help.version"), lang), "flag")
    yield Slot(("-h", "--help"), render(message("help.help"), lang), "flag")


def _slot(param: click.Parameter, known: Known) -> Slot:
    names: tuple[str, ...] = ()
    text, flag = "", False
    if isinstance(param, click.Option):
        names, text, flag = tuple(param.opts), param.help or "", param.is_flag
    words = _words(param, known)
    if not all(_PLAIN.fullmatch(word) for word in words):
        raise AssertionError(words)
    return Slot(names, text, "flag" if flag else _kind(param, words), words, param.nargs == -1)


def _words(param: click.Parameter, known: Known) -> tuple[str, ...]:
    if isinstance(param.type, click.Choice):
        return tuple(str(choice) for choice in param.type.choices)
    return known.get(metavar(param), ())


def _kind(param: click.Parameter, words: tuple[str, ...]) -> Kind:
    if metavar(param) == _REPORT:
        return "report"
    if words:
        return "words"
    return "path" if metavar(param) in _PATHS else "text"
