"""Real git repositories and real SSH keys, made for one test, and a project that takes its rules from them."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from cmian_policy.errors import SourceError
from cmian_policy.model.settings import Settings
from cmian_policy.model.source import SourceSpec
from cmian_policy.pipeline.sources import Sources
from cmian_policy.sources.git import Git
from cmian_policy.sources.lock import LOCK
from cmian_policy.sources.store import Store
from tests.runner import SECONDS, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cmian_policy.pipeline.sources import Held

needs_ssh_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is missing")

PACK = "id: essai\n"
FILES: Mapping[str, str | bytes] = {"policies/essai/pack.yaml": PACK, "policies/SHA256SUMS": "", "README.md": "Règles\n"}


class Repository:
    """A repository that publishes rules."""

    def __init__(self, folder: Path, env: Mapping[str, str], *, hashed: str = "sha1") -> None:
        self.folder = folder
        self._env = env
        folder.mkdir()
        self.git("init", "-q", "-b", "main", f"--object-format={hashed}")

    @property
    def address(self) -> str:
        """Its address, as a configuration would have it."""
        return self.folder.as_uri()

    def git(self, *arguments: str | Path, given: bytes = b"") -> str:
        """Runs git there; what it prints, on one line."""
        command = ["git", "-c", "gpg.format=ssh", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=dict(self._env), input=given, capture_output=True, check=False, timeout=SECONDS
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def commit(self, files: Mapping[str, str | bytes] = FILES, *, key: Path | None = None, amend: bool = False) -> str:
        """Commits files, signed by a key; the id of the commit."""
        for path, content in files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all")
        signing = ("-c", f"user.signingKey={key}") if key is not None else ()
        options = [*(["-S"] if key is not None else []), *(["--amend"] if amend else [])]
        self.git(*signing, "commit", "-q", "--allow-empty", "-m", "essai", *options)
        return self.git("rev-parse", "HEAD")

    def tag(self, name: str, *, key: Path | None = None, force: bool = False) -> str:
        """Makes an annotated tag, signed by a key; the id of the tag object."""
        signing = ("-c", f"user.signingKey={key}") if key is not None else ()
        self.git(*signing, "tag", "-s" if key is not None else "-a", "-m", "essai", *(("-f",) if force else ()), name)
        return self.git("rev-parse", f"refs/tags/{name}")


class Workshop:
    """A folder with repositories, keys, one project and one user's copies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.env = environment(self.home)
        self.project = folder / "project"
        self.project.mkdir()
        self.store = self.home / "cache" / "cmian-policy" / "git"

    @property
    def lock(self) -> Path:
        """The project's lock."""
        return self.project / LOCK

    def repository(self, name: str = "rules", *, hashed: str = "sha1") -> Repository:
        """A new, empty repository."""
        return Repository(self.folder / name, self.env, hashed=hashed)

    def key(self, name: str) -> Path:
        """A new SSH key of somebody."""
        file = self.folder / f"key-{name}"
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(file)]
        subprocess.run(command, check=True, env=self.env, timeout=SECONDS, stdin=subprocess.DEVNULL)
        return file

    def trust(self, *names: str, options: str = "") -> str:
        """Writes a list of trusted keys beside the project's configuration; its name."""
        keys = {name: (self.folder / f"key-{name}.pub").read_text(encoding="utf-8") for name in names}
        lines = "".join(f"{name}@example.org {options}{key}" for name, key in keys.items())
        (self.project / "trusted").write_text(lines, encoding="utf-8")
        return "trusted"

    def sources(self, *specs: SourceSpec, store: Path | None = None, env: Mapping[str, str] | None = None) -> Sources:
        """The project's sources; a spec whose id is ``register`` is its register."""
        register = next((spec for spec in specs if spec.id == "register"), None)
        packs = tuple(spec for spec in specs if spec.id != "register")
        settings = Settings(file=str(self.project / ".cmian-policy.yaml"), packs=packs, register=register)
        return Sources(settings, Store(store or self.store), Git({**self.env, **(env or {})}))

    def update(self, *specs: SourceSpec) -> list[Held]:
        """Brings the project's sources up to date."""
        return self.sources(*specs).update()

    def write_configuration(self, *specs: SourceSpec) -> None:
        """The same as a file, for the command line."""
        lines = ["packs:"]
        for spec in specs:
            held = {name: value for name, value in spec._asdict().items() if value is not None}
            lines += [f"  {'-' if name == 'id' else ' '} {name}: '{value}'" for name, value in held.items()]
        (self.project / ".cmian-policy.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def copies(self) -> set[str]:
        """The names of all that lies among the local copies, the lock file of the folder aside."""
        return {entry.name for entry in self.store.iterdir()} - {".lock"}


class Refusal(NamedTuple):
    """A refusal: the key of its message, and the place it names."""

    key: str
    place: str


def refusals(call: Callable[[], object]) -> list[Refusal]:
    """Every fault of a call that must be refused."""
    with pytest.raises(SourceError) as caught:
        call()
    return [Refusal(each.message.key, str(each.location)) for each in (caught.value, *caught.value.also)]


def refusal(call: Callable[[], object]) -> str:
    """The key of the one fault of a call that must be refused."""
    found = refusals(call)
    assert len(found) == 1, found
    return found[0].key


def edit(file: Path, *changes: tuple[str, str]) -> None:
    """Replaces strings in a file, each of which is there."""
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def spec(repository: Repository, ref: str = "main", **more: str) -> SourceSpec:
    """A pack that a project takes from a repository."""
    return SourceSpec(id=more.pop("id", "essai"), source=repository.address, ref=ref, **more)
