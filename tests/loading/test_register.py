"""The register is read strictly, whole or not at all (rules.md, "The committee's register" and "Waivers")."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from cmian_policy.errors import RegisterError
from cmian_policy.lang import register_validator, yaml
from cmian_policy.lang.jsonschema import explain
from cmian_policy.messages import render
from cmian_policy.pipeline.policy import load_policy
from cmian_policy.pipeline.register import load_register, read_files
from cmian_policy.sources.register import held_files
from tests.packs import ROOT, both, release, rule, write_pack
from tests.register_folder import (
    IDENTITY,
    Data,
    add_text,
    evaluation,
    opinion,
    referral,
    waiver,
    write,
    write_register,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cmian_policy.pipeline.policy import Policy

POLICY = load_policy()
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas/register/1.0.schema.json").read_text(encoding="utf-8"))
# The provision that LAW-T06 names, as rules.md has it in the catalogue: CRPA L.311-5 2°.
EXCEPTION = "Code des relations entre le public et l'administration, article L. 311-5, 2°"


def faults(folder: Path, policy: Policy = POLICY, *, strict: bool = False) -> list[tuple[str, str]]:
    """Place and message of every fault, the folder's own name left out; the register must have one."""
    with pytest.raises(RegisterError) as caught:
        load_register(folder, policy, strict=strict)
    error = caught.value
    return [(str(each.location).removeprefix(f"{folder}/"), render(each.message, "fr")) for each in (error, *error.also)]


def only(folder: Path, policy: Policy = POLICY, *, strict: bool = False) -> tuple[str, str]:
    """The one fault of a register."""
    (found,) = faults(folder, policy, strict=strict)
    return found


def changed(entry: Data, key: str) -> Data:
    """An entry without one of its keys."""
    return {name: value for name, value in entry.items() if name != key}


# what is read


def test_a_register_is_read_whole(tmp_path: Path) -> None:
    text = add_text(tmp_path)
    condition = {"id": "c1", "text": "Une condition", "status": "planned", "due": "2027-01-31"}
    full = {
        "scope_digest": "0" * 64,
        "conditions": [condition],
        "valid_until": "2028-06-18",
        "withdrawn": {"date": "2026-10-05", "reason": "Motif"},
        "text": text,
    }
    entries = {"opinions": [opinion(**full)], "evaluations": [evaluation(**full), evaluation(ref="EVAL-2")]}
    write_register(tmp_path, **entries, referrals=[referral()], waivers=[waiver()])
    register = load_register(tmp_path, POLICY)
    assert (register.id, register.title, register.publisher) == ("registre-essai", "Registre fictif", "Personne")
    assert register.opinions["AVIS-1"].data == opinion(**full)
    assert sorted(register.evaluations) == ["EVAL-1", "EVAL-2"]
    assert register.referrals["SAISINE-1"].data == referral()
    assert [(each.ref, each.granted.isoformat(), each.exception) for each in register.waivers] == [
        ("DEROG-1", "2026-03-02", None)
    ]
    assert register.used[:3] == (True, "registre-essai", tmp_path.as_posix())


def test_a_register_without_any_entry_is_one(tmp_path: Path) -> None:
    register = load_register(write_register(tmp_path), POLICY)
    assert (dict(register.opinions), dict(register.waivers)) == ({}, {})


def test_the_record_holds_what_the_manifest_names_whatever_the_project(tmp_path: Path) -> None:
    entries = {"opinions": [opinion(project="autre")], "evaluations": [evaluation()], "referrals": [referral()]}
    register = load_register(write_register(tmp_path, **entries), POLICY)
    cmian = {"opinion": {"ref": "AVIS-1"}, "education_evaluation": {"ref": "EVAL-2"}, "referral": {"status": "submitted"}}
    record = register.record({"cmian": cmian})  # type: ignore[dict-item] # plain data
    assert (record.configured, record.opinion, record.evaluation, record.referral) == (True, opinion(project="autre"), None, None)
    assert register.record({})[:2] == (True, None)


