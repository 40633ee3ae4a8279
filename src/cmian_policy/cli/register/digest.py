"""``register digest MANIFEST``: the digest that the committee records with its opinion."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmian_policy.cli.options import command
from cmian_policy.cli.terminal import read_in, say, write_error, write_out
from cmian_policy.engine.outcome import EXIT_NON_COMPLIANT, EXIT_OK
from cmian_policy.engine.scope_digest import scope_digest
from cmian_policy.errors import UsageError
from cmian_policy.loading.manifest import READ_AT_MOST, read_bytes, read_file
from cmian_policy.model.location import Location
from cmian_policy.model.text import message
from cmian_policy.pipeline.policy import schema
from cmian_policy.pipeline.run import STDIN

if TYPE_CHECKING:
    from cmian_policy.cli.told import Common
    from cmian_policy.model.manifest import Manifest
    from cmian_policy.model.text import Lang


def build(lang: Lang) -> click.Command:
    """The command, its help in a language."""
    return command(lang, "digest", [click.Argument(["manifest"], metavar="MANIFEST")], _digest, "register_digest")


def _digest(common: Common, values: dict[str, Any]) -> int:
    """Prints the digest alone, or what keeps the manifest from having one: half a scope would have a digest too."""
    manifest = _manifest(values["manifest"])
    if manifest.readable:
        write_out(f"{scope_digest(manifest.data)}\n")
        return EXIT_OK
    for problem in (*manifest.syntax, *manifest.schema):
        place = str(Location(manifest.path, problem.span))
        write_error(say(message("register.at", place=place, what=problem.message), common.lang))
    write_error(say(message("digest.refused"), common.lang))
    return EXIT_NON_COMPLIANT


def _manifest(name: str) -> Manifest:
    if name == STDIN:
        return read_bytes(read_in(READ_AT_MOST), "<stdin>", lambda: schema("ai-manifest"))
    if not os.path.lexists(name):
        raise UsageError(message("usage.no-such-path"), Location(name))
    return read_file(Path(name), name, lambda: schema("ai-manifest"))
