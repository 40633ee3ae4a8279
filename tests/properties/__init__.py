"""Tests of cmian-policy: properties."""
