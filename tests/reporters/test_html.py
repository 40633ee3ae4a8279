"""The page: all that the JSON report holds, for people; nothing fetched, nothing run but its own script, nothing hostile."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy import Options
from cmian_policy import check as check_here
from cmian_policy.lang import yaml
from cmian_policy.messages.neutral import visible
from cmian_policy.reporters import Style, rendered
from tests.acceptance.test_hostile_text import NASTY, clean, everywhere, quoted
from tests.policy_folder import ERRS, NEVER, rule, write_policy
from tests.reporters.runs import EVERY_UNJUDGED, SCENARIOS, WAIVER, Both, both, unjudged, waived
from tests.runner import (
    CHATBOT,
    EXAMPLES,
    MINIMAL,
    NBSP,
    NON_COMPLIANT,
    OK,
    ON,
    RETIRED,
    ROOT,
    UNREADABLE,
    Check,
    Run,
    edited,
    named,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cmian_policy.model.text import Lang

VOID = {"meta", "br", "img", "input", "link", "hr", "use", "path", "circle"}
# Where the page puts a finding: by verdict, a failing one by level.
GROUPS = {
    "blocking": "fix",
    "advisory": "advice",
    "note": "note",
    "review": "review",
    "error": "error",
    "waived": "waived",
    "pass": "pass",
    "not_applicable": "not_applicable",
}
HEADINGS = {
    "fr": {
        "fix": "À corriger",
        "review": "À faire examiner",
        "error": "Non évalué",
        "advice": "Conseillé",
        "note": "Pour information",
        "waived": "Excusé par une dérogation",
        "pass": "Conforme",
        "not_applicable": "Sans objet",
    },
    "en": {
        "fix": "To correct",
        "review": "To have examined",
        "error": "Not evaluated",
        "advice": "Advised",
        "note": "For information",
        "waived": "Excused by a waiver",
        "pass": "Compliant",
        "not_applicable": "Not applicable",
    },
}


# Nothing here can fetch (img, link, iframe, src, style…), send (form, action, ping) or run (on…) anything.
TAGS = set(
    """
    html head meta title style body a svg symbol circle path use header main nav section article footer div p span b mark
    h1 h2 h3 h4 dl dt dd ul ol li details summary blockquote figure figcaption pre code time fieldset legend label input
    button script
    """.split()  # noqa: SIM905 - thirty quotes more would hide the words
)
ATTRIBUTES = set(
    """
    lang charset http-equiv content name class id href rel aria-hidden aria-labelledby focusable viewbox cx cy r d role
    tabindex hidden type value checked datetime data-rule data-verdict data-level data-count data-action
    data-shown
    """.split()  # noqa: SIM905 - thirty quotes more would hide the words
)


class Element:
    """An element of a page: its tag, its attributes and what it holds."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.held: list[Element | str] = []

    @property
    def raw(self) -> str:
        """Its text as it stands."""
        return "".join(each if isinstance(each, str) else each.raw for each in self.held)

    @property
    def text(self) -> str:
        """Its text with spaces folded as a browser folds them; a no-break space stays."""
        return re.sub(r"[ \n\t]+", " ", self.raw).strip(" ")

    @property
    def classes(self) -> set[str]:
        """Its classes."""
        return set(self.attributes.get("class", "").split())

    def all(self, tag: str | None = None, **attributes: str) -> list[Element]:
        """The elements in it, however deep, with a tag and attributes (``class_`` asks for one class among others)."""
        return [each for each in self.walk() if (tag is None or each.tag == tag) and each.has(**attributes)]

    def one(self, tag: str | None = None, **attributes: str) -> Element:
        """The only such element."""
        (only,) = self.all(tag, **attributes)
        return only

    def has(self, **attributes: str) -> bool:
        """Whether it has these attributes."""
        return all(
            value in self.classes if name == "class_" else self.attributes.get(name.replace("_", "-")) == value
            for name, value in attributes.items()
        )

    def inside(self, class_name: str) -> Element:
        """The nearest element of a class around it."""
        around = self.parent
        while around is not None and class_name not in around.classes:
            around = around.parent
        assert around is not None
        return around

    def walk(self) -> Iterator[Element]:
        """The elements in it, in the order of the page."""
        for each in self.held:
            if isinstance(each, Element):
                yield each
                yield from each.walk()


