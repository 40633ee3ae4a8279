"""Writes and mends manifests; what a person wrote keeps its comments and its layout."""
