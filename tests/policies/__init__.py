"""Tests of cmian-policy: policies."""
