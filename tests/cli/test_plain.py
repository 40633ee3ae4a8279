"""A plain command line means the same whether it is read by hand or by click (cli/plain.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmian_policy.cli import check as command
from cmian_policy.cli.parameters import CHECK, COMMON
from cmian_policy.cli.plain import values_of
from cmian_policy.errors import UsageError
from tests.runner import CHATBOT, MINIMAL, NON_COMPLIANT, OK, ON, USAGE, Run, named

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = (*CHECK, *COMMON)
CLICK = command.build("fr")
NAMES = [name for each in DECLARED for name in each.names]
WORDS = [
    *("text", "json", "sarif", "junit", "fr", "en", "auto", "always", "never", "blocking", "advisory", "review"),
    *(
        ON,
        "2026-02-30",
        "2026-W01-1",
        "20261123",
        "26-1-1",
        " 2026-11-23",
        "0",
        "1",
        "2",
        "007",
        "999999",
        "1000000",
        "-1",
        "+1",
        "1.5",
    ),
    *(
        "x",
        "٣",
        "1 ",
        "JSON",
        "json=a.json",
        "=",
        "a=b",
        "cmian@2025.1",
        "CMIAN-T01",
        "",
        " ",
        "-",
        "--",
        "---",
        "--=",
        "--=x",
        "-=",
        "-q=1",
    ),
    *(
        "é",
        "\udcff",
        "a\nb",
        "ai-manifest.yaml",
        ".",
        "..",
        "dossier/",
        "@fichier",
        "%x",
        "--help",
        "-h",
        "--version",
        "-fjson",
        "-f=json",
    ),
    *(
        "-qv",
        "-qf",
        "-vq",
        "-o",
        "-oa=b",
        "-qfjson",
        "--form",
        "--quiet=1",
        "--quiet=",
        "--no-cache=true",
        "--langue",
        "--no-lang",
        "-x",
        "-1",
    ),
]
PIECES = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(WORDS),
    st.builds("{}={}".format, st.sampled_from([*NAMES, "--inconnue", "-x"]), st.sampled_from(WORDS)),
    st.builds("{}{}".format, st.sampled_from(["-f", "-o", "-q", "-v", "-"]), st.sampled_from(WORDS)),
    st.text(st.characters(codec="utf-8"), max_size=4),
)
GOOD = {
    "text": ["x", "a=b", "é", " ", "\udcff", "=", "ai-manifest.yaml", "cmian@2025.1"],
    "date": [ON, "0001-01-01", "9999-12-31"],
    "number": ["0", "1", "12", "007", "999999"],
}


@st.composite
def good_option(draw: st.DrawFn) -> list[str]:
    """An option with a value that it accepts, in one argument or two."""
    parameter = draw(st.sampled_from(DECLARED))
    name = draw(st.sampled_from(parameter.names))
    if parameter.kind == "flag":
        return [name]
    value = draw(st.sampled_from(GOOD.get(parameter.kind) or [*parameter.choices()]))
    return [f"{name}={value}"] if name.startswith("--") and draw(st.booleans()) else [name, value]


PATH = st.sampled_from(["ai-manifest.yaml", ".", "-", "", "a b", "\udcff", "x=y"]).map(lambda path: [path])
PLAIN = st.lists(st.one_of(good_option(), PATH), max_size=6).map(lambda parts: [word for part in parts for word in part])


def by_click(arguments: list[str]) -> dict[str, Any] | None:
    """What click makes of the arguments; None for those that it refuses."""
    try:
        with CLICK.make_context("check", list(arguments)) as context:
            return dict(context.params)
    except (click.ClickException, UsageError):
        return None


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=6))
def test_what_is_read_by_hand_is_what_click_reads(arguments: list[str]) -> None:
    read = values_of(arguments, DECLARED, {})
    assert read is None or read == by_click(arguments)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(PLAIN)
def test_good_options_are_read_by_hand_unless_one_is_given_twice(arguments: list[str]) -> None:
    read, expected = values_of(arguments, DECLARED, {}), by_click(arguments)
    assert expected is not None
    given_names = [word.partition("=")[0] for word in arguments]
    twice = [each for each in DECLARED if not each.repeatable and sum(map(given_names.count, each.names)) > 1]
    assert _same(read, expected) if read is not None else twice


def _same(read: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Equal values of equal types: 1 is not True."""
    return read == expected and all(type(read[name]) is type(expected[name]) for name in expected)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ai-manifest.yaml"],
        ["a", "b", "-f", "json", "--as-of", ON, "c"],
        ["--format=sarif", "-o", "json=a.json", "--output=html=b.html", "-q"],
        ["--policy", "cmian@2025.1", "--policy=fr-eu-law@2025.1", "--select", "CMIAN-T01", "--fail-on", "review", "--jobs=0"],
        ["-", "--stdin-filename", "x.yaml", "--no-config", "--no-cache", "--offline", "-v", "--lang=en"],
    ],
    ids=" ".join,
)
def test_the_commonest_command_lines_need_no_click(arguments: list[str]) -> None:
    read = values_of(arguments, DECLARED, {"PATH": "/bin", "CMIA": "", "XCMIAN_LANG": "en"})
    assert read is not None
    assert _same(read, by_click(arguments) or {})


