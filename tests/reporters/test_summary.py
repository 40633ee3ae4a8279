"""The Markdown summary to the letter of cli.md, "Formats", read by a CommonMark parser."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from cmian_policy import Options, Report, check
from cmian_policy.messages.neutral import visible
from cmian_policy.model.report import Exclusion, Note, RegisterUsed
from cmian_policy.model.text import message
from cmian_policy.model.verdict import Level, Verdict
from cmian_policy.reporters import Style, rendered
from tests.acceptance.test_hostile_text import NASTY, clean, everywhere, quoted
from tests.policy_folder import ALWAYS, NEVER, review, rule, write_policy
from tests.reporters.runs import EVERY_UNJUDGED, SCENARIOS, play, unjudged, waived, with_manifests
from tests.runner import CHATBOT, MINIMAL, NBSP, NON_COMPLIANT, OK, ON, UNREADABLE, Check, Run, edited, named

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 1024 * 1024  # bytes: the runner refuses more (CreateStepSummaryCommand)
OURS = {"h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul", "li", "span", "a"}
MARKUP = {
    "link": "[lien](https://example.org) ![image](i.png) [ref][1] [^1]",
    "code": "`code` ``deux`` ```trois",
    "emphasis": "*a* **b** _c_ __d__ ~e~ ~~f~~",
    "table": "a | b |\\| c",
    "html": "<b>gras</b> <img src=x onerror=alert(1)> </td></table> <!-- rien --> &lt;i&gt; &#42;x&#42; </summary></details>",
    "address": "http://a.example https://b.example/x?y=z ftp://c.example www.d.example WWW.e.example <https://f.example>",
    "mention": "@octocat a@b.example #12 org/depot#34 GH-56 gh-7 org/equipe@abc",
    "emoji and formula": ":tada: :100: $x$ $$y$$ a$`z`$",
    "blocks": "# titre",
    "list": "- [ ] tâche",
    "backslash": "\\*a\\* \\\\ \\[",
    "dashes": "--- === 1. +",
}


class Rendered(HTMLParser):
    """What a browser shows of a page: headings, cells of tables, items and folds as text; every element and link."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.texts: dict[str, list[str]] = {"h2": [], "h3": [], "p": [], "li": [], "summary": []}
        self.rows: list[list[str]] = []
        self._open: list[str] = []
        parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        self.feed(parser.render(markdown))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens an element."""
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
        elif tag in self.texts:
            self.texts[tag].append("")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes an element, which must be the last one opened."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Adds to the innermost element whose text is kept."""
        for tag in reversed(self._open):
            if tag in {"td", "th"}:
                self.rows[-1][-1] += data
                return
            if tag in self.texts:
                self.texts[tag][-1] += data
                return

    def close(self) -> None:
        """The page ends with everything closed."""
        super().close()
        assert self._open == []

    def body(self, columns: str) -> list[list[str]]:
        """The rows of every table whose first head is ``columns``."""
        found: list[list[str]] = []
        ours = False
        for row in self.rows:
            if row[0] in {"Niveau", "Règle", "Paquet"}:
                ours = row[0] == columns
            elif ours:
                found.append(row)
        return found


def report_of(folder: Path, *manifests: str, lang: str = "fr") -> Report:
    """The report of manifests in folders of their own, on the date of the tests."""
    for number, text in enumerate(manifests):
        (folder / f"m{number}").mkdir(exist_ok=True)
        (folder / f"m{number}/ai-manifest.yaml").write_text(text, encoding="utf-8")
    return check([folder], on=date.fromisoformat(ON), options=Options("en" if lang == "en" else "fr"), here=folder)


def summary(report: Report) -> str:
    """The page of a report."""
    return rendered("summary", report, Style())


