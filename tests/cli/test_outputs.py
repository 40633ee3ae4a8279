"""``-o NAME=FILE``: several reports in one run, each whole or not at all, none over what the run reads (cli.md, "Formats")."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from cmian_policy.cli.outputs import Target, write_files
from tests.runner import (
    CHATBOT,
    EXAMPLES,
    MINIMAL,
    NON_COMPLIANT,
    NOTHING_CHECKED,
    OK,
    ON,
    ROOT,
    SECONDS,
    USAGE,
    Done,
    Run,
    environment,
    git,
    named,
    tool,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a manifest."""
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    return tmp_path


def check(run: Run, *outputs: str, options: tuple[str, ...] = ()) -> Done:
    """A run whose reports go to files."""
    wanted = [word for output in outputs for word in ("-o", output)]
    return run("check", "ai-manifest.yaml", "--as-of", ON, "-q", *options, *wanted)


def test_several_reports_of_one_run(run: Run, folder: Path) -> None:
    (folder / "a b").mkdir()
    done = check(run, "json=rapport.json", "csv=a b/é.csv")
    assert (done.code, done.out.count("\n"), done.err) == (OK, 1, "")
    assert json.loads((folder / "rapport.json").read_text(encoding="utf-8"))["verdict"] == "compliant"
    assert (folder / "a b/é.csv").read_text(encoding="utf-8").startswith("path,project,rule")


def test_a_file_is_for_readers_and_never_quiet_nor_coloured(run: Run, folder: Path) -> None:
    check(run, "text=rapport.txt", options=("--color", "always"))
    text = (folder / "rapport.txt").read_text(encoding="utf-8")
    assert "CMIAN-G03" in text
    assert "\x1b" not in text