def test_the_example_is_a_register() -> None:
    register = load_register(ROOT / "examples" / "register", POLICY, strict=True)
    assert (len(register.opinions), len(register.waivers)) == (3, 4)


def test_every_file_of_the_example_says_that_it_is_fictional() -> None:
    files = [path for path in (ROOT / "examples" / "register").rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path for path in files if "FICTIF" not in path.read_text(encoding="utf-8").splitlines()[0]] == []


def test_the_digest_is_that_of_every_byte_but_those_of_git(tmp_path: Path) -> None:
    write_register(tmp_path / "a", opinions=[opinion(text=add_text(tmp_path / "a"))])
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    write(tmp_path / "b" / ".git" / "config", {})
    (tmp_path / "b" / ".gitattributes").write_text("* -text\n", encoding="utf-8")
    one, other = (load_register(tmp_path / name, POLICY).sha256 for name in "ab")
    assert one == other
    (tmp_path / "b" / "README.md").write_text("Un registre fictif.\n", encoding="utf-8")
    assert load_register(tmp_path / "b", POLICY).sha256 != one


def test_files_at_hand_make_the_same_register(tmp_path: Path) -> None:
    write_register(tmp_path, opinions=[opinion(text=add_text(tmp_path))], waivers=[waiver()])
    held = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    register = read_files(held_files({**held, ".gitignore": b"x"}, tmp_path.as_posix()), POLICY)
    on_disk = load_register(tmp_path, POLICY)
    assert (register.used, list(register.waivers)) == (on_disk.used, list(on_disk.waivers))
    assert register.opinions["AVIS-1"].data == on_disk.opinions["AVIS-1"].data


# what cannot be read


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    place, what = only(tmp_path / "absent")
    assert place == str(tmp_path / "absent")
    assert "lecture impossible" in what


def test_a_file_where_a_folder_is_expected(tmp_path: Path) -> None:
    assert "lecture impossible" in only(write(tmp_path / "register.yaml", IDENTITY))[1]


def test_a_folder_without_register_yaml(tmp_path: Path) -> None:
    write(tmp_path / "opinions" / "a.yaml", opinion())
    place, what = only(tmp_path)
    assert place == str(tmp_path)
    assert "register.yaml" in what


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"ref: A\nref: B\n", "ref"),
        (b"ref: [\n", ""),
        (b"\xff\xfe", "UTF-8"),
        (b"a: 1\n---\nb: 2\n", ""),
        (b"x: &a [*a]\n", ""),
        (b"", ""),
        (b"- ref\n", ""),
    ],
)
def test_yaml_is_read_as_strictly_as_a_manifest(tmp_path: Path, raw: bytes, words: str) -> None:
    write_register(tmp_path)
    (tmp_path / "opinions").mkdir()
    (tmp_path / "opinions" / "a.yaml").write_bytes(raw)
    found = faults(tmp_path)
    assert all(place.startswith("opinions/a.yaml:") for place, _ in found)
    assert words in found[0][1]


def test_an_unreadable_file_is_a_fault(tmp_path: Path) -> None:
    write_register(tmp_path, opinions=[opinion()])
    (tmp_path / "opinions" / "0.yaml").chmod(0)
    if os.access(tmp_path / "opinions" / "0.yaml", os.R_OK):
        pytest.skip("this user reads everything")
    assert only(tmp_path)[0] == "opinions/0.yaml"