class Reader(HTMLParser):
    """Builds the tree of a page whose tags all match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.current = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens an element, whose attributes are all different."""
        assert len({name for name, _ in attrs}) == len(attrs), tag
        element = Element(tag, {name: value or "" for name, value in attrs}, self.current)
        self.current.held.append(element)
        if tag not in VOID:
            self.current = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens one that holds nothing."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Closes the element that is open."""
        assert tag == self.current.tag, f"</{tag}> closes <{self.current.tag}>"
        assert self.current.parent is not None
        self.current = self.current.parent

    def handle_data(self, data: str) -> None:
        """Adds text to it."""
        self.current.held.append(data)


def read(out: str) -> Element:
    """A page, read; its tags match, and it ends with a line feed."""
    assert out.startswith("<!DOCTYPE html>\n<html lang=")
    assert out.endswith("</html>\n")
    reader = Reader()
    reader.feed(out)
    reader.close()
    assert reader.current is reader.root
    return reader.root


def page(check: Check, manifest: str | bytes, *options: str | Path) -> Element:
    """The page on one manifest."""
    return read(check(manifest, "-f", "html", *options).out)


def finding(held: Element, rule_id: str) -> Element:
    """The card or row of a rule, on a page with one manifest."""
    return held.one(data_rule=rule_id)


def value(card: Element, label: str) -> Element:
    """What a card says under a label."""
    (row,) = [each for each in card.all("div") if [term.text for term in each.all("dt")] == [label]]
    return row.one("dd")


def folded(text: str) -> str:
    """A text as the page shows it."""
    return re.sub(r"[ \n\t]+", " ", visible(text)).strip(" ")


# What it holds


def agrees(held: Element, played: Both) -> None:
    """Every finding of the JSON report stands once on the page, under its manifest, in its group, with its words and in order."""
    sections = held.all("section", class_="manifest")
    assert len(sections) == len(played.report["manifests"])
    for section, manifest in zip(sections, played.report["manifests"], strict=True):
        assert section.one("h2").text == folded(manifest["project"] or manifest["path"])
        assert manifest["path"] in section.all("p", class_="about")[0].text
        shown = [each for each in section.all() if "data-rule" in each.attributes]
        assert len(shown) == len(manifest["findings"])
        for group in section.all("section", class_="group"):
            rules = [each.attributes["data-rule"] for each in group.all() if "data-rule" in each.attributes]
            expected = [each["rule"] for each in manifest["findings"] if where(each) in group.classes]
            if "error" not in group.classes:  # what really failed stands before what that kept from running
                assert rules == expected
            assert sorted(rules) == sorted(expected)
            assert group.one("h3").text == f"{HEADINGS[played.report['lang']][where_of(group)]} {len(expected)}"
        for wanted in manifest["findings"]:
            says(section.one(data_rule=wanted["rule"]), wanted)


def where(wanted: dict[str, Any]) -> str:
    """The group of a finding."""
    return GROUPS[wanted["level"] if wanted["verdict"] == "fail" else wanted["verdict"]]


def where_of(group: Element) -> str:
    """The name of a group."""
    (name,) = group.classes - {"group"}
    return name


def says(shown: Element, wanted: dict[str, Any]) -> None:
    """A finding says all that the JSON report says of it."""
    text = shown.text
    assert (shown.attributes["data-verdict"], shown.attributes["data-level"]) == (wanted["verdict"], wanted["level"])
    assert where(wanted) in shown.inside("group").classes
    assert folded(wanted["title"]) in text
    assert wanted["rule"] in text
    assert wanted["fingerprint"] in text
    if wanted["reason"] is not None:
        assert folded(wanted["reason"])[1:] in text
    if wanted["level_reason"] is not None:
        assert folded(wanted["level_reason"]) in text
    for observation in wanted["observations"]:
        assert folded(observation["message"]) in text
    if wanted["verdict"] in {"fail", "review", "waived"}:
        assert folded(wanted["remediation"])[1:] in text
    if shown.tag == "article" and wanted["source"] is not None:
        assert folded(wanted["source"]["quote"]) in text
    if shown.tag == "article":
        for reference in wanted["references"]:
            assert folded(f"{reference['title']}, {reference['article']}") in text
    else:
        assert wanted["verdict"] in {"pass", "not_applicable", "error"}


