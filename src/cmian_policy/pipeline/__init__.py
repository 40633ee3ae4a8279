"""The one way through: a policy folder and manifests in, a ``Report`` out.

``check`` on the command line, the hook, ``rules test`` and the Python interface all come here; nothing else evaluates a rule.
"""
