"""Files become the model: manifests found and read, packs read and checked for coherence."""
