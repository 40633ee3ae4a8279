"""A plugin of pytest for ``tools/mutation.py``: tests are chosen by function, and a choice that fails is no kill.

mutmut chooses tests by their ids. Some ids of parameters, with characters outside ASCII or backslashes, choose nothing: pytest
stops with a usage error, and mutmut takes that for a killed mutant.
"""

from __future__ import annotations

import os

import pytest

UNUSABLE = 70  # an exit code that mutation_results.py refuses


def pytest_configure(config: pytest.Config) -> None:
    """Leaves the parameters out of what is asked for: all those of a function are run."""
    config.args[:] = dict.fromkeys(argument.partition("[")[0] for argument in config.args)


def pytest_sessionfinish(exitstatus: int) -> None:
    """Ends the process of a mutant whose tests could not be chosen."""
    if exitstatus == pytest.ExitCode.USAGE_ERROR:
        os._exit(UNUSABLE)
