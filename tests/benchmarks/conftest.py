"""The scripts of the benchmark import one another by their bare names, as scripts of one folder do; so do their tests."""

from __future__ import annotations

import sys

from tests.runner import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
