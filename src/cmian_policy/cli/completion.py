"""``completion bash|zsh|fish``: prints the script that completes this tool's commands, options and values (cli.md)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from cmian_policy.authoring.page import rule_ids
from cmian_policy.cli.definitions import definitions
from cmian_policy.cli.options import OneOf, command
from cmian_policy.cli.shells.entry import entries
from cmian_policy.cli.terminal import cache_folder, write_out
from cmian_policy.engine.evaluate import BUILTIN
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.reporters import formats

if TYPE_CHECKING:
    from cmian_policy.cli.shells.entry import Known
    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang

SHELLS = ("bash", "zsh", "fish")


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "completion", [click.Argument(["shell"], type=OneOf(SHELLS))], _completion)


def _completion(common: Common, values: dict[str, Any]) -> int:
    root = click.get_current_context().find_root().command
    write_out(script(root, values["shell"], common.lang))
    return EXIT_OK


def script(root: click.Command, shell: str, lang: Lang) -> str:
    """The script for a shell, of the tool's commands as ``root`` has them and of the bundled rules."""
    written: str = import_module(f"cmian_policy.cli.shells.{shell}").script(entries(definitions(root), _known(), lang))
    return written


def _known() -> Known:
    """The words of what is not a choice of the command line: rules, releases, formats of reports."""
    policy = load_policy(None, cache_folder=cache_folder())
    releases = (f"{pack.id}@{release.id}" for pack in policy.packs for release in pack.releases)
    rules = rule_ids(policy)
    return {
        "RULE": rules,
        "explain RULE": (*rules, *sorted(BUILTIN)),
        "PACK@RELEASE": tuple(sorted(releases)),
        "NAME=FILE": formats(),
    }
