"""What large runs keep between them: found only for what it was found of, and never able to do harm (loading/results.py)."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from cmian_policy.loading import results
from cmian_policy.loading.results import ResultCache
from cmian_policy.model.verdict import Verdict
from cmian_policy.pipeline import fleet as fleet_module
from cmian_policy.pipeline.judge import Judge
from cmian_policy.pipeline.packing import Packing
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.register import load_register
from cmian_policy.pipeline.run import FEW, Options, check_paths
from tests.packs import ROOT, TODAY, require, rule, write_manifest, write_pack
from tests.register_folder import opinion, write_register
from tests.runner import ON, SECONDS, environment, tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cmian_policy.model.report import Report

FILE = "results-1.sqlite"
COUNT = FEW + 2
PLAIN = Options()
posix = pytest.mark.skipif(os.name == "nt", reason="folders are the user's by themselves there")
PASSING = rule("TEST-A01", require("manifest.project.name != 'Mauvais'"))
FAILING = rule("TEST-A01", require("manifest.project.name == 'Mauvais'"))


class Place(NamedTuple):
    """A fleet, its rules, and the folder where results are kept."""

    fleet: Path
    policies: Path
    kept: Path

    def check(self, options: Options = PLAIN, on: date = TODAY, policies: Path | None = None) -> Report:
        """A run that keeps its results."""
        held = load_policy(policies or self.policies)
        return check_paths([self.fleet], held, on, options._replace(results=self.kept), here=self.fleet)

    def rows(self) -> dict[bytes, bytes]:
        """What is kept, by key."""
        with closing(sqlite3.connect(self.kept / FILE)) as database:
            return dict(database.execute("SELECT key, result FROM results"))


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A fleet that was checked once: every manifest passes its one rule."""
    folder = tmp_path_factory.mktemp("kept")
    for number in range(COUNT):
        write_manifest(folder / "fleet" / f"p{number}", {"project": {"id": f"p-{number}"}})
    place = Place(folder / "fleet", write_pack(folder / "policies", [PASSING]), folder / "kept")
    place.check()
    return place


@pytest.fixture
def place(original: Place, tmp_path: Path) -> Place:
    """The same with results of its own."""
    shutil.copytree(original.kept, tmp_path / "kept")
    return original._replace(kept=tmp_path / "kept")


def verdicts(report: Report) -> set[Verdict]:
    """What the rule of the pack says of the manifests."""
    return {each.verdict for each in report.findings() if each.rule == "TEST-A01"}


def plant(place: Place) -> None:
    """Keeps, for each manifest, the result of another rule: a run that says "fail" has used what was kept."""
    options = Options()
    bad = load_policy(write_pack(place.kept.parent / "other", [FAILING]))
    packing = Packing(Judge(bad, TODAY, options).release)
    report = check_paths([place.fleet], bad, TODAY, options, here=place.fleet)
    by_project = {each.project: each for each in report.manifests}
    known = load_policy(place.policies)
    read = Packing(Judge(known, TODAY, options).release)
    with ResultCache(place.kept) as cache:
        for key in place.rows():
            kept = cache.get(key)
            assert kept is not None
            judged = read.unpack(kept, "")
            cache.put(key, packing.pack(judged._replace(report=by_project[judged.report.project])))


# when a result is used


def test_each_result_is_kept_once_and_found_again(place: Place) -> None:
    before = place.rows()
    assert len(before) == COUNT
    assert verdicts(place.check()) == {Verdict.PASS}
    assert place.rows() == before


def test_what_is_kept_is_what_a_run_says(place: Place) -> None:
    """Of this all other tests live: a planted result shows."""
    plant(place)
    assert verdicts(place.check()) == {Verdict.FAIL}
    assert verdicts(place.check(Options(jobs=2))) == {Verdict.FAIL}


def test_nothing_that_a_verdict_depends_on_may_differ(place: Place, tmp_path: Path) -> None:
    plant(place)
    policy = load_policy(place.policies)
    registers = [
        load_register(write_register(tmp_path / name, opinions=[opinion(ref=name)]), policy) for name in ("AVIS-1", "AVIS-2")
    ]
    changed = write_pack(tmp_path / "changed", [{**PASSING, "title": {"fr": "autre", "en": "other"}}])
    others: list[Callable[[], Report]] = [
        lambda: place.check(on=date(2026, 11, 24)),
        lambda: place.check(Options(register=registers[0])),
        lambda: place.check(Options(register=registers[1])),
        lambda: place.check(Options(select=("TEST-A01",))),
        lambda: place.check(Options(policy=("test@2025.1",))),
        lambda: place.check(policies=changed),
    ]
    for count, other in enumerate(others, start=2):
        assert verdicts(other()) == {Verdict.PASS}
        assert len(place.rows()) == count * COUNT
    assert verdicts(place.check()) == {Verdict.FAIL}  # the planted ones are still there, for what they were planted for


