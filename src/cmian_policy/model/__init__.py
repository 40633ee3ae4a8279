"""The vocabulary of the tool: frozen values, no input or output.

Values are ``NamedTuple``s rather than frozen dataclasses: defining one costs a sixth of the time at start-up, and start-up is
what a developer feels in a commit hook (docs/adr/0001-layers.md).
"""
