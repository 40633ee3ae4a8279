"""Tests of cmian-policy: messages."""
