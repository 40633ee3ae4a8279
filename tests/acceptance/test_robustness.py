"""What the world does to a run: full disks, gone readers, signals, vanished files, odd interpreters, caches that others wrote.

Whatever happens: the exit codes of cli.md, no traceback, nothing half-written, nothing left behind.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cmian_policy.reporters import formats
from tests.runner import (
    CHATBOT,
    NBSP,
    NON_COMPLIANT,
    OK,
    ON,
    ROOT,
    USAGE,
    Check,
    Done,
    Run,
    environment,
    execute,
    named,
    tool,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

if sys.platform != "win32":
    import resource

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX system")
FLEET = 60  # manifests: more than are held in memory
PATIENCE = 60  # seconds that nothing here comes near
LITTLE = 16 * 1024  # bytes that a file may have on a disk that is as good as full


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a manifest that fails."""
    (tmp_path / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A folder of many projects that fail."""
    return projects(tmp_path / "flotte", FLEET)


def projects(folder: Path, count: int) -> Path:
    """Makes a folder of so many projects that fail."""
    for number in range(count):
        (folder / f"p{number}").mkdir(parents=True)
        (folder / f"p{number}/ai-manifest.yaml").write_text(named(f"p{number}", CHATBOT), encoding="utf-8")
    return folder


def alone(home: Path) -> dict[str, str]:
    """The environment of a program that no coverage measure goes on in: it would write its own files, and warn in its own way."""
    return {name: value for name, value in environment(home).items() if not name.startswith("COV")}


def on_full_disk(home: Path, cwd: Path, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Done:
    """A run that can write no file of more than 16 KiB, as on a full disk."""
    command = [*tool(), *arguments]
    ran = subprocess.run(
        command,
        cwd=cwd,
        env={**alone(home), **(env or {})},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LITTLE, LITTLE)),
    )
    return Done(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def names(folder: Path) -> list[str]:
    """What a folder holds."""
    return sorted(path.name for path in folder.iterdir())


def refused(done: Done, place: str) -> None:
    """Asserts that a run could not write in a place, said so, and reported nothing."""
    assert (done.code, done.out) == (USAGE, "")
    assert done.err.startswith(f"Erreur{NBSP}: {place}")
    assert done.err.count("\n") == 1


# Readers that go away, disks that are full


@POSIX
@pytest.mark.parametrize("form", sorted({*formats()} - {"text", "json"}))  # those: tests/cli/test_command_line.py
def test_a_reader_that_goes_away_changes_no_code(home: Path, fleet: Path, form: str) -> None:
    command = " ".join(f"'{part}'" for part in (*tool(), "check", "--as-of", ON, "-f", form))
    script = f"{{ {command}; echo $? >&3; }} 3>../code 2>../err | head -c 1"
    done = subprocess.run(
        ["sh", "-c", script], cwd=fleet, env=environment(home), capture_output=True, check=True, timeout=PATIENCE
    )
    assert len(done.stdout) == 1
    assert (fleet.parent / "err").read_text(encoding="utf-8") == ""
    assert (fleet.parent / "code").read_text(encoding="utf-8") == f"{NON_COMPLIANT}\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("form", ["json", "html"])
def test_a_report_that_goes_to_a_full_device_is_2(home: Path, project: Path, run: Run, form: str) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [*tool(), "check", "--as-of", ON, "-f", form]
        done = subprocess.run(
            command, cwd=project, env=environment(home), stdout=full, stderr=subprocess.PIPE, check=False, timeout=PATIENCE
        )
    assert done.returncode == USAGE
    assert done.stderr.decode().startswith(f"Erreur{NBSP}: ")
    refused(run("check", "--as-of", ON, "-o", f"{form}=/dev/full"), "/dev/full")


@POSIX
def test_a_report_that_finds_no_room_leaves_everything_as_it_was(home: Path, project: Path) -> None:
    """The old report, the other reports and the summary of the job, which is added last of all."""
    (project / "petit.txt").write_text("ancien", encoding="utf-8")
    (project / "grand.html").write_text("ancien", encoding="utf-8")
    (project / "resume.md").write_text("déjà là\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in project.iterdir() if path.is_file()}
    outputs = ("-o", "github=petit.txt", "-o", "html=grand.html")
    env = {"GITHUB_STEP_SUMMARY": str(project / "resume.md")}
    refused(on_full_disk(home, project, "check", "--as-of", ON, *outputs, env=env), "grand.html")
    assert {path: path.read_bytes() for path in project.iterdir() if path.is_file()} == before


@POSIX
def test_a_summary_that_finds_no_room_is_left_out_whole(home: Path, project: Path) -> None:
    """Half a page would be shown as if it were whole; the reports beside it stay as they were too."""
    held = "x" * (LITTLE - 100)
    (project / "resume.md").write_text(held, encoding="utf-8")
    (project / "petit.txt").write_text("ancien", encoding="utf-8")
    env = {"GITHUB_STEP_SUMMARY": "resume.md"}
    refused(on_full_disk(home, project, "check", "--as-of", ON, "-o", "github=petit.txt", env=env), "resume.md")
    assert (project / "resume.md").read_text(encoding="utf-8") == held
    assert (project / "petit.txt").read_text(encoding="utf-8") == "ancien"
    assert not [name for name in names(project) if name.endswith(".tmp")]


@POSIX
def test_a_cache_without_room_changes_no_byte_and_keeps_no_scrap(home: Path, project: Path, run: Run) -> None:
    cold = {"XDG_CACHE_HOME": str(project / "cache")}
    done = on_full_disk(home, project, "check", "--as-of", ON, "-f", "json", env=cold)
    assert done == run("check", "--as-of", ON, "-f", "json")
    assert names(project / "cache/cmian-policy") == []


@POSIX
def test_a_fleet_without_room_is_2(home: Path, fleet: Path) -> None:
    """The reports of a large run wait on disk: without room for them there is no verdict."""
    refused(on_full_disk(home, fleet, "check", "--as-of", ON, env={"TMPDIR": str(fleet)}), f"le système refuse{NBSP}: {fleet}")
    assert names(fleet) == sorted(f"p{number}" for number in range(FLEET))


# Signals


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_ended_while_it_writes_leaves_nothing(home: Path, project: Path, number: int, code: int) -> None:
    """Nobody reads the pipe: the run waits there, its other report written beside its place and not yet moved."""
    os.mkfifo(project / "tuyau")
    (project / "rapport.html").write_text("ancien", encoding="utf-8")
    before = names(project)
    command = [*tool(), "check", "--as-of", ON, "-o", "html=rapport.html", "-o", "json=tuyau"]
    with subprocess.Popen(command, cwd=project, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        wait_for(lambda: names(project) != before)
        time.sleep(0.2)  # until it waits; whenever the signal comes, nothing may be left
        run.send_signal(number)
        out, err = run.communicate(timeout=PATIENCE)
    assert (run.returncode, out, err) == (code, b"", b"")
    assert names(project) == before
    assert (project / "rapport.html").read_text(encoding="utf-8") == "ancien"


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes by their group")
@pytest.mark.parametrize(("number", "codes"), [(signal.SIGTERM, {-signal.SIGTERM, 143}), (signal.SIGINT, {130})])
@pytest.mark.parametrize("everyone", [True, False], ids=["group", "first"])
def test_a_run_of_several_processes_ends_with_all_of_them(
    home: Path, tmp_path: Path, number: signal.Signals, codes: set[int], *, everyone: bool
) -> None:
    """Whether the terminal tells the whole group or a job only the process that it started."""
    fleet = projects(tmp_path / "flotte", 300)
    cache = tmp_path / "cache"
    env = {**alone(home), "XDG_CACHE_HOME": str(cache), "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    command = [*tool(), "check", "--as-of", ON, "--jobs", "2", "-o", "json=rapport.json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=fleet, env=env, stdout=pipe, stderr=pipe, start_new_session=True) as run:
        wait_for(lambda: any(cache.rglob("*.sqlite")))  # the first thing that judging does
        (os.killpg if everyone else os.kill)(run.pid, number)
        out, err = run.communicate(timeout=PATIENCE)
    assert (run.returncode in codes, out, err) == (True, b"", b"")
    wait_for(lambda: not group(run.pid))
    assert names(fleet) == sorted(f"p{count}" for count in range(300))
    assert names(tmp_path / "tmp") == []


def group(number: int) -> bool:
    """Whether a process group has anybody left."""
    with suppress(ProcessLookupError):
        os.killpg(number, 0)
        return True
    return False


def wait_for(happened: Callable[[], bool]) -> None:
    """Waits until something has happened. Fails when it never does."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


# Files and folders that are not what they were


@POSIX
def test_a_manifest_that_vanishes_before_it_is_read_fails(home: Path, tmp_path: Path) -> None:
    """A git that removes what was just found, while the second folder is searched."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(named(name), encoding="utf-8")
    programs = tmp_path / "programmes"
    programs.mkdir()
    (programs / "git").write_text(f'#!/bin/sh\ncase "$PWD" in */b) rm -f "{tmp_path}/a/ai-manifest.yaml";; esac\nexit 1\n')
    (programs / "git").chmod(0o755)
    env = {**environment(home), "PATH": f"{programs}:{os.environ['PATH']}"}
    done = execute([*tool(), "check", "a", "b", "--as-of", ON, "-f", "json"], tmp_path, env)
    assert done.code == NON_COMPLIANT
    assert done.paths() == ["a/ai-manifest.yaml", "b/ai-manifest.yaml"]
    assert done.finding("manifest-syntax", "a/ai-manifest.yaml")["verdict"] == "fail"
    assert done.finding("manifest-syntax", "b/ai-manifest.yaml")["verdict"] == "pass"


def reads_everything(folder: Path) -> bool:
    """Whether this user reads what nobody may: root does."""
    probe = folder / "sonde"
    probe.mkdir(mode=0)
    try:
        return os.access(probe, os.R_OK)
    finally:
        probe.rmdir()


@POSIX
def test_a_folder_that_cannot_be_searched_is_2(run: Run, tmp_path: Path, project: Path) -> None:
    if reads_everything(tmp_path):
        pytest.skip("root reads every folder")
    closed = project / "fermé"
    closed.mkdir()
    closed.chmod(0)
    try:
        refused(run("check", "--as-of", ON), "fermé")
    finally:
        closed.chmod(0o700)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_the_ends_of_lines_change_no_verdict_and_no_place(check: Check, end: str) -> None:
    expected = check(CHATBOT).report["manifests"][0]
    for text in (CHATBOT.replace("\n", end), CHATBOT.replace("\n", end, 9)):
        for mark in ("", "\ufeff"):
            found = check(f"{mark}{text}").report["manifests"][0]
            assert {**found, "sha256": None} == {**expected, "sha256": None}


LONGEST = 255  # bytes of a file's name


@POSIX
@pytest.mark.parametrize(
    "name", ["n" * LONGEST, "é😀" * (LONGEST // 6), "deux\nlignes", "a\\b", "~", "%41 #?&", b"caf\xe9"], ids=ascii
)
def test_any_name_of_a_folder_goes_through_every_format(run: Run, tmp_path: Path, name: str | bytes) -> None:
    raw = name if isinstance(name, bytes) else name.encode()
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system does not hold such names")
    (folder / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    reports = {form: folder / f"rapport.{form}" for form in formats()}
    wanted = [word for form, file in reports.items() for word in ("-o", f"{form}={file}")]
    done = run("check", "--as-of", ON, "-f", "json", *wanted)
    assert (done.code, done.err) == (NON_COMPLIANT, "")
    assert all(file.read_bytes().decode() for file in reports.values())
    if isinstance(name, str):
        assert done.paths() == [f"{name}/ai-manifest.yaml"]


# Interpreters


COMMANDS = (["check", "ai-manifest.yaml", "--as-of", ON, "-f", "json"], ["explain", "LAW-L01"])
FLAGS = (["-OO"], ["-I"], ["-bb"], ["-X", "dev", "-W", "error"], ["-X", "utf8=0"])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_flags_of_the_interpreter_change_no_byte(home: Path, project: Path, command: list[str]) -> None:
    """Optimised, Python takes assertions and docstrings away: no verdict and no page may hang on them."""
    expected = execute([*tool(), *command], project, alone(home))
    assert (expected.code in {OK, NON_COMPLIANT}, expected.err) == (True, "")
    for flags in FLAGS:
        env = {**alone(home), "LC_ALL": "tr_TR.UTF-8"}
        assert execute([sys.executable, *flags, "-m", "cmian_policy", *command], project, env) == expected, flags


def test_no_verdict_hangs_on_an_assertion() -> None:
    """What is asserted in the package is for the type checker alone: each line says so."""
    lines = [line for path in (ROOT / "src").rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    asserted = [line.strip() for line in lines if line.strip().startswith("assert ")]
    assert all("is not None  # noqa: S101" in line for line in asserted), asserted


# Caches


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A place for a cache of its own."""
    return tmp_path / "cache" / "cmian-policy"


def cached(run: Run, cache: Path, cwd: Path, *arguments: str) -> Done:
    """A run with that cache."""
    return run("check", "--as-of", ON, *arguments, cwd=cwd, env={"XDG_CACHE_HOME": str(cache.parent)})


FORGED = "Tout va très bien ainsi"


def forged(cache: Path) -> Path:
    """The policy in a cache, as somebody who knows how it is kept would change it: whole, and with other words."""
    file = next(iter(cache.glob("*.json")))
    held = json.loads(file.read_bytes().partition(b"\n")[2])
    for path, document in held["documents"].items():
        if path.startswith("cmian/rules/CMIAN-T01/"):
            document["title"]["fr"] = FORGED
    body = json.dumps(held).encode()
    file.write_bytes(hashlib.sha256(file.stem.encode() + body).hexdigest().encode() + b"\n" + body)
    return file


@POSIX
@pytest.mark.parametrize("who", ["me", "group", "everyone", "everyone on the file", "a link", "another user"])
def test_what_others_may_have_left_in_a_cache_is_not_believed(run: Run, project: Path, cache: Path, who: str) -> None:
    """A verdict is made of the rules alone. What the user alone can write is believed, which shows that the others could lie."""
    assert FORGED not in cached(run, cache, project, "ai-manifest.yaml").out
    file = forged(cache)
    match who:
        case "group":
            cache.chmod(0o770)
        case "everyone":
            cache.chmod(0o707)
        case "everyone on the file":
            file.chmod(0o606)
        case "a link":
            shutil.move(file, project / "ailleurs.json")
            file.symlink_to(project / "ailleurs.json")
        case "another user":
            if os.geteuid() != 0:
                pytest.skip("only root gives a folder away")
            os.chown(cache, 65534, 65534)
        case _:
            pass
    done = cached(run, cache, project, "ai-manifest.yaml")
    assert (done.code, done.err) == (NON_COMPLIANT, "")
    assert (FORGED in done.out) == (who == "me")


@POSIX
@pytest.mark.parametrize("mode", [0o777, 0o500])
def test_results_are_not_kept_where_they_could_not_be_believed(run: Run, fleet: Path, cache: Path, mode: int) -> None:
    cache.mkdir(parents=True)
    cache.chmod(mode)
    kept = mode == 0o500 and os.access(cache, os.W_OK)  # root writes everywhere, and what is there is root's alone
    first, second = cached(run, cache, fleet, "-f", "json"), cached(run, cache, fleet, "-f", "json")
    assert (first.code, first.err) == (NON_COMPLIANT, "")
    assert first == second == cached(run, cache, fleet, "-f", "json", "--no-cache")
    assert bool(names(cache)) == kept


def test_damaged_results_change_no_byte(run: Run, fleet: Path, cache: Path) -> None:
    expected = cached(run, cache, fleet, "-f", "json")
    file = next(iter(cache.glob("*.sqlite")))
    raw, middle = file.read_bytes(), file.stat().st_size // 2
    for damaged in (b"", b"bonjour\n" * 100, raw[:middle], raw[:middle] + bytes(len(raw) - middle)):
        file.write_bytes(damaged)
        assert cached(run, cache, fleet, "-f", "json") == expected
    file.unlink(missing_ok=True)  # the last run made nothing in its place where it had to give the damaged one up
    file.mkdir()
    assert cached(run, cache, fleet, "-f", "json") == expected


def test_runs_at_the_same_time_on_a_cold_cache_say_the_same(home: Path, fleet: Path, cache: Path) -> None:
    env = {**environment(home), "XDG_CACHE_HOME": str(cache.parent)}
    command = [*tool(), "check", "--as-of", ON, "-f", "json"]
    pipe = subprocess.PIPE
    runs = [subprocess.Popen(command, cwd=fleet, env=env, stdout=pipe, stderr=pipe) for _ in range(4)]
    said = [(*run.communicate(timeout=PATIENCE), run.returncode) for run in runs]
    assert said == said[:1] * 4
    assert said[0][1:] == (b"", NON_COMPLIANT)
    assert len(json.loads(said[0][0])["manifests"]) == FLEET
    assert not [name for name in names(cache) if name.endswith(".tmp")]


def test_without_a_home_or_with_one_that_nobody_may_write_all_is_the_same(run: Run, fleet: Path, tmp_path: Path) -> None:
    expected = run("check", "--as-of", ON, "-f", "json", cwd=fleet)
    locked = tmp_path / "foyer"
    locked.mkdir(mode=0o500)
    for home in (None, "/nulle/part", str(locked), str(fleet / "p0/ai-manifest.yaml")):
        done = run("check", "--as-of", ON, "-f", "json", cwd=fleet, env={"HOME": home, "XDG_CACHE_HOME": None})
        assert done == expected
