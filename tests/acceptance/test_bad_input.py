"""Manifests that cannot be read or do not follow the schema: one clear French message with its place, and never a skip."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.runner import CHATBOT, MINIMAL, NBSP, NON_COMPLIANT, OK, ON, Check, Done, Run, edited, named

if TYPE_CHECKING:
    from pathlib import Path

SYNTAX, SCHEMA = "manifest-syntax", "manifest-schema"


def refused(done: Done, rule: str, place: tuple[int, int], *words: str) -> None:
    """Asserts that exactly one observation of a built-in rule refuses the manifest, there and in these words."""
    assert (done.code, done.err) == (NON_COMPLIANT, "")
    assert done.finding(rule)["verdict"] == "fail"
    assert done.finding(rule)["level"] == "blocking"
    assert done.places(rule) == [place], done.messages(rule)
    told = done.messages(rule)[0]
    for word in words:
        assert word in told
    after = {SYNTAX: (SCHEMA, "policy-pin", "CMIAN-T01"), SCHEMA: ("CMIAN-T01",)}[rule]
    assert {done.finding(each)["verdict"] for each in after} == {"error"}


def line_of(text: str, part: str) -> int:
    """The number of the first line that holds ``part``."""
    return text[: text.index(part)].count("\n") + 1


def test_a_duplicate_key_is_named_with_both_lines(check: Check) -> None:
    text = f"{MINIMAL}people:\n  interaction: direct\n"
    line = text.count("\n") - 1
    refused(check(text), SYNTAX, (line, 1), "people", f"ligne {line_of(text, 'people:')}")


def test_a_nested_duplicate_key_is_found(check: Check) -> None:
    text = edited(MINIMAL, ("  impact: none\n", "  impact: high\n  impact: none\n"))
    refused(check(text), SYNTAX, (line_of(text, "impact: none"), 3), "impact")


@pytest.mark.parametrize("word", ["oui", "non", "yes", "no", "on", "off", '"false"'])
def test_a_word_for_a_boolean_is_explained(check: Check, word: str) -> None:
    text = edited(MINIMAL, ("used: false", f"used: {word}"))
    wanted = "true" if word in {"oui", "yes", "on"} else "false"
    refused(check(text), SCHEMA, (line_of(text, "used:"), 9), word.strip('"'), "texte", wanted)


@pytest.mark.parametrize("word", ["True", "TRUE", "true"])
def test_the_booleans_of_yaml_1_2_are_read(check: Check, word: str) -> None:
    text = edited(MINIMAL, ("individual_administrative: false", f"individual_administrative: {word}"))
    assert check(text).finding(SCHEMA)["verdict"] == "pass"


def test_an_unknown_key_gets_a_did_you_mean(check: Check) -> None:
    text = edited(MINIMAL, ("  summary: Un projet fictif.\n", "  summary: Un projet fictif.\n  star_date: 2026-01\n"))
    refused(check(text), SCHEMA, (line_of(text, "star_date"), 3), "star_date", "start_date", "vouliez-vous")


def test_an_unknown_section_gets_a_did_you_mean(check: Check) -> None:
    text = f"{MINIMAL}transparancy: {{}}\n"
    refused(check(text), SCHEMA, (text.count("\n"), 1), "transparancy", "transparency", "vouliez-vous")


def test_an_unknown_key_without_a_near_one_is_refused_too(check: Check) -> None:
    text = f"{MINIMAL}zzzzzzzz: 1\n"
    refused(check(text), SCHEMA, (text.count("\n"), 1), "zzzzzzzz", "x-")


def test_free_keys_are_free(check: Check) -> None:
    text = edited(MINIMAL, ("  id: essai", "  x-interne: {a: [1, null, oui]}\n  id: essai"))
    assert check(f'$schema: "https://example.org/s.json"\nx-note: oui\n{text}').code == OK


def test_an_unknown_value_gets_a_did_you_mean_on_the_value(check: Check) -> None:
    text = edited(MINIMAL, ("status: operational", "status: opérationnel"))
    refused(check(text), SCHEMA, (line_of(text, "status:"), 11), "opérationnel", "operational")


def test_an_absent_key_stands_on_the_key_of_its_parent(check: Check) -> None:
    text = edited(MINIMAL, ("  goal: Essayer l'outil.\n", ""))
    done = check(text)
    refused(done, SCHEMA, (line_of(text, "purpose:"), 1), "goal")
    assert done.finding(SCHEMA)["observations"][0]["pointer"] == "/purpose/goal"


def test_an_absent_section_stands_at_1_1(check: Check) -> None:
    done = check(edited(MINIMAL, ("video:\n  used: false\n", "")))
    refused(done, SCHEMA, (1, 1), "video")
    assert done.finding(SCHEMA)["observations"][0]["pointer"] == "/video"


def test_every_violation_is_told_in_one_pass(check: Check) -> None:
    text = edited(MINIMAL, ("minors: none", "minors: aucun"), ("impact: none", "impact: nul"), ("  goal: Essayer l'outil.\n", ""))
    done = check(text)
    assert done.code == NON_COMPLIANT
    assert {observation["pointer"] for observation in done.finding(SCHEMA)["observations"]} == {
        "/people/minors",
        "/people/impact",
        "/purpose/goal",
    }


def test_a_null_has_its_own_message(check: Check) -> None:
    text = edited(MINIMAL, ("goal: Essayer l'outil.", "goal:"))
    refused(check(text), SCHEMA, (line_of(text, "goal:"), check(text).places(SCHEMA)[0][1]), "null")


@pytest.mark.parametrize("day", ["2026-02-30", "23/11/2026", "2026-13-01", "demain"])
def test_a_date_that_does_not_exist(check: Check, day: str) -> None:
    text = f"{MINIMAL}review:\n  next_review: {day}\n"
    refused(check(text), SCHEMA, (text.count("\n"), 16), day)


def test_blank_text_is_refused(check: Check) -> None:
    text = edited(MINIMAL, ("goal: Essayer l'outil.", 'goal: " \\u00a0\\u200b "'))
    refused(check(text), SCHEMA, (line_of(text, "goal:"), 9))


def test_a_foreign_file_gives_one_observation_at_1_1(check: Check) -> None:
    refused(check("name: autre\nplugins:\n  - id: a\n  - id: b\n"), SCHEMA, (1, 1), "pas un manifeste", "schema_version")


@pytest.mark.parametrize("text", ["- a\n- b\n", "bonjour\n", "42\n", "null\n", '""\n'])
def test_a_file_that_is_no_mapping_gives_one_observation(check: Check, text: str) -> None:
    done = check(text)
    assert done.code == NON_COMPLIANT
    assert [finding["verdict"] for finding in (done.finding(SYNTAX), done.finding(SCHEMA))].count("fail") == 1


@pytest.mark.parametrize("raw", [b"", b"\n", b"# rien\n", b"   \n\n", b"\xef\xbb\xbf", b"---\n", b"---\n...\n"])
def test_an_empty_file_is_never_skipped(check: Check, raw: bytes) -> None:
    refused(check(raw), SYNTAX, (1, 1), "vide")


@pytest.mark.parametrize("raw", [bytes(range(256)), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"schema_version: \0\n"])
def test_a_binary_file_is_refused(check: Check, raw: bytes) -> None:
    done = check(raw)
    assert done.code == NON_COMPLIANT
    assert done.finding(SYNTAX)["verdict"] == "fail"
    assert len(done.messages(SYNTAX)) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_unicode_encoding_is_named(check: Check, encoding: str) -> None:
    done = check(MINIMAL.encode(encoding))
    refused(done, SYNTAX, (1, 1), "UTF-8")


def test_latin_1_is_refused_where_it_breaks(check: Check) -> None:
    text = edited(MINIMAL, ("Direction fictive", "Direction de l'été"))
    done = check(text.encode("latin-1"))
    refused(done, SYNTAX, (line_of(text, "l'été"), 30), "UTF-8")


def test_a_byte_order_mark_and_crlf_are_fine(check: Check) -> None:
    assert check(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode()).code == OK


def test_a_file_over_one_mebibyte_is_refused(check: Check) -> None:
    comment = f"# {'x' * 98}\n" * (1024 * 1024 // 101 + 1)
    refused(check(comment + MINIMAL), SYNTAX, (1, 1), "gros")


def test_a_file_of_exactly_one_mebibyte_is_read(check: Check) -> None:
    padding = 1024 * 1024 - len(MINIMAL.encode()) - 2
    assert check(f"{MINIMAL}#{'x' * padding}\n").code == OK


def test_an_alias_bomb_is_refused(check: Check) -> None:
    levels = [f"x-l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 10)]
    done = check(f"x-l0: &l0 [a, a, a]\n{''.join(levels)}{MINIMAL}")
    assert done.code == NON_COMPLIANT
    assert "alias" in done.messages(SYNTAX)[0]
    assert len(done.messages(SYNTAX)) == 1


def test_a_cyclic_alias_is_refused(check: Check) -> None:
    done = check(f"x-a: &a [*a]\n{MINIMAL}")
    refused(done, SYNTAX, (1, 10), "alias")


def test_an_alias_is_read(check: Check) -> None:
    text = edited(MINIMAL, ("name: Projet d'essai", "name: &nom Projet d'essai"), ("goal: Essayer l'outil.", "goal: *nom"))
    assert check(text).code == OK


@pytest.mark.parametrize("opened", ["[", "{a: "])
def test_two_hundred_levels_are_refused(check: Check, opened: str) -> None:
    done = check(f"x-a: {opened * 200}1{(']' if opened == '[' else '}') * 200}\n{MINIMAL}")
    assert done.code == NON_COMPLIANT
    assert "64" in done.messages(SYNTAX)[0]
    assert done.places(SYNTAX)[0][0] == 1


def test_a_hundred_thousand_open_brackets_do_not_crash(check: Check) -> None:
    done = check("[" * 100_000)
    assert done.code == NON_COMPLIANT
    assert len(done.messages(SYNTAX)) == 1


def test_a_list_of_1001_items_is_refused(check: Check) -> None:
    done = check(f"{MINIMAL}x-a: [{', '.join(['1'] * 1001)}]\n")
    assert done.code == NON_COMPLIANT
    assert "1" in done.messages(SYNTAX)[0]


def test_tabs_for_indentation_are_named(check: Check) -> None:
    text = edited(MINIMAL, ("  used: false", "\tused: false"))
    refused(check(text), SYNTAX, (line_of(text, "\tused"), 1), "abulation", "espaces")


def test_several_documents_are_refused(check: Check) -> None:
    refused(check(f"{MINIMAL}---\n{MINIMAL}"), SYNTAX, (MINIMAL.count("\n") + 1, 1), "plusieurs documents")


def test_a_merge_key_is_refused(check: Check) -> None:
    text = f"x-a: &a {{b: 1}}\n{MINIMAL}x-c:\n  <<: *a\n"
    refused(check(text), SYNTAX, (text.count("\n"), 3), "fusion")


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [id]", "!secret x", "!!binary aGk="])
def test_a_tag_is_refused(check: Check, tag: str) -> None:
    refused(check(f"x-a: {tag}\n{MINIMAL}"), SYNTAX, (1, 6), "étiquette")


@pytest.mark.parametrize("key", ["1", "true", "null"])
def test_a_key_that_is_no_text_is_refused(check: Check, key: str) -> None:
    refused(check(f"x-a: {{{key}: a}}\n{MINIMAL}"), SYNTAX, (1, 7), key)


@pytest.mark.parametrize("number", ["9007199254740992", "-9007199254740992", ".inf", ".nan"])
def test_a_number_that_json_cannot_hold_is_refused(check: Check, number: str) -> None:
    refused(check(f"x-a: {number}\n{MINIMAL}"), SYNTAX, (1, 6), number)


@pytest.mark.parametrize("char", ["\x85", "\u2028", "\u2029"])
def test_a_raw_line_separator_is_refused(check: Check, char: str) -> None:
    refused(check(f"x-a: a{char}b\n{MINIMAL}"), SYNTAX, (1, 7), f"U+{ord(char):04X}")


@pytest.mark.parametrize("version", ['"1.1"', '"2.0"', '"10.0"'])
def test_a_newer_schema_asks_for_an_update(check: Check, version: str) -> None:
    text = edited(MINIMAL, ('schema_version: "1.0"', f"schema_version: {version}"), ("  goal: Essayer l'outil.\n", ""))
    refused(check(text), SCHEMA, (1, 17), version.strip('"'), "plus récent", "à jour")


@pytest.mark.parametrize("version", ["1.0", "1", '"0.9"', '"v1"'])
def test_a_wrong_schema_version_says_what_to_write(check: Check, version: str) -> None:
    text = edited(MINIMAL, ('schema_version: "1.0"', f"schema_version: {version}"))
    refused(check(text), SCHEMA, (1, 17), '"1.0"')


def test_text_gives_the_place_and_says_what_was_not_evaluated(check: Check) -> None:
    text = edited(MINIMAL, ("used: false", "used: oui"))
    done = check(text, "-f", "text")
    assert f"--> ai-manifest.yaml:{line_of(text, 'used:')}:9" in done.out
    assert done.last.startswith(f"Non conforme{NBSP}:")
    assert "43 non évalués" in done.last  # 25 rules of cmian and 18 of fr-eu-law
    assert done.out.count("bloquant manifest-schema") == 1


def test_a_dangling_link_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").symlink_to("nulle-part.yaml")
    for named_or_searched in ("ai-manifest.yaml", "."):
        done = run("check", named_or_searched, "--as-of", ON, "-f", "json")
        refused(done, SYNTAX, (1, 1), "lien")


def test_a_link_to_a_manifest_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "vrai.yaml").write_text(MINIMAL, encoding="utf-8")
    (tmp_path / "ai-manifest.yaml").symlink_to("vrai.yaml")
    done = run("check", "--as-of", ON, "-f", "json")
    assert (done.code, done.paths()) == (OK, ["ai-manifest.yaml"])


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_refused(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "ai-manifest.yaml"
    target.write_text(MINIMAL, encoding="utf-8")
    target.chmod(0)
    refused(run("check", "--as-of", ON, "-f", "json"), SYNTAX, (1, 1), "droit de lecture")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_named_as_the_manifest_does_not_hang(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ai-manifest.yaml")
    for named_or_searched in ("ai-manifest.yaml", "."):
        refused(run("check", named_or_searched, "--as-of", ON, "-f", "json"), SYNTAX, (1, 1), "fichier ordinaire")


def test_a_folder_named_as_the_manifest_is_refused_and_searched(run: Run, tmp_path: Path) -> None:
    """A manifest that cannot be read is never skipped, and neither is what the folder holds."""
    inside = tmp_path / "ai-manifest.yaml"
    inside.mkdir()
    done = run("check", "--as-of", ON, "-f", "json")
    assert (done.code, done.paths()) == (NON_COMPLIANT, ["ai-manifest.yaml"])
    (inside / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    done = run("check", "--as-of", ON, "-f", "json")
    assert (done.code, done.paths()) == (NON_COMPLIANT, ["ai-manifest.yaml", "ai-manifest.yaml/ai-manifest.yaml"])


def test_both_names_side_by_side_fail_each_naming_the_other(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    (tmp_path / "ai-manifest.yml").write_text(named("autre"), encoding="utf-8")
    done = run("check", "--as-of", ON, "-f", "json")
    assert done.code == NON_COMPLIANT
    for path, other in (("ai-manifest.yaml", "ai-manifest.yml"), ("ai-manifest.yml", "ai-manifest.yaml")):
        found = done.finding(SCHEMA, path)
        assert found["verdict"] == "fail"
        assert other in found["observations"][0]["message"]


def test_both_names_are_seen_even_when_one_alone_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    (tmp_path / "ai-manifest.yml").write_text(named("autre"), encoding="utf-8")
    done = run("check", "ai-manifest.yml", "--as-of", ON, "-f", "json")
    assert (done.code, done.paths()) == (NON_COMPLIANT, ["ai-manifest.yml"])
    assert "ai-manifest.yaml" in done.messages(SCHEMA)[0]


def test_yml_alone_is_accepted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ai-manifest.yml").write_text(MINIMAL, encoding="utf-8")
    assert run("check", "--as-of", ON).code == OK


def test_two_manifests_with_one_project_fail_each_naming_the_other(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    done = run("check", "--as-of", ON, "-f", "json")
    assert done.code == NON_COMPLIANT
    for path, other in (("a/ai-manifest.yaml", "b/ai-manifest.yaml"), ("b/ai-manifest.yaml", "a/ai-manifest.yaml")):
        found = done.finding(SCHEMA, path)
        assert found["verdict"] == "fail"
        assert other in found["observations"][0]["message"]
        assert (found["observations"][0]["line"], found["observations"][0]["column"]) == (3, 7)
    fingerprints = [finding["fingerprint"] for manifest in done.report["manifests"] for finding in manifest["findings"]]
    assert len(fingerprints) == len(set(fingerprints))


def test_an_unreadable_manifest_beside_a_good_one_fails_the_run(run: Run, tmp_path: Path) -> None:
    """Peers.md, silent pass 5."""
    for name, text in (("a", named("a")), ("b", "project: [\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(text, encoding="utf-8")
    done = run("check", "--as-of", ON, "-f", "json")
    assert done.code == NON_COMPLIANT
    assert [manifest["verdict"] for manifest in done.report["manifests"]] == ["compliant", "non_compliant"]
    unread = done.report["manifests"][1]
    assert (unread["project"], unread["facts"]) == (None, {})