def test_the_same_code_and_report_whatever_is_written(run: Run, folder: Path) -> None:
    (folder / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    assert check(run).code == check(run, "json=rapport.json").code == NON_COMPLIANT


def test_a_report_replaces_an_older_one_and_keeps_its_mode(run: Run, folder: Path) -> None:
    report = folder / "rapport.json"
    report.write_text("ancien", encoding="utf-8")
    report.chmod(0o640)
    assert check(run, "json=rapport.json").code == OK
    assert json.loads(report.read_text(encoding="utf-8"))
    assert report.stat().st_mode & 0o777 == 0o640


def test_a_new_report_has_the_mode_that_the_user_s_mask_gives(run: Run, folder: Path) -> None:
    before = os.umask(0o027)
    try:
        check(run, "json=rapport.json")
    finally:
        os.umask(before)
    assert (folder / "rapport.json").stat().st_mode & 0o777 == 0o640


def test_a_link_is_written_through(run: Run, folder: Path) -> None:
    (folder / "ailleurs").mkdir()
    (folder / "rapport.json").symlink_to("ailleurs/vrai.json")
    assert check(run, "json=rapport.json").code == OK
    assert (folder / "rapport.json").is_symlink()
    assert json.loads((folder / "ailleurs/vrai.json").read_text(encoding="utf-8"))


def test_a_device_is_written_to_and_never_replaced(run: Run, folder: Path) -> None:
    assert check(run, "json=/dev/null").code == OK
    assert (folder / "/dev/null").is_char_device()


def test_a_name_as_long_as_names_may_be(run: Run, folder: Path) -> None:
    name = f"{'n' * 250}.json"
    assert check(run, f"json={name}").code == OK
    assert (folder / name).exists()


@pytest.mark.parametrize(
    "output",
    ["json", "json=", "=rapport", "jsn=rapport", "json=-", "json=nulle/part.json", "json=dossier", "json=ai-manifest.yaml/x"],
)
def test_what_cannot_be_written_is_exit_2_and_leaves_everything_as_it_was(run: Run, folder: Path, output: str) -> None:
    (folder / "dossier").mkdir()
    (folder / "premier.json").write_text("ancien", encoding="utf-8")
    before = sorted(path.name for path in folder.iterdir())
    done = check(run, "json=premier.json", output)
    assert (done.code, done.out) == (USAGE, "")
    assert done.err
    assert (folder / "premier.json").read_text(encoding="utf-8") == "ancien"
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_report_that_breaks_off_leaves_everything_as_it_was(tmp_path: Path) -> None:
    def breaking_off() -> Iterator[str]:
        yield "le début"
        raise EOFError

    (tmp_path / "premier").write_text("ancien", encoding="utf-8")
    first, second = (Target("text", name, tmp_path / name) for name in ("premier", "second"))
    with pytest.raises(EOFError):
        write_files([(first, ("nouveau", "\n")), (second, breaking_off())])
    assert [(file.name, file.read_text(encoding="utf-8")) for file in tmp_path.iterdir()] == [("premier", "ancien")]
    write_files([(first, ("nou", "veau\n"))])
    assert first.file.read_text(encoding="utf-8") == "nouveau\n"


def test_who_reads_no_further_than_the_beginning_gets_no_complaint(folder: Path) -> None:
    """What is left of the report is more than a pipe holds, so that the end of it has no reader."""
    for number in range(8):
        (folder / str(number)).mkdir()
        (folder / str(number) / "ai-manifest.yaml").write_text(named(f"essai-{number}", CHATBOT), encoding="utf-8")
    command = [*tool(), "check", "--as-of", ON, "-f", "json"]
    with subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.read(10) == b'{\n  "schem'
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait(SECONDS) == NON_COMPLIANT


def test_one_file_for_two_reports_is_refused(run: Run, folder: Path) -> None:
    (folder / "lien.json").symlink_to("rapport.json")
    for outputs in (("json=rapport.json", "csv=./rapport.json"), ("json=rapport.json", "csv=lien.json")):
        assert check(run, *outputs).code == USAGE


# Nothing that the run reads is ever replaced, whatever the run comes to


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    """A repository with everything that a run may read."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app/ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    (tmp_path / "autre.yaml").write_text(MINIMAL, encoding="utf-8")
    shutil.copytree(EXAMPLES / "register", tmp_path / "registre")
    shutil.copytree(ROOT / "policies", tmp_path / "regles")
    git(tmp_path, home, "init", "-q")
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but git's."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (("app",), "app/ai-manifest.yaml"),
        (("app", "--register", "nulle-part"), "app/ai-manifest.yaml"),
        (("app", "--policy-dir", "registre"), "app/ai-manifest.yaml"),
        (("app",), "app/ai-manifest.yml"),
        (("autre.yaml", "--register", "nulle-part"), "autre.yaml"),
        (("app", "--register", "registre"), "registre/register.yaml"),
        (("app", "--register", "registre"), "registre/rapport.json"),
        (("app", "--policy-dir", "regles"), "regles/SHA256SUMS"),
        (("app",), ".cmian-policy.yaml"),
        (("app",), ".cmian-policy.lock"),
    ],
)
def test_what_the_run_reads_is_never_replaced(run: Run, project: Path, arguments: tuple[str, ...], output: str) -> None:
    before = content(project)
    done = run("check", *arguments, "--as-of", ON, "-o", f"json={output}")
    assert (done.code, done.out) == (USAGE, "")
    assert output in done.err
    assert content(project) == before


@pytest.mark.parametrize("output", ["ci.yaml", "registre/register.yaml", "regles/SHA256SUMS", "ia.yaml"])
def test_what_the_configuration_names_is_never_replaced(run: Run, project: Path, output: str) -> None:
    (project / "ia.yaml").write_text(MINIMAL.replace("id: essai", "id: autre"), encoding="utf-8")
    text = "packs: [{id: cmian, source: regles}]\nregister: {id: registre-fictif, source: registre}\nmanifests: [/ia.yaml]\n"
    (project / "ci.yaml").write_text(text, encoding="utf-8")
    before = content(project)
    done = run("check", ".", "--config", "ci.yaml", "--as-of", ON, "-o", f"json={output}")
    assert (done.code, done.out) == (USAGE, "")
    assert content(project) == before


def test_a_manifest_that_the_configuration_leaves_out_is_not_replaced_either(run: Run, project: Path) -> None:
    (project / ".cmian-policy.yaml").write_text("exclude: [app/]\n", encoding="utf-8")
    before = content(project)
    assert run("check", ".", "--as-of", ON).code == NOTHING_CHECKED
    assert run("check", ".", "--as-of", ON, "-o", "json=app/ai-manifest.yaml").code == USAGE
    assert content(project) == before
