"""Tests of cmian-policy: sources."""