def test_every_fault_of_every_file_is_named_in_one_pass(tmp_path: Path) -> None:
    write_register(
        tmp_path,
        opinions=[opinion(conclusion="favorable"), opinion(ref="AVIS-2", text={"path": "texts/absent.txt", "sha256": "0" * 64})],
        referrals=[changed(referral(), "date")],
        waivers=[waiver(expires="2029-01-01"), waiver(ref="DEROG-2", rule="CMIAN-A07")],
    )
    write(tmp_path / "avis" / "a.yaml", opinion())
    assert [place for place, _ in faults(tmp_path)] == [
        "avis/a.yaml",
        "opinions/0.yaml:5:16",
        "opinions/1.yaml:10:11",
        "referrals/0.yaml:1:1",
        "waivers/0.yaml:9:13",
        "waivers/1.yaml:4:10",
    ]


# contracts

REQUIRED: dict[str, tuple[Callable[..., Data], tuple[str, ...]]] = {
    "opinions": (opinion, ("ref", "project", "date", "conclusion", "domains")),
    "evaluations": (evaluation, ("ref", "project", "date")),
    "referrals": (referral, ("ref", "project", "date")),
    "waivers": (waiver, ("ref", "project", "rule", "pointer", "reason", "authority", "granted", "expires", "act")),
}


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, (_, keys) in REQUIRED.items() for key in keys])
def test_a_required_field_is_required(tmp_path: Path, kind: str, key: str) -> None:
    write_register(tmp_path)
    write(tmp_path / kind / "a.yaml", changed(REQUIRED[kind][0](), key))
    place, what = only(tmp_path)
    assert place == f"{kind}/a.yaml:1:1"
    assert f"« {key} »".replace("« ", "«\u00a0").replace(" »", "\u00a0»") in what


@pytest.mark.parametrize("key", ["id", "title", "publisher"])
def test_the_register_names_itself(tmp_path: Path, key: str) -> None:
    write(tmp_path / "register.yaml", changed(IDENTITY, key))
    assert only(tmp_path)[0] == "register.yaml:1:1"


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("opinions", opinion(conclusions="favourable")),
        ("opinions", opinion(date="2026-02-30")),
        ("opinions", opinion(project="Essai")),
        ("opinions", opinion(domains=[])),
        ("opinions", opinion(domains=["ecole"])),
        ("opinions", opinion(ref="\u200b")),
        ("opinions", opinion(ref=None)),
        ("opinions", opinion(scope_digest="A" * 64)),
        ("opinions", opinion(conditions=[{"id": "c1", "text": "x", "status": "ok"}])),
        ("opinions", opinion(conditions=[{"id": "c1", "text": "x", "status": "open", "x-note": "libre"}])),
        ("opinions", opinion(withdrawn={"on": "2026-10-05"})),
        ("opinions", opinion(withdrawn=True)),
        ("opinions", opinion(text={"path": "texts/a.txt"})),
        ("opinions", opinion(valid_until="demain")),
        ("evaluations", evaluation(conclusion="bof")),
        ("referrals", referral(conclusion="favourable")),
        ("waivers", waiver(rule="manifest-schema")),  # the built-in rules cannot even be named
        ("waivers", waiver(pointer="people")),
        ("waivers", waiver(pointer="/a~2")),
        ("waivers", waiver(authority="mayor")),
        ("waivers", waiver(granted="2026-03")),
        ("waivers", waiver(exception="")),
        ("waivers", waiver(permanent=True)),
    ],
)
def test_what_breaks_the_contract_is_refused(tmp_path: Path, kind: str, entry: Data) -> None:
    write_register(tmp_path)
    write(tmp_path / kind / "a.yaml", entry)
    assert {place.split(":")[0] for place, _ in faults(tmp_path)} == {f"{kind}/a.yaml"}


def test_a_misspelt_key_gets_a_suggestion(tmp_path: Path) -> None:
    write_register(tmp_path, opinions=[opinion(valid_untill="2027-01-01")])
    place, what = only(tmp_path)
    assert place == "opinions/0.yaml:9:2"
    assert "valid_until" in what


@pytest.mark.parametrize("reason", [None, ...])
def test_a_waiver_without_exception_may_say_so(tmp_path: Path, reason: object) -> None:
    (found,) = load_register(write_register(tmp_path, waivers=[waiver(exception=reason)]), POLICY).waivers
    assert found.exception is None


