"""The wheel holds all that the tool needs, and runs far from the checkout."""

from __future__ import annotations

import json
import shutil
import zipfile
from email.parser import Parser
from typing import TYPE_CHECKING

import pytest

import cmian_policy
from cmian_policy.reporters import formats
from tests.runner import CHATBOT, EXAMPLES, MINIMAL, NON_COMPLIANT, OK, ON, ROOT, USAGE, Done, environment, execute

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.acceptance.conftest import Installed


@pytest.fixture
def launch(installed: Installed, home: Path, tmp_path: Path) -> Callable[..., Done]:
    """Runs the installed command in ``tmp_path``."""

    def call(*arguments: str) -> Done:
        return execute([installed.command, *arguments], tmp_path, environment(home))

    return call


def test_it_holds_the_policies_and_schemas_of_the_checkout(installed: Installed) -> None:
    for folder in ("policies", "schemas"):
        here = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert here
        with zipfile.ZipFile(installed.wheel) as archive:
            for name, raw in here.items():
                (inside,) = [held for held in installed.names if held.endswith(f"/{name}")]
                assert archive.read(inside) == raw


def test_it_holds_no_stray_file(installed: Installed) -> None:
    tops = {name.split("/")[0] for name in installed.names}
    assert tops == {"cmian_policy", f"cmian_policy-{cmian_policy.__version__}.dist-info"}
    assert not [name for name in installed.names if "__pycache__" in name or name.endswith((".pyc", ".orig", "~"))]
    assert not [name for name in installed.names if "/tests/" in name or "/examples/" in name]


def test_it_is_typed_and_licensed(installed: Installed) -> None:
    assert "cmian_policy/py.typed" in installed.names
    (licence,) = [name for name in installed.names if name.endswith("/licenses/LICENSE")]
    with zipfile.ZipFile(installed.wheel) as archive:
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_its_metadata(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        (name,) = [name for name in installed.names if name.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(name).decode())
        (points,) = [archive.read(name).decode() for name in installed.names if name.endswith("/entry_points.txt")]
    assert metadata["Name"] == "cmian-policy"
    assert metadata["Version"] == cmian_policy.__version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"]
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload()
    required = {each.split(">")[0].split("<")[0].split(";")[0].strip().lower() for each in metadata.get_all("Requires-Dist", [])}
    assert {"cel-expr-python", "click", "jsonschema", "pyyaml"} <= required
    assert not required & {"pytest", "ruff", "mypy", "hypothesis"}
    assert "cmian-policy = cmian_policy" in points


def test_version(launch: Callable[..., Done]) -> None:
    assert launch("--version") == Done(OK, f"cmian-policy {cmian_policy.__version__}\n", "")


def test_check_an_example(launch: Callable[..., Done], tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "chatbot-sans-mention", tmp_path / "projet")
    done = launch("check", "projet", "--as-of", ON)
    assert (done.code, done.err) == (NON_COMPLIANT, "")
    assert "CMIAN-T01" in done.out


def test_check_explains_a_manifest_that_breaks_the_schema(launch: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(CHATBOT.replace("used: false", "used: oui"), encoding="utf-8")
    done = launch("check", "--as-of", ON, "-f", "json")
    assert (done.code, done.err) == (NON_COMPLIANT, "")
    assert "oui" in done.messages("manifest-schema")[0]


@pytest.mark.parametrize("form", formats())
def test_every_format_comes_with_it(launch: Callable[..., Done], tmp_path: Path, form: str) -> None:
    """Templates, styles and scripts of a format lie beside its module, and travel with it."""
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    done = launch("check", "ai-manifest.yaml", "--as-of", ON, "-f", form)
    assert (done.code, done.err) == (OK, "")
    assert done.out


@pytest.mark.parametrize("arguments", [("export", "notice-html"), ("import", "etalab", "-"), ("init", "-h"), ("doctor", "-h")])
def test_the_data_of_the_other_commands_comes_with_it(
    launch: Callable[..., Done], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """A missing template or mapping would be a bug (70), not an answer."""
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    done = launch(*arguments)
    assert done.code in {OK, NON_COMPLIANT, USAGE}, done.err
    assert "Traceback" not in done.err


def test_schema_manifest(launch: Callable[..., Done]) -> None:
    done = launch("schema", "manifest")
    assert (done.code, done.out) == (OK, (ROOT / "schemas/ai-manifest/1.0.schema.json").read_text(encoding="utf-8"))


def test_explain(launch: Callable[..., Done]) -> None:
    done = launch("explain", "CMIAN-T01")
    assert (done.code, done.err) == (OK, "")
    assert "CMIAN-T01" in done.out


def test_rules_test_on_one_rule(launch: Callable[..., Done]) -> None:
    done = launch("rules", "test", "--rule", "CMIAN-I01", "-f", "json")
    assert (done.code, done.err) == (OK, "")
    report = json.loads(done.out)
    assert report["failures"] == []
    assert report["passed"] > 0


def test_a_policy_folder_beside_the_bundled_one(launch: Callable[..., Done], tmp_path: Path) -> None:
    """The committee's own folder judges as the bundled one does, and the report says which of them did."""
    shutil.copytree(ROOT / "policies", tmp_path / "regles")
    (tmp_path / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    bundled, folder = (launch("check", "--as-of", ON, "-f", "json", *more) for more in ((), ("--policy-dir", "regles")))
    assert (bundled.code, folder.code) == (NON_COMPLIANT, NON_COMPLIANT)
    assert folder.report["manifests"] == bundled.report["manifests"]
    assert [used["pack"] for used in bundled.report["policy"]] == ["cmian", "fr-eu-law"]
    assert [used["source"] for used in bundled.report["policy"]] == ["bundled", "bundled"]
    assert [used["source"] for used in folder.report["policy"]] == ["regles", "regles"]
    assert [used["sha256"] for used in folder.report["policy"]] == [used["sha256"] for used in bundled.report["policy"]]
