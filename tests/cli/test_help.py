"""The help of every command ends with an example that the command line accepts (cli.md, "Commands")."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from cmian_policy.authoring.page import rule_ids
from cmian_policy.cli.app import commands
from cmian_policy.cli.definitions import Definition, definitions
from cmian_policy.cli.help import page
from cmian_policy.model.text import LANGS, Lang
from cmian_policy.pipeline.policy import load_policy
from tests.runner import NBSP

LEAD = {"fr": f"Exemple{NBSP}: ", "en": "Example: "}
EVERY = pytest.mark.parametrize("words", [found.words for found in definitions(commands("fr"))], ids=" ".join)


def defined(words: tuple[str, ...], lang: Lang) -> Definition:
    """The command that the words lead to."""
    return next(found for found in definitions(commands(lang)) if found.words == words)


def example(words: tuple[str, ...], lang: Lang) -> str:
    """The command line that the help ends with."""
    last = (defined(words, lang).command.help or "").rpartition("\n\n")[2]
    assert last.startswith(LEAD[lang]), last
    return last.removeprefix(LEAD[lang])


def test_the_definitions_hold_the_groups_and_what_is_in_them() -> None:
    every = {found.words for found in definitions(commands("fr"))}
    assert {(), ("check",), ("rules",), ("rules", "test"), ("register", "digest"), ("policy", "update"), ("import",)} <= every


@EVERY
@pytest.mark.parametrize("lang", LANGS)
def test_the_page_shows_the_example_on_one_line(words: tuple[str, ...], lang: Lang) -> None:
    lines = [line.strip() for line in page(commands(lang), list(words), lang).splitlines()]
    assert LEAD[lang] + example(words, lang) in lines


@EVERY
@pytest.mark.parametrize("lang", LANGS)
def test_the_example_is_a_line_of_that_command_and_parses(words: tuple[str, ...], lang: Lang) -> None:
    line = shlex.split(example(words, lang))
    assert line[: len(words) + 1] == ["cmian-policy", *words]
    command: click.Command = commands(lang)
    rest = line[1:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), rest.pop(0))
        assert found is not None
        command = found
    assert command.make_context(command.name, rest).params


def test_the_rules_and_releases_of_the_examples_exist() -> None:
    policy = load_policy(None)
    releases = {f"{pack.id}@{release.id}" for pack in policy.packs for release in pack.releases}
    lines = {found.words: example(found.words, "fr") for found in definitions(commands("fr"))}
    wanted = {words: line for words, line in lines.items() if words not in {("rules", "new"), ("rules", "release")}}
    assert set(re.findall(r"\b(?:CMIAN|LAW)-[A-Z]\d\d", " ".join(wanted.values()))) <= set(rule_ids(policy))
    assert set(re.findall(r"[a-z-]+@[\d.]+\d", " ".join(wanted.values()))) <= releases