def test_the_committee_knows_the_domains_conclusions_and_statuses_of_manifests() -> None:
    manifest = json.loads((ROOT / "schemas/ai-manifest/1.0.schema.json").read_text(encoding="utf-8"))["properties"]
    declared = manifest["cmian"]["properties"]["opinion"]["properties"]
    kept = SCHEMA["$defs"]["opinion"]["properties"]
    assert kept["domains"]["items"]["enum"] == manifest["purpose"]["properties"]["domain"]["enum"]
    assert kept["conclusion"]["enum"] == declared["conclusion"]["enum"]
    condition = declared["conditions"]["items"]
    assert SCHEMA["$defs"]["condition"]["required"] == condition["required"]
    assert SCHEMA["$defs"]["condition"]["properties"].keys() == condition["properties"].keys()


def _entries() -> list[tuple[str, Data]]:
    """Entries of every kind, each also without each of its fields and with each of them spoilt."""
    condition = {"id": "c1", "text": "x", "status": "open", "due": "2027-01-31"}
    more = {
        "scope_digest": "0" * 64,
        "conditions": [condition],
        "valid_until": "2028-06-18",
        "withdrawn": {"date": "2026-10-05", "reason": "x"},
        "text": {"path": "a", "sha256": "0" * 64},
    }
    whole: list[tuple[str, Data]] = [
        ("register", IDENTITY),
        ("opinion", opinion(**more)),
        ("evaluation", evaluation(**more)),
        ("referral", referral()),
        ("waiver", waiver(exception="x")),
        ("waiver", waiver(exception=None)),
    ]
    found = [*whole, *((kind, changed(entry, key)) for kind, entry in whole for key in entry)]
    for value in (None, "", "\u200b", "x\n", 3, True, [], {}, [None], ["education", "x"], {"x": 1}, "2026-02-30", "0" * 63):
        for kind, entry in whole:
            found += [(kind, {**entry, key: value}) for key in [*entry, "x-extra"]]
            for key in {"withdrawn", "text"} & entry.keys():
                found += [(kind, {**entry, key: {**entry[key], inner: value}}) for inner in (*entry[key], "more")]
            if "conditions" in entry:
                found += [(kind, {**entry, "conditions": [{**condition, inner: value}]}) for inner in (*condition, "more")]
    return found


def test_the_generated_validator_accepts_what_the_schema_accepts() -> None:
    accepted = 0
    for kind, entry in _entries():
        document = yaml.read(json.dumps(entry).encode(), "entry")
        violations = explain(document, {**SCHEMA["$defs"][kind], "$defs": SCHEMA["$defs"]})
        try:
            getattr(register_validator, f"validate___defs_{kind}")(document.data)
        except register_validator.JsonSchemaValueException:
            assert violations, (kind, entry)
        else:
            assert not violations, (kind, entry)
            accepted += 1
    assert 6 < accepted < len(_entries()) / 2


# references


@pytest.mark.parametrize("kind", ["opinions", "evaluations", "referrals", "waivers"])
def test_a_reference_is_given_once(tmp_path: Path, kind: str) -> None:
    entry = REQUIRED[kind][0]()
    write_register(tmp_path, **{kind: [entry, {**entry, "project": "autre"}]})
    place, what = only(tmp_path)
    assert place == f"{kind}/1.yaml:2:9"
    assert f"{kind}/0.yaml" in what


def test_two_kinds_may_share_a_reference(tmp_path: Path) -> None:
    entries = {
        "opinions": [opinion(ref="2026-1")],
        "evaluations": [evaluation(ref="2026-1")],
        "referrals": [referral(ref="2026-1")],
    }
    assert load_register(write_register(tmp_path, **entries), POLICY).opinions["2026-1"]


