"""Tests that need a program which is not Python: a browser, Node, Java (``make test-all``)."""
