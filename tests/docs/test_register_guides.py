"""The guides about the register, followed from empty folders: every file written, every command run, every answer compared.

The committee's secretariat follows "Tenir le registre des avis" and publishes a register, signed, in git; a project then follows
"Un avis, une dérogation : comment faire" and takes it from there. The key that a guide cannot show is the one that ``ssh-keygen``
made; commits and keys differ from one follower to the next, so they are compared by their place.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

from cmian_policy.lang.yaml import read
from cmian_policy.messages import fr
from tests.runner import OK, ROOT, UNUSABLE, Done, cmian, environment, execute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

KEEPING, ASKING = (
    (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("tenir-le-registre.md", "avis-et-derogations.md")
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PUBLIC_KEY = re.compile(r"ssh-ed25519 AAAA… (\S+)")  # a public key as a guide shows it, named by its comment
COMMIT, FINGERPRINT = re.compile(r"\b[0-9a-f]{40}\b"), re.compile(r"\bSHA256:[\w+/]{43}")
FORGE = "https://forge.example/"
DAY = "2026-11-20T10:00:00+0100"  # of every commit: a key of the guide ends after it
PROGRAMS = ("git", "ssh-keygen", "sha256sum")
MISSING = [program for program in PROGRAMS if shutil.which(program) is None]

needs_programs = pytest.mark.skipif(bool(MISSING), reason=f"missing: {', '.join(MISSING)}")


class Command(NamedTuple):
    """A command line, the output pasted below it (empty for none), and the exit code that ``$ echo $?`` announces, else 0."""

    line: str
    output: str
    code: int


def commands(block: str) -> Iterator[Command]:
    """The commands of a console block."""
    shown = [part.partition("\n") for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    for (line, _, output), after in zip(shown, [*shown[1:], ("", "", "")], strict=True):
        if line != "echo $?":
            yield Command(line, output, int(after[2]) if after[0] == "echo $?" else OK)


def comparable(words: str) -> str:
    """What a command says, the same for whoever follows the guide."""
    return FINGERPRINT.sub("SHA256:…", COMMIT.sub("…", words))


class Follower:
    """Somebody who does what a guide says, in a folder that is empty at first, with a forge at hand."""

    def __init__(self, world: Path, name: str) -> None:
        self.home = world / "home"
        self.folder = world / name
        self.folder.mkdir()
        (self.home / ".ssh").mkdir(parents=True, exist_ok=True)
        self.played: list[str] = []
        self._written: set[str] = set()
        settings = self.home / "gitconfig"
        settings.write_text(f'[url "{(world / "forge").as_uri()}/"]\n\tinsteadOf = {FORGE}\n', encoding="utf-8")
        plain = {
            key: value for key, value in environment(self.home).items() if not key.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))
        }
        self.env = {**plain, "GIT_CONFIG_GLOBAL": str(settings)}

    def follow(self, guide: str) -> None:
        """Does what every block of a guide shows, in order."""
        for kind, text in BLOCK.findall(guide):
            head, _, body = text.partition("\n")
            if kind == "console":
                for command in commands(text):
                    self._play(command)
            elif kind == "diff":
                self._edit(head.removeprefix("# "), body.splitlines(keepends=True))
            else:
                assert kind in {"yaml", "text"}
                self._write(head.removeprefix("# "), body)

    def run(self, *words: str, date: str = DAY) -> Done:
        """Runs the tool, or another program that a guide shows; ``date`` is that of a commit."""
        env = {**self.env, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        if words[0] == "cmian-policy":
            return cmian(words[1:], self.folder, env, seconds=60)
        return execute(words, self.folder, env, seconds=60)

    def git(self, *words: str, date: str = DAY) -> str:
        """Runs git; what it prints."""
        done = self.run("git", *words, date=date)
        assert done.code == OK, done.err
        return done.out

    def _write(self, path: str, text: str) -> None:
        assert path not in self._written, f"{path} is shown twice"
        self._written.add(path)
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._with_keys(text), encoding="utf-8")

    def _edit(self, path: str, lines: list[str]) -> None:
        old, new = (self._with_keys("".join(line[1:] for line in lines if line[0] in kept)) for kept in (" -", " +"))
        target = self.folder / path
        text = target.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} holds this {text.count(old)} times:\n{old}"
        target.write_text(text.replace(old, new), encoding="utf-8")

    def _with_keys(self, text: str) -> str:
        """A text with the public keys that its reader is told to copy there."""
        return PUBLIC_KEY.sub(lambda found: (self.home / ".ssh" / f"{found[1]}.pub").read_text(encoding="utf-8").strip(), text)

    def _play(self, command: Command) -> None:
        words = [word.replace("~", str(self.home), 1) if word.startswith("~/") else word for word in shlex.split(command.line)]
        assert words[0] in {"cmian-policy", *PROGRAMS}
        if "--locked" in words:
            shutil.rmtree(self.home / "cache")  # it is for a machine that has nothing yet
        done = self.run(*words)
        self.played.append(command.line)
        assert done.code == command.code, f"{command.line}\n{done.out}{done.err}"
        if command.output:
            assert comparable(done.out + done.err) == comparable(command.output), command.line
        elif words[0] == "cmian-policy":
            assert done.err == "", command.line


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the secretariat and the project work; the forge holds an empty repository."""
    folder = tmp_path_factory.mktemp("world")
    address = re.search(rf"{FORGE}(\S+\.git)", KEEPING)
    assert address is not None
    forge = folder / "forge" / address[1]
    execute(["git", "init", "-q", "--bare", "-b", "main", str(forge)], folder, environment(folder))
    return folder