def test_a_whole_page_to_the_letter(check: Check, tmp_path: Path) -> None:
    write_policy(tmp_path / "regles", rule("ESSAI-X01", NEVER), rule("ESSAI-X02", ALWAYS))
    digest = check(MINIMAL, "--policy-dir", "regles").report["policy"][0]["sha256"]
    done = check(MINIMAL, "-f", "summary", "--policy-dir", "regles")
    assert (done.code, done.err) == (NON_COMPLIANT, "")
    page = re.sub(r"cmian-policy \d+\.\d+\.\d+", "cmian-policy X.Y.Z", done.out.replace(NBSP, " "))
    assert page == (
        "## cmian-policy · Non conforme\n"
        "\n"
        "3 conformes, 1 non conforme bloquant, 1 sans objet · au 2026-11-23\n"
        "\n"
        "### ai-manifest.yaml · essai\n"
        "\n"
        "Ce manifeste n'est pas conforme.\n"
        "\n"
        "| Niveau | Règle | Endroit | Constat |\n"
        "| --- | --- | --- | --- |\n"
        "| bloquant | ESSAI-X01 Règle fictive &#91;droit&#93; | 4:9 | le nom ne va pas |\n"
        "\n"
        "<details>\n"
        "<summary>ESSAI-X01 Règle fictive &#91;droit&#93;</summary>\n"
        "\n"
        "- corriger : Changez le nom.\n"
        "- aide : cmian-policy explain ESSAI-X01\n"
        "- droit : Loi fictive, 12 (texte non lu, état au 2026-11-23)\n"
        "\n"
        "</details>\n"
        "\n"
        "### Règles employées\n"
        "\n"
        "| Paquet | Version | En vigueur depuis | Source | Empreinte SHA-256 |\n"
        "| --- | --- | --- | --- | --- |\n"
        f"| essai | 2025.1 | 2025-01-01 | regles | {digest[:12]} |\n"
        "\n"
        "- outil : cmian-policy X.Y.Z\n"
        "- avertissement : Fictif.\n"
    )


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        ([rule("ESSAI-X01", ALWAYS)], "Conforme"),
        ([rule("ESSAI-X01", NEVER)], "Non conforme"),
        ([review("ESSAI-X01")], "À examiner"),
    ],
)
def test_the_verdict_comes_first(check: Check, tmp_path: Path, rules: list[dict[str, object]], verdict: str) -> None:
    out = check(MINIMAL, "-f", "summary", "--policy-dir", write_policy(tmp_path / "regles", *rules)).out
    assert out.startswith(f"## cmian-policy · {verdict}\n")


@SCENARIOS
def test_it_shows_what_the_json_report_shows(run: Run, tmp_path: Path, name: str) -> None:
    """Each finding, each place and each message, in the same order."""
    played = play(run, tmp_path, name, "summary")
    page = Rendered(played.done.out)
    assert page.tags <= OURS
    expected = [
        [finding["rule"], f"{each['line']}:{each['column']}", visible(each["message"])]
        for _, finding in played.findings()
        if finding["verdict"] in {"fail", "review"}
        for each in finding["observations"]
    ]
    told = [row for row in page.body("Niveau") if row[1]]
    assert [[row[1].split(" ")[0], *row[2:]] for row in told] == expected
    errors = {finding["rule"] for _, finding in played.findings() if finding["verdict"] == "error"}
    assert errors <= set(re.split(r"[ ,]+", " ".join(row[3] for row in page.body("Niveau") if not row[1])))
    judged = [[used["pack"], used["release"], used["in_force_from"], used["sha256"][:12]] for used in played.report["policy"]]
    assert [[*row[:3], row[4]] for row in page.body("Paquet")] == judged
    assert {row[3] for row in page.body("Paquet")} == {"livrée avec l'outil"}


@SCENARIOS
def test_each_finding_is_grounded(run: Run, tmp_path: Path, name: str) -> None:
    """Its remedy, the words of the act, the law, and where to read more."""
    played = play(run, tmp_path, name, "summary")
    page = Rendered(played.done.out)
    items = "\n".join(page.texts["li"])
    for _, finding in played.findings():
        if finding["verdict"] not in {"fail", "review"}:
            continue
        assert any(finding["rule"] in fold and finding["title"] in fold for fold in page.texts["summary"])
        assert visible(finding["remediation"]) in items
        if finding["source"]:
            assert visible(finding["source"]["quote"]) in items
        for reference in finding["references"]:
            assert reference["title"] in items
            if reference["url"]:
                assert reference["url"] in page.links
    assert "Encodage non officiel" in items


def test_a_manifest_of_which_there_is_nothing_to_tell_is_named(check: Check, tmp_path: Path) -> None:
    folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", ALWAYS))
    done = check(MINIMAL, "-f", "summary", "--policy-dir", folder)
    assert done.code == OK
    assert "- ai-manifest.yaml · essai · Ce manifeste est conforme.\n" in done.out


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_waiver_shows_its_act_its_authority_and_its_last_day(tmp_path: Path, lang: str) -> None:
    page = Rendered(summary(waived(tmp_path, "en" if lang == "en" else "fr")))
    (row,) = [row for row in page.rows if row[0].startswith("CMIAN-T01")]
    assert len(row) == 5
    assert "DEROG-2026-01" in row[2]
    assert "V2026-FICTIF" in row[2]
    assert ("conseil municipal" if lang == "fr" else "council") in row[2]
    assert row[3:] == ["2027-09-30", "expérimentation fictive"]
    assert not [row for row in page.rows if row[1:2] and row[1].startswith("CMIAN-T01")]


