"""Tests of cmian-policy: architecture."""
