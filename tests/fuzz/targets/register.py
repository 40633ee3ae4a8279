"""The committee's register, one file of which is the input: its first line names the file, the rest is what it holds."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from cmian_policy.errors import RegisterError
from cmian_policy.model.location import tokens
from cmian_policy.model.verdict import Verdict
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.register import ending, read_files
from cmian_policy.pipeline.run import Options, check_bytes
from cmian_policy.sources.register import held_files
from tests.fuzz.oracles import explained, said
from tests.fuzz.targets.report import BUILT_IN, judged
from tests.fuzz.vocabulary import contract, manifest_words, words
from tests.packs import ROOT
from tests.register_folder import IDENTITY, evaluation, opinion, referral, waiver
from tests.runner import CHATBOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cmian_policy.model.finding import Finding
    from cmian_policy.model.register import Register
    from cmian_policy.model.rule import Rule
    from cmian_policy.model.waiver import Waiver

POLICY = load_policy()
RULES: dict[str, list[Rule]] = {}
for _pack in POLICY.packs:
    for _release in _pack.releases:
        for _version in _release.rules:
            RULES.setdefault(_version.id, []).append(POLICY.rule(_pack, _version))
WORDS = (*contract("register"), *manifest_words()[:80], *RULES, *words("yaml", "hostile", "register"))
ON = date(2026, 11, 23)
TEXT = b"FICTIF\n"
MANIFEST = (
    CHATBOT
    + """\
cmian:
  opinion: {ref: AVIS-1, date: 2026-06-18, conclusion: favourable}
  referral: {ref: SAISINE-1, status: submitted, date: 2026-04-07}
"""
).encode()


def seeds() -> Iterator[bytes]:
    """Each file of a small register, waivers of several rules, and the fictional register of the examples."""
    for path, raw in _files().items():
        yield path.encode() + b"\n" + raw
    for name in sorted(RULES)[::3]:
        rule = RULES[name][-1]
        by = rule.waivable
        authority = "council" if rule.basis == "deliberation" else by.authority if by is not None else "city"
        data = waiver(rule=name, authority=authority, exception=by.exception if by is not None and by.exception else ...)
        yield b"waivers/0.yaml\n" + _yaml(data)
    for file in sorted((ROOT / "examples/register").rglob("*.yaml")):
        kind = file.parent.name
        if kind in {"opinions", "evaluations", "referrals", "waivers"}:
            yield f"{kind}/0.yaml\n".encode() + file.read_bytes()


def one(raw: bytes) -> None:
    """Read the register and, where it can be used, check a manifest with it."""
    name, _, content = raw.partition(b"\n")
    path = name.decode("ascii", errors="replace")
    if path not in _files():
        return
    files = {**_files(), path: content, "texts/avis.txt": TEXT}
    shown = [f"r/{path}", "r", *(f"r/{each}" for each in files)]
    try:
        register = read_files(held_files(files, "r"), POLICY, strict=len(content) % 2 == 0)
    except RegisterError as error:
        explained(error, content, *shown)
        return
    list(ending(register, ON))
    plain = check_bytes(MANIFEST, "m/ai-manifest.yaml", POLICY, ON, here=ROOT / "tests")
    report = check_bytes(MANIFEST, "m/ai-manifest.yaml", POLICY, ON, Options(register=register), here=ROOT / "tests")
    judged(plain)
    for found in judged(report).findings:
        _excused(found, register)
    for note in report.notes:
        said(note.message)


def _excused(finding: Finding, register: Register) -> None:
    """What is waived is no built-in rule, and an act that the rule admits covers each of its places (rules.md, "Waivers")."""
    if finding.waiver is None:
        assert finding.verdict is not Verdict.WAIVED
        return
    assert finding.rule not in BUILT_IN
    acts = [each for each in register.waivers if _admitted(each, finding)]
    for place in finding.observations:
        if place.verdict is Verdict.FAIL:
            assert any(tokens(place.pointer)[: len(tokens(act.pointer))] == tokens(act.pointer) for act in acts)


def _admitted(each: Waiver, finding: Finding) -> bool:
    rule = next(rule for rule in RULES[finding.rule] if rule.version == finding.version)
    if each.project != "essai" or each.rule != finding.rule or not each.granted <= ON <= each.expires or rule.waivable is None:
        return False
    return each.authority == ("council" if rule.basis == "deliberation" else rule.waivable.authority)


@cache
def _files() -> dict[str, bytes]:
    text = {"path": "texts/avis.txt", "sha256": hashlib.sha256(TEXT).hexdigest()}
    conditions = [{"id": "c1", "text": "Condition fictive", "status": "open"}]
    full = opinion(text=text, conclusion="favourable_with_conditions", conditions=conditions, valid_until="2027-06-30")
    data = {
        "register.yaml": IDENTITY,
        "opinions/0.yaml": full,
        "evaluations/0.yaml": evaluation(valid_until="2026-12-15"),
        "referrals/0.yaml": referral(),
        "waivers/0.yaml": waiver(),
    }
    return {path: _yaml(each) for path, each in data.items()}


def _yaml(data: dict[str, object]) -> bytes:
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in data.items()).encode()