def whole(held: Element) -> None:
    """Only known tags and attributes, links that lead somewhere, ids of their own, headings that descend one level at a time."""
    ids = [each.attributes["id"] for each in held.all() if "id" in each.attributes]
    assert len(set(ids)) == len(ids)
    assert {each.tag for each in held.all()} <= TAGS
    assert (len(held.all("style")), len(held.all("script"))) == (1, 1)
    for each in held.all():
        for name, text in each.attributes.items():
            assert name in ATTRIBUTES
            if name == "href":
                assert text.removeprefix("#") in ids if text.startswith("#") else text.startswith("https://")
                assert text.startswith("#") or each.attributes["rel"] == "noreferrer"
            if name == "aria-labelledby":
                assert text in ids
    levels = [int(each.tag[1]) for each in held.all() if re.fullmatch("h[1-6]", each.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


OUTCOMES = {
    "fr": {"compliant": "Conforme", "non_compliant": "Non conforme", "review": "À examiner", "not_applicable": "Sans objet"},
    "en": {
        "compliant": "Compliant",
        "non_compliant": "Not compliant",
        "review": "To be examined",
        "not_applicable": "Not applicable",
    },
}


PLURALS = {
    "fr": {"non_compliant": "non conformes", "review": "à examiner", "compliant": "conformes"},
    "en": {"non_compliant": "not compliant", "review": "to be examined", "compliant": "compliant"},
}


@SCENARIOS
def test_every_finding_of_an_example_is_on_its_page(run: Run, tmp_path: Path, name: str) -> None:
    scenario: Any = yaml.read((EXAMPLES / name / "scenario.yaml").read_bytes(), name).data
    played = both(run, tmp_path, "html", *scenario["command"][1:], cwd=ROOT)
    assert played.done.code == scenario["exit_code"]
    held = read(played.done.out)
    whole(held)
    agrees(held, played)
    outcome = held.one("header").one("h1").text
    assert outcome == OUTCOMES["fr"][played.report["verdict"]]
    assert held.one("title").text.startswith(outcome)
    assert [folded(note["message"])[1:] for note in played.report["notes"]] == notes(held)


def notes(held: Element) -> list[str]:
    """The notes of a page but for their first letter, which may have become a capital."""
    return [each.text[1:] for box in held.one("header").all("div", class_="notes") for each in box.all("li")]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_example_in_one_run(run: Run, tmp_path: Path, lang: str) -> None:
    played = both(run, tmp_path, "html", "examples", "--as-of", ON, "--lang", lang, cwd=ROOT)
    assert played.done.code == NON_COMPLIANT
    held = read(played.done.out)
    assert held.one("html").attributes["lang"] == lang
    whole(held)
    agrees(held, played)
    manifests = played.report["manifests"]
    listed = held.one("nav").all("li")
    assert [each.all("a")[0].text for each in listed] == [each["project"] or each["path"] for each in manifests]
    badges = [each.one("span", class_="badge").text for each in listed]
    assert badges == [OUTCOMES[lang][each["verdict"]] for each in manifests]
    for each, section in zip(listed, held.all("section", class_="manifest"), strict=True):
        assert each.all("a")[0].attributes["href"] == f"#{section.attributes['id']}"
    lead = held.one("header").all("p", class_="lead")[0].text
    said = [f"{sum(each['verdict'] == outcome for each in manifests)} {words}" for outcome, words in PLURALS[lang].items()]
    checked = {"fr": f"manifestes contrôlés{NBSP}", "en": "manifests checked"}[lang]
    assert lead == f"{len(manifests)} {checked}: {', '.join(said)}."
    boxes = {each.attributes["value"]: int(each.attributes["data-count"]) for each in held.one("fieldset").all("input")}
    findings = [each for manifest in manifests for each in manifest["findings"]]
    assert boxes == {name: sum(where(each) == name for each in findings) for name in boxes}
    assert sum(boxes.values()) == len(findings)


def test_a_waived_failure_shows_its_act(tmp_path: Path) -> None:
    held = read(rendered("html", waived(tmp_path, waiver=WAIVER._replace(exception="article 12")), Style()))
    whole(held)
    card = finding(held, "CMIAN-T01")
    assert "waived" in card.inside("group").classes
    assert card.one("span", class_="badge").text == "Dérogation"
    excuse = value(card, "Dérogation").text
    for part in (WAIVER.act, WAIVER.ref, WAIVER.reason, "conseil municipal", "article 12"):
        assert part in excuse
    assert [each.attributes["datetime"] for each in value(card, "Dérogation").all("time")] == ["2026-10-01", "2027-09-30"]
    assert f"1er{NBSP}octobre 2026 au 30{NBSP}septembre 2027" in excuse
    assert "1 manquement est excusé par une dérogation." in held.one("header").text


def test_what_was_found_and_where(check: Check) -> None:
    manifest = edited(CHATBOT, ("used: false", "used: oui"), ("goal: Essayer l'outil.", "goal: |\n    un\n    deux\n  but: x"))
    held = page(check, manifest)
    card = finding(held, "manifest-schema")
    figures = card.all("figure")
    lines = manifest.split("\n")
    for figure in figures:
        number = int(figure.all("span", class_="number")[0].text)
        shown = figure.all("span", class_="text")[0]
        assert shown.raw == lines[number - 1]
        assert figure.one("figcaption").text.startswith(f"ligne {number} · ")
    marks = {figure.all("code")[0].text: figure.all("mark")[0].raw for figure in figures}
    assert marks == {"video.used": "oui", "purpose.but": "but"}
    assert "vouliez-vous" in value(card, "Constat").text or "n'existe pas ici" in value(card, "Constat").text


def test_a_span_of_several_lines_shows_them(check: Check, tmp_path: Path) -> None:
    require = {"id": "seul", "cel": NEVER, "at": "/project/summary", "message": {"fr": "trop long", "en": "too long"}}
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER, require=[require]))
    for count, more in ((3, False), (9, True)):
        block = "".join(f"\n    ligne {number} du résumé" for number in range(count))
        held = page(check, edited(MINIMAL, ("summary: Un projet fictif.", f"summary: >-{block}")), "--policy-dir", folder)
        marked = [each.raw for each in finding(held, "ESSAI-X01").one("pre").all("mark")]
        assert [each for each in marked if each.startswith("ligne ")][:2] == ["ligne 0 du résumé", "ligne 1 du résumé"]
        assert finding(held, "ESSAI-X01").one("pre").text.endswith("…") is more


