"""How files become manifests."""