@EVERY_UNJUDGED
def test_a_run_without_a_verdict_says_why_first(run: Run, tmp_path: Path, which: str) -> None:
    played = unjudged(run, tmp_path, which, "summary")
    assert played.done.out.startswith("## cmian-policy · Erreur")
    page = Rendered(played.done.out)
    items = " ".join(page.texts["li"])
    assert played.report["notes"]
    for note in played.report["notes"]:
        assert visible(note["message"]) in items
    findings = any(finding["verdict"] == "error" for _, finding in played.findings())
    assert page.texts["h3"][0] == "Ce qui n'a pas pu être jugé" or findings


def test_rules_that_could_not_run_stand_in_one_row(check: Check) -> None:
    page = Rendered(check(UNREADABLE, "-f", "summary").out)
    report = check(UNREADABLE).report
    ids = [each["rule"] for each in report["manifests"][0]["findings"] if each["verdict"] == "error"]
    first, second = page.body("Niveau")
    assert first[1].startswith("manifest-syntax")
    assert second[:3] == ["erreur", "", ""]
    assert second[3].startswith(f"{len(ids)} règles")
    assert second[3].endswith(", ".join(ids))


def test_what_the_search_left_out_and_the_register_are_listed(tmp_path: Path) -> None:
    report = report_of(tmp_path, MINIMAL)
    register = RegisterUsed(configured=True, id="registre-fictif", commit="0123456789abcdef0123", source="https://example.org/r")
    excluded = (Exclusion("node_modules", "builtin"), Exclusion("ancien|projet", "gitignore"))
    notes = (Note("waiver-expiring", message("note.no-release", pack="fictif")),)
    text = summary(report._replace(register=register, excluded=excluded, notes=notes))
    page = Rendered(text)
    assert page.tags <= OURS
    assert page.texts["summary"][-1] == "2 éléments laissés de côté"
    items = page.texts["li"]
    assert any("node_modules" in item for item in items)
    assert any("ancien|projet" in item for item in items)
    assert any("registre-fictif (0123456789ab)" in item for item in items)
    assert any("fictif" in item and item.startswith("note") for item in items)


def test_english(check: Check) -> None:
    out = check(CHATBOT, "-f", "summary", "--lang", "en").out
    assert out.startswith("## cmian-policy · Non-compliant\n")
    assert "Tell users that an AI is answering them" in out
    assert not re.search(r"bloquant|conforme|corriger|Constat|Règle ", out)


@pytest.mark.parametrize("options", [["-q"], ["-v"], ["--color", "always"]])
def test_the_style_changes_nothing(check: Check, options: list[str]) -> None:
    assert check(CHATBOT, "-f", "summary", *options).out == check(CHATBOT, "-f", "summary").out


# What a manifest holds stays words


@pytest.mark.parametrize("hostile", [*MARKUP.values(), *NASTY.values()], ids=[*MARKUP, *NASTY])
def test_the_words_of_a_manifest_are_shown_as_they_are(check: Check, hostile: str) -> None:
    text = everywhere(quoted(hostile))
    told = [visible(each) for each in check(text, "-f", "json").messages("manifest-schema")]
    out = check(text, "-f", "summary").out
    clean(out)
    page = Rendered(out)
    assert page.tags <= OURS - {"a"}
    rows = page.body("Niveau")
    assert all(len(row) == 4 for row in rows)
    assert [row[3] for row in rows if row[1].startswith("manifest-schema")] == told
    assert len(told) >= 8


@pytest.mark.parametrize("hostile", MARKUP.values(), ids=MARKUP)
def test_github_finds_nothing_to_link_in_them(check: Check, hostile: str) -> None:
    """An address, a mention, an issue, an emoji, a formula: none is left in one piece of text, raw or shown."""
    out = check(everywhere(quoted(hostile)), "-f", "summary").out
    pieces = re.split(r"<[^>]*>", out)
    found = re.compile(r"@\w|#\w|\w://|www\.|gh-\d|:\w[\w+-]*:|\$|\w@", re.IGNORECASE)
    assert [piece for piece in pieces if found.search(re.sub(r"&#?\w+;", " ", piece))] == []
    shown = [re.sub(r"&#(\d+);", lambda each: chr(int(each[1])), piece) for piece in pieces]
    assert [piece for piece in shown if found.search(piece) and piece != "$"] == []


@pytest.mark.parametrize(
    "name", ["a|b", "`a`", "[a](b)", "<b>", "@moi", "a_b_c", "www.example.org", "#12", "é à", "1. a", "a\u202eb"]
)
def test_the_name_of_a_folder_stays_a_name(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "ai-manifest.yaml").write_text(CHATBOT, encoding="utf-8")
    out = run("check", "--as-of", ON, "-f", "summary").out
    clean(out)
    page = Rendered(out)
    assert page.tags <= OURS
    assert page.texts["h3"][0] == f"{visible(name)}/ai-manifest.yaml · essai"