@pytest.mark.parametrize(
    "arguments",
    [
        *(["--", "-x"], ["-fjson"], ["-qv"], ["--quiet=1"], ["--nope"], ["-x"], ["-f"], ["-f", "-q"], ["-f", ""], ["-f", "JSON"]),
        *(["--as-of", "2026-02-30"], ["--jobs", "-1"], ["--jobs", "x"], ["--jobs", "1.5"], ["--jobs="], ["--jobs", "9999999"]),
        *(["-f", "json", "--format", "text"], ["-q", "-q"], ["--lang", "de"], ["--select"], ["--select", "--", "x"]),
    ],
    ids=" ".join,
)
def test_what_is_not_plain_is_left_to_click(arguments: list[str]) -> None:
    assert values_of(arguments, DECLARED, {}) is None


def test_a_variable_of_ours_is_left_to_click() -> None:
    assert values_of([], DECLARED, {"CMIAN_FORMAT": "json"}) is None
    assert values_of([], DECLARED, {"CMIAN_": ""}) is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "--as-of", ON], NON_COMPLIANT),
        (["check", "bon", "--as-of", ON, "-f", "json"], OK),
        (["check", "bon", "--as-of", ON, "-q", "--lang", "en", "--color=always"], OK),
        (["check", "-v", "bon/ai-manifest.yaml", "--as-of", ON, "--no-config", "--offline", "--no-cache"], OK),
        (["check", "bon", "mauvais", "--as-of", ON, "-fjson"], NON_COMPLIANT),
        (["check", "--as-of", ON, "--fail-on", "never", "--", "mauvais"], OK),
        (["check", "absent"], USAGE),
        (["check", ""], USAGE),
        (["check", "-", "bon"], USAGE),
        (["check", "bon", "-q", "-v"], USAGE),
        (["check", "bon", "--select", "RIEN-01"], USAGE),
        (["check", "bon", "--policy", "cmian@1999.1", "--lang=en"], USAGE),
        (["check", "bon", "--format", "pdf"], USAGE),
        (["check", "bon", "--jobs", "x", "--lang", "en"], USAGE),
        (["check", "bon", "--as-of", ON, "--config", "absente.yaml"], USAGE),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_variable_that_nobody_reads_changes_no_byte(run: Run, tmp_path: Path, arguments: list[str], code: int) -> None:
    for name, text in (("bon", MINIMAL), ("mauvais", named("autre", CHATBOT))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(text, encoding="utf-8")
    by_hand = run(*arguments)
    assert run(*arguments, env={"CMIAN_X": ""}) == by_hand
    assert by_hand.code == code
