"""Fuzzing led by coverage: what holds whatever the bytes (CONTRIBUTING.md, "Fuzzing").

Each module of :mod:`tests.fuzz.targets` gives bytes to one entrance of the tool and asserts what its documentation promises.
``tests/fuzz/corpus`` holds inputs that reach different code and ``tests/fuzz/crashes`` those that once broke something: ``make
test`` replays them all, ``make fuzz`` looks for more.
"""