def test_neither_the_language_nor_the_number_of_processes_matters(place: Place) -> None:
    for options in (Options("en"), Options(jobs=3)):
        place.check(options)
        assert len(place.rows()) == COUNT


def test_one_byte_more_is_another_manifest(place: Place, tmp_path: Path) -> None:
    plant(place)
    fleet = shutil.copytree(place.fleet, tmp_path / "fleet")
    file = fleet / "p7" / "ai-manifest.yaml"
    file.write_bytes(file.read_bytes() + b"\n")
    report = place._replace(fleet=fleet).check()
    said = {each.path: next(found.verdict for found in each.findings if found.rule == "TEST-A01") for each in report.manifests}
    assert [path for path, verdict in said.items() if verdict is Verdict.PASS] == ["p7/ai-manifest.yaml"]


def test_a_rule_that_changes_is_seen_at_once(place: Place, tmp_path: Path) -> None:
    """In the same folder, with the same size, in the same second."""
    said = []
    for cel in ("true ", "false", "true "):
        folder = write_pack(tmp_path / "policies", [rule("TEST-A01", require(cel))])
        said.append(verdicts(place.check(policies=folder)))
    assert said == [{Verdict.PASS}, {Verdict.FAIL}, {Verdict.PASS}]


def test_what_depends_on_more_than_its_bytes_is_not_kept(place: Place, tmp_path: Path) -> None:
    fleet = shutil.copytree(place.fleet, tmp_path / "fleet")
    shutil.copy(fleet / "p1" / "ai-manifest.yaml", fleet / "p1" / "ai-manifest.yml")
    (fleet / "p2" / "ai-manifest.yaml").unlink()
    (fleet / "p2" / "ai-manifest.yaml").mkdir()
    kept = place._replace(fleet=fleet, kept=tmp_path / "new")
    kept.check()
    assert len(kept.rows()) == COUNT - 2


def test_a_shared_project_is_never_kept_as_such(place: Place, tmp_path: Path) -> None:
    """Two manifests of one project fail together, and each of them alone is again what it was."""
    fleet = shutil.copytree(place.fleet, tmp_path / "fleet")
    shutil.copytree(fleet / "p1", fleet / "p1-bis")
    double = place._replace(fleet=fleet).check()
    fates = {
        each.path: {found.verdict for found in each.findings if found.rule == "manifest-schema"} for each in double.manifests
    }
    assert [path for path, fate in fates.items() if fate == {Verdict.FAIL}] == ["p1-bis/ai-manifest.yaml", "p1/ai-manifest.yaml"]
    assert len(place.rows()) == COUNT
    assert verdicts(place.check()) == {Verdict.PASS}


def _state(source: Path) -> str:
    program = "from cmian_policy.pipeline import fleet; print(fleet.__file__, fleet._tool())"
    env = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=source, env=env, capture_output=True, text=True, check=True, timeout=SECONDS
    )
    assert done.stdout.startswith(str(source))
    return done.stdout


