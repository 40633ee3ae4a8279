"""The page in a real browser: accessible, fetching nothing, usable by mouse, by keyboard, without its script, on paper; valid."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.policy_folder import ALWAYS, ERRS, NEVER, review, rule, write_policy
from tests.runner import CHATBOT, MINIMAL, ON, ROOT, UNREADABLE, Run, edited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    Program = Callable[..., Path]
    NodeFile = Callable[[str], Path]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# WCAG 2.2, levels A and AA, and what axe calls good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FINDING = "[data-rule]"


@pytest.fixture(scope="module")
def browser(program: Program) -> Iterator[Browser]:
    """Chromium, from where the system has it."""
    playwright = pytest.importorskip("playwright.sync_api")
    executable = program("chromium", "chromium-browser", "google-chrome")
    with playwright.sync_playwright() as started:
        launched: Browser = started.chromium.launch(executable_path=str(executable), args=FLAGS)
        yield launched
        launched.close()


class Made(NamedTuple):
    """What to check for a page: what stands in the folder, and the rest of the command line."""

    files: dict[str, str]
    options: tuple[str, ...] = ()


LONG = edited(
    CHATBOT,
    ("id: essai", f'id: "{"trèslong" * 40}"'),
    ("goal: Essayer l'outil.", f"goal: {'x' * 300}\n  {'y' * 200}: 1"),
)
PAGES = {
    "findings": Made({"ai-manifest.yaml": CHATBOT}),
    "none": Made({"ai-manifest.yaml": MINIMAL}, ("--select", "CMIAN-T01")),
    "every group": Made({"ai-manifest.yaml": MINIMAL}, ("--policy-dir", "regles")),
    "unreadable": Made({"ai-manifest.yaml": UNREADABLE}),
    "several": Made({"a/ai-manifest.yaml": CHATBOT, "b/ai-manifest.yaml": edited(MINIMAL, ("id: essai", "id: autre"))}),
    "nothing judged": Made({}),
    "long values": Made({"ai-manifest.yaml": LONG}),
}
EVERY_PAGE = pytest.mark.parametrize("which", PAGES)
BOTH_LANGUAGES = pytest.mark.parametrize("lang", ["fr", "en"])


@pytest.fixture
def made(run: Run, tmp_path: Path) -> Callable[..., Path]:
    """Writes the page of a run to a file."""

    def make(which: str, lang: str = "fr") -> Path:
        folder = tmp_path / which.replace(" ", "-") / lang
        folder.mkdir(parents=True)
        for name, text in PAGES[which].files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        levels = [rule(f"ESSAI-{level.upper()}", NEVER, level={"default": level}) for level in ("blocking", "advisory", "note")]
        never = {"cel": NEVER, "otherwise": {"fr": "Jamais.", "en": "Never."}}
        reference = {"title": "Loi", "article": "1", "url": "https://example.org/", "checked_on": ON, "certainty": "primary"}
        passing = rule("ESSAI-X01", ALWAYS, references=[reference])
        write_policy(
            folder / "regles",
            *levels, passing, review("ESSAI-R01"), rule("ESSAI-E01", ERRS), rule("ESSAI-S01", ALWAYS, applies_when=never),
        )  # fmt: skip
        target = folder / "rapport.html"
        done = run("check", "--as-of", ON, "--lang", lang, *PAGES[which].options, "-o", "html=rapport.html", cwd=folder)
        assert target.exists(), done.err
        return target

    return make


class Opened(NamedTuple):
    """A page in the browser, with all that it asked for and complained of."""

    page: Page
    asked: list[str]
    complaints: list[str]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Opens a file; afterwards, it must have asked for nothing else and complained of nothing."""
    contexts = []
    everything: list[tuple[Opened, str]] = []

    def go(file: Path, *, width: int = 1280, **settings: Any) -> Opened:  # noqa: ANN401 - Playwright's own
        context = browser.new_context(viewport={"width": width, "height": 800}, **settings)
        contexts.append(context)
        page = context.new_page()
        it = Opened(page, [], [])
        page.on("request", lambda request: it.asked.append(request.url))
        page.on("console", lambda said: it.complaints.append(said.text))
        page.on("pageerror", lambda error: it.complaints.append(str(error)))
        page.goto(file.as_uri())
        everything.append((it, file.as_uri()))
        return it

    yield go
    for it, address in everything:
        assert it.asked == [address]
        assert it.complaints == []
    for context in contexts:
        context.close()


