"""A city's manifests, good and bad, enough of them for a large run, and a register that has something to say of them."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from tests.register_folder import waiver, write
from tests.runner import CHATBOT, EXAMPLES, MINIMAL, RETIRED, UNREADABLE, edited, git, named

if TYPE_CHECKING:
    from pathlib import Path

WAIVERS = [
    waiver(ref="DEROG-SEUL", project="seul-chatbot", rule="CMIAN-I01"),
    waiver(ref="DEROG-DOUBLE", project="double", rule="CMIAN-I01"),
    waiver(ref="DEROG-MULTIPLE", project="multiple", rule="CMIAN-I01", expires="2026-12-01"),
    waiver(ref="DEROG-RETIRE", project="retire", rule="CMIAN-I01"),
]

# One project each, by folder.
_SINGLE = {
    "seul-bon": named("seul-bon"),
    "seul-chatbot": named("seul-chatbot", CHATBOT),
    "retire": named("retire", RETIRED),
    "illisible": UNREADABLE,
    "vide": "",
    "etranger": "- 1\n- 2\n",
    "autre": "name: workflow\non: push\n",
    "plus-recent": edited(named("plus-recent"), ('schema_version: "1.0"', 'schema_version: "1.1"')),
    "sans-projet": MINIMAL[: MINIMAL.index("project:")] + MINIMAL[MINIMAL.index("owner:") :],
    "sans-id": edited(MINIMAL, ("  id: essai\n", "")),
    "sans-id-non-plus": edited(MINIMAL, ("  id: essai\n", "")),
    "id-nombre": edited(MINIMAL, ("id: essai", "id: 12")),
    "id-long": named("x" * 2000),
    "cle-inconnue": f"{named('cle-inconnue')}nmae: oui\ntransparence: {{}}\n",
    "mauvais-mot": edited(named("mauvais-mot"), ("status: operational", "status: operationnal"), ("used: false", "used: non")),
    "a-demi": edited(named("a-demi"), ("purpose:\n  goal: Essayer l'outil.\n  domain: internal_admin\n", "")),
    "ancien": f"{named('ancien')}policy: [cmian@2025.1]\n",
    "ancien-tout": f"{named('ancien-tout', CHATBOT)}policy: [cmian@2025.1, fr-eu-law@2025.1]\n",
    "inconnu": f"{named('inconnu')}policy: [cmian@1999.9, nulle-part@1]\n",
    "deux-fois": f"{named('deux-fois')}policy: [cmian@2025.1, cmian@2026.1]\n",
    "hostile": edited(named("hostile"), ("name: Projet d'essai", 'name: "::error::\\u202e\\u001b[31m <b>|`"')),
    "surrogat": edited(named("surrogat", CHATBOT), ("status: operational", 'status: "\\ud800"')),
    "caractères é漢": named("caracteres", CHATBOT),
    "listes-vides": edited(named("listes-vides"), ("[summarisation]", "[]")),
}
_BYTES = {
    "crlf": named("crlf", CHATBOT).replace("\n", "\r\n").encode(),
    "cr": named("cr", CHATBOT).replace("\n", "\r").encode(),
    "bom": b"\xef\xbb\xbf" + named("bom", CHATBOT).encode(),
    "utf-16": named("utf-16").encode("utf-16"),
    "latin-1": edited(named("latin-1"), ("name: Projet d'essai", "name: été")).encode("latin-1"),
    "zeros": b"\0" * 64,
    "trop-gros": b"# " + b"x" * (1024 * 1024),
}
_LOST = {"un": MINIMAL, "deux": RETIRED, "trois": CHATBOT}
_HIDDEN = {"cache": "cache", "cache-double": "garde", "cache-paire": "cache-paire"}


def write_fleet(folder: Path, home: Path) -> Path:
    """Some hundred manifests in a repository, returned, that lacks some of those that its commit holds."""
    files = {f"a/{name}": text.encode() for name, text in _SINGLE.items()} | {f"b/{name}": raw for name, raw in _BYTES.items()}
    files |= {f"exemples/{file.parent.name}": file.read_bytes() for file in sorted(EXAMPLES.glob("*/ai-manifest.yaml"))}
    files |= {f"copies/double-{number}": named("double", CHATBOT).encode() for number in range(2)}
    files |= {f"copies/multiple-{number}": named("multiple", [MINIMAL, CHATBOT][number % 2]).encode() for number in range(8)}
    files |= {f"copies/fausse-{number}": f"{named('fausse')}intrus: {number}\n".encode() for number in range(3)}
    files |= {f"perdus/{name}": named(name, text).encode() for name, text in _LOST.items()}
    files |= {f"perdus/{name}": named(project).encode() for name, project in _HIDDEN.items()}
    files["garde"] = named("garde").encode()
    for name, raw in files.items():
        _put(folder / name / "ai-manifest.yaml", raw)
    _side_by_side(folder / "paires")
    git(_made(folder), home, "init", "--quiet")
    git(folder, home, "add", ".")
    git(folder, home, "commit", "--quiet", "-m", "essai")
    for name in _LOST:
        shutil.rmtree(folder / "perdus" / name)
    for name in _HIDDEN:  # still on the disk, but not in what is committed next
        git(folder, home, "rm", "--quiet", "--cached", f"perdus/{name}/ai-manifest.yaml")
    _put(folder / "perdus" / "cache-paire" / "ai-manifest.yml", named("paire").encode())
    _unreadable(folder / "hors")
    return folder


def _side_by_side(folder: Path) -> None:
    """Both file names in one folder: of the same project, of two, of a third one's too, one of them no manifest."""
    pairs = {
        "meme": (named("meme"), named("meme")),
        "autres": (named("autre-1"), named("autre-2", CHATBOT)),
        "tiers": (named("double"), named("multiple")),
        "casse": (UNREADABLE, named("casse")),
    }
    for name, texts in pairs.items():
        for ending, text in zip(("yaml", "yml"), texts, strict=True):
            _put(folder / name / f"ai-manifest.{ending}", text.encode())


def _unreadable(folder: Path) -> None:
    """What stands where a manifest should, and a folder whose name is no text."""
    (folder / "dossier" / "ai-manifest.yaml").mkdir(parents=True)
    (folder / "lien").mkdir()
    (folder / "lien" / "ai-manifest.yaml").symlink_to("nulle-part.yaml")
    if sys.platform == "linux":
        os.mkdir(os.fsencode(folder) + b"/caf\xe9")
        for name in (b"caf\xe9/ai-manifest.yaml", b"caf\xe9/ai-manifest.yml"):
            with open(os.fsencode(folder) + b"/" + name, "wb") as stream:
                stream.write(named("cafe", CHATBOT).encode())


def _put(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_waivers(folder: Path) -> Path:
    """The register of the examples with waivers of projects of the fleet, one of which several manifests claim to be."""
    shutil.copytree(EXAMPLES / "register", folder)
    for entry in WAIVERS:
        write(folder / "waivers" / f"{entry['ref']}.yaml", entry)
    return folder


def write_many(folder: Path, count: int, text: str = MINIMAL) -> list[Path]:
    """The files of that many projects."""
    files = [folder / f"p{number:04}" / "ai-manifest.yaml" for number in range(count)]
    for number, file in enumerate(files):
        _put(file, named(f"p-{number}", text).encode())
    return files
