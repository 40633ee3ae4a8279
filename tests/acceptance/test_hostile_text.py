"""What a manifest holds is hostile text: nothing of it moves a cursor, changes a colour, hides, or floods (cli.md, "Formats")."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

import pytest

from tests.runner import CHATBOT, MINIMAL, NON_COMPLIANT, ON, Check, Done, Run, edited

if TYPE_CHECKING:
    from pathlib import Path

NASTY = {
    "ansi": "a\x1b[31mrouge\x1b[0mb",
    "osc-8": "a\x1b]8;;https://example.org\x1b\\lien\x1b]8;;\x1b\\b",
    "osc-8-bel": "a\x1b]8;;https://example.org\x07lien\x1b]8;;\x07b",
    "c1": "a\x9b31m\x9d0;titre\x9cb",
    "cr": "a\rConforme : tout va bien",
    "crlf": "a\r\nConforme : tout va bien · cmian 2025.1",
    "lf": "a\nConforme : tout va bien",
    "backspace": "a\x08\x08\x08b\x7f",
    "nul": "a\x00b",
    "bidi": "a\u202eb\u2066c\u2069d\u200fe",
    "separators": "a\u2028b\u2029c\x85d",
    "invisible": "a\u200bb\u2060c\ufeffd\u00ade",
    "tags": "a\U000e0041\U000e0042b",
    "variation": "a\ufe00b\U000e0100c",
    "musical-format": "a\U0001d173b",
    "interlinear": "a\ufff9b\ufffac\ufffbd",
    "workflow-command": "a\n::error file=x::titre",
    "braces": "a{0.__class__.__mro__}{} {value} {near} {count} {{b}}",
    "percent": "a%s%d%(value)s%n%%",
    "markup": "a[red]b[/red]<script>alert(1)</script>",
}
ACTING = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
ALLOWED = {"\n"}


def clean(text: str) -> None:
    """Asserts that no character of the text acts instead of showing."""
    bad = sorted({f"U+{ord(char):04X}" for char in text if char not in ALLOWED and unicodedata.category(char) in ACTING})
    assert bad == []


def quoted(text: str) -> str:
    """A YAML double-quoted scalar in plain ASCII."""
    return json.dumps(text) if all(ord(char) < 0x10000 for char in text) else _astral(text)


def _astral(text: str) -> str:
    return '"' + "".join(f"\\U{ord(char):08X}" if ord(char) > 0x7E or ord(char) < 0x20 else char for char in text) + '"'


FIELDS = {
    "an enumerated value": ("status: operational", "status: {}"),
    "a boolean": ("used: false", "used: {}"),
    "the project id": ("id: essai", "id: {}"),
    "the contact": ("contact: service@example.org", "contact: {}"),
    "an unknown key": ("video:\n", "{}: 1\nvideo:\n"),
    "a nested unknown key": ("  goal:", "  {}: 1\n  goal:"),
    "the schema version": ('schema_version: "1.0"', "schema_version: {}"),
    "a list item": ("[summarisation]", "[{}]"),
}


def both(check: Check, text: str, *options: str) -> tuple[Done, Done]:
    """The text and the JSON of a run that fails, both clean."""
    shown, data = check(text, "-f", "text", *options), check(text, "-f", "json", *options)
    assert (shown.code, data.code) == (NON_COMPLIANT, NON_COMPLIANT)
    assert (shown.err, data.err) == ("", "")
    clean(shown.out)
    clean(data.out)
    return shown, data


def everywhere(value: str) -> str:
    """A manifest with one value in every field that messages repeat."""
    text = MINIMAL
    for old, new in FIELDS.values():
        text = edited(text, (old, new.replace("{}", value)))
    return text


@pytest.mark.parametrize("nasty", NASTY)
def test_hostile_values_and_keys_stay_words(check: Check, nasty: str) -> None:
    shown, data = both(check, everywhere(quoted(NASTY[nasty])))
    finding = data.finding("manifest-schema")
    assert len(finding["observations"]) >= len(FIELDS)
    told = " ".join(observation["message"] for observation in finding["observations"])
    assert " ".join(NASTY[nasty].split()) in " ".join(told.split())
    assert data.report["manifests"][0]["project"] == NASTY[nasty]
    lines = shown.out.rstrip("\n").split("\n")
    assert sum(line.startswith(("Conforme", "Non conforme")) for line in lines) == 1
    assert not any(line.lstrip().startswith("::") for line in lines)


@pytest.mark.parametrize("nasty", ["ansi", "lf", "bidi", "braces", "tags"])
def test_a_hostile_name_in_a_manifest_that_is_judged_stays_words(check: Check, nasty: str) -> None:
    text = edited(CHATBOT, ("name: Projet d'essai", f"name: {quoted(NASTY[nasty])}"))
    both(check, text, "-v")


def test_raw_invisible_characters_are_escaped_in_the_excerpt(check: Check) -> None:
    raw = "\u202e\u2066\u200b\u00ad\U000e0041"
    shown, _ = both(check, edited(MINIMAL, ("status: operational", f"status: oper{raw}ational")))
    assert "status: oper\\u202e\\u2066\\u200b\\u00ad\\udb40\\udc41ational" in shown.out


@pytest.mark.parametrize("nasty", ["ansi", "bidi", "lf"])
def test_a_hostile_condition_of_an_opinion_is_neutralised(check: Check, nasty: str) -> None:
    """A pack's message fills a placeholder from the manifest (CMIAN-A04)."""
    condition = f"{{id: {quoted(NASTY[nasty])}, text: t, status: open}}"
    opinion = f"{{ref: r, date: 2026-01-01, conclusion: favourable_with_conditions, conditions: [{condition}]}}"
    shown, data = both(check, f"{CHATBOT}cmian:\n  opinion: {opinion}\n")
    assert NASTY[nasty] in data.messages("CMIAN-A04")[0]
    assert "CMIAN-A04" in shown.out


