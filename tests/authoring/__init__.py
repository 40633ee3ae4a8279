"""Tests of cmian-policy: authoring."""
