"""The layers of architecture.md, held by import-linter's contracts, and the public names."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cmian_policy
from tests.packs import ROOT

SOURCE = ROOT / "src" / "cmian_policy"
MODULES = sorted(SOURCE.rglob("*.py"))


def test_the_contracts_of_the_layers_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def imported(path: Path) -> set[str]:
    """The names of the modules that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def layer(path: Path) -> str:
    """The first folder, or the module itself at the top."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_clock_environment_or_randomness_outside_the_command_line(path: Path) -> None:
    if layer(path) == "cli":
        return
    assert not imported(path) & {"random", "secrets", "uuid", "time", "os.environ", "os.getenv"}
    code = path.read_text(encoding="utf-8")
    for clock in ("date.today(", ".now(", "os.environ", "os.getenv", "time.time("):
        assert clock not in code


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_click_is_the_command_line_s_and_engines_are_lang_s(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}
    if layer(path) != "cli":
        assert "click" not in roots
    if layer(path) != "lang":
        assert not roots & {"yaml", "jsonschema", "cel_expr_python"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_core_never_prints_or_exits(path: Path) -> None:
    if layer(path) in {"cli", "__main__"}:
        return
    calls = {
        ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    }
    assert not calls & {"print", "exit", "quit", "sys.exit", "os._exit"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_module_is_a_drawer(path: Path) -> None:
    assert path.stem not in {"utils", "helpers", "common", "base", "manager"}
    if not path.stem.endswith("_validator") and layer(path) != "messages":
        assert len(path.read_text(encoding="utf-8").splitlines()) < 300


def test_a_good_manifest_is_checked_without_the_libraries_it_does_not_need(tmp_path: Path) -> None:
    example = ROOT / "examples" / "chatbot-demarches" / "ai-manifest.yaml"
    script = (
        "import sys\nfrom cmian_policy.cli.app import run\n"
        "code = run(sys.argv[1:])\n"
        "loaded = {'pydantic', 'jsonschema', 'ruamel', 'jinja2', 'rich', 'fastjsonschema'} & set(sys.modules)\n"
        "print(code, sorted(loaded), file=sys.stderr)\n"
    )
    environment = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(tmp_path)}
    first, second = (
        subprocess.run(
            [sys.executable, "-c", script, "check", example, "--as-of", "2026-11-23"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        for _ in range(2)
    )
    assert first.stdout == second.stdout  # the second found the compiled policy in the cache
    assert second.stderr.splitlines()[-1] == "0 []"


def test_the_public_names() -> None:
    """What others may import is pinned: a name that goes, or comes by accident, shows here (cli.md, "Around it")."""
    names = set(cmian_policy.__all__)
    assert names == {"CmianPolicyError", "Options", "Policy", "Register", "Report", "check", "load_policy", "load_register"}
    assert all(hasattr(cmian_policy, name) for name in names)
