"""Every example through every format: the findings that cli.md promises for it, equal exit codes, and no text that acts."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from cmian_policy.messages import catalogue
from cmian_policy.reporters import formats
from tests.acceptance.test_hostile_text import NASTY
from tests.runner import EXAMPLES, MINIMAL, NON_COMPLIANT, ON, ROOT, Run, edited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCENARIOS = sorted(path.parent.name for path in EXAMPLES.glob("*/scenario.yaml"))
FORMATS = formats()
SHOWN = ("fail", "waived", "review", "error")
FR = catalogue("fr")
LABELS = {FR[f"text.level.{level}"]: "fail" for level in ("blocking", "advisory", "note")} | {
    FR[f"text.verdict.{verdict}"]: verdict for verdict in SHOWN[1:]
}
RULE = r"(?:CMIAN|LAW)-[A-Z]\d\d|manifest-syntax|manifest-schema|policy-pin"
WORKFLOW_CAP = 10


class Told(NamedTuple):
    """A finding as a format tells it."""

    path: str
    rule: str
    verdict: str


def command(name: str) -> list[str]:
    """The command line of a scenario."""
    scenario = yaml.safe_load((EXAMPLES / name / "scenario.yaml").read_text(encoding="utf-8"))
    arguments: list[str] = scenario["command"]
    return arguments


def findings(report: dict[str, Any], *verdicts: str) -> set[Told]:
    """The findings of a JSON report, of some verdicts."""
    return {
        Told(manifest["path"], finding["rule"], finding["verdict"])
        for manifest in report["manifests"]
        for finding in manifest["findings"]
        if not verdicts or finding["verdict"] in verdicts
    }


# What each format tells, read as its readers do


def in_text(out: str) -> set[Told]:
    """Findings stand on a line of their own: label, rule, title; rules that were not evaluated on one line together."""
    told: set[Told] = set()
    path = ""
    labels = "|".join(map(re.escape, LABELS))
    for line in out.split("\n"):
        if found := re.match(rf"({labels}) ({RULE})  ", line):
            told.add(Told(path, found[2], LABELS[found[1]]))
        elif line.startswith(FR["text.verdict.error"]):
            told |= {Told(path, rule, "error") for rule in re.findall(RULE, line.partition("\u00a0: ")[2])}
        elif " · " in line and not line.startswith((" ", "Conforme", "Non conforme")):
            path = line.partition(" · ")[0]
        elif line.endswith(("ai-manifest.yaml", "ai-manifest.yml")) and not line.startswith(" "):
            path = line
    return told


def in_sarif(out: str) -> set[Told]:
    """Results, with the verdict that their properties give."""
    (log,) = json.loads(out)["runs"]
    return {
        Told(uri(result), result["ruleId"], "waived" if result.get("suppressions") else result["properties"]["verdict"])
        for result in log["results"]
    }


def uri(result: dict[str, Any]) -> str:
    """Where a result is."""
    found: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return found


def in_junit(out: str) -> set[Told]:
    """A failure, an error, a skipped case; anything else says in its output what it is."""
    told = set()
    for suite in ET.fromstring(out).iter("testsuite"):  # noqa: S314 - the tool's own output
        for case in suite.iter("testcase"):
            said = case.findtext("system-out") or ""
            kind = {child.tag for child in case} & {"failure", "error", "skipped"}
            outcome = {"failure": "fail", "error": "error", "skipped": "not_applicable"}.get(next(iter(kind), ""))
            told.add(
                Told(suite.attrib["name"], case.attrib["name"].split(" ")[0], outcome or LABELS.get(said.split(" · ")[0], "pass"))
            )
    return told


def in_gitlab(out: str) -> set[Told]:
    """Entries, whose description begins with the label."""
    return {
        Told(entry["location"]["path"], entry["check_name"], LABELS[entry["description"].split(" · ")[0]])
        for entry in json.loads(out)
    }


def in_csv(out: str) -> set[Told]:
    """Rows by the names of their columns."""
    return {Told(row["path"], row["rule"], row["verdict"]) for row in csv.DictReader(io.StringIO(out))}


class _Cards(HTMLParser):
    """The path of each manifest and the rule and verdict of each finding in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.told: set[tuple[str, str]] = set()

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps what an element says of a finding."""
        given = dict(attrs)
        if "data-rule" in given:
            self.told.add((given["data-rule"] or "", given.get("data-verdict") or ""))


def in_html(out: str) -> set[tuple[str, str]]:
    """Rule and verdict of everything that stands for a finding."""
    cards = _Cards()
    cards.feed(out)
    return cards.told


def in_summary(out: str) -> set[Told]:
    """The rows of each manifest's table; those of a table of waivers begin with the rule."""
    told: set[Told] = set()
    path, waived = "", False
    for line in map(html.unescape, out.split("\n")):
        if line.startswith("### "):
            heading = line.removeprefix("### ")
            waived = heading.startswith("Dérogations")
            path = heading.partition("\u00a0: ")[2].partition(" · ")[0] if waived else heading.partition(" · ")[0]
        elif line.startswith("| "):
            cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
            if waived and re.match(RULE, cells[0]):
                told.add(Told(path, cells[0].split(" ")[0], "waived"))
            elif cells[0] in LABELS:
                words = cells[1] or line.rpartition("\u00a0: ")[2]
                told |= {Told(path, rule, LABELS[cells[0]]) for rule in re.findall(RULE, words)}
    return told


