"""SARIF: the rules in two languages, and the acts that they encode."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import TYPE_CHECKING

import yaml

from cmian_policy.engine.evaluate import BUILTIN
from tests.reporters.sarif_log import of, plain, rule_of, rules, run_of
from tests.runner import CHATBOT, ON, ROOT, named

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reporters.sarif_log import Data
    from tests.runner import Check, Run


def both_languages(check: Check) -> tuple[Data, Data]:
    """The same run in French and in English."""
    french, english = (run_of(check(CHATBOT, "-f", "sarif", "--lang", lang).out) for lang in ("fr", "en"))
    return french, english


def test_every_rule_of_the_releases_and_the_built_in_ones_are_listed(check: Check) -> None:
    report, only = check(CHATBOT).report, run_of(check(CHATBOT, "-f", "sarif").out)
    evaluated = [finding["rule"] for finding in report["manifests"][0]["findings"]]
    assert sorted(each["id"] for each in only["tool"]["driver"]["rules"]) == sorted(evaluated)
    assert [each["id"] for each in only["tool"]["driver"]["rules"]][:3] == list(BUILTIN)
    for each in only["tool"]["driver"]["rules"]:
        assert each["helpUri"] == f"https://cmian-policy.example/rules/{each['id']}"
        for part in ("shortDescription", "fullDescription", "help"):
            assert each[part]["text"]
        assert len(each["fullDescription"]["text"]) <= 1024  # as much as GitHub shows
        assert 1 <= len(each["properties"]["tags"]) <= 10
        assert ("basis" in each["properties"]) == (each["id"] not in BUILTIN)


def test_rules_are_listed_though_nothing_was_checked(run: Run) -> None:
    only = run_of(run("check", "--as-of", ON, "-f", "sarif").out)
    assert {"manifest-syntax", "CMIAN-T01", "LAW-T03"} <= set(rules(only))


def test_what_is_said_of_a_rule(check: Check) -> None:
    finding = check(CHATBOT).finding("CMIAN-T01")
    found = rules(run_of(check(CHATBOT, "-f", "sarif").out))["CMIAN-T01"]
    assert found["shortDescription"] == {"text": finding["title"]}
    assert found["properties"] == {
        "basis": "deliberation",
        "pack": "cmian",
        "releases": ["2026.1"],
        "version": 1,
        "level": "blocking",
        "tags": ["cmian", "deliberation"],
    }
    for form in ("text", "markdown"):
        page = plain(found["help"][form]).replace("\\_", "_")
        assert plain(finding["source"]["quote"]) in page
        assert plain(finding["remediation"]) in page
        assert "V2024-420, paragraphe 1" in page
        assert "cmian-policy explain CMIAN-T01" in page
        assert "Encodage non officiel" in page
        assert "Règlement (UE) 2024/1689" in page
        assert "source secondaire" in page
    law = rules(run_of(check(CHATBOT, "-f", "sarif").out))["LAW-T03"]
    assert law["properties"]["basis"] == "law"


def test_the_other_language_is_a_translation(check: Check) -> None:
    french, english = both_languages(check)
    titles = {"fr": "Informer les usagers qu'une IA leur répond", "en": "Tell users that an AI is answering them"}
    for only, own, other in ((french, "fr", "en"), (english, "en", "fr")):
        driver, (translation,) = only["tool"]["driver"], only["translations"]
        assert (only["language"], driver["language"], translation["language"]) == (own, own, other)
        assert rules(only)["CMIAN-T01"]["shortDescription"]["text"] == titles[own]
        translated = {each["id"]: each for each in translation["rules"]}
        assert translated["CMIAN-T01"]["shortDescription"]["text"] == titles[other]
        assert [each["id"] for each in translation["rules"]] == [each["id"] for each in driver["rules"]]
        assert translation["associatedComponent"] == {"name": "cmian-policy", "guid": driver["guid"]}
        assert translation["guid"] == driver["guid"]
        assert translation["semanticVersion"] == driver["semanticVersion"] == driver["version"]
        assert translation["contents"] == ["localizedData"]
        assert translation["translationMetadata"]["name"]
        # §3.19.4: every localizable string, even one that is the same.
        words = {"id", "shortDescription", "fullDescription", "help", "helpUri"}
        assert all(set(each) == words for each in translation["rules"])
        assert {"name", "informationUri", "shortDescription"} <= set(translation)


def test_the_language_changes_words_only(check: Check) -> None:
    french, english = both_languages(check)
    drivers = (
        french["translations"][0]["rules"],
        [
            {
                name: held
                for name, held in each.items()
                if name in {"id", "shortDescription", "fullDescription", "help", "helpUri"}
            }
            for each in english["tool"]["driver"]["rules"]
        ],
    )
    assert drivers[0] == drivers[1]
    for one, other in zip(french["results"], english["results"], strict=True):
        assert {**one, "message": None, "properties": None} == {**other, "message": None, "properties": None}
        assert one["message"] != other["message"]


def test_an_act_is_a_taxonomy_of_its_paragraphs(check: Check) -> None:
    act = yaml.safe_load((ROOT / "policies/cmian/sources/V2024-420.yaml").read_text(encoding="utf-8"))
    only = run_of(check(CHATBOT, "-f", "sarif").out)
    taxonomies = {each["name"]: each for each in only["taxonomies"]}
    assert list(taxonomies) == ["V2024-420", "CRPA", "CE-506370"]
    deliberation = taxonomies["V2024-420"]
    assert deliberation["shortDescription"]["text"] == act["title"]
    assert deliberation["language"] == "fr"
    assert [(each["id"], each["fullDescription"]["text"]) for each in deliberation["taxa"]] == [
        (paragraph["id"], paragraph["text"]) for paragraph in act["paragraphs"]
    ]
    assert deliberation["taxa"][1]["shortDescription"] == {"text": "Transparence et information aux administrés"}
    for name, each in taxonomies.items():
        assert each["guid"] == str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://cmian-policy.example/acts/{name}"))
    assert only["tool"]["driver"]["guid"] == str(uuid.uuid5(uuid.NAMESPACE_URL, "https://cmian-policy.example/"))
    assert only["tool"]["driver"]["supportedTaxonomies"] == [
        {"name": name, "guid": each["guid"]} for name, each in taxonomies.items()
    ]


def test_a_rule_and_its_results_fall_under_the_paragraph_that_it_encodes(check: Check) -> None:
    only = run_of(check(CHATBOT, "-f", "sarif", "-v").out)
    known = {(each["guid"], taxon["id"]) for each in only["taxonomies"] for taxon in each["taxa"]}
    sources = {finding["rule"]: finding["source"] for finding in check(CHATBOT).report["manifests"][0]["findings"]}
    for rule_id, found in rules(only).items():
        source = sources[rule_id]
        targets = [relation["target"] for relation in found.get("relationships", ())]
        assert [(each["toolComponent"]["name"], each["id"]) for each in targets] == (
            [(source["act"], source["paragraph"])] if source else []
        )
        assert all((each["toolComponent"]["guid"], each["id"]) in known for each in targets)
        for result in of(only, rule_id):
            assert result.get("taxa", []) == targets
    assert sources["CMIAN-T01"]["paragraph"] == "1"


def test_two_releases_of_a_pack_share_a_rule_that_did_not_change(run: Run, tmp_path: Path) -> None:
    pin = "policy: [cmian@2025.1]\n"
    for name, text in (("a", named("a", CHATBOT)), ("b", named("b", f"{CHATBOT}{pin}"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(text, encoding="utf-8")
    only = run_of(run("check", "--as-of", ON, "-f", "sarif").out)
    used = [(each["pack"], each["release"]) for each in only["properties"]["policy"]]
    assert ("cmian", "2025.1") in used
    assert ("cmian", "2026.1") in used
    assert rules(only)["CMIAN-T01"]["properties"]["releases"] == ["2025.1", "2026.1"]
    listed = Counter((each["id"], each["properties"]["version"]) for each in only["tool"]["driver"]["rules"])
    assert set(listed.values()) == {1}
    for result in only["results"]:
        assert rule_of(only, result)["properties"]["version"] == result["properties"]["version"]
    assert {result["properties"]["release"] for result in of(only, "CMIAN-T01")} == {"2025.1", "2026.1"}