def violations(it: Opened, node_file: NodeFile) -> list[str]:
    """What axe-core finds, injected over the debugger's channel: the page's own policy stays as it is."""
    it.page.evaluate(node_file("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = it.page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    assert len(found["passes"]) > 10
    return [
        f"{each['id']}: {node['html'][:120]} {node['failureSummary']}" for each in found["violations"] for node in each["nodes"]
    ]


@EVERY_PAGE
@BOTH_LANGUAGES
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    made: Callable[..., Path], opened: Callable[..., Opened], node_file: NodeFile, which: str, lang: str, scheme: str
) -> None:
    it = opened(made(which, lang), color_scheme=scheme)
    it.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert violations(it, node_file) == []


@EVERY_PAGE
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_scrolls_sideways(made: Callable[..., Path], opened: Callable[..., Opened], which: str, width: int) -> None:
    it = opened(made(which), width=width)
    it.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert it.page.evaluate("document.documentElement.scrollWidth") == width
    outside = it.page.evaluate(
        "[...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > innerWidth + 1)"
        ".map(each => each.outerHTML.slice(0, 120))"
    )
    assert outside == []


def test_text_twice_as_large_still_fits(made: Callable[..., Path], opened: Callable[..., Opened]) -> None:
    it = opened(made("long values"), width=640)
    it.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert it.page.evaluate("document.documentElement.scrollWidth") == 640


def seen(it: Opened) -> dict[str, bool]:
    """The groups of the page, and whether they are shown."""
    groups = it.page.locator(".group").all()
    return {(group.get_attribute("class") or "").removeprefix("group "): group.is_visible() for group in groups}


def test_the_filter_by_mouse(made: Callable[..., Path], opened: Callable[..., Opened]) -> None:
    it = opened(made("every group"))
    assert seen(it) == dict.fromkeys(("fix", "review", "error", "advice", "note", "pass", "not_applicable"), True)
    status = it.page.locator("[role=status]")
    assert status.inner_text() == "10 constats affichés sur 10"
    it.page.get_by_label("Conforme", exact=False).first.click()
    assert seen(it)["pass"] is False
    assert status.inner_text() == "7 constats affichés sur 10"
    it.page.get_by_role("button", name="Seulement ce qui appelle une action").click()
    assert {name for name, shown in seen(it).items() if shown} == {"fix", "review", "error", "advice"}
    assert status.inner_text() == "4 constats affichés sur 10"
    it.page.get_by_role("button", name="Tout afficher").click()
    assert all(seen(it).values())


def test_the_filter_by_keyboard(made: Callable[..., Path], opened: Callable[..., Opened]) -> None:
    it = opened(made("every group"))
    it.page.keyboard.press("Tab")
    assert it.page.evaluate("document.activeElement.className") == "skip"
    assert it.page.locator(".skip").bounding_box()["y"] >= 0
    for _ in range(20):
        it.page.keyboard.press("Tab")
        if it.page.evaluate("document.activeElement.value") == "advice":
            break
    assert it.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    it.page.keyboard.press("Space")
    assert seen(it)["advice"] is False
    it.page.keyboard.press("Space")
    assert seen(it)["advice"] is True


def test_a_link_shows_what_the_filter_hid(made: Callable[..., Path], opened: Callable[..., Opened]) -> None:
    it = opened(made("every group"))
    it.page.get_by_role("button", name="Seulement ce qui appelle une action").click()
    target = it.page.locator(f".group.pass {FINDING}").first
    assert not target.is_visible()
    it.page.evaluate("id => { location.hash = id }", target.get_attribute("id"))
    target.wait_for(state="visible")
    entry = it.page.locator("details.entry").first
    it.page.evaluate("id => { location.hash = id }", entry.get_attribute("id"))
    it.page.wait_for_function("document.querySelector('details.entry').open")


@EVERY_PAGE
def test_without_the_script_every_finding_is_there(made: Callable[..., Path], opened: Callable[..., Opened], which: str) -> None:
    it = opened(made(which), java_script_enabled=False)
    assert it.page.locator("#filter").count() == 0 or not it.page.locator("#filter").is_visible()
    assert all(each.is_visible() for each in it.page.locator(FINDING).all())
    first = it.page.locator(f"article{FINDING} details summary").first
    if first.count():
        first.click()
        assert it.page.locator(f"article{FINDING} details[open]").count() == 1


HIDDEN = """
[...document.querySelectorAll('main p, main li, main dd, main dt, main pre, footer dd, header p')].filter(each => {
  const box = each.getBoundingClientRect();
  return !each.closest('#filter') && each.textContent.trim() && !(box.width && box.height);
}).map(each => each.outerHTML.slice(0, 120))
"""


@EVERY_PAGE
def test_paper_holds_everything(made: Callable[..., Path], opened: Callable[..., Opened], which: str) -> None:
    """Whatever the filter hides and however few details are open on the screen; in black on white."""
    it = opened(made(which), color_scheme="dark")
    for box in it.page.locator("#filter input").all():
        box.uncheck()
    it.page.emulate_media(media="print", color_scheme="dark")
    assert it.page.evaluate(HIDDEN) == []
    if it.page.locator("#filter").count():
        assert not it.page.locator("#filter").is_visible()
    colours = it.page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_printing_opens_the_details_and_closes_them_again(made: Callable[..., Path], opened: Callable[..., Opened]) -> None:
    it = opened(made("findings"))
    closed = it.page.locator("details:not([open])").count()
    assert closed > 0
    it.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert it.page.locator("details:not([open])").count() == 0
    it.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert it.page.locator("details:not([open])").count() == closed


def test_the_policy_refuses_what_is_not_the_page_s_own(made: Callable[..., Path], opened: Callable[..., Opened]) -> None:
    """The digests are right, since style and filter work; another script would not run."""
    it = opened(made("findings"))
    assert it.page.evaluate("getComputedStyle(document.querySelector('.card')).borderLeftStyle") == "solid"
    it.page.evaluate(
        "const foreign = document.createElement('script'); foreign.textContent = 'window.ran = 1'; document.body.append(foreign)"
    )
    assert it.page.evaluate("window.ran") is None
    assert len(it.complaints) == 1
    it.complaints.clear()


@BOTH_LANGUAGES
def test_the_html_is_valid(
    made: Callable[..., Path], program: Program, node_file: NodeFile, tmp_path: Path, run: Run, lang: str
) -> None:
    java, checker = program("java"), node_file("vnu-jar/build/dist/vnu.jar")
    files = [made(which, lang) for which in PAGES]
    examples = tmp_path / "exemples.html"
    examples.write_text(run("check", "examples", "--as-of", ON, "-f", "html", "--lang", lang, cwd=ROOT).out, encoding="utf-8")
    done = subprocess.run(
        [java, "-jar", checker, "--format", "json", "--stdout", "--exit-zero-always", *files, examples],
        capture_output=True,
        check=True,
        timeout=300,
    )
    assert [each["message"] for each in json.loads(done.stdout)["messages"]] == []
