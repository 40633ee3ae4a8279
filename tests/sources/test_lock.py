"""``.cmian-policy.lock``: read strictly, written whole, the same bytes for the same content."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmian_policy.errors import SourceError
from cmian_policy.lang import yaml
from cmian_policy.model.source import Pin, SourceSpec
from cmian_policy.sources.lock import LOCK, Lock, Locked, lock_text, read_lock, write_lock
from tests.sources.workshop import Workshop, refusal, refusals, spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENTRY = Locked("essai", "file:///srv/regles", "v1", "policies", Pin("1" * 40, "2" * 40), "3" * 64)
REGISTER = Locked("registre", "git@git.example.org:registre", "main", None, Pin("4" * 64), "5" * 64)
WHOLE = Lock((ENTRY, ENTRY._replace(id="autre", path=None, pin=Pin("6" * 40))), REGISTER)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / LOCK


def test_the_lock_is_yaml_for_people_too(file: Path) -> None:
    write_lock(file, WHOLE)
    text = file.read_text(encoding="utf-8")
    assert [line[0] for line in text.splitlines()[:2]] == ["#", "#"]
    assert text.splitlines()[2:10] == [
        'lock_version: "1.0"',
        "packs:",
        '  - id: "essai"',
        '    source: "file:///srv/regles"',
        '    ref: "v1"',
        '    path: "policies"',
        f'    commit: "{"1" * 40}"',
        f'    tag: "{"2" * 40}"',
    ]
    assert read_lock(file) == WHOLE


def test_no_lock_is_not_an_empty_lock(file: Path) -> None:
    assert read_lock(file) is None
    write_lock(file, Lock())
    assert read_lock(file) == Lock()


# What a configuration may hold: a reference like 1e5 or 0o17 is a number in YAML, `no` and `null` are something else yet.
ODD = st.sampled_from(["1e5", "0o17", "0x1F", "no", "null", "~", "2026-01-01", "1.0", "é", "a: b", "a #b", "'", '"', "\\", "🏛"])
TEXT = ODD | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
HEX = st.text("0123456789abcdef", min_size=40, max_size=40) | st.sampled_from(["1" * 40, "12345678" * 4 + "e1234567"])
ENTRIES = st.builds(
    Locked,
    TEXT,
    TEXT,
    TEXT,
    st.none() | TEXT,
    st.builds(Pin, HEX, st.none() | HEX),
    st.text("0123456789abcdef", min_size=64, max_size=64),
)
LOCKS = st.builds(Lock, st.lists(ENTRIES, max_size=3, unique_by=lambda entry: entry.id).map(tuple), st.none() | ENTRIES)


@given(LOCKS)
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, lock: Lock) -> None:
    file = tmp_path_factory.mktemp("lock") / LOCK
    write_lock(file, lock)
    assert read_lock(file) == lock
    assert file.read_text(encoding="utf-8") == lock_text(lock)


@given(LOCKS)
def test_every_value_is_in_quotes(lock: Lock) -> None:
    lines = lock_text(lock).splitlines()
    assert all(re.fullmatch(r'#.*|packs:|register:|[ -]*[a-z_0-9]+: ".*"', line) for line in lines)
    yaml.read(lock_text(lock).encode(), LOCK)


def entry(**changes: str | None) -> str:
    """A lock of one entry, with changes; None leaves a key out."""
    fields = {"id": "essai", "source": "file:///a", "ref": "v1", "commit": "1" * 40, "sha256": "2" * 64, **changes}
    lines = [f"{key}: {value if value[:1] in '[{0n' else repr(value)}" for key, value in fields.items() if value is not None]
    return 'lock_version: "1.0"\npacks:\n  - ' + "\n    ".join(lines) + "\n"


WRONG = {
    "empty": ("", 1),
    "list": ("- a\n", 1),
    "no version": ("packs: []\n", 1),
    "other version": ('lock_version: "2.0"\n', 1),
    "number": ("lock_version: 1.0\n", 1),
    "unknown key": ('lock_version: "1.0"\nsigned: true\n', 1),
    "packs": ('lock_version: "1.0"\npacks: {}\n', 2),
    "entry": ('lock_version: "1.0"\npacks: [a]\n', 2),
    "no commit": (entry(commit=None), 3),
    "unknown field": (entry(signed="yes"), 3),
    "short commit": (entry(commit="1" * 39), 6),
    "capitals": (entry(commit="A" * 40), 6),
    "two lines": (entry(commit="1" * 40 + "\\n"), 6),
    "number for a text": (entry(ref="0"), 5),
    "null for a text": (entry(path="null"), 8),
    "list for a text": (entry(id="[essai]"), 3),
    "short digest": (entry(sha256="2" * 63), 7),
    "twice": (entry() + entry().partition("packs:\n")[2], 3),
    "duplicate key": ('lock_version: "1.0"\nlock_version: "1.0"\n', 2),
    "conflict": ('<<<<<<< HEAD\nlock_version: "1.0"\n=======\n', 2),
    "register": ('lock_version: "1.0"\nregister: []\n', 2),
    "null register": ('lock_version: "1.0"\nregister: null\n', 2),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_an_update_would_not_write_is_refused_at_its_place(case: str, file: Path) -> None:
    text, line = WRONG[case]
    file.write_text(text, encoding="utf-8")
    (found,) = refusals(lambda: read_lock(file))
    assert re.fullmatch(rf"{re.escape(LOCK)}:{line}:\d+", found.place)


def make_fifo(file: Path) -> None:
    os.mkfifo(file)


def make_folder(file: Path) -> None:
    file.mkdir()


def make_big(file: Path) -> None:
    file.write_bytes(b"#" * (1024 * 1024 + 1))


@pytest.mark.parametrize("make", [make_fifo, make_folder, make_big])
def test_what_is_no_lock_at_all_is_refused_and_never_waited_for(make: Callable[[Path], None], file: Path) -> None:
    make(file)
    with pytest.raises(SourceError):
        read_lock(file)


def test_an_unreadable_lock_is_not_a_missing_one(work: Workshop) -> None:
    rules = work.repository()
    rules.commit()
    work.lock.write_text("<<<<<<< HEAD\n", encoding="utf-8")
    for call in (work.sources(spec(rules)).packs, work.sources(spec(rules)).update):
        assert refusals(call)[0].place.startswith(f"{LOCK}:1:")
    assert work.lock.read_text(encoding="utf-8") == "<<<<<<< HEAD\n"


@pytest.fixture
def work(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_a_lock_that_is_a_link_is_replaced_and_what_it_leads_to_is_not(work: Workshop) -> None:
    """A project could make a link to a file of whoever runs the update."""
    rules = work.repository()
    rules.commit()
    precious = work.home / "precious"
    work.lock.symlink_to(precious)
    work.update(spec(rules))
    assert not precious.exists()
    assert not work.lock.is_symlink()


def test_what_a_killed_update_left_beside_the_lock_goes_with_the_next_one(file: Path) -> None:
    left = file.with_name(f".{LOCK}.123.tmp")
    left.write_text("half", encoding="utf-8")
    write_lock(file, WHOLE)
    assert [entry.name for entry in file.parent.iterdir()] == [LOCK]


def test_a_lock_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    assert refusal(lambda: write_lock(tmp_path / "nowhere" / LOCK, WHOLE)) == "lock.unwritable"


def test_an_entry_answers_its_own_question_and_no_other() -> None:
    asked = SourceSpec(ENTRY.id, ENTRY.source, ENTRY.ref, ENTRY.path, allowed_signers="trusted")
    assert ENTRY.answers(asked)
    for field in ("id", "source", "ref", "path"):
        assert not ENTRY.answers(asked._replace(**{field: "autre"}))
    assert not ENTRY.answers(asked._replace(path=None))