ACT: Any = yaml.read((ROOT / "policies/cmian/sources/V2024-420.yaml").read_bytes(), "V2024-420").data
PARAGRAPHS = {each["id"]: each for each in ACT["paragraphs"]}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_quote_is_marked_in_the_whole_paragraph(check: Check, lang: str) -> None:
    """Words of the act stay French, and say so, on a page in English."""
    wanted = check(CHATBOT).finding("CMIAN-T01")["source"]
    paragraph = PARAGRAPHS[wanted["paragraph"]]
    card = finding(page(check, CHATBOT, "--lang", lang), "CMIAN-T01")
    shown = card.one("p", class_="paragraph")
    assert shown.text == paragraph["text"]
    assert shown.one("mark").text == wanted["quote"]
    assert shown.parent is not None
    assert shown.parent.tag == "details"
    quote = card.one("blockquote")
    assert quote.text == {"fr": f"«{NBSP}{wanted['quote']}{NBSP}»", "en": f"“{wanted['quote']}”"}[lang]
    assert card.one("p", class_="cite").text.endswith(f"1, {paragraph['title']}")
    for french in (quote, shown, card.one("p", class_="cite"), card.one("ul", class_="laws").all("span")[0]):
        assert french.attributes.get("lang") == (None if lang == "fr" else "fr")


def test_the_basis_is_in_words(check: Check) -> None:
    held = page(check, CHATBOT)
    for rule_id, words in (
        ("CMIAN-T01", "Le devoir est écrit dans la délibération V2024-420."),
        ("CMIAN-I01", "La règle interprète la délibération V2024-420"),
        ("LAW-T03", "Le devoir vient du droit français ou européen"),
    ):
        assert value(finding(held, rule_id), "Fondement").text.startswith(words)
    assert "règle de l'outil lui-même" in finding(held, "manifest-syntax").text