def written(folder: Path) -> list[str]:
    """The options that write every format to a file of its name, all in one run."""
    return [option for form in FORMATS for option in ("-o", f"{form}={folder / form}")]


# One test runs every example through every format


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_format_tells_the_same_findings_with_the_same_exit_code(run: Run, name: str) -> None:
    runs = {form: run(*command(name), "-f", form, cwd=ROOT) for form in FORMATS}
    assert {done.code for done in runs.values()} == {runs["json"].code}
    report = runs["json"].report
    shown, everything = findings(report, *SHOWN), findings(report)
    assert in_text(runs["text"].out) == shown
    assert in_sarif(runs["sarif"].out) == findings(report, "fail", "review", "error")
    assert in_junit(runs["junit"].out) == everything
    assert in_gitlab(runs["gitlab"].out) == findings(report, "fail", "review", "error")
    assert in_csv(runs["csv"].out) == everything
    assert in_html(runs["html"].out) == {(told.rule, told.verdict) for told in everything}
    assert in_summary(runs["summary"].out) == shown
    commands = [line for line in runs["github"].out.split("\n") if line.startswith("::")]
    assert len(commands) <= WORKFLOW_CAP
    assert bool(commands) == bool(shown)


@pytest.mark.parametrize("name", ["derogation-fraude", "derogations-echeances"])
def test_waived_findings_are_in_sarif_and_gitlab_for_those_who_ask(run: Run, name: str) -> None:
    report = run(*command(name), "-f", "json", cwd=ROOT).report
    assert findings(report, "waived")
    assert in_gitlab(run(*command(name), "-f", "gitlab", "-v", cwd=ROOT).out) == findings(report, *SHOWN)
    assert in_sarif(run(*command(name), "-f", "sarif", "-v", cwd=ROOT).out) == findings(report)


@pytest.mark.parametrize("form", FORMATS)
def test_several_reports_of_one_run_are_those_of_one_run_each(run: Run, tmp_path: Path, form: str) -> None:
    alone = run(*command("chatbot-sans-mention"), "-f", form, cwd=ROOT)
    done = run(*command("chatbot-sans-mention"), "-f", "text", *written(tmp_path), cwd=ROOT)
    assert done.code == alone.code
    assert (tmp_path / form).read_bytes() == alone.out.encode()


@pytest.mark.parametrize("options", [(), ("-q",), ("-v",), ("--lang", "en"), ("--color", "always")])
def test_two_runs_give_the_same_bytes_and_the_same_code(run: Run, tmp_path: Path, options: tuple[str, ...]) -> None:
    folders = [tmp_path / name for name in ("une", "autre")]
    for folder in folders:
        folder.mkdir()
    once, again = (run(*command("affectation-scolaire"), *options, *written(folder), cwd=ROOT) for folder in folders)
    assert (once.code, once.out) == (again.code, again.out)
    assert once.code == NON_COMPLIANT
    for form in FORMATS:
        assert (folders[0] / form).read_bytes() == (folders[1] / form).read_bytes() != b""


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("arguments", "code"), [((".",), 3), ((".", "--policy-dir", "regles"), 4)])
def test_what_was_not_checked_never_looks_clean(
    run: Run, tmp_path: Path, form: str, arguments: tuple[str, ...], code: int
) -> None:
    (tmp_path / "regles").mkdir()
    done = run("check", *arguments, "--as-of", ON, "-f", form)
    assert done.code == code
    note = run("check", *arguments, "--as-of", ON, "-f", "json").report["notes"][0]["message"]
    if form != "csv":  # one row a finding, and there is none
        words = re.findall(r"[a-zéèê]{5,}", note)
        assert len(words) > 3
        assert [word for word in words if word not in html.unescape(done.out)] == []
    if form == "junit":
        assert ET.fromstring(done.out).find(".//error") is not None  # noqa: S314 - the tool's own output
    if form == "gitlab":
        assert [entry["severity"] for entry in json.loads(done.out)] == ["blocker"]
    if form == "sarif":
        (invocation,) = json.loads(done.out)["runs"][0]["invocations"]
        assert invocation["executionSuccessful"] is False
    if form == "github":
        assert done.out.startswith("::error")


# The naughty list in every text field of a manifest

