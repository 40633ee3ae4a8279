"""Tests of what runs on many manifests at once."""
