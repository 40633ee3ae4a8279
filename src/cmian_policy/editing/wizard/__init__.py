"""``init``: the questions that a project's answers make necessary, and the commented manifest that they end in.

Nothing here talks to a terminal: an ``Interview`` says what to ask next, whoever asks.
"""
