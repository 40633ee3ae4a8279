"""The notice for citizens: what it says, what it does not invent, in Markdown and as a page, whatever the manifest holds."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from cmian_policy.exchange.recording import write_notice
from tests.acceptance.test_hostile_text import NASTY, clean
from tests.exchange.records import ON, Data, example, examples, manifest, read
from tests.reporters.test_summary import MARKUP
from tests.runner import EXAMPLES, MINIMAL, NBSP, OK, Run, edited

if TYPE_CHECKING:
    from cmian_policy.model.text import Lang

FULL = example("affectation-scolaire-complete")
FORMS = ("notice", "notice-html")
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
VOID = {"meta", "br", "hr"}


class Page(HTMLParser):
    """A page as a reader without sight gets it: headings, labels with what stands under them, links, languages."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.headings: list[str] = []
        self.pairs: dict[str, list[str]] = {}
        self.links: list[tuple[str, str]] = []
        self.langs: list[tuple[str, str]] = []
        self.paragraphs: list[str] = []
        self._label = ""
        self._attributes: list[dict[str, str | None]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an element."""
        self.tags.add(tag)
        if tag in {"h1", "h2"}:
            self.headings.append("")
        if tag == "p":
            self.paragraphs.append("")
        if tag not in VOID:
            self.open.append(tag)
            self._attributes.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        """Every element is closed in its order."""
        if tag in VOID:
            return
        assert self.open.pop() == tag
        self._attributes.pop()

    def handle_data(self, data: str) -> None:
        """Files the text under what it stands in."""
        if not data.strip() or not self.open:
            return
        if {"h1", "h2"} & set(self.open):
            self.headings[-1] += data
        if "p" in self.open:
            self.paragraphs[-1] += data
        if "dd" in self.open:
            self.pairs.setdefault(self._label, []).append(data.strip())
        if self.open[-1] == "dt":
            self._label = data
        if self.open[-1] == "a":
            self.links.append((data.strip(), str(self._attributes[-1]["href"])))
        self.langs += [(str(each["lang"]), data.strip()) for each in self._attributes if "lang" in each]


def page(data: Data, lang: Lang = "fr") -> Page:
    """The page of a manifest."""
    return Page(write_notice(manifest(data).data, "notice-html", lang, ON))


def markdown(data: Data, lang: Lang = "fr") -> str:
    """The notice of a manifest as Markdown."""
    return write_notice(manifest(data).data, "notice", lang, ON)


def minimal(*changes: tuple[str, str]) -> Data:
    """The smallest manifest, changed."""
    return read(edited(MINIMAL, *changes))


def shown(text: str) -> Page:
    """Markdown as a browser shows it."""
    return Page(MARKDOWN.render(text))


def test_the_words_of_the_service_come_first() -> None:
    """CMIAN-T01 asks for this very text."""
    text = FULL["transparency"]["disclosure"]["text"]["fr"]
    page_first = page(FULL).paragraphs[1:3]
    assert page_first == ["Ce que le service vous dit", text]
    assert f"> «{NBSP}{text}{NBSP}»\n" in markdown(FULL)


def test_what_a_citizen_needs_is_said() -> None:
    said = page(FULL).pairs
    assert said["Qui intervient"] == [FULL["decision"]["human_review"]["role"]]
    assert said["Intervention d'une personne"] == ["Pour chaque dossier"]
    assert said["Cette personne peut écarter le résultat"] == ["oui"]
    assert said["Contester"] == [FULL["decision"]["appeal"]["channel"]]
    assert said["Comment la joindre"] == [FULL["transparency"]["human_contact"]["channel"]]
    assert said["Administration"] == ["Ville de Montpellier"]
    assert said["Contact"] == ["affectations@example.org"]
    assert said["Données personnelles"] == ["Données identifiantes"]
    assert said["D'où viennent les données"] == [
        "Dossiers d'inscription scolaire (Familles, Formulaire en ligne ou papier)",
        "Capacité des écoles (Ville de Montpellier, Relevé annuel)",
    ]
    assert said["Avis déclaré par le service"] == ["Favorable sous conditions"]
    assert said["Date de l'avis"] == [f"16{NBSP}juin 2025"]
    assert said["Prochaine revue"] == [f"15{NBSP}mars 2027"]


def test_both_forms_say_the_same() -> None:
    for path in examples():
        data = example(path.parent.name)
        told = re.sub(r"\s+", " ", "".join(MarkdownText(markdown(data)).words))
        for label, phrases in page(data).pairs.items():
            assert label in told
            for phrase in phrases:
                assert " ".join(phrase.split()) in told, (path, label)


class MarkdownText(HTMLParser):
    """All the words of some Markdown."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.feed(MARKDOWN.render(text))

    def handle_data(self, data: str) -> None:
        """Keeps them."""
        self.words.append(data)


def test_silence_is_told_and_nothing_is_invented() -> None:
    said = page(minimal()).pairs
    silent = ["Le service ne l'a pas indiqué."]
    for label in (
        "Intervention d'une personne",
        "D'où viennent les données",
        "Comment la joindre",
        "Contester",
        "Saisine du comité",
    ):
        assert said[label] == silent
    assert "Date de l'avis" not in said
    assert page(minimal()).headings[0] == f"Information du public{NBSP}: Projet d'essai"


def test_it_is_a_declaration() -> None:
    for form in FORMS:
        text = write_notice(manifest(FULL).data, form, "fr", ON)
        assert "ni un avis du comité, ni un contrôle" in text
        assert f"23{NBSP}novembre 2026" in text


@pytest.mark.parametrize(
    ("interaction", "words"),
    [("direct", "vous dialoguez avec elle"), ("indirect", "un agent se sert"), ("none", "sans contact avec les usagers")],
)
def test_without_words_of_the_service_one_sentence_says_what_it_declares(run: Run, interaction: str, words: str) -> None:
    text = edited(MINIMAL, ("interaction: none", f"interaction: {interaction}"))
    done = run("export", "notice", "-", stdin=text)
    assert done.code == OK
    assert words in done.out
    assert "CMIAN-T01" in done.err
    assert run("export", "notice", EXAMPLES / "chatbot-demarches").err == ""


def test_in_english_the_words_of_the_service_keep_their_language() -> None:
    english = page(FULL, "en")
    assert english.headings[0].startswith("Information for the public: ")
    mention = FULL["transparency"]["disclosure"]["text"]["en"]
    assert mention in english.paragraphs
    assert ("fr", mention) not in english.langs
    assert ("fr", FULL["purpose"]["goal"]) in english.langs
    assert ("fr", "In each case") not in english.langs
    french_only = {**FULL, "transparency": {"disclosure": {"text": {"fr": "Une IA aide."}}}}
    assert ("fr", "Une IA aide.") in page(french_only, "en").langs
    assert page(FULL).langs.count(("fr", FULL["purpose"]["goal"])) == 1  # that of the page itself


def test_the_page_is_accessible_by_its_structure() -> None:
    """One first heading, no level left out, labels bound to their words, a language, no colour or script needed."""
    text = write_notice(manifest(FULL).data, "notice-html", "fr", ON)
    made = Page(text)
    assert text.startswith('<!DOCTYPE html>\n<html lang="fr">')
    assert len(re.findall("<h1>", text)) == 1
    assert {"header", "main", "footer", "dl"} <= made.tags
    assert not made.tags & {"script", "img", "iframe", "form", "link", "table"}
    assert "default-src 'none'" in unescape(text)


def test_an_address_is_a_link_that_shows_where_it_leads() -> None:
    made = page(FULL)
    assert ("https://education.example.org/affectation/recours",) * 2 in made.links
    assert all(label == address for label, address in made.links)
    channel = {**FULL, "decision": {**FULL["decision"], "appeal": {"channel": "javascript:alert(1)", "url": "http://a b"}}}
    assert not [
        address
        for _, address in page(
            {**channel, "decision": {**channel["decision"], "appeal": {"channel": "javascript:alert(1)"}}}
        ).links
        if "java" in address
    ]
    assert page({**FULL, "data": {**FULL["data"], "retention": "https://a.example sauf le lundi"}}).links == made.links
    assert not re.search(r"\]\(|<https?:", markdown(FULL))


@pytest.mark.parametrize(
    "words", [*NASTY.values(), *MARKUP.values(), "1. un", "# titre", "- tiret", "> citation", "a\n\n# b\n- c"]
)
def test_hostile_words_stay_words(words: str) -> None:
    text = f"mot {words}" if words.isspace() else words
    data = {
        **FULL,
        "project": {**FULL["project"], "name": text[:100], "summary": text[:350]},
        "owner": {**FULL["owner"], "department": text},
        "purpose": {**FULL["purpose"], "goal": text, "legal_bases": [{"text": text}, {"text": text}]},
        "transparency": {"disclosure": {"text": {"fr": text}}, "human_contact": {"channel": text}},
        "inclusion": {"assistance": [text, text]},
    }
    plain = page(FULL)
    hostile = page(data)
    clean(write_notice(manifest(data).data, "notice-html", "fr", ON))
    assert hostile.tags <= plain.tags
    assert hostile.headings[1:] == plain.headings[1:]
    written = markdown(data)
    clean(written)
    rendered = shown(written)
    assert rendered.tags <= {"h1", "h2", "p", "ul", "li", "strong", "blockquote", "hr", "span"}
    assert rendered.headings[1:] == plain.headings[1:]
    assert rendered.links == []
