"""Tests of cmian-policy: benchmarks."""
