"""The yardstick: ``yaml.load(…, CSafeLoader)`` over every manifest of a folder, as a program of its own; errors are caught."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml


def main() -> None:
    """Loads the files of the folder named on the command line."""
    for file in Path(sys.argv[1]).rglob("ai-manifest.yaml"):
        try:
            yaml.load(file.read_bytes(), yaml.CSafeLoader)
        except (yaml.YAMLError, ValueError):  # ValueError: a date that is not in the calendar
            continue


if __name__ == "__main__":
    main()
