"""Other programs that judge the same manifests: installed, given our rules in their language, shown to agree."""