def test_another_state_of_the_tool_is_another_tool(tmp_path: Path) -> None:
    """A checkout that is edited keeps its version."""
    for name in ("src", "schemas", "policies"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    source = tmp_path / "src"
    before = _state(source)
    assert _state(source) == before
    os.utime(source / "cmian_policy" / "engine" / "outcome.py", ns=(0, 1))
    touched = _state(source)
    contract = tmp_path / "schemas" / "ai-manifest" / "1.0.schema.json"
    contract.write_text(json.dumps({**json.loads(contract.read_text(encoding="utf-8")), "maxProperties": 99}), encoding="utf-8")
    assert len({before, touched, _state(source)}) == 3


def test_another_reader_is_another_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What says that a manifest is good is partly that of others, whose releases come between two of ours."""
    assert {"yaml", "jsonschema"} <= set(fleet_module._READERS)  # noqa: SLF001 - what verdicts depend on
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(fleet_module, "_READERS", ("lecteur_fictif", "lecteur_absent"))
    states = set()
    for release in ("1", "10"):
        (tmp_path / "lecteur_fictif.py").write_text(f"version = {release}\n", encoding="utf-8")
        states.add(fleet_module._tool())  # noqa: SLF001 - as above
    assert len(states) == 2


# damage


@pytest.mark.parametrize("damage", ["noise", "nothing", "half", "pages", "folder", "foreign table", "text", "column"])
def test_damage_is_as_good_as_nothing(place: Place, damage: str) -> None:
    file = place.kept / FILE
    whole = file.read_bytes()
    match damage:
        case "noise":
            file.write_bytes(os.urandom(5000))
        case "nothing":
            file.write_bytes(b"")
        case "half":
            file.write_bytes(whole[: len(whole) // 2])
        case "pages":
            file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
        case "folder":
            file.unlink()
            file.mkdir()
        case _:
            _rewrite(file, damage)
    expected = place._replace(kept=place.kept / "none").check()
    for options in (Options(), Options(jobs=2)):
        assert tuple(place.check(options).manifests) == tuple(expected.manifests)


def _rewrite(file: Path, damage: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        if damage == "text":
            database.execute("UPDATE results SET result = CAST(x'ff41' AS TEXT)")
            return
        database.execute("DROP TABLE results")
        database.execute(
            "CREATE TABLE results (a)" if damage == "foreign table" else "CREATE TABLE results (key, result, third NOT NULL)"
        )


@pytest.mark.parametrize("damage", ["noise", "half", "pages"])
def test_a_damaged_file_makes_way_for_a_new_one(place: Place, damage: str) -> None:
    file = place.kept / FILE
    whole = file.read_bytes()
    pages = whole[:4096] + b"\xff" * (len(whole) - 4096)
    file.write_bytes({"noise": b"x" * 5000, "half": whole[: len(whole) // 2], "pages": pages}[damage])
    for _ in range(2):  # the second finds it new, if the first one noticed only when it was too late
        place.check()
    assert len(place.rows()) == COUNT


def test_a_row_that_was_changed_is_judged_again(place: Place) -> None:
    plant(place)
    rows = place.rows()
    keys = sorted(rows)
    forged = {
        keys[0]: rows[keys[0]][:-1] + bytes([rows[keys[0]][-1] ^ 1]),  # a bit
        keys[1]: rows[keys[1]][:-1],
        keys[2]: b"",
        keys[3]: rows[keys[4]],  # a good row, but of another manifest
        keys[5]: b"\0" * 16,
        keys[6]: "text",
    }
    with closing(sqlite3.connect(place.kept / FILE)) as database, database:
        database.executemany("UPDATE results SET result = ? WHERE key = ?", [(result, key) for key, result in forged.items()])
    report = place.check()
    again = [each for each in report.findings() if each.rule == "TEST-A01" and each.verdict is Verdict.PASS]
    assert len(again) == len(forged)
    assert verdicts(place.check()) == {Verdict.PASS, Verdict.FAIL}
    assert all(len(result) > 16 for result in place.rows().values())


def test_text_that_is_no_unicode_is_kept_too(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet"
    for number in range(COUNT):
        data = {"project": {"id": f"p-{number}", "name": "\ud800", "status": "\udfff"}}
        file = write_manifest(fleet / f"p{number}", {"project": {"id": f"p-{number}"}})
        file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **data}), encoding="utf-8")
    place = Place(fleet, write_pack(tmp_path / "policies", [PASSING]), tmp_path / "kept")
    first, second = place.check(), place.check()
    assert len(place.rows()) == COUNT
    assert tuple(first.manifests) == tuple(second.manifests)


# who else is there


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process that has the database for itself."""
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as database:
        database.execute("BEGIN EXCLUSIVE")
        yield


def test_a_run_goes_on_while_another_writes(place: Place) -> None:
    plant(place)
    with locked(place.kept / FILE):
        assert verdicts(place.check()) == {Verdict.PASS}
    assert verdicts(place.check()) == {Verdict.FAIL}


def test_a_run_goes_on_when_another_begins_to_write_in_its_midst(place: Place) -> None:
    plant(place)
    with closing(sqlite3.connect(place.kept / FILE, isolation_level=None)) as database:

        def lock(done: int, _total: int) -> None:
            if done == 1:
                database.execute("BEGIN EXCLUSIVE")

        options = Options(results=place.kept)
        report = check_paths([place.fleet], load_policy(place.policies), TODAY, options, here=place.fleet, watch=lock)
    assert verdicts(report) == {Verdict.PASS, Verdict.FAIL}  # what was kept, then what was judged
    assert len([*report.manifests]) == COUNT


def test_two_runs_at_once_say_the_same(place: Place, tmp_path: Path) -> None:
    env = environment(tmp_path)
    command = [*tool(), "check", place.fleet, "--policy-dir", place.policies, "--as-of", ON, "-f", "json", "--no-config"]
    runs = [subprocess.Popen(command, cwd=place.fleet, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    said = [run.communicate(timeout=5 * SECONDS) for run in runs]
    assert len(set(said)) == 1
    assert (said[0][1], [run.returncode for run in runs]) == (b"", [0, 0, 0])
    with closing(sqlite3.connect(tmp_path / "cache" / "cmian-policy" / FILE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT COUNT(*) FROM results").fetchone() == (COUNT,)


def test_threads_that_write_at_once_lose_nothing_they_need(tmp_path: Path) -> None:
    def write(which: int) -> None:
        with ResultCache(tmp_path / "kept") as cache:
            for number in range(600):
                cache.put(b"%d-%d" % (which, number), b"r")

    threads = [threading.Thread(target=write, args=(which,)) for which in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(SECONDS)
    with ResultCache(tmp_path / "kept") as cache:
        assert {cache.get(b"%d-%d" % (which, number)) for which in range(3) for number in range(600)} <= {b"r", None}


# where it lies


@posix
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_what_others_could_have_written_is_not_looked_at(place: Place, mode: int) -> None:
    plant(place)
    for target in (place.kept, place.kept / FILE):
        before = target.stat().st_mode
        target.chmod(mode)
        assert verdicts(place.check()) == {Verdict.PASS}, target
        target.chmod(before & 0o777)
    assert verdicts(place.check()) == {Verdict.FAIL}


@posix
@pytest.mark.skipif(os.name != "nt" and os.geteuid() != 0, reason="only root can give a file away")
def test_what_another_user_owns_is_not_looked_at(place: Place) -> None:
    plant(place)
    for target in (place.kept, place.kept / FILE):
        os.chown(target, 12345, -1)
        assert verdicts(place.check()) == {Verdict.PASS}, target
        os.chown(target, 0, -1)
    assert verdicts(place.check()) == {Verdict.FAIL}


@posix
def test_links_are_not_followed(place: Place, tmp_path: Path) -> None:
    plant(place)
    (tmp_path / "linked").symlink_to(place.kept)
    assert verdicts(place._replace(kept=tmp_path / "linked").check()) == {Verdict.PASS}
    (tmp_path / "own").mkdir(mode=0o700)
    (tmp_path / "own" / FILE).symlink_to(place.kept / FILE)
    assert verdicts(place._replace(kept=tmp_path / "own").check()) == {Verdict.PASS}
    (tmp_path / "own" / FILE).unlink()
    (tmp_path / "own" / FILE).symlink_to(tmp_path / "nowhere")
    assert verdicts(place._replace(kept=tmp_path / "own").check()) == {Verdict.PASS}
    assert not (tmp_path / "nowhere").exists()


@posix
@pytest.mark.skipif(os.name != "nt" and os.geteuid() == 0, reason="permissions do not hold for root")
def test_a_folder_that_cannot_be_written_is_no_error(place: Place) -> None:
    place.kept.chmod(0o500)
    (place.kept / FILE).chmod(0o400)
    assert verdicts(place.check()) == {Verdict.PASS}
    place.kept.chmod(0o700)


@posix
def test_a_folder_that_cannot_be_made_is_no_error(place: Place, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "under", Path("/proc/nowhere"), Path("/dev/null/x")):
        assert verdicts(place._replace(kept=folder).check()) == {Verdict.PASS}


@posix
def test_only_the_user_may_read_it(place: Place, tmp_path: Path) -> None:
    new = place._replace(kept=tmp_path / "a" / "b")
    new.check()
    assert new.kept.stat().st_mode & 0o777 == 0o700
    assert (new.kept / FILE).stat().st_mode & 0o777 == 0o600


# how much


def test_it_never_grows_past_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_KEPT", 20)
    monkeypatch.setattr(results, "_AT_ONCE", 7)
    for number in range(5):
        with ResultCache(tmp_path) as cache:
            for key in range(30):
                cache.put(b"%d" % (number * 20 + key), b"result")
        with closing(sqlite3.connect(tmp_path / FILE)) as database:
            assert database.execute("SELECT COUNT(*) FROM results").fetchone()[0] <= 20
    with ResultCache(tmp_path) as cache:
        kept = [key for key in range(110) if cache.get(b"%d" % key) is not None]
    assert kept == [*range(90, 110)]  # the newest ones


def test_a_small_run_keeps_nothing(place: Place, tmp_path: Path) -> None:
    few = [place.fleet / f"p{number}" / "ai-manifest.yaml" for number in range(FEW)]
    options = Options(results=tmp_path / "new")
    check_paths(few, load_policy(place.policies), TODAY, options, here=place.fleet)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("warm", [False, True])
def test_no_cache_neither_reads_nor_writes(place: Place, tmp_path: Path, *, warm: bool) -> None:
    folder = tmp_path / "cache" / "cmian-policy"
    if warm:
        plant(place)
        shutil.copytree(place.kept, folder)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.glob("*")}
    command = [*tool(), "check", place.fleet, "--policy-dir", place.policies, "--as-of", ON, "-q", "--no-config", "--no-cache"]
    done = subprocess.run(command, cwd=place.fleet, env=environment(tmp_path), capture_output=True, check=False, timeout=SECONDS)
    assert (done.returncode, done.stderr) == (0, b"")
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.glob("*")} == before
    assert folder.exists() is warm
