"""The git sources of a configuration: brought up to date, verified, read (rules.md, "Trust"; docs/adr/0011-git-sources.md).

One method reads what a lock pins, for `check`, `policy verify` and `policy update` alike; only an update uses the network.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from cmian_policy.errors import SourceError, UsageError
from cmian_policy.model.location import Location
from cmian_policy.model.source import SourceFiles, faults
from cmian_policy.model.text import message
from cmian_policy.model.tuples import NamedTuple
from cmian_policy.sources.folder import digest
from cmian_policy.sources.lock import LOCK, Lock, Locked, read_lock, write_lock
from cmian_policy.sources.objects import NoCopyError, Objects
from cmian_policy.sources.remote import Remote
from cmian_policy.sources.signature import check_tag, signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cmian_policy.model.settings import Settings
    from cmian_policy.model.source import Pin, SourceSpec
    from cmian_policy.sources.git import Git
    from cmian_policy.sources.store import Store

    Given = TypeVar("Given")
    Made = TypeVar("Made")

Change = Literal["new", "same", "moved", "rewritten"]


class Source(NamedTuple):
    """A git source, what the lock says under its name, and whether it is the register."""

    spec: SourceSpec
    locked: Locked | None
    is_register: bool


class Held(NamedTuple):
    """A source and the files that its local copy holds, as the lock has them and signed as the configuration asks.

    ``change`` tells what an update did; ``rewritten``: the commit before is no longer in the history of the branch.
    """

    spec: SourceSpec
    files: SourceFiles
    change: Change = "same"


class Sources:
    """The git sources of a configuration, with its lock and the user's local copies.

    Raises ``UsageError`` for an address or a name that git shall not be given.
    """

    def __init__(self, settings: Settings, store: Store, git: Git) -> None:
        self._settings = settings
        self._store = store
        self._git = git
        self._seen: dict[tuple[SourceSpec, Pin], SourceFiles] = {}
        file = Path(settings.file or LOCK)
        self._home = file.parent.resolve()
        self._lock = file.with_name(LOCK)
        specs = (*settings.packs, settings.register) if settings.register is not None else settings.packs
        for what in (what for spec in specs for _, what in faults(spec)):
            raise UsageError(what, Location(str(file)))

    def packs(self) -> dict[str, SourceFiles]:
        """The files of each pack that comes from git, by its id, from the local copies.

        Raises ``SourceError`` with every fault: of the lock, of a copy, of a signature.
        """
        found = [source for source in self._all() if not source.is_register]
        return {held.spec.id: held.files for held in _each(found, self._read_locked)}

    def register(self) -> SourceFiles | None:
        """The files of the register from its local copy; None when it does not come from git. Raises as above."""
        found = [source for source in self._all() if source.is_register]
        return next((held.files for held in _each(found, self._read_locked)), None)

    def verify(self) -> list[Held]:
        """Every source, from the local copies. Raises as above."""
        return _each(self._all(), self._read_locked)

    def update(self, *, locked: bool = False) -> list[Held]:
        """Resolves every source anew and writes the lock, or, with ``locked``, brings exactly what the lock pins.

        Raises ``SourceError`` with every fault; the lock then stays as it was.
        """
        if not self._all():
            self._write([], [])
            return []
        with self._store.alone():
            found = self._all()  # as the update that was waited for left it
            held = _each(found, self._bring_locked if locked else self._renew)
            if not locked:
                self._write(found, held)
        return held

    def _all(self) -> list[Source]:
        lock = read_lock(self._lock) or Lock()
        found = [Source(spec, lock.pack(spec.id), is_register=False) for spec in self._settings.packs]
        if self._settings.register is not None:
            found.append(Source(self._settings.register, lock.register, is_register=True))
        return [source for source in found if source.spec.kind == "git"]

    def _write(self, found: list[Source], held: list[Held]) -> None:
        entries = [(source, _entry(each)) for source, each in zip(found, held, strict=True)]
        packs = tuple(entry for source, entry in entries if not source.is_register)
        register = next((entry for source, entry in entries if source.is_register), None)
        before, after = read_lock(self._lock), Lock(packs, register)
        if after != (before or Lock()):
            write_lock(self._lock, after)

    def _read_locked(self, source: Source) -> Held:
        """What the lock pins, from the local copy."""
        locked = _locked(source)
        place = source.spec._replace(id="")  # one source often holds several packs: it is read once
        if (place, locked.pin) not in self._seen:
            self._seen[place, locked.pin] = self._read(source.spec, locked.pin, self._store.place(locked.pin))
        return _as_locked(locked, Held(source.spec, self._seen[place, locked.pin]))

    def _bring_locked(self, source: Source) -> Held:
        """What the lock pins, from afar where the local copy is missing or damaged."""
        locked = _locked(source)
        return _as_locked(locked, Held(source.spec, self._bring(source.spec, locked.pin)))

    def _renew(self, source: Source) -> Held:
        """What the reference stands for now. A tag that is not where it was is refused: nobody moves one by accident."""
        spec, locked = source.spec, source.locked
        pin, kind = self._remote(spec).resolve(spec.ref or "")
        if locked is None or not locked.answers(spec):
            return Held(spec, self._bring(spec, pin), "new")
        if locked.pin == pin:
            files = self._bring(spec, pin)
            return Held(spec, files, "same" if files.sha256 == locked.sha256 else "new")
        if kind == "tag":
            raise _refusal(spec, "source.tag-moved", ref=spec.ref or "", old=locked.pin.commit, new=pin.commit)
        return Held(spec, self._bring(spec, pin), "moved" if self._leads(spec, locked.pin, pin) else "rewritten")

    def _leads(self, spec: SourceSpec, old: Pin, new: Pin) -> bool:
        with self._store.scratch() as folder:
            return self._remote(spec).leads(old, new, folder / "history.git")

    def _bring(self, spec: SourceSpec, pin: Pin) -> SourceFiles:
        """What a pin holds, from afar where the local copy is missing or damaged; a copy is kept only once it is trusted."""
        try:
            return self._read(spec, pin, self._store.place(pin))
        except NoCopyError:
            with self._store.scratch() as folder:
                made = folder / "made.git"
                self._remote(spec).fetch(pin, made)
                files = self._read(spec, pin, made)
                self._store.put(made, pin)
            return files

    def _read(self, spec: SourceSpec, pin: Pin, repository: Path) -> SourceFiles:
        with Objects(self._git, repository, spec.source) as objects:
            check_tag(objects, pin, spec.ref or "")
            files = objects.files(pin, spec.path)
            by = None
            if spec.allowed_signers is not None:
                by = signer(self._git, repository, objects, pin, self._home / spec.allowed_signers)
        return SourceFiles(files, spec.source, pin, digest(files), by)

    def _remote(self, spec: SourceSpec) -> Remote:
        return Remote(self._git, str(self._home / spec.source) if spec.local else spec.source, spec.source)


def _refusal(spec: SourceSpec, key: str, /, **values: str) -> SourceError:
    return SourceError(message(key, **values), Location(spec.source))


def _entry(held: Held) -> Locked:
    spec = held.spec
    return Locked(spec.id, spec.source, spec.ref or "", spec.path, held.files.pin, held.files.sha256)


def _locked(source: Source) -> Locked:
    """The lock's answer to what the configuration asks. Raises ``SourceError`` when it has none, or to another question."""
    if source.locked is None:
        raise SourceError(message("lock.no-entry", id=source.spec.id), Location(LOCK))
    if not source.locked.answers(source.spec):
        raise SourceError(message("lock.other-question", id=source.spec.id), Location(LOCK))
    return source.locked


def _as_locked(locked: Locked, held: Held) -> Held:
    if held.files.sha256 != locked.sha256:
        raise SourceError(message("lock.other-digest", id=locked.id, commit=locked.pin.commit), Location(LOCK))
    return held


def _each(given: Iterable[Given], make: Callable[[Given], Made]) -> list[Made]:
    """What ``make`` makes of each. Raises ``SourceError`` with every fault of all of them."""
    made: list[Made] = []
    faults: list[SourceError] = []
    for one in given:
        try:
            made.append(make(one))
        except SourceError as error:
            faults.append(error)
    if faults:
        first, *others = (SourceError(fault.message, fault.location) for fault in faults)
        raise SourceError(first.message, first.location, tuple(others))
    return made
