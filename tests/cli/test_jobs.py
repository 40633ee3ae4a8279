"""Several processes: nothing is lost, nothing is left behind, and people who wait see how far it is (cli.md, ``--jobs``)."""

from __future__ import annotations

import multiprocessing
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cmian_policy.errors import UsageError
from cmian_policy.messages import render
from cmian_policy.model.text import Message, message
from cmian_policy.pipeline.judge import Judge
from cmian_policy.pipeline.packing import Packing
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.register import load_register
from cmian_policy.pipeline.run import FEW, Options, check_paths
from cmian_policy.pipeline.workers import Task, bench
from tests.packs import TODAY, rule, write_pack
from tests.pipeline.fleets import write_many, write_waivers
from tests.runner import (
    CHATBOT,
    MINIMAL,
    NBSP,
    NON_COMPLIANT,
    OK,
    ON,
    SECONDS,
    UNREADABLE,
    USAGE,
    Run,
    environment,
    execute,
    named,
    tool,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")
LOST = {
    "fr": f"Erreur{NBSP}: un processus de contrôle a été arrêté de l'extérieur",
    "en": "Error: a checking process was stopped from outside",
}
MOMENT = 0.001  # seconds between two looks


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of projects, a few more than a small run has."""
    folder = tmp_path_factory.mktemp("fleet")
    write_many(folder, FEW + 10)
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of so many projects that a run can be disturbed in its midst."""
    folder = tmp_path_factory.mktemp("large")
    write_many(folder, 1500, CHATBOT)
    return folder


# the number


@pytest.mark.parametrize("jobs", ["1", "2", "0", "500"])
def test_any_number_of_processes_says_the_same(run: Run, fleet: Path, jobs: str) -> None:
    done = run("check", fleet, "--as-of", ON, "-f", "json", "--no-cache", "--jobs", jobs, cwd=fleet)
    assert (done.code, done.err) == (OK, "")
    assert done == run("check", fleet, "--as-of", ON, "-f", "json", "--no-cache", cwd=fleet)
    assert len(done.paths()) == FEW + 10


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("value", ["-1", "x", "1.5", "", "9999999", "٣", "1e3", " 2"])
def test_what_is_no_number_is_refused_in_words(run: Run, fleet: Path, value: str, lang: str) -> None:
    for words in (("--jobs", value), (f"--jobs={value}",)):
        done = run("check", fleet, *words, "--lang", lang)
        assert (done.code, done.out) == (USAGE, "")
        assert done.err.startswith(f"Erreur{NBSP}: --jobs" if lang == "fr" else "Error: --jobs")
        assert (
            f"« {value} »".replace("« ", f"«{NBSP}").replace(" »", f"{NBSP}»") in done.err
            if lang == "fr"
            else f'"{value}"' in done.err
        )


def test_no_process_is_started_that_would_have_nothing_to_do(fleet: Path) -> None:
    seen = set()

    def watch(_done: int, _total: int) -> None:
        seen.add(len(multiprocessing.active_children()))

    report = check_paths([fleet], load_policy(), TODAY, Options(jobs=999_999), here=fleet, watch=watch)
    assert len([*report.manifests]) == FEW + 10
    assert 2 <= max(seen) <= 8
    assert multiprocessing.active_children() == []


# how they are started


def tasks() -> list[Task]:
    """Manifests of every kind, as one batch each."""
    texts = [MINIMAL, named("seul-chatbot", CHATBOT), UNREADABLE, f"{MINIMAL}intrus: 1\n", "\ud800"]
    raw = [Task(f"p{number}/ai-manifest.yaml", text.encode(errors="surrogatepass"), None) for number, text in enumerate(texts)]
    return [*raw, Task("caf\udce9/ai-manifest.yaml", MINIMAL.encode(), "caf\udce9/ai-manifest.yml")]


@pytest.mark.parametrize("context", ["fork", "spawn", "forkserver"])
def test_however_processes_are_started_they_judge_alike(tmp_path: Path, context: str) -> None:
    if context not in multiprocessing.get_all_start_methods():
        pytest.skip(f"{context} is not of this system")
    policy = load_policy()
    judge = Judge(policy, TODAY, Options(register=load_register(write_waivers(tmp_path / "registre"), policy)))
    expected = [judged(judge, [task]) for task in tasks()]
    with bench(judge, 2, multiprocessing.get_context(context)) as submit:
        answers = [submit([task]) for task in tasks()]
        assert [answer() for answer in answers] == expected
    read = [Packing(judge.release).unpack(packed[0], task.path) for packed, task in zip(expected, tasks(), strict=True)]
    assert any(each.report.findings for each in read)


def judged(judge: Judge, batch: list[Task]) -> list[bytes]:
    """What this process makes of a batch."""
    with bench(judge, 1) as submit:
        return submit(batch)()


def test_a_folder_of_rules_that_was_not_compiled_before_goes_along(tmp_path: Path) -> None:
    """Nothing of the cache: another process is sent the conditions."""
    judge = Judge(load_policy(write_pack(tmp_path, [rule("TEST-A01"), rule("TEST-A02")])), TODAY, Options())
    with bench(judge, 2, multiprocessing.get_context("spawn")) as submit:
        assert submit(tasks())() == judged(judge, tasks())


def _bereaved(judge: Judge) -> None:
    """A bench whose processes die."""
    with bench(judge, 2) as submit:
        submit(tasks())()
        for child in multiprocessing.active_children():
            child.kill()
        for _ in range(1000):
            submit(tasks())()


def test_the_death_of_a_process_is_no_report() -> None:
    judge = Judge(load_policy(), TODAY, Options())
    with pytest.raises(UsageError) as raised:
        _bereaved(judge)
    assert raised.value.message.key == "usage.worker-lost"
    assert multiprocessing.active_children() == []


# what happens to them


class Started:
    """A run of the tool in a session of its own, with several processes at work."""

    def __init__(self, home: Path, folder: Path, *arguments: str | Path) -> None:
        command = [*tool(), "check", folder, "--as-of", ON, "--no-config", "--no-cache", "--jobs", "3", "-f", "json", *arguments]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment(home), stdout=pipe, stderr=pipe, start_new_session=True
        )
        self.workers: list[int] = []
        while len(self.workers) < 3:
            assert self.process.poll() is None, self.process.communicate()
            self.workers = [child for child in _children(self.process.pid) if _forked(child)]
            time.sleep(MOMENT)

    def end(self) -> tuple[int, bytes, bytes]:
        """Waits for the end."""
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out, err

    def gone(self) -> bool:
        """Waits until no worker is left; whether that came to pass."""
        return _soon(lambda: not any(map(_runs, self.workers)))


