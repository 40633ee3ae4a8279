"""Tests of cmian-policy: lang."""
