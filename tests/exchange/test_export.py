"""``export`` as a command: what it writes and where, what it tells, what it refuses; hostile words in records."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from cmian_policy.exchange.places import get
from tests.acceptance.test_hostile_text import NASTY, clean, quoted
from tests.exchange.records import COLUMNS, drafted
from tests.runner import EXAMPLES, MINIMAL, NBSP, NON_COMPLIANT, OK, ON, UNREADABLE, USAGE, Run, edited

if TYPE_CHECKING:
    from pathlib import Path

CHATBOT = EXAMPLES / "chatbot-demarches"
FORMATS = ("etalab", "eurocities", "nl", "notice", "notice-html")
# The nineteen fields, and what the registers ask beyond.
STARTED = edited(MINIMAL, ("status: operational", "status: operational\n  start_date: 2026-09-01"))
SETTLED = f"{STARTED}ai_act:\n  risk: minimal\nreview:\n  next_review: 2027-06-30\n"


@pytest.fixture
def settled(tmp_path: Path) -> Path:
    """A folder with a small manifest that has a record in every format."""
    (tmp_path / "ai-manifest.yaml").write_text(SETTLED, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("form", FORMATS)
def test_a_manifest_its_folder_and_standard_input_give_the_same(run: Run, form: str) -> None:
    manifest = CHATBOT / "ai-manifest.yaml"
    named = run("export", form, manifest, "--as-of", ON)
    assert named.code == OK
    assert named.out.endswith("\n")
    assert run("export", form, CHATBOT, "--as-of", ON) == named
    assert run("export", form, "--as-of", ON, cwd=CHATBOT) == named
    assert run("export", form, "-", "--as-of", ON, stdin=manifest.read_bytes()) == named
    clean(named.out + named.err)


def test_the_date_is_that_of_the_command(run: Run, settled: Path) -> None:
    assert json.loads(run("export", "eurocities", "--as-of", "2026-12-01").out)["publication_date"] == "2026-12-01"
    assert json.loads(run("export", "eurocities", env={"CMIAN_EXPORT_DATE": ON}).out)["last_change_date"] == ON
    assert run("export", "eurocities", "--as-of", "2026-02-30").code == USAGE


def test_the_smallest_record_says_that_nothing_is_given(run: Run, settled: Path) -> None:
    record = json.loads(run("export", "nl").out)
    silent = {"considerations", "human_intervention", "risk_management", "impact_assessments", "supplier"}
    assert {name for name, value in record.items() if value == "Non renseigné"} == silent - {"human_intervention"}
    assert record["human_intervention"] == f"Rôle dans la décision{NBSP}: Aucun rôle dans une décision"


def test_the_report_names_what_was_lost_deduced_and_left(run: Run) -> None:
    told = run("export", "eurocities", CHATBOT, "--as-of", ON).err.splitlines()
    start = {line.split(NBSP)[0]: line for line in told}
    assert "area, type" in start["déduits de plusieurs réponses, à relire"]
    assert "algorithm_type" in start["valeur la plus proche seulement"]
    assert start["abrégés, le format limite leur longueur"].endswith("description_short")
    assert "training_data" in start["laissés «"]
    assert "inclusion" in start["sans place dans la fiche, perdus"]
    assert told[-1].endswith("champs du manifeste sans place")
    assert run("export", "eurocities", CHATBOT, "--as-of", ON, "-q").err == told[-1] + "\n"
    assert "nearest value only: " in run("export", "eurocities", CHATBOT, "--lang", "en").err


def test_the_dutch_record_warns_of_its_language(run: Run) -> None:
    done = run("export", "nl", CHATBOT)
    assert json.loads(done.out)["language"] == "nld"
    assert "ses textes sont en français" in done.err


def test_a_record_is_the_same_in_every_language_of_messages(run: Run) -> None:
    for form in ("etalab", "eurocities", "nl"):
        french, english = (run("export", form, CHATBOT, "--as-of", ON, "--lang", lang) for lang in ("fr", "en"))
        assert french.out == english.out


@pytest.mark.parametrize("form", ["eurocities", "nl"])
def test_a_record_that_lacks_an_answer_is_not_written(run: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(f"{MINIMAL}ai_act:\n  risk: unknown\n", encoding="utf-8")
    done = run("export", form, "-o", "fiche.json")
    assert (done.code, done.out) == (NON_COMPLIANT, "")
    assert not (tmp_path / "fiche.json").exists()
    lines = done.err.splitlines()
    assert any(line.startswith(f"ai-manifest.yaml:{MINIMAL.count(chr(10)) + 2}:9: ") for line in lines)
    missing = "review.next_review" if form == "eurocities" else "project.start_date"
    assert any(line.endswith(f"renseignez {missing}") for line in lines)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", [UNREADABLE, edited(MINIMAL, ("status: operational", "status: en-service")), "autre: 1\n"])
def test_an_invalid_manifest_gives_nothing(run: Run, tmp_path: Path, form: str, text: str) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(text, encoding="utf-8")
    done = run("export", form, "-o", "sortie")
    assert (done.code, done.out) == (NON_COMPLIANT, "")
    assert done.err.startswith("ai-manifest.yaml:")
    assert not (tmp_path / "sortie").exists()


def test_a_draft_with_questions_gives_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(drafted("nl", {"name": "Essai"}).text, encoding="utf-8")
    assert run("export", "nl").code == NON_COMPLIANT


def test_two_names_for_one_manifest_give_nothing(run: Run, settled: Path) -> None:
    (settled / "ai-manifest.yml").write_text(SETTLED, encoding="utf-8")
    assert run("export", "nl").code == NON_COMPLIANT


@pytest.mark.parametrize("arguments", [(), ("atrs",), ("nl", "absent"), ("nl",), ("nl", "a", "b"), ("json", ".")])
def test_a_wrong_command_line_is_2(run: Run, arguments: tuple[str, ...]) -> None:
    """``nl`` alone: the folder holds no manifest."""
    done = run("export", *arguments)
    assert (done.code, done.out) == (USAGE, "")
    assert done.err


def test_a_file_is_written_at_once_and_never_replaced_unasked(run: Run, settled: Path) -> None:
    done = run("export", "nl", "-o", "fiche.json")
    assert (done.code, done.out) == (OK, "")
    first = (settled / "fiche.json").read_bytes()
    assert json.loads(first)["schema"] == "1.0.0"
    assert run("export", "nl", "-o", "fiche.json").code == USAGE
    assert run("export", "nl", "-o", "fiche.json", "--force").code == OK
    assert (settled / "fiche.json").read_bytes() == first
    assert run("export", "nl", "-o", "absent/fiche.json").code == USAGE
    assert sorted(path.name for path in settled.iterdir()) == ["ai-manifest.yaml", "fiche.json"]


def test_the_manifest_is_never_replaced(run: Run, settled: Path) -> None:
    assert run("export", "nl", "-o", "ai-manifest.yaml", "--force").code == USAGE
    assert (settled / "ai-manifest.yaml").read_text(encoding="utf-8") == SETTLED


# hostile words


def with_words(value: str) -> str:
    """A manifest that says the same words everywhere."""
    words = quoted(value)
    return (
        edited(
            SETTLED,
            ("name: Projet d'essai", f"name: {words}"),
            ("summary: Un projet fictif.", f"summary: {words}"),
            ("department: Direction fictive", f"department: {words}"),
            (
                "goal: Essayer l'outil.",
                f"goal: {words}\n  process: {words}\n  legal_bases: [{{text: {words}}}, {{text: {words}}}]",
            ),
        )
        + f"suppliers: [{{name: {words}}}]\ntransparency:\n  disclosure: {{text: {{fr: {words}}}}}\n"
        + f"x-nl: {{search_terms: {words}, {words}: x}}\n"
    )


@pytest.mark.parametrize("form", ["eurocities", "nl"])
@pytest.mark.parametrize("name", NASTY)
def test_hostile_words_in_json(run: Run, tmp_path: Path, form: str, name: str) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(with_words(NASTY[name]), encoding="utf-8")
    done = run("export", form)
    assert done.code == OK, done.err
    clean(done.out + done.err)
    assert json.loads(done.out)["name"] == NASTY[name]
    assert not any(line.lstrip().startswith("::") for line in (done.out + done.err).splitlines())


@pytest.mark.parametrize("name", NASTY)
def test_hostile_words_in_a_table(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(with_words(NASTY[name]), encoding="utf-8")
    done = run("export", "etalab")
    assert done.code == OK
    clean(done.out)
    assert not any(line.lstrip().startswith("::") for line in done.out.splitlines())
    header, row = csv.reader(io.StringIO(done.out))
    assert tuple(header) == COLUMNS
    assert len(row) == len(COLUMNS)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "a;=1", "\uff1d1", "'=1", "''-x", "a\n=1"])
def test_no_cell_begins_a_formula_and_reading_gives_the_words_back(run: Run, tmp_path: Path, formula: str) -> None:
    text = edited(SETTLED, ("goal: Essayer l'outil.", f"goal: {quoted(formula)}"))
    (tmp_path / "ai-manifest.yaml").write_text(text, encoding="utf-8")
    table = run("export", "etalab").out
    cell = next(csv.DictReader(io.StringIO(table)))["Finalité de l'algorithme"]
    for start in [part for line in cell.split("\n") for part in line.split(";")]:
        assert not start.lstrip().startswith(("=", "+", "-", "@", "\uff1d")), cell
    again = drafted("etalab", dict(next(csv.DictReader(io.StringIO(table)))))
    shown = formula.strip() if "\t" not in formula else "\\u0009=1"
    assert get(again.draft.data, "/purpose/goal") == shown
