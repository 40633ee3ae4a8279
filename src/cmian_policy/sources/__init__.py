"""Where packs come from. Only reading: what the files mean is for :mod:`cmian_policy.loading`."""