def test_a_row_leads_to_the_grounds_of_its_rule(check: Check) -> None:
    held = page(check, MINIMAL)
    row = finding(held, "CMIAN-E01")
    assert row.tag == "li"
    entry = held.one(id=row.all("a")[0].attributes["href"].removeprefix("#"))
    assert entry.one("summary").text.startswith("CMIAN-E01 ")
    assert check(MINIMAL).finding("CMIAN-E01")["source"]["quote"] in entry.one("blockquote").text
    assert value(entry, "Qui peut y déroger").text == "Le conseil municipal de la Ville de Montpellier, par délibération"
    cited = held.one(id=entry.one("p", class_="cite").one("a").attributes["href"].removeprefix("#"))
    assert cited.one("p", class_="paragraph").text == PARAGRAPHS["2"]["text"]


def test_law_comes_with_its_certainty_its_dates_and_its_page(check: Check, tmp_path: Path) -> None:
    about = {"article": "12", "checked_on": "2026-11-23"}
    references = [
        {"title": "Loi lue", "certainty": "primary", "url": "https://example.org/loi?a=1&b=2", **about},
        {"title": "Loi à venir", "certainty": "unverified", "applies_from": "2027-12-01", **about},
        {"title": "Loi non chiffrée", "certainty": "official", "url": "http://example.org/loi", **about},
    ]
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER, references=references))
    first, second, third = finding(page(check, MINIMAL, "--policy-dir", folder), "ESSAI-X01").one("ul", class_="laws").all("li")
    assert first.text == f"Loi lue, 12 Certitude{NBSP}: texte lu · état au 23{NBSP}novembre 2026 · example.org"
    assert first.one("a").attributes == {"href": "https://example.org/loi?a=1&b=2", "rel": "noreferrer"}
    assert f"applicable à partir du 1er{NBSP}décembre 2027" in second.text
    assert "texte non lu" in second.text
    assert third.all("a") == []
    assert "http://example.org/loi" in third.text


def test_a_level_says_why_and_what_is_to_come(check: Check, tmp_path: Path) -> None:
    level = {"default": "advisory", "schedule": [{"from": "2027-12-02", "level": "blocking"}]}
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER, level=level))
    to_come = value(finding(page(check, MINIMAL, "--policy-dir", folder), "ESSAI-X01"), "Niveau").all("p")
    assert [each.text for each in to_come] == ["conseil", f"À venir{NBSP}: bloquant à partir du 2{NBSP}décembre 2027"]
    planned = page(check, edited(CHATBOT, ("status: operational", "status: planned")))
    lowered = value(finding(planned, "CMIAN-T01"), "Niveau").text
    assert lowered == "note (le projet est prévu)"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_facts_are_in_words(check: Check, lang: str) -> None:
    """As the pack titles them, each with yes or no; packs that derived the same share one list."""
    facts: Any = yaml.read((ROOT / "policies/cmian/facts/v1.yaml").read_bytes(), "facts").data
    titles = {fact["name"]: fact["title"][lang] for fact in facts["facts"]}
    derived = check(CHATBOT).report["manifests"][0]["facts"]["cmian"]
    words = {True: {"fr": "Oui", "en": "Yes"}[lang], False: {"fr": "Non", "en": "No"}[lang]}
    deduced = page(check, CHATBOT, "--lang", lang).one("details", class_="deduced")
    first = deduced.all("ul")[0]
    assert [each.text for each in first.all("li")] == [f"{words[holds]} {titles[name]}" for name, holds in derived.items()]
    assert deduced.all("h3")[0].text.startswith("cmian")


def test_excluded_paths_are_listed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    played = both(run, tmp_path, "html", "--as-of", ON)
    assert played.report["excluded"]
    listed = [each.text for each in read(played.done.out).one("footer").one("ul", class_="excluded").all("li")]
    assert [each.split(" · ")[0] for each in listed] == [each["path"] for each in played.report["excluded"]]
    assert "jamais parcouru" in listed[0]


def test_a_partial_or_draft_report_says_so_first(check: Check, tmp_path: Path) -> None:
    partial = page(check, CHATBOT, "--select", "CMIAN-T01").one("header").one("p", class_="partial").text
    assert partial.startswith(f"Rapport partiel{NBSP}: ")
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER), published=False)
    draft = page(check, MINIMAL, "--policy-dir", folder, "--policy", "essai@2025.1").one("header")
    assert "essai@2025.1 est un brouillon" in draft.one("div", class_="notes").text
    assert "brouillon" in value(draft, "Règles").text
    assert page(check, CHATBOT).one("header").all("p", class_="partial") == []


