"""Small registers, written for one test: a project called ``essai`` and what a fictional committee says of it. JSON is YAML."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Data = dict[str, Any]

IDENTITY: Data = {"id": "registre-essai", "title": "Registre fictif", "publisher": "Personne"}


def _kept(data: Data) -> Data:
    return {key: value for key, value in data.items() if value is not ...}


def opinion(**changes: Any) -> Data:  # noqa: ANN401 - any JSON
    """A favourable opinion; ``...`` as a value leaves the key out."""
    plain = {"ref": "AVIS-1", "project": "essai", "date": "2026-06-18", "conclusion": "favourable", "domains": ["internal_admin"]}
    return _kept({**plain, **changes})


def evaluation(**changes: Any) -> Data:  # noqa: ANN401 - as above
    """An evaluation."""
    return _kept({"ref": "EVAL-1", "project": "essai", "date": "2026-05-21", **changes})


def referral(**changes: Any) -> Data:  # noqa: ANN401 - as above
    """A referral."""
    return _kept({"ref": "SAISINE-1", "project": "essai", "date": "2026-04-07", **changes})


def waiver(**changes: Any) -> Data:  # noqa: ANN401 - as above
    """A waiver of CMIAN-I01 (an interpretation: the committee) on the whole manifest, in force on the date of the tests."""
    plain = {
        "ref": "DEROG-1",
        "project": "essai",
        "rule": "CMIAN-I01",
        "pointer": "",
        "reason": "Motif fictif",
        "authority": "committee",
        "granted": "2026-03-02",
        "expires": "2027-03-01",
        "act": "Décision fictive",
    }
    return _kept({**plain, **changes})


def write(path: Path, data: object) -> Path:
    """A file holding ``data`` as JSON, one key a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def write_register(
    folder: Path,
    *,
    opinions: Sequence[Data] = (),
    evaluations: Sequence[Data] = (),
    referrals: Sequence[Data] = (),
    waivers: Sequence[Data] = (),
) -> Path:
    """A register, returned; each entry in a file named by its place in its list."""
    write(folder / "register.yaml", IDENTITY)
    kinds = {"opinions": opinions, "evaluations": evaluations, "referrals": referrals, "waivers": waivers}
    for kind, entries in kinds.items():
        for index, entry in enumerate(entries):
            write(folder / kind / f"{index}.yaml", entry)
    return folder


def add_text(folder: Path, path: str = "texts/avis.txt", raw: bytes = b"FICTIF\n") -> Data:
    """A document in the register, and what an opinion says of it."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(raw)
    return {"path": path, "sha256": hashlib.sha256(raw).hexdigest()}