def _children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def _forked(process: int) -> bool:
    """Whether it is a copy of the tool: not git."""
    try:
        return b"cmian_policy" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(MOMENT)
    return True


@pytest.fixture
def started(home: Path, large: Path) -> Iterator[Callable[..., Started]]:
    """Starts runs; whatever is left of them at the end is killed."""
    runs = []

    def start(*arguments: str | Path) -> Started:
        runs.append(Started(home, large, *arguments))
        return runs[-1]

    yield start
    for each in runs:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
            each.process.communicate()


@linux
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_killed_worker_ends_the_run_without_a_report(started: Callable[..., Started], tmp_path: Path, lang: str) -> None:
    run = started("--lang", lang, "-o", f"sarif={tmp_path / 'sarif.json'}")
    os.kill(run.workers[1], signal.SIGKILL)
    code, out, err = run.end()
    assert (code, out) == (USAGE, b"")
    assert err.decode().startswith(LOST[lang])
    assert err.count(b"\n") == 1
    assert [*tmp_path.iterdir()] == []
    assert run.gone()


@linux
@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGTERM])
def test_workers_never_outlive_the_run(started: Callable[..., Started], way: signal.Signals) -> None:
    run = started()
    run.process.send_signal(way)
    assert run.end() == (-way, b"", b"")
    assert run.gone()


@linux
@pytest.mark.parametrize("whole_group", [True, False])
def test_ctrl_c_ends_the_run_in_silence(started: Callable[..., Started], whole_group: bool) -> None:  # noqa: FBT001 - a parameter
    run = started()
    if whole_group:  # as a terminal does
        os.killpg(run.process.pid, signal.SIGINT)
    else:
        run.process.send_signal(signal.SIGINT)
    assert run.end() == (130, b"", b"")
    assert run.gone()


@linux
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_full_disk_is_no_report(home: Path, fleet: Path, tmp_path: Path, jobs: str) -> None:
    """The reports of a large run wait on the disk: without room for them nothing is said to be good."""
    script = 'ulimit -f 4; exec "$@"'
    command = ["sh", "-c", script, "sh", *tool(), "check", fleet, "--as-of", ON, "--no-config", "--no-cache", "--jobs", jobs]
    done = execute(command, tmp_path, environment(home))
    assert (done.code, done.out, done.err.count("\n")) == (USAGE, "", 1)
    assert done.err.startswith(f"Erreur{NBSP}: le système refuse")


@linux
@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_closed_streams_are_no_hindrance(home: Path, fleet: Path, tmp_path: Path, closed: str) -> None:
    script = f'exec "$@" {closed}'
    command = ["sh", "-c", script, "sh", *tool(), "check", fleet, "--as-of", ON, "--no-config", "-q", "--jobs", "2"]
    done = execute(command, tmp_path, environment(home))
    assert (done.code, done.out.count("\n"), done.err) == (OK, 1, "")


# what changes meanwhile


