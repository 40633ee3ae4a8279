"""Two runs on the same input and date give the same bytes, whatever surrounds them (cli.md, "Formats")."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.policy_folder import ALWAYS, NEVER, rule, write_policy
from tests.runner import CHATBOT, MINIMAL, NON_COMPLIANT, ON, UNREADABLE, Done, Run, edited, named

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMATS = pytest.mark.parametrize("form", ["text", "json"])
ACCENTS = edited(CHATBOT, ("name: Projet d'essai", "name: Été à Sète 漢字"))
PROJECTS = {"un": named("un"), "deux": named("deux", ACCENTS), "trois": UNREADABLE, "quatre é": named("quatre", CHATBOT)}


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A folder of four projects."""
    for name, text in PROJECTS.items():
        (tmp_path / "flotte" / name).mkdir(parents=True)
        (tmp_path / "flotte" / name / "ai-manifest.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "flotte"


def report(run: Run, fleet: Path, form: str, env: Mapping[str, str | None] | None = None, *more: str) -> Done:
    """The run on the whole folder."""
    done = run("check", "--as-of", ON, "-f", form, *more, cwd=fleet, env=env)
    assert (done.code, done.err) == (NON_COMPLIANT, "")
    return done


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "POSIX", "LANG": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "fr_FR.ISO-8859-1", "LANG": "fr_FR.ISO-8859-1"},
        {"LC_ALL": "en_US.UTF-8", "LANGUAGE": "en"},
        {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-16"},
        {"TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "4294967295"},
        {"COLUMNS": "20", "LINES": "5"},
        {"TERM": "xterm-256color", "COLORTERM": "truecolor", "CI": "true", "GITHUB_ACTIONS": "true"},
        {"USER": None, "LOGNAME": None, "HOME": None},
    ],
    ids=str,
)
def test_the_environment_changes_no_byte(run: Run, fleet: Path, env: dict[str, str | None]) -> None:
    for form in ("text", "json"):
        assert report(run, fleet, form, env) == report(run, fleet, form)


@FORMATS
def test_the_cache_changes_no_byte(run: Run, fleet: Path, tmp_path: Path, form: str) -> None:
    expected = report(run, fleet, form)
    cache = tmp_path / "cache"
    env = {"XDG_CACHE_HOME": str(cache)}
    assert report(run, fleet, form, env) == expected  # cold
    kept = [path for path in cache.rglob("*") if path.is_file()]
    assert kept, "nothing was cached"
    assert report(run, fleet, form, env) == expected  # warm
    for damage in (b"", b"{}", b"\0" * 4096, b'{"documents": {}}', None):
        for path in kept:
            path.write_bytes(path.read_bytes()[:-100] if damage is None else damage)
        assert report(run, fleet, form, env) == expected
    assert report(run, fleet, form, env, "--no-cache") == expected


@FORMATS
def test_a_cache_folder_that_cannot_be_used_changes_no_byte(run: Run, fleet: Path, tmp_path: Path, form: str) -> None:
    expected = report(run, fleet, form)
    (tmp_path / "fichier").touch()
    for env in (
        {"XDG_CACHE_HOME": str(tmp_path / "fichier")},
        {"XDG_CACHE_HOME": "/proc/nulle-part"},
        {"XDG_CACHE_HOME": "relatif"},
        {"XDG_CACHE_HOME": None, "HOME": None},
        {"XDG_CACHE_HOME": "", "HOME": "/dev/null/nulle/part"},
    ):
        assert report(run, fleet, form, env) == expected
    assert not (fleet / "relatif").exists()


def test_no_cache_writes_nothing(run: Run, fleet: Path, tmp_path: Path) -> None:
    report(run, fleet, "json", {"XDG_CACHE_HOME": str(tmp_path / "cache")}, "--no-cache")
    assert not (tmp_path / "cache").exists()