@pytest.fixture(scope="module")
def secretariat(world: Path) -> Follower:
    """The secretariat, once it has followed its guide."""
    somebody = Follower(world, "secretariat")
    somebody.follow(KEEPING)
    return somebody


@pytest.fixture(scope="module")
def project(world: Path, secretariat: Follower) -> Follower:
    """A project that has followed its own, with the keys that the secretariat handed over."""
    assert secretariat.played
    somebody = Follower(world, "project")
    somebody.follow(ASKING)
    return somebody


def rules() -> dict[str, dict[str, Any]]:
    """Every rule of the bundled packs, in its latest version, as its author wrote it."""
    files = sorted(path for path in (ROOT / "policies").glob("*/rules/*/v*.yaml") if "cases" not in path.name)
    return {path.parent.name: cast("dict[str, Any]", read(path.read_bytes(), path.name).data) for path in files}


def contract() -> dict[str, dict[str, Any]]:
    """The keys of a register's files, by kind."""
    schema = json.loads((ROOT / "schemas/register/1.0.schema.json").read_text(encoding="utf-8"))
    return {kind: each["properties"] for kind, each in schema["$defs"].items() if "properties" in each}


def quoted(guide: str, head: str) -> list[list[str]]:
    """What each row of a table of a guide quotes of the tool in its first cell; the table has that head."""
    table = guide.partition(f"| {head} | Ce qu'il faut faire |\n| --- | --- |\n")[2].partition("\n\n")[0]
    return [re.findall("«\u00a0(.*?)\u00a0»", row.split(" | ")[0]) for row in table.splitlines()]


def said(*keys: str) -> list[str]:
    """The messages of the French catalogue whose keys begin so."""
    return [text for key, text in fr.TEMPLATES.items() if key.startswith(keys)]


def unknown(rows: list[list[str]], messages: Iterable[str]) -> list[list[str]]:
    """The rows that quote nothing, or words that none of the messages holds."""
    held = list(messages)
    return [row for row in rows if not row or not all(any(words in each for each in held) for words in row)]


@needs_programs
def test_whoever_follows_the_guides_has_a_signed_register_and_a_project_judged_by_it(
    secretariat: Follower, project: Follower
) -> None:
    assert [line for line in secretariat.played if line.startswith("cmian-policy register verify ")]
    assert secretariat.git("tag").split() == ["registre-2026-1", "registre-2026-2", "registre-2026-3"]
    done = project.run("cmian-policy", "check", "--as-of", "2026-11-23", "-f", "json")
    assert done.report["register"]["signed"] is True
    assert done.report["register"]["commit"] == secretariat.git("rev-parse", "HEAD").strip()
    assert {rule: done.finding(rule)["verdict"] for rule in ("CMIAN-A06", "CMIAN-A07", "CMIAN-T02")} == {
        "CMIAN-A06": "pass",
        "CMIAN-A07": "pass",
        "CMIAN-T02": "waived",
    }


@needs_programs
def test_without_a_register_a_person_has_to_look_as_the_guide_says(project: Follower) -> None:
    done = project.run("cmian-policy", "check", "ai-manifest.yaml", "--no-config", "--as-of", "2026-11-23", "-f", "json")
    assert done.finding("CMIAN-A07")["verdict"] == "review"


@needs_programs
def test_a_folder_will_do_as_the_guide_says_and_nothing_vouches_for_it(project: Follower) -> None:
    (source,) = re.findall(r"`(source: \S+)`", ASKING)
    trial = project.folder.parent / "trial"
    trial.mkdir()
    (trial / ".cmian-policy.yaml").write_text(f"register:\n  id: registre-fictif\n  {source}\n", encoding="utf-8")
    config = ("--config", "../trial/.cmian-policy.yaml")
    done = project.run("cmian-policy", "check", "ai-manifest.yaml", *config, "--as-of", "2026-11-23", "-f", "json")
    assert done.finding("CMIAN-A07")["verdict"] == "pass"
    assert (done.report["register"]["commit"], done.report["register"]["signed"]) == (None, None)