def test_two_conditions_of_one_id(tmp_path: Path) -> None:
    condition = {"id": "c1", "text": "x", "status": "open"}
    write_register(tmp_path, opinions=[opinion(conditions=[condition, condition])])
    assert "c1" in only(tmp_path)[1]


ELSEWHERE = ("opinions/a.yml", "opinions/A.YAML", "opinions/2026/a.yaml", "waiver/a.yaml", "a.yaml", "register.yml")


@pytest.mark.parametrize("path", [*ELSEWHERE, "texts/avis.pdf", "notes.txt"])
def test_a_stray_file_is_refused(tmp_path: Path, path: str) -> None:
    write_register(tmp_path)
    write(tmp_path / path, opinion())
    assert only(tmp_path)[0] == path


@pytest.mark.parametrize("path", ["README.md", "README.fr.md", "LICENSE", ".gitattributes", ".github/workflows/verify.yml"])
def test_what_any_repository_holds_may_be_there(tmp_path: Path, path: str) -> None:
    write(write_register(tmp_path) / path, {})
    assert load_register(tmp_path, POLICY)


def test_a_text_that_is_there_with_its_bytes(tmp_path: Path) -> None:
    text = add_text(tmp_path, "opinions/avis.pdf", b"%PDF \x00\xff")
    assert load_register(write_register(tmp_path, opinions=[opinion(text=text)]), POLICY)


def test_a_text_that_changed_makes_the_register_unusable(tmp_path: Path) -> None:
    text = add_text(tmp_path)
    write_register(tmp_path, opinions=[opinion(text=text)])
    (tmp_path / "texts/avis.txt").write_bytes(b"FICTIF \n")
    place, what = only(tmp_path)
    assert place == "opinions/0.yaml:11:13"
    assert "texts/avis.txt" in what
    assert text["sha256"][:12] in what


OUTSIDE = ("../dehors.txt", "texts/../../dehors.txt", "/etc/hostname")


