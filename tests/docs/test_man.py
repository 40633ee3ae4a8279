"""The manual pages are what the definitions of the commands give, and what troff reads without a complaint."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

import click
import pytest

from cmian_policy.cli.app import commands
from cmian_policy.cli.definitions import definitions
from cmian_policy.messages import render
from cmian_policy.model.text import Lang, message
from cmian_policy.reporters import formats
from tests.runner import OK, ROOT, Done, environment, execute

if TYPE_CHECKING:
    from pathlib import Path

PAGES: dict[Lang, str] = {"en": "docs/man/cmian-policy.1", "fr": "docs/man/fr/cmian-policy.1"}
EACH = pytest.mark.parametrize("lang", PAGES)
SECTIONS: dict[Lang, list[str]] = {
    "en": [
        *("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "COMMON OPTIONS", "FORMATS", "EXIT STATUS", "ENVIRONMENT", "FILES"),
        "SEE ALSO",
    ],
    "fr": [
        *("NOM", "SYNOPSIS", "DESCRIPTION", "COMMANDES", "OPTIONS COMMUNES", "FORMATS", "CODES DE RETOUR", "ENVIRONNEMENT"),
        *("FICHIERS", "VOIR AUSSI"),
    ],
}


def source(lang: Lang) -> str:
    """A page as it is committed."""
    return (ROOT / PAGES[lang]).read_text(encoding="utf-8")


def shown(lang: Lang) -> str:
    """What a reader sees, as one line: troff's escapes undone."""
    text = source(lang)
    for escape, sign in ((r"\fB", ""), (r"\fI", ""), (r"\fR", ""), (r"\-", "-"), (r"\(aq", "'"), (r"\(dq", '"'), (r"\&", "")):
        text = text.replace(escape, sign)
    return text.replace(r"\ ", "\N{NO-BREAK SPACE}")


def test_the_pages_are_what_the_script_writes(tmp_path: Path) -> None:
    done = execute([sys.executable, ROOT / "tools" / "generate_man.py", "--check"], tmp_path, environment(tmp_path))
    assert done == Done(OK, "", "")


@EACH
def test_every_command_option_and_help_text_is_there(lang: Lang) -> None:
    page = shown(lang)
    for found in definitions(commands(lang)):
        assert (found.command.help or "").partition("\n\n")[0] in page
        if found.words:
            assert f'.SS "{" ".join(found.words)}"' in page
        for option in found.options:
            assert ", ".join(option.opts) in page
            assert str(option.envvar) in page
            assert option.help is not None
            assert option.help in page


@EACH
def test_the_sections_are_those_of_a_manual_page(lang: Lang) -> None:
    assert re.findall(r"^\.SH (.+)$", source(lang), re.MULTILINE) == SECTIONS[lang]


@EACH
def test_every_exit_code_format_and_file_is_there(lang: Lang) -> None:
    page = shown(lang).splitlines()
    assert {"0", "1", "2", "3", "4", "70"} <= set(page)
    assert set(formats()) <= set(page)
    assert {"ai-manifest.yaml", ".cmian-policy.yaml", ".cmian-policy.lock"} <= set(page)


@EACH
def test_nothing_but_our_own_macros_and_escapes_acts(lang: Lang) -> None:
    """A line that begins with a dot or an apostrophe is a request; a backslash begins an escape; a bare hyphen is not a minus."""
    for line in source(lang).splitlines()[2:]:
        assert re.match(r"\.(TH|SH|SS|PP|TP|HP|BR) ?|[^.']", line), line
        assert re.sub(r"\\(?:f[BIR]|-|\((?:aq|dq|rs|ga|ha|ti)|&| )", "", line).count("\\") == 0, line
        if not line.startswith("."):
            assert not re.search(r"(?<!\\)-", line), line


@EACH
def test_the_help_of_a_command_does_not_change_under_the_escapes(lang: Lang) -> None:
    assert render(message("help.command.check"), lang).rpartition("\n\n")[2] in shown(lang)
    assert isinstance(commands(lang), click.Group)


@EACH
def test_groff_reads_the_page_without_a_warning(lang: Lang, tmp_path: Path) -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = execute(["groff", "-man", "-Tutf8", "-Kutf8", "-ww", ROOT / PAGES[lang]], tmp_path, environment(tmp_path))
    assert (done.code, done.err) == (OK, "")
    assert "cmian-policy" in done.out


@EACH
def test_mandoc_finds_no_fault(lang: Lang, tmp_path: Path) -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    done = execute(["mandoc", "-T", "lint", "-W", "warning", ROOT / PAGES[lang]], tmp_path, environment(tmp_path))
    faults = [line for line in done.out.splitlines() if "missing date" not in line]
    assert faults == []