LIST = {
    **NASTY,
    "set-output": "a\n::set-output name=verdict::compliant",
    "stop-commands": "a\r\n::stop-commands::jeton\n::add-mask::x",
    "azure": "##vso[task.complete result=Succeeded]##[error]x",
    "script": "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "markdown-link": "[clic](javascript:alert(1)) ![x](https://example.org/x.png) <https://example.org> https://example.org/a",
    "markdown-html": "<details open><b>x</b> | a | b |\n| --- | `code` **gras** _ital_ ~~x~~ @quelqu-un #12",
    "formula": "=cmd|'/C calc'!A0",
    "formula-at": "@SUM(1+1)*cmd",
    "formula-tab": "\t=1+1",
    "xml": "a\x00\x01\x0b\x1f\ufffe\uffffb]]>&amp;<!--",
    "surrogate-like": "a\U0010ffffb",
    "sarif": "{0} [x](1) {{",
    "long": "é" * 100_000,
}
# Every required field that holds free text, and the others that reports repeat.
TEXTS = ("id", "name", "summary", "department", "contact", "goal")
WORDS = ("status: operational", "used: false", "interaction: none", "[summarisation]")
ACTING = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}


def scalar(value: str) -> str:
    """A YAML double-quoted scalar in plain ASCII."""
    return '"' + "".join(char if " " <= char <= "~" and char not in '"\\' else f"\\U{ord(char):08X}" for char in value) + '"'


def infected(value: str) -> str:
    """A manifest with one value in every text field, in words that messages repeat, and in keys."""
    text = MINIMAL
    for key in TEXTS:
        text = re.sub(rf"^(  {key}:) .*$", lambda found: f"{found[1]} {scalar(value)}", text, flags=re.MULTILINE)
    for old in WORDS[:3]:
        text = edited(text, (old, f"{old.partition(':')[0]}: {scalar(value)}"))
    return edited(text, (WORDS[3], f"[{scalar(value)}]"), ("video:\n", f"{scalar(value[:200])}: 1\nvideo:\n"))


def allowed(form: str) -> set[str]:
    """The control characters that a format's own layout holds."""
    return {"\n", "\r"} if form == "csv" else {"\n"}


@pytest.fixture
def judged(run: Run, tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Checks the manifest that one of the list infects; the reports by format."""

    def call(name: str) -> dict[str, str]:
        (tmp_path / "ai-manifest.yaml").write_text(infected(LIST[name]), encoding="utf-8")
        (tmp_path / "rapports").mkdir()
        done = run("check", "ai-manifest.yaml", "--as-of", ON, "-v", *written(tmp_path / "rapports"))
        assert done.code == NON_COMPLIANT, done.err
        return {form: (tmp_path / "rapports" / form).read_bytes().decode() for form in FORMATS}

    return call


@pytest.mark.parametrize("name", LIST)
def test_the_naughty_list_acts_in_no_format(judged: Callable[[str], dict[str, str]], name: str) -> None:
    for form, out in judged(name).items():
        held = set(out) - allowed(form)
        assert sorted(f"U+{ord(char):04X}" for char in held if unicodedata.category(char) in ACTING) == [], form
        assert_words_only(form, out)


def assert_words_only(form: str, out: str) -> None:
    """Nothing of the list has become a command, a tag, a link, a formula or an invalid document."""
    assert not re.search(r"##(vso)?\[", out, re.IGNORECASE)
    match form:
        case "github" | "text":
            lines = out.split("\n")
            assert not [
                line for line in lines if line.lstrip().startswith("::") and not re.match(r"::(error|warning|notice) ", line)
            ]
            assert not [line for line in lines if form == "text" and line.lstrip().startswith("::")]
            assert not [line for line in lines if line.startswith(("##[", "##vso["))]
        case "json" | "sarif" | "gitlab":
            json.loads(out)
        case "junit":
            ET.fromstring(out)  # noqa: S314 - the tool's own output
        case "csv":
            rows = list(csv.DictReader(io.StringIO(out)))
            assert not [cell for row in rows for cell in row.values() if cell.lstrip("\u00a0 ")[:1] in set("=+-@\t\r")]
        case "html":
            assert not list(foreign(out))
            assert "<b>x</b>" not in out
        case "summary":
            # A sign that could act stands alone in a span, as a character reference: no renderer joins it to what follows.
            assert not re.search(r"<(?!/?(details|summary)>|span>&#\d+;</span>|/span>)", out)
            assert not re.search(r"\]\(|!\[|https?://example\.org|\B@[a-z]|`", out)
        case _:
            pytest.fail(f"nobody has said what {form} may hold")


def foreign(page: str) -> Iterator[str]:
    """What in a page does not come from its author: event handlers, images, a second script, unsafe addresses."""
    tags: Counter[str] = Counter()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags[tag] += 1
            found.extend(
                f"{tag} {name}" for name, value in attrs if name.startswith("on") or (value or "").startswith("javascript:")
            )

    found: list[str] = []
    Reader().feed(page)
    yield from found
    yield from (tag for tag in ("img", "iframe", "object", "embed", "form", "link", "base") if tags[tag])
    if tags["script"] > 1:
        yield f"{tags['script']} scripts"


def test_a_line_of_a_hundred_thousand_characters_is_cut(judged: Callable[[str], dict[str, str]]) -> None:
    """A hundred thousand characters in each field: words of messages and excerpts are cut; data (the project) may stay whole."""
    for form, out in judged("long").items():
        held = {"csv": 60, "junit": 3}.get(form, 2)  # the project's id is a cell of each row
        assert len(out) < 600_000 + held * 100_000, form
