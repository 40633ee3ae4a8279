"""A program forked by the server is what a new interpreter would run: same bytes, same codes, same surroundings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from coverage import CoverageData

from tests.forks import Forks
from tests.runner import BUG, CHATBOT, FORKS, MINIMAL, NON_COMPLIANT, OK, ON, SECONDS, USAGE, Done, environment, execute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the server serves on Linux only")

# What a program can see of how it was started. Written to a file, for its outputs are looked at as well.
PROBE = """\
import gc, io, json, locale, os, signal, sys, threading, time

def stream(it):
    known = [it.name, it.mode, it.encoding, it.errors, it.newlines, it.line_buffering, it.write_through, it.isatty()]
    return [*known, it.seekable(), it.fileno(), os.get_inheritable(it.fileno()), type(it.buffer).__name__]

seen = {
    "argv": sys.argv,
    "path": sys.path,
    "flags": repr(sys.flags),
    "cwd": os.getcwd(),
    "env": dict(os.environ),
    "umask": os.umask(0),
    "streams": [stream(it) for it in (sys.stdin, sys.stdout, sys.stderr)],
    "same streams": [sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__],
    "signals": {each.name: str(signal.getsignal(each)) for each in signal.valid_signals() if isinstance(each, signal.Signals)},
    "mask": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "locale": [locale.setlocale(locale.LC_ALL), locale.getpreferredencoding(), sys.getfilesystemencoding()],
    "warnings": sys.warnoptions,
    "main": [__name__, __spec__.name, __file__, sys.modules["__main__"].__dict__ is globals()],
    "threads": threading.active_count(),
    "collector": [gc.isenabled(), gc.get_threshold()],
    "limits": [sys.getrecursionlimit(), sys.getswitchinterval()],
    "zone": time.tzname,
    "hooks": [sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__],
    "tests": sorted({"pytest", "_pytest", "hypothesis"} & set(sys.modules)),
}
with open("seen.json", "w") as file:
    json.dump(seen, file)
sys.stdout.write(sys.stdin.read().upper())
sys.stdout.write("sans fin de ligne, à vider")
print("é\\udc80", file=sys.stderr)
raise SystemExit(3)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a manifest that passes, one that does not, and one that cannot be read."""
    folder = tmp_path / "dossier à part"
    folder.mkdir()
    (folder / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    (folder / "chatbot.yaml").write_text(CHATBOT, encoding="utf-8")
    (folder / "unreadable.yaml").write_text("project: [\n", encoding="utf-8")
    return folder


@pytest.fixture
def fresh() -> Iterator[Forks]:
    """A server of its own."""
    server = Forks()
    yield server
    server.close()


def both(arguments: Sequence[str], cwd: Path, env: dict[str, str], stdin: bytes = b"", module: str = "cmian_policy") -> Done:
    """A program run by an interpreter of its own, then by the server: both did the same."""
    own = execute([sys.executable, "-m", module, *arguments], cwd, env, stdin)
    assert FORKS.serves(env)
    code, out, err = FORKS.run(module, arguments, cwd, env, stdin, SECONDS)
    assert Done(code, out.decode(), err.decode()) == own
    return own


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "--as-of", ON], OK),
        (["check", "--as-of", ON, "-f", "json", "-v"], OK),
        (["check", "--as-of", ON, "chatbot.yaml"], NON_COMPLIANT),
        (["check", "--as-of", ON, "-f", "sarif", "chatbot.yaml", "ai-manifest.yaml"], NON_COMPLIANT),
        (["check", "--as-of", ON, "-f", "html", "chatbot.yaml"], NON_COMPLIANT),
        (["check", "--as-of", ON, "--color", "always", "unreadable.yaml"], NON_COMPLIANT),
        (["check", "--as-of", "hier"], USAGE),
        (["check", "absent.yaml", "--lang", "en"], USAGE),
        (["verifier"], USAGE),
        ([], USAGE),
        (["--version"], OK),
        (["check", "--help"], OK),
        (["explain", "CMIAN-T01"], OK),
        (["schema", "manifest"], OK),
        (["fix", "--diff", "chatbot.yaml"], None),
        (["rules", "lint", "absent"], USAGE),
        (["check", "-"], None),
        (["check", "--as-of", ON, "nom-\udce9.yaml"], USAGE),
    ],
    ids=str,
)
def test_a_command_does_the_same(arguments: list[str], code: int | None, folder: Path, home: Path) -> None:
    done = both(arguments, folder, environment(home))
    assert code is None or done.code == code


@pytest.mark.parametrize("manifest", [b"", MINIMAL.encode(), CHATBOT.encode(), b"\xff", b"# " + b"x" * 300_000], ids=len)
def test_standard_input_is_given_whole(manifest: bytes, folder: Path, home: Path) -> None:
    both(["check", "-", "--as-of", ON, "-f", "json"], folder, environment(home), manifest)


def test_the_environment_and_the_folder_are_the_program_s(folder: Path, home: Path) -> None:
    env = {**environment(home), "CMIAN_LANG": "en", "CMIAN_FORMAT": "json"}
    assert json.loads(both(["check", "--as-of", ON], folder, env).out)["lang"] == "en"
    assert both(["check", "--as-of", ON], folder.parent, environment(home)).out != ""
    assert "CMIAN_LANG" not in os.environ


def test_a_program_sees_what_one_of_its_own_interpreter_sees(folder: Path, home: Path) -> None:
    (folder / "probe.py").write_text(PROBE, encoding="utf-8")
    env = {**environment(home), "OF_ITS_OWN": "é\udcff"}
    before = os.umask(0o027)
    try:
        done = execute([sys.executable, "-m", "probe", "a", "-b", "é"], folder, env, "reçu")
        own: dict[str, Any] = json.loads((folder / "seen.json").read_text(encoding="utf-8"))
        code, out, err = FORKS.run("probe", ["a", "-b", "é"], folder, env, "reçu".encode(), SECONDS)
    finally:
        os.umask(before)
    assert (code, out.decode(), err.decode()) == done == (3, "REÇUsans fin de ligne, à vider", "é\\udc80\n")
    assert json.loads((folder / "seen.json").read_text(encoding="utf-8")) == own
    assert own["umask"] == 0o027


def test_a_bug_gives_the_same_report_and_the_same_trace(folder: Path, home: Path) -> None:
    broken = (
        "from cmian_policy.__main__ import main\n"
        "from cmian_policy.cli import app\n"
        "app._run = lambda arguments, state: arguments[9]\n"
        "main()\n"
    )
    (folder / "broken.py").write_text(broken, encoding="utf-8")
    done = both(["check", "-v"], folder, environment(home), module="broken")
    assert done.code == BUG
    assert "Traceback" in done.err


# Programs that end otherwise: what they wrote, and the code, are the same.
ENDS = {
    "nothing": "",
    "text": "raise SystemExit('non')",
    "kept": "import os, sys; sys.stdout.write('perdu'); os._exit(4)",
    "flushed": "import os, sys; sys.stdout.write('écrit'); sys.stdout.flush(); os._exit(70)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "interrupted": "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); signal.raise_signal(signal.SIGINT)",
    "registered": "import atexit; atexit.register(print, 'à la fin')",
    "more than a pipe holds": "import sys; sys.stdout.write('o' * 300_000); sys.stderr.write('e' * 300_000)",
    "no output": "import os, sys; os.close(1); sys.stdout.write('x')",
    "workers": "import multiprocessing as m; print(m.get_context('fork').Pool(2).map(abs, [-1, 2]))",
    "one thread more": "import threading; threading.Timer(0.1, print, ['tard']).start()",
}


@pytest.mark.parametrize("end", ENDS)
def test_a_program_ends_the_same_way(end: str, folder: Path, home: Path) -> None:
    (folder / "ending.py").write_text(f"{ENDS[end]}\n", encoding="utf-8")
    both([], folder, environment(home), b"un texte que personne ne lit" * 10_000, "ending")


def test_one_program_leaves_nothing_to_the_next(folder: Path, home: Path, fresh: Forks) -> None:
    (folder / "first.py").write_text(
        "import os, sys, json; json.left = 1; os.environ['LEFT'] = '1'; os.chdir('/')\n", encoding="utf-8"
    )
    (folder / "next.py").write_text(
        "import os, json; print(hasattr(json, 'left'), 'LEFT' in os.environ, os.getcwd())\n", encoding="utf-8"
    )
    assert fresh.run("first", [], folder, environment(home), b"", SECONDS) == (0, b"", b"")
    assert fresh.run("next", [], folder, environment(home), b"", SECONDS) == (0, f"False False {folder}\n".encode(), b"")


def test_a_program_that_hangs_is_killed_and_the_next_one_runs(folder: Path, home: Path, fresh: Forks) -> None:
    (folder / "hangs.py").write_text(
        "import os, time\nprint(os.getpid(), file=open('pid', 'w'))\ntime.sleep(600)\n", encoding="utf-8"
    )
    with pytest.raises(subprocess.TimeoutExpired):
        fresh.run("hangs", [], folder, environment(home), b"", 2)
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text(encoding="utf-8")), 0)
    assert fresh.run("cmian_policy", ["--version"], folder, environment(home), b"", SECONDS)[0] == OK


MEASURED = """\
import os, sys
if sys.argv[1] == "end":
    print("a")
