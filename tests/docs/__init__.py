"""Tests of cmian-policy: docs."""