def test_a_manifest_that_changes_between_two_looks_fails(tmp_path: Path) -> None:
    """Those that share a project are read twice: a verdict would be of neither state."""
    files = write_many(tmp_path, FEW + 4)
    for name in ("double-1", "double-2", "double-3"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(named("double"), encoding="utf-8")
    files = [tmp_path / name / "ai-manifest.yaml" for name in ("double-1", "double-2")]

    def change(done: int, total: int) -> None:
        if done == total:
            files[0].write_text(named("autre"), encoding="utf-8")
            files[1].unlink()

    report = check_paths([tmp_path], load_policy(), TODAY, Options(), here=tmp_path, watch=change)
    said = {each.path: each for each in report.manifests if each.path.startswith("double")}
    for path in ("double-1/ai-manifest.yaml", "double-2/ai-manifest.yaml"):
        syntax = next(each for each in said[path].findings if each.rule == "manifest-syntax")
        assert [each.message.key for each in syntax.observations if isinstance(each.message, Message)] == ["manifest.unreadable"]
        assert "os.changed" in repr(syntax.observations)
        assert said[path].verdict == "non_compliant"
        assert (said[path].project, said[path].sha256) == (None, None)
    third = said["double-3/ai-manifest.yaml"]
    assert "manifest.same-project" in repr(third.findings)
    assert report.summary().manifests == FEW + 7
    assert sum(report.tally().manifests.values()) == FEW + 7


def test_its_message_says_so() -> None:
    """In words; the command itself cannot be disturbed at the right moment from outside."""
    what = message("manifest.unreadable", detail=message("os.changed"))
    assert "il a changé pendant le contrôle" in render(what, "fr")
    assert "it changed while it was being checked" in render(what, "en")


# the bar


def screen(home: Path, folder: Path, *arguments: str, columns: int = 100) -> tuple[int, bytes, bytes]:
    """Exit code, standard output (a pipe) and what a terminal got as standard error."""
    terminal, inner = pty.openpty()
    os.set_blocking(terminal, True)
    subprocess.run(["stty", "cols", str(columns), "rows", "30"], stdin=inner, check=True)
    env = {**environment(home), "TERM": "xterm"}
    command = [*tool(), "check", folder, "--as-of", ON, "-f", "json", *arguments]
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=inner)
    os.close(inner)
    assert process.stdout is not None
    shown, out = b"", b""
    waiting = {terminal, process.stdout.fileno()}
    while waiting:
        ready, _, _ = select.select(list(waiting), [], [], SECONDS)
        assert ready, "the program hangs"
        for source in ready:
            try:
                read = os.read(source, 65536)
            except OSError:  # the other side of the terminal is closed
                read = b""
            if not read:
                waiting.discard(source)
            elif source == terminal:
                shown += read
            else:
                out += read
    process.stdout.close()
    os.close(terminal)
    return process.wait(SECONDS), out, shown


def left_on_screen(shown: bytes, columns: int) -> str:
    """What a terminal of some columns would still show: enough of one for carriage returns, line ends and two escapes."""
    lines, row, column = [""], 0, 0
    for part in re.findall(r"\x1b\[\??\d*[A-Za-z]|.", shown.decode(), re.DOTALL):
        if part == "\r":
            column = 0
        elif part == "\n":
            row += 1
        elif part == "\x1b[1A":
            row -= 1
        elif part in ("\x1b[2K", "\x1b[K"):
            lines[row] = "" if part == "\x1b[2K" else lines[row][:column]
        elif not part.startswith("\x1b"):
            if column == columns:
                row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
            lines[row] = lines[row].ljust(column)[:column] + part + lines[row][column + 1 :]
            column += 1
        lines += [""] * (row + 1 - len(lines))
    return "\n".join(lines).strip()


@linux
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_who_waits_at_a_terminal_sees_how_far_it_is(home: Path, fleet: Path, jobs: str) -> None:
    code, out, shown = screen(home, fleet, "--jobs", jobs)
    assert code == OK
    assert out.startswith(b"{")
    assert "Contrôle" in shown.decode()
    assert f"{FEW + 10}/{FEW + 10}" in shown.decode()
    assert left_on_screen(shown, 100) == ""


@linux
@pytest.mark.parametrize("columns", [20, 40, 60, 80])
def test_nothing_of_the_bar_is_left_on_a_narrow_terminal(home: Path, fleet: Path, columns: int) -> None:
    assert left_on_screen(screen(home, fleet, columns=columns)[2], columns) == ""


@linux
def test_nobody_else_sees_a_bar(home: Path, fleet: Path, run: Run) -> None:
    assert screen(home, fleet, "-q")[2] == b""
    assert screen(home, fleet / "p0000")[2] == b""
    few = [f"p{number:04}" for number in range(1, FEW)]
    assert screen(home, fleet / "p0000", *(str(fleet / name) for name in few))[2] == b""
    assert run("check", fleet, "--as-of", ON).err == ""


@linux
def test_a_run_that_fails_leaves_nothing_either(home: Path, fleet: Path, tmp_path: Path) -> None:
    (tmp_path / "double").mkdir()
    for name in ("a", "b"):
        (tmp_path / "double" / name).mkdir()
        (tmp_path / "double" / name / "ai-manifest.yaml").write_text(named("double", CHATBOT), encoding="utf-8")
    code, _, shown = screen(home, fleet, str(tmp_path / "double"))
    assert code == NON_COMPLIANT
    assert left_on_screen(shown, 100) == ""
