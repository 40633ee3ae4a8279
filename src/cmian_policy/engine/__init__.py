"""Rules judge manifests. Pure: no file, no clock, no network; the date is an argument."""
