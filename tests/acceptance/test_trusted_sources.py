"""``check`` with rules and a register from git, signed: what the report proves, and what is refused (rules.md, "Trust").

The repositories are made by git and the keys by ssh-keygen; the project, its secretariat and its cache are one test's own.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.runner import EXAMPLES, NON_COMPLIANT, OK, ON, ROOT, UNUSABLE, Done, cmian
from tests.sources.workshop import Workshop, edit, needs_ssh_keygen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = needs_ssh_keygen

PROJECT = "affectation-scolaire-complete"  # its opinion, evaluation and referral are in the fictional register
WITHDRAWN = "stationnement-ecoles"


def files(folder: Path, inside: str) -> dict[str, bytes]:
    """Every file under a folder, by its path in a repository."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {f"{inside}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in found}


class City:
    """A repository of rules and one of the register, both signed by the secretariat, and a project that trusts its key."""

    def __init__(self, folder: Path) -> None:
        self.work = Workshop(folder)
        self.key = self.work.key("secretariat")
        self.rules = self.work.repository("rules")
        self.rules.commit(files(ROOT / "policies", "policies"))
        self.rules.tag("v1", key=self.key)
        self.register = self.work.repository("register")
        self.commit = self.register.commit(files(EXAMPLES / "register", "registre"), key=self.key)
        self.project = self.work.project
        shutil.copy(EXAMPLES / PROJECT / "ai-manifest.yaml", self.project)
        self.work.trust("secretariat")
        self.configure()

    def configure(self, **more: str) -> None:
        """Writes the project's configuration; ``more`` changes its lines."""
        lines = {
            "cmian": f"  - {{id: cmian, source: {self.rules.address}, ref: v1, path: policies, allowed_signers: trusted}}",
            "law": "  - {id: fr-eu-law, source: bundled}",
            "register": f"register: {{id: registre-fictif, source: {self.register.address}, ref: main, path: registre,"
            " allowed_signers: trusted}",
            **more,
        }
        text = "\n".join(["packs:", lines["cmian"], lines["law"], lines["register"], ""])
        (self.project / ".cmian-policy.yaml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Runs the tool in the project."""
        return cmian(arguments, self.project, {**self.work.env, **(env or {})}, seconds=60)

    def update(self) -> None:
        """Brings the sources up to date."""
        done = self.run("policy", "update")
        assert done.code == OK, done.err

    def check(self, *options: str) -> Done:
        """The JSON run on the date of the tests."""
        return self.run("check", ".", "--as-of", ON, "-f", "json", *options)


@pytest.fixture
def city(tmp_path: Path) -> City:
    """A city whose project is up to date."""
    made = City(tmp_path)
    made.update()
    return made


def used(done: Done, pack: str) -> dict[str, Any]:
    """What the report says of a pack."""
    found: dict[str, Any] = next(each for each in done.report["policy"] if each["pack"] == pack)
    return found


def unusable(done: Done, kind: str) -> str:
    """The one note of a run that judged nothing."""
    assert (done.code, done.report["verdict"], done.report["manifests"]) == (UNUSABLE, "error", [])
    (note,) = done.report["notes"]
    assert note["kind"] == kind
    message: str = note["message"]
    return message


def test_the_report_proves_what_it_used(city: City) -> None:
    done = city.check()
    assert (done.code, done.report["verdict"]) == (OK, "compliant"), done.err
    rules, register = used(done, "cmian"), done.report["register"]
    assert (rules["source"], rules["signed"]) == (city.rules.address, True)
    assert rules["commit"] == city.rules.git("rev-parse", "v1^{commit}")
    assert rules["sha256"] == used(city.run("check", ".", "--as-of", ON, "-f", "json", "--no-config"), "cmian")["sha256"]
    assert (register["configured"], register["id"], register["source"]) == (True, "registre-fictif", city.register.address)
    assert (register["commit"], register["signed"]) == (city.commit, True)
    assert used(done, "fr-eu-law")["commit"] is None
    assert done.finding("CMIAN-A07")["verdict"] == "pass"


def test_a_verdict_is_replayed_byte_for_byte(city: City) -> None:
    first = city.check("--as-of", "2026-11-20")
    city.register.commit({"registre/opinions/avis-fictif-2025-002.yaml": b"ref: autre\n"}, key=city.key)  # the world goes on
    again = city.check("--as-of", "2026-11-20", "--no-cache")
    assert first.out == again.out
    shutil.rmtree(city.work.store)
    assert city.run("policy", "update", "--locked").code == OK
    assert city.check("--as-of", "2026-11-20").out == first.out


def test_the_check_uses_no_network(city: City) -> None:
    shutil.rmtree(city.rules.folder)
    shutil.rmtree(city.register.folder)
    assert city.check().code == OK


def test_without_a_lock_or_a_copy_nothing_is_judged_and_the_message_says_what_to_do(city: City) -> None:
    lock = city.work.lock.read_bytes()
    city.work.lock.unlink()
    assert "policy update" in unusable(city.check(), "policy-unusable")
    city.work.lock.write_bytes(lock)
    shutil.rmtree(city.work.store)
    assert "policy update" in unusable(city.check(), "policy-unusable")


def test_a_register_that_lost_its_copy_is_not_a_run_without_a_register(city: City) -> None:
    city.configure(cmian="  - {id: cmian, source: bundled}")
    city.update()
    shutil.rmtree(city.work.store)
    done = city.check()
    assert "policy update" in unusable(done, "register-unusable")
    assert done.report["register"]["configured"] is True


@pytest.mark.parametrize("what", ["unsigned", "stranger"])
def test_a_register_without_the_trusted_signature_is_refused(city: City, what: str) -> None:
    key = city.work.key("stranger") if what == "stranger" else None
    city.register.commit({"registre/texts/autre.txt": b"x"}, key=key)
    done = city.run("policy", "update")
    assert done.code == UNUSABLE
    assert city.check().code == OK  # the old state, whole


def test_a_register_that_is_not_the_one_meant_is_refused(city: City) -> None:
    edit(city.project / ".cmian-policy.yaml", ("id: registre-fictif", "id: registre-de-la-ville"))
    city.work.lock.unlink()
    city.update()
    assert "registre-fictif" in unusable(city.check(), "register-unusable")


def test_an_opinion_that_was_withdrawn_is_a_failure_once_the_register_says_so(city: City) -> None:
    shutil.copy(EXAMPLES / WITHDRAWN / "ai-manifest.yaml", city.project)
    done = city.check("--select", "CMIAN-A07")
    assert (done.code, done.finding("CMIAN-A07")["verdict"]) == (NON_COMPLIANT, "fail")


def test_a_project_that_edits_its_configuration_is_judged_by_the_one_that_the_workflow_pins(city: City, tmp_path: Path) -> None:
    """The workflow keeps configuration, lock and keys of its own; the pull request rewrites the project's."""
    shutil.copy(EXAMPLES / WITHDRAWN / "ai-manifest.yaml", city.project)
    own = tmp_path / "workflow"
    own.mkdir()
    for name in (".cmian-policy.yaml", ".cmian-policy.lock", "trusted"):
        shutil.copy(city.project / name, own)
    (city.project / ".cmian-policy.yaml").write_text("packs:\n  - {id: fr-eu-law, source: bundled}\n", encoding="utf-8")
    assert "cmian" not in {each["pack"] for each in city.check().report["policy"]}
    done = city.check("--config", "../workflow/.cmian-policy.yaml")
    assert (done.code, used(done, "cmian")["signed"], done.report["register"]["commit"]) == (NON_COMPLIANT, True, city.commit)


def test_doctor_says_what_git_vouches_for(city: City) -> None:
    done = city.run("doctor", "--as-of", ON)
    assert done.code == OK, done.out
    assert city.commit[:12] in done.out
    assert done.out.count("signé par une clé de confiance") == 2
    shutil.rmtree(city.work.store)
    broken = city.run("doctor", "--as-of", ON)
    assert broken.code == UNUSABLE
    assert broken.out.count("NE FONCTIONNE PAS") == 2


def test_the_lock_is_what_an_update_writes_and_nothing_else_of_the_project_changes(city: City) -> None:
    before = {path.name: path.read_bytes() for path in city.project.iterdir()}
    city.check()
    city.update()
    assert {path.name: path.read_bytes() for path in city.project.iterdir()} == before
    assert sorted(before) == [".cmian-policy.lock", ".cmian-policy.yaml", "ai-manifest.yaml", "trusted"]
