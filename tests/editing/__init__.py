"""Tests of cmian-policy: editing."""
