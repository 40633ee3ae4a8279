"""The exception tree. The core raises; only the command line prints or exits.

CmianPolicyError
├── UsageError       the command line or the configuration is wrong              exit 2
├── DocumentError    a YAML document cannot be read (one or more problems)
├── PolicyError      a pack, a rule or a release cannot be used                   exit 4
├── RegisterError    the committee's register cannot be used                      exit 4
├── SourceError      what git holds or the lock says cannot be used               exit 4
├── ExpressionError  a condition does not compile, or errs when it is evaluated
└── OutputError      a report cannot be written                                   exit 2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from cmian_policy.model.location import Location
    from cmian_policy.model.problem import Problem
    from cmian_policy.model.text import Message


class CmianPolicyError(Exception):
    """Root of every error that this package raises on purpose; ``also`` holds the further ones found in the same pass."""

    def __init__(self, message: Message, location: Location | None = None, also: tuple[Self, ...] = ()) -> None:
        super().__init__(message, location)
        self.message = message
        self.location = location
        self.also = also


class UsageError(CmianPolicyError):
    """The command line or the configuration asks for something that cannot be."""


class OutputError(CmianPolicyError):
    """A report cannot be written."""


class PolicyError(CmianPolicyError):
    """A policy pack cannot be used as it is."""


class RegisterError(CmianPolicyError):
    """The committee's register cannot be used as it is."""


class SourceError(CmianPolicyError):
    """A source in git, its lock or its local copy cannot be used, or is not to be trusted."""


class ExpressionError(CmianPolicyError):
    """A condition does not compile, or errs when it is evaluated; the message holds the engine's own words."""


class DocumentError(CmianPolicyError):
    """A YAML document cannot be read. ``problems`` holds at least one, in the order of the text."""

    def __init__(self, problems: tuple[Problem, ...], location: Location) -> None:
        super().__init__(problems[0].message, location)
        self.problems = problems
