"""The tool as its users meet it: real processes, real files, real git repositories."""
