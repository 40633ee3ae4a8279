"""What is packed comes back as it was, and nothing else comes back (pipeline/packing.py)."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmian_policy.lang import yaml
from cmian_policy.loading.manifest import read_bytes, with_namesakes, with_twin
from cmian_policy.model.register import Entry, Register
from cmian_policy.model.report import Tally
from cmian_policy.model.text import Bilingual
from cmian_policy.model.verdict import Verdict
from cmian_policy.model.waiver import Waiver
from cmian_policy.pipeline.judge import Judge, Judged
from cmian_policy.pipeline.options import Options
from cmian_policy.pipeline.packing import Packing
from cmian_policy.pipeline.policy import load_policy, schema
from tests.packs import MINIMAL, TODAY, applies, facts, manifest, require, rule, write_pack
from tests.properties.test_evaluation import DAYS, manifests
from tests.properties.test_manifest_validator import mutated

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from cmian_policy.pipeline.policy import Policy


POLICY = load_policy()
PACKING = Packing(Judge(POLICY, TODAY, Options()).release)
PATHS = st.sampled_from(["ai-manifest.yaml", "a/b c/ai-manifest.yml", "caf\udce9/ai-manifest.yaml"])
NAMES = st.sampled_from([(), ("x/ai-manifest.yaml",), tuple(f"{n}\udc80/ai-manifest.yaml" for n in range(9))])
QUICK = settings(max_examples=80, deadline=None, derandomize=True)


def waivers(project: str, on: date) -> Register:
    """A register that excuses a project from all that can be excused, for a few days."""
    rules = {
        version.id: POLICY.rule(pack, version) for pack in POLICY.packs for release in pack.releases for version in release.rules
    }
    made = [
        Waiver(
            f"DEROG-{each.id}",
            project,
            each.id,
            "",
            "Motif « fictif » \u202e",
            "council" if each.basis == "deliberation" else each.waivable.authority,
            each.waivable.exception,
            on,
            on,
            "Acte",
        )
        for each in rules.values()
        if each.waivable is not None
    ]
    return Register("r", "Fictif", "Personne", "r", "0" * 64, {}, {}, {}, dict.fromkeys(made, Entry(yaml.read(b"{}", "waiver"))))


def judged(data: object, path: str, on: date, others: tuple[str, ...] = (), *, registered: bool = False) -> Judged:
    """What the bundled rules find on a manifest, as one of a run with others of the same project."""
    read = read_bytes(json.dumps(data).encode(), path, lambda: schema("ai-manifest"))
    if others:
        read = with_namesakes(with_twin(read, f"{path}.autre"), sorted((path, *others)))
    register = waivers(read.project or "", on) if registered else None
    identity = path if others or read.project is None else read.project
    return Judge(POLICY, on, Options(register=register)).judge(read, identity)


@QUICK
@given(data=st.one_of(manifests(), mutated()), path=PATHS, on=DAYS, others=NAMES, registered=st.booleans())
def test_what_is_unpacked_is_what_was_packed(
    data: object, path: str, on: date, others: tuple[str, ...], *, registered: bool
) -> None:
    before = judged(data, path, on, others, registered=registered)
    packed = PACKING.pack(before)
    after = PACKING.unpack(packed, path)
    assert after.report._asdict() == before.report._asdict()
    assert [each._asdict() for each in after.report.findings] == [each._asdict() for each in before.report.findings]
    assert [each.fingerprint for each in after.report.findings] == [each.fingerprint for each in before.report.findings]
    assert (after.releases, tuple(after.notes)) == (before.releases, tuple(before.notes))
    assert PACKING.pack(after) == packed


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.one_of(manifests(), mutated()), DAYS), max_size=3))
def test_counting_is_adding_and_takes_away_again(runs: list[tuple[object, date]]) -> None:
    tally, whole = Tally({}, {}), Tally({}, {})
    packed = []
    for data, on in runs:
        before = judged(data, "ai-manifest.yaml", on, registered=True)
        whole.add(before.report)
        packed.append(PACKING.pack(before))
        rest = PACKING.count(packed[-1], tally)
        assert (rest.report.findings, rest.report.project, rest.report.verdict) == (
            (),
            before.report.project,
            before.report.verdict,
        )
        assert (rest.releases, tuple(rest.notes)) == (before.releases, tuple(before.notes))
    assert tally == whole
    for each in packed:
        PACKING.count(each, tally, times=-1)
    assert {*tally.manifests.values(), *tally.findings.values()} <= {0}


def test_a_report_moves_with_its_manifest() -> None:
    """A project has its identity anywhere; a manifest without one is named by its path, wherever its result was found."""
    nameless = manifest({"project": {"id": None}})
    for data, own in ((MINIMAL, "essai"), (nameless, None)):
        packed = PACKING.pack(judged(data, "a/ai-manifest.yaml", TODAY))
        moved = PACKING.unpack(packed, "b/ai-manifest.yaml")
        assert moved == judged(data, "b/ai-manifest.yaml", TODAY)
        assert {each.identity for each in moved.report.findings} == {own or "b/ai-manifest.yaml"}


def test_text_number_0_is_a_text(tmp_path: Path) -> None:
    """The first text of the first rule: its number is no empty value."""
    held = [rule("TEST-A01", applies_when=applies("false", "jamais")), rule("TEST-A02", require("false"))]
    policy = load_policy(write_pack(tmp_path, held))
    before, packing = _alone(policy)
    first = next(each for each in before.report.findings if each.rule == "TEST-A01")
    assert (first.verdict, first.reason) == (Verdict.NOT_APPLICABLE, Bilingual("jamais", "jamais"))
    assert json.loads(zlib.decompress(packing.pack(before)))["findings"][_place(before, "TEST-A01")][3] == 0
    assert packing.unpack(packing.pack(before), "ai-manifest.yaml") == before


def test_messages_that_no_rule_was_written_with_come_back_too(tmp_path: Path) -> None:
    """A message with a place for the manifest's words, a reason of scope, a level still to come."""
    scope = [{"cel": "true", "cap": "note", "reason": {"fr": "plafond", "en": "cap"}}]
    level = {"default": "advisory", "schedule": [{"from": "2027-01-01", "level": "blocking"}]}
    said = require("false", message={"fr": "le projet {/project/name}", "en": "the project {/project/name}"})
    folder = write_pack(tmp_path / "level", [rule("TEST-A01", said, level=level), rule("TEST-A02", require("false"))])
    with_cap = write_pack(tmp_path / "cap", [rule("TEST-A01", said)], facts_files=[facts(scope=scope)])
    for policy in (load_policy(folder), load_policy(with_cap)):
        before, packing = _alone(policy)
        assert packing.unpack(packing.pack(before), "ai-manifest.yaml") == before


