"""``import`` as a command: where the draft goes, what is told, and what is refused and where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cmian_policy.lang import yaml
from tests.acceptance.test_hostile_text import NASTY, clean
from tests.exchange.records import FILES, SAMPLES
from tests.runner import NBSP, NON_COMPLIANT, OK, USAGE, Run

if TYPE_CHECKING:
    from pathlib import Path

NL = SAMPLES / "nl.json"
TABLE = "Nom de l'algorithme,Finalité de l'algorithme\nEssai,Essayer\n"


@pytest.mark.parametrize("form", FILES)
def test_the_draft_goes_to_standard_output_and_the_report_to_standard_error(run: Run, form: str) -> None:
    row = ("--row", "1") if form == "etalab" else ()
    done = run("import", form, SAMPLES / FILES[form], *row)
    assert done.code == OK
    assert yaml.read(done.out.encode(), "brouillon").data is not None
    told = done.err.splitlines()
    assert told[0].startswith(f"questions ouvertes{NBSP}: ")
    assert "video.used" in told[0]
    assert told[-1].endswith("questions ouvertes")
    clean(done.out + done.err)


def test_check_refuses_the_draft_until_every_question_has_its_answer(run: Run, tmp_path: Path) -> None:
    assert run("import", "nl", NL, "-o", "ai-manifest.yaml").code == OK
    checked = run("check", "-f", "json", "--as-of", "2026-11-23")
    assert checked.code == NON_COMPLIANT
    finding = checked.finding("manifest-schema")
    lines = (tmp_path / "ai-manifest.yaml").read_text(encoding="utf-8").splitlines()
    assert finding["observations"]
    for observation in finding["observations"]:
        assert lines[observation["line"] - 1] == f"  {observation['pointer'].rpartition('/')[2]}:"


def test_two_runs_give_the_same_bytes_whatever_the_day(run: Run) -> None:
    assert run("import", "nl", NL) == run("import", "nl", NL)


def test_standard_input(run: Run) -> None:
    done = run("import", "nl", "-", stdin=NL.read_bytes())
    assert done.code == OK
    assert done.out.startswith("# Brouillon tiré de <stdin> ")


def test_the_report_short_and_long(run: Run) -> None:
    assert run("import", "nl", NL, "-q").err.count("\n") == 1
    assert f"repris{NBSP}: name → project.name, " in run("import", "nl", NL, "-v").err
    assert run("import", "nl", NL, "--lang", "en").err.startswith("open questions: ")


def test_what_finds_no_place_is_named(run: Run) -> None:
    done = run("import", "atrs", SAMPLES / "atrs.json")
    lost = next(line for line in done.err.splitlines() if line.startswith("sans place"))
    for name in ("risks", "scope", "previous_process", "external_supplier.companies_house_number", "data.modality"):
        assert name in lost
    foreign = run("import", "nl", "-", stdin=b'{"name": "Essai", "kleur": "rood"}')
    assert f"étrangers au format, perdus{NBSP}: kleur\n" in foreign.err


@pytest.mark.parametrize("name", NASTY)
def test_hostile_names_of_fields_are_told_as_words(run: Run, name: str) -> None:
    done = run("import", "nl", "-", stdin=json.dumps({"name": "Essai", NASTY[name]: "x", "goal": NASTY[name]}))
    assert done.code == OK
    clean(done.err + done.out)
    assert not any(line.lstrip().startswith("::") for line in done.err.splitlines())


def test_a_file_is_never_replaced_without_being_asked(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "ai-manifest.yaml"
    target.write_text("précieux", encoding="utf-8")
    refused = run("import", "nl", NL, "-o", "ai-manifest.yaml")
    assert (refused.code, refused.out) == (USAGE, "")
    assert "--force" in refused.err
    assert target.read_text(encoding="utf-8") == "précieux"
    assert run("import", "nl", NL, "-o", "ai-manifest.yaml", "--force").code == OK
    assert target.read_text(encoding="utf-8").startswith("# Brouillon")
    assert [path.name for path in tmp_path.iterdir()] == ["ai-manifest.yaml"]


def test_the_record_itself_is_never_replaced(run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "fiche.json"
    copy.write_bytes(NL.read_bytes())
    (tmp_path / "lien").symlink_to("fiche.json")
    for name in ("fiche.json", "lien"):
        refused = run("import", "nl", "fiche.json", "-o", name, "--force")
        assert refused.code == USAGE
    assert copy.read_bytes() == NL.read_bytes()


@pytest.mark.parametrize(
    ("form", "content", "place", "words"),
    [
        ("nl", b'{"name": "a",\n  "status": }', "fiche:2:13", "JSON"),
        ("nl", b"", "fiche:1:1", "JSON"),
        ("nl", b"[" * 100_000, "fiche", "JSON"),
        ("nl", b'{"name": ' + b"1" * 5000 + b"}", "fiche", "JSON"),
        ("nl", b'{"name": ' + b"[" * 32 + b"]" * 32 + b"}", "fiche", "emboîte"),
        ("atrs", b'{"name": "a", "x": ' + b'{"a": ' * 900 + b"1" + b"}" * 901, "fiche", "emboîte"),
        ("nl", b'{"name": NaN}', "fiche", "NaN"),
        ("nl", b'{"name": "a", "name": "b"}', "fiche", "deux fois"),
        ("nl", b'"texte"', "fiche", "aucune fiche"),
        ("nl", b"[]", "fiche", "aucune fiche"),
        ("nl", b'{"kleur": "rood"}', "fiche", "aucun champ"),
        ("nl", b'{"name": "a", "schema": "2.0"}', "fiche", "2.0"),
        ("eurocities", b'{"name": "a", "standard_version": "0.2"}', "fiche", "0.3.1"),
        ("nl", b'{"name": ["a"]}', "fiche", "name"),
        ("nl", b'{"name": true}', "fiche", "name"),
        ("nl", b'{"name": "a", "theme": [1]}', "fiche", "theme"),
        ("atrs", b'{"name": {"first": "a"}}', "fiche", "name"),
        ("nl", b'{"name": "caf\xe9"}', "fiche:1:1", "UTF-8"),
        ("etalab", b"Nom\nEssai\n", "fiche:1:1", "Nom de l'algorithme"),
        ("etalab", b"", "fiche", "aucune fiche"),
        ("etalab", TABLE.splitlines()[0].encode(), "fiche", "aucune fiche"),
        ("etalab", TABLE.encode() + b'"Essai', "fiche", "CSV"),
        ("etalab", TABLE.encode() + b"a,b,c\n", "fiche:3:1", "3 cellules"),
        ("etalab", TABLE.encode("utf-16"), "fiche:1:1", "UTF-8"),
        ("etalab", TABLE.replace("é", "\xe9").encode("cp1252"), "fiche:1:1", "UTF-8"),
    ],
)
def test_what_is_no_record_is_refused_where_it_goes_wrong(
    run: Run, tmp_path: Path, form: str, content: bytes, place: str, words: str
) -> None:
    (tmp_path / "fiche").write_bytes(content)
    done = run("import", form, "fiche", "-o", "brouillon.yaml")
    assert (done.code, done.out) == (USAGE, "")
    assert f"Erreur{NBSP}: {place}: " in done.err.splitlines()[0]
    assert words in done.err
    assert not (tmp_path / "brouillon.yaml").exists()


def test_every_wrong_field_is_named_at_once(run: Run) -> None:
    done = run("import", "nl", "-", stdin=b'{"name": [], "supplier": {}, "data": false, "schema": "9"}')
    assert done.code == USAGE
    assert done.err.count("Erreur") == 4


@pytest.mark.parametrize("arguments", [(), ("nl",), ("fr", "x"), ("nl", "absente.json"), ("nl", "."), ("nl", NL, "-o", "")])
def test_a_wrong_command_line_is_2(run: Run, arguments: tuple[str | Path, ...]) -> None:
    done = run("import", *arguments)
    assert (done.code, done.out) == (USAGE, "")
    assert done.err


def test_of_several_records_one_is_chosen(run: Run) -> None:
    table = SAMPLES / "etalab.csv"
    which = run("import", "etalab", table)
    assert which.code == USAGE
    assert "1 = Attribution des parcelles de jardin (exemple inventé), 2 = Tirage au sort" in which.err
    second = run("import", "etalab", table, "--row", "2")
    assert "Tirage au sort des stands" in second.out
    for wrong in ("0", "3", "-1", "deux", "9" * 30):
        refused = run("import", "etalab", table, "--row", wrong)
        assert (refused.code, refused.out) == (USAGE, "")
        assert "--row" in refused.err
    listed = b'[{"name": "Een"}, {"name": "Twee"}]'
    assert "Twee" in run("import", "nl", "-", "--row", "2", stdin=listed).out
    assert "1 = Een, 2 = Twee" in run("import", "nl", "-", stdin=listed).err


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_tables_of_every_spreadsheet(run: Run, delimiter: str, ending: str, mark: str) -> None:
    cells = ["NOM DE L'ALGORITHME", "finalite de l algorithme", "Contact"]
    values = ["Essai", '"Essayer, vraiment ; ""deux"" fois"', "service@example.org"]
    text = mark + ending.join([delimiter.join(cells), delimiter.join(values), ""])
    done = run("import", "etalab", "-", stdin=text)
    assert done.code == OK
    assert '  goal: "Essayer, vraiment ; \\"deux\\" fois"\n' in done.out
    assert '  contact: "service@example.org"\n' in done.out


def test_a_guarded_cell_loses_its_guard(run: Run) -> None:
    done = run("import", "etalab", "-", stdin="Nom de l'algorithme,Finalité\n'=Essai,''-x\n")
    assert '  name: "=Essai"\n' in done.out
    assert '  goal: "\'-x"\n' in done.out


def test_a_file_that_is_too_large_is_refused(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "fiche").open("wb") as stream:
        stream.truncate(16 * 1024 * 1024 + 1)
    done = run("import", "nl", "fiche")
    assert done.code == USAGE
    assert "16" in done.err


def test_what_the_environment_says(run: Run, tmp_path: Path) -> None:
    done = run("import", "etalab", SAMPLES / "etalab.csv", env={"CMIAN_ROW": "2", "CMIAN_IMPORT_OUTPUT": "b.yaml"})
    assert (done.code, done.out) == (OK, "")
    assert "Tirage" in (tmp_path / "b.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["import", "export"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_help(run: Run, command: str, lang: str) -> None:
    done = run(command, "--help", "--lang", lang)
    assert done.code == OK
    for words in ("etalab", "eurocities", "nl", "--output", "--force", "FORMAT"):
        assert words in done.out
    assert command in run("--help", "--lang", lang).out