def test_the_words_of_a_waiver_stay_words(tmp_path: Path) -> None:
    report = waived(tmp_path)
    (manifest,) = report.manifests
    findings = tuple(
        each._replace(waiver=each.waiver._replace(reason="*a* | @b <i>c</i>", act="[x](y)", exception="`d`"))
        if each.waiver
        else each
        for each in manifest.findings
    )
    page = Rendered(summary(with_manifests(report, manifest._replace(findings=findings))))
    assert page.tags <= OURS
    (row,) = [row for row in page.rows if row[0].startswith("CMIAN-T01")]
    assert row[4] == "*a* | @b <i>c</i>"
    assert "[x](y)" in row[2]
    assert "`d`" in row[2]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://e.example/>x", "https://e.example/`x`", "https://e.example/|x"])
def test_an_address_that_is_none_is_no_link(tmp_path: Path, url: str) -> None:
    report = report_of(tmp_path, CHATBOT)
    (manifest,) = report.manifests
    findings = tuple(
        each._replace(references=tuple(reference._replace(url=url) for reference in each.references))
        for each in manifest.findings
    )
    page = Rendered(summary(with_manifests(report, manifest._replace(findings=findings))))
    assert page.links == []
    assert page.tags <= OURS


# Its size


def fleet(report: Report, number: int) -> Report:
    """Many times the manifests of a report, under other names."""
    copies = [
        manifest._replace(path=f"p{copy:05d}/{manifest.path}", project=f"projet-{copy:05d}")
        for copy in range(number)
        for manifest in report.manifests
    ]
    return with_manifests(report, *copies)


def left_out(page: Rendered) -> dict[str, int]:
    """What the page says that it lacks."""
    (line,) = [text for text in page.texts["p"] if "incomplet" in text]
    return {found[2]: int(found[1]) for found in re.finditer(r"(\d+) (constat|autre)", line)}


def test_a_fleet_too_large_is_cut_by_whole_findings_and_says_so(tmp_path: Path) -> None:
    report = fleet(report_of(tmp_path, CHATBOT), 400)
    text = summary(report)
    assert LIMIT * 0.9 < len(text.encode()) <= 1_000_000
    page = Rendered(text)
    shown = {Verdict.FAIL, Verdict.REVIEW, Verdict.ERROR}
    total = [finding for finding in report.findings() if finding.verdict in shown]
    assert len(page.texts["summary"]) + left_out(page)["constat"] == len(total)
    assert page.body("Paquet")
    assert any("non officiel" in item for item in page.texts["li"])


def test_the_lightest_are_left_out_first(tmp_path: Path) -> None:
    report = fleet(report_of(tmp_path, CHATBOT), 400)
    page = Rendered(summary(report))
    fails = [finding for finding in report.findings() if finding.verdict is Verdict.FAIL]
    levels = {level: sum(finding.level is level for finding in fails) for level in Level}
    names = {Level.BLOCKING: "bloquant", Level.ADVISORY: "conseil", Level.NOTE: "note"}
    rows = [row[0] for row in page.body("Niveau") if " " in row[1]]  # the first row of a finding has its title
    kept = {level: rows.count(name) for level, name in names.items()}
    assert kept[Level.BLOCKING] > 0
    heavier = [Level.BLOCKING, Level.ADVISORY, Level.NOTE]
    for level, lighter in pairwise(heavier):
        assert kept[level] == levels[level] or kept[lighter] == 0


def test_a_fleet_of_manifests_that_pass_is_counted_too(tmp_path: Path) -> None:
    report = report_of(tmp_path, MINIMAL)
    (manifest,) = report.manifests
    calm = tuple(each for each in manifest.findings if each.verdict is Verdict.PASS)
    many = fleet(with_manifests(report, manifest._replace(findings=calm)), 20_000)
    text = summary(many)
    assert len(text.encode()) <= 1_000_000
    page = Rendered(text)
    listed = [item for item in page.texts["li"] if item.startswith("p")]
    assert len(listed) + left_out(page)["autre"] == 20_000


def test_a_finding_with_very_many_places_counts_those_it_does_not_list(check: Check) -> None:
    keys = "".join(f"  cle{number}: 1\n" for number in range(900))
    text = edited(MINIMAL, ("video:\n", f"video:\n{keys}"))
    number = len(check(text).finding("manifest-schema")["observations"])
    page = Rendered(check(text, "-f", "summary").out)
    rows = [row for row in page.body("Niveau") if row[1].startswith("manifest-schema")]
    assert len(rows) == 21
    assert rows[-1][3] == f"et {number - 20} autres endroits"


def test_two_runs_give_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ai-manifest.yaml").write_text(named(name, CHATBOT), encoding="utf-8")
    first, second = (run("check", "--as-of", ON, "-f", "summary") for _ in range(2))
    assert first == second