elif sys.argv[1] == "exit":
    os._exit(5)
elif sys.argv[1] == "fork":
    if not os.fork():
        print("b", flush=True)
        os._exit(0)
    os.wait()
else:
    print("nobody comes here")
"""


def test_what_programs_cover_is_measured_however_they_end(
    folder: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "measured.py").write_text(MEASURED, encoding="utf-8")
    settings = f"[run]\nbranch = true\nparallel = true\npatch = _exit\nsource = {folder}\ndata_file = {tmp_path}/covered\n"
    (tmp_path / "settings").write_text(settings, encoding="utf-8")
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    monkeypatch.setenv("COVERAGE_PROCESS_START", str(tmp_path / "settings"))
    server = Forks()
    codes = [server.run("measured", [how], folder, environment(home), b"", SECONDS)[0] for how in ("end", "exit", "fork", "end")]
    server.close()
    assert codes == [0, 5, 0, 0]
    files = sorted(tmp_path.glob("covered.*"))
    assert len(files) == 2, "one of the server, one of the process that its child forked"
    whole = CoverageData(str(tmp_path / "whole"))
    for file in files:
        one = CoverageData(str(file))
        one.read()
        whole.update(one)
    assert sorted(whole.lines(str(folder / "measured.py")) or ()) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    "change",
    [
        {"LC_ALL": "C"}, {"LC_CTYPE": "en_US.UTF-8"}, {"LANG": "fr_FR"}, {"LANGUAGE": "fr"}, {"TZ": "UTC"},
        {"PYTHONHASHSEED": "1"}, {"PYTHONPATH": "x"}, {"PYTHONUNBUFFERED": "1"}, {"LD_PRELOAD": "x.so"}, {"COVERAGE_RCFILE": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_what_an_interpreter_reads_at_its_start_has_one_started(change: dict[str, str], home: Path) -> None:
    assert FORKS.serves(environment(home))
    assert not FORKS.serves({**environment(home), **change})


def test_an_environment_without_its_locale_has_an_interpreter_started(home: Path) -> None:
    assert not FORKS.serves({name: value for name, value in environment(home).items() if name != "LC_ALL"})
