"""Tests of cmian-policy: engine."""
