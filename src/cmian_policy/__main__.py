"""``python -m cmian_policy`` and the ``cmian-policy`` command."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress

# One manifest makes fewer objects than this: a commit hook never waits for a collection, a fleet still has them.
_OBJECTS_BEFORE_A_COLLECTION = 100_000
_INTERRUPTED = 130


def main() -> None:
    """Runs the command line and exits with its code."""
    gc.set_threshold(_OBJECTS_BEFORE_A_COLLECTION)
    try:
        from cmian_policy.cli.app import run  # noqa: PLC0415 - importing this module runs nothing

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while it is being imported: afterwards `run` answers for it
        code = _INTERRUPTED
    with suppress(AttributeError, OSError, ValueError):  # closed by the caller: what matters was flushed when it was written
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)  # the system takes the memory back: taking the interpreter down first would cost a commit hook 3 ms


if __name__ == "__main__":
    main()
