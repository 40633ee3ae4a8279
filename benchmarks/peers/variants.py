"""``variants.py FOLDER``: manifests on which every peer has to agree, each at ``FOLDER/<name>/ai-manifest.yaml``.

The good manifests of ``examples/`` and of the packs' ``bases/``, every case that proves a rule, and random changes of all these,
valid against the schema. The same ``--seed`` gives the same files.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml

from cmian_policy.authoring.cases import merge_patch
from cmian_policy.lang import manifest_validator
from cmian_policy.lang.yaml import read
from peers.changes import changed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

Data = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Writes the manifests and says how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=3000, help="manifests in all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311 - the same files again, not a secret
    repository = list(manifests_of_the_repository())
    for index in range(options.count):
        data = repository[index] if index < len(repository) else changed(rng.choice(repository), rng)
        write(options.folder / f"{index:05}", data, rng)
    sys.stdout.write(f"{min(len(repository), options.count)} manifests of the repository, {options.count} in all\n")


def manifests_of_the_repository() -> Iterator[Data]:
    """Every valid manifest of examples, bases and cases, each content once."""
    seen = set()
    for data in [*_files(), *_cases()]:
        content = json.dumps(data, sort_keys=True)
        if content not in seen and manifest_validator.accepts(data):
            seen.add(content)
            yield data


def _files() -> Iterator[Data]:
    for path in sorted([*ROOT.glob("examples/*/ai-manifest.yaml"), *ROOT.glob("policies/*/bases/*.yaml")]):
        yield _read(path)


def _cases() -> Iterator[Data]:
    """The manifest of each case, without its record and its date."""
    for path in sorted(ROOT.glob("policies/*/rules/*/*.cases.yaml")):
        file = _read(path)
        for case in file["cases"]:
            base = _read(path.parents[2] / "bases" / case.get("base", file["base"]))
            yield cast("Data", merge_patch(base, case.get("patch", {})))


def _read(path: Path) -> Data:
    return cast("Data", read(path.read_bytes(), str(path)).data)


def write(folder: Path, data: Data, rng: Random) -> None:
    """One manifest in a folder of its own, its project named after the folder; in half of them dates bear no quotes."""
    named = {**data, "project": {**data["project"], "id": f"projet-{folder.name}"}}
    text = yaml.safe_dump(named, allow_unicode=True, sort_keys=False)
    if rng.random() < 0.5:  # noqa: PLR2004 - half of them
        text = re.sub(r"'(\d{4}-\d\d-\d\d)'", r"\1", text)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ai-manifest.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
