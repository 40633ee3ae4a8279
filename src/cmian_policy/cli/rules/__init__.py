"""``rules …``: the committee's work bench, one module a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.cli.options import Group

if TYPE_CHECKING:
    from cmian_policy.model.text import Lang

_COMMANDS = ("coverage", "diff", "lint", "list", "log", "new", "release", "test", "verify")


def build(lang: Lang) -> Group:
    """The group, its help in a language."""
    return Group(lang, "rules", "help.command.rules", __name__, _COMMANDS)
