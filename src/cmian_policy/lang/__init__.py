"""The languages of manifests and rules. The only modules that import a language engine, whose errors they map to ours."""
