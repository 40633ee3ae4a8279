"""The notice for citizens in a real browser: accessible, fetching nothing, without sideways scrolling; and valid HTML."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.external.test_html_browser import BOTH_LANGUAGES, Opened, browser, opened, violations
from tests.runner import MINIMAL, ON, ROOT, Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Program = Callable[..., Path]
    NodeFile = Callable[[str], Path]

__all__ = ["browser", "opened"]  # fixtures
WHICH = ["affectation-scolaire-complete", "chatbot-demarches", "minimal"]
EVERY = pytest.mark.parametrize("which", WHICH)


@pytest.fixture
def made(run: Run, tmp_path: Path) -> Callable[..., Path]:
    """Writes the notice of an example, or of the smallest manifest, to a file."""

    def make(which: str, lang: str = "fr") -> Path:
        file = tmp_path / f"{which}-{lang}.html"
        options = ("--as-of", ON, "--lang", lang, "-o", file)
        if which == "minimal":
            done = run("export", "notice-html", "-", *options, stdin=MINIMAL)
        else:
            done = run("export", "notice-html", ROOT / "examples" / which, *options)
        assert file.exists(), done.err
        return file

    return make


@EVERY
@BOTH_LANGUAGES
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    made: Callable[..., Path], opened: Callable[..., Opened], node_file: NodeFile, which: str, lang: str, scheme: str
) -> None:
    assert violations(opened(made(which, lang), color_scheme=scheme), node_file) == []


@EVERY
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_scrolls_sideways(made: Callable[..., Path], opened: Callable[..., Opened], which: str, width: int) -> None:
    assert opened(made(which), width=width).page.evaluate("document.documentElement.scrollWidth") == width


@BOTH_LANGUAGES
def test_the_html_is_valid(made: Callable[..., Path], program: Program, node_file: NodeFile, lang: str) -> None:
    java, checker = program("java"), node_file("vnu-jar/build/dist/vnu.jar")
    files = [made(which, lang) for which in WHICH]
    done = subprocess.run(
        [java, "-jar", checker, "--format", "json", "--stdout", "--exit-zero-always", *files],
        capture_output=True,
        check=True,
        timeout=300,
    )
    assert [each["message"] for each in json.loads(done.stdout)["messages"]] == []
