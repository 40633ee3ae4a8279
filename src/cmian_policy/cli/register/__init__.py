"""``register …``: tools for those who keep the committee's register, one module a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmian_policy.cli.options import Group

if TYPE_CHECKING:
    from cmian_policy.model.text import Lang

_COMMANDS = ("digest", "verify")


def build(lang: Lang) -> Group:
    """The group, its help in a language."""
    return Group(lang, "register", "help.command.register", __name__, _COMMANDS)