def test_the_cache_is_that_of_the_rules_as_they_are_now(run: Run, tmp_path: Path) -> None:
    """A rule that changes is seen at once, even with the same size and in the same second."""
    (tmp_path / "ai-manifest.yaml").write_text(MINIMAL, encoding="utf-8")
    verdicts = []
    for cel in (f"{ALWAYS} ", NEVER, f"{ALWAYS} "):
        folder = write_policy(tmp_path / "regles", rule("ESSAI-X01", cel))
        verdicts.append(run("check", "--policy-dir", folder, "--as-of", ON, "-f", "json").finding("ESSAI-X01")["verdict"])
    assert verdicts == ["pass", "fail", "pass"]


@FORMATS
def test_the_order_of_the_paths_changes_no_byte(run: Run, fleet: Path, form: str) -> None:
    expected = report(run, fleet, form)
    names = list(PROJECTS)
    for order in (names, names[::-1], [*names[2:], *names[:2]], ["deux/ai-manifest.yaml", ".", "un"]):
        assert run("check", *order, "--as-of", ON, "-f", form, cwd=fleet) == expected


def test_a_manifest_alone_and_among_others_has_the_same_findings(run: Run, fleet: Path) -> None:
    together = {manifest["path"]: manifest for manifest in report(run, fleet, "json").report["manifests"]}
    assert len(together) == len(PROJECTS)
    for path, manifest in together.items():
        assert run("check", path, "--as-of", ON, "-f", "json", cwd=fleet).report["manifests"] == [manifest]


def test_standard_input_and_a_file_have_the_same_findings(run: Run, fleet: Path) -> None:
    for name, text in PROJECTS.items():
        path = f"{name}/ai-manifest.yaml"
        piped = run("check", "-", "--stdin-filename", path, "--as-of", ON, "-f", "json", stdin=text, cwd=fleet)
        assert piped == run("check", path, "--as-of", ON, "-f", "json", cwd=fleet)


def test_manifests_and_findings_come_in_order(run: Run, fleet: Path) -> None:
    """Path, pointer, rule id: in every format."""
    done = report(run, fleet, "json")
    assert done.paths() == sorted(done.paths())
    for manifest in done.report["manifests"]:
        pointers = [[observation["pointer"] for observation in finding["observations"]] for finding in manifest["findings"]]
        assert all(each == sorted(each) for each in pointers)
        rules = [finding["rule"] for finding in manifest["findings"]]
        keys = [(each[0] if each else "", rule) for each, rule in zip(pointers, rules, strict=True)]
        assert keys == sorted(keys)
    text = report(run, fleet, "text").out
    places = [text.index(f"{path} · ") for path in ("deux/ai-manifest.yaml", "quatre é/ai-manifest.yaml", "un/ai-manifest.yaml")]
    assert places == sorted(places)


def test_the_language_changes_words_only(run: Run, fleet: Path) -> None:
    french, english = (report(run, fleet, "json", None, "--lang", lang).report for lang in ("fr", "en"))

    def shape(whole: dict[str, object]) -> object:
        words = {"lang", "message", "title", "reason", "level_reason", "remediation"}

        def strip(value: object) -> object:
            match value:
                case dict():
                    return {key: strip(held) for key, held in value.items() if key not in words}
                case list():
                    return [strip(item) for item in value]
                case _:
                    return value

        return strip(whole)

    assert shape(french) == shape(english)
    assert french != english


def test_fingerprints_survive_a_moved_line_and_another_folder(run: Run, tmp_path: Path) -> None:
    prints = []
    for place, text in (("a", CHATBOT), ("b/c", f"# une ligne\n\n{CHATBOT}")):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "ai-manifest.yaml").write_text(text, encoding="utf-8")
        done = run("check", place, "--as-of", ON, "-f", "json")
        prints.append([finding["fingerprint"] for finding in done.report["manifests"][0]["findings"]])
    assert prints[0] == prints[1]
    assert len(prints[0]) == len(set(prints[0]))