@pytest.mark.parametrize(("lang", "words"), [("fr", "Encodage non officiel"), ("en", "Non-official")])
def test_it_says_that_it_is_not_official_what_was_checked_and_when(check: Check, lang: str, words: str) -> None:
    head = page(check, CHATBOT, "--lang", lang).one("header")
    notice = head.one("details", class_="disclaimer")
    assert notice.one("summary").text.startswith(words)
    assert [each.text.startswith(words) for each in notice.all("p")] == [True, True]  # one for each pack
    assert ON in {each.attributes["datetime"] for each in head.all("time")}
    for part in ("ai-manifest.yaml", "cmian 2026.1", "fr-eu-law 2026.1", "25", "18"):
        assert part in head.text


def test_what_others_need_to_check_it_again(check: Check, tmp_path: Path) -> None:
    report = check(CHATBOT).report
    proof = page(check, CHATBOT).one("footer").text
    for used in report["policy"]:
        assert used["sha256"] in proof
        assert f"Règles {used['pack']}, version {used['release']}" in proof
    assert report["manifests"][0]["sha256"] in proof
    assert f"cmian-policy {report['tool']['version']}" in proof
    here = check_here([tmp_path], on=date.fromisoformat(ON), here=tmp_path)
    signed = here._replace(
        policy=tuple(
            used._replace(commit="0123abc", signed=True, source="https://example.org/regles.git") for used in here.policy
        ),
        register=here.register._replace(configured=True, id="registre-fictif", sha256="f00d", commit="4567def", signed=False),
    )
    shown = read(rendered("html", signed, Style()))
    whole(shown)
    for part in ("0123abc", "https://example.org/regles.git", "vérifiée", "registre-fictif", "f00d", "4567def", "non vérifiée"):
        assert part in shown.one("footer").text
    assert "registre-fictif" in value(shown.one("header"), "Registre du comité").text


# Runs without a verdict, and exit codes


@EVERY_UNJUDGED
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_run_without_a_verdict_says_so_in_its_first_words(run: Run, tmp_path: Path, which: str, lang: str) -> None:
    played = unjudged(run, tmp_path, which, "html", "--lang", lang)
    held = read(played.done.out)
    whole(held)
    agrees(held, played)
    head = held.one("header")
    first = {"fr": "Rien n'a été jugé", "en": "Nothing was judged"}
    if which == "a rule that errs":
        first = {"fr": "Pas de verdict", "en": "No verdict"}
    assert head.text.startswith(first[lang])
    assert held.one("title").text.startswith(first[lang])
    assert notes(held) == [folded(note["message"])[1:] for note in played.report["notes"]]


@pytest.mark.parametrize("manifest", [MINIMAL, CHATBOT, RETIRED, UNREADABLE, "a: 1\n"])
def test_the_exit_code_is_that_of_every_format(check: Check, manifest: str) -> None:
    shown, data = check(manifest, "-f", "html"), check(manifest)
    assert (shown.code, shown.err) == (data.code, data.err)
    whole(read(shown.out))


def test_the_verdict_in_one_sentence(check: Check, tmp_path: Path) -> None:
    def lead(manifest: str, *options: str | Path) -> str:
        return page(check, manifest, *options).one("header").all("p", class_="lead")[0].text

    subject = f"Le projet «{NBSP}essai{NBSP}»"
    assert lead(MINIMAL) == f"{subject} est conforme aux règles contrôlées."
    assert lead(CHATBOT).startswith(f"{subject} n'est pas conforme aux règles contrôlées{NBSP}: ")
    assert lead(UNREADABLE).startswith(f"Le manifeste «{NBSP}ai-manifest.yaml{NBSP}» n'est pas conforme")
    assert lead(MINIMAL, "--lang", "en") == "The project “essai” complies with the rules that were checked."
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", ERRS))
    assert lead(MINIMAL, "--policy-dir", folder) == f"{subject} n'a pas pu être jugé{NBSP}: 1 règle n'a pas pu être évaluée."


# What it must not do