def test_a_release_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """``ValueError`` as for anything that was not packed with the same releases."""
    policy = load_policy(write_pack(tmp_path, [rule()]))
    before, packing = _alone(policy)
    with pytest.raises(ValueError, match="test"):
        PACKING.unpack(packing.pack(before), "ai-manifest.yaml")
    with pytest.raises(ValueError, match="cmian"):
        packing.unpack(PACKING.pack(judged(MINIMAL, "ai-manifest.yaml", TODAY)), "ai-manifest.yaml")


WHOLE = PACKING.pack(judged({**MINIMAL, "intrus": 1}, "ai-manifest.yaml", TODAY, registered=True))
RICH = json.loads(
    zlib.decompress(PACKING.pack(judged(manifest({"people": {"interaction": "direct"}}), "m", TODAY, registered=True)))
)


def refused_or_read(unpack: Callable[[], Judged]) -> Judged | None:
    """What is read; None where it is refused, which is a ``ValueError`` and nothing else."""
    try:
        return unpack()
    except ValueError:
        return None


def test_every_damaged_byte_is_noticed() -> None:
    expected = PACKING.unpack(WHOLE, "m")
    for place in range(len(WHOLE)):
        for damaged in (WHOLE[:place], WHOLE[:place] + bytes([WHOLE[place] ^ 0xFF]) + WHOLE[place + 1 :]):
            assert refused_or_read(lambda raw=damaged: PACKING.unpack(raw, "m")) in (None, expected)  # type: ignore[misc]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=40) | st.binary(max_size=40).map(zlib.compress))
def test_other_bytes_are_refused(raw: bytes) -> None:
    assert refused_or_read(lambda: PACKING.unpack(raw, "m")) is None


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-30, 30) | st.text(max_size=3) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_whole_data_of_another_shape_is_refused_or_read(data: st.DataObject) -> None:
    held: Any = json.loads(json.dumps(RICH))
    spot: Any = held
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(spot[key], (dict, list)) or not spot[key] or data.draw(st.integers(0, 2)) == 0:
            break
        spot = spot[key]
    if data.draw(st.booleans()):
        spot[key] = data.draw(JSON)
    else:
        del spot[key]
    refused_or_read(lambda: PACKING.unpack(zlib.compress(json.dumps(held).encode()), "m"))


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"releases":' + "[" * 5000 + "]" * 5000 + "}"])
def test_bottomless_data_is_refused(deep: str) -> None:
    assert refused_or_read(lambda: PACKING.unpack(zlib.compress(deep.encode()), "m")) is None


def _alone(policy: Policy) -> tuple[Judged, Packing]:
    judge = Judge(policy, TODAY, Options())
    read = read_bytes(json.dumps(MINIMAL).encode(), "ai-manifest.yaml", lambda: schema("ai-manifest"))
    return judge.judge(read, "essai"), Packing(judge.release)


def _place(report: Judged, rule_id: str) -> int:
    return [each.rule for each in report.report.findings].index(rule_id)
