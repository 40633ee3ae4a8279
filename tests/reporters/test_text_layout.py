"""The text report to the letter of cli.md, "Text": layout, carets, last line, -v, -q, English, colours."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import pytest

from tests.policy_folder import ALWAYS, NEVER, both, review, rule, write_policy
from tests.runner import CHATBOT, MINIMAL, NBSP, ON, RETIRED, Check, Done, Run, edited, named

if TYPE_CHECKING:
    from pathlib import Path

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def columns(text: str) -> int:
    """The terminal columns of a text: two for a wide character, none for a combining one."""
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def text(check: Check, manifest: str, *options: str | Path) -> str:
    """The text report of a manifest."""
    return check(manifest, "-f", "text", *options).out


def test_a_whole_report_to_the_letter(check: Check, tmp_path: Path) -> None:
    """One blocking failure, judged by a fictional pack: every line is known."""
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER), rule("ESSAI-X02", ALWAYS))
    title = "bloquant ESSAI-X01  Règle fictive"
    assert text(check, MINIMAL, "--policy-dir", folder).replace(NBSP, " ") == (
        "ai-manifest.yaml · essai · en production\n"
        "\n"
        f"{title}{'[droit]':>{100 - len(title)}}\n"
        " --> ai-manifest.yaml:4:9\n"
        "  |\n"
        "4 |   name: Projet d'essai\n"
        "  |         ^^^^^^^^^^^^^^ le nom ne va pas\n"
        "  = droit : Loi fictive, 12 (texte non lu, état au 2026-11-23)\n"
        "  = corriger : Changez le nom.\n"
        "  = aide : cmian-policy explain ESSAI-X01\n"
        "\n"
        "Non conforme : 3 conformes, 1 non conforme bloquant, 1 sans objet · essai 2025.1 · au 2026-11-23\n"
    )


def test_the_same_report_in_english(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER), rule("ESSAI-X02", ALWAYS))
    out = text(check, MINIMAL, "--policy-dir", folder, "--lang", "en")
    assert out.split("\n")[0].startswith("ai-manifest.yaml · essai · ")
    assert " --> ai-manifest.yaml:4:9\n  |\n4 |   name: Projet d'essai\n  |         ^^^^^^^^^^^^^^ le nom ne va pas (en)\n" in out
    assert "ESSAI-X01  Règle fictive (en)" in out
    assert "cmian-policy explain ESSAI-X01" in out
    assert NBSP not in out
    for french in ("bloquant", "conforme", "corriger", "aide", "sans objet", "production"):
        assert french not in out


def test_the_gutter_is_as_wide_as_the_widest_line_number(check: Check) -> None:
    padded = f"{'# x' + chr(10)}" * 120 + CHATBOT.replace("video:\n", "transparency:\n  rules_url: https://example.org\nvideo:\n")
    lines = text(check, padded).split("\n")
    start = next(number for number, line in enumerate(lines) if " CMIAN-T01 " in line)
    place, bar, code, caret = lines[start + 1 : start + 5]
    line = padded[: padded.index("transparency:")].count("\n") + 1
    assert place == f"   --> ai-manifest.yaml:{line}:1"
    assert bar == "    |"
    assert code == f"{line} | transparency:"
    assert caret.startswith("    | ^^^^^^^^^^^^ ")
    details = [each for each in lines[start + 5 :] if each.startswith("    = ")]
    assert [each.split(NBSP)[0].split(" ")[-1] for each in details[:3]] == ["texte", "corriger", "aide"]


def test_the_law_is_quoted_and_its_basis_shown(check: Check) -> None:
    out = text(check, CHATBOT)
    title = next(line for line in out.split("\n") if " CMIAN-T01 " in line)
    assert title.startswith("bloquant CMIAN-T01  ")
    assert title.endswith("  [délibération §1]")
    assert f"= texte{NBSP}: «{NBSP}les usagers seront avisés" in out
    assert "= aide : cmian-policy explain CMIAN-T01".replace(" :", f"{NBSP}:") in out
    interpreted = next(line for line in out.split("\n") if " CMIAN-I01 " in line)
    assert interpreted.endswith("  [interprétation §5]")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("used: été", "été"),
        ("used: 漢字かな", "漢字かな"),
        ('"used": oui', "oui"),
        ("used:\t\toui", "oui"),
        ("used: e\u0301te\u0301", "e\u0301te\u0301"),
        ('used: "\U0001f600\U0001f600"', '"\U0001f600\U0001f600"'),
        ("x-漢: 漢字, used: oui", "oui"),
    ],
)
def test_carets_stand_under_the_value(check: Check, line: str, value: str) -> None:
    """Whatever the width of what stands before: accents, combining and wide characters, tabs."""
    manifest = edited(MINIMAL, ("video:\n  used: false\n", f"video: {{{line}}}\n"))
    lines = text(check, manifest).split("\n")
    number = next(index for index, each in enumerate(lines) if each.strip().endswith("|") and "video:" in lines[index + 1])
    code, carets = lines[number + 1], lines[number + 2]
    assert "\t" not in carets
    shown = value.expandtabs()
    before, found, _ = code.rpartition(shown)
    assert found == shown
    marked = re.match(r"(\s*\| *)(\^+) ", carets)
    assert marked is not None
    assert columns(marked[1]) == columns(before)
    assert len(marked[2]) == columns(shown)


def test_json_columns_count_characters_where_text_counts_cells(check: Check) -> None:
    manifest = edited(MINIMAL, ("video:\n  used: false\n", "video: {x-a: 漢\U0001f600é, used: oui}\n"))
    (observation,) = check(manifest).finding("manifest-schema")["observations"]
    line = manifest.split("\n")[observation["line"] - 1]
    assert line[observation["column"] - 1 : observation["end_column"] - 1] == "oui"
    assert observation["line"] == observation["end_line"]


def test_an_observation_at_1_1_has_no_excerpt(check: Check) -> None:
    out = text(check, "name: autre\n")
    assert " --> ai-manifest.yaml:1:1\n  = ce fichier n'est pas un manifeste" in out
    assert "^" not in out


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_plural_forms_of_the_last_line(check: Check, tmp_path: Path, lang: str) -> None:
    for number in (0, 1, 2):
        failing = [rule(f"ESSAI-F{index}1", NEVER) for index in range(number)]
        advice = [rule(f"ESSAI-A{index}1", NEVER, level={"default": "advisory"}) for index in range(number)]
        notes = [rule(f"ESSAI-N{index}1", NEVER, level={"default": "note"}) for index in range(number)]
        looked = [review(f"ESSAI-R{index}1") for index in range(number)]
        never = {"cel": NEVER, "otherwise": both("Jamais.")}
        without = [rule(f"ESSAI-S{index}1", ALWAYS, applies_when=never) for index in range(number)]
        rules = [*failing, *advice, *notes, *looked, *without, rule("ESSAI-X01", ALWAYS)]
        folder = write_policy(tmp_path / f"regles{number}", *rules)
        last = check(MINIMAL, "-f", "text", "--policy-dir", folder, "--lang", lang).last.replace(NBSP, " ")
        expected = {
            ("fr", 0): "Conforme : 3 conformes, 1 sans objet",
            ("fr", 1): "Non conforme : 3 conformes, 1 non conforme bloquant, 1 conseil, 1 note, 2 sans objet, 1 à examiner",
            ("fr", 2): "Non conforme : 3 conformes, 2 non conformes bloquants, 2 conseils, 2 notes, 3 sans objet, 2 à examiner",
        }
        if lang == "fr":
            assert last == f"{expected[lang, number]} · essai 2025.1 · au {ON}"
        else:
            assert last.endswith(f" · essai 2025.1 · {last.split(' · ')[-1]}")
            assert ON in last


def test_the_french_counts_nothing_as_singular(check: Check) -> None:
    """With manifest-schema, policy-pin and the 25 and 18 rules of the packs not evaluated."""
    last = check("a: [\n", "-f", "text").last
    used = "cmian 2026.1, fr-eu-law 2026.1"
    assert last == f"Non conforme{NBSP}: 0 conforme, 1 non conforme bloquant, 45 non évalués · {used} · au {ON}"


def test_verdicts_of_the_last_line(check: Check, tmp_path: Path) -> None:
    asked = write_policy(tmp_path / "regles", review("ESSAI-X01"))
    assert check(MINIMAL, "-f", "text").last.startswith(f"Conforme{NBSP}: ")
    assert check(CHATBOT, "-f", "text").last.startswith(f"Non conforme{NBSP}: ")
    assert check(RETIRED, "-f", "text", "--policy", "cmian@2025.1").last.startswith(f"Sans objet{NBSP}: ")
    ended = edited(RETIRED, ("status: retired\n", "status: retired\n  end_date: 2026-06\n"))
    assert check(ended, "-f", "text").last.startswith(f"Conforme{NBSP}: ")
    assert check(RETIRED, "-f", "text").last.startswith(f"Non conforme{NBSP}: ")
    assert check(MINIMAL, "-f", "text", "--policy-dir", asked).last.startswith(f"À examiner{NBSP}: ")


def test_no_break_spaces_before_double_marks_in_french(check: Check) -> None:
    """U+00A0 before a colon, a semicolon and inside guillemets in every sentence of the tool, excerpts and addresses aside."""
    out = text(check, edited(CHATBOT, ("used: false", "used: oui"), ("minors: none", "minors: aucun")), "-v")
    sentences = [line for line in out.split("\n") if not re.match(r"^ *\d+ \|", line)]
    for sentence in sentences:
        assert not re.search(r" [:;!?»]|« |«[^\u00a0]|[^\u00a0]»", sentence), sentence


def test_a_review_is_shown_as_such(check: Check, tmp_path: Path) -> None:
    out = text(check, MINIMAL, "--policy-dir", write_policy(tmp_path / "regles", review("ESSAI-X01")))
    assert "\nà examiner ESSAI-X01  Règle fictive" in out
    assert "^^^^^^^^^^^^^^ une personne regarde\n" in out


def test_quiet_prints_the_last_line_alone(check: Check) -> None:
    for manifest in (MINIMAL, CHATBOT, RETIRED, "a: [\n"):
        whole, quiet = check(manifest, "-f", "text"), check(manifest, "-f", "text", "-q")
        assert quiet.out == f"{whole.last}\n"
        assert quiet.code == whole.code


def test_verbose_adds_the_other_rules_with_their_reason(check: Check) -> None:
    brief, whole = text(check, MINIMAL), text(check, MINIMAL, "-v")
    assert "CMIAN-F01" in brief
    assert "CMIAN-T01" not in brief
    assert "sans objet CMIAN-T01  " in whole
    assert re.search(rf"sans objet CMIAN-T01  .*\n +=.motif{NBSP}: [Ll]es usagers n'échangent pas directement avec l'IA", whole)
    assert "conforme CMIAN-G02  " in whole
    assert "conforme manifest-schema  " in whole
    for rule_id in ("CMIAN-G04", "CMIAN-T02", "CMIAN-E01", "CMIAN-V01"):
        assert rule_id in whole
    assert "live = true" in whole
    assert "Encodage non officiel" in whole


def test_only_the_header_differs_when_nothing_fails(check: Check, tmp_path: Path) -> None:
    out = text(check, MINIMAL, "--policy-dir", write_policy(tmp_path / "regles", rule("ESSAI-X01", ALWAYS)))
    assert out.replace(NBSP, " ") == (
        f"ai-manifest.yaml · essai · en production\n\nConforme : 3 conformes, 1 sans objet · essai 2025.1 · au {ON}\n"
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [("planned", "prévu"), ("pilot", "en pilote"), ("development", "en développement"), ("retired", "retiré")],
)
def test_the_status_is_in_words(check: Check, status: str, words: str) -> None:
    out = text(check, edited(MINIMAL, ("status: operational", f"status: {status}")))
    assert out.startswith(f"ai-manifest.yaml · essai · {words}\n")


def test_a_lowered_level_says_why(check: Check) -> None:
    out = text(check, edited(CHATBOT, ("organisation: ville-montpellier", "organisation: ccas-montpellier")))
    assert "conseil CMIAN-T01  " in out
    assert re.search(rf"= niveau{NBSP}: conseil.*(délibération|Ville)", out)


def test_a_level_to_come_is_announced(check: Check, tmp_path: Path) -> None:
    level = {"default": "advisory", "schedule": [{"from": "2027-12-02", "level": "blocking"}]}
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER, level=level))
    out = text(check, MINIMAL, "--policy-dir", folder)
    assert "conseil ESSAI-X01" in out
    assert "bloquant à partir du 2027-12-02" in out
    assert "bloquant ESSAI-X01" in text(check, MINIMAL, "--policy-dir", folder, "--as-of", "2027-12-02")
    assert check(MINIMAL, "--policy-dir", folder).finding("ESSAI-X01")["level_changes"] == [
        {"from": "2027-12-02", "level": "blocking"}
    ]


def several(run: Run, tmp_path: Path, *options: str) -> Done:
    """The text report on two projects."""
    for name, manifest in (("a", named("a")), ("b", named("b", CHATBOT))):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "ai-manifest.yaml").write_text(manifest, encoding="utf-8")
    return run("check", "--as-of", ON, *options)


def test_several_manifests_have_a_section_each_and_one_last_line(run: Run, tmp_path: Path) -> None:
    out = several(run, tmp_path).out
    assert out.index("a/ai-manifest.yaml · a · ") < out.index("b/ai-manifest.yaml · b · ")
    assert len(re.findall(r"^(Non c|C)onforme\u00a0: ", out, re.MULTILINE)) == 1
    assert "2 manifestes" in out.split("\n")[-2]


def test_a_partial_report_says_so(check: Check) -> None:
    assert "partiel" in check(CHATBOT, "-f", "text", "--select", "CMIAN-T01").last


@pytest.mark.parametrize(
    ("options", "env", "coloured"),
    [
        ((), {}, False),
        (("--color", "auto"), {"TERM": "xterm-256color"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "always"), {}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        ((), {"NO_COLOR": "1"}, False),
    ],
)
def test_colours_only_when_they_are_asked_for(
    run: Run,
    tmp_path: Path,
    options: tuple[str, ...],
    env: dict[str, str],
    coloured: bool,  # noqa: FBT001 - a parameter
) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    plain = run("check", "--as-of", ON)
    done = run("check", "--as-of", ON, *options, env=env)
    assert bool(ANSI.search(done.out)) is coloured
    assert ANSI.sub("", done.out) == plain.out
    assert "\x1b]" not in done.out
    data = run("check", "--as-of", ON, "-f", "json", *options, env=env)
    assert "\x1b" not in data.out
    assert data.report["verdict"] == "non_compliant"