@pytest.mark.parametrize("path", [*OUTSIDE, "texts/absent.txt", "texts/./avis.txt", ".cache/avis.txt", "texts"])
def test_a_text_lies_in_the_register_under_its_own_path(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "registre"
    (tmp_path / "dehors.txt").write_bytes(b"FICTIF\n")
    text = add_text(folder)
    add_text(folder, ".cache/avis.txt")
    write_register(folder, opinions=[opinion(text={**text, "path": path}), opinion(ref="AVIS-2", text=text)])
    place, what = only(folder)
    assert place == "opinions/0.yaml:10:11"
    assert path in what


def test_no_link_is_followed(tmp_path: Path) -> None:
    folder = tmp_path / "registre"
    outside = add_text(tmp_path, "dehors/avis.txt")
    write_register(folder, opinions=[opinion(text={**outside, "path": "texts/avis.txt"})])
    (folder / "texts").symlink_to(tmp_path / "dehors")
    write(tmp_path / "avis.yaml", opinion(ref="AVIS-2"))
    (folder / "opinions" / "b.yaml").symlink_to(tmp_path / "avis.yaml")
    (folder / "opinions" / "c.yaml").symlink_to("0.yaml")
    found = faults(folder)
    assert [place for place, _ in found] == ["opinions/0.yaml:10:11", "opinions/b.yaml", "opinions/c.yaml", "texts"]
    assert all("lien" in what for _, what in found)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    write_register(tmp_path)
    (tmp_path / "opinions").mkdir()
    os.mkfifo(tmp_path / "opinions" / "a.yaml")
    assert only(tmp_path)[0] == "opinions/a.yaml"


@pytest.mark.parametrize("name", [b"avis\xff.yaml", b"avis\n.yaml", "avis\u202e.yaml".encode()])
@pytest.mark.skipif(os.name == "nt", reason="file names are bytes on POSIX")
def test_a_name_that_nobody_can_read_is_refused(tmp_path: Path, name: bytes) -> None:
    write_register(tmp_path)
    (tmp_path / "opinions").mkdir()
    try:
        (tmp_path / "opinions" / os.fsdecode(name)).write_text(json.dumps(opinion()), encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert "nom de ce fichier" in only(tmp_path)[1]


def test_a_name_that_nobody_can_read_is_refused_in_git_too() -> None:
    held = {"register.yaml": json.dumps(IDENTITY).encode(), "opinions/avis\udcff.yaml": json.dumps(opinion()).encode()}
    with pytest.raises(RegisterError) as caught:
        read_files(held_files(held, "registre"), POLICY)
    assert "nom de ce fichier" in render(caught.value.message, "fr")


# how long a waiver lasts


@pytest.mark.parametrize(
    ("granted", "expires"),
    [
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02", "2028-03-02"),
        ("2024-02-29", "2026-02-28"),
        ("2026-02-28", "2028-02-28"),
        ("2027-03-01", "2027-03-02"),
        ("9999-01-01", "9999-12-31"),
    ],
)
def test_a_waiver_lasts_24_months_at_most(tmp_path: Path, granted: str, expires: str) -> None:
    assert load_register(write_register(tmp_path, waivers=[waiver(granted=granted, expires=expires)]), POLICY).waivers


@pytest.mark.parametrize(
    ("granted", "expires", "named"),
    [
        ("2026-03-02", "2028-03-03", "2028-03-02"),
        ("2024-02-29", "2026-03-01", "2026-02-28"),
        ("2026-02-28", "2028-02-29", "2028-02-28"),
        ("2026-03-02", "9999-12-31", "2028-03-02"),
        ("2026-03-02", "2026-03-01", "2026-03-02"),
    ],
)
def test_a_waiver_that_lasts_longer_or_ends_before_it_begins(tmp_path: Path, granted: str, expires: str, named: str) -> None:
    write_register(tmp_path, waivers=[waiver(granted=granted, expires=expires)])
    place, what = only(tmp_path)
    assert place == "waivers/0.yaml:9:13"
    assert named in what


# what the rules admit

LAW = {"rule": "LAW-T06", "authority": "city", "exception": EXCEPTION}
COUNCIL = {"rule": "CMIAN-T01", "authority": "council"}


@pytest.mark.parametrize("entry", [{}, LAW, COUNCIL, {**COUNCIL, "rule": "CMIAN-E01"}, {"rule": "CMIAN-T02"}], ids=str)
def test_a_waiver_that_the_rule_admits(tmp_path: Path, entry: Data) -> None:
    assert load_register(write_register(tmp_path, waivers=[waiver(**entry)]), POLICY).waivers


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        *(pytest.param({"rule": rule}, 4, id=rule) for rule in ("CMIAN-G02", "CMIAN-G04", "CMIAN-A06", "CMIAN-A07")),
        *(pytest.param({**LAW, "rule": rule}, 4, id=rule) for rule in ("LAW-L01", "LAW-V02", "LAW-E04", "LAW-T07")),
        pytest.param({**LAW, "exception": ...}, 1, id="no exception"),
        pytest.param({**LAW, "exception": "CRPA L.311-5 2°"}, 8, id="another wording"),
        pytest.param({**LAW, "exception": f"{EXCEPTION} "}, 8, id="a blank more"),
        pytest.param({**LAW, "exception": EXCEPTION, "rule": "LAW-T03"}, 8, id="the exception of another rule"),
        pytest.param({**LAW, "authority": "council"}, 7, id="the council cannot waive the law"),
        pytest.param({**COUNCIL, "authority": "committee"}, 7, id="the deliberation takes the council"),
        pytest.param({**COUNCIL, "authority": "city"}, 7, id="nor the city"),
        pytest.param({"authority": "city"}, 7, id="an interpretation takes the authority that it names"),
        pytest.param({"exception": EXCEPTION}, 8, id="an exception that the rule does not name"),
        pytest.param({"rule": "CMIAN-I99"}, 4, id="no such rule"),
        pytest.param({"rule": "NUL-X01"}, 4, id="no such pack"),
    ],
)
def test_a_waiver_that_the_rule_does_not_admit(tmp_path: Path, entry: Data, line: int) -> None:
    order = ("ref", "project", "rule", "pointer", "reason", "authority", "exception", "granted", "expires", "act")
    full = waiver(**entry)
    write_register(tmp_path, waivers=[{key: full[key] for key in order if key in full}])
    place, what = only(tmp_path)
    assert place.split(":")[:2] == ["waivers/0.yaml", str(line)]
    assert full["rule"] in what


