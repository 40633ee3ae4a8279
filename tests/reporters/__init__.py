"""What the reports look like, to the letter of the public contract."""
