"""A policy folder in memory, one file of which is the input: its first line names the file, the rest is what it holds."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from cmian_policy import reporters
from cmian_policy.authoring.lint import lint
from cmian_policy.errors import PolicyError
from cmian_policy.model.origin import Origin
from cmian_policy.pipeline.policy import read_policy
from cmian_policy.pipeline.run import check_bytes
from cmian_policy.reporters import Style
from cmian_policy.sources.memory import PolicyInMemory
from tests.fuzz.oracles import explained, folder, inside, quiet, said
from tests.fuzz.targets.report import judged
from tests.fuzz.vocabulary import contract, words
from tests.packs import MINIMAL, QUOTE, ROOT, both, facts, release, require, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

RULE = "TEST-A01"
RULE_FILE = f"rules/{RULE}/v1.yaml"
WORDS = (*contract("rule", "facts", "pack", "release", "source", "cases"), *words("yaml", "cel", "hostile", "policy"))
ON = date(2026, 11, 23)


def seeds() -> Iterator[bytes]:
    """Each file of a small pack, and files of the bundled ones in their place."""
    for path, raw in _files().items():
        yield path.encode() + b"\n" + raw
    for file in sorted((ROOT / "policies").glob("*/rules/*/v1.yaml"))[::5]:
        yield f"{RULE_FILE}\n{_ours(file.read_text(encoding='utf-8'))}".encode()
    for file in sorted((ROOT / "policies").glob("*/facts/v1.yaml")):
        yield b"facts/v1.yaml\n" + file.read_bytes()
    for file in sorted((ROOT / "policies").glob("*/rules/*/v1.cases.yaml"))[::20]:
        yield f"rules/{RULE}/v1.cases.yaml\n".encode() + file.read_bytes()
    for file in sorted((ROOT / "policies").glob("*/releases/*.yaml"))[:2]:
        yield b"releases/2025.1.yaml\n" + file.read_bytes()


def one(raw: bytes) -> None:
    """Load the folder and, where it can be used, judge a manifest by it."""
    name, _, content = raw.partition(b"\n")
    path = name.decode("ascii", errors="replace")
    if path not in _files():
        return
    files = {f"test/{each}": held for each, held in _files().items()} | {f"test/{path}": content}
    _lint(files)
    shown = [f"p/test/{path}", "p", "p/test", "p/SHA256SUMS", *(f"p/{each}" for each in files)]
    try:
        policy = read_policy(PolicyInMemory(files, "p"), Origin("p"), cache_folder=None, with_cases=True)
    except PolicyError as error:
        explained(error, content, *shown)
        return
    for pack in policy.packs:
        for each in pack.releases:
            for held in policy.release(pack, each).rules:
                said(held.title)
                said(held.remediation)
    for on in (ON, date.max):
        report = check_bytes(_manifest(), "m/ai-manifest.yaml", policy, on, here=ROOT / "tests")
        judged(report)
        for form in ("text", "json", "sarif"):
            quiet("".join(reporters.render(form, report, Style(verbosity=1))), "\n")


def _ours(text: str) -> str:
    """A rule of the bundled packs as that of the small one: under its id, on its act."""
    text = re.sub(r"(?m)^id: .*", f"id: {RULE}", text)
    return re.sub(r"(?m)^source:\n(?:  .*\n)+", f'source: {{act: ACT, paragraph: "1", quote: {QUOTE}}}\n', text)


def _lint(files: dict[str, bytes]) -> None:
    """Whatever is wrong, the committee's work bench says it."""
    for path, raw in files.items():
        file = folder("policy") / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)
    for problem in lint(folder("policy")).problems:
        said(problem.message)
        path = problem.path.removeprefix(f"{folder('policy').as_posix()}/")
        inside([problem.span], files.get(path, b"").decode("utf-8-sig", errors="replace"))
    for path in files:
        (folder("policy") / path).unlink()


@cache
def _files() -> dict[str, bytes]:
    """A pack of one rule with everything that a rule can have, in YAML as authors write it."""
    conditions = [
        require("manifest.project.status != 'retired'", when={"cel": "facts.live"}, otherwise="review"),
        require("item != 'chatbot'", id="each", for_each="/technology/capabilities", at="", empty="pass"),
    ]
    whole = rule(
        RULE,
        *conditions,
        applies_when={"cel": "manifest.?video.?used.orValue(false) || facts.live", "otherwise": both("no")},
        references=[
            {"title": "Loi", "article": "1", "checked_on": "2026-11-23", "certainty": "official", "url": "https://e.example"}
        ],
        level={"default": "advisory", "by_status": {"pilot": "note"}, "schedule": [{"from": "2026-01-01", "level": "blocking"}]},
        waivable={"by": both("x"), "authority": "committee"},
    )
    act = {"act": "ACT", "title": "An act", "paragraphs": [{"id": "1", "title": "t", "text": f"Ainsi, {QUOTE} de tout."}]}
    pack = {"id": "test", **{name: both(name) for name in ("title", "publisher", "disclaimer")}}
    scope = [{"cel": "manifest.project.status == 'retired'", "cap": "note", "reason": both("old")}]
    data: dict[str, Any] = {
        "pack.yaml": pack,
        "facts/v1.yaml": facts(scope=scope),
        "sources/ACT.yaml": act,
        RULE_FILE: whole,
        "releases/2025.1.yaml": release(rules=[whole]),
        "releases/2026.1.yaml": release("2026.1", [whole], in_force_from="2026-09-01", supersedes="2025.1"),
    }
    return {path: _yaml(each).encode() for path, each in data.items()}


def _yaml(data: Any, indent: str = "") -> str:  # noqa: ANN401 - any JSON
    """Data in blocks, one key a line, so that lines can be moved about; scalars as JSON."""
    match data:
        case dict() if data:
            return "".join(f"{indent}{key}:{_inside(value, indent)}" for key, value in data.items())
        case list() if data:
            return "".join(f"{indent}-{_inside(value, indent)}" for value in data)
        case _:
            return f"{indent}{json.dumps(data, ensure_ascii=False)}\n"


def _inside(value: Any, indent: str) -> str:  # noqa: ANN401 - any JSON
    return f"\n{_yaml(value, indent + '  ')}" if isinstance(value, (dict, list)) and value else f" {_yaml(value)}"


@cache
def _manifest() -> bytes:
    return json.dumps({**MINIMAL, "policy": ["test@2025.1"]}).encode()