def test_only_its_own_style_and_script_may_act(check: Check) -> None:
    held = page(check, CHATBOT)
    (policy,) = [
        each.attributes["content"] for each in held.all("meta") if each.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    digests = {
        tag: b64encode(sha256(held.one(tag).raw.encode()).digest()).decode()
        for tag in ("style", "script")  # exactly one of each
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests['style']}'; script-src 'sha256-{digests['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head = [each.tag for each in held.one("head").all()]
    assert head.index("meta") < head.index("style")  # the policy holds before there is anything to allow


def test_neither_style_nor_script_names_an_address_or_code_of_its_own_making(check: Check) -> None:
    held = page(check, CHATBOT)
    for tag in ("style", "script"):
        source = held.one(tag).raw
        for means in ("http", "//cdn", "url(", "@import", "eval(", "innerHTML", "document.write", "fetch(", "XMLHttpRequest"):
            assert means not in source


@pytest.mark.parametrize("nasty", NASTY)
def test_hostile_text_is_shown_and_does_nothing(check: Check, nasty: str) -> None:
    done = check(everywhere(quoted(NASTY[nasty])), "-f", "html")
    assert (done.code, done.err) == (NON_COMPLIANT, "")
    clean(done.out)
    whole(read(done.out))


MARKUP = [
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "\"><img src=x onerror=alert(1)><a href='",
    "' onmouseover='alert(1)",
    "<!-- ",
    "<![CDATA[",
    "&lt;b&gt;&amp;amp;",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}{# x #}",
]


@pytest.mark.parametrize("nasty", MARKUP)
def test_markup_in_a_manifest_leaves_no_tag_and_no_attribute(check: Check, nasty: str) -> None:
    hostile = page(check, everywhere(quoted(nasty)))
    whole(hostile)
    assert nasty in finding(hostile, "manifest-schema").text
    assert "49" not in {each.text for each in hostile.all()}


def test_an_address_in_a_manifest_is_no_link(check: Check) -> None:
    address = "https://example.org/piege"
    manifest = edited(CHATBOT, ("domain: internal_admin", f"domain: {address}"))
    held = page(check, manifest)
    assert address in held.text
    assert [each for each in held.all("a") if address in each.attributes["href"]] == []


def test_a_path_is_hostile_too(run: Run, tmp_path: Path) -> None:
    name = "a\u202e<b onclick=x>"
    (tmp_path / name).mkdir()
    (tmp_path / name / "ai-manifest.yaml").write_text(UNREADABLE, encoding="utf-8")
    done = run("check", "--as-of", ON, "-f", "html")
    clean(done.out)
    whole(read(done.out))
    assert "a\\u202e<b onclick=x>/ai-manifest.yaml" in read(done.out).one("h1").parent.text  # type: ignore[union-attr]


# Twice the same, and never too much


def test_two_runs_give_the_same_bytes(run: Run) -> None:
    once, again = (run("check", "examples", "--as-of", ON, "-f", "html", cwd=ROOT) for _ in range(2))
    assert once == again


def test_a_fleet_takes_no_more_room_than_its_json(run: Run, tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"p{number}").mkdir()
        (tmp_path / f"p{number}" / "ai-manifest.yaml").write_text(named(f"projet-{number}", CHATBOT), encoding="utf-8")
    page_of, data = (run("check", "--as-of", ON, "-f", form) for form in ("html", "json"))
    assert (page_of.code, data.code) == (NON_COMPLIANT, NON_COMPLIANT)
    assert len(page_of.out) < len(data.out)
    whole(read(page_of.out))


def test_a_thousand_places_in_one_finding(check: Check) -> None:
    # Past the first thousand violations one more, on the whole file, says that there are others.
    manifest = MINIMAL + "".join(f"inconnu{number}: {'x' * 300}\n" for number in range(2000))
    done = check(manifest, "-f", "html")
    assert done.code == NON_COMPLIANT
    held = read(done.out)
    assert len(finding(held, "manifest-schema").all("figure")) == 1000
    assert len(done.out) < 3 * len(manifest.encode()) + 500_000


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_python_interface_renders_the_same_page(check: Check, tmp_path: Path, lang: Lang) -> None:
    out = check(CHATBOT, "-f", "html", "--lang", lang).out
    report = check_here([tmp_path], on=date.fromisoformat(ON), options=Options(lang), here=tmp_path)
    assert rendered("html", report, Style()) == out
    assert rendered("html", report, Style(verbosity=-1, colour=True)) == out


def test_it_is_written_to_a_file_too(check: Check, tmp_path: Path) -> None:
    done = check(MINIMAL, "-o", f"html={tmp_path / 'rapport.html'}")
    assert done.code == OK
    assert (tmp_path / "rapport.html").read_text(encoding="utf-8") == check(MINIMAL, "-f", "html").out