def test_a_misspelt_rule_gets_a_suggestion(tmp_path: Path) -> None:
    assert "CMIAN-I01" in only(write_register(tmp_path, waivers=[waiver(rule="CMIAN-IO1")]))[1]


def test_what_a_law_waiver_lacks_is_told_word_for_word(tmp_path: Path) -> None:
    assert EXCEPTION in only(write_register(tmp_path, waivers=[waiver(**{**LAW, "exception": "CRPA"})]))[1]


def _two_versions(folder: Path, first: object, second: object, **changes: Any) -> Policy:  # noqa: ANN401 - any JSON
    """A pack with a rule in two versions, waivable or not."""
    one, two = rule(waivable=first, **changes), rule(waivable=second, version=2, **changes)
    releases = [release("2025.1", [one]), release("2026.1", [two], in_force_from="2026-01-01")]
    return load_policy(write_pack(folder, [one, two], releases=releases))


BY_COMMITTEE = {"by": both("le comité"), "authority": "committee"}


@pytest.mark.parametrize(("first", "second"), [(BY_COMMITTEE, False), (False, BY_COMMITTEE), (BY_COMMITTEE, BY_COMMITTEE)])
def test_a_waiver_stays_in_a_register_as_long_as_a_version_of_its_rule_admits_it(
    tmp_path: Path, first: object, second: object
) -> None:
    policy = _two_versions(tmp_path / "policies", first, second)
    assert load_register(write_register(tmp_path / "registre", waivers=[waiver(rule="TEST-A01")]), policy).waivers


def test_a_waiver_that_no_version_admits_is_refused(tmp_path: Path) -> None:
    policy = _two_versions(tmp_path / "policies", False, {**BY_COMMITTEE, "authority": "city"})  # noqa: FBT003 - the file's own word
    assert "Ville" in only(write_register(tmp_path / "registre", waivers=[waiver(rule="TEST-A01")]), policy)[1]


def test_a_law_rule_that_names_no_exception_is_not_waivable_whatever_it_says(tmp_path: Path) -> None:
    reference = {"title": "Loi", "article": "1", "checked_on": "2026-11-23", "certainty": "unverified"}
    policy = _two_versions(tmp_path / "policies", BY_COMMITTEE, BY_COMMITTEE, basis="law", references=[reference])
    assert "aucune dérogation" in only(write_register(tmp_path / "registre", waivers=[waiver(rule="TEST-A01")]), policy)[1]


def test_a_rule_of_a_pack_that_the_run_does_without_is_no_fault_of_the_register(tmp_path: Path) -> None:
    policy = _two_versions(tmp_path / "policies", BY_COMMITTEE, BY_COMMITTEE)
    known = write_register(tmp_path / "known", waivers=[waiver(rule="TEST-A01"), waiver(ref="DEROG-2", **LAW)])
    assert len(load_register(known, policy).waivers) == 2
    assert only(known, policy, strict=True)[0].startswith("waivers/1.yaml:4")
    typo = write_register(tmp_path / "typo", waivers=[waiver(rule="TEST-A02")])
    assert only(typo, policy)[0].startswith("waivers/0.yaml:4")
