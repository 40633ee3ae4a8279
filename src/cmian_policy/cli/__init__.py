"""The command line: the only place that knows a terminal, a clock, the environment and exit codes."""