@needs_programs
def test_what_the_guide_says_of_keys_that_change(secretariat: Follower, project: Follower) -> None:
    """A key that ended still vouches for what bears an earlier date, whoever chose it; one that is struck off for nothing."""
    trusted = project.folder / "cles-du-secretariat"
    lock = project.folder / ".cmian-policy.lock"
    before = {file: file.read_bytes() for file in (trusted, lock)}
    both = (secretariat.folder / "allowed_signers").read_text(encoding="utf-8")
    old, new = both.splitlines(keepends=True)
    trusted.write_text(old, encoding="utf-8")
    assert project.run("cmian-policy", "check", "--as-of", "2026-11-23").code == UNUSABLE
    trusted.write_text(both, encoding="utf-8")
    ended = f"user.signingKey={secretariat.home / '.ssh/registre-fictif-2026.pub'}"
    for day, code in (("2026-11-30", OK), ("2026-12-02", UNUSABLE)):
        commit = ("-c", ended, "commit", "--quiet", "--amend", "--no-edit")
        secretariat.git(*commit, date=f"{day}T10:00:00+0100")
        secretariat.git("push", "--quiet", "--force", "origin", "main")
        assert project.run("cmian-policy", "policy", "update").code == code
    secretariat.git("reset", "--quiet", "--hard", "registre-2026-3")
    secretariat.git("push", "--quiet", "--force", "origin", "main")
    trusted.write_text(new, encoding="utf-8")
    assert project.run("cmian-policy", "policy", "update").code == OK
    assert {file: file.read_bytes() for file in before} == before


def test_the_guide_explains_every_key_and_value_of_a_register() -> None:
    keys = {key for properties in contract().values() for key in properties}
    values = {value for properties in contract().values() for each in properties.values() for value in each.get("enum", ())}
    named = set(re.findall(r"`(\w+)", BLOCK.sub("", KEEPING)))
    files = "".join(text for kind, text in BLOCK.findall(KEEPING) if kind in {"yaml", "diff"})
    shown = set(re.findall(r"(?:^[ +]?|[{,] )(\w+):", files, re.MULTILINE))
    assert keys - named - shown == set()
    assert values - named == set()


def test_who_may_waive_a_rule_is_what_the_rules_say() -> None:
    table = KEEPING.partition("| Règles | Qui (`authority`) |\n| --- | --- |\n")[2].partition("\n\n")[0]
    council, _, city, nobody = (set(re.findall(r"`([A-Z]+-\w+)`", row.split(" | ")[0])) for row in table.splitlines())
    found: dict[str, set[str]] = {}
    for name, rule in rules().items():
        found.setdefault(rule["waivable"]["authority"] if rule["waivable"] else "nobody", set()).add(name)
    assert (council, city) == (found["council"], found["city"])
    assert nobody == {name for name in found["nobody"] if name.startswith("CMIAN-")}
    assert {name.partition("-")[0] for name in found["committee"]} == {"CMIAN"}  # "les autres règles CMIAN"


def test_what_the_guides_quote_of_the_tool_is_what_it_says() -> None:
    refused = quoted(KEEPING, "Ce que dit la commande")
    noted, stopped = quoted(ASKING, "Ce que dit la note"), quoted(ASKING, "Ce que dit la commande")
    assert unknown(refused, said("register.", "waiver.")) == []
    assert unknown(noted, said("note.waiver-")) == []
    assert unknown(stopped, said("lock.", "note.register-", "register.", "source.")) == []
    assert min(map(len, (refused, noted, stopped))) > 5
    notes = said("note.waiver-e", "note.waiver-no", "note.waiver-s", "note.waiver-u", "note.waiver-refused")
    assert [note for note in notes if not any(words in note for row in noted for words in row)] == []


def test_the_guide_tells_how_to_mend_whatever_the_rules_about_the_register_find() -> None:
    rows = quoted(ASKING, "Ce que dit `CMIAN-A07` ou `CMIAN-A06`")
    messages = [each["message"]["fr"] for name in ("CMIAN-A06", "CMIAN-A07") for each in rules()[name]["require"]]
    assert unknown(rows, messages) == []
    assert [each for each in messages if not any(words in each for row in rows for words in row)] == []


def test_what_the_guides_quote_of_the_deliberation_is_in_it() -> None:
    act = read((ROOT / "policies/cmian/sources/V2024-420.yaml").read_bytes(), "V2024-420.yaml").data
    words = " ".join(each["text"] for each in cast("dict[str, Any]", act)["paragraphs"])
    for guide in (KEEPING, ASKING):
        plain = " ".join(BLOCK.sub("", guide).split(" "))
        found = re.findall("«\u00a0([^«»]*?)\u00a0» \\(§\\d\\)", plain.replace("\n", " "))
        assert len(found) == 2
        assert [each for each in found if each not in words] == []
