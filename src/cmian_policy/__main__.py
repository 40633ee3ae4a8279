"""``python -m cmian_policy`` and the ``cmian-policy`` command."""

from __future__ import annotations

import gc
import sys

# One manifest makes fewer objects than this: a commit hook never waits for a collection, a fleet still has them.
_OBJECTS_BEFORE_A_COLLECTION = 100_000


def main() -> None:
    """Runs the command line and exits with its code."""
    gc.set_threshold(_OBJECTS_BEFORE_A_COLLECTION)
    from cmian_policy.cli.app import run  # noqa: PLC0415 - importing this module runs nothing

    code = run(sys.argv[1:])
    gc.freeze()  # the system takes the memory back; the interpreter need not search it once more
    sys.exit(code)


if __name__ == "__main__":
    main()
