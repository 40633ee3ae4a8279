"""Public algorithm registers: drafts of manifests from their records, their records and the citizen's notice from manifests.

What corresponds to what is data, a file a standard in ``mappings/``; the modules here only apply it (docs/adr/0014).
"""
