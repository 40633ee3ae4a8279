"""What a hostile file can cost: little processor time, little memory, no flood of words (manifest.md, "How it is read").

The bounds are generous; what was seen is far below them: half a second and 60 MiB for the worst of these texts, in JSON.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from cmian_policy.reporters import formats
from tests.measured import measured
from tests.runner import CHATBOT, EXAMPLES, MINIMAL, NON_COMPLIANT, OK, ON, UNUSABLE, edited, named

if TYPE_CHECKING:
    from pathlib import Path

    from tests.measured import Cost

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a process used is counted otherwise elsewhere")

SECONDS, MEMORY = 10, 500  # of processor time; MiB
FLOOD = 10_000_000  # characters of a report on one file of 1 MiB
MOST = 1024 * 1024  # bytes of a manifest


def full(unit: str, head: str = "", tail: str = "") -> bytes:
    """A text as large as a manifest may be, of one unit over and over."""
    left = MOST - len(head.encode()) - len(tail.encode())
    return f"{head}{unit * (left // len(unit.encode()))}{tail}".encode()


def filled(place: str, unit: str) -> bytes:
    """A manifest that is as large as it may be for what stands in one place."""
    head, _, tail = MINIMAL.partition(place)
    return full(unit, f'{head}"', f'"{tail}')


def lines(count: int, pattern: str) -> str:
    """Numbered lines."""
    return "".join(f"{pattern.format(number)}\n" for number in range(count))


SYNTAX = {
    **{repr(unit): full(unit) for unit in ("[", "{a: ", "- ", "? ", '"', "!a ", "&a ", "#\n", "-\n")},
    **{repr(unit): full(unit) for unit in ("a: 1\n", "\r", "\0")},
    "deeper and deeper": "\n".join(" " * depth + "a:" for depth in range(1400)).encode(),
    "a long key": full("k", "", ": 1\n"),
    "a long quoted key": full("k", '? "', '"\n: 1\n'),
    "problems under a long key": f"? {'k' * (MOST // 2)}\n: {{{'a: 1, ' * 200}}}\n".encode(),
    "a quote without its end": full("x\n", 'a: "'),
    "block text": full(" x\n", "a: |\n"),
    "folded text": full(" x\n\n", "a: >\n"),
    "escapes": full("\\u0041", 'a: "', '"\n'),
    "a long number": full("9", "a: ", "\n"),
    "a long tag": full("%41", "a: !!", " x\n"),
    "directives": full("%TAG !a! tag:x\n", "", "---\na\n"),
    "anchors": lines(40_000, "k{0}: &a{0} x").encode(),
    "aliases": f"a: &a x\nb:\n{lines(40_000, '  k{0}: *a')}".encode(),
    "aliases of aliases": ("a: &a0 [x, x]\n" + "".join(f"b{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))).encode(),
    "an alias of a large list": f"a: &a [{'x, ' * 900}]\n{lines(60, 'b{0}: *a')}".encode(),
    "tags that are refused": lines(60_000, "k{0}: !x y").encode(),
}
SCHEMA = {
    "keys": lines(49_000, "k{0}: 1").encode(),
    "unknown keys": f"{MINIMAL}{lines(45_000, 'zz{0}: 1')}".encode(),
    "mistyped keys": f"{MINIMAL}{lines(30_000, 'transparenc{0}: 1')}".encode(),
    "mistyped values": edited(MINIMAL, ("summarisation", ", ".join(f"sumarisation{n}" for n in range(1000)))).encode(),
    "wrong items": f"{MINIMAL}suppliers: [{'{nam: 1, rol: 2, zz: 3}, ' * 1000}]\n".encode(),
    "slug": filled("essai", "a-"),
    "text of blanks": filled("Essayer l'outil.", "\u200b"),
    "text that acts": filled("Essayer l'outil.", "\\u202e"),
    "text of signs": filled("Projet d'essai", "<&`*_[~|=+-@;"),
    "a choice": filled("operational", "operationa"),
    "contact of at signs": filled("service@example.org", "@"),
    "contact of dots": filled("service@example.org", "a@a."),
    "contact of an address": filled("service@example.org", "http://a "),
}
# Those whose report could grow faster than they do.
GROWING = {
    "wrong values and a long name": (
        edited(MINIMAL, ("id: essai", f"id: {'a' * (MOST // 2)}")) + lines(1000, "zz{0}: 1")
    ).encode(),
    "long unknown keys": f"{MINIMAL}{lines(1000, 'k' * 900 + '{0}: 1')}".encode(),
    "wrong items": SCHEMA["wrong items"],
    "problems under a long key": SYNTAX["problems under a long key"],
}


def cheap(cost: Cost) -> None:
    """Asserts that a run cost little and said nothing beside its report."""
    assert cost.done.err == ""
    assert cost.seconds < SECONDS
    assert cost.memory < MEMORY


@pytest.mark.parametrize("name", SYNTAX)
def test_a_text_that_is_no_manifest_costs_little(home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "ai-manifest.yaml").write_bytes(SYNTAX[name])
    cost = measured(home, tmp_path, "check", "ai-manifest.yaml", "--as-of", ON, "-f", "json")
    cheap(cost)
    assert cost.done.code == NON_COMPLIANT
    assert len(cost.done.out) < FLOOD


@pytest.mark.parametrize("name", SCHEMA)
def test_a_manifest_that_is_wrong_all_over_costs_little(home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "ai-manifest.yaml").write_bytes(SCHEMA[name])
    cost = measured(home, tmp_path, "check", "ai-manifest.yaml", "--as-of", ON, "-f", "json")
    cheap(cost)
    assert cost.done.code == NON_COMPLIANT
    assert cost.done.finding("manifest-schema")["verdict"] == "fail"
    assert len(cost.done.out) < FLOOD


def everywhere(folder: Path) -> list[str]:
    """Options that write a report of each format, and the standard one in JSON."""
    return ["-f", "json", *(word for form in formats() for word in ("-o", f"{form}={folder}/rapport.{form}"))]


@pytest.mark.parametrize("name", GROWING)
def test_no_format_makes_a_flood_of_one_file(home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "ai-manifest.yaml").write_bytes(GROWING[name])
    cost = measured(home, tmp_path, "check", "ai-manifest.yaml", "--as-of", ON, *everywhere(tmp_path))
    cheap(cost)
    assert cost.done.code == NON_COMPLIANT
    assert all((tmp_path / f"rapport.{form}").stat().st_size < FLOOD for form in formats())


def test_past_a_thousand_violations_the_last_one_says_that_there_are_more(home: Path, tmp_path: Path) -> None:
    for count in (1000, 1001):
        (tmp_path / "ai-manifest.yaml").write_text(f"{MINIMAL}{lines(count, 'zz{0}: 1')}", encoding="utf-8")
        told = measured(home, tmp_path, "check", "--as-of", ON, "-f", "json", "--lang", "en").done.finding("manifest-schema")
        assert len(told["observations"]) == count
        assert ("more than 1000" in told["observations"][0]["message"]) == (count > 1000)


def test_ten_thousand_findings_in_every_format(home: Path, tmp_path: Path) -> None:
    """Some of the projects share their id, which each of their manifests is told of."""
    for number in range(220):
        (tmp_path / f"p{number}").mkdir()
        text = named(f"p{min(number, 200)}", CHATBOT)
        (tmp_path / f"p{number}" / "ai-manifest.yaml").write_text(text, encoding="utf-8")
    cost = measured(home, tmp_path, "check", "--as-of", ON, "--jobs", "1", "--no-cache", *everywhere(tmp_path))
    assert (cost.done.code, cost.done.err) == (NON_COMPLIANT, "")
    assert cost.memory < MEMORY
    assert sum(len(manifest["findings"]) for manifest in cost.done.report["manifests"]) == 220 * 46
    assert json.loads((tmp_path / "rapport.json").read_text(encoding="utf-8")) == cost.done.report


# Conditions over long lists


CONDITIONS = "    conditions:\n"
FULL = (EXAMPLES / "affectation-scolaire-complete/ai-manifest.yaml").read_text(encoding="utf-8")


def conditions(count: int, indent: str) -> str:
    """The conditions of an opinion."""
    entry = "{0}- id: c{1}\n{0}  text: Une condition.\n{0}  status: planned\n{0}  due: 2027-06-30\n"
    return "".join(entry.format(indent, number) for number in range(count))


def opinion(folder: Path, count: int) -> None:
    """A manifest, with a long tail that the rules do not read, and a register that hold one opinion of so many conditions."""
    before, _, rest = FULL.partition(CONDITIONS)
    after = re.sub(r"\A(?: {6}.*\n)+", "", rest)
    tail = lines(40, f"x-{{0}}: [{'1, ' * 999}]")
    (folder / "ai-manifest.yaml").write_text(f"{before}{CONDITIONS}{conditions(count, '      ')}{after}{tail}", encoding="utf-8")
    shutil.copytree(EXAMPLES / "register", folder / "registre")
    file = folder / "registre/opinions/avis-fictif-2025-002.yaml"
    head, _, rest = file.read_text(encoding="utf-8").partition("conditions:\n")
    file.write_text(
        f"{head}conditions:\n{conditions(count, '  ')}valid_until{rest.partition('valid_until')[2]}", encoding="utf-8"
    )


@pytest.mark.parametrize("register", [(), ("--register", "registre")], ids=["alone", "register"])
def test_a_thousand_conditions_cost_little(home: Path, tmp_path: Path, register: tuple[str, ...]) -> None:
    """Each of a thousand items is judged by itself; what compares them all with all of them is an error, never a pass."""
    opinion(tmp_path, 1000)
    cost = measured(home, tmp_path, "check", "ai-manifest.yaml", "--as-of", ON, "-f", "json", *register)
    assert cost.seconds < SECONDS
    assert cost.memory < MEMORY
    compared = cost.done.finding("CMIAN-A07")
    assert (cost.done.code, compared["verdict"]) == ((UNUSABLE, "error") if register else (OK, "review"))
    assert not register or "trop d'étapes" in compared["reason"]