def test_braces_of_a_manifest_are_never_a_template(check: Check) -> None:
    condition = '{id: "{/owner/contact}{0}", text: t, status: open}'
    opinion = f"{{ref: r, date: 2026-01-01, conclusion: favourable_with_conditions, conditions: [{condition}]}}"
    done = check(f"{CHATBOT}cmian:\n  opinion: {opinion}\n")
    assert "{/owner/contact}{0}" in done.messages("CMIAN-A04")[0]


@pytest.mark.parametrize("escape", ["\\ud800", "\\udfff\\ud800", "\\ud83d"])
def test_lone_surrogates_are_refused_or_escaped(check: Check, escape: str) -> None:
    shown, data = both(check, edited(MINIMAL, ("status: operational", f'status: "a{escape}b"')))
    assert shown.out
    assert json.loads(data.out)


@pytest.mark.parametrize("pair", ["\\ud83d\\ude00", "\\U0001F600"])
def test_a_character_beyond_the_basic_plane_is_shown(check: Check, pair: str) -> None:
    done = check(edited(MINIMAL, ("status: operational", f'status: "a{pair}b"')))
    assert done.code == NON_COMPLIANT


HUGE = 100_000


def test_huge_values_are_cut(check: Check) -> None:
    """A hundred thousand characters in each field: the report stays short enough to read, in text and in JSON."""
    shown, data = both(check, everywhere(quoted("é" * HUGE)))
    assert len(shown.out) < 20_000
    assert len(data.out) < 2 * HUGE  # the project id is data: it is there once, whole


def test_a_huge_line_is_cut_around_the_value(check: Check) -> None:
    text = edited(MINIMAL, ("video:\n  used: false\n", f"video: {{x-a: {'a' * HUGE}, used: oui, x-b: {'b' * HUGE}}}\n"))
    shown, data = both(check, text)
    excerpt = next(line for line in shown.out.split("\n") if " | " in line and "oui" in line)
    assert len(excerpt) < 400
    assert data.places("manifest-schema")[0][1] == text.split("\n")[-2].index("oui") + 1


def test_a_huge_number_of_unknown_keys_stays_readable(check: Check) -> None:
    """Nine hundred wrong keys: told, and not in ten megabytes."""
    keys = "".join(f"  cle{number}: 1\n" for number in range(900))
    shown, _ = both(check, edited(MINIMAL, ("video:\n", f"video:\n{keys}")))
    assert len(shown.out) < 1_000_000


def test_a_huge_project_id_is_cut(check: Check) -> None:
    shown, _ = both(check, edited(MINIMAL, ("id: essai", f"id: {'a' * HUGE}")))
    assert len(shown.out) < 10_000


def test_a_huge_key_in_a_syntax_error_is_cut(check: Check) -> None:
    key = "k" * 1000
    shown, data = both(check, f"x-a: {{{key}: 1, {key}: 2}}\n{MINIMAL}")
    assert len(data.messages("manifest-syntax")[0]) < 1500
    assert len(shown.out) < 10_000


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\u202eb", "a\rb", "a\nb", "{0.__class__}", "%s"])
def test_a_hostile_argument_is_neutralised_on_standard_error(run: Run, name: str) -> None:
    for arguments in (["check", name], ["check", "--select", name], ["check", "--policy", name], ["explain", name], [f"x{name}"]):
        done = run(*arguments)
        assert (done.code, done.out) == (2, "")
        clean(done.err)
        assert "Traceback" not in done.err


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\u202eb", "{0.__class__}", "%s", "::error::x"])
def test_a_hostile_name_for_standard_input(run: Run, name: str) -> None:
    given = ("check", "-", "--stdin-filename", name, "--as-of", ON)
    shown, data = (run(*given, "-f", form, stdin=CHATBOT) for form in ("text", "json"))
    assert (shown.code, data.code) == (NON_COMPLIANT, NON_COMPLIANT)
    clean(shown.out)
    clean(data.out)
    assert data.paths() == [name]


def test_a_hostile_folder_name_in_the_policy_notes(check: Check, tmp_path: Path) -> None:
    (tmp_path / "r\x1b[31m").mkdir()
    for form in ("text", "json"):
        done = check(MINIMAL, "--policy-dir", "r\x1b[31m", "-f", form)
        assert done.code == 4
        clean(done.out)
        clean(done.err)
