"""The command line: help, options, environment, pipes."""
