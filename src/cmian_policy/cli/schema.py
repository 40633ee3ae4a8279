"""``schema NAME``: prints the JSON Schema of a published contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cmian_policy.cli.options import OneOf, command
from cmian_policy.cli.terminal import write_out
from cmian_policy.engine.outcome import EXIT_OK
from cmian_policy.sources.bundled import schema_text

if TYPE_CHECKING:
    from cmian_policy.cli.told import Common
    from cmian_policy.model.text import Lang

# The names people use for the folders of schemas/.
CONTRACTS = {
    "manifest": "ai-manifest",
    "rule": "rule",
    "cases": "cases",
    "facts": "facts",
    "pack": "pack",
    "source": "source",
    "release": "release",
    "register": "register",
    "config": "config",
    "report": "report",
}


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "schema", [click.Argument(["name"], type=OneOf(tuple(CONTRACTS)))], _schema)


def _schema(_common: Common, values: dict[str, Any]) -> int:
    write_out(schema_text(CONTRACTS[values["name"]]))
    return EXIT_OK
