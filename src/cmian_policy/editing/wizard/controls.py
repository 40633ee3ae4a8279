"""The files that put the check where a project works: before each commit, and before each merge.

Where the tool is hosted is not known: both files hold the placeholders of ``examples/ci``, and fail until they are replaced.
"""

from __future__ import annotations

import re
from importlib import resources
from textwrap import wrap
from typing import TYPE_CHECKING

from cmian_policy import __version__
from cmian_policy.messages import render
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple

if TYPE_CHECKING:
    from cmian_policy.model.report import PolicyUsed
    from cmian_policy.model.text import Lang

PRE_COMMIT = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/cmian-policy.yml"
_RELEASES = re.compile(r"^( *)@@RELEASES@@$", re.MULTILINE)
_WIDTH = 100


class Controls(NamedTuple):
    """The two files, filled in."""

    hook: str
    workflow: str


def controls(policy: tuple[PolicyUsed, ...], lang: Lang) -> Controls:
    """The files for the releases that judge the project today."""
    releases = [f"{used.pack}@{used.release}" for used in policy if used.release is not None]
    template = _template("github-workflow.yml")
    workflow = _RELEASES.sub(lambda line: "\n".join(f"{line[1]}{release}" for release in releases), template)
    hook = _template("pre-commit-config.yaml")
    return Controls(_comment("init.file.hook", lang) + hook, _comment("init.file.workflow", lang) + workflow)


def _comment(key: str, lang: Lang) -> str:
    return "".join(f"# {line}\n" for line in wrap(render(message(key), lang), _WIDTH))


def _template(name: str) -> str:
    text = resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
    return text.replace("@@VERSION@@", __version__)
